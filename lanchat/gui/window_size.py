"""How large the window is: when it opens, at another size of all it holds, and at least; never larger than the screen.

Where it stands is the window manager's business, as long as all of it is on the screen.
"""

from __future__ import annotations

import re
import tkinter as tk
from collections.abc import Callable
from typing import Final

from lanchat.gui.kit.on_screen import Place, Size, largest, on_screen, place_of
from lanchat.gui.kit.theme import Kit

USUAL: Final = (1040, 720)  # px at 96 dpi
SMALLEST: Final = (760, 520)
SETTLED: Final = 1_000  # ms without another size after which it counts: a drag makes many


class WindowSize:
    """Of the main window. on_settled: told once the user has given it another size. For the Tk thread."""

    def __init__(self, root: tk.Tk, kit: Kit, on_settled: Callable[[], object] = lambda: None) -> None:
        self._root, self._kit, self._on_settled = root, kit, on_settled
        self._wanted: Size = USUAL  # by the user; the window is larger where it must be
        self._asked: set[Size] = set()  # by us: such a size tells nothing about the user
        self._before: tuple[Place, Place] | None = None  # where it stood, and where we moved it
        self._waiting = ""  # the pending call of _settle

    def open(self, kept: str) -> None:
        """As large as it was, as `held` told; as usual, if that makes no sense."""
        self._limit()
        self._wanted = _smaller(read(kept) or self._px(USUAL), largest(self._root))
        size = self._fitting()
        self._asked = {self._wanted, size}
        self._root.geometry(f"{size[0]}x{size[1]}")
        for event in ("<Configure>", "<Map>"):
            self._root.bind(event, self._changed, add="+")

    def grow(self) -> None:
        """The kit has another size: the window stays as the user wants it, or becomes as large as it must be."""
        self._settle()
        self._limit()
        if self._fills_the_screen():
            return
        size = self._fitting()
        self._asked |= {self._wanted, size}
        x, y = self._place_for(size)
        self._root.geometry(f"{size[0]}x{size[1]}+{x}+{y}")

    @property
    def held(self) -> str:
        """To be kept until it opens again; what it was before, where it fills the screen just now."""
        self._settle()
        return f"{self._wanted[0]}x{self._wanted[1]}"

    def _changed(self, event: tk.Event[tk.Misc]) -> None:
        if event.widget is self._root and self._root.winfo_viewable():  # not while it is closing
            if self._waiting:
                self._root.after_cancel(self._waiting)
            self._waiting = self._root.after(SETTLED, self._settled)

    def _settled(self) -> None:
        before = self._wanted
        self._settle()
        if self._wanted != before:
            self._on_settled()

    def _settle(self) -> None:
        """The size that it has now is what the user wants, unless we asked for it."""
        if self._waiting:
            self._root.after_cancel(self._waiting)
            self._waiting = ""
        size = self._root.winfo_width(), self._root.winfo_height()
        if self._root.winfo_viewable() and size not in self._asked and not self._fills_the_screen():
            self._wanted = size
            self._asked = {size}

    def _place_for(self, size: Size) -> Place:
        """Where it stands; moved onto the screen if need be, and back once it need not be."""
        now = place_of(self._root)
        wanted = self._before[0] if self._before is not None and self._before[1] == now else now
        place = on_screen(self._root, wanted, size)
        self._before = None if place == wanted else (wanted, place)
        return place

    def _limit(self) -> None:
        self._root.minsize(*_smaller(self._px(SMALLEST), largest(self._root)))

    def _fitting(self) -> Size:
        """As wanted, but not smaller than it may be."""
        least = self._px(SMALLEST)
        return _smaller((max(self._wanted[0], least[0]), max(self._wanted[1], least[1])), largest(self._root))

    def _px(self, size: Size) -> Size:
        return self._kit.px(size[0]), self._kit.px(size[1])

    def _fills_the_screen(self) -> bool:
        if self._root.tk.call("tk", "windowingsystem") == "x11":
            return bool(self._root.attributes("-zoomed"))
        return self._root.state() == "zoomed"  # not run here


def read(kept: str) -> Size | None:
    """None: it makes no sense."""
    found = re.fullmatch(r"(\d{1,5})x(\d{1,5})", kept, re.ASCII)
    return (int(found[1]), int(found[2])) if found else None


def _smaller(size: Size, most: Size) -> Size:
    return min(size[0], most[0]), min(size[1], most[1])
