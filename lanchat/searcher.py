"""Search in a journal: keeps the index of words up to date, and finds messages in small steps; it knows no thread.

The index only proposes rows. What is found is read from the journal, so that nothing blanked, changed or hidden shows.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Final, TypeVar

from lanchat.errors import StoreError, StoreFailed, StoreTimedOut
from lanchat.journal import Journal
from lanchat.protocol.limits import MAX_HITS, MAX_SHOWN
from lanchat.protocol.query import Hit, Line, Query, Spot
from lanchat.protocol.words import excerpt
from lanchat.search_index import MADE, SHARD, SearchIndex, match, shard_of
from lanchat.texts import Said

_log = logging.getLogger(__name__)
_T = TypeVar("_T")
SLICE: Final = 2_000  # rows taken in at one go: 25 ms
CHUNK: Final = 500  # proposed rows looked at in one go: 5 ms
MAX_EXAMINED: Final = 5_000  # proposed rows of one search, all of which one may see: then the words say too little
STEP: Final = 0.3  # s of the processor that one statement of a search may take: pages of history wait for it
MIN_DISK: Final = 64 * 1024 * 1024  # bytes left on the disk, below which the index does not grow


class Searcher:
    """Of one journal, used by the same thread. path: of the index; None: it is kept in memory. Raises StoreError."""

    def __init__(self, journal: Journal, path: Path | None) -> None:
        self._journal, self._path = journal, path
        self._open_index: SearchIndex | None = None
        self._unchecked: list[int] | None = None  # shards in which something may have been blanked; None: all

    def close(self) -> None:
        if self._open_index is not None:
            self._open_index.close()
            self._open_index = None

    def begin(self, query: Query, directs: Collection[str], below: Spot | None = None, most: int = MAX_HITS) -> Looking:
        """directs: the direct conversations that may be searched, besides all rooms."""
        return Looking(self, query, directs, below, most)

    # Keeping up

    @property
    def behind(self) -> int:
        """Rows that are not taken in yet."""
        return self._journal.texts.end - self._guarded(lambda index: index.upto)

    @property
    def last(self) -> int:
        """The last row of the journal."""
        return self._journal.texts.end

    def catch_up(self, goal: int | None = None) -> bool:
        """Takes in the next slice; True: up to the row `goal` (None: the last) there is no more."""
        if self._path is not None and self._journal.free_disk < MIN_DISK:
            raise StoreFailed(path=self._path, detail="the disk is nearly full")
        last = self.last if goal is None else goal
        return self._guarded(lambda index: self._take_in(index, last))

    def _take_in(self, index: SearchIndex, last: int) -> bool:
        texts, start = self._journal.texts, index.upto
        upto = min(last, start + SLICE, (shard_of(start + 1) + 1) * SHARD)
        if upto > start:
            index.add(texts.between(start, upto), upto, texts.seal(upto))
        return upto >= last

    def blanked(self) -> None:
        """Texts of the journal were blanked: `tidy` has to look for their words."""
        self._unchecked = None

    def tidy(self) -> bool:
        """Looks at one shard, and writes it anew if it holds words that are no more; True: there is no more to do."""
        return self._guarded(self._check_next)

    def _check_next(self, index: SearchIndex) -> bool:
        if self._unchecked is None:
            self._unchecked = sorted(index.sizes())
        if not self._unchecked:
            return True
        k = self._unchecked.pop()
        after, upto = k * SHARD, min((k + 1) * SHARD, index.upto)
        if index.sizes().get(k) != self._journal.texts.count(after, upto):
            index.renew(k, self._journal.texts.between(after, upto))
            index.scrub()
        return not self._unchecked

    def _guarded(self, work: Callable[[SearchIndex], _T]) -> _T:
        """Does it with the index, which is made anew where it is of no use. One that fails is removed: the next time it
        is made from the journal."""
        try:
            if self._open_index is None:
                self._open_index = SearchIndex.open(self._path)
                self._match(self._open_index)
            return work(self._open_index)
        except StoreTimedOut:
            raise
        except StoreError:
            self.close()
            self._remove()
            raise

    def _match(self, index: SearchIndex) -> None:
        """It was made in today's way, is of this journal, and of what it holds now."""
        fits = index.made == MADE and index.journal == self._journal.id
        if not fits or index.seal != self._journal.texts.seal(index.upto):
            index.begin(self._journal.id)

    def _remove(self) -> None:
        if self._path is None:
            return
        for suffix in ("", "-wal", "-shm"):
            try:
                self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
            except OSError as error:
                _log.warning("the index of words cannot be removed: %s", error)

    # Finding

    def shards(self, query: Query, below: int) -> list[int]:
        return self._guarded(lambda index: index.shards(query, below))

    def proposed(self, k: int, words: str, below: int, limit: int) -> list[int]:
        return self._guarded(lambda index: index.find(k, words, below, limit, STEP))

    def end(self, below: Spot | None) -> int:
        """The row below which is searched."""
        row = None if below is None else self._journal.texts.place(below.room, below.seq)
        return self._journal.texts.end + 1 if row is None else row

    def holding(self, rows: list[int], directs: Collection[str]) -> list[Said]:
        with self._journal.texts.at_most(STEP):
            return self._journal.texts.holding(rows, directs)

    def hit(self, said: Said, query: Query) -> Hit:
        before, after = self._beside(said)
        text = excerpt(said.body, query.words, MAX_SHOWN, prefix=query.begun)
        return Hit(said.room, said.seq, said.at, said.nick, said.key, text, before, after)

    def _beside(self, said: Said) -> tuple[Line | None, Line | None]:
        """Nothing, where it is too far away: what was found counts more."""
        try:
            with self._journal.texts.at_most(STEP):
                return self._journal.texts.beside(said.room, said.seq)
        except StoreTimedOut:
            return None, None


