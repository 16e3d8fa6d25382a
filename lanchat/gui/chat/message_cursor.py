"""The keyboard's way through the messages: one of them is chosen, and what can be done with it opens by a key.

It draws a bar beside the chosen one and a ground under it; the list draws everything else.
"""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from typing import Final

from lanchat.gui.chat.block_writer import Drawn
from lanchat.gui.chat.message_list import MessageList
from lanchat.gui.kit.key_bindings import bind_keys
from lanchat.gui.kit.theme import Kit
from lanchat.gui.model.chat import ChatModel
from lanchat.gui.model.timeline import Key, Kind, Sent
from lanchat.protocol.frames import Message

BAR: Final = 3  # px
GAP: Final = 7  # px from it to the text, its own width included
_FAR: Final = 10**9  # messages: beyond the end of any list

AtMessage = Callable[[Message, int, int], object]


class MessageCursor:
    """on_menu: see MessageList. on_react: the same, for an emoji below it."""

    def __init__(
        self, messages: MessageList, kit: Kit, model: ChatModel, *, on_menu: AtMessage, on_react: AtMessage
    ) -> None:
        self._messages, self._kit, self._model = messages, kit, model
        self._on_menu, self._on_react = on_menu, on_react
        self._text = messages.text
        self._key: Key | None = None  # of the chosen one
        self._bar = tk.Frame(messages, width=kit.px(BAR))
        bind_keys(
            self._text,
            "Messages",
            {
                "up": lambda: self._move(-1),
                "down": lambda: self._move(1),
                "first": lambda: self._move(-_FAR),
                "last": self._to_end,
                "menu": lambda: self._at_place(self._on_menu),
                "react": lambda: self._at_place(self._on_react),
                "escape": self._to_end,
            },
        )
        self._text.bind("<<Settled>>", lambda _: self._show(), add="+")
        self._text.bind("<Button-1>", lambda _: self._choose(None), add="+")
        for event in ("<FocusIn>", "<FocusOut>"):
            self._text.bind(event, lambda _: self._text.after_idle(self._show), add="+")
        kit.listen(self._bar, self._paint)

    @property
    def chosen(self) -> Message | None:
        return None if self._key is None else self._model.timeline.message(self._key)

    def _move(self, step: int) -> str:
        """From the chosen one; without one, to the newest in view, or to the first of all."""
        blocks = self._messages.drawn
        choices = [d for d in blocks if d.block.kind is Kind.MESSAGE and d.block.sent is Sent.YES]
        if choices:
            place = next((n for n, drawn in enumerate(choices) if drawn.block.key == self._key), None)
            if place is None and step > -_FAR:
                to = max((n for n, drawn in enumerate(choices) if self._seen(drawn)), default=len(choices) - 1)
            else:
                to = max(0, min(len(choices) - 1, (place or 0) + step))
            self._choose(choices[to])
        return "break"

    def _choose(self, drawn: Drawn | None) -> None:
        self._key = drawn.block.key if drawn else None
        if drawn:
            self._text.see(f"{drawn.tag}.last -1c")
            self._text.see(f"{drawn.tag}.first")
        self._show()

    def _to_end(self) -> str:
        self._choose(None)
        self._messages.to_end()
        return "break"

    def _at_place(self, call: AtMessage) -> str:
        message = self.chosen
        if message is not None:
            text = self._text
            y = self._bar.winfo_rooty() + self._bar.winfo_height() if self._bar.winfo_manager() else text.winfo_rooty()
            call(message, text.winfo_rootx() + self._kit.px(24), y)
        return "break"

    def _seen(self, drawn: Drawn) -> bool:
        return self._text.dlineinfo(f"{drawn.tag}.first") is not None

    def _show(self) -> None:
        """Where the chosen one stands now, if the keyboard is here and it is in view."""
        text = self._text
        if not text.winfo_exists() or (self._key is None and not self._bar.winfo_manager()):
            return
        text.tag_remove("chosen", "1.0", "end")
        here = str(text.tk.call("focus")) == str(text)
        drawn = next((one for one in self._messages.drawn if one.block.key == self._key), None) if here else None
        if drawn is None:
            self._bar.place_forget()
            return
        first = f"{drawn.tag}.first +{bool(drawn.block.day) + bool(drawn.block.missed)} lines"
        text.tag_add("chosen", first, f"{drawn.tag}.last")
        top, bottom = text.dlineinfo(first), text.dlineinfo(f"{drawn.tag}.last -1c")
        above = text.compare(first, "<", "@0,0") and text.compare(f"{drawn.tag}.last", ">", "@0,0")
        if top is None and not above:
            self._bar.place_forget()
            return
        y = top[1] if top else 0
        end = bottom[1] + bottom[3] if bottom else text.winfo_height()
        self._bar.place(x=text.winfo_x() - self._kit.px(GAP), y=text.winfo_y() + y, height=max(1, end - y))

    def _paint(self) -> None:
        self._bar.configure(bg=self._kit.colors.focus)
        self._text.tag_configure("chosen", background=self._kit.colors.chip)
        self._text.tag_raise("sel")
