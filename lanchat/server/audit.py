"""The audit journal: who with a role did what to whom, when; it decides nothing, and is never changed.

Kept in access.db. Members without a role do not see it; `lanchat admin log` prints it.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from lanchat.database import Database

MAX_DEEDS: Final = 100_000  # kept: 20 MB; the oldest go first, after two days of one moderator who does all they can
MAX_DETAIL: Final = 300  # characters
SCHEMA: Final = """
CREATE TABLE deed (
    n      INTEGER PRIMARY KEY AUTOINCREMENT,
    at     INTEGER NOT NULL,      -- ms since 1970
    nick   TEXT NOT NULL,         -- of who did it
    key    TEXT NOT NULL,         -- theirs; empty: whoever may write the server's files
    action TEXT NOT NULL,
    who    TEXT NOT NULL,         -- to whom: key or nickname; empty: to nobody
    detail TEXT NOT NULL
)"""


class Deed(NamedTuple):
    """One line. at: ms since 1970. who: a nickname, or a key; empty: nobody."""

    at: int
    nick: str
    key: str
    action: str
    who: str
    detail: str


class Audit:
    """Over the file of `Access`. Raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def write(self, deed: Deed) -> None:
        """Part of the transaction that does it, where there is one."""
        row = (*deed[:-1], deed.detail[:MAX_DETAIL])
        self._db.execute("INSERT INTO deed (at, nick, key, action, who, detail) VALUES (?,?,?,?,?,?)", row)
        self._db.execute("DELETE FROM deed WHERE n <= (SELECT max(n) FROM deed) - ?", (MAX_DEEDS,))

    def read(self) -> list[Deed]:
        """All of it, oldest first."""
        rows = self._db.execute("SELECT at, nick, key, action, who, detail FROM deed ORDER BY n")
        return [Deed(*row) for row in rows]
