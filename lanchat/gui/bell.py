"""Wakes the Tk thread, which sleeps in Tk, from another thread or from a signal; it carries nothing.

Where Tk watches files, that is: not on Windows.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import tkinter as tk
from collections.abc import Callable
from typing import Final

_MOST: Final = 4096  # rings that are heard as one


def can_ring(root: tk.Tk) -> bool:
    return hasattr(root.tk, "createfilehandler")


class Bell:
    """Made and closed in the Tk thread. on_ring: called there, once for all rings until then."""

    def __init__(self, root: tk.Tk, on_ring: Callable[[], object]) -> None:
        self._root, self._on_ring = root, on_ring
        read, write = os.pipe()
        os.set_blocking(read, False)
        os.set_blocking(write, False)
        self._read, self._write = os.fdopen(read, "rb", buffering=0), os.fdopen(write, "wb", buffering=0)
        root.tk.createfilehandler(self._read, tk.READABLE, self._heard)
        # Python calls its own handler of a signal only when it runs, and here it sleeps
        self._main = threading.current_thread() is threading.main_thread()
        self._before = signal.set_wakeup_fd(write, warn_on_full_buffer=False) if self._main else -1

    def ring(self) -> None:
        """From any thread; never blocks."""
        with contextlib.suppress(ValueError):  # closed: nobody sleeps there any more
            self._write.write(b"\0")  # or not, where thousands of rings are unheard

    def close(self) -> None:
        if self._main:
            signal.set_wakeup_fd(self._before)
        self._root.tk.deletefilehandler(self._read)
        self._write.close()
        self._read.close()

    def _heard(self, *_: object) -> None:
        self._read.read(_MOST)
        self._on_ring()
