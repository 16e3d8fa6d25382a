"""The stage: what all or some see of what moderation and arranging decided, and of who comes and goes.

Between the broadcaster's hands that judge and the one that delivers; in its thread. It judges nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from lanchat.errors import StoreError
from lanchat.journal import Journal
from lanchat.protocol.entries import Archived, Deleted, Entry, Message, Topic
from lanchat.protocol.frames import Bye, Entered, Parted, Presence, Rooms, ServerFrame, Typed
from lanchat.protocol.limits import TYPING_EVERY, TYPING_ROOM, Code
from lanchat.protocol.moderation import Rules
from lanchat.server import limits
from lanchat.server.delivery import Delivery
from lanchat.server.files import Files
from lanchat.server.member import Joiner, Member
from lanchat.server.reading import Reading
from lanchat.server.retention import Retention
from lanchat.server.room import Room
from lanchat.server.rooms import Rooms as AllRooms
from lanchat.server.roster import Line, Roster

CLOSES: Final = Bye(Code.CLOSING, "The server closes. Goodbye.")


class Stage:
    """members: a live view of who is in."""

    def __init__(
        self,
        journal: Journal,
        rooms: AllRooms,
        roster: Roster,
        reading: Reading,
        retention: Retention,
        files: Files,
        delivery: Delivery,
        members: Mapping[Joiner, Member],
    ) -> None:
        self._journal, self._rooms, self._roster, self._reading = journal, rooms, roster, reading
        self._retention, self._files, self._delivery, self._members = retention, files, delivery, members
        self._changed_at: float | None = None  # when the first untold change of the roster happened (s, monotonic)
        self.last_bye: Bye | None = None  # an owner closes the room
        self.closing = False

    # Who is in

    def members(self) -> Iterable[Member]:
        return self._members.values()

    def connections(self, member: Member) -> list[Member]:
        """All of the same person."""
        return [other for other in self._members.values() if other.line is member.line]

    def note_change(self, now: float) -> None:
        """Something of the roster may have changed; now: s, monotonic."""
        if self._roster.changes and self._changed_at is None:
            self._changed_at = now

    @property
    def due(self) -> float | None:
        """When `on_time` has something to do."""
        return None if self._changed_at is None else self._changed_at + limits.PRESENCE_DELAY

    def on_time(self, now: float) -> None:
        if self.due is not None and now >= self.due:
            self._publish_first()

    def _publish_first(self, *frames: Rules | Typed | Rooms) -> None:
        """To everybody, behind what was not told of the roster yet."""
        if told := [*self._gathered(), *frames]:
            self._delivery.publish(self._rooms.first, told)

    def _gathered(self) -> list[Presence]:
        """The changes of the roster that were not told yet."""
        self._changed_at = None
        changes = self._roster.presence()
        return [] if self.closing else changes

    # What is told

    def show(self, entries: Sequence[Entry]) -> None:
        """Entries that are stored, to who follows their rooms; news of people first, for who speaks has joined."""
        by_room: dict[str, list[Entry]] = {}
        for entry in entries:
            by_room.setdefault(entry.room, []).append(entry)
        first = self._rooms.first
        # One batch: a place in front of the entries must not count as one behind them.
        if told := [*self._gathered(), *by_room.pop(first.name, ())]:
            self._delivery.publish(first, told)
        for name, part in by_room.items():
            room = self._rooms.find(name, part[0].key)
            if room is not None:
                self._delivery.publish(room, part)
                self._invite(room)  # who enters gets what is stored in pages, so not before it is in the stream

    def _invite(self, room: Room) -> None:
        """With the first word of a direct conversation, all of its people who are here follow it."""
        if room.untold:
            room.untold = False
            for member in self._members.values():
                if member.line.key in room.people:
                    self.enter(member, room, have=0)

    def typed(self, line: Line, room: Room, now: float) -> None:
        """Not too often, and never kept."""
        if len(self._roster) <= TYPING_ROOM and not line.muted_until and now >= line.typed_at + TYPING_EVERY * 0.8:
            line.typed_at = now
            if room is self._rooms.first:
                self._publish_first(Typed(room.name, line.nick, line.key))
            else:
                self._delivery.publish(room, [Typed(room.name, line.nick, line.key)])

    def listing(self, member: Member) -> list[ServerFrame]:
        """Everybody, and the rooms."""
        followed = [place.stream.room for place in member.places.values()]
        return [*self._roster.listing(), *(self._rooms.listing(followed) if member.rooms else ())]

    # What moderation has done

    def put_out(self, member: Member, bye: Bye) -> None:
        self._files.revoke(member.line.key or member.session.address)
        self._delivery.tell(member, bye, last=True)

    def publish(self, rules: Rules) -> None:
        self._publish_first(rules)

    def message(self, room: Room, seq: int) -> Message | None:
        """What stands there; None: nothing, or no more. Raises StoreError."""
        return self._journal.message(room.name, seq)

    def room(self, name: str, key: str | None) -> Room | None:
        return self._rooms.find(name, key)

    def delete(self, line: Line, room: Room, target: Message) -> None:
        """Blanks it, and tells all. Raises StoreError."""
        size = self._journal.size_of(room.name, target.seq)
        entry: Deleted = room.delete(line, time.time_ns() // 1_000_000, target.seq)
        try:
            self._journal.append([entry], {})
        except StoreError:
            room.not_stored(entry.seq - 1)
            raise
        self.show([entry])
        self._retention.blanked(room.name, target.seq, size)
        if target.file is not None:
            self._files.released(target.file.sha256, entry.at)

    def close_room(self, bye: Bye) -> None:
        """Once who asked for it was told that it is done."""
        self.last_bye = bye

    def say_goodbye(self, bye: Bye) -> None:
        self.closing = True
        for member in self._members.values():
            self._delivery.tell(member, bye, last=True)

    # What arranging has done

    def enter(self, member: Member, room: Room, have: int | None = None) -> None:
        """It follows the room from now on, and is told so. have: the last seq that it has, or need not have; None: the
        end of the room is enough. Raises StoreError."""
        if not member.rooms or room.name in member.places:
            return
        read = min(self._reading.of(room.name, member.line.key), room.head)
        self._delivery.tell(member, Rooms([room.info()]))
        self._delivery.tell(member, Entered(room.name, room.head, read))
        self._delivery.enter(member, room, room.newcomer if have is None else have)

    def part(self, member: Member, room: Room) -> None:
        if room.name in member.places:
            self._delivery.part(member, room.name)
            self._delivery.tell(member, Parted(room.name))

    def announce(self, room: Room, entry: Topic | Archived) -> None:
        """An entry that is stored, and what it makes of the room, to all who may know."""
        if room.direct:
            for member in self._members.values():
                if room.name in member.places:
                    self._delivery.tell(member, Rooms([room.info()]))
        else:
            self._publish_first(Rooms([room.info()]))
        self.show([entry])
