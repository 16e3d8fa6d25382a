"""What is stored some seconds late, all of it together: how far people have read, and when they were here last.

The broadcaster's hand, in its thread. What a crash loses of it comes again, or is no loss. Who may know of it, others
judge.
"""

from __future__ import annotations

import logging
from typing import Final

from lanchat.errors import StoreError
from lanchat.journal import Journal

_log = logging.getLogger(__name__)
DELAY: Final = 5.0  # s that it waits: a room in which everybody reads is one transaction, not hundreds


class Late:
    """The journal's numbers by room and key. Times: s, monotonic."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._waiting: dict[
            tuple[str, str], int
        ] = {}  # of those who are or were in within DELAY: bounded by their rooms
        self.due: float | None = None

    def get(self, room: str, key: str) -> int:
        """0: none. Raises StoreError."""
        waiting = self._waiting.get((room, key))
        return self._journal.seen(room, key) if waiting is None else waiting

    def of_room(self, room: str) -> dict[str, int]:
        """What waits of one, by key."""
        return {key: number for (where, key), number in self._waiting.items() if where == room}

    def put(self, room: str, key: str, number: int, now: float) -> None:
        self._waiting[room, key] = number
        self.due = self.due or now + DELAY

    def on_time(self, now: float) -> None:
        if self.due is not None and now >= self.due:
            self.store()

    def store(self) -> None:
        """All that waits; what cannot be stored is forgotten."""
        waiting, self._waiting, self.due = self._waiting, {}, None
        if not waiting:
            return
        try:
            self._journal.keep_seen(waiting)
        except StoreError as error:
            _log.error("how far people have read, and when they were here, cannot be stored: %s", error)
