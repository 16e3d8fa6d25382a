"""A room's entries on SQLite: append, read after and before a seq; it numbers nothing and knows no rules.

One connection writes, others read (WAL). What `append` returned from survives a kill -9 of the process.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Self

from lanchat.errors import StoreFailed, StoreTooNew
from lanchat.protocol.frames import Message

SCHEMA_VERSION: Final = 1
_APPLICATION_ID: Final = 0x6C616E63  # “lanc”: what file(1) and a curious person see
_BUSY_TIMEOUT: Final = 5.0  # s to wait for a checkpoint of the other connection

_SCHEMA: Final = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE entry (
    room TEXT NOT NULL,
    seq  INTEGER NOT NULL,   -- counts up from 1 in each room, without gaps
    at   INTEGER NOT NULL,   -- ms since 1970, the server's clock
    kind TEXT NOT NULL,      -- the frame's type
    id   TEXT NOT NULL,      -- the author's own name for it: <run>-<n> for members with a key
    nick TEXT NOT NULL,
    key  TEXT,               -- the author's public key; NULL: a guest
    body TEXT NOT NULL,      -- of a message: its text; blanked by a redaction
    PRIMARY KEY (room, seq)
) WITHOUT ROWID;
CREATE TABLE sent (          -- what makes sending again harmless
    key TEXT NOT NULL, run TEXT NOT NULL, highest INTEGER NOT NULL, PRIMARY KEY (key, run)
) WITHOUT ROWID;
CREATE TABLE holder (        -- whose nickname it is
    fold TEXT PRIMARY KEY, key TEXT NOT NULL UNIQUE
) WITHOUT ROWID;
"""
_COLUMNS: Final = "room, seq, id, at, nick, key, body"
# Several rows in one statement: SQLite gives up the interpreter's lock at each step, and a thread that takes it
# meanwhile keeps it up to 5 ms. Measured with busy threads beside: 6 us a row; by executemany 13 us.
_ROWS_PER_INSERT: Final = 64
_INSERTS: Final = {
    rows: "INSERT OR IGNORE INTO entry (room, seq, at, kind, id, nick, key, body) VALUES "
    + ",".join(["(?,?,?,'message',?,?,?,?)"] * rows)
    for rows in range(1, _ROWS_PER_INSERT + 1)
}


class Journal:
    """The file `path`, made if needed. Used by one thread at a time, whichever it is. Raises StoreError."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        with self._errors():
            self._db = _open(path, read_only)
            try:
                self._check_version(read_only)
            except BaseException:
                self._db.close()
                raise
            self.id: str = self._db.execute("SELECT value FROM meta WHERE name = 'id'").fetchone()[0]

    def reader(self) -> Journal:
        """A second connection that only reads (and checkpoints)."""
        return Journal(self.path, read_only=True)

    # Writing

    def append(self, entries: Sequence[Message], highest: Mapping[tuple[str, str], int]) -> None:
        """Stores entries, and the highest counter of each (key, run) among them, in one transaction: all or
        nothing. An entry whose (room, seq) is there already is left as it is. Raises StoreFailed."""
        with self._errors(), self._transaction():
            for start in range(0, len(entries), _ROWS_PER_INSERT):
                self._insert(entries[start : start + _ROWS_PER_INSERT])
            if highest:
                self._db.executemany(
                    "INSERT INTO sent VALUES (?,?,?) ON CONFLICT DO UPDATE SET highest = excluded.highest",
                    [(key, run, n) for (key, run), n in highest.items()],
                )

    def _insert(self, entries: Sequence[Message]) -> None:
        values: list[object] = []
        for e in entries:
            values += (e.room, e.seq, e.at, e.id, e.nick, e.key, e.text)
        self._db.execute(_INSERTS[len(entries)], values)

    def hold(self, fold: str, key: str) -> None:
        """The folded nickname `fold` is `key`'s from now on, in place of the one it held before."""
        with self._errors(), self._transaction():
            self._db.execute("DELETE FROM holder WHERE key = ? OR fold = ?", (key, fold))
            self._db.execute("INSERT INTO holder VALUES (?,?)", (fold, key))

    # Reading

    def head(self, room: str) -> int:
        """The last seq of a room, 0 when it is empty."""
        with self._errors():
            return self._one("SELECT max(seq) FROM entry WHERE room = ?", room) or 0

    def tail(self, room: str) -> int:
        """The first seq of a room that is here, 0 when it is empty."""
        with self._errors():
            return self._one("SELECT min(seq) FROM entry WHERE room = ?", room) or 0

    def after(self, room: str, seq: int, limit: int, upto: int) -> list[Message]:
        """At most `limit` entries in order, seq < theirs <= upto."""
        return self._read("seq > ? AND seq <= ? ORDER BY seq LIMIT ?", room, seq, upto, limit)

    def before(self, room: str, seq: int, limit: int) -> list[Message]:
        """The last `limit` entries below seq, in order."""
        return self._read("seq < ? ORDER BY seq DESC LIMIT ?", room, seq, limit)[::-1]

    def highest(self, key: str, run: str) -> int:
        """The highest counter stored for this outbox, -1 when there is none."""
        with self._errors():
            found = self._one("SELECT highest FROM sent WHERE key = ? AND run = ?", key, run)
            return -1 if found is None else found

    def holders(self) -> dict[str, str]:
        """Folded nickname to the key that holds it."""
        with self._errors():
            return dict(self._db.execute("SELECT fold, key FROM holder"))

    def checkpoint(self) -> None:
        """Moves what is in the write-ahead log into the main file, as far as no one is in the way."""
        with self._errors():
            self._db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read(self, where: str, *values: object) -> list[Message]:
        with self._errors():
            rows = self._db.execute(f"SELECT {_COLUMNS} FROM entry WHERE room = ? AND {where}", values)
            return [Message(*row) for row in rows]

    def _one(self, query: str, *values: object) -> int | None:
        row = self._db.execute(query, values).fetchone()
        return row[0] if row else None

    def _check_version(self, read_only: bool) -> None:
        found = self._one("PRAGMA user_version")
        if found == 0 and not read_only and not self._db.execute("SELECT 1 FROM sqlite_master").fetchone():
            with self._transaction():
                _create(self._db)
        elif found != SCHEMA_VERSION:
            raise StoreTooNew(path=self.path, found=found, known=SCHEMA_VERSION)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise StoreFailed(path=self.path, detail=str(error)) from error


def _open(path: Path, read_only: bool) -> sqlite3.Connection:
    if not read_only:
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # SQLite alone would make it readable for all
        except OSError as error:
            raise StoreFailed(path=path, detail=error.strerror or str(error)) from error
    db = sqlite3.connect(path, timeout=_BUSY_TIMEOUT, isolation_level=None, check_same_thread=False)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = NORMAL")  # a commit reaches the system, not yet the disk
    db.execute("PRAGMA wal_autocheckpoint = 0")  # the reader does it, so that no append waits for the disk
    if read_only:
        db.execute("PRAGMA query_only = ON")
    return db


def _create(db: sqlite3.Connection) -> None:
    for statement in _SCHEMA.split(";\n"):
        if statement.strip():
            db.execute(statement)
    db.execute("INSERT INTO meta VALUES ('id', ?)", (secrets.token_hex(16),))
    db.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
    db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
