"""A room's entries on SQLite: append, read after and before a seq; it numbers nothing and knows no rules.

The server's journal and a client's replica of it are the same file format. What `append` returned from survives a
kill -9 of the process.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Self

from lanchat.database import Database
from lanchat.protocol.frames import Message

SCHEMA_VERSION: Final = 1
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
) WITHOUT ROWID
"""
_COLUMNS: Final = "room, seq, id, at, nick, key, body"
# Several rows in one statement: SQLite gives up the interpreter's lock at each step, and a thread that takes it
# meanwhile keeps it up to 5 ms. Measured with busy threads beside: 6 us a row; by executemany 13 us.
_ROWS_PER_INSERT: Final = 64
_INSERTS: Final = {
    rows: "INSERT INTO entry (room, seq, at, kind, id, nick, key, body) VALUES "
    + ",".join(["(?,?,?,'message',?,?,?,?)"] * rows)
    + " ON CONFLICT DO NOTHING"  # not OR IGNORE, which would swallow every other flaw, too
    for rows in range(1, _ROWS_PER_INSERT + 1)
}


class Journal:
    """A file, or memory. Used by one thread at a time, whichever it is. All of it raises StoreError."""

    def __init__(self, database: Database, new_id: str | None = None) -> None:
        """For `open`, `reader` and `in_memory` below. new_id: the id of a journal that has none yet."""
        self._db = database
        # The checkpointer below moves the log instead, so that no append waits for the disk.
        self._db.execute("PRAGMA wal_autocheckpoint = 0")
        if new_id is not None:
            self._db.execute("INSERT OR IGNORE INTO meta VALUES ('id', ?)", (new_id,))
        self.id: str = self._db.value("SELECT value FROM meta WHERE name = 'id'")

    @classmethod
    def open(cls, path: Path, new_id: str | None = None) -> Self:
        """The journal in `path`, made if needed. new_id: for a replica, the id of what it is a copy of."""
        return cls(Database(path, _SCHEMA, SCHEMA_VERSION), new_id or secrets.token_hex(16))

    @classmethod
    def in_memory(cls, new_id: str) -> Self:
        return cls(Database.in_memory(_SCHEMA, SCHEMA_VERSION), new_id)

    def reader(self) -> Journal:
        """A second connection to the same file, that only reads (and checkpoints)."""
        return Journal(Database(self._db.path, _SCHEMA, SCHEMA_VERSION, read_only=True))

    def close(self) -> None:
        self._db.close()

    # Writing

    def append(self, entries: Sequence[Message], highest: Mapping[tuple[str, str], int]) -> None:
        """Stores entries, and the highest counter of each (key, run) among them, in one transaction: all or
        nothing. An entry whose (room, seq) is there already is left as it is."""
        with self._db.transaction():
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
        with self._db.transaction():
            self._db.execute("DELETE FROM holder WHERE key = ? OR fold = ?", (key, fold))
            self._db.execute("INSERT INTO holder VALUES (?,?)", (fold, key))

    def checkpoint(self) -> None:
        """Moves what is in the write-ahead log into the main file, as far as no one is in the way."""
        self._db.execute("PRAGMA wal_checkpoint(PASSIVE)")

    # Reading

    def head(self, room: str) -> int:
        """The last seq of a room, 0 when it is empty."""
        return self._db.value("SELECT max(seq) FROM entry WHERE room = ?", room) or 0

    def tail(self, room: str) -> int:
        """The first seq of a room that is here, 0 when it is empty."""
        return self._db.value("SELECT min(seq) FROM entry WHERE room = ?", room) or 0

    def rooms(self) -> list[str]:
        """The rooms that hold entries."""
        return [row[0] for row in self._db.execute("SELECT DISTINCT room FROM entry")]

    def after(self, room: str, seq: int, limit: int, upto: int) -> list[Message]:
        """At most `limit` entries in order, seq < theirs <= upto."""
        return self._read("seq > ? AND seq <= ? ORDER BY seq LIMIT ?", room, seq, upto, limit)

    def before(self, room: str, seq: int, limit: int) -> list[Message]:
        """The last `limit` entries below seq, in order."""
        return self._read("seq < ? ORDER BY seq DESC LIMIT ?", room, seq, limit)[::-1]

    def highest(self, key: str, run: str) -> int:
        """The highest counter stored for this outbox, -1 when there is none."""
        found = self._db.value("SELECT highest FROM sent WHERE key = ? AND run = ?", key, run)
        return -1 if found is None else found

    def holders(self) -> dict[str, str]:
        """Folded nickname to the key that holds it."""
        return dict(self._db.execute("SELECT fold, key FROM holder"))

    def _read(self, where: str, *values: object) -> list[Message]:
        rows = self._db.execute(f"SELECT {_COLUMNS} FROM entry WHERE room = ? AND {where}", values)
        return [Message(*row) for row in rows]
