"""Cyclic garbage is collected in the Tk thread, whatever its age."""

from __future__ import annotations

import gc
import tkinter as tk
import weakref
from collections.abc import Callable

import pytest

from lanchat.gui import garbage
from lanchat.gui.garbage import collected_here

pytestmark = pytest.mark.display
Until = Callable[[Callable[[], object]], None]


class Ring:
    def __init__(self) -> None:
        self.itself = self


def test_young_garbage_goes_at_the_next_look_and_old_garbage_later(
    root: tk.Tk, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(garbage, "PERIOD", 1)
    with collected_here(root):
        monkeypatch.setattr(garbage, "ALL", 1_000_000)
        old = Ring()
        gc.collect(1)  # which it outlives
        young = Ring()
        ends = [weakref.ref(old), weakref.ref(young)]
        del old, young
        until(lambda: ends[1]() is None)
        assert ends[0]() is not None
        monkeypatch.setattr(garbage, "ALL", 3)
        until(lambda: ends[0]() is None)
