"""Wheel and touchpad, the same for Tk 8.6 and 9 on every system; it turns events into pixels and nothing else.

Tk 8.6 sends buttons 4 and 5 on X11, multiples of 120 on Windows and small numbers on macOS. Tk 9 sends multiples of
120 everywhere and <TouchpadScroll>, whose delta holds two signed halves, for touchpads. Only X11 was tried.
"""

from __future__ import annotations

import sys
import tkinter as tk
from collections.abc import Callable
from typing import Final

NOTCH: Final = 120  # the delta of one step of a wheel
STEP: Final = 48  # px at 96 dpi for one step: three lines of text


def bind_wheel(widget: tk.Misc, scroll: Callable[[int], None], scale: float) -> None:
    """scroll(pixels): positive towards the end."""
    step = round(STEP * scale)
    if widget.tk.call("tk", "windowingsystem") == "x11" and tk.TkVersion < 9:
        widget.bind("<Button-4>", lambda _: scroll(-step))
        widget.bind("<Button-5>", lambda _: scroll(step))
        return
    per_notch = 1 if sys.platform == "darwin" and tk.TkVersion < 9 else NOTCH
    widget.bind("<MouseWheel>", lambda event: scroll(round(-event.delta / per_notch * step)))
    if tk.TkVersion >= 9:
        widget.bind("<TouchpadScroll>", lambda event: scroll(-touchpad_rows(event.delta)))


def touchpad_rows(delta: int) -> int:
    """The vertical half of a packed <TouchpadScroll> delta, in pixels."""
    low = delta & 0xFFFF
    return low - 0x10000 if low >= 0x8000 else low
