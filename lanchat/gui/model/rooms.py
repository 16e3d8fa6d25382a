"""The rooms of a server as the chat screen shows them: which we follow, which one is open. No tkinter, no clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, assert_never

from lanchat.client import events
from lanchat.client.preferences import Level
from lanchat.gui.model.people import Names
from lanchat.gui.model.room import RoomModel
from lanchat.protocol.rooms import RoomInfo

MAX_ROOMS: Final = 2_000  # of one server that are remembered: several times what ours has
OfRooms = (
    events.Rooms | events.Entered | events.Parted | events.Typed
    | events.Edited | events.Reacted | events.Deleted | events.Topic | events.Archived
    | events.Pinned | events.Pins | events.Seen
)  # fmt: skip
FIRST: Final = "lobby"  # as long as we do not know better


class RoomsModel:
    """first: the room that everybody is in; current: the one that is open. nick: ours."""

    def __init__(self, own_key: str, nick: str) -> None:
        self._own_key, self._nick = own_key, nick
        self._levels: dict[str, Level] = {}
        self._rooms: dict[str, RoomModel] = {}
        self.first = self.current = self.find(FIRST)

    def __iter__(self) -> Iterator[RoomModel]:
        """All that we know of."""
        return iter(self._rooms.values())

    def find(self, name: str) -> RoomModel:
        """The room of that name, made if it is not known; empty: the first."""
        if not name:
            return self.first
        room = self._rooms.get(name)
        if room is None:
            room = RoomModel(name, self._own_key)
            room.call_us(self._nick)
            room.level = self._levels.get(name)
            if len(self._rooms) < MAX_ROOMS:
                self._rooms[name] = room
        return room

    def followed(self, names: Names) -> list[RoomModel]:
        """The first, the others by name, direct conversations by who they are with. names: of who is here."""
        rooms = [room for room in self if room.followed or room is self.first]
        return sorted(rooms, key=lambda r: (r.direct, r is not self.first, r.label(names).casefold(), r.name))

    @property
    def unread(self) -> int:
        """In all of them, as far as we want to know."""
        return sum(room.counted for room in self)

    @property
    def called(self) -> int:
        """How many of those call us."""
        return sum(room.called for room in self if not room.muted)

    @property
    def waiting(self) -> int:
        """Messages that are still to be sent."""
        return sum(room.timeline.waiting for room in self)

    # What happens

    def apply(self, event: OfRooms, now: float, *, again: bool) -> None:
        """What is no message, and changes what a room, or the list of them, shows. again: the connection follows
        another one."""
        match event:
            case events.Rooms():
                self.told_of(event)
            case events.Entered():
                self.find(event.room).entered(event.head, event.read, again=again)
            case events.Parted():
                self.parted(event.room)
            case events.Typed():
                self.find(event.room).typed(event, now)
            case events.Pins() | events.Seen():
                self.find(event.room).told(event)
            case (
                events.Edited() | events.Reacted() | events.Deleted()
                | events.Topic() | events.Archived() | events.Pinned()
            ):  # fmt: skip
                self.find(event.room).timeline.add([event])
            case _:
                assert_never(event)

    def name_first(self, name: str) -> None:
        """The first room turned out to be called so."""
        if name != self.first.name:
            del self._rooms[self.first.name]
            self.first.info = RoomInfo(name)
            self.first.level = self._levels.get(name)
            self._rooms[name] = self.first

    def call_us(self, nick: str) -> None:
        """Our name from now on."""
        self._nick = nick
        for room in self:
            room.call_us(nick)

    def tell_levels(self, levels: Mapping[str, Level]) -> None:
        """What is told of rooms, where it is not what is told of others."""
        self._levels = dict(levels)
        for room in self:
            room.level = self._levels.get(room.name)

    def clear(self) -> None:
        """Their journal is another one."""
        for room in self:
            room.clear()

    def told_of(self, told: events.Rooms) -> None:
        """What there is to know of some."""
        for info in told.rooms:
            self.find(info.name).info = info

    def parted(self, name: str) -> None:
        room = self.find(name)
        room.followed = False
        if room is self.current:
            self.open(self.first.name)

    def open(self, name: str) -> bool:
        """Another room is shown from now on; False: there is none of this name that we follow."""
        room = self._rooms.get(name)
        if room is None or not (room.followed or room is self.first):
            return False
        if room is not self.current:
            self.current.timeline.mark_missed(0, 0)  # who goes on has read
            self.current = room
            room.open()
        return True

    def stop_loading(self) -> None:
        for room in self:
            room.loading = False
