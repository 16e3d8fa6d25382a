"""Slow mode: how long somebody has to wait until their next message; pure."""

from __future__ import annotations

import math
from typing import Final

MAX_PEOPLE: Final = 10_000  # who spoke within the last interval and are remembered: more do not


class SlowMode:
    """interval: s between two messages of one person, 0: none. Times: s, monotonic."""

    def __init__(self, interval: int = 0) -> None:
        self.interval = interval
        self._spoke: dict[str, float] = {}  # in order of time

    def wait(self, person: str, now: float) -> int:
        """Whole seconds until `person` may speak; 0: now."""
        spoke = self._spoke.get(person)
        return 0 if spoke is None else max(0, math.ceil(self.interval - (now - spoke)))

    def spoke(self, person: str, now: float) -> None:
        self._spoke.pop(person, None)
        self._spoke[person] = now
        while self._spoke:
            first = next(iter(self._spoke))
            if self._spoke[first] + self.interval > now and len(self._spoke) <= MAX_PEOPLE:
                return
            del self._spoke[first]
