"""The journal on real files: what append returned from is there, in order, whatever happens to the process."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from lanchat.database import Database
from lanchat.errors import StoreFailed, StoreTooNew, StoreTooOld
from lanchat.journal import SCHEMA_VERSION, Journal
from lanchat.protocol.frames import Deleted, Edited, Entry, Message, Pinned, Reacted
from lanchat.protocol.limits import MAX_TEXT, MAX_TIME

KEY = "k" * 43


def entry(seq: int, text: str = "", *, room: str = "lobby", key: str | None = None, run: str = "run") -> Message:
    return Message(room, seq, f"{run}-{seq}", 1000 + seq, "Ana", key, text or f"text {seq}")


def entries(first: int, last: int) -> list[Message]:
    return [entry(seq) for seq in range(first, last + 1)]


def seqs(found: Sequence[Entry]) -> list[int]:
    return [e.seq for e in found]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
def open_journal(path: Path) -> Iterator[Callable[[], Journal]]:
    journals: list[Journal] = []

    def make() -> Journal:
        journals.append(Journal.open(path))
        return journals[-1]

    yield make
    for journal in journals:
        journal.close()


@pytest.fixture
def journal(open_journal: Callable[[], Journal]) -> Journal:
    return open_journal()


def test_an_empty_journal(journal: Journal) -> None:
    assert (journal.head("lobby"), journal.tail("lobby"), journal.rooms()) == (0, 0, [])
    assert journal.after("lobby", 0, 10, 100) == journal.before("lobby", 100, 10) == []
    assert journal.highest(KEY, "run") == -1
    assert journal.holders() == {}
    assert len(journal.id) == 32


@pytest.mark.parametrize("count", [1, 63, 64, 65, 200])
def test_what_goes_in_comes_out(journal: Journal, count: int) -> None:
    journal.append(entries(1, count), {})
    assert journal.after("lobby", 0, count, count) == entries(1, count)
    assert (journal.tail("lobby"), journal.head("lobby")) == (1, count)


def test_every_field_and_every_text_survives(journal: Journal) -> None:
    there = [
        Message("lobby", 1, "i" * 64, MAX_TIME, "🙂 Zoë", KEY, "🙂" * MAX_TEXT),
        Message("lobby", 2, "'; DROP TABLE entry; --", 0, "Bob", None, "a\n\tb \u202e '\"%?"),
    ]
    journal.append(there, {})
    assert journal.after("lobby", 0, 10, 10) == there


def test_after_and_before_have_borders(journal: Journal) -> None:
    journal.append(entries(1, 10), {})
    assert seqs(journal.after("lobby", 3, 4, 100)) == [4, 5, 6, 7]
    assert seqs(journal.after("lobby", 3, 100, 6)) == [4, 5, 6]
    assert seqs(journal.after("lobby", 10, 5, 100)) == []
    assert seqs(journal.before("lobby", 8, 3)) == [5, 6, 7]
    assert seqs(journal.before("lobby", 3, 100)) == [1, 2]
    assert seqs(journal.before("lobby", 1, 5)) == []
    assert seqs(journal.before("lobby", 2**53, 2)) == [9, 10]


def test_rooms_are_apart(journal: Journal) -> None:
    journal.append([entry(1), entry(1, room="cellar"), entry(2, room="cellar")], {})
    assert (journal.head("lobby"), journal.head("cellar"), journal.head("attic")) == (1, 2, 0)
    assert seqs(journal.before("cellar", 100, 100)) == [1, 2]
    assert sorted(journal.rooms()) == ["cellar", "lobby"]


def test_an_entry_that_is_there_stays_as_it_is(journal: Journal) -> None:
    journal.append([entry(1, "first")], {})
    journal.append([entry(1, "second"), entry(2)], {})
    assert [e.text for e in journal.after("lobby", 0, 10, 10)] == ["first", "text 2"]


def test_counters_are_kept_for_each_outbox(journal: Journal) -> None:
    journal.append([entry(1, key=KEY)], {(KEY, "a"): 3, (KEY, "b"): 0, ("o" * 43, "a"): 7})
    journal.append([entry(2, key=KEY)], {(KEY, "a"): 2**53 - 1})
    assert [journal.highest(*o) for o in ((KEY, "a"), (KEY, "b"), ("o" * 43, "a"), (KEY, "c"))] == [2**53 - 1, 0, 7, -1]


def test_a_key_holds_one_name_and_a_name_has_one_holder(journal: Journal) -> None:
    journal.hold("ana", KEY)
    journal.hold("eva", KEY)
    assert journal.holders() == {"eva": KEY}
    journal.hold("eva", "o" * 43)
    journal.hold("eva", "o" * 43)
    assert journal.holders() == {"eva": "o" * 43}
    journal.hold("Eva", "o" * 43)
    assert journal.holders() == {"Eva": "o" * 43}
    journal.hold("ana", KEY)  # as it was stored before
    journal.hold("Ana", "p" * 43)
    assert journal.holders() == {"Eva": "o" * 43, "Ana": "p" * 43}


def test_all_or_nothing(journal: Journal) -> None:
    """The last of 200 entries cannot be stored: none of them is, nor their counters."""
    journal.append([entry(1)], {(KEY, "run"): 1})
    broken = Message("lobby", 201, "i", 1, "Ana", None, None)  # type: ignore[arg-type]
    with pytest.raises(StoreFailed):
        journal.append([*entries(2, 200), broken], {(KEY, "run"): 200})
    bad_counter = {(KEY, "run"): 200, (KEY, "other"): None}
    with pytest.raises(StoreFailed):
        journal.append(entries(2, 200), bad_counter)  # type: ignore[arg-type]
    assert (journal.head("lobby"), journal.highest(KEY, "run")) == (1, 1)
    journal.append(entries(2, 3), {})
    assert journal.head("lobby") == 3


def test_reopening_finds_it_all(open_journal: Callable[[], Journal]) -> None:
    first = open_journal()
    first.append(entries(1, 5), {(KEY, "run"): 5})
    first.hold("ana", KEY)
    first.close()
    again = open_journal()
    assert again.id == first.id
    assert seqs(again.after("lobby", 0, 10, 10)) == [1, 2, 3, 4, 5]
    assert (again.highest(KEY, "run"), again.holders()) == (5, {"ana": KEY})


def test_a_reader_sees_each_commit_and_writes_nothing(journal: Journal) -> None:
    reader = journal.reader()
    assert reader.id == journal.id
    for seq in range(1, 4):
        journal.append([entry(seq)], {})
        assert reader.head("lobby") == seq
    with pytest.raises(StoreFailed):
        reader.append([entry(4)], {})
    assert journal.head("lobby") == 3
    reader.close()


def test_a_reader_moves_the_log_into_the_file(journal: Journal, path: Path) -> None:
    reader = journal.reader()
    journal.append([entry(seq, "x" * 5000) for seq in range(1, 101)], {})
    before = path.stat().st_size
    reader.checkpoint()
    assert path.stat().st_size > before + 400_000
    log = path.with_name("journal.db-wal")
    size = log.stat().st_size
    journal.append([entry(seq, "x" * 5000) for seq in range(101, 201)], {})
    assert log.stat().st_size < size * 1.5  # it starts again from its beginning
    reader.close()


def test_in_memory_there_is_no_file(tmp_path: Path) -> None:
    journal = Journal.in_memory("id")
    journal.append(entries(1, 3), {})
    assert (journal.id, journal.head("lobby")) == ("id", 3)
    journal.close()
    assert list(tmp_path.iterdir()) == []


def test_a_replica_bears_the_id_of_its_original(path: Path) -> None:
    Journal.open(path, "f" * 32).close()
    again = Journal.open(path, "e" * 32)
    assert again.id == "f" * 32
    again.close()


def test_only_the_owner_may_read_it(journal: Journal, path: Path) -> None:
    journal.append(entries(1, 3), {})
    files = sorted(path.parent.glob("journal.db*"))
    assert [f.name for f in files] == ["journal.db", "journal.db-shm", "journal.db-wal"]
    assert {stat.S_IMODE(f.stat().st_mode) for f in files} == {0o600}


# Files that are not what they should be


def test_a_newer_format_is_refused_by_a_sentence(path: Path) -> None:
    Journal.open(path).close()
    database = sqlite3.connect(path)
    database.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    database.close()
    with pytest.raises(StoreTooNew, match="written by a newer lanchat") as caught:
        Journal.open(path)
    assert (caught.value.found, caught.value.known) == (SCHEMA_VERSION + 1, SCHEMA_VERSION)


@pytest.mark.parametrize(
    "content", [b"this is no database, whatever its name says" * 100, b"SQLite format 3\0" + b"\xff" * 5000]
)
def test_a_damaged_file_is_said_and_left_as_it_is(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(StoreFailed, match=r"journal\.db cannot be used"):
        Journal.open(path)
    assert path.read_bytes() == content


def test_damage_in_the_middle_is_said_when_it_is_read(path: Path) -> None:
    journal = Journal.open(path)
    journal.append([entry(seq, "x" * 5000) for seq in range(1, 101)], {})
    journal.checkpoint()
    journal.close()
    with path.open("r+b") as file:
        file.seek(32 * 1024)
        file.write(b"\xaa" * 64 * 1024)
    again = Journal.open(path)
    with pytest.raises(StoreFailed):
        again.after("lobby", 0, 1000, 1000)
    again.close()


def test_a_deletion_blanks_its_message_and_stands_as_an_entry(journal: Journal) -> None:
    gone = Deleted("lobby", 4, "", 1004, "Olga", KEY, 2)
    journal.append([*entries(1, 3), gone, entry(5)], {})
    found = journal.after("lobby", 0, 10, 10)
    assert seqs(found) == [1, 2, 3, 4, 5]
    assert found[3] == gone
    assert [e.text for e in found if isinstance(e, Message)] == ["text 1", "", "text 3", "text 5"]
    journal.append([Deleted("lobby", 6, "", 1, "Olga", KEY, 6), Deleted("lobby", 7, "", 1, "Olga", KEY, 999)], {})
    assert journal.head("lobby") == 7
    assert journal.flaws() == []


def test_retention_leaves_deletions_alone(journal: Journal) -> None:
    gone = Deleted("lobby", 2, "", 1004, "Olga", KEY, 1)
    journal.append([entry(1), gone, entry(3)], {})
    assert journal.redact("lobby", 3, 100) == 3
    assert journal.after("lobby", 0, 10, 10)[1] == gone
    assert journal.text_size("lobby", 0, 3) == 0


def test_a_database_of_another_program_is_refused(path: Path) -> None:
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE entry (mine TEXT)")
    database.commit()
    database.close()
    with pytest.raises(StoreFailed):
        Journal.open(path)


@pytest.mark.parametrize("below", ["nowhere/journal.db", "journal.db"])
def test_a_place_that_cannot_be_opened_is_said(tmp_path: Path, below: str) -> None:
    if below == "journal.db":
        (tmp_path / below).mkdir()
    with pytest.raises(StoreFailed, match=r"(?i)no such file|directory"):
        Journal.open(tmp_path / below)


# Processes

WRITER = """
import sys
from pathlib import Path
from lanchat.journal import Journal
from lanchat.protocol.frames import Message
journal = Journal.open(Path(sys.argv[1]))
seq = journal.head("lobby")
while True:
    batch = [Message("lobby", seq + i, f"run-{seq + i}", 1, "Ana", "key", "x" * 300) for i in range(1, 8)]
    journal.append(batch, {("key", "run"): seq + 7})
    seq += 7
    print(seq, flush=True)
