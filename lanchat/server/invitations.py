"""Invitations to a locked room: made, listed, revoked by who runs the server, used up by who comes; it sends nothing.

A token is 128 random bits; what is stored is its SHA-256, so who reads the file can invite nobody.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Final, NamedTuple

from lanchat.database import Database

MAX_INVITATIONS: Final = 1_000  # that are open at a time: more than anybody looks after
MAX_NOTE: Final = 100  # characters
SCHEMA: Final = """
CREATE TABLE invitation (
    n      INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,   -- SHA-256 of the token
    note   TEXT NOT NULL,
    until  INTEGER NOT NULL,       -- ms since 1970
    uses   INTEGER                 -- left; NULL: any number
)"""


class Invitation(NamedTuple):
    """n: its number, by which it is revoked. until: ms since 1970. uses: how many are left, None: any number."""

    n: int
    note: str
    until: int
    uses: int | None


def digest(token: str) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).digest()


class Invitations:
    """Over the file of `Access`, which another process may open at the same time. Raises StoreError. Times: ms since
    1970."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def make(self, note: str, until: int, uses: int | None, now: int) -> str | None:
        """A token that lets somebody in; None: there are too many open ones."""
        self._forget(now)
        if self._db.value("SELECT count(*) FROM invitation") >= MAX_INVITATIONS:
            return None
        token = secrets.token_urlsafe(16)
        row = (digest(token), note[:MAX_NOTE], until, uses)
        with self._db.transaction():
            self._db.execute("INSERT INTO invitation (digest, note, until, uses) VALUES (?,?,?,?)", row)
        return token

    def open(self, now: int) -> list[Invitation]:
        rows = self._db.execute("SELECT n, note, until, uses FROM invitation WHERE until > ? ORDER BY n", (now,))
        return [Invitation(*row) for row in rows]

    def revoke(self, n: int) -> bool:
        """False: there is no such one."""
        with self._db.transaction():
            found = self._db.value("SELECT count(*) FROM invitation WHERE n = ?", n)
            self._db.execute("DELETE FROM invitation WHERE n = ?", (n,))
        return bool(found)

    def holds(self, token: bytes, now: int) -> bool:
        """Whether the token with this digest lets somebody in."""
        found = self._db.value("SELECT n FROM invitation WHERE digest = ? AND until > ?", token, now)
        return found is not None

    def use(self, token: bytes) -> None:
        """One use less; the last one takes it away."""
        with self._db.transaction():
            self._db.execute("UPDATE invitation SET uses = uses - 1 WHERE digest = ? AND uses IS NOT NULL", (token,))
            self._db.execute("DELETE FROM invitation WHERE digest = ? AND uses <= 0", (token,))

    def _forget(self, now: int) -> None:
        with self._db.transaction():
            self._db.execute("DELETE FROM invitation WHERE until <= ?", (now,))
