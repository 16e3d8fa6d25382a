"""The nickname dialog: a name for the room, its PIN where it has one, and what became of it; it connects to nothing
itself.
"""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from tkinter import ttk
from typing import Final

from lanchat.errors import LocalProtocolError
from lanchat.gui.kit.dialog import WIDTH, Dialog
from lanchat.gui.kit.emoji import drawable
from lanchat.gui.kit.field import Field
from lanchat.gui.kit.line import Paragraph
from lanchat.gui.kit.paint import avatar
from lanchat.gui.kit.theme import Kit
from lanchat.gui.model.people import hue_of, initials
from lanchat.pin import clean_pin
from lanchat.protocol.text import clean_nick

AVATAR: Final = 48  # px at 96 dpi


class NicknameDialog(Dialog):
    """on_join: called with a well-formed nickname, and with a PIN if one was asked for. Then say `refused`, `ask_pin`,
    `unreachable`, or `close` it."""

    def __init__(
        self,
        master: tk.Misc,
        kit: Kit,
        room: str,
        detail: str,
        nick: str,
        *,
        on_join: Callable[[str, str | None], object],
        on_cancel: Callable[[], object] | None = None,
        on_test: Callable[[], object] | None = None,
        locked: bool = False,
        key: str = "",
    ) -> None:
        """on_test: the server shall be tested, and the dialog is gone; None: it cannot be. locked: the PIN is asked for
        from the beginning; see `ask_pin` for later. key: ours, once it is known."""
        super().__init__(master, kit, f"Join {room}", on_cancel)
        self._on_join, self._on_test = on_join, on_test
        self._nick, self._key = nick, key
        self._add_head(f"Join {room}", detail)
        self.add_text("Your name in this room", "Sub.TLabel", gap=20)
        self.field = Field(self.body, kit, "For example Ana", on_change=self._changed)
        self.field.pack(fill="x", pady=(kit.px(6), 0))
        self.field.bind("<Return>", lambda _: self._submit())
        self.pin_label = self.add_text("PIN of this room", "Sub.TLabel", gap=14)
        self.pin = Field(
            self.body, kit, "Ask whoever runs the room", secret=True, on_change=lambda _: self._complain("")
        )
        self.pin.pack(fill="x", pady=(kit.px(6), 0))
        self.pin.bind("<Return>", lambda _: self._submit())
        self.complaint = ttk.Label(self.body, style="Error.TLabel", wraplength=kit.px(WIDTH), justify="left")
        self.complaint.pack(anchor="w", pady=(kit.px(6), 0))
        self.proposal = ttk.Button(self.body, style="Small.TButton")  # packed only while there is one
        self.join = self.add_button("Join", self._submit, "Accent.TButton")
        self.add_button("Cancel", self.cancel)
        if not locked:
            self.pin_label.pack_forget()
            self.pin.pack_forget()
        self.field.value = nick
        self.field.selection_range(0, "end")
        self.field.icursor("end")
        self.open(self.field)

    def show_key(self, key: str) -> None:
        """Ours is known: it gives us our colour."""
        self._key = key
        self._draw_preview()

    def _add_head(self, title: str, detail: str) -> None:
        kit = self._kit
        head = ttk.Frame(self.body)
        head.pack(fill="x")
        self._preview = tk.Canvas(head, width=kit.px(AVATAR), height=kit.px(AVATAR), highlightthickness=0, bd=0)
        self._preview.pack(side="left", padx=(0, kit.px(14)))
        wrap = kit.px(WIDTH - AVATAR - 14)
        words = ttk.Frame(head)
        words.pack(side="left", fill="x", expand=True)
        heading = Paragraph(words, kit, font="title", ink="text", width=wrap)
        heading.say(title)
        heading.pack(anchor="w")
        below = ttk.Label(words, text=drawable(detail), style="Meta.TLabel", wraplength=wrap)
        below.pack(anchor="w", pady=(kit.px(2), 0))
        kit.listen(self._preview, self._draw_preview)

    # What became of it

    def refused(self, sentence: str, suggestion: str | None = None) -> None:
        """The server will not have this name; suggestion: one that is free."""
        self._ready("Join")
        self._complain(sentence)
        self.field.mark(True)
        if suggestion:
            self._propose(drawable(f"Join as “{suggestion}”"), lambda: self._take(suggestion))
        self.field.selection_range(0, "end")
        self.field.icursor("end")
        self.field.focus_set()

    def ask_pin(self, sentence: str) -> None:
        """The room has a PIN; sentence: what was wrong with the last one, if anything."""
        if not self._asks_pin:
            self.pin_label.pack(anchor="w", pady=(self._kit.px(14), 0), after=self.field)
            self.pin.pack(fill="x", pady=(self._kit.px(6), 0), after=self.pin_label)
        self._ready("Join")
        self._complain(sentence)
        self.pin.mark(bool(sentence))
        self.pin.selection_range(0, "end")
        self.pin.focus_set()

    @property
    def _asks_pin(self) -> bool:
        return bool(self.pin.winfo_manager())

    def unreachable(self, sentence: str) -> None:
        """Nothing is wrong with the name; another try may help, or a test says what is."""
        self._ready("Try again")
        self._complain(sentence)
        if self._on_test is not None:
            self._propose("Test this server", self._test)
        self.join.focus_set()

    # From the user

    def _submit(self) -> None:
        if self.join.instate(["disabled"]):
            return  # it is under way
        try:
            nick = clean_nick(self.field.value)
        except LocalProtocolError as error:
            self.refused(str(error))
            return
        pin = None
        if self._asks_pin:
            try:
                pin = clean_pin(self.pin.value)
            except LocalProtocolError as error:
                self.ask_pin(str(error))
                return
        self._complain("")
        self.join.configure(text="Joining …")
        self.join.state(["disabled"])
        for field in (self.field, self.pin):
            field.state(["disabled"])
        self._on_join(nick, pin)

    def _propose(self, words: str, act: Callable[[], object]) -> None:
        self.proposal.configure(text=words, command=act)
        self.proposal.pack(anchor="w", pady=(self._kit.px(8), 0))

    def _test(self) -> None:
        self.cancel()
        if self._on_test is not None:
            self._on_test()

    def _take(self, suggestion: str) -> None:
        self.field.value = suggestion
        self._submit()

    def _changed(self, text: str) -> None:
        self._nick = text.strip()
        self._draw_preview()
        try:
            clean_nick(text)
        except LocalProtocolError as error:
            self._complain(str(error) if text else "")  # an empty field is no mistake yet
            self.field.mark(bool(text))
        else:
            self._complain("")

    # What is shown

    def _ready(self, action: str) -> None:
        self.join.configure(text=action)
        self.join.state(["!disabled"])
        for field in (self.field, self.pin):
            field.state(["!disabled"])

    def _complain(self, sentence: str) -> None:
        self.complaint.configure(text=drawable(sentence))
        self.field.mark(False)
        self.pin.mark(False)
        self.proposal.pack_forget()

    def _draw_preview(self) -> None:
        canvas, colors = self._preview, self._kit.colors
        canvas.configure(bg=colors.bg)
        canvas.delete("all")
        color = colors.avatars[hue_of(self._key)] if self._key else colors.absent
        avatar(canvas, self._kit, (0, 0), initials(self._nick), color, size=AVATAR, under="bg")
