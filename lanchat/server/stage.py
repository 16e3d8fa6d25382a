"""The stage: what all or some see of what moderation and arranging decided, and of who comes and goes.

Between the broadcaster's hands that judge and the one that delivers; in its thread. It judges nothing.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from lanchat.errors import StoreError
from lanchat.journal import Journal
from lanchat.protocol.entries import Archived, Deleted, Entry, Message, Topic
from lanchat.protocol.frames import Bye, Entered, Pins, Presence, Read, Rooms, Seen, ServerFrame, Typed
from lanchat.protocol.limits import MAX_PIN_TEXT, OWN_SEEN_EVERY, READERS_ROOM, TYPING_EVERY, TYPING_ROOM, Code
from lanchat.protocol.moderation import Rules
from lanchat.protocol.plain import encode_before
from lanchat.protocol.presence import Pin
from lanchat.protocol.rooms import Person, RoomInfo
from lanchat.server import limits
from lanchat.server.delivery import Delivery
from lanchat.server.departures import Departures
from lanchat.server.files import Files
from lanchat.server.member import Joiner, Member
from lanchat.server.reading import Reading
from lanchat.server.receipts import Receipts
from lanchat.server.retention import Retention
from lanchat.server.room import Room
from lanchat.server.rooms import Rooms as AllRooms
from lanchat.server.roster import Line, Roster

_log = logging.getLogger(__name__)
CLOSES: Final = Bye(Code.CLOSING, "The server closes. Goodbye.")


class Stage:
    """members: a live view of who is in."""

    def __init__(
        self,
        journal: Journal,
        rooms: AllRooms,
        roster: Roster,
        reading: Reading,
        departures: Departures,
        retention: Retention,
        files: Files,
        delivery: Delivery,
        members: Mapping[Joiner, Member],
    ) -> None:
        self._journal, self._rooms, self._roster, self._reading = journal, rooms, roster, reading
        self._retention, self._files, self._delivery, self._members = retention, files, delivery, members
        self._departures, self._receipts, self._own_receipts = departures, Receipts(), Receipts(OWN_SEEN_EVERY)
        # By room, as told last, and up to where its texts were redacted then: many may come at once
        self._pins: dict[str, tuple[Pins, int]] = {}
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
        changed = None if self._changed_at is None else self._changed_at + limits.PRESENCE_DELAY
        dues = (changed, self._receipts.due, self._own_receipts.due)
        return min((due for due in dues if due is not None), default=None)

    def on_time(self, now: float) -> None:
        if self._changed_at is not None and now >= self._changed_at + limits.PRESENCE_DELAY:
            self._publish_first()
        for seen in self._receipts.take(now):
            if (room := self._delivery.room(seen.room)) is not None:
                self._publish(room, seen)
        self._tell_own(self._own_receipts.take(now))

    def _tell_own(self, seen: Sequence[Seen]) -> None:
        """To the devices of who has read it."""
        by_key: dict[str, list[Seen]] = {}
        for one in seen:
            by_key.setdefault(one.key, []).append(one)
        for member in self._members.values() if by_key else ():
            for one in by_key.get(member.line.key or "", ()):
                if one.room in member.places:
                    self._delivery.tell(member, one)

    def _publish_first(self, *frames: Rules | Typed | Rooms | Seen) -> None:
        """To everybody, behind what was not told of the roster yet."""
        if told := [*self._gathered(), *frames]:
            self._delivery.publish(self._rooms.first, told)

    def _publish(self, room: Room, frame: Typed | Seen) -> None:
        """To who follows the room; never before the news of whom it is about."""
        if room is self._rooms.first:
            self._publish_first(frame)
        else:
            self._delivery.publish(room, [frame])

    def _gathered(self) -> list[Presence]:
        """The changes of the roster that were not told yet."""
        self._changed_at = None
        changes = self._roster.presence()
        return [] if self.closing else changes

    # What is told

    def show(self, entries: Sequence[Entry], rooms: Sequence[Room]) -> None:
        """Entries that are stored, each with its room, to who follows that; news of people first, for who speaks has
        joined."""
        parts: dict[Room, list[Entry]] = {}
        for entry, room in zip(entries, rooms, strict=True):
            parts.setdefault(room, []).append(entry)
        first = self._rooms.first
        # One batch: a place in front of the entries must not count as one behind them.
        if told := [*self._gathered(), *parts.pop(first, ())]:
            self._delivery.publish(first, told)
        for room, part in parts.items():
            self._delivery.publish(room, part)
            if room.direct:
                self._invite(room)  # who enters gets what is stored in pages, so not before it is in the stream

    def _invite(self, room: Room) -> None:
        """All people of a conversation who are here follow it, once something is said in it."""
        for member in self._members.values():
            if member.line.key in room.people and not member.is_in(room):
                self.try_to_enter(member, room, have=0)

    def try_to_enter(self, member: Member, room: Room, have: int) -> None:
        """As `enter`. For whom a room cannot be read, that comes back for it: without it they would miss its words."""
        try:
            self.enter(member, room, have)
        except StoreError as error:
            _log.error("a room cannot be entered: %s", error)
            self._delivery.drop(member, "a room that it follows cannot be read")

    def typed(self, line: Line, room: Room, now: float) -> None:
        """Not too often, and never kept."""
        few = self._delivery.followers(room.name) <= TYPING_ROOM
        if few and not line.muted_until and now >= line.typed_at + TYPING_EVERY * 0.8:
            line.typed_at = now
            self._publish(room, Typed(room.name, line.nick, line.key))

    def read(self, line: Line, room: Room, read: Read, now: float) -> None:
        """Kept for their other devices, and told to those that are here; told to others where they let it, and where it
        is no noise. Raises StoreError."""
        noted = self._reading.note(room.name, line.key, min(read.seq, room.head), now, public=read.public)
        if noted is None or line.key is None:
            return
        if line.connections > 1:
            self._own_receipts.note(room.name, line.key, noted.seq, now)
        if noted.told is not None and self._delivery.followers(room.name) <= READERS_ROOM:
            self._receipts.note(room.name, line.key, noted.told, now)

    def listing(self, member: Member) -> list[ServerFrame]:
        """Everybody, and the rooms; of conversations one hears on entering them."""
        return [*self._roster.listing(), *(self._rooms.listing() if member.rooms else ())]

    def _as_now(self, info: RoomInfo) -> RoomInfo:
        """Its people by the names that they hold now, with when those were here last who are not."""
        return replace(info, people=[self._person(person) for person in info.people]) if info.people else info

    def _person(self, person: Person) -> Person:
        held = self._roster.whom(person.key)
        last = 0 if self._roster.is_here(person.key) else self._departures.of(person.key)
        return replace(person, nick=held.nick if held else person.nick, last=last)

    def _pins_of(self, room: Room) -> Pins:
        """Raises StoreError."""
        told, known = self._pins.get(room.name, (None, 0))
        if told is None and not room.pins():
            return Pins(room.name, room.head, [])  # as mostly: nothing is read for each who comes
        redacted = self._journal.redacted(room.name)
        if told is None or (told.head, known) != (room.head, redacted):
            pins = [Pin(m.seq, m.nick, self._journal.reads_now(m)[:MAX_PIN_TEXT]) for m in room.pins()]
            told = Pins(room.name, room.head, pins)
            self._pins.pop(room.name, None)
            if pins:  # so that direct conversations of all times do not gather here
                self._pins[room.name] = told, redacted
        return told

    def introduce(self, member: Member, room: Room) -> None:
        """What there is to know of a room besides its entries, to who comes into it; what cannot be read is missing."""
        try:
            self._introduce(member, room)
        except StoreError as error:
            _log.error("what is known of a room cannot be read: %s", error)

    def _introduce(self, member: Member, room: Room) -> None:
        if member.plain:  # it gets no pages
            last = range(max(0, room.head - limits.PLAIN_HISTORY) + 1, room.head + 1)
            said = [message for seq in last if (message := self.reads_now(room, seq))]
            self._delivery.tell_lines(member, encode_before(said))
        if (pins := self._pins_of(room)).pins:
            self._delivery.tell(member, pins)
        if self._delivery.followers(room.name) <= READERS_ROOM:
            for key, seq in self._reading.readers(room.name, READERS_ROOM).items():
                if key != member.line.key:
                    self._delivery.tell(member, Seen(room.name, key, min(seq, room.head)))

    # What moderation has done

    def put_out(self, member: Member, bye: Bye) -> None:
        self._files.revoke(member.line.key or member.session.address)
        self._delivery.tell(member, bye, last=True)

    def publish(self, rules: Rules) -> None:
        self._publish_first(rules)

    def message(self, room: Room, seq: int) -> Message | None:
        """What stands there; None: nothing, or no more. Raises StoreError."""
        return self._journal.message(room.name, seq)

    def reads_now(self, room: Room, seq: int) -> Message | None:
        """The same with the text that it has after its changes; None, too, where it cannot be read."""
        try:
            message = self.message(room, seq)
            return message and replace(message, text=self._journal.reads_now(message))
        except StoreError as error:
            _log.error("a message cannot be read: %s", error)
            return None

    def room(self, name: str, key: str | None) -> Room | None:
        return self._rooms.find(name, key)

    def delete(self, line: Line, room: Room, target: Message) -> None:
        """Blanks it, and tells all. Raises StoreError."""
        size = self._retention.size_of(room.name, target.seq)
        entry: Deleted = room.delete(line, time.time_ns() // 1_000_000, target.seq)
        try:
            self._journal.append([entry], {})
        except StoreError:
            room.not_stored(entry.seq - 1)
            raise
        room.stored(entry)
        self.show([entry], [room])
        self._retention.blanked(room.name, size)
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
        if not member.rooms or member.is_in(room):
            return
        have = room.newcomer if have is None else have
        if member.is_laden:  # it enters many at once: it is told of the rest as fast as it reads
            member.entering.append((room, have))
            return
        read = min(self._reading.of(room.name, member.line.key), room.head)
        self._delivery.tell(member, Rooms([self._as_now(room.info())]))
        self._delivery.tell(member, Entered(room.name, room.head, read))
        self.introduce(member, room)
        if room.name in member.leaving:
            member.leaving.discard(room.name)  # it has not got everything yet, and goes on from there
        else:
            self._delivery.enter(member, room, have)

    def part(self, member: Member, room: Room) -> None:
        member.entering = deque(waiting for waiting in member.entering if waiting[0] is not room)
        self._delivery.part(member, room)

    def announce(self, room: Room, entry: Topic | Archived) -> None:
        """An entry that is stored, and what it makes of the room, to all who may know; the entry first, since a place
        in front of it must not count as one behind it."""
        self.show([entry], [room])
        if not room.direct:
            self._publish_first(Rooms([room.info()]))
            return
        told = Rooms([self._as_now(room.info())])
        for member in self._members.values():
            if room.name in member.places:
                self._delivery.tell(member, told)
