"""Rooms in the window's model: what is unread, what was missed, what the list holds."""

from __future__ import annotations

from datetime import date

import pytest

from lanchat.client.events import Entered, Event, Parted, Rooms, Seen, Topic
from lanchat.gui.model.chat import ChatModel
from lanchat.gui.model.destinations import destinations
from lanchat.gui.model.rooms import MAX_ROOMS
from lanchat.protocol.frames import Change, Member, Message, Page
from lanchat.protocol.rooms import Person, RoomInfo, direct_name
from tests.gui.stand_in import ME, MY_KEY, NOON, joined, presence, roster

NOW = NOON / 1000
ANA = "a" * 43
PAIR = direct_name([MY_KEY, ANA])


def said(room: str, seq: int, text: str = "", key: str | None = ANA) -> Message:
    return Message(room, seq, "", NOON + seq, "Ana", key, text or f"message {seq}")


@pytest.fixture
def model() -> ChatModel:
    model = ChatModel(ME, MY_KEY)
    people = [Person(MY_KEY, ME), Person(ANA, "Ana")]
    feed(model, joined(3), roster(Member(ME, MY_KEY), Member("Ana", ANA)))
    feed(
        model,
        Rooms([RoomInfo("lobby", 3), RoomInfo("games", 5, "chess"), RoomInfo("old"), RoomInfo(PAIR, 1, people=people)]),
    )
    return model


def feed(model: ChatModel, *events: Event) -> None:
    for event in events:
        model.apply(event, NOW)


def shown(model: ChatModel) -> list[str]:
    return [model.label(room) for room in model.conversations()]


def test_only_what_we_follow_is_in_the_list(model: ChatModel) -> None:
    assert shown(model) == ["lobby"]
    feed(model, Entered("games", 5), Entered(PAIR, 1))
    assert shown(model) == ["lobby", "games", "Ana"]
    feed(model, Parted("games"))
    assert shown(model) == ["lobby", "Ana"]
    assert not model.open("games")
    assert not model.open("nowhere")


def test_a_newcomer_has_missed_nothing_and_who_was_there_before_has(model: ChatModel) -> None:
    feed(model, Entered("games", 5), Page("games", [said("games", n) for n in range(1, 6)], catchup=True))
    games = model.rooms.find("games")
    assert games.unread == 0
    feed(model, said("games", 6), said("games", 7, f"@{ME} come"), said("games", 8, key=MY_KEY))
    assert (games.unread, games.called, model.unread) == (2, 1, 2)
    again = ChatModel(ME, MY_KEY)
    feed(again, joined(3), Entered("games", 8, 5), Page("games", [said("games", n) for n in range(1, 9)], catchup=True))
    assert again.rooms.find("games").unread == 3
    assert again.title.startswith("(3) ")


def test_what_was_read_on_another_device_is_read_here(model: ChatModel) -> None:
    """First from our own copy, which knows no marker, then as the server tells it."""
    entries = [said("games", n) for n in range(1, 9)]
    feed(model, Entered("games", 8), Page("games", entries, catchup=True), Entered("games", 8, 6))
    assert model.rooms.find("games").unread == 2


def test_what_is_read_on_another_device_meanwhile_is_read_here_at_once(model: ChatModel) -> None:
    feed(model, Entered("games", 5, 5), *(said("games", n) for n in (6, 7, 8)), said("games", 9, f"@{ME} come"))
    games = model.rooms.find("games")
    feed(model, Seen("games", MY_KEY, 7), Seen("games", ANA, 9), Seen("games", MY_KEY, 6), Seen("games", MY_KEY, 0))
    assert (games.unread, games.called) == (2, 1)
    assert model.title.startswith("(2 · @1)")
    feed(model, Seen("games", MY_KEY, 9))
    assert (games.unread, games.called) == (0, 0)
    model.open("games")
    assert model.timeline.missed is None


def test_the_line_of_what_is_new_follows_what_is_read_on_another_device() -> None:
    model = ChatModel(ME, MY_KEY)
    feed(model, joined(3), Entered("games", 8, 5), Page("games", [said("games", n) for n in range(1, 9)], catchup=True))
    games = model.rooms.find("games")
    assert games.timeline.missed == 5
    feed(model, Seen("games", MY_KEY, 6))
    assert (games.timeline.missed, games.unread) == (6, 2)
    feed(model, said("games", 9), Seen("games", MY_KEY, 8))
    assert (games.timeline.missed, games.unread) == (8, 1)
    feed(model, Seen("games", MY_KEY, 9))
    assert (games.timeline.missed, games.unread) == (None, 0)


def test_who_reads_here_keeps_the_line_where_it_is(model: ChatModel) -> None:
    feed(model, Entered("games", 5, 5), said("games", 6), said("games", 7))
    model.open("games")
    feed(model, Seen("games", MY_KEY, 7))
    assert model.timeline.missed == 5


