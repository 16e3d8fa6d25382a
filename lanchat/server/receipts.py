"""Receipts: what is told of how far people have read, gathered, so that scrolling is no flood; pure.

Whether somebody lets it be told, and to whom, the stage knows. It stores nothing and sends nothing.
"""

from __future__ import annotations

from lanchat.protocol.limits import SEEN_EVERY
from lanchat.protocol.presence import Seen


class Receipts:
    """now: s, monotonic. every: s between two words on one person in a room."""

    def __init__(self, every: float = SEEN_EVERY) -> None:
        self._every = every
        self._waiting: dict[tuple[str, str], int] = {}  # by room and key
        self._told: dict[tuple[str, str], float] = {}  # when, within the last `every` seconds

    def note(self, room: str, key: str, seq: int, now: float) -> None:
        """0: no longer to be told."""
        self._waiting[room, key] = seq
        self._told.setdefault((room, key), now - self._every)

    @property
    def due(self) -> float | None:
        """When `take` has something."""
        return min((self._told[place] + self._every for place in self._waiting), default=None)

    def take(self, now: float) -> list[Seen]:
        """What is to be told now, the last word of each."""
        told = []
        for place in [place for place in self._waiting if now >= self._told[place] + self._every]:
            told.append(Seen(*place, self._waiting.pop(place)))
            self._told[place] = now
        for place in [p for p, at in self._told.items() if p not in self._waiting and now >= at + self._every]:
            del self._told[place]
        return told
