"""Receipts: what is told of how far people have read, gathered, so that scrolling is no flood; pure.

Whether somebody lets it be told, and to whom, the stage knows. It stores nothing and sends nothing.
"""

from __future__ import annotations

from lanchat.protocol.limits import SEEN_EVERY
from lanchat.protocol.presence import Seen


class Receipts:
    """now: s, monotonic."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, str], int] = {}  # by room and key
        self._told: dict[tuple[str, str], float] = {}  # when, within the last SEEN_EVERY seconds

    def note(self, room: str, key: str, seq: int, now: float) -> None:
        """0: no longer to be told."""
        self._waiting[room, key] = seq
        self._told.setdefault((room, key), now - SEEN_EVERY)

    @property
    def due(self) -> float | None:
        """When `take` has something."""
        return min((self._told[place] + SEEN_EVERY for place in self._waiting), default=None)

    def take(self, now: float) -> list[Seen]:
        """What is to be told now, the last word of each."""
        told = []
        for place in [place for place in self._waiting if now >= self._told[place] + SEEN_EVERY]:
            told.append(Seen(*place, self._waiting.pop(place)))
            self._told[place] = now
        for place in [p for p, at in self._told.items() if p not in self._waiting and now >= at + SEEN_EVERY]:
            del self._told[place]
        return told
