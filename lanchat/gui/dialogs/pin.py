"""The dialog that asks for the PIN of a room that one was in already; it connects to nothing itself."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from tkinter import ttk

from lanchat.errors import LocalProtocolError
from lanchat.gui.kit.dialog import WIDTH, Dialog
from lanchat.gui.kit.field import Field
from lanchat.gui.kit.theme import Kit
from lanchat.pin import clean_pin


class PinDialog(Dialog):
    """on_pin: called with a well-formed PIN, and the dialog is gone."""

    def __init__(self, master: tk.Misc, kit: Kit, reason: str, *, on_pin: Callable[[str], object]) -> None:
        super().__init__(master, kit, "PIN")
        self._on_pin = on_pin
        self.add_text("PIN of this room", "Title.TLabel")
        self.add_text(reason, gap=4)
        self.field = Field(self.body, kit, "Ask whoever runs the room", secret=True)
        self.field.pack(fill="x", pady=(kit.px(14), 0))
        self.field.bind("<Return>", lambda _: self._submit())
        self.complaint = ttk.Label(self.body, style="Error.TLabel", wraplength=kit.px(WIDTH), justify="left")
        self.complaint.pack(anchor="w", pady=(kit.px(6), 0))
        self.submit = self.add_button("Come in", self._submit, "Accent.TButton")
        self.add_button("Cancel", self.cancel)
        self.open(self.field)

    def _submit(self) -> None:
        try:
            pin = clean_pin(self.field.value)
        except LocalProtocolError as error:
            self.complaint.configure(text=str(error))
            self.field.mark(True)
            return
        self.close()
        self._on_pin(pin)
