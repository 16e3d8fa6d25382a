"""How people are, and who has read what, in words; idle by time passed in; no display."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lanchat.client.events import Message, Outcome, Pins, Rooms, Seen
from lanchat.client.preferences import Preferences
from lanchat.gui.model.chat import ChatModel
from lanchat.gui.model.dates import last_here
from lanchat.gui.model.notifying import Notifying
from lanchat.gui.model.presence import IDLE_AFTER, OwnPresence, in_words
from lanchat.gui.model.readers import MAX_READERS, Readers
from lanchat.protocol.frames import Change, Deleted, Member, Pinned
from lanchat.protocol.limits import Code
from lanchat.protocol.presence import Pin, Status
from lanchat.protocol.rooms import Person, RoomInfo, direct_name
from tests.gui.stand_in import ME, MY_KEY, NOON, ROOM, joined, message, presence, roster

ANA, BEN = "a" * 43, "b" * 43
NOW = NOON / 1_000


def test_idle_after_five_minutes_without_a_touch() -> None:
    own = OwnPresence(100.0)
    assert own.status(100.0 + IDLE_AFTER - 1) == Status()
    assert own.status(100.0 + IDLE_AFTER) == Status("idle")
    own.touch(500.0)
    assert own.status(500.0) == Status()
    own.say("away", "lunch")
    assert own.status(10_000.0) == Status("away", "lunch")  # what was said holds
    own.say("")
    own.told = False
    assert own.status(10_000.0) == Status(last=False)  # nobody is told that we are idle
    own.say("busy")
    assert own.busy
    assert own.status(0.0) == Status("busy", last=False)


@pytest.mark.parametrize(
    ("state", "text", "words"),
    [
        ("", "", "Online"),
        ("idle", "", "Idle"),
        ("away", "a\u202eb\nc", "Away: a b c"),
        ("busy", "", "Do not disturb"),
        ("zen", "", "Online"),
    ],
)
def test_states_in_words(state: str, text: str, words: str) -> None:
    assert in_words(state, text) == words


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2026, 11, 24, 9, 2, tzinfo=UTC), "last here at 09:02"),
        (datetime(2026, 11, 23, 23, 59, tzinfo=UTC), "last here yesterday at 23:59"),
        (datetime(2026, 11, 2, tzinfo=UTC), "last here on 2 November"),
        (datetime(2025, 11, 2, tzinfo=UTC), "last here on 2 November 2025"),
        (datetime(2027, 1, 1, 3, 0, tzinfo=UTC), "last here at 03:00"),  # of a clock that goes otherwise
    ],
)
def test_when_somebody_was_here_last(at: datetime, words: str) -> None:
    now = datetime(2026, 11, 24, 12, tzinfo=UTC).timestamp()
    assert last_here(round(at.timestamp() * 1_000), now, UTC) == words
    assert last_here(0, now, UTC) == ""
    assert last_here(2**62, now, UTC)


def model() -> ChatModel:
    chat = ChatModel(ME, MY_KEY)
    chat.apply(joined(), NOW)
    chat.apply(roster(Member(ME, MY_KEY), Member("Ana", ANA, state="away", text="lunch"), Member("Ben", BEN)), NOW)
    return chat


def test_people_bear_how_they_are_and_no_notice_tells_it() -> None:
    chat = model()
    assert [(p.nick, p.state, p.note) for p in chat.people()][1:] == [("Ana", "away", "away: lunch"), ("Ben", "", "")]
    chat.apply(presence(Change("status", "Ben", BEN, state="idle")), NOW)
    assert chat.state_of(BEN) == "idle"
    assert chat.state_of("c" * 43) is None
    assert not len(chat.timeline)


def test_the_other_one_of_a_conversation_in_words() -> None:
    chat = model()
    room = direct_name([MY_KEY, ANA])
    people = [Person(MY_KEY, ME), Person(ANA, "Ana")]
    chat.apply(Rooms([RoomInfo(room, 1, people=people)]), NOW)
    assert chat.partner_in_words(NOW) == ""  # in the lobby
    chat.rooms.find(room).followed = True
    chat.open(room)
    assert chat.partner_in_words(NOW) == "Away: lunch"
    chat.apply(presence(Change("left", "Ana", ANA)), NOW)
    assert chat.partner_in_words(NOW).startswith("Last here at ")
    chat.apply(Rooms([RoomInfo(room, 1, people=[people[0], Person(ANA, "Ana", 86_400_000)])]), NOW)
    assert chat.partner_in_words(NOW).startswith("Last here on ")


def test_seen_stands_below_our_last_message_alone() -> None:
    chat = model()
    room = direct_name([MY_KEY, ANA])
    chat.apply(Rooms([RoomInfo(room, 0, people=[Person(MY_KEY, ME), Person(ANA, "Ana")])]), NOW)
    chat.rooms.find(room).followed = True
    chat.open(room)
    today = datetime.fromtimestamp(NOW, UTC).date()

    def seen() -> list[str]:
        return [b.seen for b in chat.timeline.blocks(0, len(chat.timeline), today)]

    for seq in (1, 2):
        chat.apply(Message(room, seq, f"r-{seq}", NOON, ME, MY_KEY, "hi"), NOW)
    chat.apply(Seen(room, ANA, 1), NOW)
    assert seen() == ["", ""]
    chat.apply(Seen(room, ANA, 2), NOW)
    assert seen() == ["", "Seen"]
    chat.apply(Message(room, 3, "r-3", NOON, ME, MY_KEY, "and?"), NOW)
    assert seen() == ["", "", ""]
    chat.apply(Seen(room, ANA, 3), NOW)
    chat.apply(Seen(room, ANA, 0), NOW)  # no longer told
    assert seen() == ["", "", ""]


def test_who_has_read_a_message() -> None:
    readers, said = Readers(MY_KEY), message(5, key=ANA)
    names = {BEN: "Ben", "c" * 43: "Cid", "d" * 43: "Dora", ANA: "Ana"}
    assert readers.in_words(said, names) == ""
    for key, seq in ((BEN, 5), (ANA, 9), (MY_KEY, 9), ("d" * 43, 4)):
        readers.take(Seen(ROOM, key, seq))
    assert readers.in_words(said, names) == "Seen by Ben"  # not by its author, not by us, not by who is not so far
    readers.take(Seen(ROOM, BEN, 2))  # backwards nobody goes
    readers.take(Seen(ROOM, "c" * 43, 7))
    assert readers.in_words(said, names) == "Seen by Ben and Cid"
    for n in range(3):
        readers.take(Seen(ROOM, f"{n}", 8))
    readers.take(Seen(ROOM, "d" * 43, 6))
    assert readers.in_words(said, names) == "Seen by Ben, Cid, Dora and 3 more"
    for n in range(10 * MAX_READERS):
        readers.take(Seen(ROOM, f"x{n}", 8))
    assert len(readers.of(said)) <= MAX_READERS


def test_pins_are_marked_listed_and_told() -> None:
    chat = model()
    for seq in (1, 2):
        chat.apply(message(seq, key=ANA), NOW)
    chat.apply(Pins(ROOM, 2, [Pin(2, "Ana", "old words"), Pin(999, "Ben", "far\naway")]), NOW)
    chat.apply(Pinned(ROOM, 3, "", NOON, "Ben", BEN, 1, on=True), NOW)
    assert [(q.seq, q.nick, q.text) for q in chat.timeline.pins()] == [
        (2, "Ana", "message 2"), (999, "Ben", "far away"), (1, "Ana", "message 1"),
    ]  # fmt: skip
    today = datetime.fromtimestamp(NOW, UTC).date()
    blocks = chat.timeline.blocks(0, len(chat.timeline), today)
    assert [(b.text, b.pinned) for b in blocks] == [
        ("message 1", True), ("message 2", True), ("Ben pinned a message", False),
    ]  # fmt: skip
    chat.apply(Deleted(ROOM, 4, "", NOON, "Ana", ANA, 1), NOW)
    chat.apply(Pinned(ROOM, 5, "", NOON, "Ben", BEN, 2, on=False), NOW)
    assert [q.seq for q in chat.timeline.pins()] == [999]
    blocks = chat.timeline.blocks(0, len(chat.timeline), today)
    assert [b.pinned for b in blocks] == [False] * 4
    assert blocks[-1].text == "Ben unpinned a message"


def test_who_does_not_want_to_be_disturbed_is_told_nothing() -> None:
    model = Notifying(MY_KEY, Preferences())
    model.apply(joined(), 1.0, looking=False)
    model.busy = True
    model.apply(message(1), 2.0, looking=False)
    assert model.due is None
    model.busy = False
    model.apply(message(2), 3.0, looking=False)
    assert model.take(100.0) is not None


def test_what_was_not_done_is_said_before_all_else() -> None:
    chat = model()
    chat.problem = "something else"
    chat.apply(Outcome("m1", Code.NOT_STORED, "Nothing was done."), NOW)
    assert chat.footer(NOW) == "Nothing was done."
    chat.apply(Outcome("m2", "", "The message is deleted."), NOW)
    assert chat.footer(NOW) == "something else"
