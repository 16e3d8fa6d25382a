"""Search in a journal on a real file: what is found, what is not any more, and what is left of it in the index."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from lanchat import searcher as module
from lanchat.database import Database
from lanchat.errors import StoreFailed
from lanchat.journal import Journal
from lanchat.protocol.entries import Deleted, Edited, Entry, Message
from lanchat.protocol.files import File
from lanchat.protocol.query import Line, Query, Spot, parse
from lanchat.search_index import VERSION
from lanchat.searcher import Looking, Searcher

ANA, BO = "a" * 43, "b" * 43


class Desk:
    """A journal that is written, and a searcher that reads it over a connection of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.journal = Journal.open(folder / "journal.db")
        self.reader = self.journal.reader()
        self.searcher = Searcher(self.reader, folder / "search.db")
        self._heads: dict[str, int] = {}

    def say(
        self,
        text: str,
        *,
        room: str = "lobby",
        nick: str = "Ana",
        key: str | None = ANA,
        at: int = 0,
        file: File | None = None,
    ) -> int:
        seq = self._next(room)
        self.append(Message(room, seq, "i", at or seq * 1000, nick, key, text, file=file))
        return seq

    def edit(self, target: int, text: str, key: str = ANA) -> int:
        seq = self._next("lobby")
        self.append(Edited("lobby", seq, "i", seq * 1000, "Ana", key, target, text))
        return seq

    def delete(self, target: int) -> None:
        self.append(Deleted("lobby", self._next("lobby"), "", 9, "Ana", ANA, target))
        self.journal.scrub()
        self.searcher.blanked()

    def append(self, *entries: Entry) -> None:
        self.journal.append(entries, {})

    def look(self, text: str, *, directs: tuple[str, ...] = (), below: Spot | None = None, most: int = 20) -> Looking:
        looking = self.searcher.begin(parse(text), directs, below, most)
        while not looking.step():
            pass
        return looking

    def found(self, text: str, **options: tuple[str, ...]) -> list[int]:
        return [hit.seq for hit in self.look(text, **options).hits]  # type: ignore[arg-type]

    def tidy(self) -> None:
        while not self.searcher.tidy():
            pass

    def bytes(self) -> bytes:
        return b"".join(path.read_bytes() for path in sorted(self.folder.glob("search.db*")))

    def close(self) -> None:
        self.searcher.close()
        self.reader.close()
        self.journal.close()

    def _next(self, room: str) -> int:
        self._heads[room] = self._heads.get(room, 0) + 1
        return self._heads[room]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.close()


def test_words_are_found_newest_first(desk: Desk) -> None:
    desk.say("hot soup")
    desk.say("Soups, cold")
    desk.say("salad")
    desk.say("SOUP again")
    assert desk.found("soup") == [4, 2, 1]  # the last word may be only begun
    assert desk.found("soup cold") == []  # the others are whole
    assert desk.found('"soup"') == [4, 1]
    assert desk.found('"hot soup"') == [1]
    assert desk.found("soup -hot") == [4, 2]
    assert desk.found("-soup") == [3, 2]
    assert desk.found("nothing") == []


def test_accents_scripts_without_spaces_and_emoji(desk: Desk) -> None:
    desk.say("Äpfel im Café")
    desk.say("今天的会议")
    desk.say("great🎉 ❤️")
    desk.say("हिन्दी में")
    assert [desk.found(word) for word in ("apfel", "CAFE", "会议", "🎉", "❤", "great", "हिन्दी")] == [
        [1],
        [1],
        [2],
        [3],
        [3],
        [3],
        [4],
    ]


def test_what_was_sent_as_a_file(desk: Desk) -> None:
    """By the words with it, which may be its name, and by its being a file; as long as it is there."""
    desk.say("plan.pdf")
    plan, soup = (desk.say(text, file=File("plan.pdf", 9, "a" * 64)) for text in ("plan.pdf", "the soup"))
    assert desk.found("has:file") == [soup, plan]
    assert desk.found("plan has:file") == [plan]
    desk.edit(soup, "the salad")
    assert desk.found("has:file salad") == [soup], "other words, the same file"
    desk.delete(plan)
    assert desk.found("has:file") == [soup]


