"""The client's copy of a room: opens at once, reads offline, and knows where to resume; it asks nobody.

One process writes it. Another one of the same profile keeps a copy of its own in memory meanwhile.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from lanchat import paths
from lanchat.errors import StoreFailed, StoreInUse
from lanchat.journal import Journal
from lanchat.lockfile import LockFile
from lanchat.protocol.frames import Deleted, Entry, Resume

_log = logging.getLogger(__name__)


class Replica:
    """Holds, of one server's first room, an unbroken row of entries up to the last one received."""

    def __init__(self, directory: Path, server_id: str) -> None:
        self._path = paths.private_directory(directory / "replicas") / f"{server_id}.db"
        self._lock: LockFile | None = None
        self._journal: Journal | None = None
        self.room = ""
        self.low = self.high = 0  # first and last seq held; 0: none
        try:
            self._lock = LockFile(self._path.with_suffix(".lock"))
        except StoreInUse:
            _log.info("another process keeps the copy of %s", server_id)
            return
        if self._path.exists():
            self._journal = Journal.open(self._path)
            for room in self._journal.rooms()[:1]:
                self._enter(room)

    def match(self, journal_id: str, room: str) -> bool:
        """Settles which journal this is a copy of. False: it was a copy of another one, which is kept aside now."""
        same = True
        if self._journal is not None and self._journal.id != journal_id:
            same = False
            aside = self._path.with_name(f"{self._path.stem}-{self._journal.id}.db")
            self._journal.close()
            self._journal = None
            try:
                self._path.replace(aside)
            except OSError as error:
                raise StoreFailed(path=aside, detail=error.strerror or str(error)) from error
        if self._journal is None:
            if self._lock is None:
                self._journal = Journal.in_memory(journal_id)
            else:
                self._journal = Journal.open(self._path, journal_id)
        self._enter(room)
        return same

    @property
    def journal(self) -> Journal | None:
        """To be read; None: nothing is here yet."""
        return self._journal

    def _enter(self, room: str) -> None:
        """`room` is the one that all calls mean."""
        self.room = room
        if self._journal is not None:
            self.low, self.high = self._journal.tail(room), self._journal.head(room)

    def resume(self) -> Resume | None:
        """What to tell the server, so that it sends the rest."""
        if self._journal is None or not self.high:
            return None
        return Resume(self._journal.id, {self.room: self.high})

    def store(self, entries: Sequence[Entry]) -> None:
        """Keeps an unbroken row of entries, if no gap would lie between it and what is there."""
        if not entries or self._journal is None:
            return
        first, last = entries[0].seq, entries[-1].seq
        if any(entry.seq != first + i or entry.room != self.room for i, entry in enumerate(entries)):
            return
        if self.high and (first > self.high + 1 or last < self.low - 1):
            return
        self._journal.append(entries, {})
        if first <= self.high:
            self._journal.blank_deleted(self.room, first, last)
        if any(isinstance(entry, Deleted) for entry in entries):
            self._journal.scrub()
        self.low = min(self.low, first) if self.high else first
        self.high = max(self.high, last)

    def before(self, seq: int | None, limit: int) -> list[Entry]:
        """The last `limit` entries below seq (None: the last ones of all), in order."""
        if self._journal is None:
            return []
        return self._journal.before(self.room, self.high + 1 if seq is None else seq, limit)

    def close(self) -> None:
        """May be called again."""
        if self._journal is not None:
            self._journal.checkpoint()
            self._journal.close()
            self._journal = None
        if self._lock is not None:
            self._lock.close()
