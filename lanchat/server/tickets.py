"""Tickets: who may move which file on a connection of its own, once and soon; and which transfers are under way.

It moves nothing. Any thread may call.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from lanchat.protocol.limits import Code
from lanchat.server.parts import Parts

VALID: Final = 60.0  # s from being given to being used: a connection takes ms, on a bad network some seconds
MAX_HELD: Final = 8  # of one member, unused or under way: as many as anybody watches
MAX_UNDER_WAY: Final = 64  # transfers in all: each has a thread and a piece in memory
MAX_OF_SOURCE: Final = 16  # of them for one address: keys are free, addresses less so; some people behind a router
HAND_OVER: Final = 5.0  # s for an upload to end whose client has come back on another connection


class Ticket(NamedTuple):
    """holder: the member's key; of a guest: an address. path: the part of an upload, else the file."""

    holder: str
    upload: bool
    sha256: str
    size: int
    path: Path


class Tickets:
    """now: s, monotonic."""

    def __init__(self) -> None:
        self._unused: dict[str, tuple[float, Ticket]] = {}  # by token: until when, what
        self._under_way: dict[str, tuple[Ticket, str, Callable[[], None]]] = {}  # for whose address; how to end it
        self._parts: dict[Path, Callable[[], None]] = {}  # being written; how to end that
        self._lock = threading.Lock()  # over all of these
        self._freed = threading.Condition(self._lock)
        self.parts = Parts()

    def give(self, token: str, ticket: Ticket, now: float) -> bool:
        """False: its holder has too many."""
        with self._lock:
            self._unused = {t: kept for t, kept in self._unused.items() if kept[0] > now}
            held = [t for _, t in self._unused.values() if t.holder == ticket.holder]
            held += [t for t, _, _ in self._under_way.values() if t.holder == ticket.holder]
            if len(held) >= MAX_HELD:
                return False
            self._unused[token] = (now + VALID, ticket)
        return True

    def use(self, token: str, source: str, now: float, end: Callable[[], None]) -> Ticket | Code:
        """What it is for; it counts no more. `finished` must follow; end: ends it before. source: where it is used
        from (server.door). TICKET: unknown, used, or too old. TOO_MANY: all is busy, and it still counts."""
        with self._lock:
            until, ticket = self._unused.get(token, (0.0, None))
            if ticket is None or until <= now:
                return Code.TICKET
            of_source = sum(other == source for _, other, _ in self._under_way.values())
            if len(self._under_way) >= MAX_UNDER_WAY or of_source >= MAX_OF_SOURCE:
                return Code.TOO_MANY
            del self._unused[token]
            self._under_way[token] = ticket, source, end
        return ticket

    def finished(self, token: str) -> None:
        with self._lock:
            del self._under_way[token]

    def revoke(self, holder: str) -> None:
        """They may move nothing more."""
        with self._lock:
            self._unused = {t: kept for t, kept in self._unused.items() if kept[1].holder != holder}
            ends = [end for ticket, _, end in self._under_way.values() if ticket.holder == holder]
        for end in ends:
            end()

    def reserved(self, now: float) -> list[Ticket]:
        """Uploads that may still come, or are under way."""
        with self._lock:
            unused = [ticket for until, ticket in self._unused.values() if until > now]
            moving = [ticket for ticket, _, _ in self._under_way.values()]
        return [ticket for ticket in (*unused, *moving) if ticket.upload]

    def take_part(self, path: Path, end: Callable[[], None]) -> bool:
        """Nobody else writes this part until `leave_part`; an upload that is under way on it is ended. False: it does
        not end. Waits."""
        with self._lock:
            other = self._parts.get(path)
        if other is not None:
            other()
        with self._freed:
            if not self._freed.wait_for(lambda: path not in self._parts, HAND_OVER):
                return False
            self._parts[path] = end
        return True

    def leave_part(self, path: Path) -> None:
        with self._freed:
            del self._parts[path]
            self._freed.notify_all()
