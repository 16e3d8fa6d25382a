"""The rules of a room, without a socket: names and who may have them, what may be said, which number it gets."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lanchat.protocol.codec import encode
from lanchat.protocol.frames import Change, Error, Message, Refused, Say
from lanchat.protocol.limits import MAX_COUNTER, MAX_FRAME, MAX_ID, MAX_TEXT, Code
from lanchat.server.room import GRACE, MAX_COUNTERS, Line, Room

KEY, OTHER = "k" * 43, "o" * 43


def make_room(holders: dict[str, str] | None = None, stored: dict[tuple[str, str], int] | None = None) -> Room:
    counters = {} if stored is None else stored
    return Room("lobby", 0, holders or {}, lambda key, run: counters.get((key, run), -1))


def enter(room: Room, nick: str, key: str | None = None) -> Line:
    line = room.join(nick, key, clear=key is None)
    assert isinstance(line, Line), line
    return line


def refusal(outcome: object) -> tuple[str, str | None]:
    assert isinstance(outcome, Refused | Error), outcome
    return outcome.code, outcome.suggestion


def here(room: Room) -> list[str]:
    return [member.nick for roster in room.roster() for member in roster.members]


# Names


def test_a_name_is_taken_in_all_its_spellings() -> None:
    room = make_room()
    enter(room, "Ana")
    for nick in ("Ana", "ana", "ANA", "  Ana ", "\uff21na"):
        assert refusal(room.join(nick, None, clear=False))[0] == Code.NICK_TAKEN
    assert here(room) == ["Ana"]


def test_the_suggestion_is_free_whoever_holds_what() -> None:
    room = make_room(holders={"ana 2": KEY})
    enter(room, "Ana")
    enter(room, "ana 3")
    code, suggestion = refusal(room.join("Ana", None, clear=False))
    assert (code, suggestion) == (Code.NICK_TAKEN, "Ana 4")
    enter(room, "Ana 4")


def test_a_name_is_kept_clean() -> None:
    room = make_room()
    assert enter(room, "  Ana   Maria ").nick == "Ana Maria"
    assert refusal(room.join("a\nb", None, clear=False)) == (Code.NICK_INVALID, None)


def test_a_guest_never_gets_a_name_that_belongs_to_a_key() -> None:
    room = make_room(holders={"ana": KEY})
    assert refusal(room.join("Ana", None, clear=False)) == (Code.NICK_TAKEN, "Ana 2")
    assert refusal(room.join("Ana", OTHER, clear=False)) == (Code.NICK_TAKEN, "Ana 2")
    guest = enter(room, "Bob")
    assert refusal(room.rename(guest, "ana")) == (Code.NICK_TAKEN, "ana 2")
    assert enter(room, "Ana", KEY).key == KEY


def test_a_key_holds_its_name_when_it_is_away_and_one_name_only() -> None:
    room = make_room()
    room.leave(enter(room, "Ana", KEY), 0.0, goodbye=True)
    assert refusal(room.join("Ana", OTHER, clear=False))[0] == Code.NICK_TAKEN
    line = enter(room, "Ana Maria", KEY)
    enter(room, "Ana", OTHER)  # its first name is free since it holds another
    assert refusal(room.rename(line, "Ana"))[0] == Code.NICK_TAKEN
    room.leave(line, 0.0, goodbye=True)
    assert refusal(room.join("Ana Maria", None, clear=False))[0] == Code.NICK_TAKEN


def test_a_guest_in_the_room_keeps_a_key_out_of_its_name() -> None:
    room = make_room()
    guest = enter(room, "Ana")
    assert refusal(room.join("Ana", KEY, clear=False))[0] == Code.NICK_TAKEN
    room.leave(guest, 0.0, goodbye=True)
    enter(room, "Ana", KEY)


def test_all_connections_of_a_key_share_one_line() -> None:
    room = make_room()
    first = enter(room, "Ana", KEY)
    assert enter(room, "Some other name", KEY) is first
    assert here(room) == ["Ana"]
    assert len(room) == 1
    room.leave(first, 0.0, goodbye=True)
    assert here(room) == ["Ana"]
    room.leave(first, 0.0, goodbye=True)
    assert here(room) == []
    told = [change.change for frame in room.presence() for change in frame.changes]
    assert told == ["joined", "left"]


def told(room: Room) -> list[str]:
    return [f"{change.nick} {change.change}" for frame in room.presence() for change in frame.changes]


def test_who_drops_and_is_back_in_time_makes_no_noise() -> None:
    room = make_room()
    line = enter(room, "Ana", KEY)
    told(room)
    room.leave(line, 100.0, goodbye=False)
    room.expire(100.0 + GRACE - 0.1)
    assert (here(room), len(room), room.due) == (["Ana"], 0, 100.0 + GRACE)
    assert enter(room, "Ana", KEY) is line
    room.expire(200.0)
    assert (told(room), len(room), room.due) == ([], 1, None)


def test_who_does_not_come_back_is_gone_in_the_end() -> None:
    room = make_room()
    ana, ben, guest = enter(room, "Ana", KEY), enter(room, "Ben", OTHER), enter(room, "Cid")
    told(room)
    room.leave(ana, 100.0, goodbye=False)
    room.leave(ben, 101.0, goodbye=False)
    room.leave(guest, 102.0, goodbye=False)
    assert told(room) == ["Cid left"]  # nobody knows whether the next Cid is the same
    assert room.due == 100.0 + GRACE
    room.expire(100.0 + GRACE)
    assert told(room) == ["Ana left"]
    room.expire(200.0)
    assert (told(room), here(room), room.due) == (["Ben left"], [], None)


def test_who_comes_back_under_another_name_is_renamed_or_refused() -> None:
    room = make_room()
    line = enter(room, "Ana", KEY)
    enter(room, "Ben", OTHER)
    told(room)
    room.leave(line, 100.0, goodbye=False)
    assert refusal(room.join("Ben", KEY, clear=False)) == (Code.NICK_TAKEN, "Ben 2")
    assert room.due is not None
    assert enter(room, "Eva", KEY) is line
    assert told(room) == ["Eva renamed"]
    assert sorted(here(room)) == ["Ben", "Eva"]


def test_a_rename_frees_the_old_name() -> None:
    room = make_room()
    line = enter(room, "Ana")
    assert room.rename(line, "Eva") is None
    enter(room, "Ana")
    assert sorted(here(room)) == ["Ana", "Eva"]


def test_a_rename_to_the_same_name_is_no_change() -> None:
    room = make_room()
    line = enter(room, "Ana")
    room.presence()
    assert room.rename(line, "Ana") is None
    assert room.presence() == []
    assert room.rename(line, "ANA") is None
    [frame] = room.presence()
    assert frame.changes == [Change("renamed", "ANA", None, clear=True, was="Ana")]


# Rosters and presence


def test_an_empty_room_has_a_roster_too() -> None:
    [roster] = make_room().roster()
    assert (roster.members, roster.first) == ([], True)


def test_long_rosters_and_many_changes_fit_into_frames() -> None:
    room = make_room()
    nicks = [f"{n:04}" + "🙂" * 28 for n in range(1000)]
    lines = [enter(room, nick, f"{n:043}") for n, nick in enumerate(nicks)]
    for line, nick in zip(lines, nicks, strict=True):
        room.rename(line, "🙃" + nick[:31])
    rosters, presence = room.roster(), room.presence()
    assert all(len(encode(frame)) <= MAX_FRAME for frame in (*rosters, *presence))
    assert [roster.first for roster in rosters] == [True, *[False] * (len(rosters) - 1)]
    assert len(here(room)) == 1000
    changes = [change.change for frame in presence for change in frame.changes]
    assert changes == ["joined"] * 1000 + ["renamed"] * 1000
    assert room.presence() == []


ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["join", "leave", "rename"]),
        st.sampled_from(["A", "a", "B", "C", "", "a:b"]),
        st.integers(0, 3),
    )
)


@given(ACTIONS)
def test_whatever_happens_the_changes_lead_from_roster_to_roster(actions: list[tuple[str, str, int]]) -> None:
    """Who applies every change to an old roster has the new one; no name is there twice; no held name is a guest's."""
    room = make_room(holders={"b": KEY})
    keys = [None, None, KEY, OTHER]
    inside: dict[int, list[Line]] = defaultdict(list)
    seen: list[str] = []
    for action, nick, who in actions:
        if action == "join":
            outcome = room.join(nick, keys[who], clear=False)
            if isinstance(outcome, Line):
                inside[who].append(outcome)
        elif inside[who]:
            if action == "leave":
                room.leave(inside[who].pop(), 0.0, goodbye=True)
            else:
                room.rename(inside[who][0], nick)
        for frame in room.presence():
            for change in frame.changes:
                gone = {"joined": None, "left": change.nick, "renamed": change.was}[change.change]
                seen = [n for n in seen if n != gone] + ([] if change.change == "left" else [change.nick])
        assert sorted(seen) == sorted(here(room))
        folds = [n.casefold() for n in here(room)]
        assert len(folds) == len(set(folds))
        for member in (m for roster in room.roster() for m in roster.members):
            assert set(room._holders.find(member.nick)) <= {member.key}
    assert sum(map(len, inside.values())) >= len(room)


