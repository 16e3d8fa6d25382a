"""Retention: blanks the oldest texts once they are too old, or too large together; the broadcaster's hand, in its
thread. The entries keep their places, and nobody is told.

It goes round the rooms, some in each turn, since each costs a few questions to the journal.
"""

from __future__ import annotations

import heapq
import logging
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from lanchat.errors import StoreError
from lanchat.journal import Journal

_log = logging.getLogger(__name__)
EVERY: Final = 60.0  # s between rounds
CHUNK: Final = 200  # texts blanked in one go: a few ms, in which the broadcaster serves nobody
ROOMS: Final = 20  # rooms looked at in one go: as long
_DAY: Final = 24 * 3600 * 1000  # ms


class Keep(NamedTuple):
    """How long texts stay; None: for ever. days: since they were said. size: bytes of all texts together."""

    days: float | None = None
    size: int | None = None


FOR_EVER: Final = Keep()


class Retention:
    """rooms: the names of all there are. `scrub` has the journal's log emptied by whoever may wait for the disk."""

    def __init__(self, journal: Journal, rooms: Callable[[], list[str]], keep: Keep, scrub: Callable[[], None]) -> None:
        self._journal, self._rooms, self._keep, self._scrub = journal, rooms, keep, scrub
        self._sizes: dict[str, int] = {}  # bytes of the texts up to _counted
        self._counted: dict[str, int] = {}  # seq
        self._round: Iterator[str] | None = None
        self._again: str | None = None  # the room that has more to blank
        self._shrinking = False  # the round is over; now all together are looked at
        self._oldest: list[tuple[int, str]] | None = None  # a heap then: each room by its oldest entry
        self._blanked = False  # since the log was emptied last
        self.due: float | None = None if keep == FOR_EVER else 0.0  # s, monotonic; None: never

    def size_of(self, room: str, seq: int) -> int:
        """Bytes that count of a message and its changes; before others blank them. Raises StoreError."""
        return self._journal.freed(room, seq - 1, seq, self._counted.get(room, 0))

    def blanked(self, room: str, size: int) -> None:
        """Others blanked texts of `size` bytes, as `size_of` told."""
        if room in self._sizes:
            self._sizes[room] -= size
        self._scrub()

    def on_time(self, now: float, at: int) -> None:
        """Looks at some rooms, or blanks at most one chunk. now: s, monotonic; at: ms since 1970."""
        if self.due is None or now < self.due:
            return
        try:
            self._shrinking = self._shrinking or self._look_on(at)
            over = self._shrinking and not self._shrink()
        except StoreError as error:
            _log.error("old texts cannot be removed: %s", error)
            self._round, self._again, over = None, None, True
        if over:
            self._shrinking, self._oldest = False, None
        self.due = now + EVERY if over else now
        if over and self._blanked:
            self._blanked = False
            self._scrub()

    def _look_on(self, at: int) -> bool:
        """Goes on with the round; True: it is over."""
        self._round = self._round or iter(self._rooms())
        for _ in range(ROOMS):
            room, self._again = self._again or next(self._round, None), None
            if room is None:
                self._round = None
                return True
            if self._look(room, at) >= CHUNK:
                self._again = room
                return False
        return False

    def _look(self, room: str, at: int) -> int:
        """What is too old there is blanked, at most one chunk; how many texts."""
        if self._keep.size is not None:
            self._count(room)
        if self._keep.days is None:
            return 0
        return self._blank(room, self._journal.seq_before(room, at - round(self._keep.days * _DAY), CHUNK))

    def _shrink(self) -> bool:
        """Of all texts together the oldest are blanked, and no more than need be; True: there may be more to do."""
        for _ in range(ROOMS):
            too_much = 0 if self._keep.size is None else sum(self._sizes.values()) - self._keep.size
            if too_much <= 0 or not self._blank_oldest(too_much):
                return False
        return True

    def _blank_oldest(self, size: int) -> bool:
        """Of the room that has the oldest text, those that are older than all others', at most `size` bytes and what
        the last one has beyond; False: no room has any."""
        if self._oldest is None:
            self._oldest = []
            for room in self._sizes:
                self._put_by_age(room)
        if not self._oldest:
            return False
        _, room = heapq.heappop(self._oldest)
        upto = self._counted[room]
        if self._oldest:
            upto = min(upto, self._journal.seq_before(room, self._oldest[0][0] + 1, CHUNK))
        self._blank(room, self._journal.seq_freeing(room, size, min(upto, self._journal.redacted(room) + CHUNK)))
        self._put_by_age(room)
        return True

    def _put_by_age(self, room: str) -> None:
        """Into the heap, if it has texts that count."""
        at = self._journal.oldest(room) if self._sizes[room] > 0 else None
        if at is not None and self._oldest is not None and self._journal.redacted(room) < self._counted[room]:
            heapq.heappush(self._oldest, (at, room))

    def _blank(self, room: str, upto: int) -> int:
        start = self._journal.redacted(room)
        if upto <= start:
            return 0
        freed = self._journal.freed(room, start, min(upto, start + CHUNK), self._counted.get(room, 0))
        done = self._journal.redact(room, upto, CHUNK)
        if room in self._sizes:
            self._sizes[room] -= freed
        self._blanked = self._blanked or done > 0
        return done

    def _count(self, room: str) -> None:
        """Bytes of its texts; only what is new is looked at."""
        head, counted = self._journal.head(room), self._counted.get(room, 0)
        self._sizes[room] = self._sizes.get(room, 0) + self._journal.text_size(room, counted, head)
        self._counted[room] = head
