"""What is told to somebody who does not look: which messages, when, in which words."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lanchat.client.events import Event, Page
from lanchat.client.preferences import Level, Preferences
from lanchat.gui.model.notifying import GATHER, MAX_BODY, MAX_ROOMS, MAX_WAITING, PAUSE, Notice, Notifying
from lanchat.protocol.frames import Change, Deleted, Edited, Message, Seen
from tests.gui.stand_in import ME, MY_KEY, ROOM, joined, message, presence

NOW = 1_000.0


def notifying(level: Level = "all", levels: dict[str, Level] | None = None) -> Notifying:
    model = Notifying(MY_KEY, Preferences(notify=level), levels)
    model.apply(joined(), NOW, looking=True)
    return model


def tell(model: Notifying, *happened: Event, now: float = NOW, looking: bool = False) -> None:
    for event in happened:
        model.apply(event, now, looking=looking)


def in_room(room: str, seq: int, text: str = "hi") -> Message:
    return Message(room=room, seq=seq, id="", at=0, nick="Ana", key=None, text=text)


def deleted(target: int, seq: int = 99) -> Deleted:
    return Deleted(ROOM, seq, "", 0, "Ana", None, target)


def test_one_message_is_told_in_its_own_words() -> None:
    model = notifying()
    tell(model, message(1, "lunch?"))
    assert model.due == NOW + GATHER
    assert model.take(NOW) is None
    assert model.take(NOW + GATHER) == Notice("Ana in #lobby – Studio Nord", "lunch?")
    assert model.due is None
    assert model.take(NOW + 100) is None


def test_a_call_is_said_to_be_one() -> None:
    model = notifying("mentions")
    tell(model, message(1, "lunch?"), message(2, f"@{ME} lunch?"))
    notice = model.take(NOW + GATHER)
    assert notice == Notice("Ana calls you in #lobby – Studio Nord", f"@{ME} lunch?", called=True)


def test_a_burst_is_one_notice_and_the_next_one_waits() -> None:
    model = notifying()
    tell(model, *(message(seq, f"@room {seq}" if seq % 2 else "") for seq in range(1, 4)))
    notice = model.take(NOW + GATHER)
    assert notice is not None
    assert notice == Notice(
        "#lobby – Studio Nord", "3 messages, 2 of them call you. The last, from Ana: @room 3", called=True
    )
    tell(model, message(4), now=NOW + 1)
    assert model.due == NOW + GATHER + PAUSE


def test_a_storm_is_counted_and_costs_little() -> None:
    model = notifying()
    tell(model, *(message(seq) for seq in range(1, 10_001)))
    assert model._waiting is not None
    assert len(model._waiting.kept) == MAX_WAITING
    notice = model.take(NOW + GATHER)
    assert notice is not None
    assert notice.body == "10,000 messages. The last, from Ana: message 10000"


def test_messages_of_several_rooms_are_counted_together() -> None:
    model = notifying()
    tell(model, in_room("lobby", 1), in_room("builds", 1, "red"))
    assert model.take(NOW + 1) == Notice("Studio Nord", "2 messages. The last, from Ana: red")


@pytest.mark.parametrize(
    ("level", "room_level", "called", "told"),
    [
        ("all", None, False, True),
        ("mentions", None, False, False),
        ("mentions", None, True, True),
        ("nothing", None, True, False),
        ("nothing", "all", False, True),
        ("all", "nothing", True, False),
        ("all", "mentions", False, False),
        ("all", "mentions", True, True),
    ],
)
def test_levels(level: Level, room_level: Level | None, called: bool, told: bool) -> None:
    model = notifying(level, {} if room_level is None else {ROOM: room_level})
    tell(model, message(1, "@room" if called else "hi"))
    assert (model.due is not None) is told


def test_what_is_said_to_us_alone_calls_us() -> None:
    model = notifying("mentions")
    tell(model, in_room("@8d3f", 1))
    assert model.take(NOW + 1) == Notice("Ana writes to you – Studio Nord", "hi", called=True)
    tell(model, in_room("@8d3f", 2), in_room("@8d3f", 3, "there?"), now=NOW + 1)
    words = "2 messages. The last, from Ana: there?"
    assert model.take(NOW + 1 + PAUSE) == Notice("Ana – Studio Nord", words, called=True)


@pytest.mark.parametrize(("room", "told"), [("builds", False), ("@8d3f", True), (ROOM, True)])
def test_a_room_that_was_not_known_before_is_history(room: str, told: bool) -> None:
    model = notifying()
    tell(model, joined(again=True), Page(room, [in_room(room, 5)], catchup=True))
    assert (model.due is not None) is told
    model.look()
    tell(model, joined(again=True), Page(room, [in_room(room, 6)], catchup=True))
    assert model.due is not None


def test_our_own_messages_are_not_told() -> None:
    model = notifying()
    tell(model, message(1, key=MY_KEY, nick=ME))
    assert model.due is None


def test_nothing_is_told_while_somebody_looks_nor_later_what_was_seen() -> None:
    model = notifying()
    tell(model, message(1), looking=True)
    tell(model, message(2))
    model.look()
    assert model.due is None
    tell(model, message(3))
    tell(model, joined(again=True), looking=True)
    assert model.due is None


def test_what_is_read_back_is_not_told() -> None:
    model = notifying()
    tell(model, Page(ROOM, [message(1), message(2)], catchup=True), Page(ROOM, [message(3)]))
    assert model.due is None


def test_what_was_missed_is_one_summary() -> None:
    model = notifying()
    tell(model, message(1), looking=True)
    tell(model, joined(7, again=True))
    tell(model, Page(ROOM, [message(1), *(message(seq, f"@{ME}") for seq in (2, 3))], catchup=True))
    tell(model, Page(ROOM, [message(seq) for seq in range(4, 8)], catchup=True))
    expected = "6 messages while you were away, 2 of them call you."
    assert model.take(NOW + 1) == Notice("#lobby – Studio Nord", expected, called=True)


def test_a_message_that_comes_twice_is_told_once() -> None:
    model = notifying()
    tell(model, message(1), message(1))
    notice = model.take(NOW + 1)
    assert notice is not None
    assert notice.body == "message 1"


def test_a_new_journal_counts_anew() -> None:
    model = notifying()
    tell(model, message(9), looking=True)
    tell(model, joined(new_journal=True), message(1))
    assert model.due is not None


def test_what_was_taken_back_meanwhile_is_not_told() -> None:
    model = notifying()
    tell(model, message(1), message(2), deleted(2))
    notice = model.take(NOW + 1)
    assert notice is not None
    assert notice.body == "message 1"
    tell(model, message(3), deleted(3), message(4), Edited(ROOM, 98, "", 0, "Ana", None, 4, ""))
    assert model.due is None


def test_what_was_changed_meanwhile_is_told_as_it_reads_now() -> None:
    model = notifying()
    tell(model, message(1, "teh"), Edited(ROOM, 2, "", 0, "Ana", None, 1, "the"))
    notice = model.take(NOW + 1)
    assert notice is not None
    assert notice.body == "the"


def test_what_was_read_on_another_device_meanwhile_is_not_told() -> None:
    model = notifying()
    tell(model, message(1), message(2, "two"), in_room("games", 1), Seen(ROOM, "a" * 43, 2), Seen(ROOM, MY_KEY, 1))
    tell(model, Seen("games", MY_KEY, 1))
    assert model.take(NOW + 1) == Notice("Ana in #lobby – Studio Nord", "two")
    tell(model, message(3), Seen(ROOM, MY_KEY, 3))
    assert model.due is None


def test_a_call_by_our_new_name() -> None:
    model = notifying("mentions")
    tell(model, presence(Change("renamed", "Zoe", MY_KEY, was=ME)), message(1, f"@{ME}"))
    assert model.due is None
    tell(model, message(2, "@zoe"))
    assert model.due is not None


def test_a_server_with_ever_new_rooms_costs_no_more() -> None:
    model = notifying("nothing")
    tell(model, *(in_room(f"r{n}", 1) for n in range(MAX_ROOMS + 10)))
    tell(model, *(Page(f"s{n}", [], catchup=True) for n in range(10)))
    assert len(model._newest) == MAX_ROOMS


@settings(max_examples=60)
@given(st.text(), st.text(max_size=40), st.text(max_size=40), st.integers(1, 3))
def test_no_text_gets_out_uncleaned(text: str, nick: str, room: str, count: int) -> None:
    model = notifying()
    for seq in range(1, count + 1):
        tell(model, Message(room=room, seq=seq, id="", at=0, nick=nick, key=None, text=text or "x"))
    notice = model.take(NOW + 1)
    assert notice is not None
    for part in notice[:2]:
        assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") for c in part)
    assert notice.title
    assert len(notice.body) <= MAX_BODY
