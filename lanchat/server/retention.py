"""Retention: blanks the oldest texts once they are too old, or too large together; the broadcaster's hand, in its
thread. The entries keep their places, and nobody is told.

It goes round the rooms, some in each turn, since each costs a few questions to the journal.
"""

from __future__ import annotations

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
        self._blanked = False  # since the log was emptied last
        self.due: float | None = None if keep == FOR_EVER else 0.0  # s, monotonic; None: never

    def blanked(self, room: str, seq: int, size: int) -> None:
        """Others blanked the text of the entry `seq`, of `size` bytes."""
        if seq <= self._counted.get(room, 0):
            self._sizes[room] -= size
        self._scrub()

    def on_time(self, now: float, at: int) -> None:
        """Looks at some rooms, and blanks at most one chunk. now: s, monotonic; at: ms since 1970."""
        if self.due is None or now < self.due:
            return
        try:
            over = self._look_on(at) and not self._shrink()
        except StoreError as error:
            _log.error("old texts cannot be removed: %s", error)
            self._round, self._again, over = None, None, True
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
        """Of all texts together; True: the oldest were blanked, and there may be more."""
        if self._keep.size is None or sum(self._sizes.values()) <= self._keep.size:
            return False
        rooms = [(self._journal.oldest(room), room) for room, size in self._sizes.items() if size > 0]
        oldest = min(((at, room) for at, room in rooms if at is not None), default=None)
        return oldest is not None and self._blank(oldest[1], self._counted[oldest[1]]) > 0

    def _blank(self, room: str, upto: int) -> int:
        start = self._journal.redacted(room)
        if upto <= start:
            return 0
        freed = self._journal.text_size(room, start, min(upto, start + CHUNK))
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
