"""Admission: whether somebody comes in, under which name, and from where on they read; it tells nobody.

The broadcaster's hand, in its thread.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

from lanchat.errors import StoreError
from lanchat.journal import Journal
from lanchat.protocol.frames import Hello, Parted, Refused
from lanchat.protocol.limits import MAX_RUNS, Code
from lanchat.protocol.rooms import DIRECT
from lanchat.server.access import Access
from lanchat.server.counters import Counters
from lanchat.server.holding import Holding
from lanchat.server.items import Join
from lanchat.server.room import FIRST_ROOM, Room
from lanchat.server.roster import Line, Roster
from lanchat.server.standing import Standing

_log = logging.getLogger(__name__)


class Admission:
    """Of one room. now: s, monotonic; at: ms since 1970."""

    def __init__(self, roster: Roster, journal: Journal, access: Access, standing: Standing) -> None:
        self._roster, self._journal, self._access, self._standing = roster, journal, access, standing
        self._holding = Holding()

    def admit(self, item: Join, now: float, at: int) -> Line | Refused:
        """Their line in the room. Raises StoreError."""
        hello, address = item.hello, item.session.address
        refused = self._standing.object_to_join(hello.key, item.session, at) or self._locked_out(item, at)
        if refused is not None:
            return refused
        known = self._roster.holds_name(hello.key)
        line = self._roster.join(
            hello.nick,
            hello.key,
            not item.session.channel.encrypted,
            known or self._holding.allows(address, now),
            self._standing.role(hello.key),
        )
        if isinstance(line, Refused):
            return line
        self._standing.came(line, item.session, at)
        if line.holds and not known:
            self._holding.count(address, now)
        self.hold_nick(line)
        refused = self._let_in_again(line, item.invitation)
        if refused is not None:
            self._roster.leave(line, now, goodbye=True)
        return refused or line

    @staticmethod
    def counters(hello: Hello, counters: Counters) -> dict[str, int]:
        """The highest stored counters of the outboxes it names. Raises StoreError."""
        if hello.key is None:
            return {}
        return {run: counters.highest((hello.key, run)) for run in hello.runs[:MAX_RUNS]}

    def first_seq(self, hello: Hello, room: Room) -> int:
        """The last seq of a room that a joiner has, or need not have."""
        head, resume = room.head, hello.resume
        if resume is not None and resume.journal == self._journal.id:
            have = resume.rooms.get(room.name)
            if have is not None or room.name == FIRST_ROOM:
                return min(max(have or 0, 0), head)
        return max(0, head - max(0, hello.history))

    @staticmethod
    def left_elsewhere(hello: Hello, followed: Iterable[Room]) -> list[Parted]:
        """Of rooms that the joiner has a copy of, and follows no more: it may have left them on another device, and
        what it said there would never come back to it. Conversations are not left."""
        names = {room.name for room in followed}
        had = hello.resume.rooms if hello.resume else ()
        return [Parted(name) for name in had if name not in names and not name.startswith(DIRECT)]

    def hold_nick(self, line: Line) -> None:
        """The name stays theirs, where it may."""
        if line.key is None or not line.holds:
            return
        try:
            self._journal.hold(line.nick, line.key)
        except StoreError as error:
            _log.error("a nickname could not be stored: %s", error)

    def _locked_out(self, item: Join, at: int) -> Refused | None:
        """Why a locked room stays closed."""
        if item.by_pin or not self._access.needs_pin(item.hello.key):
            return None
        if item.invitation is None:
            return Refused(Code.PIN_WRONG, "This room has another PIN now. Join again.")
        try:
            if self._access.invitations.holds(item.invitation, at):
                return None
        except StoreError as error:
            _log.error("no invitation can be looked up: %s", error)
            return Refused(Code.NOT_STORED, "The server cannot look up invitations just now.")
        return Refused(Code.NOT_INVITED, "This invitation was used, has ended, or was taken back. Ask for another one.")

    def _let_in_again(self, line: Line, invitation: bytes | None) -> Refused | None:
        """Who showed that they may come in is not asked again. An invitation that cannot be used up lets nobody in."""
        if line.key is None or not self._access.needs_pin(line.key):
            return None
        try:
            self._access.admit(line.key, invitation)
        except StoreError as error:
            _log.error("who may come in again could not be stored: %s", error)
            if invitation is not None:
                return Refused(Code.NOT_STORED, "The server cannot take invitations just now; its disk may be full.")
        return None
