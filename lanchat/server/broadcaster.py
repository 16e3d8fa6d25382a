"""The broadcaster: the one thread that numbers, stores and delivers; it never waits for a member or a session.

Each turn takes all that waits, stores it in one transaction, encodes it once, and sends the same bytes to every
member. While it sends, the next batch gathers.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any, Final

from lanchat.errors import StoreError, StoreFailed
from lanchat.journal import Journal
from lanchat.protocol.frames import (
    Arrange,
    Error,
    Fetch,
    History,
    Message,
    Moderate,
    Offer,
    Read,
    Refused,
    Rename,
    Resend,
    Say,
    Search,
    Status,
    Ticket,
    Typing,
    Word,
)
from lanchat.protocol.handshake import ROOMS
from lanchat.protocol.limits import MAX_ID, Code
from lanchat.protocol.moderation import Rules
from lanchat.server import limits
from lanchat.server.access import Access
from lanchat.server.admission import Admission
from lanchat.server.arranging import Arranging
from lanchat.server.counters import Counters
from lanchat.server.delivery import Delivery
from lanchat.server.departures import Departures
from lanchat.server.files import Files
from lanchat.server.history import Answer, Request
from lanchat.server.inbox import Inbox
from lanchat.server.items import Accepted, Ask, Item, Join, Leave, Said, Stop, Tell
from lanchat.server.last_resort import last_resort
from lanchat.server.late import Late
from lanchat.server.member import Joiner, Member
from lanchat.server.moderation import Moderation
from lanchat.server.reading import Reading
from lanchat.server.retention import Keep, Retention
from lanchat.server.room import Room, refers
from lanchat.server.rooms import Rooms, no_room, object_to_room, unread
from lanchat.server.roster import Line, Roster
from lanchat.server.searching import SearchRequest
from lanchat.server.stage import CLOSES, Stage
from lanchat.server.standing import Standing
from lanchat.server.statuses import Statuses, cleaned
from lanchat.server.transfer import Uploaded

_log = logging.getLogger(__name__)
_NOT_STORED: Final = Error(Code.NOT_STORED, "The server cannot store messages just now; its disk may be full.")


class Broadcaster:
    """Owns the rooms, the roster, the members and the journal's writing connection, from start() on."""

    def __init__(
        self,
        journal: Journal,
        ask: Callable[[Request | SearchRequest], None],
        keep: Keep,
        scrub: Callable[[], None],
        access: Access,
        files: Files,
        max_clients: int,
        on_close: Callable[[], None],
    ) -> None:
        """ask, scrub: of the history reader. keep: how long texts stay. on_close: an owner closed the room; called in
        the thread, must not wait. Raises StoreError."""
        self.inbox: Inbox[Item] = Inbox(limits.INBOX_BYTES)
        self._journal, self._counters = journal, Counters(journal.highest)
        self._rooms = Rooms(journal, self._counters)
        self._roster = Roster(self._rooms.first.name, journal.holders())
        self._retention = Retention(journal, self._rooms.names, keep, scrub)
        self._files, self._late = files, Late(journal)
        self._reading, self._departures = Reading(journal, self._late), Departures(self._late)
        self._statuses = Statuses(self._roster)
        self._members: dict[Joiner, Member] = {}
        self._delivery = Delivery(self._members.values(), ask)
        self._stage = Stage(
            journal,
            self._rooms,
            self._roster,
            self._reading,
            self._departures,
            self._retention,
            files,
            self._delivery,
            self._members,
        )
        self._delivery.stage = self._stage
        self._standing = Standing(self._roster, access)
        self._moderation = Moderation(self._roster, access, self._standing, self._stage)
        self._arranging = Arranging(self._rooms, self._roster, self._standing, self._stage)
        self._admission = Admission(self._roster, journal, access, self._standing)
        self._max_clients, self._on_close = max_clients, on_close
        self._said: list[Accepted] = []  # accepted, not stored yet
        self._ended = False
        self._now = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="lanchat-broadcaster")
        self._handlers: Final = self._table()

    def _table(self) -> dict[type, Callable[[Any], None]]:
        """What each kind of item comes to."""
        return {
            Join: self._on_join,
            Leave: self._on_leave,
            Said: self._on_said,
            Ask: self._on_ask,
            Tell: self._on_tell,
            Answer: self._on_answer,
            Uploaded: self._on_uploaded,
            Stop: self._on_stop,
        }

    def start(self) -> None:
        self._thread.start()

    def users(self) -> int:
        """How many are in; any thread may ask."""
        return len(self._roster)

    def close(self) -> None:
        """Ends the thread, once what lies in the inbox is done."""
        if self._thread.ident is not None:
            self.inbox.put(Stop(goodbye=False))
            self._thread.join()
        self._delivery.close()
        self.inbox.close()

    # The thread

    def _run(self) -> None:
        with last_resort("the broadcaster"):
            self._delivery.watch(self.inbox.wakeup)
            while not self._ended:
                self._turn()
            self._late.store()

    def _turn(self) -> None:
        items = self.inbox.take()
        ready = self._delivery.select(0.0 if items else self._patience())
        self._now = time.monotonic()
        for source in ready:
            if source is None:
                self.inbox.rest()
            else:
                self._delivery.feed(source, self._now, progress=True)
        for item in items:
            self._handlers[type(item)](item)
        self._store()
        self._roster.expire(self._now)
        self._standing.on_time(self._now, time.time_ns() // 1_000_000)
        self._statuses.on_time(self._now)
        self._stage.note_change(self._now)
        self._stage.on_time(self._now)
        self._delivery.deliver(self._now)
        self._late.on_time(self._now)
        self._retention.on_time(self._now, time.time_ns() // 1_000_000)
        self._files.on_time(self._now, time.time_ns() // 1_000_000)

    def _patience(self) -> float | None:
        """Seconds until something is to do that nobody will wake us for; None: nothing."""
        hands = (self._roster, self._standing, self._stage, self._statuses)
        stores = (self._retention, self._late, self._files)
        due = [hand.due for hand in (*hands, *stores) if hand.due is not None]
        waits = [max(0.0, min(due) - time.monotonic())] if due else []
        if (patience := self._delivery.patience()) is not None:
            waits.append(patience)
        return min(waits, default=None)

    # What sessions want

    def _on_said(self, item: Said) -> None:
        member = self._members.get(item.session)
        if member is None or member.last_told:
            return
        at = time.time_ns() // 1_000_000
        watched = self._standing.watches(member.line)
        for said in item.said:
            refused = member.refusing or (self._standing.object_to_word(member, self._now, at) if watched else None)
            if refused is not None:
                self._refuse(member, refused, said.id)
                continue
            try:
                if refers(said):
                    self._store()  # what it means may have been said just now
                room = self._rooms.find(said.room, member.line.key)
                objection = object_to_room(member, room, said) or self._object_to_file(member.line, said)
                outcome = objection if room is None or objection else room.say(member.line, said, at)
            except StoreError as error:  # its counter cannot be looked up
                _log.error("nothing can be read: %s", error)
                self._refuse(member, _NOT_STORED, said.id)
                continue
            if isinstance(outcome, Error):
                self._delivery.tell(member, outcome)
            elif outcome is not None and room is not None:
                if watched:
                    self._standing.spoke(member, self._now)
                self._said.append(Accepted(outcome, member, room))

    def _object_to_file(self, line: Line, said: Word) -> Error | None:
        file = said.file if isinstance(said, Say) else None
        if file is None:
            return None
        return self._files.object_to(line.key, file, said.id, lambda room: self._rooms.find(room, line.key) is not None)

    def _refuse(self, member: Member, why: Error, id: str) -> None:  # noqa: A002 - the wire's word
        """Its client will say it again. A later counter would pass for this one's, and it would be lost: until then
        nothing else of a member with a key is taken."""
        self._delivery.tell(member, Error(why.code, why.detail, id[:MAX_ID], wait=why.wait))
        if member.line.key is not None and why.code in (Code.NOT_STORED, Code.SLOW):
            member.refusing = why

    def _on_join(self, item: Join) -> None:
        self._store()  # the newcomer's head is what is stored, and live entries begin after it
        try:
            key, first = item.hello.key, self._rooms.first
            counters = self._admission.counters(item.hello, self._counters)
            read = min(self._reading.of(first.name, key), first.head)
            rooms = self._rooms.followed(key) if ROOMS in item.hello.capabilities else []
            outcome = self._admit(item)  # the last that may fail: who is in stays in
        except StoreError as error:
            _log.error("nothing can be read: %s", error)
            item.session.admitted(Refused(Code.NOT_STORED, "The server cannot read its journal just now."))
            return
        if isinstance(outcome, Refused):
            item.session.admitted(outcome)
            return
        self._delivery.tell(outcome, item.welcome(outcome.line.nick, first.head, counters, read))
        self._delivery.enter(outcome, first, self._admission.first_seq(item.hello, first))
        outcome.todo.extend(self._stage.listing(outcome))
        self._stage.introduce(outcome, first)
        if self._standing.rules != Rules(first.name):
            self._delivery.tell(outcome, self._standing.rules)
        outcome.entering.extend((room, self._admission.first_seq(item.hello, room)) for room in rooms)
        outcome.todo.extend(self._admission.left_elsewhere(item.hello, [first, *rooms]) if outcome.rooms else ())
        if outcome.line.connections > 1:
            self._note_status(outcome)
        self._stage.note_change(self._now)
        item.session.admitted(None)

    def _admit(self, item: Join) -> Member | Refused:
        if self._stage.closing:
            return Refused(Code.CLOSING, "The room is being closed.")
        if len(self._members) >= self._max_clients:
            return Refused(Code.FULL, f"The room is full: {self._max_clients} are in.")
        line = self._admission.admit(item, self._now, time.time_ns() // 1_000_000)
        if isinstance(line, Refused):
            return line
        member = self._members[item.session] = Member(
            item.session, line, self._now, rooms=ROOMS in item.hello.capabilities
        )
        if line.connections == 1:  # back after a break, until it says otherwise
            member.status = Status(line.state, line.text)
        _log.info("%s is in; %d connections", line.nick, len(self._members))
        return member

    def _on_leave(self, item: Leave) -> None:
        member = self._members.pop(item.session, None)
        if member is not None:
            _log.info("%s is gone", member.line.nick)
            self._delivery.remove(member)
            self._roster.leave(member.line, self._now, goodbye=item.goodbye)
            if member.line.connections:
                self._note_status(member)
            last = time.time_ns() // 1_000_000 if member.status.last else 0
            self._departures.note(member.line.key, last, self._now)
            self._stage.note_change(self._now)
        item.session.channel.close()

    def _on_ask(self, item: Ask) -> None:
        member = self._members.get(item.session)
        if member is None or member.last_told:
            return
        if isinstance(item.frame, Status):
            member.status = cleaned(item.frame)
            self._note_status(member)
            if not member.status.last:
                self._departures.note(member.line.key, 0, self._now)
            return
        if isinstance(item.frame, Rename):
            self._rename(member, item.frame.nick)
            return
        self._store()  # what was said before it may still fail, and comes before what comes of it
        if isinstance(item.frame, Resend):
            member.refusing = None
            return
        if isinstance(item.frame, Moderate):
            self._moderate(member, item.frame)
            return
        if isinstance(item.frame, Arrange):
            at = time.time_ns() // 1_000_000
            self._delivery.tell(member, self._arranging.do(member, item.frame.id, item.frame.do, self._now, at))
            return
        try:
            if isinstance(item.frame, Search):
                self._delivery.ask_search(member, item.frame, self._rooms)
                return
            self._on_ask_about(member, item.frame)
        except StoreError as error:
            _log.error("nothing can be read: %s", error)
            if (answer := unread(item.frame)) is not None:
                self._delivery.tell(member, answer)

    def _note_status(self, member: Member) -> None:
        """One of the connections of a person came, went, or said how they are here."""
        self._statuses.note(member.line, [other.status for other in self._stage.connections(member)], self._now)

    def _on_uploaded(self, item: Uploaded) -> None:
        self._files.uploaded(item, time.time_ns() // 1_000_000)

    def _on_ask_about(self, member: Member, frame: History | Typing | Read | Offer | Fetch) -> None:
        """A room, that is; or a file that is to be sent. Raises StoreError."""
        line = member.line
        if isinstance(frame, Offer):
            self._delivery.tell(member, self._files.offer(line.key, frame, self._now, time.time_ns() // 1_000_000))
            return
        room = self._rooms.find(frame.room, line.key)
        if isinstance(frame, Fetch):
            self._delivery.tell(member, self._fetch(member, frame, room))
            return
        if room is None:
            self._delivery.tell(member, no_room(frame.room))
        elif isinstance(frame, History):
            if error := self._delivery.ask_page(member, room, frame):
                self._delivery.tell(member, error)
        elif not member.is_in(room):
            return  # it has left just now, or others would be told of somebody who is not there
        elif isinstance(frame, Typing):
            self._stage.typed(line, room, self._now)
        else:
            self._stage.read(line, room, frame, self._now)

    def _fetch(self, member: Member, frame: Fetch, room: Room | None) -> Ticket:
        if room is None:
            return Ticket(frame.id, code=Code.ROOM_UNKNOWN, detail=no_room(frame.room).detail)
        return self._files.fetch(member.line.key or member.session.address, frame, room.name, self._now)

    def _moderate(self, member: Member, frame: Moderate) -> None:
        outcome = self._moderation.do(member, frame.id, frame.do, self._now, time.time_ns() // 1_000_000)
        self._delivery.tell(member, outcome)
        if self._stage.last_bye is not None and not self._stage.closing:
            self._stage.say_goodbye(self._stage.last_bye)
            self._on_close()

    def _rename(self, member: Member, nick: str) -> None:
        error = self._standing.object_to_name(member, self._now, time.time_ns() // 1_000_000)
        error = error or self._roster.rename(member.line, nick)
        if error is not None:
            self._delivery.tell(member, error)
            return
        self._admission.hold_nick(member.line)
        self._stage.note_change(self._now)

    def _on_tell(self, item: Tell) -> None:
        member = self._members.get(item.session)
        if member is not None:
            self._delivery.tell(member, item.frame, last=item.last)

    def _on_answer(self, item: Answer) -> None:
        if item.request.member.session in self._members:
            self._store()  # so that the room's head and the end of the stream are the same place
            self._delivery.answer(item)

    def _on_stop(self, item: Stop) -> None:
        self._ended = not item.goodbye
        if item.goodbye:
            self._stage.say_goodbye(CLOSES)

    # Storing, then telling

    def _store(self) -> None:
        """Writes what was said into the journal, and only then into the stream."""
        if not self._said:
            return
        waiting, self._said = self._said, []
        said = [one.entry for one in waiting]
        try:
            if self._journal.free_disk < limits.FREE_DISK:
                raise StoreFailed(path=self._journal.path, detail="the disk is nearly full")
            self._journal.append(said, self._counters.waiting, new=True)
        except StoreError as error:
            self._not_stored(waiting, error)
            return
        self._counters.stored()
        for entry in said:
            if isinstance(entry, Message) and entry.file is not None:
                self._files.said(entry.key, entry.file.sha256)
        self._stage.show(said, [one.room for one in waiting])

    def _not_stored(self, waiting: list[Accepted], error: StoreError) -> None:
        _log.error("nothing can be stored: %s", error)
        self._counters.not_stored()
        for one in reversed(waiting):
            one.room.not_stored(one.entry.seq - 1)
        for one in waiting:
            self._refuse(one.author, _NOT_STORED, one.entry.id)
