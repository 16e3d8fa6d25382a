"""Read markers: how far each key has read in each room, so that another device of theirs, or a restart, knows, and
whether others may; it tells nobody.

The broadcaster's hand, in its thread. Kept in the journal's file, some seconds late: what a crash loses of it, a client
says again.
"""

from __future__ import annotations

import logging
from typing import Final, NamedTuple

from lanchat.errors import StoreError
from lanchat.journal import Journal

_log = logging.getLogger(__name__)
DELAY: Final = 5.0  # s that markers wait to be stored together


class Noted(NamedTuple):
    """How far somebody has read now. told: what others may know of it then, 0: nothing; None: that is no news."""

    seq: int
    told: int | None


class Reading:
    """Times: s, monotonic."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        # By room and key, of those who are in: bounded by their rooms. Negative: others are not told
        self._waiting: dict[tuple[str, str], int] = {}
        self.due: float | None = None

    def of(self, room: str, key: str | None) -> int:
        """The last seq that `key` has read there, 0: none. Raises StoreError."""
        if key is None:
            return 0
        return abs(self._kept(room, key))

    def _kept(self, room: str, key: str) -> int:
        return self._waiting.get((room, key)) or self._journal.seen(room, key)

    def note(self, room: str, key: str | None, seq: int, now: float, *, public: bool = True) -> Noted | None:
        """`key` has read up to `seq`; backwards it does not go. public: others may know. None: nothing changed.
        Raises StoreError."""
        if key is None:
            return None
        before = self._kept(room, key)
        new = max(seq, abs(before)) * (1 if public else -1)
        if new == before:
            return None
        self._waiting[room, key] = new
        self.due = self.due or now + DELAY
        return Noted(abs(new), max(0, new) if max(new, before) > 0 else None)

    def readers(self, room: str, limit: int) -> dict[str, int]:
        """Of at most `limit` keys that let it be known, how far they have read. Raises StoreError."""
        known = self._journal.readers(room, limit)
        known.update({key: seq for (where, key), seq in self._waiting.items() if where == room})
        return {key: seq for key, seq in list(known.items())[:limit] if seq > 0}

    def on_time(self, now: float) -> None:
        if self.due is not None and now >= self.due:
            self.store()

    def store(self) -> None:
        """All that waits; what cannot be stored is forgotten, since it comes again."""
        waiting, self._waiting, self.due = self._waiting, {}, None
        if not waiting:
            return
        try:
            self._journal.keep_seen(waiting)
        except StoreError as error:
            _log.error("how far people have read cannot be stored: %s", error)