"""


def test_kill_9_of_the_writer_keeps_what_append_returned_from(path: Path) -> None:
    """Again and again on the same file: all that was told is there, in order, whole batches alone."""
    for round_number in range(1, 4):
        with subprocess.Popen([sys.executable, "-c", WRITER, path], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            told = 0
            for _ in range(100 * round_number):
                told = int(process.stdout.readline())
            process.kill()
            told = max([told, *(int(line) for line in process.stdout.read().split("\n")[:-1])])
        journal = Journal.open(path)
        head = journal.head("lobby")
        assert told <= head <= told + 7
        assert head % 7 == 0
        assert seqs(journal.after("lobby", 0, head + 10, head + 10)) == list(range(1, head + 1))
        assert journal.highest("key", "run") == head
        journal.close()


def test_two_processes_that_make_it_at_once_make_one(path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from lanchat.journal import Journal\n"
        "print(Journal.open(Path(sys.argv[1])).id)"
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", script, path], stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    ids = {process.communicate()[0] for process in processes}
    assert len(ids) == 1
    assert ids != {""}


# Formats

_FORMAT_1 = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE entry (room TEXT NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL,
    nick TEXT NOT NULL, key TEXT, body TEXT NOT NULL, PRIMARY KEY (room, seq)) WITHOUT ROWID;
CREATE TABLE sent (key TEXT NOT NULL, run TEXT NOT NULL, highest INTEGER NOT NULL,
    PRIMARY KEY (key, run)) WITHOUT ROWID;
CREATE TABLE holder (fold TEXT PRIMARY KEY, key TEXT NOT NULL UNIQUE) WITHOUT ROWID;
INSERT INTO meta VALUES ('id', 'j1');
INSERT INTO entry VALUES ('lobby', 2, 1002, 'message', 'run-2', 'Ana', NULL, 'text 2');
INSERT INTO entry VALUES ('lobby', 1, 1001, 'message', 'run-1', 'Ana', NULL, 'text 1');
INSERT INTO sent VALUES ('k', 'run', 2);
INSERT INTO holder VALUES ('ana', 'k');
PRAGMA user_version = 1;
"""


