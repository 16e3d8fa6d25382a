"""The index of words (SQLite's FTS5) beside a journal, in a file of its own; it holds no text, and decides
not who may see which room.

It may be removed at any time, and is made anew. Cut into shards of as many rows of the journal each: the newest is
asked first, one that holds a blanked text is written anew in a moment, and no question takes long.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Final, Self

from lanchat.database import Database
from lanchat.protocol.query import Query
from lanchat.protocol.rooms import DIRECT
from lanchat.protocol.words import has_words, spaced
from lanchat.texts import Text

SHARD: Final = 16_384  # rows: written anew in 0.2 s; of a million there are 61, asked in 5 ms
VERSION: Final = 1  # of its tables
MADE: Final = "2"  # how rows are taken in: an index that was made in another way is made anew
_SCHEMA: Final = """CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE shard (         -- shard k holds the rows after k * SHARD
    k INTEGER PRIMARY KEY, texts INTEGER NOT NULL, first_at INTEGER NOT NULL, last_at INTEGER NOT NULL
)"""
# No text is kept (content), nor its length (columnsize). Marks belong to words, as in Hindi; symbols are words: emoji
_WORDS: Final = (
    "CREATE VIRTUAL TABLE words_{} USING fts5(text, nick, facts, content='', columnsize=0, "
    "tokenize=\"unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc So'\")"
)
_PUBLIC: Final = "public"  # the fact of all rows but those of direct conversations
_ROWS_PER_INSERT: Final = 64  # as in journal.py
_LINKS: Final = ("http://", "https://")


class SearchIndex:
    """Used by one thread. All of it raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._db = database
        facts = dict(database.execute("SELECT name, value FROM meta"))
        self.made: str = facts.get("made", "")
        self.journal: str = facts.get("journal", "")  # the id of the journal
        self.upto = int(facts.get("upto", 0))  # the last row that was taken in
        self.seal: str = facts.get("seal", "")  # of that row

    @classmethod
    def open(cls, path: Path | None) -> Self:
        """None: in memory."""
        if path is None:
            return cls(Database.in_memory(_SCHEMA, VERSION))
        return cls(Database(path, _SCHEMA, VERSION))

    def close(self) -> None:
        self._db.close()

    # Writing

    def begin(self, journal: str) -> None:
        """Empty, for this journal."""
        with self._db.transaction():
            for (k,) in self._db.execute("SELECT k FROM shard"):
                self._db.execute(f"DROP TABLE words_{k}")
            self._db.execute("DELETE FROM shard")
            self._note(journal, 0, "")

    def add(self, texts: Sequence[Text], upto: int, seal: str) -> None:
        """Takes in texts in order; upto: the last row looked at, in the same shard as all of them; seal: its own."""
        with self._db.transaction():
            self._insert(shard_of(upto), texts)
            self._note(self.journal, upto, seal)

    def renew(self, k: int, texts: Sequence[Text]) -> None:
        """These are all that the shard holds. Of the others nothing is left in the file, and after `scrub` in its
        log."""
        with self._db.transaction():
            self._db.execute(f"DROP TABLE words_{k}")
            self._db.execute("DELETE FROM shard WHERE k = ?", (k,))
            self._insert(k, texts)

    def scrub(self) -> None:
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _note(self, journal: str, upto: int, seal: str) -> None:
        facts = [("made", MADE), ("journal", journal), ("upto", str(upto)), ("seal", seal)]
        self._db.executemany("INSERT OR REPLACE INTO meta VALUES (?,?)", facts)
        self.made, self.journal, self.upto, self.seal = MADE, journal, upto, seal

    def _insert(self, k: int, texts: Sequence[Text]) -> None:
        if self._db.value("SELECT k FROM shard WHERE k = ?", k) is None:
            self._db.execute(_WORDS.format(k))
            self._db.execute("INSERT INTO shard VALUES (?, 0, ?, 0)", (k, 2**62))
        for start in range(0, len(texts), _ROWS_PER_INSERT):
            part = texts[start : start + _ROWS_PER_INSERT]
            values: list[object] = []
            for text in part:
                values += (text.n, spaced(text.body), spaced(text.nick), _facts(text))
            marks = ",".join(["(?,?,?,?)"] * len(part))
            self._db.execute(f"INSERT INTO words_{k} (rowid, text, nick, facts) VALUES {marks}", values)  # nosec B608
        if texts:
            times = [text.at for text in texts]
            self._db.execute(
                "UPDATE shard SET texts = texts + ?, first_at = min(first_at, ?), last_at = max(last_at, ?) "
                "WHERE k = ?",
                (len(texts), min(times), max(times), k),
            )

    # Reading

    def shards(self, query: Query, below: int) -> list[int]:
        """Those that may hold rows below one, the newest first."""
        return [
            k
            for (k,) in self._db.execute(
                "SELECT k FROM shard WHERE texts AND k <= ? AND last_at >= ? AND first_at < ? ORDER BY k DESC",
                (shard_of(below - 1), query.since, query.until or 2**62),
            )
        ]

    def find(self, k: int, match: str, below: int, limit: int, seconds: float) -> list[int]:
        """The latest rows of a shard below one that match. Raises StoreTimedOut after `seconds`."""
        table = f"words_{k}"
        statement = f"SELECT rowid FROM {table} WHERE {table} MATCH ? AND rowid < ? ORDER BY rowid DESC LIMIT ?"  # nosec B608
        with self._db.at_most(seconds):
            return [row[0] for row in self._db.execute(statement, (match, below, limit))]

    def sizes(self) -> dict[int, int]:
        """How many texts each shard holds."""
        return dict(self._db.execute("SELECT k, texts FROM shard"))


def shard_of(row: int) -> int:
    return max(0, row - 1) // SHARD


def match(query: Query, directs: Collection[str]) -> str:
    """The query in FTS5's language, for who may see these direct conversations and all rooms. What people typed stands
    in quotes: it is words, whatever it looks like."""
    seen = " OR ".join(f'"{fact}"' for fact in [_PUBLIC, *map(_room, directs)])
    words = [f"text : {_quoted(word)}" for word in query.words if has_words(word)]
    if query.begun and words:
        words[-1] += " *"
    if has_words(query.nick):
        words.append(f"nick : {_quoted(query.nick)}")
    if query.room:
        words.append(f'facts : "{_room(query.room)}"')
    words += [f'facts : "has{what}"' for what in query.has]
    without = "".join(f" NOT text : {_quoted(word)}" for word in query.without if has_words(word))
    return f"({' AND '.join([f'facts : ({seen})', *words])}){without}"


def _quoted(words: str) -> str:
    clean = words.replace("\0", " ").encode(errors="replace").decode()  # half surrogates have no UTF-8
    return '"' + spaced(clean).replace('"', '""') + '"'


def _facts(text: Text) -> str:
    facts = [_room(text.room)] if text.room.startswith(DIRECT) else [_room(text.room), _PUBLIC]
    if text.file is not None:
        facts.append("hasfile")
    if any(link in text.body for link in _LINKS):
        facts.append("haslink")
    return " ".join(facts)


def _room(name: str) -> str:
    return f"in{name.encode(errors='replace').hex()}"
