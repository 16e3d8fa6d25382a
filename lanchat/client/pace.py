"""How fast something gets on, how long it will take, and how that reads; pure."""

from __future__ import annotations

from collections import deque
from typing import Final

from lanchat.client.events import Progress
from lanchat.protocol.duration import duration
from lanchat.protocol.files import size_in_words

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


def in_words(progress: Progress) -> str:
    """“1.2 of 4.0 MB · 12.0 MB/s · 3 s left”."""
    match progress.state:
        case "failed":
            return progress.detail
        case "reading":
            return f"Reading {size_in_words(progress.size)}"
        case "waiting":
            return "Waiting"
    parts = [f"{size_in_words(progress.done)} of {size_in_words(progress.size)}"]
    if progress.speed:
        parts.append(f"{size_in_words(round(progress.speed))}/s")
    if progress.left is not None:
        parts.append(f"{duration(max(1, round(progress.left)))} left")
    return " · ".join(parts)
