"""Bans and mutes: on whom, by whom, why, until when; stored and looked up, it puts nobody out.

A sanction is on a key, and on the addresses that the key was at, against keys that are new to the room: who made
another key at the same address gains nothing, while neighbours behind one router whom the room knows stay in. A new key
that it hits gets one of its own, since later the room knows it. A guest has addresses alone. They are forgotten with
the sanction.
"""

from __future__ import annotations

from collections.abc import Collection
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
    addresses TEXT NOT NULL,      -- with spaces between; as few as there are connections
    until   INTEGER NOT NULL,     -- ms since 1970
    by      TEXT NOT NULL,        -- the nickname of who did it
    by_key  TEXT NOT NULL,
    reason  TEXT NOT NULL
)"""


class Held(NamedTuple):
    """A sanction as it is kept: `on` is what others are told. by_key: of who did it. addresses: of whom it is on; none
    where it was put on somebody new because of another's."""

    on: Sanction
    by_key: str
    addresses: frozenset[str]

    def came_of(self, other: Held) -> bool:
        """Whether it was put on somebody because of the other's addresses."""
        same = (self.on.kind, self.on.until, self.by_key) == (other.on.kind, other.on.until, other.by_key)
        return same and not self.addresses


class Sanctions:
    """Those of one server. Times: ms since 1970. Changes are part of a transaction of the caller's, who calls `reload`
    once that is done or undone. Raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._held: list[Held] = []
        self.reload()

    def reload(self) -> None:
        rows = self._db.execute("SELECT kind, nick, key, until, by, reason, by_key, addresses FROM sanction ORDER BY n")
        self._held = [Held(Sanction(*row[:-2]), row[-2], frozenset(row[-1].split())) for row in rows]

    def all(self, now: int) -> list[Held]:
        return [held for held in self._held if held.on.until > now]

    def find(self, kind: Kind, key: str | None, addresses: Collection[str], known: bool, now: int) -> Held | None:
        """The one on this key, or on one of these addresses; known: the room knew the key before."""
        places = set(map(plain_address, addresses))
        for held in self._held:
            if held.on.kind != kind or held.on.until <= now:
                continue
            if (key is not None and held.on.key == key) or (not known and places & held.addresses):
                return held
        return None

    @property
    def next_end(self) -> int | None:
        """When the next one ends."""
        return min((held.on.until for held in self._held), default=None)

    def put(self, held: Held) -> bool:
        """In place of the one that there is on the same key, or on a guest of that name and address. False: there are
        too many."""
        s, addresses = held.on, " ".join(sorted(map(plain_address, held.addresses)))
        if s.key is not None:
            self._db.execute("DELETE FROM sanction WHERE kind = ? AND key = ?", (s.kind, s.key))
        else:
            same = (s.kind, s.nick, addresses)
            self._db.execute("DELETE FROM sanction WHERE kind = ? AND key IS NULL AND nick = ? AND addresses = ?", same)
        if self._db.value("SELECT count(*) FROM sanction") >= MAX_SANCTIONS:
            return False
        self._db.execute(
            "INSERT INTO sanction (kind, nick, key, addresses, until, by, by_key, reason) VALUES (?,?,?,?,?,?,?,?)",
            (s.kind, s.nick, s.key, addresses, s.until, s.by, held.by_key, s.reason),
        )
        return True

    def lift(self, held: Held) -> list[Held]:
        """With those that were put on others because of its addresses; returns all of them."""
        gone = [h for h in self._held if h == held or (held.addresses and h.came_of(held))]
        for one in gone:
            on = one.on
            self._db.execute(
                "DELETE FROM sanction WHERE kind = ? AND key IS ? AND nick = ? AND until = ?",
                (on.kind, on.key, on.nick, on.until),
            )
        return gone

    def forget(self, now: int) -> None:
        """Those that have ended, with their addresses."""
        self._db.execute("DELETE FROM sanction WHERE until <= ?", (now,))


def plain_address(address: str) -> str:
    """One spelling, whichever socket it came through."""
    return address.removeprefix("::ffff:")
