"""The help sheet: all keys of model.keys, which the bindings are made from; it binds none."""

from __future__ import annotations

import tkinter as tk
from tkinter import ttk
from typing import Final

from lanchat.gui.kit.dialog import Dialog
from lanchat.gui.kit.key_bindings import is_mac
from lanchat.gui.kit.theme import Kit
from lanchat.gui.model.keys import KEYS, Key, Place, shown

COLUMNS: Final[tuple[tuple[Place, ...], ...]] = (("Everywhere", "Lists"), ("Writing", "Messages"))
WHAT: Final = 250  # px at 96 dpi for what a key does


class KeySheet(Dialog):
    """Two columns, where the screen has the width; Escape, Enter or F1 closes it."""

    def __init__(self, window: tk.Misc, kit: Kit) -> None:
        super().__init__(window, kit, "Keys")
        self.add_text("Keys", "Title.TLabel")
        columns = ttk.Frame(self.body)
        columns.pack(fill="both", pady=(kit.px(6), 0))
        for number, places in enumerate(COLUMNS):
            column = ttk.Frame(columns)
            column.pack(side="left", anchor="n", padx=(kit.px(32) if number else 0, 0))
            for place in places:
                self._add_place(column, place)
        self.update_idletasks()
        if columns.winfo_reqwidth() > self.widest:
            for part in columns.pack_slaves():
                part.pack_configure(side="top", anchor="w", padx=0)
        done = self.add_button("Close", self.close, "Accent.TButton")
        self.bind("<F1>", lambda _: self.close())
        self.open(done)

    def _add_place(self, table: ttk.Frame, place: Place) -> None:
        px, row = self._kit.px, table.grid_size()[1]
        heading = ttk.Label(table, text=place, style="Bold.TLabel")
        heading.grid(row=row, column=0, columnspan=2, sticky="w", pady=(px(12), px(4)))
        for number, key in enumerate([key for key in KEYS[place] if key.what], row + 1):
            self._add_key(table, number, key)

    def _add_key(self, table: ttk.Frame, row: int, key: Key) -> None:
        px = self._kit.px
        keys = ttk.Label(table, text=shown(key, mac=is_mac(self)), style="Sub.TLabel", font=self._kit.fonts.list_bold)
        keys.grid(row=row, column=0, sticky="nw", padx=(0, px(16)), pady=px(2))
        what = ttk.Label(table, text=key.what, style="Sub.TLabel", wraplength=px(WHAT), justify="left")
        what.grid(row=row, column=1, sticky="w", pady=px(2))
