"""The registry: which rooms there are besides the first, and who follows them; in the journal's file, without rules.

The server's journal and a client's replica hold the same tables; a replica knows only what its owner may know.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from lanchat.database import Database
from lanchat.protocol.entries import Archived, Entry, Topic
from lanchat.protocol.rooms import Person, RoomInfo

SCHEMA: Final = """CREATE TABLE room (    -- but the first one, until somebody gives it a topic
    name TEXT PRIMARY KEY, maker TEXT, topic TEXT NOT NULL DEFAULT '', archived INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE person (        -- of a direct conversation, by the names they had when they met
    room TEXT NOT NULL, key TEXT NOT NULL, nick TEXT NOT NULL, PRIMARY KEY (room, key)
) WITHOUT ROWID;
CREATE INDEX met ON person (key);
CREATE TABLE follower (
    key TEXT NOT NULL, room TEXT NOT NULL, PRIMARY KEY (key, room)
) WITHOUT ROWID"""


class Registry:
    """Changes are part of a transaction of the caller's, where there is one. Raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def rooms(self) -> list[RoomInfo]:
        """Those that are no direct conversations."""
        rows = self._db.execute("SELECT name, maker, topic, archived FROM room WHERE name NOT LIKE '@%' ORDER BY name")
        return [self._info(*row) for row in rows]

    def names(self) -> list[str]:
        """Of all rooms that are here."""
        return [row[0] for row in self._db.execute("SELECT name FROM room")]

    @property
    def first(self) -> str:
        """The first room's name, as `name_first` said; empty: unknown."""
        return str(self._db.value("SELECT value FROM meta WHERE name = 'first room'") or "")

    def name_first(self, room: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO meta VALUES ('first room', ?)", (room,))

    def room(self, name: str) -> RoomInfo | None:
        """The one of this name, whatever it is."""
        rows = self._db.execute("SELECT name, maker, topic, archived FROM room WHERE name = ?", (name,))
        return self._info(*rows[0]) if rows else None

    def directs(self, key: str) -> list[str]:
        """The names of the direct conversations of a key."""
        return [row[0] for row in self._db.execute("SELECT room FROM person WHERE key = ?", (key,))]

    def is_in(self, room: str, key: str) -> bool:
        """Whether a key is one of the people of a direct conversation."""
        return bool(self._db.value("SELECT 1 FROM person WHERE room = ? AND key = ?", room, key))

    def opened(self, key: str) -> int:
        """How many direct conversations a key opened."""
        asked = "SELECT count(*) FROM person JOIN room ON room = name WHERE key = ? AND maker = ?"
        count: int = self._db.value(asked, key, key)
        return count

    def followed(self, key: str) -> list[str]:
        """The names of the rooms that a key follows, directs not counted."""
        return [row[0] for row in self._db.execute("SELECT room FROM follower WHERE key = ? ORDER BY room", (key,))]

    def _info(self, name: str, maker: str | None, topic: str, archived: int) -> RoomInfo:
        people = self._db.execute("SELECT key, nick FROM person WHERE room = ?", (name,)) if name[0] == "@" else []
        head = self._db.value("SELECT max(seq) FROM entry WHERE room = ?", name) or 0
        return RoomInfo(name, head, topic, maker, bool(archived), [Person(*row) for row in people])

    def keep(self, rooms: Iterable[RoomInfo]) -> None:
        """These are so from now on."""
        with self._db.transaction():
            for room in rooms:
                row = (room.name, room.maker, room.topic, room.archived)
                self._db.execute("INSERT OR REPLACE INTO room VALUES (?,?,?,?)", row)
                people = [(room.name, person.key, person.nick) for person in room.people]
                self._db.executemany("INSERT OR REPLACE INTO person VALUES (?,?,?)", people)

    def follow(self, key: str, room: str) -> None:
        self._db.execute("INSERT OR IGNORE INTO follower VALUES (?,?)", (key, room))

    def unfollow(self, key: str, room: str) -> None:
        self._db.execute("DELETE FROM follower WHERE key = ? AND room = ?", (key, room))

    def take_in(self, entries: Sequence[Entry]) -> None:
        """What entries that are being stored make of their rooms."""
        for entry in entries:
            if isinstance(entry, Topic):
                statement = (
                    "INSERT INTO room (name, topic) VALUES (?,?) ON CONFLICT DO UPDATE SET topic = excluded.topic"
                )
                self._db.execute(statement, (entry.room, entry.text))
            elif isinstance(entry, Archived):
                self._db.execute("UPDATE room SET archived = ? WHERE name = ?", (entry.on, entry.room))
