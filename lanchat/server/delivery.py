"""Delivery: who has which lines, who waits for its socket, who lags; the broadcaster's hands, in its thread.

A member in step gets each batch by one send. One whose socket is full is watched and reads on from its own places
in the rings; one that falls out of a ring reads pages of the journal until it is back in step.
"""

from __future__ import annotations

import logging
import selectors
import socket
from collections import deque
from collections.abc import Callable, Collection, Sequence
from typing import Final, Protocol

from lanchat.channel import LINGER, MAX_UNSENT
from lanchat.protocol.codec import encode
from lanchat.protocol.frames import (
    Entry,
    Error,
    Found,
    History,
    Message,
    Parted,
    Presence,
    Rooms,
    Search,
    Seen,
    ServerFrame,
    Typed,
)
from lanchat.protocol.limits import MAX_PAGE, Code
from lanchat.protocol.moderation import Rules
from lanchat.protocol.plain import MAX_WRITE, about_what, encode_plain, first_piece
from lanchat.server import limits
from lanchat.server.history import Answer, Request
from lanchat.server.member import Member, Place
from lanchat.server.ring import Ring
from lanchat.server.room import FIRST_ROOM, Room
from lanchat.server.rooms import Rooms as AllRooms
from lanchat.server.searching import SearchRequest, request
from lanchat.server.stream import Stream

_log = logging.getLogger(__name__)
PLAIN_TURN: Final = 64 * 1024  # bytes for one plain-text member at a time: in writes of 1,000 it takes a while
_STALL_CHECK: Final = 1.0  # s between looks at members that wait for their sockets


class Stage(Protocol):
    """What it needs of the stage, which shows what others have done."""

    def listing(self, member: Member) -> Sequence[ServerFrame]:
        """For who comes, or missed changes of the roster."""

    def reads_now(self, room: Room, seq: int) -> Message | None:
        """A message with the text that it has now; None: there is none, or it cannot be read."""

    def try_to_enter(self, member: Member, room: Room, have: int) -> None:
        """Follows the room, with what lies behind the seq that it has."""


