"""The list of rooms as pure rules: which rows, in which order, with which marks and texts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lanchat.client.profile import Recent
from lanchat.discovery.found import Found, State, Via
from lanchat.discovery.sweep import Progress
from lanchat.gui.model.picker import ABSENT_HEADING, Aid, Heading, Mark, Room, RoomList, Section, remembered
from lanchat.protocol.limits import PROTOCOL_VERSION


def found(name: str = "Studio", **facts: Any) -> Found:
    known = {
        "host": "192.168.1.23",
        "port": 5055,
        "addresses": ("192.168.1.23:5055",),
        "via": (Via.BEACON,),
        "state": State.LIVE,
        "id": name.lower(),
        "run": "r1",
        "users": 3,
        "max_users": 50,
        "latency_ms": 2.0,
    }
    return Found(name=name, **known | facts)


def recent(name: str, used_at: int = 1, **facts: str) -> Recent:
    return Recent(**{"id": name.lower(), "name": name, "address": "192.168.1.2:5055", **facts}, used_at=used_at)


def shown(rooms: RoomList, *, held: bool = False) -> list[str]:
    """The list as words: names, headings in brackets."""
    return [f"[{row.text}]" if isinstance(row, Heading) else row.name for row in rooms.rows(held=held)]


def only(rooms: RoomList) -> Room:
    (row,) = (row for row in rooms.rows() if isinstance(row, Room))
    return row


def one(server: Found, *recents: Recent) -> Room:
    rooms = RoomList()
    rooms.set_found([server])
    rooms.set_recents(recents)
    return next(row for row in rooms.rows() if isinstance(row, Room))


# Which rows, in which order


def test_rooms_come_by_name_whatever_their_case() -> None:
    rooms = RoomList()
    rooms.set_found([found("beta"), found("Alpha"), found("gamma")])
    assert shown(rooms) == ["Alpha", "beta", "gamma"]


def test_what_never_answered_comes_last() -> None:
    rooms = RoomList()
    rooms.set_found([found("Alpha", state=State.CANDIDATE), found("beta")])
    assert shown(rooms) == ["beta", "Alpha"]


def test_recent_rooms_that_are_not_seen_follow_under_a_heading_the_latest_first() -> None:
    rooms = RoomList()
    rooms.set_found([found("Studio")])
    rooms.set_recents([recent("Studio", 9), recent("Home", 1), recent("Office", 2)])
    assert shown(rooms) == ["Studio", f"[{ABSENT_HEADING.text}]", "Office", "Home"]


def test_the_section_of_recent_rooms_shows_all_of_them_with_what_is_known_now() -> None:
    rooms = RoomList()
    rooms.set_found([found("Studio"), found("Other")])
    rooms.set_recents([recent("Studio", 1), recent("Home", 2)])
    rooms.set_view(Section.RECENT, "")
    assert shown(rooms) == ["Home", "Studio"]
    home, studio = rooms.rows()
    assert isinstance(home, Room)
    assert isinstance(studio, Room)
    assert (home.mark, studio.people) == (Mark.ABSENT, "3/50")


def test_counts_are_of_all_rooms_also_while_a_search_hides_some() -> None:
    rooms = RoomList()
    rooms.set_found([found("Studio"), found("Other")])
    rooms.set_recents([recent("Home")])
    rooms.set_view(Section.NEARBY, "studio")
    assert rooms.counts == {Section.NEARBY: 2, Section.FAVOURITES: 0, Section.RECENT: 1}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Print shop floor", "Studio Nord"]),
        ("STUDIO", ["Studio Nord"]),
        ("nord stu", ["Studio Nord"]),
        ("shop nord", []),
        ("168.1.40", ["Print shop floor"]),
        ("  ", ["Print shop floor", "Studio Nord"]),
        ("ﬂoor", ["Print shop floor"]),  # folds like a nickname
    ],
)
def test_a_search_wants_every_word_in_name_or_address(query: str, names: list[str]) -> None:
    rooms = RoomList()
    rooms.set_found([found("Studio Nord"), found("Print shop floor", host="192.168.1.40")])
    rooms.set_view(Section.NEARBY, query)
    assert shown(rooms) == names


def test_a_search_that_finds_no_absent_room_shows_no_heading() -> None:
    rooms = RoomList()
    rooms.set_found([found("Studio")])
    rooms.set_recents([recent("Home")])
    rooms.set_view(Section.NEARBY, "studio")
    assert shown(rooms) == ["Studio"]


# Places kept under the pointer


def test_a_new_room_does_not_move_those_under_the_pointer() -> None:
    rooms = RoomList()
    rooms.set_found([found("beta"), found("gamma")])
    assert shown(rooms) == ["beta", "gamma"]
    rooms.set_found([found("alpha"), found("beta"), found("gamma")])
    assert shown(rooms, held=True) == ["beta", "gamma", "alpha"]
    assert shown(rooms, held=True) == ["beta", "gamma", "alpha"]
    assert shown(rooms) == ["alpha", "beta", "gamma"]


def test_a_room_that_goes_keeps_its_place_and_cannot_be_joined() -> None:
    rooms = RoomList()
    rooms.set_found([found("alpha"), found("beta")])
    rooms.rows()
    rooms.set_found([found("beta")])
    gone, there = rooms.rows(held=True)
    assert isinstance(gone, Room)
    assert isinstance(there, Room)
    assert (gone.name, gone.mark, gone.grey, gone.joinable, gone.people, gone.bars) == (
        *("alpha", Mark.GONE, True, False, "—", 0),
    )
    assert there.joinable
    assert shown(rooms) == ["beta"]


def test_a_room_that_comes_back_under_the_pointer_is_itself_again() -> None:
    rooms = RoomList()
    rooms.set_found([found("alpha"), found("beta")])
    rooms.rows()
    rooms.set_found([found("beta")])
    rooms.rows(held=True)
    rooms.set_found([found("alpha"), found("beta")])
    back = rooms.rows(held=True)[0]
    assert isinstance(back, Room)
    assert back.mark is Mark.NONE


def test_new_rooms_come_before_the_heading_of_the_absent_ones() -> None:
    rooms = RoomList()
    rooms.set_found([found("beta")])
    rooms.set_recents([recent("Home")])
    rooms.rows()
    rooms.set_found([found("beta"), found("alpha")])
    assert shown(rooms, held=True) == ["beta", "alpha", f"[{ABSENT_HEADING.text}]", "Home"]


def test_an_absent_room_that_appears_stays_where_it_is_under_the_pointer() -> None:
    rooms = RoomList()
    rooms.set_recents([recent("Home"), recent("Office", 2)])
    rooms.rows()
    rooms.set_found([found("Home")])
    rows = rooms.rows(held=True)
    assert [row.name for row in rows if isinstance(row, Room)] == ["Office", "Home"]
    assert isinstance(rows[-1], Room)
    assert rows[-1].people == "3/50"


def test_another_search_orders_anew_also_under_the_pointer() -> None:
    rooms = RoomList()
    rooms.set_found([found("beta")])
    rooms.rows()
    rooms.set_found([found("alpha"), found("beta")])
    rooms.set_view(Section.NEARBY, "a")
    assert shown(rooms, held=True) == ["alpha", "beta"]


names = st.lists(st.sampled_from("abcdefgh"), unique=True)


@given(st.lists(names, min_size=1), names)
def test_held_rows_never_move_and_never_repeat(snapshots: list[list[str]], past: list[str]) -> None:
    rooms = RoomList()
    rooms.set_recents([recent(name) for name in past])
    before = shown(rooms)
    for snapshot in snapshots:
        rooms.set_found([found(name) for name in snapshot])
        after = shown(rooms, held=True)
        assert [name for name in after if name in before] == before
        assert len(after) == len(set(after))
        assert set(snapshot) <= set(after)
        before = after
    assert {name for name in shown(rooms) if name[0] != "["} == set(snapshots[-1]) | set(past)


# What a row says


@pytest.mark.parametrize(
    ("facts", "mark", "grey", "joinable"),
    [
        ({}, Mark.NONE, False, True),
        ({"users": 50}, Mark.FULL, False, False),
        ({"users": 51}, Mark.FULL, False, False),
        ({"users": None, "max_users": None}, Mark.NONE, False, True),
        ({"max_users": None}, Mark.NONE, False, True),
        ({"state": State.QUIET}, Mark.QUIET, True, True),
        ({"state": State.QUIET, "users": 50}, Mark.QUIET, True, True),
        ({"state": State.CANDIDATE, "id": None, "run": None, "users": None}, Mark.CANDIDATE, True, True),
        ({"version": PROTOCOL_VERSION + 1}, Mark.NEWER, False, False),
        ({"clone": True}, Mark.CLONE, False, True),
        ({"locked": True}, Mark.NONE, False, True),
    ],
)
def test_what_sets_a_room_apart(facts: dict[str, Any], mark: Mark, grey: bool, joinable: bool) -> None:
    room = one(found(**facts))
    assert (room.mark, room.grey, room.joinable) == (mark, grey, joinable)


def test_a_server_that_is_too_old_is_marked_and_not_joined(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lanchat.gui.model.picker.PROTOCOL_VERSION", 2)
    room = one(found(version=1))
    assert (room.mark, room.warning, room.joinable) == (Mark.OLDER, True, False)
    assert "its server needs a newer lanchat" in room.detail


def test_a_room_that_bears_the_name_of_one_we_know_is_marked() -> None:
    room = one(found("ＨＯＭＥ", id="stranger"), recent("Home", id="known"))
    assert room.mark is Mark.IMITATES
    assert room.warning
    assert "not the room of this name that you know" in room.detail


def test_another_key_at_the_address_of_a_room_we_know_is_marked_as_just_that() -> None:
    room = one(found("Home", id="stranger"), recent("Home", id="known", address="192.168.1.23:5055"))
    assert room.mark is Mark.CHANGED
    assert room.warning
    assert room.joinable  # joining asks, with words to compare


def test_what_the_network_says_overwrites_no_name_that_was_proved() -> None:
    room = one(found("Free pizza", id="a"), recent("Home", id="a"))
    assert room.name == "Home"
    assert "said to be called “Free pizza” now" in room.detail


def test_a_room_says_what_we_had_to_do_with_it() -> None:
    assert "joined before" in one(found("Home", id="a"), recent("Home", id="a")).detail
    assert "joined" not in one(found("Home", id="a")).detail
    rooms = RoomList()
    rooms.set_recents([recent("Home", used_at=1_767_614_400_000)])
    assert "last joined on 5 January 2026" in only(rooms).detail


def test_favourites_have_a_section_of_their_own_and_a_sign_everywhere() -> None:
    rooms = RoomList()
    rooms.set_recents([Recent("a", "Home", "192.168.1.2:5055", 1, favourite=True), recent("Elsewhere")])
    rooms.set_found([found("Studio")])
    assert rooms.counts == {Section.NEARBY: 1, Section.FAVOURITES: 1, Section.RECENT: 2}
    rooms.set_view(Section.FAVOURITES, "")
    assert shown(rooms) == ["Home"]
    rooms.set_view(Section.NEARBY, "")
    assert {row.name: (row.known, row.favourite) for row in rooms.rows() if isinstance(row, Room)} == {
        "Studio": (False, False),
        "Home": (True, True),
        "Elsewhere": (True, False),
    }


# What can be done where nobody answers


def test_help_comes_when_it_is_clear_that_nobody_answers_and_goes_when_somebody_does() -> None:
    rooms = RoomList()
    assert rooms.aid() is None
    rooms.set_waited()
    assert rooms.aid() == Aid("No other computer’s room answers so far.")
    rooms.set_recents([recent("Home")])
    assert rooms.aid() is not None, "rooms of the past answer nobody"
    rooms.set_found([found(state=State.CANDIDATE)])
    assert rooms.aid() is not None
    rooms.set_found([found("own")])
    rooms.set_here(["own"])
    assert rooms.aid() is not None, "a room on this computer says nothing of the network"
    rooms.set_found([found("own"), found("Studio")])
    assert rooms.aid() is None


def test_help_is_for_the_whole_list_of_rooms_nearby() -> None:
    rooms = RoomList()
    rooms.set_waited()
    rooms.set_view(Section.RECENT, "")
    assert rooms.aid() is None
    rooms.set_view(Section.NEARBY, "studio")
    assert rooms.aid() is None


def test_a_sweep_tells_how_far_it_is_and_how_it_ended() -> None:
    rooms = RoomList()
    rooms.set_waited()
    rooms.set_progress(Progress(0, 0))
    assert rooms.aid() == Aid("…", busy=True)
    rooms.set_progress(Progress(16, 253))
    assert rooms.aid() == Aid("Asking every address of this network, 16 of 253 …", busy=True)
    rooms.set_progress(None)
    assert rooms.aid() == Aid("No other computer of this network answers.")


def test_the_room_that_we_know_is_not_marked_even_if_another_we_know_has_its_name() -> None:
    assert one(found("Home", id="b"), recent("Home", id="a"), recent("Home", id="b")).mark is Mark.NONE


@pytest.mark.parametrize(
    ("facts", "people"),
    [
        ({}, "3/50"),
        ({"users": 0}, "0/50"),
        ({"max_users": None}, "3"),
        ({"users": None}, "—"),
        ({"users": 50}, "full"),
        ({"state": State.QUIET}, "—"),
    ],
)
def test_how_many_are_in(facts: dict[str, Any], people: str) -> None:
    assert one(found(**facts)).people == people


@pytest.mark.parametrize(
    ("ms", "words", "bars"),
    [
        (None, "—", 0),
        (0.2, "1 ms", 4),
        (9.4, "9 ms", 4),
        (10, "10 ms", 3),
        (39.9, "40 ms", 3),
        (40, "40 ms", 2),
        (119, "119 ms", 2),
        (120, "120 ms", 1),
        (1234, "1.2 s", 1),
    ],
)
def test_how_long_an_answer_takes(ms: float | None, words: str, bars: int) -> None:
    room = one(found(latency_ms=ms))
    assert (room.latency, room.bars) == (words, bars)


def test_a_quiet_room_has_no_latency_though_its_last_one_is_known() -> None:
    assert one(found(state=State.QUIET, latency_ms=3)).bars == 0


@pytest.mark.parametrize(
    ("host", "port", "address"),
    [
        ("192.168.1.5", 5055, "192.168.1.5"),
        ("192.168.1.5", 5056, "192.168.1.5:5056"),
        ("fe80::1%eth0", 5055, "[fe80::1%eth0]"),
        ("fe80::1%eth0", 5056, "[fe80::1%eth0]:5056"),
    ],
)
def test_the_address_leaves_out_the_port_that_everybody_tries(host: str, port: int, address: str) -> None:
    assert one(found(host=host, port=port)).detail == address


def test_a_server_of_this_computer_says_so() -> None:
    rooms = RoomList()
    rooms.set_found([found("Studio")])
    rooms.set_here({"studio"})
    assert only(rooms).detail == "on this computer  ·  192.168.1.23"


def test_an_own_room_that_does_not_run_says_so_and_can_be_opened_again() -> None:
    rooms = RoomList()
    rooms.set_recents(
        [Recent("studio", "Studio", "192.168.1.23:5055", 0), Recent("nord", "Nord", "192.168.1.24:5055", 0)]
    )
    rooms.set_here((), {"studio"})
    own, other = (row for row in rooms.rows() if isinstance(row, Room))
    assert (own.verb, own.joinable, other.verb) == ("Open it again", True, "Join")
    assert own.detail.startswith("on this computer  ·  192.168.1.23  ·  last joined on")


def test_both_ways_are_told() -> None:
    assert one(found(via=(Via.MDNS, Via.BEACON))).via == "mDNS + beacon"


@pytest.mark.parametrize(
    ("facts", "summary"),
    [
        ({}, "192.168.1.23 · 3 inside"),
        ({"users": None}, "192.168.1.23"),
        ({"state": State.QUIET}, "192.168.1.23"),
    ],
)
def test_a_few_words_for_the_dialog(facts: dict[str, Any], summary: str) -> None:
    assert one(found(**facts)).summary == summary


# Identity


def test_a_room_keeps_its_key_when_it_appears_and_disappears() -> None:
    rooms = RoomList()
    rooms.set_recents([recent("Home")])
    absent = only(rooms)
    rooms.set_found([found("Home", host="10.0.0.1")])
    assert only(rooms).key == absent.key


def test_clones_have_keys_of_their_own() -> None:
    rooms = RoomList()
    rooms.set_found([found(clone=True, run="a"), found(clone=True, run="b")])
    first, second = rooms.rows()
    assert isinstance(first, Room)
    assert isinstance(second, Room)
    assert first.key != second.key


def test_candidates_without_an_id_are_told_apart_by_place() -> None:
    rooms = RoomList()
    rooms.set_found([found(id=None, port=1), found(id=None, port=2)])
    assert len({row.key for row in rooms.rows() if isinstance(row, Room)}) == 2


@pytest.mark.parametrize(
    ("address", "host", "port", "first"),
    [
        ("192.168.1.2:5056", "192.168.1.2", 5056, "192.168.1.2:5056"),
        ("nas.local", "nas.local", 5055, "nas.local:5055"),
        ("[fe80::1%eth0]:5056", "fe80::1%eth0", 5056, "[fe80::1%eth0]:5056"),
    ],
)
def test_a_remembered_room_is_joined_where_it_was_and_must_be_itself(
    address: str, host: str, port: int, first: str
) -> None:
    place = remembered("Home", address, "known")
    assert (place.host, place.port, place.addresses, place.id) == (host, port, (first,), "known")


# The line under the title


@pytest.mark.parametrize(
    ("live", "listening", "network", "line", "well"),
    [
        (0, False, True, "Starting to listen …", False),
        (0, True, True, "Listening on this network", True),
        (1, True, True, "Listening on this network · 1 room", True),
        (2, True, True, "Listening on this network · 2 rooms", True),
        (0, True, False, "No network: rooms on this computer only", False),
    ],
)
def test_how_the_search_goes(live: int, listening: bool, network: bool, line: str, well: bool) -> None:
    rooms = RoomList()
    rooms.set_found([found(f"r{i}") for i in range(live)] + [found("grey", state=State.QUIET)])
    assert rooms.state_line(listening=listening, network=network) == (line, well)
