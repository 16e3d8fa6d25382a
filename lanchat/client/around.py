"""Who is on the server and which rooms there are, for programs that ask; fed with the events that they get, too."""

from __future__ import annotations

import threading
from typing import Final

from lanchat.client import events
from lanchat.protocol.frames import Change, Member
from lanchat.protocol.rooms import RoomInfo

MAX_PEOPLE: Final = 10_000  # lines of the roster; a server that tells more is not believed


class Around:
    """Written by the link's thread, read by any."""

    def __init__(self) -> None:
        self._people: dict[str, Member] = {}
        self._rooms: dict[str, RoomInfo] = {}  # bounded by what Following believes
        self._followed: set[str] = set()
        self._lock = threading.Lock()  # over all of them, for a copy or a change

    def take(self, event: events.Event) -> None:
        with self._lock:
            match event:
                case events.Joined(welcome=welcome, new_journal=new_journal):
                    if new_journal:  # its rooms are others
                        self._rooms.clear()
                        self._followed.clear()
                    self._followed.add(welcome.room)
                    self._rooms.setdefault(welcome.room, RoomInfo(welcome.room))
                case events.Roster(members=members, first=first):
                    if first:
                        self._people.clear()
                    for member in members[: MAX_PEOPLE - len(self._people)]:
                        self._people[member.nick] = member
                case events.Presence(changes=changes):
                    for change in changes:
                        self._change(change)
                case events.Rooms(rooms=rooms):
                    self._rooms |= {room.name: room for room in rooms}
                case events.Entered(room=room):
                    self._followed.add(room)
                case events.Parted(room=room):
                    self._followed.discard(room)

    def _change(self, change: Change) -> None:
        match change.change:
            case "left":
                self._people.pop(change.nick, None)
                return
            case "renamed":
                self._people.pop(change.was, None)
            case "joined":
                pass
            case _ if change.nick not in self._people:
                return
        if change.nick in self._people or len(self._people) < MAX_PEOPLE:
            self._people[change.nick] = member_of(change)

    def people(self) -> list[Member]:
        with self._lock:
            return list(self._people.values())

    def rooms(self, *, followed: bool) -> list[RoomInfo]:
        with self._lock:
            return [room for name, room in self._rooms.items() if not followed or name in self._followed]


def member_of(change: Change) -> Member:
    """The line of the roster after a change of it."""
    c = change
    return Member(c.nick, c.key, c.clear, c.role, c.muted, c.new, c.state, c.text)
