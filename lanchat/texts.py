"""The texts of a journal as search reads them: row by row, and which of them hold and may be seen; it writes nothing.

A row is named by its n, which counts up over all rooms. Of a message that was changed only the last text holds.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from typing import Final, NamedTuple

from lanchat.database import Database
from lanchat.protocol.limits import MAX_BESIDE
from lanchat.protocol.query import Line
from lanchat.protocol.rooms import DIRECT

_FILE: Final = "m.file"  # what was sent with the message; a change of its words says nothing of it
_SAID: Final = "e.kind IN ('message', 'edited') AND e.body <> ''"
# m: the message that the row e is, or changes
_MESSAGE: Final = (
    "JOIN entry m ON m.room = e.room AND m.seq = CASE e.kind WHEN 'edited' THEN e.target ELSE e.seq END "
    "AND m.kind = 'message'"
)
# The author's changes of m; by this index, or each message costs a walk over its room
_CHANGES: Final = (
    "FROM entry l INDEXED BY target WHERE l.target IS NOT NULL AND l.room = m.room AND abs(l.target) = m.seq "
    "AND l.kind = 'edited' AND l.key = m.key AND l.body <> ''"
)
_LATER: Final = f"SELECT 1 {_CHANGES} AND l.seq > e.seq"  # of constants alone  # nosec B608
_HOLDS: Final = f"{_SAID} AND m.body <> '' AND (e.n = m.n OR e.key = m.key) AND NOT EXISTS ({_LATER})"


class Text(NamedTuple):
    """at: when the message was said, ms since 1970."""

    n: int
    room: str
    nick: str
    at: int
    body: str
    file: str | None


class Said(NamedTuple):
    """A message as it reads now."""

    n: int
    room: str
    seq: int
    at: int
    nick: str
    key: str | None
    body: str


class Texts:
    """Raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._db = database

    @property
    def end(self) -> int:
        """The last row, 0 when there is none."""
        return self._db.value("SELECT max(n) FROM entry") or 0

    def seal(self, n: int) -> str:
        """What tells the row from any other that could come to have this number."""
        rows = self._db.execute("SELECT room, seq, at FROM entry WHERE n = ?", (n,))
        return " ".join(map(str, rows[0])) if rows else ""

    def place(self, room: str, seq: int) -> int | None:
        """The row of an entry."""
        found: int | None = self._db.value("SELECT n FROM entry WHERE room = ? AND seq = ?", room, seq)
        return found

    def between(self, after: int, upto: int) -> list[Text]:
        """The texts in the rows after one, up to another."""
        statement = (
            f"SELECT e.n, e.room, m.nick, m.at, e.body, {_FILE} FROM entry e {_MESSAGE} "  # of constants  # nosec B608
            f"WHERE e.n > ? AND e.n <= ? AND {_SAID} ORDER BY e.n"
        )
        return [Text(*row) for row in self._db.execute(statement, (after, upto))]

    def count(self, after: int, upto: int) -> int:
        """How many these are."""
        statement = f"SELECT count(*) FROM entry e {_MESSAGE} WHERE e.n > ? AND e.n <= ? AND {_SAID}"  # nosec B608
        total: int = self._db.value(statement, after, upto)
        return total

    def at_most(self, seconds: float) -> AbstractContextManager[None]:
        """What is read in it raises StoreTimedOut after `seconds`."""
        return self._db.at_most(seconds)

    def holding(self, rows: Sequence[int], directs: Collection[str]) -> list[Said]:
        """Of these rows those whose text holds, the latest first; of direct conversations only of `directs`."""
        statement = (
            f"SELECT e.n, m.room, m.seq, m.at, m.nick, m.key, e.body FROM entry e {_MESSAGE} "  # nosec B608
            f"WHERE e.n IN ({_marks(rows)}) AND {_HOLDS} "
            f"AND (substr(e.room, 1, 1) <> ? OR e.room IN ({_marks(directs)})) ORDER BY e.n DESC"
        )
        return [Said(*row) for row in self._db.execute(statement, (*rows, DIRECT, *directs))]

    def beside(self, room: str, seq: int) -> tuple[Line | None, Line | None]:
        """What was said before and after a message, as it reads now."""
        return self._next(room, "m.seq < ? ORDER BY m.seq DESC", seq), self._next(room, "m.seq > ? ORDER BY m.seq", seq)

    def _next(self, room: str, where: str, seq: int) -> Line | None:
        latest = f"SELECT l.body {_CHANGES} ORDER BY l.seq DESC LIMIT 1"  # of constants alone  # nosec B608
        statement = (
            f"SELECT m.nick, coalesce(({latest}), m.body) FROM entry m "  # of constants alone  # nosec B608
            f"WHERE m.room = ? AND m.kind = 'message' AND m.body <> '' AND {where} LIMIT 1"
        )
        rows = self._db.execute(statement, (room, seq))
        return Line(rows[0][0], " ".join(rows[0][1].split())[:MAX_BESIDE]) if rows else None


def _marks(values: Collection[object]) -> str:
    return ",".join("?" * len(values))
