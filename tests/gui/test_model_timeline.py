"""The order, grouping and bounds of what the message list shows."""

from __future__ import annotations

from datetime import UTC, date, datetime
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from lanchat.gui.model import timeline as module
from lanchat.gui.model.people import HUES, hue_of, initials
from lanchat.gui.model.timeline import Block, Kind, Sent, Timeline
from lanchat.protocol.frames import Archived, Change, Deleted, Edited, Entry, Message, Pinned, Reacted, Topic
from tests.gui.stand_in import MY_KEY, NOON, message

TODAY = datetime.fromtimestamp(NOON / 1000, UTC).date()


def shown(line: Timeline, today: date = TODAY) -> list[Block]:
    return line.blocks(0, len(line), today)


def texts(line: Timeline) -> list[str]:
    return [block.text for block in shown(line)]


def own(number: int, text: str = "mine") -> Message:
    return message(0, text, "Me", entry_id=f"r-{number}", key=MY_KEY)


@pytest.fixture
def line() -> Timeline:
    return Timeline(UTC)


def test_entries_stand_by_seq_however_they_come(line: Timeline) -> None:
    entries = [message(seq) for seq in range(1, 101)]
    Random(7).shuffle(entries)
    for start in range(0, 100, 9):
        line.add(entries[start : start + 9])
    assert [block.key[0] for block in shown(line)] == list(range(1, 101))


KEYS = {"Ana": "a" * 43, "Ben": "b" * 43, "Me": MY_KEY, "Gast": None}


@st.composite
def histories(draw: st.DrawFn) -> list[Entry]:
    """What a server may tell of a room: entries of every kind, each seq once, about others or about nothing. A day has
    four of them."""
    told: list[Entry] = []
    for seq in range(1, draw(st.integers(1, 12)) + 1):
        nick = draw(st.sampled_from(list(KEYS)))
        said = ("lobby", seq, "", NOON + seq * 6 * 3_600_000, nick, KEYS[nick])
        target, on = draw(st.integers(1, 12)), draw(st.booleans())
        word = draw(st.sampled_from(["x", "*y*", "@Me"]))
        told.append(
            draw(
                st.sampled_from([
                    Message(*said, word, draw(st.sampled_from([0, *range(1, seq)]))),
                    Topic(*said, word),
                    Archived(*said, on),
                    Edited(*said, target, word),
                    Reacted(*said, target, "👍", on),
                    Deleted(*said, target),
                    Pinned(*said, target, on),
                ])
            )
        )  # fmt: skip
    return told


def state(line: Timeline) -> object:
    """What a reader sees."""
    return shown(line), [pin.seq for pin in line.pins()], line.last_seq


