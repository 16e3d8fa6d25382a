"""The composer: a text that grows with what is written, the send button, and a line below for errors and hints.

It hands text over and keeps it when it is refused; what may be said, others know.
"""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from tkinter import ttk
from typing import Final

from lanchat.client.mentions import Completion
from lanchat.client.shortcodes import expand, named
from lanchat.errors import LocalProtocolError
from lanchat.gui.desktop.clipboard import clipboard_text
from lanchat.gui.kit.emoji import typable
from lanchat.gui.kit.field import Placeholder
from lanchat.gui.kit.key_bindings import bind_keys
from lanchat.gui.kit.line import LineLabel, Paragraph
from lanchat.gui.kit.theme import Kit
from lanchat.gui.model.paste import is_long
from lanchat.protocol.limits import TYPING_EVERY
from lanchat.protocol.text import clean_text

MAX_HEIGHT: Final = 6  # lines; then it scrolls
HINTS: Final = {"enter": "Enter sends · Shift+Enter new line", "ctrl-enter": "Ctrl+Enter sends · Enter new line"}


class Composer(ttk.Frame):
    """on_send: called with the text; raises LocalProtocolError where the rules forbid it. on_page: Page Up (-1) or
    Page Down (1) was pressed here. on_escape: Escape. on_up: Up, while nothing is written. on_drop: what `aim` shows is
    no longer meant. on_typing: something is being written, told now and then. on_emoji: an emoji is wanted. on_paste: a
    long text is about to be pasted; true: it is not. complete: what Tab makes of what
    stands before the cursor, see model.chat."""

    def __init__(
        self,
        master: tk.Misc,
        kit: Kit,
        *,
        on_send: Callable[[str], object],
        on_page: Callable[[int], object],
        on_escape: Callable[[], object],
        on_up: Callable[[], object],
        on_drop: Callable[[], object],
        on_typing: Callable[[], object],
        on_emoji: Callable[[], object],
        on_paste: Callable[[str], bool],
        complete: Callable[[str, int], Completion | None],
    ) -> None:
        super().__init__(master)
        self._on_typing, self._complete = on_typing, complete
        self._on_emoji, self._on_paste = on_emoji, on_paste
        self._told_typing, self._typing_timer = False, ""  # just now
        self._choices: list[str] = []  # what the next Tab makes of the name before the cursor
        self._kit, self._on_send = kit, on_send
        self._error = self._footer = self._objection = self._invitation = ""
        self._send_key = "enter"
        self._paste_files: Callable[[], bool] = lambda: False
        px = kit.px
        self._make_aim(on_drop)
        self._card = ttk.Frame(self, style="Card.TFrame", padding=px(6))
        self._card.pack(fill="x")
        self._send = ttk.Button(self._card, style="Send.TButton", command=self.submit)
        self._send.pack(side="right", anchor="s")
        self.emoji = ttk.Button(self._card, style="Attach.TButton", command=on_emoji)
        self.emoji.pack(side="right", anchor="s", padx=(0, px(4)))
        self.text = self._make_text()
        self._placeholder = Placeholder(self.text, kit, "")
        below = ttk.Frame(self)
        below.pack(fill="x", pady=(px(4), 0))
        self._hint = LineLabel(below, kit, font="meta", ink="text3")
        self._hint.say(HINTS[self._send_key])
        self._hint.pack(side="right")
        self._line = Paragraph(below, kit, font="meta", ink="text3")
        self._line.pack(side="left", fill="x", expand=True)
        self._bind_events(on_page, on_escape, on_up)
        kit.listen(self, self._paint)

    def name_room(self, room: str) -> None:
        self._invitation = f"Message {room}"
        if not self._objection:
            self._placeholder.say(self._invitation)

    def add_attach(self, command: Callable[[], object], paste: Callable[[], bool]) -> None:
        """A button before the text: `command` asks for files. paste: sends what the clipboard holds unless
        that is text, and says whether."""
        self._paste_files = paste
        button = ttk.Button(self._card, style="Attach.TButton", command=command)
        button.pack(side="left", anchor="s", before=self.text)
        self._kit.listen(button, lambda: button.configure(image=self._kit.icon("clip", 18, "text2")))

    def aim(self, text: str) -> None:
        """What is written now is meant for this; empty: for nothing."""
        self._aim_label.say(text)
        if text:
            self._aim.pack(fill="x", before=self._card, pady=(0, self._kit.px(6)))
        else:
            self._aim.pack_forget()

    def say_below(self, text: str) -> None:
        """A quiet sentence under the text; an error stands before it."""
        if text != self._footer:
            self._footer = text
            self._show_line()

    def allow(self, objection: str) -> None:
        """Why nothing can be sent; empty: it can. What was written stays, to be copied."""
        if objection == self._objection:
            return
        self._objection = objection
        self._placeholder.say(objection or self._invitation)
        self.text.configure(state="disabled" if objection else "normal")
        for button in (self._send, self.emoji):
            button.state(["disabled" if objection else "!disabled"])
        if objection:
            self._card.state(["!focus"])
        self._hint.say("" if objection else HINTS[self._send_key])
        self._paint()

    def send_by(self, key: str) -> None:
        """“enter” or “ctrl-enter”."""
        self._send_key = key
        self._show_hint()

    def focus_text(self) -> None:
        self.text.focus_set()

    def type(self, characters: str) -> None:
        """As if typed here."""
        if characters and str(self.text["state"]) != "disabled":
            self.focus_text()
            self.text.insert("insert", characters)

    @property
    def draft(self) -> str:
        """What is written and not sent."""
        return self.text.get("1.0", "end-1c")

    @draft.setter
    def draft(self, text: str) -> None:
        self.text.delete("1.0", "end")
        self.text.insert("1.0", text)

    def take(self) -> None:
        """What was written is on its way."""
        self.text.delete("1.0", "end")
        self.text.edit_reset()
        self.say_error("")

    def submit(self) -> None:
        """Hand over what is written, if it is more than space."""
        text = expand(clean_text(self.text.get("1.0", "end-1c")).strip("\n"))
        if not text.strip() or str(self.text["state"]) == "disabled":
            return
        try:
            self._on_send(text)
        except LocalProtocolError as error:
            self.say_error(str(error))
            return
        self.take()

    def _make_aim(self, on_drop: Callable[[], object]) -> None:
        self._aim = ttk.Frame(self)  # what is answered or changed; there only meanwhile
        self._aim_label = LineLabel(self._aim, self._kit, font="meta", ink="text3", fills=True)
        self._drop = ttk.Button(self._aim, text="Cancel", style="Small.TButton", command=on_drop)
        self._drop.pack(side="right")
        self._aim_label.pack(side="left", fill="x", expand=True, padx=(0, self._kit.px(8)))

    def _make_text(self) -> tk.Text:
        px = self._kit.px
        text = tk.Text(
            self._card,
            height=1,
            width=10,
            wrap="word",
            font=self._kit.fonts.body,
            bd=0,
            highlightthickness=0,
            padx=px(6),
            pady=px(7),
            insertwidth=px(2),
            undo=True,
            maxundo=500,
        )
        text.pack(side="left", fill="x", expand=True)
        return text

    def _bind_events(
        self, on_page: Callable[[int], object], on_escape: Callable[[], object], on_up: Callable[[], object]
    ) -> None:
        text = self.text
        bind_keys(
            text,
            "Writing",
            {
                "return": self._return,
                "send": self._send_now,
                "line": lambda: None,  # the class binding breaks the line
                "complete": lambda: "break" if self._tab() else self._leave(text.tk_focusNext()),
                "emoji": lambda: [self._on_emoji(), "break"][1],
                "up": lambda: None if self.draft else [on_up(), "break"][1],
                "page up": lambda: [on_page(-1), "break"][1],
                "page down": lambda: [on_page(1), "break"][1],
                "escape": on_escape,
            },
        )
        text.bind("<KP_Enter>", lambda _: self._return())
        text.bind("<Shift-Tab>", lambda _: self._leave(text.tk_focusPrev()))
        text.bind("<FocusIn>", lambda _: self._card.state(["focus"]), add="+")
        text.bind("<FocusOut>", lambda _: self._card.state(["!focus"]), add="+")
        text.bind("<<Modified>>", lambda _: self._modified())
        text.bind("<<Paste>>", lambda _: self._paste())
        text.bind("<KeyRelease>", lambda _: self._show_hint(), add="+")
        text.bind("<Configure>", lambda _: self._grow())

    def _return(self) -> str | None:
        """Where another key sends, the class binding breaks the line."""
        return self._send_now() if self._send_key == "enter" else None

    def _send_now(self) -> str:
        self.submit()
        return "break"

    def _tab(self) -> bool:
        """Completes the name before the cursor; once more: the next one that fits. False: there is none."""
        before = self.text.get("1.0", "insert")
        if self._choices and before.endswith(self._choices[0]):
            kept = before.removesuffix(self._choices[0])
            self._choices = [*self._choices[1:], self._choices[0]]
        else:
            completion = self._complete(before, len(before))
            if completion is None:
                return False
            kept, self._choices = before[: completion.start], completion.choices
        self.text.replace("1.0", "insert", kept + self._choices[0])  # whole: Tk counts emoji in its own way
        return True

    def _paste(self) -> str | None:
        """A text that is not long, Tk pastes."""
        if str(self.text["state"]) == "disabled":
            return None
        if self._paste_files():
            return "break"
        text = clipboard_text(self.text)
        return "break" if is_long(text) and self._on_paste(text) else None

    def _show_hint(self) -> None:
        """Which keys send, or what Tab would make of what was begun."""
        if str(self.text["state"]) == "disabled":
            return
        before = self.text.get("insert linestart", "insert")
        begun = before.rpartition(" ")[2][:1] in ("@", ":") and self._complete(before, len(before))
        words = HINTS[self._send_key]
        if begun:
            choice = begun.choices[0].strip()
            words = f"Tab: {named(choice)} {choice}" if named(choice) else f"Tab: {choice}"
        self._hint.say(words)

    def _tell_typing(self) -> None:
        """Not for each key."""
        if not self._told_typing:
            self._told_typing = True
            self._on_typing()
            self._typing_timer = self.after(round(TYPING_EVERY * 1_000), self._typing_told)

    def _typing_told(self) -> None:
        self._told_typing, self._typing_timer = False, ""

    def destroy(self) -> None:
        if self._typing_timer:
            self.after_cancel(self._typing_timer)
        super().destroy()

    def _leave(self, to: tk.Misc | None) -> str:
        """Tab goes on: text seldom needs one, and who has no pointer needs a way out."""
        if to is not None:
            to.focus_set()
        return "break"

    def _modified(self) -> None:
        if not self.text.edit_modified():
            return
        self.text.edit_modified(False)
        written = self.text.get("1.0", "end-1c")
        safe = typable(written)
        if safe != written:  # before Tk draws it
            self.text.replace("1.0", "end-1c", safe)
        self._placeholder.refresh()
        self._show_hint()
        self._grow()
        if written.strip() and not written.startswith("/"):
            self._tell_typing()
        if self._error and not written:
            self.say_error("")

    def _grow(self) -> None:
        breaks = int(self.text.tk.call(str(self.text), "count", "-update", "-displaylines", "1.0", "end-1c"))
        height = min(MAX_HEIGHT, 1 + breaks)
        if height != int(str(self.text["height"])):
            self.text.configure(height=height)
            self.text.see("insert")

    def say_error(self, sentence: str) -> None:
        """Below the text, until something is sent or all is taken away; empty: no more."""
        self._error = sentence
        self._card.state(["invalid" if sentence else "!invalid"])
        self._show_line()

    def _show_line(self) -> None:
        if self._error:
            self._hint.pack_forget()  # what is wrong needs the room
        elif not self._hint.winfo_manager():
            self._hint.pack(side="right")
        self._line.ink = "danger" if self._error else "text3"
        self._line.say(self._error or self._footer)

    def _paint(self) -> None:
        colors = self._kit.colors
        ink = "text3" if self._send.instate(["disabled"]) else "on_accent"
        self._send.configure(image=self._kit.icon("send", 18, ink))
        self.emoji.configure(image=self._kit.icon("smile", 18, "text3" if ink == "text3" else "text2"))
        self.text.configure(
            bg=colors.raised,
            fg=colors.text,
            insertbackground=colors.text,
            selectbackground=colors.select,
            selectforeground=colors.text,
            inactiveselectbackground=colors.select,
        )
