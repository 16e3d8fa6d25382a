"""How large the window is when it opens, and the smallest that it may be; never larger than the screen.

Where it stands is the window manager's business.
"""

from __future__ import annotations

import re
import tkinter as tk
from typing import Final

from lanchat.gui.kit.theme import Kit

USUAL: Final = (1040, 720)  # px at 96 dpi
SMALLEST: Final = (760, 520)
Size = tuple[int, int]  # px of the screen


class WindowSize:
    """Of the main window. For the Tk thread."""

    def __init__(self, root: tk.Tk, kit: Kit) -> None:
        self._root, self._kit = root, kit
        self._kept = ""

    def open(self, kept: str) -> None:
        """As large as it was, as `held` told; as usual, if that makes no sense."""
        self._kept = kept
        self._limit()
        self._set(read(kept) or self._px(USUAL))

    def grow(self) -> None:
        """The kit has another size: the window stays as it is, or becomes as large as it must be."""
        self._limit()
        size = self._root.winfo_width(), self._root.winfo_height()
        least = self._fitting(self._px(SMALLEST))
        if size[0] < least[0] or size[1] < least[1]:
            self._set(size)

    @property
    def held(self) -> str:
        """To be kept until it opens again; what was kept before, where it fills the screen just now."""
        if self._fills_the_screen():
            return self._kept
        return f"{self._root.winfo_width()}x{self._root.winfo_height()}"

    def _limit(self) -> None:
        self._root.minsize(*self._fitting(self._px(SMALLEST)))

    def _set(self, size: Size) -> None:
        least = self._px(SMALLEST)
        size = self._fitting((max(size[0], least[0]), max(size[1], least[1])))
        self._root.geometry(f"{size[0]}x{size[1]}")

    def _px(self, size: Size) -> Size:
        return self._kit.px(size[0]), self._kit.px(size[1])

    def _fitting(self, size: Size) -> Size:
        root = self._root
        return min(size[0], root.winfo_screenwidth()), min(size[1], root.winfo_screenheight())

    def _fills_the_screen(self) -> bool:
        if self._root.tk.call("tk", "windowingsystem") == "x11":
            return bool(self._root.attributes("-zoomed"))
        return self._root.state() == "zoomed"  # not run here


def read(kept: str) -> Size | None:
    """None: it makes no sense."""
    found = re.fullmatch(r"(\d{1,5})x(\d{1,5})", kept, re.ASCII)
    return (int(found[1]), int(found[2])) if found else None