class Delivery:
    """`members`: a live view of all that are in. `ask`: hands a request to the history reader. `stage`:
    knows what else somebody needs."""

    def __init__(
        self,
        members: Collection[Member],
        ask: Callable[[Request | SearchRequest], None],
    ) -> None:
        self._members = members
        self._ask = ask
        self.stage: Stage  # which comes later
        self._streams: dict[str, Stream] = {}  # of the rooms that somebody follows
        self._order: deque[tuple[Stream, Ring]] = deque()  # where the batches in memory lie, oldest first
        self._size = 0  # bytes of them
        self._selector = selectors.DefaultSelector()
        self._watched: set[Member] = set()
        self._told: list[Member] = []  # have lines of their own to send
        self._published: dict[Stream, None] = {}
        self._leaving: deque[tuple[float, Member]] = deque()  # told their last; when they are ended (s, monotonic)

    def close(self) -> None:
        self._selector.close()

    # What is to be sent

    def publish(self, room: Room, frames: Sequence[Entry | Presence | Rules | Typed | Rooms | Seen]) -> None:
        """Lines for all who follow the room; entries among them are its last ones."""
        stream = self._streams.get(room.name)
        if stream is None:
            return
        self._append(stream, stream.ring, b"".join(map(encode, frames)))
        if stream.plain_members:
            lines = (encode_plain(frame, self._about(room, frame)) for frame in frames)
            self._append(stream, stream.plain_ring, b"".join(lines))
        self._published[stream] = None

    def _about(self, room: Room, frame: ServerFrame) -> Message | None:
        """Who reads plain text has no number to look it up by."""
        seq = about_what(frame)
        return self.stage.reads_now(room, seq) if seq else None

    def _append(self, stream: Stream, ring: Ring, data: bytes) -> None:
        ring.append(data, stream.room.head)
        self._order.append((stream, ring))
        self._size += len(data)

    def tell(self, member: Member, frame: ServerFrame, *, last: bool = False) -> None:
        """A line for one. last: the connection ends behind it, and nothing follows."""
        self.tell_lines(member, member.encode(frame))
        member.last_told = member.last_told or last

    def tell_lines(self, member: Member, line: bytes) -> None:
        """The same, encoded."""
        if member.last_told:
            return
        if not member.tell(line):
            self.drop(member, "it asks for more than it reads")
        self._told.append(member)

    # Who follows what, and what each lacks

    def enter(self, member: Member, room: Room, seq: int) -> None:
        """Lets `member`, which has or needs nothing up to `seq`, follow the room from now on."""
        stream = self._streams.get(room.name)
        if stream is None:
            stream = self._streams[room.name] = Stream(room)
        place = member.places[room.name] = stream.places[member] = Place(stream, stream.ring_of(member))
        stream.plain_members += member.plain
        if member.plain or seq >= room.head:
            place.cursor = place.ring.end
        else:
            self._read_pages(place, seq)
            self._told.append(member)

    def room(self, name: str) -> Room | None:
        """If somebody is in it."""
        return self._streams[name].room if name in self._streams else None

    def followers(self, room: str) -> int:
        """How many connections follow a room."""
        return len(self._streams[room].places) if room in self._streams else 0

    def part(self, member: Member, room: Room) -> None:
        """It leaves the room, and is told so behind what is in the stream already: what it said just before comes back
        to it nowhere else."""
        if room.name in member.places:
            member.leaving.add(room.name)
        else:
            self.tell(member, Parted(room.name))
        self._leave(member)
        self._told.append(member)

    def _leave(self, member: Member) -> bool:
        """Lets it go out of rooms where it has got everything; whether there were any."""
        left = [room for room in member.leaving if (place := member.places[room]).cursor == place.ring.end]
        for room in left:
            self._end_place(member, room)
            self.tell(member, Parted(room))
        return bool(left)

    def _end_place(self, member: Member, room: str) -> None:
        """It follows the room no longer, wherever it stood."""
        stream = member.places.pop(room).stream
        member.leaving.discard(room)
        del stream.places[member]
        stream.plain_members -= member.plain
        if not stream.places and self._streams.get(room) is stream:
            del self._streams[room]  # who enters next begins with what is stored
            self._published.pop(stream, None)

    def remove(self, member: Member) -> None:
        self._unwatch(member)
        member.gone = True
        for room in list(member.places):
            self._end_place(member, room)

    def ask_page(self, member: Member, room: Room, ask: History) -> Error | None:
        """Passes a member's question on to the history reader; the reason, if it cannot be."""
        if member.plain or member.asked >= limits.MAX_ASKED:
            return Error(Code.HISTORY_BUSY, "wait for the pages that you asked for")
        head = room.head
        if ask.after is not None and ask.before is None:
            request = Request(member, room.name, ask.limit, after=_seq(ask.after, head), upto=head)
        else:
            before = head + 1 if ask.before is None else ask.before
            request = Request(member, room.name, ask.limit, before=_seq(before, head + 1))
        member.asked += 1
        self._ask(request)
        return None

    def ask_search(self, member: Member, ask: Search, rooms: AllRooms) -> None:
        """The same for something that is looked for. Raises StoreError."""
        asked = request(member, ask, rooms)
        if isinstance(asked, Found):
            self.tell(member, asked)
        else:
            member.asked += 1
            self._ask(asked)

    def answer(self, answer: Answer) -> None:
        """What the history reader found."""
        asked, member = answer.request, answer.request.member
        if isinstance(asked, SearchRequest) or (place := asked.catchup) is None:
            member.asked -= 1
            self.tell_lines(member, answer.line)
            return
        member.page_asked = False
        self._told.append(member)
        if member.places.get(asked.room) is not place:  # it parted meanwhile
            return
        if answer.last is None:
            self.drop(member, "what it lacks cannot be read")
            return
        if answer.last:
            self.tell_lines(member, answer.line)
        head, cursor = place.target
        place.seq = answer.last or head
        if place.seq >= head:
            self._return_to_stream(member, place, cursor)

    @staticmethod
    def _read_pages(place: Place, seq: int) -> None:
        """From here on its member reads the journal after `seq`, up to where the stream stands now."""
        place.cursor = None
        place.seq = seq
        place.target = (place.stream.room.head, place.stream.ring.end)

    def _return_to_stream(self, member: Member, place: Place, cursor: int) -> None:
        if cursor < place.stream.ring.start:
            place.lagged = True  # changes of the roster went by meanwhile
            self._read_pages(place, place.seq)
            return
        place.cursor = cursor
        if place.lagged:
            place.lagged = False
            if place.stream.room.name == FIRST_ROOM:  # where changes of the roster are told, and of the rooms
                member.todo.extend(self.stage.listing(member))

    # Sending

    def deliver(self, now: float) -> None:
        """Sends what was published or told since the last call, and puts out who does not read."""
        told, self._told = self._told, []
        published, self._published = self._published, {}
        for stream in sorted(published, key=_is_other):
            self._share(stream, now)
        for member in told:
            if not member.watched:
                self.feed(member, now)
        while self._size > limits.RING_BYTES:
            self._drop_oldest()
        while self._leaving and self._leaving[0][0] <= now:  # who does not leave by themselves
            self._leaving.popleft()[1].channel.shutdown()
        for member in [m for m in self._watched if now - m.progress_at > limits.STALL_TIMEOUT]:
            self.drop(member, "it took nothing for too long")

    def _share(self, stream: Stream, now: float) -> None:
        """The latest lines to all who follow a room and wait for nothing else, the same bytes to those who stand at the
        same place: nothing is looked up twice, since this is what the server does most."""
        ring, cursor = stream.ring, -1
        lines: bytes | memoryview = b""
        for member, place in list(stream.places.items()):
            if member.watched:
                continue
            if place.ring is ring and place.cursor is not None and member.is_in_step:
                if place.cursor != cursor:
                    cursor, lines = place.cursor, ring.after(place.cursor, MAX_UNSENT)
                try:
                    taken = member.channel.send(lines)
                except OSError as error:
                    self.drop(member, str(error))
                    continue
                member.progress_at = now
                place.cursor = cursor + taken
                if place.cursor == ring.end and not member.channel.unsent:
                    continue
            self.feed(member, now)

    def feed(self, member: Member, now: float, *, progress: bool = False) -> None:
        """Sends `member` what it lacks, until its socket is full. progress: its socket just had room."""
        if member.gone:
            return
        if progress or not member.watched:
            member.progress_at = now
        try:
            full = self._feed(member)
        except OSError as error:
            self.drop(member, str(error))
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
        """Sends; True: the socket is full, or others have their turn. Raises OSError."""
        while True:
            if self._feed_control(member) or self._feed_streams(member):
                return True
            if member.leaving and self._leave(member):
                continue
            if not member.entering or member.page_asked or member.last_told:
                return member.channel.unsent and member.channel.flush()
            self.stage.try_to_enter(member, *member.entering.popleft())  # one after the other, as fast as it reads

    def _feed_control(self, member: Member) -> bool:
        """What goes to it alone."""
        left = PLAIN_TURN
        while member.control or (member.todo and not member.last_told):
            if not member.control:
                self.tell_lines(member, member.encode(member.todo.popleft()))
                continue
            lines = first_piece(member.control[0]) if member.plain else member.control[0]
            taken = member.channel.send(lines)
            member.took(taken)
            left -= taken
            if taken < len(lines) or member.channel.unsent or (member.plain and left < 0):
                return True
        return False

    def _feed_streams(self, member: Member) -> bool:
        """What goes to all who follow a room: whole lines, so that rooms may take turns."""
        channel, left = member.channel, PLAIN_TURN
        lines: bytes | memoryview
        for place in () if member.last_told else member.places.values():
            if place.cursor is None:
                self._ask_catchup(member, place)
                continue
            while place.cursor < place.ring.end:
                lines = place.ring.after(place.cursor, MAX_UNSENT)
                if member.plain:
                    lines = first_piece(bytes(lines[:MAX_WRITE]))
                    if (left := left - len(lines)) < 0:
                        return True  # it reads fast; the others have their turn
                taken = channel.send(lines)
                place.cursor += taken
                if taken < len(lines) or channel.unsent:
                    return True
        return False

    def _ask_catchup(self, member: Member, place: Place) -> None:
        if not member.page_asked:
            member.page_asked = True
            head, _ = place.target
            self._ask(Request(member, place.stream.room.name, MAX_PAGE, after=place.seq, upto=head, catchup=place))

    def _drop_oldest(self) -> None:
        """Drops the oldest batch of all; who still stands in it reads pages instead."""
        stream, ring = self._order.popleft()
        border = ring.second()
        for member in list(self._watched):
            place = stream.places.get(member)
            if place is None or place.cursor is None or place.cursor >= border or place.ring is not ring:
                continue
            if member.plain:
                self.drop(member, "it reads too slowly")
            else:
                place.lagged = True
                self._read_pages(place, ring.seq_at(place.cursor))
        self._size -= border - ring.start
        ring.drop_oldest()

    def drop(self, member: Member, reason: str) -> None:
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


def _is_other(stream: Stream) -> bool:
    """The first room is not: news of people come before their words in others."""
    return stream.room.name != FIRST_ROOM


def _seq(number: int, most: int) -> int:
    """A seq that SQLite can hold, whatever was asked for."""
    return min(max(number, 0), most)
