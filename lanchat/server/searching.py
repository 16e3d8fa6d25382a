"""Searching: what members look for, answered in small steps between pages of history; the history reader's hand, in
its thread.

It also keeps the index of words up to date while the server is quiet. What a member may see, is settled before.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from typing import Final, NamedTuple

from lanchat.errors import LocalProtocolError, StoreError
from lanchat.protocol.limits import MAX_ROOM_NAME, Code
from lanchat.protocol.query import Found, Query, Search, Spot, bounded
from lanchat.protocol.text import one_line
from lanchat.searcher import Looking, Searcher
from lanchat.server.limits import MAX_ASKED, QUIET
from lanchat.server.member import Member
from lanchat.server.rooms import Rooms

_log = logging.getLogger(__name__)
_FAILED: Final = "This server cannot search just now."
_TOO_MUCH: Final = "That fits too many messages to look at them all. Add a word, a name or a day."


class SearchRequest(NamedTuple):
    """directs: the direct conversations that the member may see, besides all rooms."""

    member: Member
    id: str
    query: Query
    directs: tuple[str, ...]
    below: Spot | None


def request(member: Member, ask: Search, rooms: Rooms) -> SearchRequest | Found:
    """In the broadcaster's thread: the question with what it may touch; or why it is none. Raises StoreError."""
    if member.plain or member.asked >= MAX_ASKED:
        return Found(ask.id, code=Code.HISTORY_BUSY, detail="Wait for what you asked for.")
    try:
        query = bounded(ask.query)
    except LocalProtocolError as error:
        return Found(ask.id, code=Code.SEARCH_FAILED, detail=str(error))
    key, below = member.line.key, ask.below
    if query.room:
        room = rooms.find(query.room, key) or rooms.like(query.room)
        if room is None:
            detail = f"There is no room “{one_line(query.room[:MAX_ROOM_NAME])}” here."
            return Found(ask.id, code=Code.ROOM_UNKNOWN, detail=detail)
        query = query.within(room.name)
    if below is not None and rooms.find(below.room, key) is None:
        below = None
    return SearchRequest(member, ask.id, query, rooms.directs(key), below)


class Searching:
    """`answer`: hands what was found to who asked."""

    def __init__(self, searcher: Searcher, answer: Callable[[SearchRequest, Found], None]) -> None:
        self._searcher, self._answer = searcher, answer
        self._under_way: deque[tuple[SearchRequest, Looking]] = deque()
        self._end = -1  # the last row of the journal when it was looked at last
        self._tidying = False

    def ask(self, request: SearchRequest) -> None:
        """Bounded by the asker."""
        self._under_way.append((request, self._searcher.begin(request.query, request.directs, request.below)))

    def blanked(self) -> None:
        """Texts were blanked: their words are to go."""
        self._searcher.blanked()

    @property
    def busy(self) -> bool:
        """`step` has something to do."""
        return self._tidying or bool(self._under_way)

    def on_time(self, end: int) -> None:
        """Now and then; end: the last row of the journal. Where little was said since the last time, it tidies up: in
        a storm of messages nobody searches, and the broadcaster needs the processor."""
        self._tidying = self._end >= 0 and end - self._end < QUIET
        self._end = end

    def step(self) -> None:
        """A few ms of what is to be done; whoever looks for something goes first, in turn."""
        if not self._under_way:
            self._tidy()
            return
        request, looking = self._under_way.popleft()
        try:
            done = looking.step()
        except StoreError as error:
            _log.warning("no search: %s", error)
            self._answer(request, Found(request.id, code=Code.SEARCH_FAILED, detail=_FAILED))
            return
        if not done:
            self._under_way.append((request, looking))
        elif looking.too_much:
            self._answer(request, Found(request.id, code=Code.SEARCH_FAILED, detail=_TOO_MUCH))
        else:
            self._answer(request, Found(request.id, looking.hits, looking.more))

    def _tidy(self) -> None:
        try:
            self._tidying = not (self._searcher.catch_up() and self._searcher.tidy())
        except StoreError as error:
            _log.warning("the index of words does not grow: %s", error)
            self._tidying = False

    def close(self) -> None:
        self._searcher.close()
