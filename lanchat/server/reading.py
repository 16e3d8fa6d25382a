"""Read markers: how far each key has read in each room, so that another device of theirs, or a restart, knows; it tells
nobody else.

The broadcaster's hand, in its thread. Kept in the journal's file, some seconds late: what a crash loses of it, a client
says again.
"""

from __future__ import annotations

import logging
from typing import Final

from lanchat.errors import StoreError
from lanchat.journal import Journal

_log = logging.getLogger(__name__)
DELAY: Final = 5.0  # s that markers wait to be stored together


class Reading:
    """Times: s, monotonic."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._waiting: dict[tuple[str, str], int] = {}  # by room and key, of those who are in: bounded by their rooms
        self.due: float | None = None

    def of(self, room: str, key: str | None) -> int:
        """The last seq that `key` has read there, 0: none. Raises StoreError."""
        if key is None:
            return 0
        return self._waiting.get((room, key)) or self._journal.seen(room, key)

    def note(self, room: str, key: str | None, seq: int, now: float) -> None:
        """`key` has read up to `seq`; backwards it does not go. Raises StoreError."""
        if key is not None and seq > self.of(room, key):
            self._waiting[room, key] = seq
            self.due = self.due or now + DELAY

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
