"""A person's profile: key, settings, rooms joined before, and which server was met where; it sends nothing.

Several processes share it: every call opens the file anew, so any thread may call (never the one that paints).
"""

from __future__ import annotations

import time
from functools import cached_property
from typing import TYPE_CHECKING, Final, Self

import msgspec

from lanchat import paths
from lanchat.client.preferences import Level, Preferences, from_rows, read_level, to_rows
from lanchat.database import Database
from lanchat.errors import StoreFailed
from lanchat.protocol.target import Address, parse_address

if TYPE_CHECKING:
    from pathlib import Path

    from lanchat.identity import MemberKey

DEFAULT_PROFILE: Final = "default"
MAX_RECENTS: Final = 50  # rooms joined before that are remembered: more than fit a screen
MAX_LEVELS: Final = 10_000  # rooms of a server of which something else is told than usual: more than anybody chooses

SCHEMA_VERSION: Final = 2
SCHEMA: Final = """
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE server (        -- proved its key to us
    id TEXT PRIMARY KEY, name TEXT NOT NULL, address TEXT NOT NULL, used_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE place (         -- which server answered at an address that was typed: pinned at first use
    address TEXT PRIMARY KEY, id TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE outbox (        -- said, not acknowledged
    run TEXT NOT NULL, n INTEGER NOT NULL, destination TEXT NOT NULL, text TEXT NOT NULL, at INTEGER NOT NULL,
    word TEXT NOT NULL DEFAULT '', PRIMARY KEY (run, n)
) WITHOUT ROWID
"""
UPGRADES: Final = {1: "ALTER TABLE outbox ADD COLUMN word TEXT NOT NULL DEFAULT ''"}


