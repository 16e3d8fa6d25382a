"""The dialog to host a room on this computer: its name, then the address to read aloud; it starts nothing itself."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Sequence
from functools import partial
from tkinter import ttk
from typing import Final

from lanchat.client.hosting import Hosted
from lanchat.errors import LocalProtocolError
from lanchat.gui.kit.dialog import WIDTH, Dialog
from lanchat.gui.kit.emoji import typable
from lanchat.gui.kit.field import Field
from lanchat.gui.kit.line import LineLabel
from lanchat.gui.kit.theme import Kit
from lanchat.pin import clean_pin
from lanchat.protocol.text import clean_server_name, one_line

MAX_BEFORE: Final = 3  # rooms of before that are proposed, the latest
CHOOSE: Final = 90  # px at 96 dpi that the button beside such a name takes


class HostDialog(Dialog):
    """before: names of rooms that were open here, to be opened again. on_open: called with a name, and a PIN if one was
    chosen. Then say `opened` or `failed`. on_join: the room is open, and the user wants in; called with the PIN, too.
    """

    def __init__(
        self,
        master: tk.Misc,
        kit: Kit,
        name: str,
        before: Sequence[str] = (),
        *,
        on_open: Callable[[str, str | None], object],
        on_join: Callable[[Hosted, str | None], object],
    ) -> None:
        super().__init__(master, kit, "Host a room")
        self._on_open, self._on_join = on_open, on_join
        self.add_text("Host a room here", "Title.TLabel")
        self.add_text(
            "This computer keeps the room, and others on this network see it in their list at once. "
            "It stays open as long as you want, also without this window.",
            gap=4,
        )
        self.add_text("Name of the room", gap=20)
        self.field = Field(self.body, kit, "For example Studio", on_change=lambda _: self._complain(""))
        self.field.pack(fill="x", pady=(kit.px(6), 0))
        self.field.bind("<Return>", lambda _: self._submit())
        self.before: list[ttk.Button] = []
        if before:
            self._propose(before[:MAX_BEFORE])
        self.add_text("PIN, if not everybody on this network may come in", gap=14)
        self.pin = Field(self.body, kit, "No PIN", on_change=lambda _: self._complain(""))
        self.pin.pack(fill="x", pady=(kit.px(6), 0))
        self.pin.bind("<Return>", lambda _: self._submit())
        self._chosen: str | None = None  # the PIN of the room that is open
        self._taken = name  # what was proposed and chosen
        self._typed = ""  # the same, as it was typed
        self.complaint = ttk.Label(self.body, style="Error.TLabel", wraplength=kit.px(WIDTH), justify="left")
        self.complaint.pack(anchor="w", pady=(kit.px(6), 0))
        self.submit = self.add_button("Open the room", self._submit, "Accent.TButton")
        self.add_button("Cancel", self.cancel)
        self.field.value = name
        self.field.selection_range(0, "end")
        self.field.icursor("end")
        self.open(self.field)

    def _propose(self, names: Sequence[str]) -> None:
        kit = self._kit
        self.add_text("Or one that was open here before, with all that was said in it", "Meta.TLabel", gap=8)
        for name in names:
            line = ttk.Frame(self.body)
            line.pack(fill="x", pady=(kit.px(4), 0))
            words = LineLabel(line, kit, font="list_bold", ink="text")
            words.say(name, kit.px(WIDTH - CHOOSE))
            words.pack(side="left")
            button = ttk.Button(line, text="Choose", style="Small.TButton", command=partial(self._take, name))
            button.pack(side="left", padx=kit.px(10))
            self.before.append(button)

    def _take(self, name: str) -> None:
        self.field.value = self._taken = name
        self.field.icursor("end")
        self.field.focus_set()

    def failed(self, sentence: str) -> None:
        self._ready(True)
        self._complain(sentence)
        self.field.focus_set()

    def opened(self, hosted: Hosted, address: str) -> None:
        """It runs. address: what others may type, with the port."""
        for part in (*self.body.winfo_children(), *self.buttons.winfo_children()):
            part.destroy()
        self.add_named(f"“{hosted.name}” is open", "Title.TLabel")
        self.add_text("Others find it in their list. Whoever does not, types this address:", gap=4)
        line = ttk.Frame(self.body)
        line.pack(fill="x", pady=(self._kit.px(14), 0))
        self.address = ttk.Label(line, text=address, style="H1.TLabel")
        self.address.pack(side="left")
        self.copy = ttk.Button(line, text="Copy", style="Small.TButton", command=lambda: self._copy(address))
        self.copy.pack(side="left", padx=self._kit.px(12))
        from lanchat.identity import words  # brings cryptography, which no window waits for

        self.add_text(f"To be sure that it is this room, compare these words aloud: {words(hosted.id)}", gap=14)
        if hosted.locked and not self._chosen:
            self.add_text("It is locked with the PIN that it had before.", gap=14)
        if self._chosen:
            self.add_text(f"They need this PIN when they come for the first time: {self._typed}", gap=14)
        self.join = self.add_button("Join it", lambda: self._join(hosted), "Accent.TButton")
        self.add_button("Later", self.close)
        self.join.focus_set()

    def _submit(self) -> None:
        if self.submit.instate(["disabled"]):
            return  # it is under way
        typed = self.field.value
        chosen = self._taken if typed == typable(self._taken) else typed  # a field may spell emoji out
        name = clean_server_name(chosen, fallback="")
        if not name:
            self.failed("Please give the room a name.")
            return
        try:
            self._chosen = clean_pin(self.pin.value) if self.pin.value.strip() else None
        except LocalProtocolError as error:
            self._ready(True)
            self._complain(str(error))
            self.field.mark(False)
            self.pin.mark(True)
            self.pin.focus_set()
            return
        self._typed = one_line(self.pin.value)
        self._complain("")
        self._ready(False)
        self._on_open(name, self._chosen)

    def _join(self, hosted: Hosted) -> None:
        self.close()
        self._on_join(hosted, self._chosen)

    def _copy(self, address: str) -> None:
        self.clipboard_clear()
        self.clipboard_append(address)
        self.copy.configure(text="Copied")

    def _ready(self, ready: bool) -> None:
        self.submit.configure(text="Open the room" if ready else "Opening …")
        for control in (self.submit, self.field, self.pin):
            control.state(["!disabled" if ready else "disabled"])

    def _complain(self, sentence: str) -> None:
        self.complaint.configure(text=sentence)
        self.field.mark(bool(sentence))
        self.pin.mark(False)