class Looking:
    """One search under way. `step` until it is done; then hits: the newest first; more: there may be others; too_much:
    too many rows were looked at, or for too long, and none fits. most: how many are wanted."""

    def __init__(
        self, searcher: Searcher, query: Query, directs: Collection[str], below: Spot | None, most: int
    ) -> None:
        self._searcher, self._query, self._directs, self._most = searcher, query, directs, most
        self._spot = below
        self._words = match(query, directs)
        self._shards: list[int] | None = None  # those still to be asked, None: the index lags
        self._goal: int | None = None  # what was said later is not waited for
        self._below = 0
        self._examined = 0
        self._fitting: deque[Said] = deque()  # to be shown, one in each step: a long text takes some ms
        self.hits: list[Hit] = []
        self.more = self.too_much = False

    def step(self) -> bool:
        """A few ms of it, or STEP twice at the worst; True: it is done."""
        if self._shards is None:
            self._goal = self._searcher.last if self._goal is None else self._goal
            if self._searcher.catch_up(self._goal):
                self._below = self._searcher.end(self._spot)
                self._shards = self._searcher.shards(self._query, self._below)
            return False
        if self._fitting:
            return self._show(self._fitting.popleft())
        if not self._shards:
            return True
        if self._look(self._shards):
            return False
        self.more, self.too_much = bool(self.hits), not self.hits
        return True

    def _look(self, shards: list[int]) -> bool:
        """At the next rows; False: there are too many, or they take too long."""
        if self._examined >= MAX_EXAMINED:
            return False
        try:
            self._examine(shards)
        except StoreTimedOut:
            return False
        return True

    def _show(self, said: Said) -> bool:
        if len(self.hits) >= self._most:
            self.more = True
        else:
            self.hits.append(self._searcher.hit(said, self._query))
        return self.more

    def _examine(self, shards: list[int]) -> None:
        """Looks at the next rows: what fits is to be shown."""
        # Exactly MAX_EXAMINED, of what may be seen: where shards begin would tell how much else there is
        limit = min(CHUNK, MAX_EXAMINED - self._examined)
        rows = self._searcher.proposed(shards[0], self._words, self._below, limit)
        if len(rows) < limit:
            shards.pop(0)
        if not rows:
            return
        self._below = rows[-1]
        self._examined += len(rows)
        since, until = self._query.since, self._query.until
        held = self._searcher.holding(rows, self._directs)
        self._fitting += [said for said in held if said.at >= since and (not until or said.at < until)]
