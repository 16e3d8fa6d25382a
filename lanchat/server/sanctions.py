"""Bans and mutes: on whom, by whom, why, until when; stored and looked up, it puts nobody out.

A sanction is on a key, and on the address that the key was at, against keys that are new to the room: who made
another key at the same address gains nothing, while neighbours behind one router whom the room knows stay in. A guest
has an address alone. The address is forgotten with the sanction.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from lanchat.database import Database
from lanchat.protocol.moderation import Sanction

MAX_SANCTIONS: Final = 1_000  # that hold at a time
Kind = Literal["ban", "mute"]
SCHEMA: Final = """
CREATE TABLE sanction (
    n       INTEGER PRIMARY KEY,
    kind    TEXT NOT NULL,        -- “ban” or “mute”
    nick    TEXT NOT NULL,
    key     TEXT,
    address TEXT,
    until   INTEGER NOT NULL,     -- ms since 1970
    by      TEXT NOT NULL,        -- the nickname of who did it
    reason  TEXT NOT NULL
)"""


class Held(NamedTuple):
    """A sanction as it is kept: `on` without its address is what others are told."""

    on: Sanction
    address: str | None


class Sanctions:
    """Those of one server. Times: ms since 1970. Changes are part of a transaction of the caller's, who calls `reload`
    once that is done or undone. Raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._held: list[Held] = []
        self.reload()

    def reload(self) -> None:
        rows = self._db.execute("SELECT kind, nick, key, until, by, reason, address FROM sanction ORDER BY n")
        self._held = [Held(Sanction(*row[:-1]), row[-1]) for row in rows]

    def all(self, now: int) -> list[Sanction]:
        return [held.on for held in self._held if held.on.until > now]

    def find(self, kind: Kind, key: str | None, address: str, known: bool, now: int) -> Sanction | None:
        """The one on this key, or on this address; known: the room knew the key before."""
        for held in self._held:
            if held.on.kind != kind or held.on.until <= now:
                continue
            if (key is not None and held.on.key == key) or (held.address == address and not known):
                return held.on
        return None

    @property
    def next_end(self) -> int | None:
        """When the next one ends."""
        return min((held.on.until for held in self._held), default=None)

    def put(self, sanction: Sanction, address: str | None) -> bool:
        """In place of the one that there is on the same key, or guest. False: there are too many."""
        self.lift(sanction.kind, sanction.key, sanction.nick)
        if self._db.value("SELECT count(*) FROM sanction") >= MAX_SANCTIONS:
            return False
        s = sanction
        self._db.execute(
            "INSERT INTO sanction (kind, nick, key, address, until, by, reason) VALUES (?,?,?,?,?,?,?)",
            (s.kind, s.nick, s.key, address, s.until, s.by, s.reason),
        )
        return True

    def lift(self, kind: str, key: str | None, nick: str) -> None:
        """Those on the key; without one, those on guests of that name."""
        self._db.execute(
            "DELETE FROM sanction WHERE kind = ? AND (key = ? OR (? IS NULL AND key IS NULL AND nick = ?))",
            (kind, key, key, nick),
        )

    def forget(self, now: int) -> None:
        """Those that have ended, with their addresses."""
        self._db.execute("DELETE FROM sanction WHERE until <= ?", (now,))
