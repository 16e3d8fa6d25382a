"""The menu for light and dark; it keeps no settings."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from typing import Final

from lanchat.gui.theme import Kit

CHOICES: Final = {"system": "Light or dark like the system", "light": "Always light", "dark": "Always dark"}


class ThemeMenu(tk.Menu):
    """choice: “system”, “light” or “dark”. on_choice: the user chose another."""

    def __init__(self, master: tk.Misc, kit: Kit, choice: str, on_choice: Callable[[str], object]) -> None:
        super().__init__(master, tearoff=False, font=kit.fonts.list, bd=0, activeborderwidth=0)
        self._kit = kit
        self._variable = tk.StringVar(master, choice)
        for value, label in CHOICES.items():
            self.add_radiobutton(
                label=label, value=value, variable=self._variable, command=lambda: on_choice(self.choice)
            )
        kit.listen(self, self._paint)

    @property
    def choice(self) -> str:
        return self._variable.get()

    def post_at(self, widget: tk.Misc) -> None:
        """Above `widget`, which stands at the bottom of the window."""
        x, y = widget.winfo_rootx(), widget.winfo_rooty() - self.winfo_reqheight() - self._kit.px(4)
        self.tk_popup(x, max(0, y))

    def _paint(self) -> None:
        c = self._kit.colors
        self.configure(
            bg=c.raised, fg=c.text, activebackground=c.sel, activeforeground=c.text, selectcolor=c.accent, relief="flat"
        )
