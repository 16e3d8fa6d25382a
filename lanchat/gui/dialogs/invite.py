"""The dialog to invite somebody: who, for how long, then the link and its QR code; it makes no invitation itself."""

from __future__ import annotations

import time
import tkinter as tk
from collections.abc import Callable
from datetime import datetime
from tkinter import ttk
from typing import Final

from lanchat.gui.kit.dialog import WIDTH, Dialog
from lanchat.gui.kit.emoji import drawable
from lanchat.gui.kit.field import Field
from lanchat.gui.kit.key_bindings import press
from lanchat.gui.kit.options import Options
from lanchat.gui.kit.qr_code import QrCode
from lanchat.gui.kit.theme import Kit
from lanchat.gui.model.invitation import promise

USES: Final[dict[str, int | None]] = {"One person, once": 1, "Anybody until it ends": None}
LENGTHS: Final = {"1 hour": 3_600, "1 day": 86_400, "1 week": 604_800}  # s
USUAL: Final = LENGTHS["1 day"]


class InviteDialog(Dialog):
    """on_make: called with the seconds that the invitation is to hold, and how many may use it, None: any number.
    Then say `made` or `failed`, if the dialog is still there. clock: s since 1970."""

    def __init__(
        self,
        window: tk.Misc,
        kit: Kit,
        server_name: str,
        *,
        on_make: Callable[[int, int | None], object],
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(window, kit, "Invite somebody")
        self._server_name, self._on_make, self._clock = server_name, on_make, clock
        self._until = 0.0
        self.add_named(f"Invite somebody to “{server_name}”", "Title.TLabel")
        self.add_text(
            "You get a link to send, and the same as a code to scan. Give it only to those you want in the room.", gap=4
        )
        self.add_text("Who may use it", gap=20)
        self.uses = Options(self.body, kit, USES, on_return=self._submit)
        self.uses.pack(anchor="w", pady=(kit.px(4), 0))
        self.add_text("For how long", gap=14)
        self.length = Options(self.body, kit, LENGTHS, across=True, on_return=self._submit)
        self.length.value = USUAL
        self.length.pack(anchor="w", pady=(kit.px(4), 0))
        self.complaint = ttk.Label(self.body, style="Error.TLabel", wraplength=kit.px(WIDTH), justify="left")
        self.complaint.pack(anchor="w", pady=(kit.px(6), 0))
        self.submit = self.add_button("Make the invitation", self._submit, "Accent.TButton")
        self.add_button("Cancel", self.cancel)
        self.open(self.uses.chosen)

    def made(self, link: str) -> None:
        """There is one: `link` leads in by it."""
        uses, now = self.uses.value, self._clock()
        for part in (*self.body.winfo_children(), *self.buttons.winfo_children()):
            part.destroy()
        kit = self._kit
        self.add_named(f"Invitation to “{self._server_name}”", "Title.TLabel")
        line = ttk.Frame(self.body)
        line.pack(fill="x", pady=(kit.px(14), 0))
        self.link = Field(line, kit)
        self.link.value = link
        self.link.state(["readonly"])
        self.copy = ttk.Button(line, text="Copy", width=len("Copied"), style="Accent.TButton")
        self.copy.configure(command=lambda: self._copy(link))
        self.copy.bind("<Return>", press)
        self.copy.pack(side="right", padx=(kit.px(10), 0))
        self.link.pack(side="left", fill="x", expand=True)
        self.code = QrCode(self.body, kit, link)
        self.code.pack(pady=(kit.px(16), 0))
        until = datetime.fromtimestamp(self._until)
        self.promise = self.add_text(promise(uses, until, datetime.fromtimestamp(now)), gap=16)
        self.add_button("Done", self.close)
        self.place_over_parent()  # it has grown
        self.copy.focus_set()

    def failed(self, sentence: str) -> None:
        self._ready(True)
        self.complaint.configure(text=drawable(sentence))
        self.submit.focus_set()

    def _submit(self) -> None:
        if self.submit.instate(["disabled"]):
            return  # it is under way
        self.complaint.configure(text="")
        self._ready(False)
        self._until = self._clock() + self.length.value  # from now, not from the answer: it never ends before we say
        self._on_make(self.length.value, self.uses.value)

    def _copy(self, link: str) -> None:
        self.clipboard_clear()
        self.clipboard_append(link)
        self.copy.configure(text="Copied")

    def _ready(self, ready: bool) -> None:
        self.submit.configure(text="Make the invitation" if ready else "Making it …")
        self.submit.state(["!disabled" if ready else "disabled"])
        for options in (self.uses, self.length):
            options.enable(ready)