class Recent(msgspec.Struct, frozen=True):
    """A server we joined. address: host:port where it was last. used_at: ms since 1970. favourite: it shall stay."""

    id: str
    name: str
    address: str
    used_at: int
    favourite: bool = False


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where somebody was in a room when they left it. draft: written and not sent. seen: the last seq they saw, 0:
    unknown. top: the first seq in view, 0: the end was in view."""

    draft: str = ""
    seen: int = 0
    top: int = 0


class Visit(Place, frozen=True, omit_defaults=True):
    """On a server: in its first room and, by name, in the others. open: the one that was shown, empty: the first."""

    rooms: dict[str, Place] = {}
    open: str = ""


class Settings(msgspec.Struct, frozen=True):
    """What the person chose. recents: latest first. emoji: those used lately, with spaces between them. window: how
    large it was when it was closed last, as gui.window_size writes it."""

    nick: str = ""
    preferences: Preferences = Preferences()
    recents: tuple[Recent, ...] = ()
    emoji: str = ""
    window: str = ""

    @property
    def known(self) -> tuple[str, ...]:
        """Where the rooms joined before were; the favourites first, for there may be more than are asked."""
        return tuple(recent.address for recent in sorted(self.recents, key=lambda recent: not recent.favourite))


class Profile:
    """The profile called `name`, made at first use. Raises StoreError."""

    def __init__(self, name: str = DEFAULT_PROFILE) -> None:
        self.name = name
        self.directory = paths.private_directory(paths.profile_directory(name))
        self.path = self.directory / "profile.db"
        self._database().close()  # says now what is wrong with it

    @classmethod
    def open(cls, name: str = DEFAULT_PROFILE) -> Self:
        return cls(name)

    def close(self) -> None:
        """Nothing stays open between calls."""

    @property
    def key_path(self) -> Path:
        return self.directory / "member.key"

    @cached_property
    def key(self) -> MemberKey:
        """The person's key, made at first use. Raises IdentityError."""
        from lanchat.identity import MemberKey  # brings cryptography: 60 ms that no window waits for

        return MemberKey(self.key_path)

    @property
    def settings(self) -> Settings:
        with self._database() as db:
            chosen = dict(db.execute("SELECT name, value FROM setting"))
            kept = db.execute("SELECT id, name, address, used_at FROM server ORDER BY used_at DESC")
            servers = [
                Recent(server_id, name, address, used_at, _favourite_name(server_id) in chosen)
                for server_id, name, address, used_at in kept
            ]
        servers.sort(key=lambda server: not server.favourite)
        recents = tuple(sorted(servers[:MAX_RECENTS], key=lambda server: server.used_at, reverse=True))
        words = (chosen.get(name, "") for name in ("emoji", "window"))
        return Settings(chosen.get("nick", ""), from_rows(chosen), recents, *words)

    def update(
        self,
        *,
        nick: str | None = None,
        preferences: Preferences | None = None,
        emoji: str | None = None,
        window: str | None = None,
    ) -> Settings:
        """Stores what is given; returns what holds now."""
        rows = {} if preferences is None else to_rows(preferences)
        given = (("nick", nick), ("emoji", emoji), ("window", window))
        rows |= {name: text for name, text in given if text is not None}
        with self._database() as db, db.transaction():
            db.executemany("INSERT OR REPLACE INTO setting VALUES (?,?)", rows.items())
        return self.settings

    def levels(self, server_id: str) -> dict[str, Level]:
        """Of which of its rooms something else is told than usual: the room's name, and what."""
        prefix = _level_name(server_id, "")
        with self._database() as db:
            rows = db.execute(
                "SELECT substr(name, ?), value FROM setting WHERE substr(name, 1, ?) = ? LIMIT ?",
                (len(prefix) + 1, len(prefix), prefix, MAX_LEVELS),
            )
        return {room: level for room, text in rows if (level := read_level(text))}

    def keep_level(self, server_id: str, room: str, level: Level | None) -> None:
        """None: what is usual."""
        name = _level_name(server_id, room)
        with self._database() as db:
            if level is None:
                db.execute("DELETE FROM setting WHERE name = ?", (name,))
            else:
                db.execute("INSERT OR REPLACE INTO setting VALUES (?,?)", (name, level))

    def pinned(self, address: str) -> str | None:
        """The id that answered at this typed address before."""
        with self._database() as db:
            found: str | None = db.value("SELECT id FROM place WHERE address = ?", address)
        return found

    def known_at(self, address: Address) -> tuple[str, ...]:
        """The ids of the servers that are meant, if they are there, by an address without a port: the one that answered
        at it before, else those that were joined on that machine."""
        if pinned := self.pinned(str(address)):
            return (pinned,)
        return tuple(r.id for r in self.settings.recents if parse_address(r.address).host == address.host)

    def known_names(self) -> dict[str, str]:
        """Ids of the servers we joined, and the names they had."""
        with self._database() as db:
            return dict(db.execute("SELECT id, name FROM server"))

    def remember(self, server_id: str, name: str, address: str, typed: str | None) -> None:
        """This server proved its key at `address`; typed: what the person typed to get there."""
        now = time.time_ns() // 1_000_000
        with self._database() as db, db.transaction():
            db.execute("INSERT OR REPLACE INTO server VALUES (?,?,?,?)", (server_id, name, address, now))
            if typed is not None:
                db.execute("INSERT OR REPLACE INTO place VALUES (?,?)", (typed, server_id))

    def set_favourite(self, server_id: str, favourite: bool) -> Settings:
        """It stays among the recents, however many others are joined; returns what holds now."""
        with self._database() as db:
            if favourite:
                db.execute("INSERT OR REPLACE INTO setting VALUES (?,?)", (_favourite_name(server_id), "yes"))
            else:
                db.execute("DELETE FROM setting WHERE name = ?", (_favourite_name(server_id),))
        return self.settings

    def proved_pin(self, server_id: str) -> bool:
        """Whether this server ever proved to us that it knows its room's PIN."""
        with self._database() as db:
            return bool(db.value("SELECT value FROM setting WHERE name = ?", f"proved {server_id}"))

    def keep_proof(self, server_id: str) -> None:
        with self._database() as db:
            db.execute("INSERT OR REPLACE INTO setting VALUES (?,?)", (f"proved {server_id}", "yes"))

    def pin(self, address: str, server_id: str) -> None:
        """This server, and no other, is the one at a typed address."""
        with self._database() as db:
            db.execute("INSERT OR REPLACE INTO place VALUES (?,?)", (address, server_id))

    def visit(self, server_id: str) -> Visit:
        """Where we were there last."""
        with self._database() as db:
            kept = db.value("SELECT value FROM setting WHERE name = ?", f"visit {server_id}")
        try:
            return msgspec.json.decode(kept or "{}", type=Visit)
        except msgspec.MsgspecError:  # of another version
            return Visit()

    def keep_visit(self, server_id: str, visit: Visit) -> None:
        with self._database() as db:
            values = (f"visit {server_id}", msgspec.json.encode(visit).decode())
            db.execute("INSERT OR REPLACE INTO setting VALUES (?,?)", values)

    def forget(self, server_id: str) -> None:
        """Removes all that is kept of a server: pins, draft, what waits for it, the copies of its room. The key stays,
        since other servers know us by it. Nobody may be in that room meanwhile."""
        with self._database() as db:
            with db.transaction():
                rows = (f"visit {server_id}", f"proved {server_id}", _favourite_name(server_id))
                db.execute("DELETE FROM setting WHERE name IN (?,?,?)", rows)
                levels = _level_name(server_id, "")
                db.execute("DELETE FROM setting WHERE substr(name, 1, ?) = ?", (len(levels), levels))
                db.execute("DELETE FROM server WHERE id = ?", (server_id,))
                db.execute("DELETE FROM place WHERE id = ?", (server_id,))
                db.execute("DELETE FROM outbox WHERE destination = ?", (server_id,))
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        try:
            for file in (self.directory / "replicas").glob(f"{server_id}*"):
                file.unlink(missing_ok=True)
        except OSError as error:
            raise StoreFailed(path=self.directory / "replicas", detail=error.strerror or str(error)) from error

    def database(self) -> Database:
        """A connection of its own for the outbox, which is used often."""
        return self._database()

    def _database(self) -> Database:
        return Database(self.path, SCHEMA, SCHEMA_VERSION, upgrades=UPGRADES)


def _favourite_name(server_id: str) -> str:
    """Of the row that says so."""
    return f"favourite {server_id}"


def _level_name(server_id: str, room: str) -> str:
    """Of the row that says what is told of a room."""
    return f"notify {server_id} {room}"
