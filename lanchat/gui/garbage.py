"""Has cyclic garbage collected in the Tk thread alone.

Python collects it in whichever thread happens to make the next object. A Tk variable or image that dies in another
thread than Tk's makes that thread wait for a second, or aborts the process.
"""

from __future__ import annotations

import gc
import tkinter as tk
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

PERIOD: Final = 2_000  # ms; each time takes a few ms, since what was there at the start is left out


@contextmanager
def collected_here(root: tk.Tk) -> Iterator[None]:
    """While this lasts, no other thread collects."""

    def collect() -> None:
        gc.collect()
        root.after(PERIOD, collect)

    was_enabled = gc.isenabled()
    gc.disable()
    gc.freeze()
    root.after(PERIOD, collect)
    try:
        yield
    finally:
        gc.unfreeze()
        if was_enabled:
            gc.enable()
