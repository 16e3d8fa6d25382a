"""Delivery over real sockets: what goes out first, and that nothing is lost or doubled where one reads slower."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator

import pytest

from lanchat.channel import Channel
from lanchat.protocol.codec import encode
from lanchat.protocol.frames import Change, Message, Pong, Presence
from lanchat.protocol.rooms import RoomInfo
from lanchat.server.counters import Counters
from lanchat.server.delivery import Delivery
from lanchat.server.member import Member
from lanchat.server.room import FIRST_ROOM, Room
from lanchat.server.roster import Line


class Session:
    """A joined connection without its thread; `other` is the client's end."""

    plain, address, own_machine = False, "127.0.0.1", True

    def __init__(self) -> None:
        ours, self.other = socket.socketpair()
        self.channel = Channel(ours)
        self.other.setblocking(False)

    def admitted(self, verdict: object) -> None:
        raise AssertionError(verdict)

    def read(self) -> bytes:
        parts = []
        try:
            while part := self.other.recv(65536):
                parts.append(part)
        except BlockingIOError:
            return b"".join(parts)
        return b"".join(parts)

    def close(self) -> None:
        self.channel.close()
        self.other.close()


class NoRecord:
    """Of rooms that are empty."""

    def message(self, room: str, seq: int) -> None:
        raise AssertionError((room, seq))

    def pins(self, room: str) -> list[int]:
        raise AssertionError(room)

    def edits(self, room: str, target: int) -> int:
        raise AssertionError((room, target))

    def reactions(self, room: str, target: int) -> tuple[list[str], int]:
        raise AssertionError((room, target))


class Lan:
    """Members in step in two rooms."""

    def __init__(self) -> None:
        self.sessions: list[Session] = []
        self.members: list[Member] = []
        self.delivery = Delivery(self.members, lambda request: pytest.fail(f"{request} was asked"))
        counters = Counters(lambda *_: -1)
        self.lobby, self.games = (Room(RoomInfo(name), counters, NoRecord()) for name in (FIRST_ROOM, "games"))

    def join(self) -> tuple[Session, Member]:
        session = Session()
        member = Member(session, Line("Ana", None, clear=True, holds=False, new=False), 0.0)
        for room in (self.lobby, self.games):
            self.delivery.enter(member, room, room.head)
        self.sessions.append(session)
        self.members.append(member)
        return session, member

    def say(self, room: Room, text: str) -> bytes:
        room.head += 1
        message = Message(room.name, room.head, "id", 0, "Bo", None, text)
        self.delivery.publish(room, [message])
        return encode(message)


@pytest.fixture
def lan() -> Iterator[Lan]:
    lan = Lan()
    yield lan
    lan.delivery.close()
    for session in lan.sessions:
        session.close()


def test_news_of_people_come_before_their_words_wherever_these_were_said_first(lan: Lan) -> None:
    session, _ = lan.join()
    words = lan.say(lan.games, "hello")
    news = Presence(FIRST_ROOM, [Change("joined", "Bo")])
    lan.delivery.publish(lan.lobby, [news])
    lan.delivery.deliver(1.0)
    assert session.read() == encode(news) + words


def test_a_line_for_one_alone_goes_before_what_goes_to_all(lan: Lan) -> None:
    (one, member), (other, _) = lan.join(), lan.join()
    words = lan.say(lan.lobby, "hello")
    lan.delivery.tell(member, Pong("7"))
    lan.delivery.deliver(1.0)
    assert one.read() == encode(Pong("7")) + words
    assert other.read() == words


def test_who_reads_slower_gets_each_line_once_and_in_order(lan: Lan) -> None:
    (slow, member), (quick, _) = lan.join(), lan.join()
    slow.channel._sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16_384)
    said, heard, kept_up = b"", b"", b""
    for turn in range(60):
        said += lan.say(lan.lobby, f"number {turn} " * 40) + lan.say(lan.games, f"move {turn}")
        lan.delivery.deliver(float(turn))
        kept_up += quick.read()
        if turn % 7 == 0:  # of what lies there a little
            heard += slow.other.recv(3_000)
    assert member.watched
    by_room: Callable[[bytes, str], list[bytes]] = lambda lines, room: [  # noqa: E731
        line for line in lines.splitlines() if f'"room":"{room}"'.encode() in line
    ]
    for room in (FIRST_ROOM, "games"):
        assert by_room(kept_up, room) == by_room(said, room)
    while member.watched:
        heard += slow.read()
        for ready in lan.delivery.select(0.0):
            assert ready is member
            lan.delivery.feed(member, 100.0, progress=True)
    heard += slow.read()
    for room in (FIRST_ROOM, "games"):
        assert by_room(heard, room) == by_room(said, room)
