"""When a widget's own calls are made: once when Tk is idle, later, or not before a rest is over; not what they do."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable

Call = Callable[[], None]


class Pacing:
    """Each call waits once, however often it is asked for. `close` when the widget goes."""

    def __init__(self, widget: tk.Misc) -> None:
        self._widget = widget
        self._waiting: dict[Call, str] = {}
        self._resting: dict[Call, str] = {}
        self._missed: set[Call] = set()  # asked for while they rested

    def soon(self, call: Call) -> None:
        """When Tk is idle; if the call rests, after that."""
        if call in self._resting:
            self._missed.add(call)
        elif call not in self._waiting:
            self._waiting[call] = self._widget.after_idle(self._make, call)

    def later(self, ms: int, call: Call) -> None:
        """That long after the last time it was asked for."""
        self._cancel(self._waiting, call)
        self._waiting[call] = self._widget.after(ms, self._make, call)

    def rest(self, ms: int, call: Call) -> None:
        """For so long `soon` does not have it made."""
        self._cancel(self._resting, call)
        self._resting[call] = self._widget.after(ms, self._rested, call)

    def close(self) -> None:
        for name in (*self._waiting.values(), *self._resting.values()):
            self._widget.after_cancel(name)

    def _make(self, call: Call) -> None:
        self._waiting.pop(call, None)
        call()

    def _rested(self, call: Call) -> None:
        del self._resting[call]
        if call in self._missed:
            self._missed.discard(call)
            self.soon(call)

    def _cancel(self, calls: dict[Call, str], call: Call) -> None:
        if name := calls.pop(call, ""):
            self._widget.after_cancel(name)
