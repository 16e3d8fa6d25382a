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

PERIOD: Final = 2_000  # ms between looks at what was made since the last one: under a millisecond each
ALL: Final = 30  # looks until one goes over all that was made since the start: 10 ms, in a full room 30


@contextmanager
def collected_here(root: tk.Tk) -> Iterator[None]:
    """While this lasts, no other thread collects."""

    def collect(look: int) -> None:
        gc.collect(1 if look % ALL else 2)
        root.after(PERIOD, collect, look + 1)

    was_enabled = gc.isenabled()
    gc.disable()
    gc.freeze()
    root.after(PERIOD, collect, 1)
    try:
        yield
    finally:
        gc.unfreeze()
        if was_enabled:
            gc.enable()
