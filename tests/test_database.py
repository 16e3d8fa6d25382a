"""One SQLite file: its transactions, its settings, and its errors as ours."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from lanchat.database import Database
from lanchat.errors import StoreFailed, StoreTimedOut, StoreTooNew

SCHEMA = "CREATE TABLE thing (n INTEGER PRIMARY KEY);\nCREATE TABLE other (t TEXT)"


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with Database(tmp_path / "a.db", SCHEMA, 3) as database:
        yield database


def test_the_schema_is_made_once(db: Database) -> None:
    db.execute("INSERT INTO thing VALUES (1)")
    with Database(db.path, "this is never run", 3) as again:
        assert again.value("SELECT n FROM thing") == 1
        assert again.value("PRAGMA user_version") == 3
        assert again.value("PRAGMA application_id").to_bytes(4, "big") == b"lanc"
        assert again.value("PRAGMA journal_mode") == "wal"


def test_values_and_rows(db: Database) -> None:
    db.executemany("INSERT INTO thing VALUES (?)", [(n,) for n in range(3)])
    assert db.execute("SELECT n FROM thing WHERE n > ?", (0,)) == [(1,), (2,)]
    assert db.value("SELECT n FROM thing WHERE n = ?", 2) == 2
    assert db.value("SELECT n FROM thing WHERE n = ?", 9) is None


def test_a_transaction_is_all_or_nothing_whatever_ends_it(db: Database) -> None:
    with pytest.raises(StoreFailed), db.transaction():
        db.execute("INSERT INTO thing VALUES (1)")
        db.execute("INSERT INTO thing VALUES (1)")
    with pytest.raises(KeyError), db.transaction():
        db.execute("INSERT INTO thing VALUES (2)")
        raise KeyError
    assert db.execute("SELECT * FROM thing") == []
    with db.transaction():
        db.execute("INSERT INTO thing VALUES (3)")
    assert db.execute("SELECT * FROM thing") == [(3,)]


def test_errors_name_the_file_and_the_reason(db: Database) -> None:
    with pytest.raises(StoreFailed, match=r"a\.db cannot be used: no such table: missing") as caught:
        db.execute("SELECT * FROM missing")
    assert caught.value.path == db.path


def test_a_broken_schema_leaves_a_file_that_can_be_made_again(tmp_path: Path) -> None:
    with pytest.raises(StoreFailed):
        Database(tmp_path / "b.db", SCHEMA + ";\nCREATE TABLE thing (again TEXT)", 1)
    with Database(tmp_path / "b.db", SCHEMA, 1) as database:
        assert database.execute("SELECT * FROM thing") == []


def test_a_reader_needs_a_file_that_is_made_and_writes_nothing(db: Database, tmp_path: Path) -> None:
    with Database(db.path, SCHEMA, 3, read_only=True) as reader, pytest.raises(StoreFailed, match="readonly"):
        reader.execute("INSERT INTO thing VALUES (1)")
    with pytest.raises(StoreTooNew):
        Database(db.path, SCHEMA, 2)
    assert not (tmp_path / "none.db").exists()


def test_who_writes_waits_for_another_writer(db: Database) -> None:
    with Database(db.path, SCHEMA, 3) as other:
        began, done = threading.Event(), threading.Event()

        def write() -> None:
            began.set()
            with other.transaction():
                other.execute("INSERT INTO thing VALUES (2)")
            done.set()

        with db.transaction():
            db.execute("INSERT INTO thing VALUES (1)")
            thread = threading.Thread(target=write)
            thread.start()
            assert began.wait(10)
            assert not done.is_set()
        thread.join()
        assert db.execute("SELECT n FROM thing") == [(1,), (2,)]


def test_a_writer_that_never_ends_is_an_error_not_a_hang(db: Database) -> None:
    with Database(db.path, SCHEMA, 3, patience=0.05) as other, db.transaction():
        with pytest.raises(StoreFailed, match="locked"), other.transaction():
            pass
        assert other.value("SELECT count(*) FROM thing") == 0  # reading waits for nobody


def test_another_process_takes_nothing_from_one_that_opened_the_file_twice(db: Database) -> None:
    """Closing any descriptor of a file drops a process's locks on it: then the other one thinks it is alone, and takes
    the log away."""
    db.execute("INSERT INTO thing VALUES (1)")
    Database(db.path, SCHEMA, 3).close()
    program = (
        "import sqlite3, sys; d = sqlite3.connect(sys.argv[1]); d.execute('SELECT n FROM thing').fetchall(); d.close()"
    )
    for _ in range(3):
        subprocess.run([sys.executable, "-c", program, str(db.path)], check=True, timeout=60)
    db.execute("INSERT INTO thing VALUES (2)")
    assert db.path.with_name(db.path.name + "-wal").exists()
    with Database(db.path, SCHEMA, 3) as other:
        assert other.execute("SELECT * FROM thing") == db.execute("SELECT * FROM thing")
        assert len(other.execute("SELECT * FROM thing")) == 2


def test_memory_is_no_file(tmp_path: Path) -> None:
    with Database.in_memory(SCHEMA, 1) as database:
        database.execute("INSERT INTO thing VALUES (1)")
    with pytest.raises(StoreFailed):
        database.execute("SELECT 1")
    assert list(tmp_path.iterdir()) == []


def test_no_connection_stays_open_on_a_file_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(StoreFailed):
        Database(path, SCHEMA, 1)
    assert not [fd for fd in os.listdir("/proc/self/fd") if os.path.realpath(f"/proc/self/fd/{fd}") == str(path)]


def test_what_takes_too_long_is_broken_off(db: Database) -> None:
    endless = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c"
    with pytest.raises(StoreTimedOut), db.at_most(0.01):
        db.execute(endless)
    assert len(db.execute(endless.replace("c)", "c LIMIT 100000)", 1))) == 1, "only within"