def test_what_is_counted_of_a_room_is_up_to_what_is_told_of_it(model: ChatModel) -> None:
    model.rooms.tell_levels({"games": "nothing", "lobby": "mentions", "later": "nothing"})
    feed(model, Entered("games", 5, 5), said("games", 6, f"@{ME} come"), Entered("old", 0), said("old", 1))
    feed(model, Entered("later", 0), said("later", 1))
    model.open("old")
    feed(model, said("lobby", 4), said("lobby", 5, f"@{ME} look"))
    counted = {room.name: (room.unread, room.counted) for room in model.conversations()}
    assert counted == {"games": (1, 0), "later": (1, 0), "lobby": (2, 1), "old": (0, 0)}
    assert model.title.startswith("(@1) ")
    model.rooms.tell_levels({})
    assert model.title.startswith("(4 · @2) ")


def test_what_is_told_of_the_first_room_holds_when_it_turns_out_how_it_is_called() -> None:
    model = ChatModel(ME, MY_KEY)
    model.rooms.name_first("hall")
    model.rooms.tell_levels({"lobby": "nothing"})
    assert not model.rooms.first.muted
    feed(model, joined())
    assert model.rooms.first.muted


def test_the_first_word_of_a_conversation_is_news(model: ChatModel) -> None:
    feed(model, Entered(PAIR, 1), Page(PAIR, [said(PAIR, 1)], catchup=True))
    assert (model.unread, model.called) == (1, 1)


def test_opening_a_room_reads_it_and_shows_where_it_was_left(model: ChatModel) -> None:
    feed(model, Entered("games", 5, 5), said("games", 6), said("games", 7))
    assert model.open("games")
    assert (model.unread, model.timeline.missed) == (0, 5)
    assert model.read() == [("games", 7)]
    model.open("lobby")
    model.open("games")
    assert model.timeline.missed is None


def test_a_word_in_a_room_that_is_not_open_is_not_seen_and_one_in_it_is(model: ChatModel) -> None:
    feed(model, Entered("games", 5, 5))
    model.open("games")
    feed(model, said("games", 6), said("lobby", 4))
    assert (model.rooms.find("games").unread, model.rooms.first.unread) == (0, 1)
    model.set_focused(False)
    feed(model, said("games", 7))
    assert model.rooms.find("games").unread == 1


def test_a_topic_is_a_line_and_stands_beside_the_name(model: ChatModel) -> None:
    feed(model, Entered("games", 5))
    model.open("games")
    feed(model, Topic("games", 6, "", NOON, "Ana", ANA, "go\u202e"), Rooms([RoomInfo("games", 6, "go\u202e")]))
    assert model.topic == "go"
    assert [block.text for block in model.timeline.blocks(0, 1, date(2026, 9, 21))] == ["Ana set the topic: go"]


def test_a_server_that_tells_of_too_many_rooms_fills_no_memory(model: ChatModel) -> None:
    names = [f"r{n}" for n in range(10_000)]
    feed(model, Rooms([RoomInfo(name) for name in names]), *(Entered(name, 1) for name in names))
    feed(model, *(said(name, 2) for name in names))
    assert len(list(model.rooms)) == MAX_ROOMS
    assert model.unread < MAX_ROOMS
    assert len(destinations(model, "r")) < MAX_ROOMS


def test_a_conversation_does_not_bear_a_name_that_another_key_has_now(model: ChatModel) -> None:
    mallory, room = "x" * 43, direct_name([MY_KEY, "x" * 43])
    feed(model, Rooms([RoomInfo(room, 1, people=[Person(MY_KEY, ME), Person(mallory, "ANA")])]), Entered(room, 1))
    assert shown(model) == ["lobby", "ANA (another key)"]
    feed(model, presence(Change("renamed", "Anna", ANA, was="Ana")))
    assert shown(model) == ["lobby", "ANA"]
    feed(model, presence(Change("joined", "Mallory", mallory)))
    assert shown(model) == ["lobby", "Mallory"]
    feed(model, presence(Change("left", "Mallory", mallory), Change("renamed", "Ana", ANA, was="Anna")))
    assert shown(model) == ["lobby", "ANA (another key)"]


def test_the_line_at_the_top_has_the_sign_of_its_room(model: ChatModel) -> None:
    many = direct_name([MY_KEY, ANA, "b" * 43])
    feed(model, Rooms([RoomInfo(many, people=[Person(MY_KEY, ME), Person(ANA, "Ana"), Person("b" * 43, "Bo")])]))
    feed(model, Rooms([RoomInfo("old", archived=True)]), *(Entered(room) for room in ("games", "old", PAIR, many)))
    signs = {}
    for room in ("games", "old", PAIR, many):
        model.open(room)
        signs[room] = top.sign if (top := model.top()) else ""
    assert signs == {"games": "hash", "old": "lock", PAIR: "person", many: "people"}


def test_where_one_may_go(model: ChatModel) -> None:
    feed(model, Entered("games", 5), said("games", 6))
    assert [(d.kind, d.label) for d in destinations(model, "")] == [
        ("open", "#lobby"), ("open", "#games"), ("enter", "#old"), ("person", "Ana"),
    ]  # fmt: skip
    assert [(d.kind, d.label) for d in destinations(model, "#ga")] == [("open", "#games"), ("make", "#ga")]
    assert [d.kind for d in destinations(model, "games")] == ["open"]
    assert [d.name for d in destinations(model, "new  room")] == ["new-room"]
    assert destinations(model, "x" * 33) == []
    feed(model, Entered(PAIR, 1))
    assert [d.kind for d in destinations(model, "ana")] == ["open", "make"]
