"""A room's entries on SQLite: append, read after and before a seq; it numbers nothing and knows no rules.

The server's journal and a client's replica of it are the same file format. What `append` returned from survives a
kill -9 of the process.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final, Self

import msgspec

from lanchat.database import Database
from lanchat.entry_rows import entry_of, row_of
from lanchat.errors import StoreFailed
from lanchat.protocol.entries import Archived, Deleted, Entry, Message, Topic
from lanchat.protocol.limits import MAX_EDITS, MAX_REACTED
from lanchat.protocol.text import fold_nick
from lanchat.registry import SCHEMA as _ROOMS
from lanchat.registry import Registry
from lanchat.texts import Texts

SCHEMA_VERSION: Final = 4
_SEEN: Final = """CREATE TABLE seen (          -- how far somebody has read; negative: others are not told.
                             -- Of the room without a name: when they were here last, ms since 1970
    room TEXT NOT NULL, key TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (room, key)
) WITHOUT ROWID"""
_FILES: Final = "CREATE INDEX file ON entry (json_extract(file, '$.sha256')) WHERE file IS NOT NULL"
_ABOUT: Final = "target IS NOT NULL AND abs(target)"  # as the index below wants it: else a whole room is walked
_TARGETS: Final = "CREATE INDEX target ON entry (room, abs(target)) WHERE target IS NOT NULL"
# Entries lie in the order in which they came, so that no row is ever copied to another page: what a redaction
# overwrites is the only copy. (With (room, seq) as the table's own order, texts were left behind in split pages.)
_SCHEMA: Final = f"""
CREATE TABLE entry (
    n    INTEGER PRIMARY KEY,
    room TEXT NOT NULL,
    seq  INTEGER NOT NULL,   -- counts up from 1 in each room, without gaps
    at   INTEGER NOT NULL,   -- ms since 1970, the server's clock
    kind TEXT NOT NULL,      -- the frame's type
    id   TEXT NOT NULL,      -- the author's own name for it: <run>-<n> for members with a key
    nick TEXT NOT NULL,
    key  TEXT,               -- the author's public key; NULL: a guest
    body TEXT NOT NULL,      -- a message's or an edit's text, blanked by a redaction; a reaction's emoji; a topic
    target INTEGER,          -- the seq of what it answers, edits, deletes, pins; negative: that was taken back,
                             -- or a room opened again: of an archived one it is 1
    file TEXT                -- what was sent with a message, in JSON as on the wire; NULL: nothing, or redacted
);
CREATE UNIQUE INDEX place ON entry (room, seq);
{_TARGETS};
{_FILES};
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE sent (          -- what makes sending again harmless
    key TEXT NOT NULL, run TEXT NOT NULL, highest INTEGER NOT NULL, PRIMARY KEY (key, run)
) WITHOUT ROWID;
CREATE TABLE holder (        -- whose nickname it is
    fold TEXT PRIMARY KEY,   -- as it is written; folded, if it was stored by a lanchat of before
    key TEXT NOT NULL UNIQUE
) WITHOUT ROWID;
{_SEEN};
{_ROOMS}
"""
_UPGRADES: Final = {
    1: """ALTER TABLE entry RENAME TO entry_1;
CREATE TABLE entry (
    n INTEGER PRIMARY KEY, room TEXT NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL, kind TEXT NOT NULL,
    id TEXT NOT NULL, nick TEXT NOT NULL, key TEXT, body TEXT NOT NULL
);
CREATE UNIQUE INDEX place ON entry (room, seq);
INSERT INTO entry (room, seq, at, kind, id, nick, key, body)
    SELECT room, seq, at, kind, id, nick, key, body FROM entry_1 ORDER BY room, seq;
