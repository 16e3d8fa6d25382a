"""The window's icon: a tile with the sign for rooms nearby, and a badge on it while something was not looked at."""

from __future__ import annotations

import tkinter as tk
from typing import Final

from lanchat.gui.kit.theme import Kit

SIZE: Final = 48  # px at 96 dpi
BADGE: Final = 22


class WindowIcon:
    """Of `root` and the windows over it; Tk forgets what nobody holds."""

    def __init__(self, root: tk.Tk, kit: Kit) -> None:
        self._root, self._kit = root, kit
        self._badged = False
        self._image = self._draw(badged=False)
        root.iconphoto(True, self._image)

    @property
    def badged(self) -> bool:
        return self._badged

    def badge(self, shown: bool) -> None:
        if shown != self._badged:
            self._badged = shown
            self._image = self._draw(badged=shown)
            self._root.iconphoto(True, self._image)

    def _draw(self, *, badged: bool) -> tk.PhotoImage:
        kit = self._kit
        tile, sign = kit.shape(SIZE, SIZE, 13, "accent"), kit.icon("radio", 36, "on_accent", 1.8)
        plain = kit.stacked(tile, sign)
        if not badged:
            return plain
        image = tk.PhotoImage(master=kit.root, width=tile.width(), height=tile.height())
        image.tk.call(image, "copy", plain)
        disc = kit.disc(BADGE, "danger", ring="on_accent")
        image.tk.call(image, "copy", disc, "-to", tile.width() - disc.width(), 0)
        return image
