"""QrCode: a text as a QR code, in squares of whole pixels; it knows nothing of links."""

from __future__ import annotations

import tkinter as tk
from itertools import groupby
from typing import Final

from lanchat.gui.kit.theme import Kit

SIDE: Final = 280  # px at 96 dpi at most: what a phone reads at arm's length, and a dialog holds in the smallest window
QUIET: Final = 4  # modules of margin, which the standard asks for
LIGHT, DARK = "#FFFFFF", "#000000"  # in dark mode, too: many readers know no other


class QrCode(tk.Canvas):
    """As large as SIDE and whole pixels for a module allow. text: at most 2,950 bytes, more fits into no QR code."""

    def __init__(self, master: tk.Misc, kit: Kit, text: str) -> None:
        import segno  # late: few windows ever show one

        rows = segno.make_qr(text, error="l").matrix
        count = len(rows) + 2 * QUIET
        self.module = max(1, kit.px(SIDE) // count)  # px of this screen
        side = count * self.module
        super().__init__(master, width=side, height=side, bg=LIGHT, bd=0, highlightthickness=0)
        for y, row in enumerate(rows, QUIET):
            x = QUIET
            for dark, run in groupby(row):
                length = len(list(run))
                if dark:
                    self._fill(x, y, length)
                x += length

    def _fill(self, x: int, y: int, length: int) -> None:
        """One rectangle for dark modules side by side: a third of the items, and no seams."""
        left, top = x * self.module, y * self.module
        right, bottom = left + length * self.module, top + self.module
        self.create_rectangle(left, top, right, bottom, fill=DARK, width=0)
