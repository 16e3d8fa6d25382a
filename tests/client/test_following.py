"""What a client believes of what a server says of its rooms; with a real replica."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from lanchat.client import following as following_module
from lanchat.client.following import Following
from lanchat.client.replica import Replica
from lanchat.protocol.frames import Entered, Parted, Rooms
from lanchat.protocol.rooms import Person, RoomInfo, direct_name

ME, ANA, BEN = "m" * 43, "a" * 43, "b" * 43
PAIR = direct_name([ME, ANA])
PEOPLE = [Person(ME, "Me"), Person(ANA, "Ana")]


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[Replica]:
    replica = Replica(tmp_path, "5" * 32, ME)
    replica.match("j1")
    yield replica
    replica.close()


def tell(following: Following, copy: Replica, *rooms: RoomInfo, first: bool = False) -> list[str]:
    """The names of those that are believed."""
    believed = following.change(Rooms(list(rooms), first), copy, "lobby")
    return [room.name for room in believed.rooms] if isinstance(believed, Rooms) else []


def test_a_list_that_begins_again_and_again_fills_no_disk(copy: Replica, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following_module, "MAX_KNOWN", 10)
    following = Following(ME)
    for n in range(6):
        tell(following, copy, *(RoomInfo(f"r{n}-{i}") for i in range(4)), first=True)
    assert len(copy.rooms()) == 10
    assert tell(following, copy, RoomInfo("r0-0", topic="news"), RoomInfo("more")) == ["r0-0"]
    assert tell(Following(ME), copy, RoomInfo("r0-1"), RoomInfo("more")) == ["r0-1"]  # of the next connection


def test_to_keep_a_few_rooms_reads_no_others(copy: Replica, monkeypatch: pytest.MonkeyPatch) -> None:
    copy.keep([RoomInfo(f"r{n}") for n in range(50)])
    looked: list[str] = []
    registry = copy.journal.registry if copy.journal else None
    assert registry is not None
    room = registry.room
    monkeypatch.setattr(registry, "room", lambda name: (looked.append(name), room(name))[1])
    copy.keep([RoomInfo("r7", topic="news")])
    assert looked == ["r7"]
    assert [info.topic for info in copy.rooms() if info.topic] == ["news"]


@pytest.mark.parametrize(
    "info",
    [
        RoomInfo("@" + "0" * 24, people=PEOPLE),  # a name that is not of these
        RoomInfo(direct_name([ANA, BEN]), people=[Person(ANA, "Ana"), Person(BEN, "Ben")]),  # of others
        RoomInfo(PAIR, people=[*PEOPLE, Person(ANA, "Boss")]),  # one of them twice
        RoomInfo(PAIR, people=[Person(ME, "Me"), Person(BEN, "Ana")]),  # another one
        RoomInfo(PAIR),
        RoomInfo("@", people=PEOPLE),
        RoomInfo("games", people=PEOPLE),  # no conversation
    ],
)
def test_a_conversation_whose_people_do_not_fit_its_name_is_not_believed(
    copy: Replica, info: RoomInfo, caplog: pytest.LogCaptureFixture
) -> None:
    following = Following(ME)
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            assert following.change(Rooms([info]), copy, "lobby") is None
    assert len(caplog.records) == 1
    assert following.change(Entered(info.name), copy, "lobby") is None
    assert not following.rooms
    assert copy.rooms() == []
    assert copy.followed() == []


def test_names_of_a_conversation_change_and_its_people_do_not(copy: Replica, monkeypatch: pytest.MonkeyPatch) -> None:
    following = Following(ME)
    assert tell(following, copy, RoomInfo(PAIR, people=PEOPLE)) == [PAIR]
    assert tell(following, copy, RoomInfo(PAIR, people=[Person(ME, "Me"), Person(ANA, "Anna")])) == [PAIR]
    assert {p.nick for room in copy.rooms() for p in room.people} == {"Me", "Anna"}
    monkeypatch.setattr(following_module, "direct_name", lambda _keys: PAIR)  # as if somebody found the same hash
    assert tell(following, copy, RoomInfo(PAIR, people=[Person(ME, "Me"), Person(BEN, "Anna")])) == []
    assert {p.key for room in copy.rooms() for p in room.people} == {ME, ANA}


def test_what_fits_is_followed_and_left(copy: Replica) -> None:
    following = Following(ME)
    tell(following, copy, RoomInfo("lobby"), RoomInfo("games"), RoomInfo(PAIR, people=PEOPLE))
    for room in ("games", PAIR):
        assert following.change(Entered(room), copy, "lobby") == Entered(room)
    assert following.rooms == {"games", PAIR}
    assert following.change(Parted("games"), copy, "lobby") == Parted("games")
    assert following.change(Parted("games"), copy, "lobby") is None
    assert following.change(Parted("lobby"), copy, "lobby") is None
    assert following.rooms == {PAIR}
