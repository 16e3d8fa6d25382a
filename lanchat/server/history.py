"""The history reader: one thread that reads pages of the journal, and searches it, and hands over what it finds as
bytes; it never writes to a member.

It also moves the write-ahead log into the journal, so that no append waits for the disk.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from typing import Final, NamedTuple

from lanchat.errors import StoreError
from lanchat.journal import Journal
from lanchat.protocol.codec import encode
from lanchat.protocol.frames import Entry, Error, Page
from lanchat.protocol.limits import MAX_FRAME, MAX_PAGE, Code
from lanchat.searcher import STEP, Searcher
from lanchat.server.last_resort import last_resort
from lanchat.server.limits import CHECKPOINT_AFTER, WAL_BYTES
from lanchat.server.member import Member, Place
from lanchat.server.searching import Searching, SearchRequest

_log = logging.getLogger(__name__)
_PAGE_FRAME: Final = 256  # bytes of a page frame around its entries, the room's name included


class Request(NamedTuple):
    """At most `limit` entries after (upto included) or before a seq; exactly one of the two is given. catchup: for
    this place of the member's."""

    member: Member
    room: str
    limit: int
    before: int | None = None
    after: int | None = None
    upto: int = 0
    catchup: Place | None = None


class Scrub(NamedTuple):
    """Empty the journal's log: something was redacted."""


class Empty(NamedTuple):
    """Call this: it removes files, and may wait for the disk. Raises StoreError."""

    remove: Callable[[], None]


class Answer(NamedTuple):
    """The line for a request. last: the last seq in it, 0 when it holds none, None when reading failed."""

    request: Request | SearchRequest
    line: bytes
    last: int | None


class History:
    """Answers requests in order. `answer` is called in its thread."""

    def __init__(
        self,
        journal: Journal,
        searcher: Searcher,
        answer: Callable[[Answer], None],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """searcher: of the same journal. clock: s, only goes forward."""
        self._journal = journal
        self._searching = Searching(searcher, lambda ask, found: answer(Answer(ask, encode(found), None)))
        self._answer = answer
        self._clock = clock
        self._requests: queue.SimpleQueue[Request | SearchRequest | Scrub | Empty | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="lanchat-history")
        self._closing = threading.Event()  # what is still asked for is answered, but nothing is searched any more

    def start(self) -> None:
        self._thread.start()

    def ask(self, request: Request | SearchRequest) -> None:
        """Bounded by the asker: a member has at most MAX_ASKED requests, and one catch-up, under way."""
        self._requests.put(request)

    def scrub(self) -> None:
        """Has the journal's log emptied. Safe from any thread."""
        self._requests.put(Scrub())

    def empty(self, remove: Callable[[], None]) -> None:
        """Has `remove` called by the thread that may wait for the disk."""
        self._requests.put(Empty(remove))

    def close(self) -> None:
        self._closing.set()
        if self._thread.ident is not None:
            self._requests.put(None)
            self._thread.join()
        self._searching.close()
        self._journal.close()

    def _run(self) -> None:
        with last_resort("the history reader"):
            self._answer_all()

    def _answer_all(self) -> None:
        moved_at = self._clock()
        searched_at = 0.0  # or, as long as there was nothing to search, since when there is
        scrubbed = False  # nothing that was redacted is left in the log; what a crash left there is not known
        while True:
            try:
                request = self._requests.get(timeout=0 if self._searching.busy else CHECKPOINT_AFTER)
                if request is None:
                    return
                if isinstance(request, Scrub):
                    scrubbed = False  # in a moment, with what else is redacted until then: it waits for the disk
                    self._searching.blanked()
                elif isinstance(request, SearchRequest):
                    searched_at = searched_at if self._searching.busy else self._clock()
                    self._searching.ask(request)
                elif isinstance(request, Empty):
                    self._remove(request.remove)
                else:
                    self._answer(self._read(request))
            except queue.Empty:
                pass  # nobody asked: time to tidy up
            # Who waits for a page waits for one step, however many wait; but pages never hold up a search for long
            in_turn = self._requests.empty() or self._clock() - searched_at >= STEP
            if self._searching.busy and in_turn and not self._closing.is_set():
                self._searching.step()
                searched_at = self._clock()
            if self._clock() - moved_at >= CHECKPOINT_AFTER:
                self._checkpoint(self._journal.checkpoint)
                # Somebody read when it should be emptied; or writes all the time, so that it never began anew
                if not scrubbed or self._journal.log_size > WAL_BYTES:
                    scrubbed = self._checkpoint(self._journal.scrub) or scrubbed
                moved_at = self._clock()
                self._searching.on_time(self._end())

    def _read(self, ask: Request) -> Answer:
        limit = max(1, min(ask.limit, MAX_PAGE))
        if ask.member.gone:  # nobody waits for it
            return Answer(ask, b"", None)
        try:
            if ask.before is not None:
                entries = self._journal.before(ask.room, ask.before, limit)
                entries = fitting(entries[::-1])[::-1]
            else:
                entries = fitting(self._journal.after(ask.room, ask.after or 0, limit, ask.upto))
            first = self._journal.tail(ask.room)
        except StoreError as error:
            _log.warning("no history: %s", error)
            return Answer(ask, encode(Error(Code.NOT_STORED, "The history cannot be read just now.")), None)
        start = not entries or entries[0].seq <= first
        page = Page(ask.room, entries, start=start, catchup=ask.catchup is not None)
        return Answer(ask, encode(page), entries[-1].seq if entries else 0)

    def _remove(self, remove: Callable[[], None]) -> None:
        try:
            remove()
        except StoreError as error:
            _log.warning("old files stay on the disk: %s", error)

    def _end(self) -> int:
        """The last row of the journal."""
        try:
            return self._journal.texts.end
        except StoreError as error:
            _log.warning("the journal cannot be read: %s", error)
            return 0

    def _checkpoint(self, move: Callable[[], bool | None]) -> bool:
        """False: it is to be tried again."""
        try:
            return move() is not False
        except StoreError as error:
            _log.warning("the journal's log cannot be moved into it: %s", error)
            return False


def fitting(entries: list[Entry]) -> list[Entry]:
    """The first of `entries` that fit into one frame together; one always does."""
    size = _PAGE_FRAME
    for count, entry in enumerate(entries):
        size += len(encode(entry))
        if size > MAX_FRAME and count:
            return entries[:count]
    return entries
