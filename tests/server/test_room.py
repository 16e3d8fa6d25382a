"""The rules of a room, without a socket: what may be said, and which number it gets."""

from __future__ import annotations

import pytest

from lanchat.protocol.frames import Error, Message, Refused, Say
from lanchat.protocol.limits import MAX_COUNTER, MAX_ID, MAX_TEXT, Code
from lanchat.protocol.rooms import RoomInfo
from lanchat.server.counters import MAX_COUNTERS, Counters
from lanchat.server.room import Room
from lanchat.server.roster import Line

KEY, OTHER = "k" * 43, "o" * 43


class NothingStored:
    """What a room can look up: nothing."""

    def message(self, _room: str, _seq: int) -> Message | None:
        return None

    def edits(self, _room: str, _target: int) -> int:
        return 0

    def reactions(self, _room: str, _target: int) -> tuple[list[str], int]:
        return [], 0


def make_room(stored: dict[tuple[str, str], int] | None = None) -> tuple[Room, Counters]:
    kept = {} if stored is None else stored
    counters = Counters(lambda key, run: kept.get((key, run), -1))
    return Room(RoomInfo("lobby"), counters, NothingStored()), counters


def person(nick: str, key: str | None = None) -> Line:
    return Line(nick, key, clear=key is None, holds=True, new=False)


def refusal(outcome: object) -> tuple[str, str | None]:
    assert isinstance(outcome, Refused | Error), outcome
    return outcome.code, outcome.suggestion


def say(room: Room, line: Line, message_id: str, text: str = "hi", target: str = "") -> Message | Error | None:
    return room.say(line, Say(message_id, text, target), at=1)


def test_entries_are_numbered_without_gaps() -> None:
    room, _counters = make_room()
    line = person("Ana")
    assert say(room, line, "x") == Message("lobby", 1, "x", 1, "Ana", None, "hi")
    assert refusal(say(room, line, "y", ""))[0] == Code.TEXT_EMPTY
    entry = say(room, line, "x", target="lobby")  # a guest's ids are its own business
    assert isinstance(entry, Message)
    assert entry.seq == 2


def test_a_counter_that_is_not_higher_is_a_repetition_and_jumps_are_allowed() -> None:
    room, _counters = make_room(stored={(KEY, "run"): 5})
    line = person("Ana", KEY)
    assert [say(room, line, f"run-{n}") is None for n in (0, 5, 6, 6, 5, 9, 7, 10)] == [
        True, True, False, True, True, False, True, False,
    ]  # fmt: skip
    assert room.head == 3
    assert isinstance(say(room, line, "other-0"), Message)  # each outbox counts for itself


def test_two_keys_may_name_their_outboxes_alike() -> None:
    room, _counters = make_room()
    assert isinstance(say(room, person("Ana", KEY), "run-3"), Message)
    assert isinstance(say(room, person("Eva", OTHER), "run-3"), Message)


@pytest.mark.parametrize(
    "message_id",
    [
        *("", "run", "run-", "-1", "run-01", "run--1", "run-1 ", "r n-1", "run-+1", "run-1\n", "rün-1", "run-١"),
        *(f"run-{MAX_COUNTER + 1}", "r" * 33 + "-1", "run-" + "9" * 17),
    ],
)
def test_a_key_cannot_use_an_id_that_is_no_counter(message_id: str) -> None:
    room, _counters = make_room()
    assert refusal(say(room, person("Ana", KEY), message_id))[0] == Code.ID_INVALID
    assert room.head == 0


def test_the_highest_counter_there_is() -> None:
    room, _counters = make_room()
    line = person("Ana", KEY)
    assert isinstance(say(room, line, "r" * 32 + f"-{MAX_COUNTER}"), Message)
    assert say(room, line, "r" * 32 + f"-{MAX_COUNTER}") is None


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (Say("1", "x" * (MAX_TEXT + 1)), Code.TEXT_TOO_LONG),
        (Say("1", "\x1b[2J"), Code.TEXT_CONTROL),
        (Say("1", " \n"), Code.TEXT_EMPTY),
        (Say("i" * (MAX_ID + 1), "hi"), Code.ID_INVALID),
    ],
)
def test_what_may_not_be_said_comes_back_with_its_id(said: Say, code: Code) -> None:
    room, _counters = make_room()
    error = room.say(person("Ana"), said, at=1)
    assert isinstance(error, Error)
    assert (error.code, error.id, room.head) == (code, said.id[:MAX_ID], 0)
    assert error.detail


def test_what_could_not_be_stored_frees_numbers_and_counters() -> None:
    stored: dict[tuple[str, str], int] = {}
    room, counters = make_room(stored=stored)
    line = person("Ana", KEY)
    first = say(room, line, "run-1")
    assert isinstance(first, Message)
    stored.update(counters.waiting)
    counters.stored()
    assert isinstance(say(room, line, "run-2"), Message)
    assert isinstance(say(room, line, "run-3"), Message)
    room.not_stored(head=1)
    counters.not_stored()
    assert counters.waiting == {}
    assert room.head == 1
    again = say(room, line, "run-2")
    assert isinstance(again, Message)
    assert again.seq == 2
    assert say(room, line, "run-1") is None  # what was stored stays so


def test_counters_are_the_highest_of_each_outbox() -> None:
    room, counters = make_room()
    ana, eva, guest = person("Ana", KEY), person("Eva", OTHER), person("Bob")
    for words in ((ana, "a-1"), (eva, "a-7"), (ana, "a-4"), (guest, "g-9"), (ana, "b-0")):
        assert isinstance(say(room, *words), Message)
    assert counters.waiting == {(KEY, "a"): 4, (OTHER, "a"): 7, (KEY, "b"): 0}
    counters.stored()
    assert counters.waiting == {}
    assert counters.highest((KEY, "a")) == 4


def test_memory_does_not_grow_with_the_outboxes_that_were_ever_named() -> None:
    """Looking one up keeps nothing; those that spoke are forgotten once they are stored."""
    stored: dict[tuple[str, str], int] = {}
    room, counters = make_room(stored=stored)
    line = person("Ana", KEY)
    for n in range(1000):
        assert counters.highest((KEY, f"named{n}")) == -1
    assert len(counters) == 0
    for n in range(MAX_COUNTERS + 1):
        entry = say(room, line, f"r{n}-1")
        assert isinstance(entry, Message)
    stored.update(counters.waiting)
    counters.stored()
    assert len(counters) == 0
    assert say(room, line, "r5-1") is None
