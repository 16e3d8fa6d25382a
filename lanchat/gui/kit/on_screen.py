"""How large a window can be, and where it can stand, to be wholly on the screen with its frame; it moves none."""

from __future__ import annotations

import re
import tkinter as tk
from typing import Final

WIDEST: Final = 100  # px of the screen; no window manager draws a wider frame
USUAL_FRAME: Final = (4, 36)
Size = tuple[int, int]  # px of the screen
Place = tuple[int, int]  # px of the screen to the upper left corner of the frame


def largest(window: tk.Tk | tk.Toplevel) -> Size:
    """What fits into the screen within the frame of `window`, which has been shown."""
    side, top = _frame(window)
    return window.winfo_screenwidth() - 2 * side, window.winfo_screenheight() - top - side


def on_screen(window: tk.Tk | tk.Toplevel, place: Place, size: Size) -> Place:
    """As near to `place` as a window of `size`, framed like `window`, is wholly seen."""
    side, top = _frame(window)
    right = window.winfo_vrootx() + window.winfo_vrootwidth() - size[0] - 2 * side
    bottom = window.winfo_vrooty() + window.winfo_vrootheight() - size[1] - top - side
    x, y = max(window.winfo_vrootx(), min(place[0], right)), max(window.winfo_vrooty(), min(place[1], bottom))
    return x, y


def place_of(window: tk.Tk | tk.Toplevel) -> Place:
    """Of its frame; winfo_x leaves that out on X11."""
    side, top = _frame(window)
    return window.winfo_rootx() - side, window.winfo_rooty() - top


def _frame(window: tk.Tk | tk.Toplevel) -> Size:
    """How wide the frame is at the sides and below, and above. Of a window that was never placed by us, Tk does not
    always know where the window manager put it; then what is usual."""
    x, y = (int(number) for number in re.findall(r"[+-](-?\d+)", window.geometry()))
    side, top = window.winfo_rootx() - x, window.winfo_rooty() - y
    return (side, top) if 0 <= side <= WIDEST and 0 <= top <= WIDEST else USUAL_FRAME
