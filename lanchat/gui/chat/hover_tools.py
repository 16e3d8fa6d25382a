"""The small bar at the message under the pointer: who has read it; react, answer, more. It does none of it itself.

It lies over the Text, not in it, in the message's first row, and moves only when the pointer comes to another message,
which has a ground of its own meanwhile. Keys have the cursor of
gui/chat/message_cursor.py instead.
"""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from tkinter import ttk
from typing import Final, NamedTuple

from lanchat.gui.chat.block_writer import Drawn
from lanchat.gui.chat.file_card import FileCard
from lanchat.gui.chat.message_list import MessageList
from lanchat.gui.kit.emoji import drawable
from lanchat.gui.kit.paint import elide
from lanchat.gui.kit.theme import Kit
from lanchat.gui.model.chat import ChatModel
from lanchat.protocol.frames import Message

LIKE: Final = "👍"
RIGHT: Final = 6  # px to the right edge: beside a card, where there is room
UNDER: Final = "hovered"  # the tag of what it stands at
WIDEST: Final = 320  # px of who has read it: three usual names, and how many more


class Tools(NamedTuple):
    """What its buttons do; react_more and more open menus at a place of the screen."""

    react: Callable[[Message, str], object]
    react_more: Callable[[Message, int, int], object]
    reply: Callable[[Message], object]
    more: Callable[[Message, int, int], object]


