"""Retention on a real journal: what goes, what stays, and that nothing of what went is left in any file."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lanchat.journal import Journal
from lanchat.protocol.frames import Edited, Message
from lanchat.server import retention
from lanchat.server.retention import FOR_EVER, Keep, Retention
from tests.server.conftest import Serve
from tests.server.raw_client import RawClient, wait_until

DAY = 24 * 3600 * 1000  # ms
NOW = 100 * DAY


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    made = Journal.open(tmp_path / "journal.db")
    yield made
    made.close()


@pytest.fixture
def look(journal: Journal) -> Callable[[Keep], int]:
    """Lets retention do all that is due; returns how often the log was to be emptied."""

    def run(keep: Keep) -> int:
        scrubs: list[int] = []
        rule = Retention(journal, journal.rooms, keep, lambda: scrubs.append(1) or journal.scrub())  # type: ignore[func-returns-value]
        for _ in range(1_000):
            if rule.due is None or rule.due > 0.0:
                return len(scrubs)
            rule.on_time(0.0, NOW)
        raise AssertionError("it never rests")

    return run


def said(count: int, size: int = 10, *, first: int = 1, day: int = 1, room: str = "lobby") -> list[Message]:
    return [
        Message(room, n, f"r-{n}", day * DAY + n, "Ana", "k", "é" * (size // 2)) for n in range(first, first + count)
    ]


def texts(journal: Journal, room: str = "lobby") -> list[str]:
    return [entry.text for entry in journal.after(room, 0, 10_000, 10_000) if isinstance(entry, Message | Edited)]


def test_for_ever_is_for_ever(journal: Journal, look: Callable[[Keep], int]) -> None:
    journal.append(said(5), {})
    assert look(FOR_EVER) == 0
    assert "" not in texts(journal)


def test_texts_that_are_too_old_go_and_their_places_stay(journal: Journal, look: Callable[[Keep], int]) -> None:
    journal.append(said(2 * retention.CHUNK + 1, day=69) + said(3, first=2 * retention.CHUNK + 2, day=71), {})
    assert look(Keep(days=30)) == 1
    assert texts(journal) == [""] * (2 * retention.CHUNK + 1) + ["é" * 5] * 3
    assert look(Keep(days=30)) == 0
    assert [e.seq for e in journal.after("lobby", 0, 10_000, 10_000)] == [*range(1, 2 * retention.CHUNK + 5)]


def test_a_clock_that_was_set_back_keeps_more_never_less(journal: Journal, look: Callable[[Keep], int]) -> None:
    journal.append([*said(1, day=50), *said(1, first=2, day=99), *said(1, first=3, day=50)], {})
    look(Keep(days=30))
    assert [bool(text) for text in texts(journal)] == [False, True, True]


def test_the_oldest_texts_of_a_large_journal_go(journal: Journal, look: Callable[[Keep], int]) -> None:
    journal.append(said(5 * retention.CHUNK, size=100), {})
    kept = 2 * retention.CHUNK
    look(Keep(size=kept * 100))
    assert texts(journal) == [""] * (3 * retention.CHUNK) + ["é" * 50] * kept
    assert journal.text_size("lobby", 0, 10_000) <= kept * 100


def test_no_more_goes_than_need_be(journal: Journal, look: Callable[[Keep], int]) -> None:
    journal.append(said(100, size=100), {})
    look(Keep(size=9_450))
    assert texts(journal) == [""] * 6 + ["é" * 50] * 94


def test_the_oldest_of_all_rooms_go_first(journal: Journal, look: Callable[[Keep], int]) -> None:
    """However few a room has: what was said in it today stays longer than what was said elsewhere last month."""
    quiet = [*said(1, size=100, room="quiet", day=1), *said(1, size=100, room="quiet", day=99, first=2)]
    journal.append([*quiet, *said(1_000, size=100, day=50), *said(10, size=100, day=99, first=1_001)], {})
    look(Keep(size=500 * 100))
    assert texts(journal, "quiet") == ["", "é" * 50]
    assert texts(journal) == [""] * 511 + ["é" * 50] * 499


def test_rooms_that_talk_at_the_same_time_lose_as_much(journal: Journal, look: Callable[[Keep], int]) -> None:
    rooms = [f"room-{n}" for n in range(5)]
    journal.append([entry for room in rooms for entry in said(100, size=100, room=room)], {})
    look(Keep(size=100 * 100))
    assert [texts(journal, room) for room in rooms] == [[""] * 80 + ["é" * 50] * 20] * 5


def test_changes_that_go_with_their_message_count_no_longer(journal: Journal) -> None:
    """Else the server would believe for ever that it keeps them, and blank more and more for it."""
    rule = Retention(journal, journal.rooms, Keep(size=10_000), lambda: None)

    def rest(now: float) -> float:
        while rule.due is not None and rule.due <= now:
            rule.on_time(now, NOW)
        return rule.due or now

    seq, now = 0, 0.0
    for _ in range(20):
        journal.append(said(50, size=100, first=seq + 1), {})
        head = ("lobby", seq + 51, "r-0", DAY, "Ana", "k")
        journal.append([Edited(*head, seq + 1, "é" * 1_000)], {})
        now, seq = rest(now), seq + 51
    assert rule.size_of("lobby", seq - 50) == 2_100
    assert 9_900 - 2_000 <= journal.text_size("lobby", 0, 10_000) <= 10_000


def test_what_was_redacted_is_in_no_file(journal: Journal, look: Callable[[Keep], int], tmp_path: Path) -> None:
    """Texts of all sizes, those that fill several pages of the file included, written in small and large turns."""
    lots = random.Random(7)
    secrets = [f"secret-{n:05}-" + "x" * lots.choice((0, 20, 300, 3000, 7900)) for n in range(1500)]
    entries = [Message("lobby", n, f"r-{n}", DAY, "Ana", "k", text) for n, text in enumerate(secrets, start=1)]
    while entries:
        size = lots.choice((1, 5, 100))
        journal.append(entries[:size], {("k", "r"): entries[0].seq})
        entries = entries[size:]
        if lots.random() < 0.1:
            journal.checkpoint()
    journal.append(said(300, first=1501, day=99), {})
    journal.checkpoint()
    assert any(b"secret-" in file.read_bytes() for file in tmp_path.iterdir())
    look(Keep(days=30))
    for file in tmp_path.iterdir():
        assert b"secret-" not in file.read_bytes(), file.name
    assert texts(journal) == [""] * 1500 + ["é" * 5] * 300
    assert journal.flaws() == []


def test_a_server_blanks_while_it_serves(serve: Serve, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(retention, "EVERY", 0.05)
    server = serve(keep=Keep(size=1000))
    with RawClient(server.port) as ana:
        ana.join("Ana")
        for n in range(20):
            ana.say(str(n), f"number {n:03} " + "x" * 89)
        ana.until("message", seq=20)
        reader = Journal.read(tmp_path / "room" / "journal.db")
        wait_until(lambda: reader.redacted("lobby") >= 10)
        wait_until(lambda: (tmp_path / "room" / "journal.db-wal").stat().st_size == 0 or reader.redacted("lobby") == 20)
        reader.close()
        ana.tell(kind="history", limit=20)
        page = ana.until("page", start=True)["entries"]
        assert len(page) == 20
        assert page[0]["text"] == ""
        ana.say("last", "still here")
        ana.until("message", text="still here")