def test_an_older_file_is_brought_up_to_date_and_its_copy_stays(
    path: Path, open_journal: Callable[[], Journal]
) -> None:
    with closing(sqlite3.connect(path)) as old:
        old.executescript(_FORMAT_1)
    for _ in range(2):
        journal = open_journal()
        assert journal.id == "j1"
        assert journal.after("lobby", 0, 10, 10) == entries(1, 2)
        assert journal.highest("k", "run") == 2
        assert journal.holders() == {"ana": "k"}
        assert journal.flaws() == []
    journal.append([entry(3)], {})
    copy = path.with_name("journal-format-1.db")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with closing(sqlite3.connect(copy)) as old:
        assert old.execute("SELECT seq FROM entry ORDER BY seq").fetchall() == [(1,), (2,)]
        assert old.execute("PRAGMA user_version").fetchone() == (1,)
    assert [file.name for file in path.parent.iterdir() if file.suffix == ".part"] == []


_FORMAT_2 = """
CREATE TABLE entry (n INTEGER PRIMARY KEY, room TEXT NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL,
    kind TEXT NOT NULL, id TEXT NOT NULL, nick TEXT NOT NULL, key TEXT, body TEXT NOT NULL);
CREATE UNIQUE INDEX place ON entry (room, seq);
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE sent (key TEXT NOT NULL, run TEXT NOT NULL, highest INTEGER NOT NULL,
    PRIMARY KEY (key, run)) WITHOUT ROWID;
CREATE TABLE holder (fold TEXT PRIMARY KEY, key TEXT NOT NULL UNIQUE) WITHOUT ROWID;
INSERT INTO meta VALUES ('id', 'j1');
INSERT INTO entry VALUES (1, 'lobby', 1, 1001, 'message', 'run-1', 'Ana', NULL, 'text 1');
PRAGMA user_version = 2;
"""


