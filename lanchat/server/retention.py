"""Retention: blanks the oldest texts once they are too old, or the journal too large; the broadcaster's hand, in its
thread. The entries keep their places, and nobody is told.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final, NamedTuple

from lanchat.errors import StoreError
from lanchat.journal import Journal

_log = logging.getLogger(__name__)
EVERY: Final = 60.0  # s between looks
CHUNK: Final = 200  # texts blanked in one go: a few ms, in which the broadcaster serves nobody
_DAY: Final = 24 * 3600 * 1000  # ms


class Keep(NamedTuple):
    """How long texts stay; None: for ever. days: since they were said. size: bytes of all texts together."""

    days: float | None = None
    size: int | None = None


FOR_EVER: Final = Keep()


class Retention:
    """`scrub` has the journal's log emptied by whoever may wait for the disk."""

    def __init__(self, journal: Journal, room: str, keep: Keep, scrub: Callable[[], None]) -> None:
        self._journal, self._room, self._keep, self._scrub = journal, room, keep, scrub
        self._size = 0  # bytes of the texts up to _counted
        self._counted = 0  # seq
        self._blanked = False  # since the log was emptied last
        self.due: float | None = None if keep == FOR_EVER else 0.0  # s, monotonic; None: never

    def blanked(self, seq: int, size: int) -> None:
        """Others blanked the text of the entry `seq`, of `size` bytes."""
        if seq <= self._counted:
            self._size -= size
        self._scrub()

    def on_time(self, now: float, at: int) -> None:
        """Blanks one chunk. now: s, monotonic; at: ms since 1970."""
        if self.due is None or now < self.due:
            return
        try:
            done = self._blank(at)
        except StoreError as error:
            _log.error("old texts cannot be removed: %s", error)
            done = 0
        self._blanked = self._blanked or done > 0
        self.due = now + EVERY if done < CHUNK else now
        if done < CHUNK and self._blanked:
            self._blanked = False
            self._scrub()

    def _blank(self, at: int) -> int:
        journal, keep = self._journal, self._keep
        upto = 0
        if keep.days is not None:
            upto = journal.seq_before(self._room, at - round(keep.days * _DAY), CHUNK)
        if keep.size is not None and self._count() > keep.size:
            upto = self._counted
        start, done = journal.redacted(self._room), 0
        if upto > start:
            freed = journal.text_size(self._room, start, min(upto, start + CHUNK))
            done = journal.redact(self._room, upto, CHUNK)
            self._size -= freed
        return done

    def _count(self) -> int:
        """Bytes of all texts; only what is new is looked at."""
        head = self._journal.head(self._room)
        self._size += self._journal.text_size(self._room, self._counted, head)
        self._counted = head
        return self._size
