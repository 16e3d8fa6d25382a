"""Which rooms we follow on one connection, and which we were told of; a server that tells too much is not believed."""

from __future__ import annotations

from typing import Final

from lanchat.client.replica import Replica
from lanchat.protocol import frames

MAX_KNOWN: Final = 2_000  # rooms of a server that we hear of: several times what ours ever tells


class Following:
    """rooms: the names of those that we follow, the first one as well."""

    def __init__(self) -> None:
        self.rooms: set[str] = set()
        self._known = 0  # rooms that we were told of since the list began

    def change(self, told: frames.Rooms | frames.Entered | frames.Parted, copy: Replica, first: str) -> bool:
        """Takes it into the copy, too; False: it is not believed. first: the room that nobody leaves. Raises
        StoreError."""
        match told:
            case frames.Rooms(rooms=rooms):
                self._known = len(rooms) + (0 if told.first else self._known)
                if self._known > MAX_KNOWN:
                    return False
                copy.keep(rooms)
            case frames.Entered(room=room):
                if len(self.rooms) >= MAX_KNOWN:
                    return False
                self.rooms.add(room)
                copy.follow(room)
            case frames.Parted(room=room):
                if room not in self.rooms or room == first:
                    return False
                self.rooms.discard(room)
                copy.unfollow(room)
        return True
