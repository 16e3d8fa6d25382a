"""How fast something gets on, and how long it will take; pure."""

from __future__ import annotations

from collections import deque
from typing import Final

WINDOW: Final = 5.0  # s that count: long enough to be calm, short enough to follow a network that gets slow


class Pace:
    """Of `size` bytes. now: s, monotonic."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._marks: deque[tuple[float, int]] = deque()

    def note(self, done: int, now: float) -> None:
        """So many bytes are done in all. Fewer than before: it began anew."""
        if self._marks and done < self._marks[-1][1]:
            self._marks.clear()
        self._marks.append((now, done))
        while now - self._marks[0][0] > WINDOW and len(self._marks) > 2:
            self._marks.popleft()

    @property
    def speed(self) -> float:
        """Bytes a second."""
        if len(self._marks) < 2:
            return 0.0
        (first, before), (last, done) = self._marks[0], self._marks[-1]
        return (done - before) / max(last - first, 1e-3)

    @property
    def left(self) -> float | None:
        """Seconds; None: nobody knows."""
        done = self._marks[-1][1] if self._marks else 0
        return (self._size - done) / self.speed if self.speed > 0 else None
