"""Delivery: who has which lines, who waits for its socket, who lags; the broadcaster's hands, in its thread.

A member in step gets each batch by one send. One whose socket is full is watched and reads on from its own place
in the ring; one that falls out of the ring reads pages of the journal until it is back in step.
"""

from __future__ import annotations

import logging
import selectors
import socket
from collections import deque
from collections.abc import Callable, Collection, Sequence
from typing import Final

from lanchat.channel import LINGER, MAX_UNSENT
from lanchat.protocol.codec import encode
from lanchat.protocol.frames import Entry, Error, History, Presence, ServerFrame, Typed
from lanchat.protocol.limits import MAX_ID, MAX_PAGE, Code
from lanchat.protocol.moderation import Rules
from lanchat.protocol.plain import MAX_WRITE, encode_plain, first_piece
from lanchat.server import limits
from lanchat.server.history import Answer, Request
from lanchat.server.member import Member
from lanchat.server.ring import Ring
from lanchat.server.room import Room

_log = logging.getLogger(__name__)
PLAIN_TURN: Final = 64 * 1024  # bytes for one plain-text member at a time: in writes of 1,000 it takes a while
_STALL_CHECK: Final = 1.0  # s between looks at members that wait for their sockets


class Delivery:
    """`members`: a live view of all that are in. `ask`: hands a request to the history reader."""

    def __init__(self, room: Room, members: Collection[Member], ask: Callable[[Request], None]) -> None:
        self._room = room
        self._members = members
        self._ask = ask
        self._ring = Ring()
        self._plain_ring = Ring()  # the same for plain-text members; empty where there are none
        self._plain_members = 0
        self._selector = selectors.DefaultSelector()
        self._watched: set[Member] = set()
        self._told: list[Member] = []  # have lines of their own to send
        self._published = False
        self._leaving: deque[tuple[float, Member]] = deque()  # told their last; when they are ended (s, monotonic)

    def close(self) -> None:
        self._selector.close()

    # What is to be sent

    def publish(self, frames: Sequence[Entry | Presence | Rules | Typed], head: int) -> None:
        """Lines for all. `head`: the room's last seq once they are read."""
        self._ring.append(b"".join(map(encode, frames)), head)
        if self._plain_members:
            self._plain_ring.append(b"".join(map(encode_plain, frames)), head)
        self._published = True

    def tell(self, member: Member, frame: ServerFrame, *, last: bool = False) -> None:
        """A line for one. last: the connection ends behind it, and nothing follows."""
        self._tell_line(member, member.encode(frame))
        member.last_told = member.last_told or last

    def _tell_line(self, member: Member, line: bytes) -> None:
        if member.last_told:
            return
        if not member.tell(line):
            self._drop(member, "it asks for more than it reads")
        self._told.append(member)

    # Who is in, and what each lacks

    def enter(self, member: Member, seq: int) -> None:
        """Lets `member`, which has or needs nothing up to `seq`, follow the stream from now on."""
        if member.plain:
            self._plain_members += 1
            member.cursor = self._plain_ring.end
        elif seq >= self._room.head:
            member.cursor = self._ring.end
        else:
            self._read_pages(member, seq)

    def remove(self, member: Member) -> None:
        self._unwatch(member)
        member.gone = True
        if member.plain:
            self._plain_members -= 1

    def ask_page(self, member: Member, ask: History) -> Error | None:
        """Passes a member's question on to the history reader; the reason, if it cannot be."""
        if ask.room not in ("", self._room.name):
            return Error(Code.ROOM_UNKNOWN, f"there is no room “{ask.room[:MAX_ID]}” here")
        if member.plain or member.asked >= limits.MAX_ASKED:
            return Error(Code.HISTORY_BUSY, "wait for the pages that you asked for")
        head = self._room.head
        if ask.after is not None and ask.before is None:
            request = Request(member, self._room.name, ask.limit, after=_seq(ask.after, head), upto=head)
        else:
            before = head + 1 if ask.before is None else ask.before
            request = Request(member, self._room.name, ask.limit, before=_seq(before, head + 1))
        member.asked += 1
        self._ask(request)
        return None

    def answer(self, answer: Answer) -> None:
        """What the history reader found."""
        member = answer.request.member
        if not answer.request.catchup:
            member.asked -= 1
            self._tell_line(member, answer.line)
            return
        member.page_asked = False
        if answer.last is None:
            self._drop(member, "what it lacks cannot be read")
            return
        if answer.last:
            self._tell_line(member, answer.line)
        head, place = member.target
        member.seq = answer.last or head
        if member.seq >= head:
            self._return_to_stream(member, place)
        self._told.append(member)

    def _read_pages(self, member: Member, seq: int) -> None:
        """From here on `member` reads the journal after `seq`, up to where the stream stands now."""
        member.cursor = None
        member.seq = seq
        member.target = (self._room.head, self._ring.end)

    def _return_to_stream(self, member: Member, place: int) -> None:
        if place < self._ring.start:
            member.lagged = True  # changes of the roster went by meanwhile
            self._read_pages(member, member.seq)
            return
        member.cursor = place
        if member.lagged:
            member.lagged = False
            for roster in self._room.roster():
                self._tell_line(member, member.encode(roster))

    # Sending

    def deliver(self, now: float) -> None:
        """Sends what was published or told since the last call, and puts out who does not read."""
        told, self._told = self._told, []
        for member in [*self._members] if self._published else told:
            if not member.watched:
                self.feed(member, now)
        self._published = False
        for ring in (self._ring, self._plain_ring):
            while ring.size > limits.RING_BYTES:
                self._leave_behind(ring)
        while self._leaving and self._leaving[0][0] <= now:  # who does not leave by themselves
            self._leaving.popleft()[1].channel.shutdown()
        for member in [m for m in self._watched if now - m.progress_at > limits.STALL_TIMEOUT]:
            self._drop(member, "it took nothing for too long")

    def feed(self, member: Member, now: float, *, progress: bool = False) -> None:
        """Sends `member` what it lacks, until its socket is full. progress: its socket just had room."""
        if member.gone:
            return
        if progress or not member.watched:
            member.progress_at = now
        try:
            full = self._feed(member)
        except OSError as error:
            self._drop(member, str(error))
            return
        if full:
            self._watch(member)
            return
        self._unwatch(member)
        if member.last_told:
            member.gone = True
            member.channel.finish()
            self._leaving.append((now + LINGER, member))

    def _feed(self, member: Member) -> bool:
        """Sends; True: the socket is full. Raises OSError."""
        channel, left = member.channel, PLAIN_TURN
        while lines := self._lines_for(member):
            if member.plain and (left := left - len(lines)) < 0:
                return True  # it reads fast; the others have their turn
            taken = channel.send(lines)
            if member.control:
                member.took(taken)
            elif member.cursor is not None:
                member.cursor += taken
            if taken < len(lines) or channel.unsent:
                return True
        return channel.unsent and channel.flush()

    def _lines_for(self, member: Member) -> bytes | memoryview:
        if member.control:
            return first_piece(member.control[0]) if member.plain else member.control[0]
        if member.last_told:
            return b""
        if member.cursor is None:
            self._ask_catchup(member)
            return b""
        if member.plain:
            return first_piece(bytes(self._plain_ring.after(member.cursor, MAX_UNSENT)[:MAX_WRITE]))
        return self._ring.after(member.cursor, MAX_UNSENT) if member.cursor < self._ring.end else b""

    def _ask_catchup(self, member: Member) -> None:
        if not member.page_asked:
            member.page_asked = True
            head, _ = member.target
            self._ask(Request(member, self._room.name, MAX_PAGE, after=member.seq, upto=head, catchup=True))

    def _leave_behind(self, ring: Ring) -> None:
        """Drops the oldest batch; who still stands in it reads pages instead."""
        border = ring.second()
        for member in list(self._watched):
            if member.cursor is None or member.cursor >= border or member.plain is (ring is self._ring):
                continue
            if member.plain:
                self._drop(member, "it reads too slowly")
            else:
                member.lagged = True
                self._read_pages(member, ring.seq_at(member.cursor))
        ring.drop_oldest()

    def _drop(self, member: Member, reason: str) -> None:
        """Ends the connection; the session notices, and says that it leaves."""
        if not member.gone:
            _log.info("%s is put out: %s", member.line.nick, reason)
            self._unwatch(member)
            member.gone = True
            member.channel.shutdown()

    # Waiting

    def watch(self, wakeup: socket.socket) -> None:
        """Lets `select` also wake up by this socket."""
        self._selector.register(wakeup, selectors.EVENT_READ, None)

    def select(self, timeout: float | None) -> list[Member | None]:
        """The members whose sockets have room; None stands for the wake-up."""
        if timeout == 0.0 and not self._watched:
            return []
        return [key.data for key, _ in self._selector.select(timeout)]

    def patience(self) -> float | None:
        """Seconds that `select` may wait; None: for ever."""
        return _STALL_CHECK if self._watched or self._leaving else None

    def _watch(self, member: Member) -> None:
        if not member.watched:
            member.watched = True
            self._watched.add(member)
            self._selector.register(member.channel, selectors.EVENT_WRITE, member)

    def _unwatch(self, member: Member) -> None:
        if member.watched:
            member.watched = False
            self._watched.discard(member)
            self._selector.unregister(member.channel)


def _seq(number: int, most: int) -> int:
    """A seq that SQLite can hold, whatever was asked for."""
    return min(max(number, 0), most)