@settings(max_examples=150)
@given(histories(), st.randoms(use_true_random=False), st.integers(1, 5))
def test_any_order_and_any_repetition_give_the_same_room(told: list[Entry], chance: Random, step: int) -> None:
    """Also while it is being looked at, and when what was deleted comes once more, blanked as a server keeps it."""
    one, other = Timeline(UTC, MY_KEY), Timeline(UTC, MY_KEY)
    for line in (one, other):
        line.be_called("Me")
    one.add(told)
    deleted = {entry.target for entry in told if isinstance(entry, Deleted)}
    blanked = [
        replace(entry, text="") if isinstance(entry, Message) and entry.seq in deleted else entry for entry in told
    ]
    shuffled = [*told, *chance.sample(blanked, len(told) // 2)]
    chance.shuffle(shuffled)
    for start in range(0, len(shuffled), step):
        other.add(shuffled[start : start + step])
        shown(other)
    assert state(other) == state(one)


def test_an_entry_counts_once(line: Timeline) -> None:
    assert [m.seq for m in line.add([message(1), message(1), message(2)])] == [1, 2]
    assert line.add([message(2)]) == []
    assert len(line) == 2


def test_one_author_within_five_minutes_is_one_group(line: Timeline) -> None:
    minutes = [0, 1, 5, 11, 11]
    names = ["Ana", "Ana", "Ana", "Ana", "Ben"]
    line.add(message(i + 1, nick=n, at=NOON + m * 60_000) for i, (n, m) in enumerate(zip(names, minutes, strict=True)))
    assert [block.head for block in shown(line)] == [True, False, False, True, True]
    assert [block.nick for block in shown(line)] == ["Ana", "", "", "Ana", "Ben"]


def test_an_older_page_takes_the_head_from_the_first(line: Timeline) -> None:
    line.add([message(5, at=NOON)])
    assert shown(line)[0].head
    line.add([message(4, at=NOON)])
    assert [block.head for block in shown(line)] == [True, False]


def test_a_guest_is_not_grouped_with_the_owner_of_the_name(line: Timeline) -> None:
    line.add([message(1, nick="Ana", key="a"), message(2, nick="Ana", key=None)])
    assert [(block.head, block.guest) for block in shown(line)] == [(True, False), (True, True)]


def test_day_lines_stand_where_the_day_changes(line: Timeline) -> None:
    day = 86_400_000
    line.add(message(seq, at=NOON + days * day) for seq, days in enumerate([-400, -3, -3, -1, 0, 0], 1))
    days = [block.day for block in shown(line)]
    three_ago = datetime.fromtimestamp(NOON / 1000 - 3 * 86_400, UTC)
    assert days[3:] == ["Yesterday", "Today", ""]
    assert days[0].endswith("2025")
    assert days[1] == f"{three_ago:%A}, {three_ago.day} {three_ago:%B}"
    assert days[2] == ""


def test_at_midnight_today_becomes_yesterday(line: Timeline) -> None:
    line.add([message(1, at=NOON)])
    assert shown(line)[0].day == "Today"
    assert shown(line, date.fromordinal(TODAY.toordinal() + 1))[0].day == "Yesterday"


@pytest.mark.parametrize("at", [-(10**30), -1, 0, 10**15, 2**63, 10**30])
def test_no_time_of_a_server_breaks_the_calendar(line: Timeline, at: int) -> None:
    line.add([message(1, at=at)])
    assert shown(line)[0].time


def test_what_waits_stands_last_until_it_is_settled(line: Timeline) -> None:
    line.wait(own(1, "first"))
    line.wait(own(2, "second"))
    line.wait(own(1, "first"))
    line.add([message(9, "theirs")])
    assert texts(line) == ["theirs", "first", "second"]
    assert [block.sent for block in shown(line)] == [Sent.YES, Sent.WAITING, Sent.WAITING]
    assert line.waiting == 2
    line.settle("r-1")
    line.settle("r-1")
    assert texts(line) == ["theirs", "second"]


def test_what_failed_says_why_and_waits_no_longer(line: Timeline) -> None:
    line.wait(own(1))
    line.fail(own(1), "The disk is full.")
    (block,) = shown(line)
    assert (block.sent, block.detail, block.id, line.waiting) == (Sent.FAILED, "The disk is full.", "r-1", 0)
    line.wait(own(1))
    assert (shown(line)[0].sent, shown(line)[0].detail) == (Sent.WAITING, "")


def test_of_many_that_wait_the_last_are_drawn(line: Timeline) -> None:
    for number in range(module.MAX_WAITING_SHOWN + 50):
        line.wait(own(number, str(number)))
    assert len(shown(line)) == module.MAX_WAITING_SHOWN
    assert texts(line)[0] == "50"
    assert line.waiting == module.MAX_WAITING_SHOWN + 50


def test_notices_gather_until_somebody_speaks(line: Timeline) -> None:
    line.add([message(1)])
    for name in ("Ana", "Ben", "Cleo", "Dora"):
        line.note(Change("joined", name))
    line.add([message(2)])
    line.note(Change("left", "Ana"))
    line.add([message(3)])
    assert texts(line) == ["message 1", "Ana and 3 others joined", "message 2", "Ana left", "message 3"]


def test_notices_stand_before_what_waits(line: Timeline) -> None:
    line.wait(own(1))
    line.note(Change("joined", "Ana"))
    assert [block.kind for block in shown(line)] == [Kind.NOTICE, Kind.MESSAGE]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ([Change("joined", "Ana")], "Ana joined"),
        ([Change("joined", "Ana"), Change("joined", "Ben")], "Ana and Ben joined"),
        ([Change("joined", "Ana"), Change("left", "Ben")], "Ana joined · Ben left"),
        ([Change("renamed", "Anna", was="Ana")], "Ana is now Anna"),
        ([Change("renamed", "B", was="A"), Change("renamed", "C", was="B")], "A is now C"),
        ([Change("joined", "Ana"), Change("renamed", "Anna", was="Ana")], "Anna joined"),
        (
            [Change("renamed", f"b{i}", was=f"a{i}") for i in range(5)],
            "a0 is now b0 · a1 is now b1 · a2 is now b2 · 2 more changed their names",
        ),
    ],
)
def test_a_notice_is_one_sentence(line: Timeline, changes: list[Change], text: str) -> None:
    for change in changes:
        line.note(change)
    assert texts(line) == [text]


