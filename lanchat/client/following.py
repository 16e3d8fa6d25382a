"""Which rooms we follow on one connection, and what we believe of what we are told of them; it emits nothing."""

from __future__ import annotations

import logging
from typing import Final, TypeAlias

from lanchat.client.replica import Replica
from lanchat.protocol import frames
from lanchat.protocol.limits import MAX_DIRECT
from lanchat.protocol.rooms import RoomInfo, direct_name

_log = logging.getLogger(__name__)
MAX_KNOWN: Final = 2_000  # rooms of a server that we ever hear of: several times what ours ever tells
Told: TypeAlias = frames.Rooms | frames.Entered | frames.Parted


class Following:
    """own_key: ours. rooms: the names of those that we follow, the first one as well."""

    def __init__(self, own_key: str) -> None:
        self._own_key = own_key
        self.rooms: set[str] = set()
        self._known: set[str] | None = None  # names of rooms that we heard of, ever; None: not looked up yet
        self._doubted = False  # once is enough for the log

    def change(self, told: Told, copy: Replica, first: str) -> Told | None:
        """What is believed of it, which is in the copy then; None: nothing. first: the room that nobody leaves. Raises
        StoreError."""
        if self._known is None:
            self._known = copy.names()
        match told:
            case frames.Rooms(rooms=rooms):
                believed = [room for room in rooms if self._believes(room, copy, self._known)]
                copy.keep(believed)
                return frames.Rooms(believed, told.first) if believed or not rooms else None
            case frames.Entered(room=room):
                if room not in self._known:  # a server tells of a room before it says that we are in it
                    self._doubt(f"we would be in {room!r}, of which we were told nothing")
                    return None
                self.rooms.add(room)
                copy.follow(room)
            case frames.Parted(room=room):
                if room == first or not (room in self.rooms or room in copy.followed()):
                    return None
                self.rooms.discard(room)
                copy.unfollow(room)
        return told

    def _believes(self, room: RoomInfo, copy: Replica, known: set[str]) -> bool:
        """Whether there may be such a room; then it is known."""
        if room.name not in known and len(known) >= MAX_KNOWN:
            self._doubt(f"there would be more than {MAX_KNOWN} rooms")
            return False
        if not self._fits(room, copy):
            self._doubt(f"the people of {room.name!r} do not fit its name")
            return False
        known.add(room.name)
        return True

    def _fits(self, room: RoomInfo, copy: Replica) -> bool:
        """A direct conversation is of exactly those that its name stands for, ourselves among them, for ever; another
        room names nobody."""
        keys = {person.key for person in room.people}
        if not room.direct:
            return not keys
        if self._own_key not in keys or not len(keys) == len(room.people) <= MAX_DIRECT:
            return False
        held = copy.people(room.name)
        return room.name == direct_name(keys) and (not held or held == keys)

    def _doubt(self, what: str) -> None:
        if not self._doubted:
            self._doubted = True
            _log.warning("what the server says of its rooms is not believed: %s", what)
