"""How many pixels of the screen one pixel of the design takes; asks the environment, changes nothing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tkinter as tk
from collections.abc import Mapping
from typing import Final

SMALLEST: Final = 1.0
LARGEST: Final = 4.0
DESIGN_DPI: Final = 96.0  # what the sizes of gui.tokens are meant for
XRDB_TIME: Final = 1.0  # s; the X server answers in a few ms or is in trouble


def detect(root: tk.Tk, environ: Mapping[str, str] = os.environ) -> float:
    """The user's own word first (LANCHAT_SCALE), then the desktop's, then the screen's density; in quarters."""
    for name in ("LANCHAT_SCALE", "GDK_SCALE"):
        if (told := _number(environ.get(name, ""))) is not None:
            return rounded(told)
    if sys.platform == "darwin":
        return 1.0  # Tk counts in points there, the system does the rest
    if root.tk.call("tk", "windowingsystem") == "x11" and (dpi := _xft_dpi()) is not None:
        return rounded(dpi / DESIGN_DPI)
    return rounded(root.winfo_fpixels("1i") / DESIGN_DPI)


def zoomed(scale: float, percent: int) -> float:
    """What the screen asks for, and how much larger the user wants it."""
    return rounded(scale * percent / 100)


def rounded(factor: float) -> float:
    """To quarters: other factors make hairlines blurred."""
    return min(LARGEST, max(SMALLEST, round(factor * 4) / 4))


def _number(word: str) -> float | None:
    return float(word) if re.fullmatch(r"\d{1,2}(\.\d{1,3})?", word) and float(word) > 0 else None


def _xft_dpi() -> float | None:
    """What desktops write for all programs; Tk itself ignores it."""
    try:  # by the user's own PATH: it is theirs to choose
        answer = subprocess.run(  # nosec B607
            ["xrdb", "-query"], capture_output=True, text=True, timeout=XRDB_TIME, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r"^Xft\.dpi:\s*(\d+(?:\.\d+)?)$", answer.stdout, re.MULTILINE)
    return float(found[1]) if found else None
