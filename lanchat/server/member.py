"""One joined connection as the broadcaster sees it: where it stands in each stream, and what goes to it alone.

Owned by the broadcaster; nothing here locks or waits.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from lanchat.channel import Channel
from lanchat.protocol.codec import encode
from lanchat.protocol.frames import Error, Refused, ServerFrame, Status
from lanchat.protocol.plain import encode_plain
from lanchat.server.limits import CONTROL_BYTES
from lanchat.server.roster import Line

if TYPE_CHECKING:
    from lanchat.server.ring import Ring
    from lanchat.server.room import Room
    from lanchat.server.stream import Stream


class Joiner(Protocol):
    """What the broadcaster needs of a session."""

    channel: Channel
    plain: bool
    address: str
    own_machine: bool

    def admitted(self, verdict: Refused | None) -> None:
        """In (None), or why not. Called once, by the broadcaster."""


class Place:
    """A cursor on one room's stream.

    cursor None: it reads pages of the journal instead. seq: the last entry it has then; target: the seq, and the
    place in the stream behind it, where it goes over to the stream.
    """

    __slots__ = ("cursor", "lagged", "ring", "seq", "stream", "target")

    def __init__(self, stream: Stream, ring: Ring) -> None:
        self.stream, self.ring = stream, ring
        self.cursor: int | None = 0
        self.seq = 0
        self.target = (0, 0)
        self.lagged = False  # it fell behind: after the catch-up it needs a roster


class Member:
    """Its cursors, one for each room it follows, with a small queue of its own lines that go first. rooms: its client
    knows that there is more than one. What joining brings is no part of that queue: it goes out piece by piece, as
    fast as it is read."""

    __slots__ = (
        "asked",
        "channel",
        "control",
        "control_size",
        "encode",
        "entering",
        "gone",
        "last_told",
        "leaving",
        "line",
        "page_asked",
        "places",
        "plain",
        "progress_at",
        "refusing",
        "rooms",
        "session",
        "status",
        "todo",
        "watched",
    )

    def __init__(self, session: Joiner, line: Line, now: float, *, rooms: bool = False) -> None:
        self.session = session
        self.channel = session.channel
        self.plain = session.plain
        self.encode: Callable[[ServerFrame], bytes] = encode_plain if session.plain else encode
        self.line = line
        self.rooms = rooms
        self.status = Status()
        self.todo: deque[ServerFrame] = deque()  # who is here, which rooms there are: before the streams
        self.entering: deque[tuple[Room, int]] = deque()  # rooms still to be entered, and the seq that it has there
        self.page_asked = False  # a page of a catch-up is on its way; one at a time, whichever room
        self.places: dict[str, Place] = {}  # by room; the first one first, so that news of people precede their words
        # Why something it said was not taken: nothing later may be, until it says that again
        self.refusing: Error | None = None
        self.leaving: set[str] = set()  # rooms that it leaves, once it has got what it said there
        self.asked = 0  # history pages on their way
        self.control: deque[bytes] = deque()
        self.control_size = 0
        self.last_told = False  # when all that waits is sent, the connection ends
        self.gone = False  # put out; its session will tell
        self.watched = False  # a selector waits for its socket
        self.progress_at = now

    def is_in(self, room: Room) -> bool:
        """It follows the room, or is about to."""
        if room.name in self.places:
            return room.name not in self.leaving
        return any(waiting is room for waiting, _ in self.entering)

    @property
    def is_in_step(self) -> bool:
        """It waits for nothing but what all who follow a room get."""
        return not (self.control or self.todo or self.entering or self.leaving or self.last_told or self.gone)

    @property
    def is_laden(self) -> bool:
        """So many lines wait for it alone that it should be told no more than it must."""
        return self.control_size > CONTROL_BYTES // 2

    def tell(self, lines: bytes) -> bool:
        """Queues lines for this member alone; False: it does not read, and its bound is reached."""
        if self.control_size + len(lines) > CONTROL_BYTES:
            return False
        if lines:  # some frames are nothing in plain text
            self.control.append(lines)
        self.control_size += len(lines)
        return True

    def took(self, sent: int) -> None:
        """`sent` bytes of the first control lines went out."""
        lines = self.control.popleft()
        self.control_size -= sent
        if sent < len(lines):
            self.control.appendleft(lines[sent:])