DROP TABLE entry_1""",
    2: f"ALTER TABLE entry ADD COLUMN target INTEGER;\n{_TARGETS};\n{_SEEN}",
    3: f"ALTER TABLE entry ADD COLUMN file TEXT;\n{_FILES};\n{_ROOMS}",
}
_WITH_CONSEQUENCES: Final = (Deleted, Topic, Archived)
_COLUMNS: Final = "room, seq, id, at, nick, key, body, kind, target, file"
# Several rows in one statement: SQLite gives up the interpreter's lock at each step, and a thread that takes it
# meanwhile keeps it up to 5 ms. Measured with busy threads beside: 6 us a row; by executemany 13 us.
_ROWS_PER_INSERT: Final = 64
_BLANK: Final = "UPDATE entry SET body = '', file = NULL WHERE room = ? AND kind IN ('message', 'edited') AND "
_OR_NOT: Final = " ON CONFLICT DO NOTHING"  # not OR IGNORE, which would swallow every other flaw, too
_INSERTS: Final = {
    rows: "INSERT INTO entry (room, seq, at, kind, id, nick, key, body, target, file) VALUES "  # of constants alone  # nosec B608
    + ",".join(["(?,?,?,?,?,?,?,?,?,?)"] * rows)
    + _OR_NOT
    for rows in range(1, _ROWS_PER_INSERT + 1)
}


class Journal:
    """A file, or memory. Used by one thread at a time, whichever it is. All of it raises StoreError."""

    def __init__(self, database: Database, new_id: str | None = None) -> None:
        """For `open`, `reader` and `in_memory` below. new_id: the id of a journal that has none yet."""
        self._db = database
        self.registry, self.texts = Registry(database), Texts(database)
        self.path = database.path
        try:
            # The checkpointer below moves the log instead, so that no append waits for the disk.
            self._db.execute("PRAGMA wal_autocheckpoint = 0")
            if new_id is not None:
                self._db.execute("INSERT OR IGNORE INTO meta VALUES ('id', ?)", (new_id,))
            self.id: str = self._db.value("SELECT value FROM meta WHERE name = 'id'")
        except BaseException:
            self._db.close()
            raise

    @classmethod
    def open(cls, path: Path, new_id: str | None = None, *, power: bool = False) -> Self:
        """The journal in `path`, made if needed. new_id: for a replica, the id of what it is a copy of. power: what
        `append` returned from survives the loss of power, too."""
        database = Database(path, _SCHEMA, SCHEMA_VERSION, power=power, upgrades=_UPGRADES)
        return cls(database, new_id or secrets.token_hex(16))

    @classmethod
    def read(cls, path: Path) -> Self:
        """The journal in `path` to be read only, also while a server writes it."""
        return cls(Database(path, _SCHEMA, SCHEMA_VERSION, read_only=True))

    @classmethod
    def in_memory(cls, new_id: str) -> Self:
        return cls(Database.in_memory(_SCHEMA, SCHEMA_VERSION), new_id)

    def reader(self) -> Journal:
        """A second connection to the same file, that only reads (and checkpoints)."""
        return Journal.read(self.path)

    def close(self) -> None:
        self._db.close()

    # Writing

    def transaction(self) -> AbstractContextManager[None]:
        """What is written within is stored together, or not at all."""
        return self._db.transaction()

    def append(self, entries: Sequence[Entry], highest: Mapping[tuple[str, str], int], *, new: bool = False) -> None:
        """Stores entries, and the highest counter of each (key, run) among them, in one transaction: all or
        nothing. An entry whose (room, seq) is there already is left as it is; new: it cannot be
        (StoreFailed). A deletion blanks its message."""
        with self._db.transaction():
            for start in range(0, len(entries), _ROWS_PER_INSERT):
                self._insert(entries[start : start + _ROWS_PER_INSERT], new=new)
            for entry in [e for e in entries if type(e) in _WITH_CONSEQUENCES]:
                if isinstance(entry, Deleted):
                    self._blank(entry.room, entry.target, entry.target)
                else:
                    self.registry.take_in([entry])
            if highest:
                self._db.executemany(
                    "INSERT INTO sent VALUES (?,?,?) ON CONFLICT DO UPDATE SET highest = excluded.highest",
                    [(key, run, n) for (key, run), n in highest.items()],
                )

    def _insert(self, entries: Sequence[Entry], *, new: bool) -> None:
        values: list[object] = []
        for e in entries:
            if isinstance(e, Message):
                values += (e.room, e.seq, e.at, "message", e.id, e.nick, e.key, e.text, e.reply or None)
                values.append(None if e.file is None else msgspec.json.encode(e.file).decode())
            else:
                values += row_of(e)
        self._db.execute(_INSERTS[len(entries)].removesuffix(_OR_NOT if new else ""), values)

    def _blank(self, room: str, first: int, last: int) -> None:
        """The texts of messages from one seq to another, and what their edits made of them."""
        self._db.execute(f"{_BLANK} seq BETWEEN ? AND ?", (room, first, last))
        self._db.execute(f"{_BLANK} kind = 'edited' AND {_ABOUT} BETWEEN ? AND ?", (room, first, last))

    def blank_deleted(self, room: str, first: int, last: int) -> None:
        """Blanks what a deletion that is here names, from one seq to another: a page may have been read before it."""
        deleted = self._db.execute(
            f"SELECT target FROM entry WHERE room = ? AND kind = 'deleted' AND {_ABOUT} BETWEEN ? AND ?",  # nosec B608
            (room, first, last),
        )
        for (seq,) in deleted:
            self._blank(room, seq, seq)
        same = "d.room = entry.room AND d.target IS NOT NULL AND abs(d.target) = abs(entry.target)"
        gone = f"EXISTS (SELECT 1 FROM entry d WHERE {same} AND d.kind = 'deleted')"  # of constants alone  # nosec B608
        self._db.execute(f"{_BLANK} seq BETWEEN ? AND ? AND kind = 'edited' AND {gone}", (room, first, last))

    def hold(self, nick: str, key: str) -> None:
        """The nickname is `key`'s from now on, in place of the one it held before."""
        with self._db.transaction():
            self._db.execute("DELETE FROM holder WHERE key = ? OR fold IN (?, ?)", (key, nick, fold_nick(nick)))
            self._db.execute("INSERT INTO holder VALUES (?,?)", (nick, key))

    def keep_seen(self, seen: Mapping[tuple[str, str], int]) -> None:
        """By room and key: the last seq that was read; negative where others are not told."""
        rows = [(room, key, seq) for (room, key), seq in seen.items()]
        with self._db.transaction():
            self._db.executemany("INSERT OR REPLACE INTO seen VALUES (?,?,?)", rows)

    def checkpoint(self) -> None:
        """Moves what is in the write-ahead log into the main file, as far as no one is in the way."""
        self._db.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def redact(self, room: str, upto: int, limit: int) -> int:
        """Blanks the texts of the `limit` oldest entries that still have one, of those up to seq `upto`; returns how
        many. Their places stay. The bytes are gone from the file itself, and from its log after `scrub`."""
        start = self.redacted(room)
        last = min(upto, start + limit)
        if last <= start:
            return 0
        with self._db.transaction():
            self._blank(room, start + 1, last)
            self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (f"redacted {room}", str(last)))
        return last - start

    def scrub(self) -> bool:
        """Empties the log, so that nothing of what was redacted is left in it; False: somebody reads just now."""
        return not self._db.value("PRAGMA wal_checkpoint(TRUNCATE)")

    @property
    def log_size(self) -> int:
        """Bytes of the log file."""
        try:
            return self.path.with_name(f"{self.path.name}-wal").stat().st_size
        except OSError:  # none yet
            return 0

    @property
    def free_disk(self) -> int:
        """Bytes that the file system of the file has left."""
        try:
            return shutil.disk_usage(self.path.parent).free
        except OSError as error:
            raise StoreFailed(path=self.path, detail=error.strerror or str(error)) from error

    def compact(self) -> None:
        """Writes the file anew, without holes. Nobody else may use it meanwhile."""
        self._db.execute("VACUUM")
        self.scrub()

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

    def after(self, room: str, seq: int, limit: int, upto: int) -> list[Entry]:
        """At most `limit` entries in order, seq < theirs <= upto."""
        return self._read("seq > ? AND seq <= ? ORDER BY seq LIMIT ?", room, seq, upto, limit)

    def before(self, room: str, seq: int, limit: int) -> list[Entry]:
        """The last `limit` entries below seq, in order."""
        return self._read("seq < ? ORDER BY seq DESC LIMIT ?", room, seq, limit)[::-1]

    def reactions(self, room: str, target: int) -> tuple[set[str], int]:
        """The different emoji that were ever put below a message; how many entries say so, up to MAX_REACTED."""
        rows = self._db.execute(
            f"SELECT body FROM entry WHERE room = ? AND kind = 'reacted' AND {_ABOUT} = ? LIMIT {MAX_REACTED}",  # nosec B608
            (room, target),
        )
        return {row[0] for row in rows}, len(rows)

    def edits(self, room: str, target: int) -> int:
        """How many changes of a message there are, up to MAX_EDITS."""
        statement = f"SELECT 1 FROM entry WHERE room = ? AND kind = 'edited' AND {_ABOUT} = ? LIMIT {MAX_EDITS}"  # nosec B608
        return len(self._db.execute(statement, (room, target)))

    def message(self, room: str, seq: int) -> Message | None:
        """The message that stands there and still has a text."""
        found = self.after(room, seq - 1, 1, seq)
        return next((m for m in found if isinstance(m, Message) and m.text), None)

    def rooms_with(self, sha256: str) -> set[str]:
        """The rooms in which an entry refers to the file with this digest."""
        rows = self._db.execute(
            "SELECT DISTINCT room FROM entry WHERE file IS NOT NULL AND json_extract(file, '$.sha256') = ?", (sha256,)
        )
        return {row[0] for row in rows}

    def highest(self, key: str, run: str) -> int:
        """The highest counter stored for this outbox, -1 when there is none."""
        found = self._db.value("SELECT highest FROM sent WHERE key = ? AND run = ?", key, run)
        return -1 if found is None else found

    def seq_before(self, room: str, at: int, limit: int) -> int:
        """The seq up to which all entries are older than `at` (ms since 1970), looking at the `limit` first that were
        not redacted. A clock that was set back makes it lower, never higher."""
        start = self.redacted(room)
        last = min(start + limit, self.head(room))
        first_kept = self._db.value(
            "SELECT min(seq) FROM entry WHERE room = ? AND seq > ? AND seq <= ? AND at >= ?", room, start, last, at
        )
        return last if first_kept is None else first_kept - 1

    def redacted(self, room: str) -> int:
        """The last seq whose text was blanked by `redact`, 0 without one."""
        return int(self._db.value("SELECT value FROM meta WHERE name = ?", f"redacted {room}") or 0)

    def oldest(self, room: str) -> int | None:
        """When the first entry was made that `redact` has not come to (ms since 1970); None: there is none."""
        at: int | None = self._db.value(
            "SELECT at FROM entry WHERE room = ? AND seq = ?", room, self.redacted(room) + 1
        )
        return at

    def text_size(self, room: str, after: int, upto: int) -> int:
        """Bytes of the texts of the entries after one seq, up to another."""
        total: int | None = self._db.value(
            "SELECT sum(length(CAST(body AS BLOB))) FROM entry "
            "WHERE room = ? AND seq > ? AND seq <= ? AND kind IN ('message', 'edited')",
            room,
            after,
            upto,
        )
        return total or 0

    def freed(self, room: str, after: int, upto: int, counted: int) -> int:
        """Bytes of the texts up to the seq `counted` that go with the messages after one seq, up to another: their own,
        and those of their changes further on."""
        later: int | None = self._db.value(
            "SELECT sum(length(CAST(body AS BLOB))) FROM entry WHERE room = ? AND kind = 'edited' "
            f"AND {_ABOUT} BETWEEN ? AND ? AND +seq > ? AND +seq <= ?",  # of constants alone  # nosec B608
            room,
            after + 1,
            upto,
            upto,
            counted,
        )
        return self.text_size(room, after, min(upto, counted)) + (later or 0)

    def seq_freeing(self, room: str, size: int, upto: int) -> int:
        """The seq up to which the first texts that `redact` has not come to have `size` bytes; at most `upto`."""
        lengths = self._db.execute(
            "SELECT seq, length(CAST(body AS BLOB)) FROM entry WHERE room = ? AND seq > ? AND seq <= ? "
            "AND kind IN ('message', 'edited') ORDER BY seq",
            (room, self.redacted(room), upto),
        )
        for seq, length in lengths:
            if (size := size - length) <= 0:
                return int(seq)
        return upto

    def flaws(self) -> list[str]:
        """What is wrong with the file, a sentence each; empty: it is whole."""
        try:
            found = [str(row[0]) for row in self._db.execute("PRAGMA integrity_check") if row[0] != "ok"]
        except StoreFailed as error:  # so damaged that even the check ends
            return [str(error.detail)]
        for room in self.rooms() if not found else ():
            head, count = self.head(room), self._db.value("SELECT count(*) FROM entry WHERE room = ?", room)
            if self.tail(room) != 1 or head != count:
                found.append(f"room “{room}” lacks {head - count} of its {head} entries")
        return found

    def seen(self, room: str, key: str) -> int:
        """The last seq that this key has read, 0: none; as it was kept."""
        return self._db.value("SELECT seq FROM seen WHERE room = ? AND key = ?", room, key) or 0

    def readers(self, room: str, limit: int) -> dict[str, int]:
        """Of the `limit` keys that read on farthest, where others may know it, the last seq."""
        statement = "SELECT key, seq FROM seen WHERE room = ? AND seq > 0 ORDER BY seq DESC LIMIT ?"
        return dict(self._db.execute(statement, (room, limit)))

    def pins(self, room: str) -> list[int]:
        """The messages that are kept at hand, by seq, the first pinned first. Reads all that means another."""
        rows = self._db.execute(
            "SELECT target, max(seq) FROM entry WHERE room = ? AND target IS NOT NULL AND kind = 'pinned' "
            "GROUP BY abs(target) ORDER BY max(seq)",
            (room,),
        )
        return [target for target, _ in rows if target > 0 and self.message(room, target) is not None]

    def reads_now(self, message: Message) -> str:
        """The text of a message after its author's edits."""
        text: str | None = self._db.execute(  # the latest; by “seq” itself SQLite would walk the room
            "SELECT body, max(+seq) FROM entry WHERE room = ? AND target IS NOT NULL AND abs(target) = ? "
            "AND kind = 'edited' AND key = ?",
            (message.room, message.seq, message.key),
        )[0][0]
        return text or message.text

    def holders(self) -> dict[str, str]:
        """Nickname to the key that holds it."""
        return dict(self._db.execute("SELECT fold, key FROM holder"))

    def _read(self, where: str, *values: object) -> list[Entry]:
        statement = f"SELECT {_COLUMNS} FROM entry WHERE room = ? AND {where}"  # of constants alone  # nosec B608
        return [entry_of(*row) for row in self._db.execute(statement, values)]
