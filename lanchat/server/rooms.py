"""The rooms of a server: which there are, who may know of each, and who follows which; it tells nobody.

The broadcaster's hand, in its thread. What rooms.py is asked to change is stored before it holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from weakref import WeakValueDictionary

from lanchat.journal import Journal
from lanchat.protocol.entries import Archived, Pinned, Topic
from lanchat.protocol.frames import Error, Fetch, Found, History, Search, Ticket, Word
from lanchat.protocol.frames import Rooms as Listing
from lanchat.protocol.limits import MAX_ID, MAX_ROOM_NAME, MAX_ROOMS_CHUNK, Code
from lanchat.protocol.rooms import DIRECT, Person, RoomInfo, direct_name
from lanchat.protocol.text import one_line
from lanchat.server.counters import Counters
from lanchat.server.lookalike import ByName
from lanchat.server.member import Member
from lanchat.server.room import FIRST_ROOM, Room
from lanchat.server.roster import Line

MAX_ROOMS: Final = 300  # on one server: a list that somebody still reads, and 250 KB to each who joins at most
MAX_FOLLOWED: Final = 100  # rooms of one member besides direct conversations: each is a cursor of every connection
MAX_MET: Final = 1_000  # conversations of one member, above which others open none with them: clients know 2,000 rooms
_UNREAD: Final = "The server cannot read its journal just now."
MAX_DIRECTS: Final = 200  # conversations that one member opened; what others opened counts against them


class Rooms:
    """Raises StoreError."""

    def __init__(self, journal: Journal, counters: Counters) -> None:
        self._journal, self._counters = journal, counters
        self._rooms: ByName[Room] = ByName()
        # While somebody follows them; more were ever made than memory should hold
        self._directs: WeakValueDictionary[str, Room] = WeakValueDictionary()
        for info in journal.registry.rooms():
            self._take_up(info)
        first = self._rooms.get(FIRST_ROOM)
        self.first: Room = first or self._take_up(RoomInfo(FIRST_ROOM, journal.head(FIRST_ROOM)))

    def _take_up(self, info: RoomInfo) -> Room:
        room = Room(info, self._counters, self._journal)
        self._rooms.put(room.name, room)
        return room

    def __len__(self) -> int:
        return len(self._rooms)

    # Which there are

    def find(self, name: str, key: str | None) -> Room | None:
        """The room of that name, if this key may know of it; empty: the first."""
        if not name:
            return self.first
        if not name.startswith(DIRECT):
            return self._rooms.get(name)
        room = self._directs.get(name)
        if room is not None and room.visible(key):
            return room
        # One question, whether there is such a conversation or not: the time it takes tells nobody
        return self._direct(name) if key is not None and self._journal.registry.is_in(name, key) else None

    def _direct(self, name: str) -> Room | None:
        room = self._directs.get(name)
        if room is None and (info := self._journal.registry.room(name)) is not None:
            room = self._directs[name] = Room(info, self._counters, self._journal)
        return room

    def like(self, name: str) -> Room | None:
        """The room that has this name, or one that looks like it."""
        return next(iter(self._rooms.find(name)), None)

    def names(self) -> list[str]:
        """Of all, direct conversations as well."""
        return list(dict.fromkeys([FIRST_ROOM, *self._journal.registry.names()]))

    def followed(self, key: str | None) -> list[Room]:
        """What a key follows besides the first room; of direct conversations those in which something was said."""
        if key is None:
            return []
        registry = self._journal.registry
        rooms = [self._rooms.get(name) for name in registry.followed(key)]
        directs = [self._direct(name) for name in registry.directs(key)]
        return [r for r in rooms if r is not None and r is not self.first] + [r for r in directs if r and r.head]

    def directs(self, key: str | None) -> tuple[str, ...]:
        """The names of the direct conversations that a key may see."""
        return () if key is None else tuple(self._journal.registry.directs(key))

    def listing(self) -> list[Listing]:
        """All rooms but the direct conversations."""
        infos = [room.info() for room in self._rooms]
        starts = range(0, len(infos), MAX_ROOMS_CHUNK)
        return [Listing(infos[i : i + MAX_ROOMS_CHUNK], first=i == 0) for i in starts]

    # What changes

    def make(self, line: Line, name: str, topic: str, at: int) -> tuple[Room, Topic]:
        """A room that nobody has yet, and its first entry, which says so; its maker follows it."""
        info = RoomInfo(name, maker=line.key)
        room = Room(info, self._counters, self._journal)
        entry = room.describe(line, at, topic)
        with self._journal.transaction():
            self._journal.registry.keep([info])
            self._journal.registry.follow(line.key or "", name)
            self._journal.append([entry], {}, new=True)
        room.stored(entry)
        self._rooms.put(name, room)
        return room, entry

    def meet(self, maker: str, people: Sequence[Person]) -> Room | str:
        """The conversation of these; `maker` opens it if there is none. Or a sentence why there is none."""
        name = direct_name(person.key for person in people)
        room = self._direct(name)
        if room is not None:
            return room
        registry = self._journal.registry
        if registry.opened(maker) >= MAX_DIRECTS:
            return "You have opened too many conversations."
        for person in people:
            if person.key != maker and len(registry.directs(person.key)) >= MAX_MET:
                return f"“{person.nick}” is in too many conversations."
        info = RoomInfo(name, maker=maker, people=list(people))
        registry.keep([info])
        room = self._directs[name] = Room(info, self._counters, self._journal)
        return room

    def follow(self, key: str | None, room: Room) -> bool:
        """From now on, also after a restart where there is a key; False: it follows too many."""
        if key is None or room.direct or room is self.first:
            return True
        followed = self._journal.registry.followed(key)
        if room.name not in followed and len(followed) >= MAX_FOLLOWED:
            return False
        self._journal.registry.follow(key, room.name)
        return True

    def unfollow(self, key: str | None, room: Room) -> None:
        if key is not None:
            self._journal.registry.unfollow(key, room.name)

    def change(self, room: Room, entry: Topic | Archived | Pinned) -> None:
        """Stores it, and it holds."""
        try:
            self._journal.append([entry], {}, new=True)
        except BaseException:
            room.not_stored(entry.seq - 1)
            raise
        room.stored(entry)


def object_to_room(member: Member, room: Room | None, said: Word) -> Error | None:
    """What is said goes back only to who is in the room: nobody else could know that it is stored. All people of a
    conversation are in it as soon as something is said."""
    if room is None:
        return no_room(said.room, said.id)
    if not room.direct and not member.is_in(room):
        where = one_line(room.name[:MAX_ROOM_NAME])
        return Error(Code.ROOM_UNKNOWN, f"You are not in “{where}”: enter it first.", said.id[:MAX_ID])
    return None


def no_room(name: str, id: str | None = None) -> Error:  # noqa: A002 - the wire's word
    return Error(Code.ROOM_UNKNOWN, f"there is no room “{one_line(name[:MAX_ROOM_NAME])}” here", id and id[:MAX_ID])


def unread(asked: object) -> Error | Found | Ticket | None:
    """What who asked about a room is told while the journal cannot be read; None: nobody waits for an answer."""
    match asked:
        case Search(id=id):
            return Found(id, code=Code.SEARCH_FAILED, detail=_UNREAD)
        case Fetch(id=id):
            return Ticket(id, code=Code.NOT_STORED, detail=_UNREAD)
        case History():
            return Error(Code.NOT_STORED, _UNREAD)
    return None
