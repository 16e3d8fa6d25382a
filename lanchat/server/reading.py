"""Read markers: how far each key has read in each room, so that another device of theirs, or a restart, knows, and
whether others may; it tells nobody.

The broadcaster's hand, in its thread. Kept in the journal's file, some seconds late: what a crash loses of it, a client
says again. A marker of which others are not told is negative.
"""

from __future__ import annotations

from typing import NamedTuple

from lanchat.journal import Journal
from lanchat.server.late import Late


class Noted(NamedTuple):
    """How far somebody has read now. told: what others may know of it then, 0: nothing; None: that is no news."""

    seq: int
    told: int | None


class Reading:
    """Times: s, monotonic."""

    def __init__(self, journal: Journal, late: Late) -> None:
        self._journal, self._late = journal, late

    def of(self, room: str, key: str | None) -> int:
        """The last seq that `key` has read there, 0: none. Raises StoreError."""
        if key is None:
            return 0
        return abs(self._late.get(room, key))

    def note(self, room: str, key: str | None, seq: int, now: float, *, public: bool = True) -> Noted | None:
        """`key` has read up to `seq`; backwards it does not go. public: others may know. None: nothing changed.
        Raises StoreError."""
        if key is None:
            return None
        before = self._late.get(room, key)
        new = max(seq, abs(before)) * (1 if public else -1)
        if new == before:
            return None
        self._late.put(room, key, new, now)
        return Noted(abs(new), max(0, new) if max(new, before) > 0 else None)

    def readers(self, room: str, limit: int) -> dict[str, int]:
        """Of at most `limit` keys that let it be known, how far they have read. Raises StoreError."""
        known = self._journal.readers(room, limit)
        known.update(self._late.of_room(room))
        return {key: seq for key, seq in list(known.items())[:limit] if seq > 0}
