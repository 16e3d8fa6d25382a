"""Searching: asks the server for what was said, or finds it in the copy of the room while there is no server to ask; no
socket, no thread.

The copy's index of words is kept in memory alone, and made when it is first needed: on no disk does it keep what was
deleted.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final

from lanchat.client.events import Event, Found
from lanchat.errors import StoreError
from lanchat.journal import Journal
from lanchat.protocol import frames
from lanchat.protocol.codec import kind_of
from lanchat.protocol.frames import ClientFrame
from lanchat.protocol.limits import Code
from lanchat.protocol.query import Query, Search, Spot
from lanchat.protocol.rooms import DIRECT
from lanchat.protocol.text import fold_nick
from lanchat.searcher import Looking, Searcher

MOST: Final = 200  # messages found in the copy: they all come at once
_NO_COPY: Final = "There is no connection, and nothing of this room is on this computer yet."
_TOO_MUCH: Final = "That fits too many messages to look at them all. Add a word, a name or a day."


class Searching:
    """Owned by the link's thread. copy: the journal of what is here, None: nothing."""

    def __init__(
        self,
        copy: Callable[[], Journal | None],
        send: Callable[[ClientFrame], None],
        emit: Callable[[Event], None],
    ) -> None:
        self._copy, self._send, self._emit = copy, send, emit
        self._asked: dict[str, Search] = {}  # what the server has not answered yet
        self._here: deque[Search] = deque()  # to be found in the copy
        self._journal: Journal | None = None  # the one that the searcher reads
        self._searcher: Searcher | None = None
        self._looking: Looking | None = None
        self._fresh = False  # the index has what the copy has

    def search(self, id: str, query: Query, below: Spot | None, *, joined: bool) -> None:  # noqa: A002
        """A Found event follows."""
        ask = Search(id, query, below)
        if joined:
            self._asked[id] = ask
            self._send(ask)
        else:
            self._here.append(ask)

    def found(self, frame: frames.Found) -> None:
        """The server's answer."""
        ask = self._asked.pop(frame.id, None)
        if ask is not None:
            self._emit(Found(ask.id, ask.query, frame.hits, frame.more, code=frame.code, detail=frame.detail))

    def not_taken(self, kind: str, _code: str) -> bool:
        """The server does not know a frame of this type: if it is what we asked, all of that is found in the copy."""
        if kind != kind_of(Search) or not self._asked:
            return False
        self.ended()
        return True

    def ended(self) -> None:
        """There is no server to answer: what it was asked is found in the copy."""
        self._here += self._asked.values()
        self._asked.clear()

    @property
    def busy(self) -> bool:
        """`step` has something to do."""
        return bool(self._here)

    def step(self) -> None:
        """A few ms of looking into the copy."""
        if not self._here:
            return
        ask = self._here[0]
        try:
            found = self._look(ask)
        except StoreError as error:
            found = Found(ask.id, ask.query, code=Code.SEARCH_FAILED, detail=str(error), offline=True)
        if found is not None:
            self._here.popleft()
            self._looking = None
            self._fresh = False
            self._emit(found)

    def _look(self, ask: Search) -> Found | None:
        """None: it is not done."""
        journal = self._copy()
        if journal is None:
            return Found(ask.id, ask.query, code=Code.SEARCH_FAILED, detail=_NO_COPY, offline=True)
        searcher = self._searcher_of(journal)
        if not self._fresh:
            self._fresh = searcher.catch_up() and searcher.tidy()
            return None
        if self._looking is None:
            query = ask.query
            if query.room:
                room = _room(query.room, journal.rooms())
                if room is None:
                    detail = f"Nothing of the room “{query.room}” is on this computer."
                    return Found(ask.id, query, code=Code.ROOM_UNKNOWN, detail=detail, offline=True)
                query = query.within(room)
            directs = [room for room in journal.rooms() if room.startswith(DIRECT)]
            self._looking = searcher.begin(query, directs, ask.below, MOST)
            searcher.blanked()  # changes may have come before what they change: the next time it looks again
        if not self._looking.step():
            return None
        if self._looking.too_much:
            return Found(ask.id, ask.query, code=Code.SEARCH_FAILED, detail=_TOO_MUCH, offline=True)
        # In a copy what is older may have come later
        hits = sorted(self._looking.hits, key=lambda hit: (hit.at, hit.seq), reverse=True)
        return Found(ask.id, ask.query, hits, offline=True)

    def _searcher_of(self, journal: Journal) -> Searcher:
        if self._searcher is None or self._journal is not journal:
            self.close()
            self._journal, self._searcher = journal, Searcher(journal, None)
            self._fresh, self._looking = False, None
        return self._searcher

    def close(self) -> None:
        """May be called again."""
        if self._searcher is not None:
            self._searcher.close()
            self._searcher = self._journal = None


def _room(name: str, rooms: list[str]) -> str | None:
    return next((room for room in rooms if fold_nick(room) == fold_nick(name)), None)