@pytest.mark.parametrize("script", [_FORMAT_1, _FORMAT_2])
def test_what_is_new_works_in_an_older_file(path: Path, open_journal: Callable[[], Journal], script: str) -> None:
    with closing(sqlite3.connect(path)) as old:
        old.executescript(script)
    journal = open_journal()
    head = journal.head("lobby")
    later = [
        Message("lobby", head + 1, "a", 1, "Ana", KEY, "an answer", reply=1),
        Edited("lobby", head + 2, "b", 1, "Ana", KEY, head + 1, "a better one"),
        Reacted("lobby", head + 3, "c", 1, "Ana", KEY, 1, "👍", True),
        Reacted("lobby", head + 4, "d", 1, "Ana", KEY, 1, "👍", False),
        Deleted("lobby", head + 5, "", 1, "Ana", KEY, 1),
    ]
    journal.append(later, {})
    journal.keep_seen({("lobby", KEY): 2})
    assert journal.after("lobby", head, 10, 100) == later
    assert journal.message("lobby", 1) is None
    assert (journal.reactions("lobby", 1), journal.seen("lobby", KEY)) == (({"👍"}, 2), 2)
    assert journal.flaws() == []


def test_a_reader_does_not_touch_an_older_file(path: Path) -> None:
    with closing(sqlite3.connect(path)) as old:
        old.executescript(_FORMAT_1)
    with pytest.raises(StoreTooOld, match="older lanchat"):
        Journal.read(path)
    assert not path.with_name("journal-format-1.db").exists()


@pytest.mark.parametrize(("power", "level"), [(False, 1), (True, 2)])
def test_power_waits_for_the_disk(path: Path, power: bool, level: int) -> None:
    """What fsync does cannot be seen from here; that SQLite is told to call it at each commit can."""
    journal = Journal.open(path, power=power)
    assert journal._db.value("PRAGMA synchronous") == level
    journal.close()


