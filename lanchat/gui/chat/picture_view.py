"""PictureView: one picture as large as the screen allows, in a window of its own; it saves nothing itself."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Mapping
from tkinter import ttk
from typing import Final

from lanchat.gui.kit.emoji import drawable
from lanchat.gui.kit.theme import Kit

SHARE: Final = 0.8  # of the screen


def room_on(screen: tk.Misc) -> tuple[int, int]:
    """Pixels that a picture may have."""
    return round(screen.winfo_screenwidth() * SHARE), round(screen.winfo_screenheight() * SHARE)


class PictureView(tk.Toplevel):
    """Escape, or a click on the picture, closes it."""

    def __init__(
        self, master: tk.Misc, kit: Kit, name: str, data: bytes, actions: Mapping[str, Callable[[], object]]
    ) -> None:
        super().__init__(master)
        self.title(drawable(name))
        self.resizable(False, False)
        self.transient(master.winfo_toplevel())
        self._image = tk.PhotoImage(master=kit.root, data=data)
        picture = tk.Label(self, image=self._image, bd=0, cursor="hand2")
        picture.pack()
        picture.bind("<ButtonRelease-1>", lambda _: self.destroy())
        row = ttk.Frame(self, padding=kit.px(8))
        row.pack(fill="x")
        for words, action in actions.items():
            ttk.Button(row, text=words, command=action).pack(side="left", padx=(0, kit.px(8)))
        self.bind("<Escape>", lambda _: self.destroy())
        kit.listen(self, lambda: [self.configure(bg=kit.colors.bg), picture.configure(bg=kit.colors.bg)])
        self.focus_set()