# What is said


def say(room: Room, line: Line, message_id: str, text: str = "hi", target: str = "") -> Message | Error | None:
    return room.say(line, Say(message_id, text, target), at=1)


def test_entries_are_numbered_without_gaps() -> None:
    room = make_room()
    line = enter(room, "Ana")
    assert say(room, line, "x") == Message("lobby", 1, "x", 1, "Ana", None, "hi")
    assert refusal(say(room, line, "y", ""))[0] == Code.TEXT_EMPTY
    entry = say(room, line, "x", target="lobby")  # a guest's ids are its own business
    assert isinstance(entry, Message)
    assert entry.seq == 2


def test_a_counter_that_is_not_higher_is_a_repetition_and_jumps_are_allowed() -> None:
    room = make_room(stored={(KEY, "run"): 5})
    line = enter(room, "Ana", KEY)
    assert [say(room, line, f"run-{n}") is None for n in (0, 5, 6, 6, 5, 9, 7, 10)] == [
        True, True, False, True, True, False, True, False,
    ]  # fmt: skip
    assert room.head == 3
    assert isinstance(say(room, line, "other-0"), Message)  # each outbox counts for itself


def test_two_keys_may_name_their_outboxes_alike() -> None:
    room = make_room()
    assert isinstance(say(room, enter(room, "Ana", KEY), "run-3"), Message)
    assert isinstance(say(room, enter(room, "Eva", OTHER), "run-3"), Message)