@pytest.mark.parametrize(
    "changes",
    [
        [Change("joined", "Ana"), Change("left", "Ana")],
        [Change("left", "Ana"), Change("joined", "Ana")],
        [Change("renamed", "B", was="A"), Change("renamed", "A", was="B")],
        [Change("promoted", "Ana")],
    ],
)
def test_changes_that_cancel_each_other_are_not_told(line: Timeline, changes: list[Change]) -> None:
    for change in changes:
        line.note(change)
    assert texts(line) == []


def test_somebody_who_comes_and_goes_all_the_time_costs_little(line: Timeline) -> None:
    for number in range(10_000):
        line.note(Change("joined", f"guest {number}"))
    assert len(line) == 10_000 // 500


def test_memory_is_bounded_and_the_oldest_go(line: Timeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_KEPT", 100)
    for seq in range(1, 502):
        line.add([message(seq)])
        line.note(Change("joined", f"guest {seq}"))
    assert len(line) <= 200
    assert line.last_seq == 501
    assert texts(line)[-1] == "guest 501 joined"


def test_memory_is_bounded_in_characters_too(line: Timeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_CHARACTERS", 10_000)
    line.add(message(seq, "x" * 1_000) for seq in range(1, 51))
    assert len(line) == 9


def test_a_full_timeline_takes_nothing_older(line: Timeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_KEPT", 10)
    line.add(message(seq) for seq in range(101, 111))
    assert line.full
    assert line.add([message(100)]) == []
    assert line.first_seq == 101


def test_names_and_texts_of_a_hostile_server_stay_in_their_line(line: Timeline) -> None:
    line.add([message(1, "a\x00\x1bb\r\nc", "An\u202ea\n\n" + "x" * 10_000)])
    line.note(Change("joined", "B\nen"))
    block, notice = shown(line)
    assert block.text == "ab\nc"
    assert block.nick.startswith("An a xxx")
    assert len(block.nick) == 63
    assert notice.text == "B en joined"


def test_clearing_keeps_what_waits(line: Timeline) -> None:
    line.add([message(1)])
    line.wait(own(1, "waits"))
    line.clear()
    assert texts(line) == ["waits"]
    assert line.first_seq is None


def test_messages_after_a_key_are_counted(line: Timeline) -> None:
    line.add(message(seq) for seq in (1, 2, 5, 9))
    line.note(Change("joined", "Ana"))
    assert line.messages_after((2, 0)) == 2
    assert line.messages_after((0, 0)) == 4


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ana Lindqvist", "AL"),
        ("ana", "A"),
        ("Ana Lindqvist (another key)", "AL"),
        ("W. C. Fields", "WF"),
        ("🙂", "?"),
        ("ßeta", "S"),
        ("(x) y", "XY"),
        ("李 小龙", "李小"),
    ],
)
def test_initials(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_a_colour_is_a_persons_own_whoever_came_first() -> None:
    keys = [f"{number:043}" for number in range(64)]
    line = [message(seq, key=key, at=NOON + seq * 1_000) for seq, key in enumerate(keys, 1)]
    forth, back = Timeline(UTC), Timeline(UTC)
    forth.add(line)
    for entry in reversed(line):
        back.add([entry])
        shown(back)
    hues = {block.key[0]: block.hue for block in shown(forth)}
    assert hues == {block.key[0]: block.hue for block in shown(back)}
    assert list(hues.values()) == [hue_of(key) for key in keys]
    assert set(hues.values()) == set(range(HUES))


def test_colours_stay_from_one_release_to_the_next() -> None:
    assert [hue_of("a" * 43), hue_of("b" * 43), hue_of(None, "Nico")] == [2, 1, 3]
