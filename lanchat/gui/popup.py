"""PopupMenu: Tk's own menu in the colours of the theme, with a thin border; it has no entries of its own."""

from __future__ import annotations

import tkinter as tk

from lanchat.gui.theme import Kit


def menu_button(widget: tk.Misc) -> int:
    """The number of the pointer's button that asks for a menu."""
    return 2 if widget.tk.call("tk", "windowingsystem") == "aqua" else 3


class PopupMenu(tk.Menu):
    """Add entries before it is first shown. Keys and screen readers work as the system has it."""

    def __init__(self, master: tk.Misc, kit: Kit) -> None:
        super().__init__(master, tearoff=False, font=kit.fonts.list, relief="flat")
        self._kit = kit
        kit.listen(self, self.paint)

    def paint(self) -> None:
        """In the colours of the kit's mode; once more when entries were added."""
        colors = self._kit.colors
        self.configure(
            bd=self._kit.px(1),
            activeborderwidth=self._kit.px(4),
            bg=colors.line,  # what the entries leave free: the border
            fg=colors.text,
            activebackground=colors.sel,
            activeforeground=colors.text,
            disabledforeground=colors.text3,
            selectcolor=colors.text,  # the mark of what is chosen
        )
        while self.index("end") is not None and self.type(0) == "separator":
            self.delete(0)  # there is nothing above it
        last = self.index("end")
        for entry in range(0 if last is None else last + 1):
            self.entryconfigure(entry, background=colors.raised)