@pytest.mark.parametrize(
    "message_id",
    [
        *("", "run", "run-", "-1", "run-01", "run--1", "run-1 ", "r n-1", "run-+1", "run-1\n", "rün-1", "run-١"),
        *(f"run-{MAX_COUNTER + 1}", "r" * 33 + "-1", "run-" + "9" * 17),
    ],
)
def test_a_key_cannot_use_an_id_that_is_no_counter(message_id: str) -> None:
    room = make_room()
    assert refusal(say(room, enter(room, "Ana", KEY), message_id))[0] == Code.ID_INVALID
    assert room.head == 0


def test_the_highest_counter_there_is() -> None:
    room = make_room()
    line = enter(room, "Ana", KEY)
    assert isinstance(say(room, line, "r" * 32 + f"-{MAX_COUNTER}"), Message)
    assert say(room, line, "r" * 32 + f"-{MAX_COUNTER}") is None


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (Say("1", "x" * (MAX_TEXT + 1)), Code.TEXT_TOO_LONG),
        (Say("1", "\x1b[2J"), Code.TEXT_CONTROL),
        (Say("1", " \n"), Code.TEXT_EMPTY),
        (Say("1", "hi", "cellar"), Code.ROOM_UNKNOWN),
        (Say("i" * (MAX_ID + 1), "hi"), Code.ID_INVALID),
    ],
)
def test_what_may_not_be_said_comes_back_with_its_id(said: Say, code: Code) -> None:
    room = make_room()
    error = room.say(enter(room, "Ana"), said, at=1)
    assert isinstance(error, Error)
    assert (error.code, error.id, room.head) == (code, said.id[:MAX_ID], 0)
    assert error.detail


def test_what_could_not_be_stored_frees_numbers_and_counters() -> None:
    stored: dict[tuple[str, str], int] = {}
    room = make_room(stored=stored)
    line = enter(room, "Ana", KEY)
    first = say(room, line, "run-1")
    assert isinstance(first, Message)
    stored.update(room.counters([first]))
    room.stored()
    assert isinstance(say(room, line, "run-2"), Message)
    assert isinstance(say(room, line, "run-3"), Message)
    room.not_stored(head=1)
    assert room.head == 1
    again = say(room, line, "run-2")
    assert isinstance(again, Message)
    assert again.seq == 2
    assert say(room, line, "run-1") is None  # what was stored stays so


def test_counters_are_the_highest_of_each_outbox() -> None:
    room = make_room()
    ana, eva, guest = enter(room, "Ana", KEY), enter(room, "Eva", OTHER), enter(room, "Bob")
    said = [say(room, *words) for words in ((ana, "a-1"), (eva, "a-7"), (ana, "a-4"), (guest, "g-9"), (ana, "b-0"))]
    entries = [entry for entry in said if isinstance(entry, Message)]
    assert room.counters(entries) == {(KEY, "a"): 4, (OTHER, "a"): 7, (KEY, "b"): 0}


def test_memory_does_not_grow_with_the_outboxes_that_were_ever_named() -> None:
    """Looking one up keeps nothing; those that spoke are forgotten once they are stored."""
    stored: dict[tuple[str, str], int] = {}
    room = make_room(stored=stored)
    line = enter(room, "Ana", KEY)
    for n in range(1000):
        assert room.highest((KEY, f"named{n}")) == -1
    assert len(room._highest) == 0
    for n in range(MAX_COUNTERS + 1):
        entry = say(room, line, f"r{n}-1")
        assert isinstance(entry, Message)
        stored.update(room.counters([entry]))
    room.stored()
    assert len(room._highest) == 0
    assert say(room, line, "r5-1") is None
