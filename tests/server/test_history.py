"""How many entries one page holds, and what goes first; the rest of the history reader is tested over real sockets
(test_catch_up)."""

from __future__ import annotations

import shutil
import threading
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lanchat.journal import Journal
from lanchat.protocol.codec import encode
from lanchat.protocol.frames import Message, Page
from lanchat.protocol.limits import MAX_FRAME, MAX_PAGE, MAX_TEXT
from lanchat.protocol.query import Query
from lanchat.searcher import STEP, Searcher
from lanchat.server import history as server_history
from lanchat.server.history import Answer, History, Request, fitting
from lanchat.server.member import Member
from lanchat.server.searching import SearchRequest
from tests.server.raw_client import wait_until

SIGNS = st.sampled_from(["x", "🙂", '"', "\n", "\\"])


def entry(seq: int, text: str) -> Message:
    return Message("lobby", seq, "i" * 64, 250_000_000_000_000, "🙂" * 32, "k" * 43, text)


@given(st.lists(st.tuples(st.integers(1, MAX_TEXT), SIGNS), max_size=30))
def test_a_page_is_the_longest_front_that_fits_into_a_frame(sizes: list[tuple[int, str]]) -> None:
    entries = [entry(seq, sign * size) for seq, (size, sign) in enumerate(sizes, start=1)]
    page = fitting(entries)
    assert page == entries[: len(page)]
    assert len(encode(Page("lobby", page, start=True, catchup=True))) <= MAX_FRAME
    if len(page) < len(entries):
        assert len(encode(Page("lobby", entries[: len(page) + 1]))) > MAX_FRAME - 512


def test_ordinary_messages_fill_a_page() -> None:
    entries = [entry(seq, "a line as people write it") for seq in range(MAX_PAGE)]
    assert len(fitting(entries)) > 150


def test_one_always_fits_and_none_is_none() -> None:
    longest = [entry(1, "🙂" * MAX_TEXT)]
    assert fitting(longest) == longest
    assert fitting([]) == []


class Reader:
    """A history reader of a journal with one message, and what it answers. pace: s that go by at each look at the
    clock."""

    def __init__(self, folder: Path, *, pace: float = 0) -> None:
        self.journal = Journal.open(folder / "journal.db")
        self.journal.append([Message("lobby", 1, "i", 1, "Ana", None, "soup")], {})
        reader = self.journal.reader()
        self.answers: list[Answer] = []
        self.answered = threading.Event()
        self.held = threading.Event()  # the first answer is handed over when it is set
        clock = count(1, pace)
        self.history = History(reader, Searcher(reader, None), self._answer, clock=lambda: next(clock))

    def ask(self, *, pages: int) -> None:
        """A search, and behind it pages."""
        nobody = cast("Member", SimpleNamespace(gone=False))  # it is only handed on
        self.history.ask(Request(nobody, "lobby", 1, before=2))
        self.history.ask(SearchRequest(nobody, "s", Query(["soup"]), (), None))
        for _ in range(pages):
            self.history.ask(Request(nobody, "lobby", 1, before=2))

    def searches(self) -> list[int]:
        """The places of the answers to them."""
        return [n for n, answer in enumerate(self.answers) if isinstance(answer.request, SearchRequest)]

    def close(self) -> None:
        self.history.close()
        self.journal.close()

    def _answer(self, answer: Answer) -> None:
        self.held.wait(10)
        self.answers.append(answer)
        if isinstance(answer.request, SearchRequest):
            self.answered.set()


def test_pages_that_wait_go_before_the_steps_of_a_search(tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    reader.ask(pages=20)
    reader.held.set()
    reader.history.start()
    assert reader.answered.wait(10)
    assert reader.searches() == [21]
    reader.close()


def test_pages_do_not_hold_up_a_search_for_long(tmp_path: Path) -> None:
    reader = Reader(tmp_path, pace=STEP / 4)
    reader.ask(pages=20)
    reader.held.set()
    reader.history.start()
    assert reader.answered.wait(10)
    assert 1 < reader.searches()[0] < 21
    reader.close()


def test_a_search_does_not_hold_up_the_end(tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    reader.ask(pages=20)
    reader.history.start()
    closing = threading.Thread(target=reader.close, name="closing")
    closing.start()
    wait_until(reader.history._closing.is_set, "the end to begin")
    reader.held.set()
    closing.join()
    assert (len(reader.answers), reader.searches()) == (21, [])


def log(folder: Path) -> Path:
    return folder / "journal.db-wal"


def test_what_a_crash_left_in_the_log_goes_at_the_next_start(tmp_path: Path) -> None:
    """What was redacted just before it is still in there."""
    before = tmp_path / "before"
    before.mkdir()
    crashed = Journal.open(before / "journal.db")
    crashed.append([Message("lobby", 1, "i", 1, "Ana", None, "a secret of ours")], {})
    crashed.redact("lobby", 1, 1)
    after = tmp_path / "after"
    shutil.copytree(before, after)
    crashed.close()
    assert b"a secret of ours" in log(after).read_bytes()
    journal = Journal.open(after / "journal.db")
    reader = journal.reader()
    history = History(reader, Searcher(reader, None), lambda _: None)
    history.start()
    wait_until(lambda: b"a secret of ours" not in log(after).read_bytes())
    assert b"a secret of ours" not in (after / "journal.db").read_bytes()
    history.close()
    journal.close()


def test_many_deletions_empty_the_log_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each would wait for the disk, and pages behind it."""
    monkeypatch.setattr(server_history, "CHECKPOINT_AFTER", 0.1)
    journal = Journal.open(tmp_path / "journal.db")
    emptied: list[bool] = []

    class Counted(Journal):
        def scrub(self) -> bool:
            emptied.append(super().scrub())
            return emptied[-1]

    reader = Counted.read(journal.path)
    history = History(reader, Searcher(reader, None), lambda _: None)
    for _ in range(1_000):
        history.scrub()
    history.start()
    wait_until(lambda: emptied)
    history.close()
    journal.close()
    assert len(emptied) < 100
