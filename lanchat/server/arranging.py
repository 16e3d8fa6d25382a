"""Arranging: makes, enters, leaves, describes, archives rooms at members' wish, pins messages, opens direct
conversations; the broadcaster's hand, in its thread.

It judges who may do that. What it changes is stored, and then told, by the broadcaster.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, Protocol

from lanchat.errors import LocalProtocolError
from lanchat.protocol import rooms as acts
from lanchat.protocol.entries import Archived, Entry, Message, Topic
from lanchat.protocol.frames import Outcome
from lanchat.protocol.limits import MAX_PINS, Code
from lanchat.protocol.moderation import Role
from lanchat.protocol.rooms import Person, RoomAction
from lanchat.protocol.text import one_line
from lanchat.server.denied import Denied, keep_to, outcome_of
from lanchat.server.holding import Holding
from lanchat.server.limits import ARRANGED, ARRANGED_BURST, Rate
from lanchat.server.member import Member
from lanchat.server.room import Room
from lanchat.server.rooms import MAX_ROOMS, Rooms
from lanchat.server.roster import Roster
from lanchat.server.standing import Standing

_WORDS: Final = (acts.Create, acts.SetTopic, acts.Archive, acts.Keep)  # all read what comes of them
_NO_GUEST: Final = "Guests cannot do that: the server does not know them again. Please use lanchat to join."


class Stage(Protocol):
    """What the broadcaster does for it."""

    def connections(self, member: Member) -> Iterable[Member]:
        """All of the same person."""

    def enter(self, member: Member, room: Room) -> None:
        """It follows the room from now on, and is told so."""

    def part(self, member: Member, room: Room) -> None: ...
    def announce(self, room: Room, entry: Topic | Archived) -> None:
        """An entry that is stored, and what it makes of the room, to all who may know."""

    def show(self, entries: Sequence[Entry], rooms: Sequence[Room]) -> None:
        """Entries that are stored, each with its room, to who follows that."""

    def message(self, room: Room, seq: int) -> Message | None:
        """None: there is none, or no more. Raises StoreError."""


class Arranging:
    """now: s, monotonic; at: ms since 1970."""

    def __init__(self, rooms: Rooms, roster: Roster, standing: Standing, stage: Stage) -> None:
        self._rooms, self._roster, self._standing, self._stage = rooms, roster, standing, stage
        self._made = Holding()  # rooms, by the address of who made them: keys are free to make
        self._handlers: Final[dict[type, Callable[[Member, Any, int], str]]] = {
            acts.Create: self._create,
            acts.Enter: self._enter,
            acts.Part: self._part,
            acts.SetTopic: self._describe,
            acts.Archive: self._archive,
            acts.Direct: self._direct,
            acts.Keep: self._keep,
        }

    def do(self, member: Member, id: str, action: RoomAction, now: float, at: int) -> Outcome:  # noqa: A002
        """Does it, if the member may; the outcome names the room."""
        self._standing.look()
        return outcome_of(id, lambda: self._do(member, action, now, at))

    def _do(self, member: Member, action: RoomAction, now: float, at: int) -> Outcome:
        """Raises Denied, StoreError."""
        line = member.line
        line.rate = line.rate or Rate(ARRANGED, now, ARRANGED_BURST)
        keep_to(line.rate, now)
        if not isinstance(action, acts.Enter | acts.Part):
            self._object_to_voice(member, now, at)
        room = self._handlers[type(action)](member, action, at)
        if isinstance(action, _WORDS):
            self._standing.spoke(member, now)
        return Outcome("", room=room)

    def _object_to_voice(self, member: Member, now: float, at: int) -> None:
        """What all read is a word to them, too."""
        if member.line.key is None:
            raise Denied(Code.GUEST, _NO_GUEST)
        refused = self._standing.object_to_word(member, now, at) if self._standing.watches(member.line) else None
        if refused is not None:
            raise Denied(Code(refused.code), refused.detail)

    def _room(self, member: Member, name: str) -> Room:
        room = self._rooms.find(name, member.line.key)
        if room is None:
            raise Denied(Code.ROOM_UNKNOWN, f"There is no room “{one_line(name)}” here.")
        return room

    def _create(self, member: Member, do: acts.Create, at: int) -> str:
        try:
            name = acts.clean_name(do.name)
        except LocalProtocolError as error:
            raise Denied(Code.ROOM_INVALID, str(error)) from error
        other = self._rooms.like(name)
        if other is not None:
            raise Denied(Code.ROOM_TAKEN, f"There is a room “{other.name}” already.")
        address, now = member.session.address, at / 1000
        most = MAX_ROOMS if self._standing.role(member.line.key) is Role.MEMBER else 2 * MAX_ROOMS
        if len(self._rooms) >= most or not self._made.allows(address, now):
            raise Denied(Code.TOO_MANY, "There are too many rooms here. Use one that there is.")
        room, entry = self._rooms.make(member.line, name, one_line(do.topic), at)
        self._made.count(address, now)
        self._stage.announce(room, entry)
        for connection in self._stage.connections(member):
            self._stage.enter(connection, room)
        return room.name

    def _enter(self, member: Member, do: acts.Enter, _at: int) -> str:
        room = self._room(member, do.room)
        if not self._rooms.follow(member.line.key, room):
            raise Denied(Code.TOO_MANY, "You are in too many rooms. Leave one first.")
        for connection in self._stage.connections(member):
            self._stage.enter(connection, room)
        return room.name

    def _part(self, member: Member, do: acts.Part, _at: int) -> str:
        room = self._room(member, do.room)
        if room is self._rooms.first:
            raise Denied(Code.NOT_ALLOWED, "Everybody is in this room.")
        if room.direct:
            raise Denied(Code.NOT_ALLOWED, "A direct conversation has no others: it stays.")
        self._rooms.unfollow(member.line.key, room)
        for connection in self._stage.connections(member):
            self._stage.part(connection, room)
        return room.name

    def _describe(self, member: Member, do: acts.SetTopic, at: int) -> str:
        room = self._own(member, do.room)
        topic = one_line(do.text)
        if topic != room.topic:
            entry = room.describe(member.line, at, topic)
            self._rooms.change(room, entry)
            self._stage.announce(room, entry)
        return room.name

    def _archive(self, member: Member, do: acts.Archive, at: int) -> str:
        room = self._own(member, do.room)
        if room is self._rooms.first or room.direct:
            raise Denied(Code.NOT_ALLOWED, "This room cannot be archived.")
        if do.on != room.archived:
            entry = room.archive(member.line, at, on=do.on)
            self._rooms.change(room, entry)
            self._stage.announce(room, entry)
        return room.name

    def _own(self, member: Member, name: str) -> Room:
        """A room that this member may change."""
        room, key = self._room(member, name), member.line.key
        if not room.direct and room.maker != key and self._standing.role(key).rank < Role.MODERATOR.rank:
            raise Denied(Code.NOT_ALLOWED, "Only who made the room, moderators and owners can do that.")
        return room

    def _keep(self, member: Member, do: acts.Keep, at: int) -> str:
        room = self._own(member, do.room)
        if room.archived:
            raise Denied(Code.ROOM_ARCHIVED, "This room is archived: nothing more is pinned in it.")
        if self._stage.message(room, do.seq) is None:
            raise Denied(Code.NOBODY, "There is no such message any more.")
        pins = [message.seq for message in room.pins()]
        if (do.seq in pins) is do.on:
            return room.name
        if do.on and len(pins) >= MAX_PINS:
            raise Denied(Code.TOO_MANY, f"{MAX_PINS} messages are pinned here already. Unpin one first.")
        entry = room.keep(member.line, at, do.seq, on=do.on)
        self._rooms.change(room, entry)
        self._stage.show([entry], [room])
        return room.name

    def _direct(self, member: Member, do: acts.Direct, _at: int) -> str:
        own = Person(member.line.key or "", member.line.nick)
        people = {own.key: own}
        for key in do.keys:
            whom = self._roster.whom(key)
            if whom is None or whom.key != key:
                raise Denied(Code.NOBODY, "There is nobody with that key here.")
            people[key] = Person(key, whom.nick)
        if len(people) < 2:
            raise Denied(Code.NOBODY, "That is you.")
        room = self._rooms.meet(own.key, [*people.values()])
        if isinstance(room, str):
            raise Denied(Code.TOO_MANY, room)
        for connection in self._stage.connections(member):
            self._stage.enter(connection, room)
        return room.name
