"""Many modules at once: no garbage is collected meanwhile, for there is none; it imports none by itself."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def undisturbed() -> Iterator[None]:
    """For the program's imports. What is there at the end stays, and no collection looks at it ever after. Python would
    look through it again and again: 7 ms of a server's start. Nothing, where others said when to collect."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
