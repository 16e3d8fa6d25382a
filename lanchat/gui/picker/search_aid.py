"""What to do where no room answers: a line below the list that says how it stands, with what can be tried; it asks
nothing itself."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from tkinter import ttk

from lanchat.gui.kit.theme import Kit
from lanchat.gui.model.picker import Aid


class SearchAid(ttk.Frame):
    """Packed only while there is something to say. on_sweep: ask every address. on_check: look into this network."""

    def __init__(
        self, master: tk.Misc, kit: Kit, *, on_sweep: Callable[[], object], on_check: Callable[[], object]
    ) -> None:
        super().__init__(master)
        self._gap = kit.px(12)
        self._text = ttk.Label(self, style="Sub.TLabel", justify="left")
        self.check = ttk.Button(self, text="Run network check", command=on_check)
        self.check.pack(side="right")
        self.sweep = ttk.Button(self, text="Search every address", command=on_sweep)
        self.sweep.pack(side="right", padx=kit.px(8))
        self._text.pack(side="left", fill="x", expand=True)  # last: in a narrow window it is the one to give way
        self._text.bind("<Configure>", lambda event: self._text.configure(wraplength=event.width))

    def show(self, aid: Aid | None, *, details: bool = False, check: bool = True) -> None:
        """details: it is known already what a check finds. check False: that is offered elsewhere."""
        if aid is None:
            self.pack_forget()
            return
        self._text.configure(text=aid.text)
        self.sweep.state(["disabled" if aid.busy else "!disabled"])
        self.check.configure(text="Details …" if details else "Run network check")
        if check:
            self.check.pack(side="right", before=self.sweep)
        else:
            self.check.pack_forget()
        if not self.winfo_manager():
            self.pack(fill="x", pady=(0, self._gap), before=self.master.winfo_children()[0])