def test_flaws_are_named(path: Path, open_journal: Callable[[], Journal]) -> None:
    journal = open_journal()
    journal.append(entries(1, 500), {})
    journal.checkpoint()
    assert journal.flaws() == []
    journal._db.execute("DELETE FROM entry WHERE seq = 7")
    assert journal.flaws() == ["room “lobby” lacks 1 of its 500 entries"]
    journal.checkpoint()
    journal.close()
    with open(path, "r+b") as file:
        file.seek(2 * 4096 + 8)
        file.write(b"\xff" * 2000)
    damaged = Journal.read(path)
    assert damaged.flaws() != []
    damaged.close()


def test_compacting_keeps_all_and_takes_less(path: Path, open_journal: Callable[[], Journal]) -> None:
    journal = open_journal()
    journal.append([entry(seq, "x" * 2000) for seq in range(1, 501)], {("k", "run"): 500})
    journal.redact("lobby", 400, 1000)
    journal.scrub()
    before = path.stat().st_size
    journal.compact()
    assert path.stat().st_size < before / 2
    assert [e.text for e in journal.after("lobby", 399, 2, 500)] == ["", "x" * 2000]
    assert journal.highest("k", "run") == 500


def test_no_question_about_a_message_walks_its_room(
    open_journal: Callable[[], Journal], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As SQLite plans it: each goes by an index that narrows the room down, or a large room would stand still."""
    journal = open_journal()
    plans: dict[str, str] = {}
    execute = Database.execute

    def explained(db: Database, statement: str, values: Sequence[object] = ()) -> list[tuple[object, ...]]:
        if "WHERE room = ?" in statement:
            plan = execute(db, f"EXPLAIN QUERY PLAN {statement}", values)
            plans[statement] = " ".join(str(row[3]) for row in plan)
        return execute(db, statement, values)

    monkeypatch.setattr(Database, "execute", explained)
    journal.append([Message("lobby", 1, "a", 1, "Ana", KEY, "text"), Deleted("lobby", 2, "", 1, "Ana", KEY, 1)], {})
    journal.reactions("lobby", 1)
    journal.edits("lobby", 1)
    journal.message("lobby", 1)
    journal.freed("lobby", 0, 1, 1)
    journal.blank_deleted("lobby", 1, 2)
    journal.before("lobby", 5, 10)
    assert len(plans) >= 7
    walks = [statement for statement, plan in plans.items() if "(room=?)" in plan]
    assert not walks


def test_what_is_pinned_and_how_it_reads_now(journal: Journal) -> None:
    said = [Message("lobby", seq, f"r-{seq}", 1, "Ana", KEY, f"text {seq}") for seq in (1, 2, 3)]
    pins = [Pinned("lobby", 3 + n, "", 1, "Ben", None, target, on) for n, (target, on) in enumerate(PINNED, 1)]
    journal.append([*said, *pins], {})
    assert journal.pins("lobby") == [3, 1]
    edits = [Edited("lobby", 20 + n, "", 1, "Ana", key, 1, text) for n, (key, text) in enumerate(EDITS)]
    journal.append(edits, {})
    assert [journal.reads_now(message) for message in said] == ["twice", "text 2", "text 3"]
    journal.append([Deleted("lobby", 30, "", 1, "Ana", KEY, 1)], {})
    assert journal.pins("lobby") == [3]


PINNED = [(1, True), (2, True), (1, False), (2, False), (3, True), (1, True)]
EDITS = [(KEY, "once"), (KEY, "twice"), ("b" * 43, "by somebody else")]


def test_a_new_entry_never_takes_a_place_that_is_taken(journal: Journal) -> None:
    """A replica hears the same twice; a server that numbers twice must not swallow what was said."""
    journal.append([Message("lobby", 1, "a", 1, "Ana", KEY, "first")], {})
    other = Message("lobby", 1, "b", 1, "Ana", KEY, "second")
    with pytest.raises(StoreFailed):
        journal.append([other], {(KEY, "r"): 9}, new=True)
    assert journal.highest(KEY, "r") == -1
    journal.append([other], {})
    assert journal.after("lobby", 0, 9, 9) == [Message("lobby", 1, "a", 1, "Ana", KEY, "first")]
