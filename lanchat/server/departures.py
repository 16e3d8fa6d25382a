"""Departures: when each key was here last, for those who talk with it alone; it tells nobody.

The broadcaster's hand, in its thread. Kept in the journal's file, some seconds late, like the read markers.
"""

from __future__ import annotations

import logging

from lanchat.errors import StoreError
from lanchat.journal import Journal
from lanchat.server.reading import DELAY

_log = logging.getLogger(__name__)
_NOWHERE = ""  # no room has this name, so what was read “in” it is the time


class Departures:
    """now: s, monotonic; at: ms since 1970."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._waiting: dict[str, int] = {}  # keys, of those who left within DELAY
        self.due: float | None = None

    def of(self, key: str) -> int:
        """When it was here last; 0: unknown, or it does not want that told."""
        try:
            waiting = self._waiting.get(key)
            return self._journal.seen(_NOWHERE, key) if waiting is None else waiting
        except StoreError as error:
            _log.error("when somebody was here last cannot be read: %s", error)
            return 0

    def note(self, key: str | None, at: int, now: float) -> None:
        """It left at that time; 0: that is not to be known."""
        if key is not None:
            self._waiting[key] = at
            self.due = self.due or now + DELAY

    def on_time(self, now: float) -> None:
        if self.due is not None and now >= self.due:
            self.store()

    def store(self) -> None:
        """All that waits; what cannot be stored is forgotten: nobody is lost by it."""
        waiting, self._waiting, self.due = self._waiting, {}, None
        if not waiting:
            return
        try:
            self._journal.keep_seen({(_NOWHERE, key): at for key, at in waiting.items()})
        except StoreError as error:
            _log.error("when people were here last cannot be stored: %s", error)