def test_filters(desk: Desk) -> None:
    day = 24 * 3600 * 1000
    desk.say("soup", nick="Ana Lindqvist", at=20_000 * day)
    desk.say("soup http://x.org/", nick="Bo", at=20_001 * day)
    desk.say("soup", room="builds", nick="Bö", at=20_002 * day)
    desk.say("soup", room="build", nick="Cy", at=20_003 * day)
    assert desk.found("soup from:lindqvist") == [1]
    assert [hit.nick for hit in desk.look("from:bo").hits] == ["Bö", "Bo"]
    assert [hit.nick for hit in desk.look("in:#builds").hits] == ["Bö"]
    assert desk.found("has:link") == [2]
    assert desk.found("has:file") == []
    bounded = Query(["soup"], since=20_001 * day, until=20_003 * day)
    looking = desk.searcher.begin(bounded, ())
    while not looking.step():
        pass
    assert [hit.at // day for hit in looking.hits] == [20_002, 20_001]


def test_a_hit_tells_who_when_where_and_what_stands_beside(desk: Desk) -> None:
    desk.say("before\nit", nick="Bo")
    desk.say("much ado " * 50 + "soup")
    desk.edit(desk.say("aftre"), "after")
    (hit,) = desk.look("soup").hits
    assert (hit.room, hit.seq, hit.at, hit.nick, hit.key) == ("lobby", 2, 2000, "Ana", ANA)
    assert hit.text.startswith("…")
    assert hit.text.endswith("soup")
    assert (hit.before, hit.after) == (Line("Bo", "before it"), Line("Ana", "after"))


def test_of_a_changed_message_the_last_text_counts(desk: Desk) -> None:
    desk.say("soup")
    assert desk.found("soup") == [1]
    desk.edit(1, "salad")
    desk.edit(1, "somebody else's", key=BO)
    assert (desk.found("soup"), desk.found("salad"), desk.found("somebody")) == ([], [1], [])
    desk.edit(1, "soup after all")
    assert (desk.found("soup"), desk.found("salad")) == ([1], [])
    assert desk.look("soup").hits[0].at == 1000


def test_nobody_else_finds_a_direct_conversation(desk: Desk) -> None:
    desk.say("secret soup", room="@abc")
    desk.say("soup")
    assert [hit.room for hit in desk.look("soup").hits] == ["lobby"]
    assert [hit.room for hit in desk.look("in:@abc").hits] == []
    assert [hit.room for hit in desk.look("soup", directs=("@other",)).hits] == ["lobby"]
    assert [hit.room for hit in desk.look("soup", directs=("@abc",)).hits] == ["lobby", "@abc"]
    assert desk.look("lobby", directs=()).hits == []
    assert [hit.before for hit in desk.look("soup").hits] == [None]


def test_pages_go_on_where_the_last_one_ended(desk: Desk) -> None:
    for number in range(7):
        desk.say(f"soup {number}", room="ab"[number % 2])
    seen: list[str] = []
    below = None
    while True:
        page = desk.look("soup", below=below, most=3)
        seen += [hit.text for hit in page.hits]
        if not page.more:
            break
        below = Spot(page.hits[-1].room, page.hits[-1].seq)
    assert seen == [f"soup {number}" for number in reversed(range(7))]


def test_deleted_words_are_gone_at_once_and_then_from_the_file(desk: Desk) -> None:
    desk.say("xylophone concert")
    desk.edit(1, "zeppelin concert")
    desk.say("salad concert")
    assert desk.found("concert") == [3, 1]
    desk.searcher.close()
    assert b"xylophone" in desk.bytes()
    desk.delete(1)
    assert (desk.found("concert"), desk.found("zeppelin")) == ([3], [])
    desk.tidy()
    assert desk.found("concert") == [3]
    assert (b"xylophone" in desk.bytes(), b"zeppelin" in desk.bytes(), b"salad" in desk.bytes()) == (False, False, True)


def test_what_retention_blanked_is_gone_too_also_after_a_restart(desk: Desk) -> None:
    for word in ("xylophone", "zeppelin", "salad"):
        desk.say(word)
    assert desk.found("xylophone") == [1]
    desk.searcher.close()
    desk.journal.redact("lobby", 2, 10)
    desk.tidy()
    assert (desk.found("xylophone"), desk.found("salad")) == ([], [3])
    assert b"xylophone" not in desk.bytes()


def test_an_index_of_another_journal_or_of_a_later_one_is_made_anew(desk: Desk, tmp_path: Path) -> None:
    desk.say("soup")
    assert desk.found("soup") == [1]
    desk.searcher.close()
    other = Journal.in_memory("f" * 32)
    other.append([Message("lobby", 1, "i", 1, "Bo", None, "salad")], {})
    searcher = Searcher(other, tmp_path / "search.db")
    looking = searcher.begin(parse("soup"), ())
    while not looking.step():
        pass
    assert not looking.hits
    searcher.close()
    other.close()
    assert desk.found("soup") == [1]


def test_a_damaged_index_is_removed_and_made_anew(desk: Desk, tmp_path: Path) -> None:
    desk.say("soup")
    desk.searcher.close()
    (tmp_path / "search.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(StoreFailed):
        desk.found("soup")
    assert desk.found("soup") == [1]


def test_shards_and_slices_make_no_difference(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for where in ("lanchat.searcher", "lanchat.search_index"):
        monkeypatch.setattr(f"{where}.SHARD", 5)
    monkeypatch.setattr(module, "SLICE", 3)
    monkeypatch.setattr(module, "CHUNK", 2)
    for number in range(23):
        desk.say("soup" if number % 3 else "salad")
    soups = [seq for seq in range(23, 0, -1) if (seq - 1) % 3]
    assert desk.found("soup") == soups
    desk.delete(23)
    desk.delete(8)
    desk.tidy()
    assert desk.found("soup") == [seq for seq in soups if seq not in (23, 8)]
    assert desk.searcher.behind == 0


def test_a_search_does_not_wait_for_what_is_said_after_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SLICE", 2)
    for _ in range(5):
        desk.say("soup")
    looking = desk.searcher.begin(parse("soup"), ())
    steps = 0
    while not looking.step():
        steps += 1
        for _ in range(3):  # more than a slice takes in
            desk.say("soup")
        assert steps < 20
    assert [hit.seq for hit in looking.hits][-5:] == [5, 4, 3, 2, 1]
    assert desk.searcher.behind > 0


def test_a_search_that_fits_nothing_ends(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CHUNK", 10)
    monkeypatch.setattr(module, "MAX_EXAMINED", 30)
    for _ in range(50):
        desk.say("soup", at=1)
    looking = desk.look("soup after:2026-11-24")
    assert (looking.hits, looking.more, looking.too_much) == ([], False, False), "the whole shard is too old"
    desk.say("salad", at=2**50)
    looking = desk.look("soup after:2026-11-24")
    assert (looking.hits, looking.more, looking.too_much) == ([], False, True)


@pytest.mark.parametrize("hidden", [0, 1, 7])
def test_what_one_may_not_see_is_not_counted(desk: Desk, monkeypatch: pytest.MonkeyPatch, hidden: int) -> None:
    for where in ("lanchat.searcher", "lanchat.search_index"):
        monkeypatch.setattr(f"{where}.SHARD", 16)
    monkeypatch.setattr(module, "CHUNK", 10)
    monkeypatch.setattr(module, "MAX_EXAMINED", 25)
    for number in range(30):
        desk.say(f"soup {number}", at=1 + number % 2 * 1000)  # each shard spans the time that is asked for
        for _ in range(hidden if number % 5 == 0 else 0):
            desk.say("soup rosebud", room="@secret", nick="Bo", at=1)
    now = Query(["soup"], since=500, until=500)  # nothing fits

    def too_much(below: int, **fields: list[str]) -> bool:
        looking = desk.searcher.begin(structs.replace(now, **fields), ("@other",), Spot("lobby", below))
        while not looking.step():
            pass
        assert not looking.hits
        return looking.too_much

    for fields in ({}, {"without": ["rosebud"]}, {"words": []}, {"words": [], "without": ["rosebud"]}):
        assert [too_much(below, **fields) for below in (25, 26, 27)] == [False, True, True]


def test_an_index_made_in_an_older_way_is_made_anew(desk: Desk, tmp_path: Path) -> None:
    desk.say("soup")
    assert desk.found("soup") == [1]
    desk.searcher.close()
    with Database(tmp_path / "search.db", "", VERSION) as old:
        old.execute("DELETE FROM meta WHERE name = 'made'")
        old.execute("DROP TABLE words_0")
        old.execute("CREATE VIRTUAL TABLE words_0 USING fts5(text, nick, facts)")
    assert desk.found("soup") == [1]


def test_a_search_that_takes_too_long_ends_and_does_no_harm(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(30):
        desk.say("a " * 3_999)
    desk.say("soup")
    assert desk.found("soup") == [31]
    index = desk.searcher._open_index
    phrases = Query([" ".join("a" * 32)] * 16)  # at least half a second
    monkeypatch.setattr(module, "STEP", 0.02)
    started = time.thread_time()
    looking = desk.searcher.begin(phrases, ())
    while not looking.step():
        pass
    assert time.thread_time() - started < 0.2
    assert (looking.hits, looking.too_much) == ([], True)
    assert desk.found("soup") == [31]
    assert desk.searcher._open_index is index, "it is not made anew"


def test_one_hit_is_shown_in_each_step(desk: Desk) -> None:
    for _ in range(5):
        desk.say("soup")
    looking = desk.searcher.begin(parse("soup"), ())
    shown = [0]
    while not looking.step():
        shown.append(len(looking.hits))
    assert max(now - before for before, now in pairwise(shown)) == 1
    assert len(looking.hits) == 5


def test_somebody_may_have_many_conversations(desk: Desk) -> None:
    desk.say("soup", room="@999")
    assert desk.found("soup", directs=tuple(f"@{number}" for number in range(1_000))) == [1]


@given(
    st.lists(st.text(st.sampled_from('ab"*():-^+{}\0\ud800 会ANDORNEAR'), max_size=100), max_size=4),
    st.lists(st.text(st.sampled_from('ab"*()\0'), max_size=20), max_size=2),
    st.text(st.sampled_from("ab\"'\0\ud800"), max_size=20),
)
def test_whatever_stands_in_a_query_is_safe(words: list[str], without: list[str], name: str) -> None:
    journal = Journal.in_memory("f" * 32)
    journal.append([Message("lobby", 1, "i", 1, "Bo", None, "a b")], {})
    searcher = Searcher(journal, None)
    looking = searcher.begin(Query(words, begun=True, without=without, nick=name, room=name), ())
    while not looking.step():
        pass
    searcher.close()
    journal.close()
