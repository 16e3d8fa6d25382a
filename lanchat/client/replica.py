"""The client's copy of the rooms it follows: opens at once, reads offline, and knows where to resume; it asks nobody.

One process writes it. Another one of the same profile keeps a copy of its own in memory meanwhile.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from lanchat import paths
from lanchat.errors import StoreFailed, StoreInUse
from lanchat.journal import Journal
from lanchat.lockfile import LockFile
from lanchat.protocol.frames import Deleted, Entry, Pins, Resume
from lanchat.protocol.limits import MAX_PIN_TEXT, MAX_PINS
from lanchat.protocol.presence import Pin
from lanchat.protocol.rooms import RoomInfo

_log = logging.getLogger(__name__)


class Span(NamedTuple):
    """The first and last seq held of a room; 0: none."""

    low: int = 0
    high: int = 0


class Replica:
    """Holds, of each room of one server, an unbroken row of entries up to the last one received. owner: our key, whose
    rooms they are."""

    def __init__(self, directory: Path, server_id: str, owner: str) -> None:
        self._path = paths.private_directory(directory / "replicas") / f"{server_id}.db"
        self._owner = owner
        self._lock: LockFile | None = None
        self._journal: Journal | None = None
        self._spans: dict[str, Span] = {}
        try:
            self._lock = LockFile(self._path.with_suffix(".lock"))
        except StoreInUse:
            _log.info("another process keeps the copy of %s", server_id)
            return
        if self._path.exists():
            self._journal = Journal.open(self._path)

    def match(self, journal_id: str) -> bool:
        """Settles which journal this is a copy of. False: it was a copy of another one, which is kept aside now."""
        same = True
        if self._journal is not None and self._journal.id != journal_id:
            same = False
            aside = self._path.with_name(f"{self._path.stem}-{self._journal.id}.db")
            self._journal.close()
            self._journal = None
            self._spans.clear()
            try:
                self._path.replace(aside)
            except OSError as error:
                raise StoreFailed(path=aside, detail=error.strerror or str(error)) from error
        if self._journal is None:
            if self._lock is None:
                self._journal = Journal.in_memory(journal_id)
            else:
                self._journal = Journal.open(self._path, journal_id)
        return same

    @property
    def journal(self) -> Journal | None:
        """To be read; None: nothing is here yet."""
        return self._journal

    def span(self, room: str) -> Span:
        """What is held of a room."""
        if room not in self._spans and self._journal is not None:
            self._spans[room] = Span(self._journal.tail(room), self._journal.head(room))
        return self._spans.get(room, Span())

    # Which rooms there are

    def rooms(self) -> list[RoomInfo]:
        """All that was told of, direct conversations last."""
        if self._journal is None:
            return []
        registry = self._journal.registry
        directs = [registry.room(name) for name in registry.directs(self._owner)]
        return registry.rooms() + [room for room in directs if room is not None]

    def names(self) -> set[str]:
        """Of all that were told of."""
        return set() if self._journal is None else set(self._journal.registry.names())

    def people(self, room: str) -> set[str]:
        """The keys of a direct conversation; empty: it is not known."""
        info = None if self._journal is None else self._journal.registry.room(room)
        return set() if info is None else {person.key for person in info.people}

    def followed(self) -> list[str]:
        """The first room is the first."""
        if self._journal is None:
            return []
        followed = self._journal.registry.followed(self._owner)
        first = self._journal.registry.first or next(iter(self._journal.rooms()), "")  # of an older lanchat's copy
        return [room for room in [first, *(room for room in followed if room != first)] if room]

    def keep(self, rooms: Iterable[RoomInfo]) -> None:
        """These are so from now on."""
        if self._journal is not None:
            registry = self._journal.registry
            registry.keep([room for room in rooms if _bare(room) != _bare(registry.room(room.name))])

    def follow(self, room: str, *, first: bool = False) -> None:
        if self._journal is not None:
            self._journal.registry.follow(self._owner, room)
            if first:
                self._journal.registry.name_first(room)

    def unfollow(self, room: str) -> None:
        if self._journal is not None:
            self._journal.registry.unfollow(self._owner, room)

    # Entries

    def resume(self) -> Resume | None:
        """What to tell the server, so that it sends the rest."""
        held = {room: self.span(room).high for room in self.followed()}
        if self._journal is None or not any(held.values()):
            return None
        return Resume(self._journal.id, {room: high for room, high in held.items() if high})

    def store(self, entries: Sequence[Entry]) -> None:
        """Keeps an unbroken row of entries of each room, if no gap would lie between it and what is there."""
        for room, row in groupby(entries, key=_room):
            self._store(room, list(row))

    def _store(self, room: str, entries: Sequence[Entry]) -> None:
        if self._journal is None:
            return
        low, high = self.span(room)
        first, last = entries[0].seq, entries[-1].seq
        if any(entry.seq != first + i for i, entry in enumerate(entries)):
            return
        if high and (first > high + 1 or last < low - 1):
            return
        self._journal.append(entries, {})
        if first <= high:
            self._journal.blank_deleted(room, first, last)
        if any(isinstance(entry, Deleted) for entry in entries):
            self._journal.scrub()
        self._spans[room] = Span(min(low, first) if high else first, max(high, last))

    def before(self, room: str, seq: int | None, limit: int) -> list[Entry]:
        """The last `limit` entries of a room below seq (None: the last ones of all), in order."""
        if self._journal is None:
            return []
        return self._journal.before(room, self.span(room).high + 1 if seq is None else seq, limit)

    def pins(self, room: str) -> Pins | None:
        """What is pinned, as far as it is known here; None: nothing."""
        if self._journal is None:
            return None
        messages = [self._journal.message(room, seq) for seq in self._journal.pins(room)[:MAX_PINS]]
        pins = [Pin(m.seq, m.nick, self._journal.reads_now(m)[:MAX_PIN_TEXT]) for m in messages if m is not None]
        return Pins(room, self.span(room).high, pins) if pins else None

    def close(self) -> None:
        """May be called again."""
        if self._journal is not None:
            self._journal.checkpoint()
            self._journal.close()
            self._journal = None
        if self._lock is not None:
            self._lock.close()


def _room(entry: Entry) -> str:
    return entry.room


def _bare(room: RoomInfo | None) -> tuple[object, ...]:
    """What the registry keeps."""
    return () if room is None else (room.topic, room.maker, room.archived, sorted((p.key, p.nick) for p in room.people))