class HoverTools:
    """Over one list of messages."""

    def __init__(self, messages: MessageList, kit: Kit, model: ChatModel, tools: Tools) -> None:
        self._messages, self._kit, self._model, self._tools = messages, kit, model, tools
        self._text = messages.text
        self._shown: tuple[Message, str, int] | None = None  # with its tag and its height in the view
        self._looking = ""  # the pending call of _look
        self.frame = tk.Frame(messages, bd=0, highlightthickness=kit.px(1))
        self.seen = tk.Label(self.frame, bd=0, padx=kit.px(8), font=kit.fonts.caption)
        self.buttons = {
            name: ttk.Button(self.frame, style="Tool.TButton", takefocus=False, command=command)
            for name, command in (
                ("like", lambda: self._do(lambda message: self._tools.react(message, LIKE))),
                ("smile", lambda: self._do_at("smile", self._tools.react_more)),
                ("return", lambda: self._do(self._tools.reply)),
                ("more", lambda: self._do_at("more", self._tools.more)),
            )
        }
        for button in self.buttons.values():
            button.pack(side="left")
        self._text.bind("<Motion>", lambda _: self._look_soon(), add="+")
        self._text.bind("<<Settled>>", lambda _: self._settled(), add="+")
        for widget in (self._text, self.frame):
            widget.bind("<Leave>", lambda _: self._look_soon(), add="+")
        self._text.bind("<Destroy>", self._forget, add="+")
        kit.listen(self.frame, self._paint)

    @property
    def message(self) -> Message | None:
        """The one that it stands at."""
        return self._shown[0] if self._shown else None

    def hide(self) -> None:
        self._shown = None
        self._text.tag_remove(UNDER, "1.0", "end")
        self.frame.place_forget()

    def _look_soon(self) -> None:
        """Once for all steps of the pointer until Tk is idle."""
        if not self._looking:
            self._looking = self._text.after_idle(self._look)

    def _forget(self, event: tk.Event[tk.Misc]) -> None:
        if event.widget is self._text and self._looking:
            self._text.after_cancel(self._looking)

    def _look(self) -> None:
        """Where is the pointer now?"""
        self._looking = ""
        text = self._text
        x, y = text.winfo_pointerxy()
        under = str(text.winfo_containing(x, y) or "")
        if under.startswith(str(self.frame)):
            return
        inside = under == str(text) or under.startswith(f"{text}.")
        drawn = self._messages.drawn_at(x - text.winfo_rootx(), y - text.winfo_rooty()) if inside else None
        message = None if drawn is None else self._model.timeline.message(drawn.block.key)
        if drawn is None or message is None:
            self.hide()
        elif self._shown is None or self._shown[1] != drawn.tag:
            self._show(drawn, message)

    def _show(self, drawn: Drawn, message: Message) -> None:
        self._shown = (message, drawn.tag, self._height(drawn))
        self._tell_readers(message)
        text = self._text
        self._show_like()
        self.frame.update_idletasks()  # how large it is
        right = text.winfo_x() + text.winfo_width() - self._kit.px(RIGHT)
        y = text.winfo_y() + max(0, self._top(drawn))
        self.frame.place(x=right, y=y, anchor="ne", bordermode="outside")
        self.frame.lift()
        text.tag_remove(UNDER, "1.0", "end")
        text.tag_add(UNDER, self._first(drawn), f"{drawn.tag}.last")

    def _top(self, drawn: Drawn) -> int:
        """In the middle of the message's first row; where it would lie over the button of a card, above that."""
        text, height = self._text, self.frame.winfo_reqheight()
        left = text.winfo_width() - self._kit.px(RIGHT) - self.frame.winfo_reqwidth()
        place = text.dlineinfo(self._first(drawn))
        if place is None:
            return 0
        for card in drawn.widgets:
            if not isinstance(card, FileCard):
                continue
            low = card.winfo_height() < 3 * height  # a picture has room above its button
            beside = card.winfo_x() + card.winfo_width() <= left
            if low and not beside and card.winfo_y() < place[1] + place[3]:
                return card.winfo_y() + card.top_of_buttons - height
        words = place[1] + place[4] - self._kit.fonts.body.metrics("ascent") // 2
        return place[1] if place[3] > 3 * height else words - height // 2

    def _tell_readers(self, message: Message) -> None:
        """As far as we know of any."""
        words = drawable(self._model.seen_by(message))
        if words:
            self.seen.configure(text=elide(self._kit.fonts.caption, words, self._kit.px(WIDEST)))
            self.seen.pack(side="left", before=self.buttons["like"])
        else:
            self.seen.pack_forget()

    def _height(self, drawn: Drawn) -> int:
        """Of its first line in the view; 0: that is scrolled out."""
        place = self._text.dlineinfo(self._first(drawn))
        return place[1] if place else 0

    @staticmethod
    def _first(drawn: Drawn) -> str:
        """Where its first row begins, below the lines over the full width."""
        return f"{drawn.tag}.first +{bool(drawn.block.day) + bool(drawn.block.missed)} lines"

    def _settled(self) -> None:
        """What is in view was scrolled, or is another: the bar stands where it belongs, or nowhere."""
        if self._shown is not None:
            message, tag, y = self._shown
            drawn = next((one for one in self._messages.drawn if one.tag == tag), None)
            if drawn is None or self._height(drawn) != y:
                self.hide()
            else:
                self._tell_readers(message)

    def _do(self, what: Callable[[Message], object]) -> None:
        message = self.message
        self.hide()
        if message is not None:
            what(message)

    def _do_at(self, button: str, what: Callable[[Message, int, int], object]) -> None:
        message, widget = self.message, self.buttons[button]
        x, y = widget.winfo_rootx(), widget.winfo_rooty() + widget.winfo_height()
        self.hide()
        if message is not None:
            what(message, x, y)

    def _paint(self) -> None:
        kit = self._kit
        self.frame.configure(bg=kit.colors.raised, highlightbackground=kit.colors.line)
        self.seen.configure(bg=kit.colors.raised, fg=kit.colors.text2)
        self._text.tag_configure(UNDER, background=kit.colors.row)
        self._text.tag_lower(UNDER)
        for name, button in self.buttons.items():
            if name != "like":
                button.configure(image=kit.icon(name, 18))

    def _show_like(self) -> None:
        """Not before it is seen: the first emoji brings Pillow, and a font."""
        picture = self._messages.emoji.picture(LIKE, 18, asked=True)
        self.buttons["like"].configure(image=picture or "", text="" if picture else "+1")
