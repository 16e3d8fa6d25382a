"""The broadcaster: the one thread that numbers, stores and delivers; it never waits for a member or a session.

Each turn takes all that waits, stores it in one transaction, encodes it once, and sends the same bytes to every
member. While it sends, the next batch gathers.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, Final

from lanchat.errors import StoreError, StoreFailed
from lanchat.journal import Journal
from lanchat.protocol.frames import (
    Bye,
    Entry,
    Error,
    Fetch,
    Message,
    Moderate,
    Offer,
    Presence,
    Read,
    Refused,
    Rename,
    Resend,
    Say,
    Ticket,
    Typed,
    Typing,
    Word,
)
from lanchat.protocol.limits import MAX_ID, TYPING_EVERY, TYPING_ROOM, Code
from lanchat.protocol.moderation import Rules
from lanchat.server import limits
from lanchat.server.access import Access
from lanchat.server.admission import Admission
from lanchat.server.delivery import Delivery
from lanchat.server.files import Files
from lanchat.server.history import Answer, Request
from lanchat.server.inbox import Inbox
from lanchat.server.items import Ask, Item, Join, Leave, Said, Stop, Tell
from lanchat.server.last_resort import last_resort
from lanchat.server.member import Joiner, Member
from lanchat.server.moderation import Moderation
from lanchat.server.reading import Reading
from lanchat.server.retention import Retention
from lanchat.server.room import Line, Room, refers
from lanchat.server.standing import Standing
from lanchat.server.transfer import Uploaded

_log = logging.getLogger(__name__)
_NOT_STORED: Final = Error(Code.NOT_STORED, "The server cannot store messages just now; its disk may be full.")


class Broadcaster:
    """Owns the room, its members, the ring and the journal's writing connection, from start() on."""

    def __init__(
        self,
        journal: Journal,
        room: Room,
        ask: Callable[[Request], None],
        retention: Retention,
        access: Access,
        files: Files,
        max_clients: int,
        on_close: Callable[[], None],
    ) -> None:
        """on_close: an owner closed the room; called in the thread, must not wait."""
        self.inbox: Inbox[Item] = Inbox(limits.INBOX_BYTES)
        self._journal = journal
        self._room = room
        self._retention, self._files = retention, files
        self._reading = Reading(journal, room.name)
        self._standing = Standing(room, access)
        self._moderation = Moderation(room, access, self._standing, self)
        self._admission = Admission(room, journal, access, self._standing)
        self._max_clients, self._on_close = max_clients, on_close
        self._members: dict[Joiner, Member] = {}
        self._said: list[Entry] = []  # accepted, not stored yet
        self._authors: list[Member] = []  # whose they are
        self._changed_at: float | None = None  # when the first untold change of the roster happened
        self._delivery = Delivery(room, self._members.values(), ask)
        self._last_bye: Bye | None = None  # an owner closes the room
        self._closing = False
        self._ended = False
        self._now = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="lanchat-broadcaster")
        self._handlers: Final[dict[type, Callable[[Any], None]]] = {
            Said: self._on_said,
            Join: self._on_join,
            Leave: self._on_leave,
            Ask: self._on_ask,
            Tell: self._on_tell,
            Uploaded: self._on_uploaded,
            Answer: self._on_answer,
            Stop: self._on_stop,
        }

    def start(self) -> None:
        self._thread.start()

    def users(self) -> int:
        """How many are in; any thread may ask."""
        return len(self._room)

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
            self._reading.store()

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
        self._room.expire(self._now)
        self._standing.on_time(self._now, time.time_ns() // 1_000_000)
        self._note_change()
        if self._changed_at is not None and self._now >= self._changed_at + limits.PRESENCE_DELAY:
            self._tell_presence()
        self._delivery.deliver(self._now)
        self._reading.on_time(self._now)
        self._retention.on_time(self._now, time.time_ns() // 1_000_000)
        self._files.on_time(self._now, time.time_ns() // 1_000_000)

    def _patience(self) -> float | None:
        """Seconds until something is to do that nobody will wake us for; None: nothing."""
        due = [
            when
            for when in (self._retention.due, self._room.due, self._standing.due, self._reading.due, self._files.due)
            if when is not None
        ]
        if self._changed_at is not None:
            due.append(self._changed_at + limits.PRESENCE_DELAY)
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
                outcome = self._object_to_file(member.line, said) or self._room.say(member.line, said, at)
            except StoreError as error:  # its counter cannot be looked up
                _log.error("nothing can be read: %s", error)
                self._refuse(member, _NOT_STORED, said.id)
                continue
            if isinstance(outcome, Error):
                self._delivery.tell(member, outcome)
            elif outcome is not None:
                if watched:
                    self._standing.spoke(member, self._now)
                self._said.append(outcome)
                self._authors.append(member)

    def _object_to_file(self, line: Line, said: Word) -> Error | None:
        file = said.file if isinstance(said, Say) else None
        return None if file is None else self._files.object_to(line.key, file, said.id, (self._room.name,))

    def _refuse(self, member: Member, why: Error, id: str) -> None:  # noqa: A002 - the wire's word
        """Its client will say it again. A later counter would pass for this one's, and it would be lost: until then
        nothing else of a member with a key is taken."""
        self._delivery.tell(member, Error(why.code, why.detail, id[:MAX_ID], wait=why.wait))
        if member.line.key is not None and why.code in (Code.NOT_STORED, Code.SLOW):
            member.refusing = why

    def _on_join(self, item: Join) -> None:
        self._store()  # the newcomer's head is what is stored, and live entries begin after it
        try:
            counters = self._admission.counters(item.hello)
            read = min(self._reading.of(item.hello.key), self._room.head)
            outcome = self._admit(item)
        except StoreError as error:
            _log.error("nothing can be read: %s", error)
            item.session.admitted(Refused(Code.NOT_STORED, "The server cannot read its journal just now."))
            return
        if isinstance(outcome, Refused):
            item.session.admitted(outcome)
            return
        self._delivery.tell(outcome, item.welcome(outcome.line.nick, self._room.head, counters, read))
        for roster in self._room.roster():
            self._delivery.tell(outcome, roster)
        if self._standing.rules != Rules(self._room.name):
            self._delivery.tell(outcome, self._standing.rules)
        self._delivery.enter(outcome, self._admission.first_seq(item.hello))
        self._note_change()
        item.session.admitted(None)

    def _admit(self, item: Join) -> Member | Refused:
        if self._closing:
            return Refused(Code.CLOSING, "The room is being closed.")
        if len(self._members) >= self._max_clients:
            return Refused(Code.FULL, f"The room is full: {self._max_clients} are in.")
        line = self._admission.admit(item, self._now, time.time_ns() // 1_000_000)
        if isinstance(line, Refused):
            return line
        member = self._members[item.session] = Member(item.session, line, self._now)
        _log.info("%s is in; %d connections", line.nick, len(self._members))
        return member

    def _on_leave(self, item: Leave) -> None:
        member = self._members.pop(item.session, None)
        if member is not None:
            _log.info("%s is gone", member.line.nick)
            self._delivery.remove(member)
            self._room.leave(member.line, self._now, goodbye=item.goodbye)
            self._note_change()
        item.session.channel.close()

    def _on_ask(self, item: Ask) -> None:
        member = self._members.get(item.session)
        if member is None or member.last_told:
            return
        if isinstance(item.frame, Rename):
            self._rename(member, item.frame.nick)
            return
        if isinstance(item.frame, Typing):
            self._on_typing(member.line)
            return
        if isinstance(item.frame, Read):
            self._on_read(member.line, item.frame.seq)
            return
        if isinstance(item.frame, Resend):
            self._store()  # what was said before it may still fail
            member.refusing = None
            return
        self._store()
        if isinstance(item.frame, Offer | Fetch):
            self._give_ticket(member, item.frame)
            return
        if isinstance(item.frame, Moderate):
            self._moderate(member, item.frame)
            return
        error = self._delivery.ask_page(member, item.frame)
        if error is not None:
            self._delivery.tell(member, error)

    def _give_ticket(self, member: Member, ask: Offer | Fetch) -> None:
        key, room = member.line.key, self._room.name
        if isinstance(ask, Offer):
            ticket = self._files.offer(key, ask, self._now, time.time_ns() // 1_000_000)
        elif ask.room in ("", room):
            ticket = self._files.fetch(key or member.session.address, ask, room, self._now)
        else:
            ticket = Ticket(ask.id, code=Code.ROOM_UNKNOWN, detail=f"There is no room “{ask.room[:MAX_ID]}” here.")
        self._delivery.tell(member, ticket)

    def _on_uploaded(self, item: Uploaded) -> None:
        self._files.uploaded(item, time.time_ns() // 1_000_000)

    def _on_typing(self, line: Line) -> None:
        """Told to all, not too often, and never kept."""
        if len(self._room) <= TYPING_ROOM and not line.muted_until and self._now >= line.typed_at + TYPING_EVERY * 0.8:
            line.typed_at = self._now
            self._store()
            self._delivery.publish([*self._gathered(), Typed(self._room.name, line.nick, line.key)], self._room.head)

    def _on_read(self, line: Line, seq: int) -> None:
        try:
            self._reading.note(line.key, min(seq, self._room.head), self._now)
        except StoreError as error:
            _log.error("nothing can be read: %s", error)

    def _moderate(self, member: Member, frame: Moderate) -> None:
        outcome = self._moderation.do(member, frame.id, frame.do, self._now, time.time_ns() // 1_000_000)
        self._delivery.tell(member, outcome)
        if self._last_bye is not None and not self._closing:
            self._say_goodbye(self._last_bye)
            self._on_close()

    def _rename(self, member: Member, nick: str) -> None:
        error = self._standing.object_to_name(member, self._now, time.time_ns() // 1_000_000)
        error = error or self._room.rename(member.line, nick)
        if error is not None:
            self._delivery.tell(member, error)
            return
        self._admission.hold_nick(member.line)
        self._note_change()

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
            self._say_goodbye(Bye(Code.CLOSING, "The server closes. Goodbye."))

    # What moderation has done

    def members(self) -> Iterable[Member]:
        return self._members.values()

    def put_out(self, member: Member, bye: Bye) -> None:
        self._files.revoke(member.line.key or member.session.address)
        self._delivery.tell(member, bye, last=True)

    def publish(self, rules: Rules) -> None:
        self._delivery.publish([*self._gathered(), rules], self._room.head)

    def message(self, seq: int) -> Message | None:
        """What stands there; None: nothing, or no more. Raises StoreError."""
        return self._journal.message(self._room.name, seq)

    def delete(self, line: Line, target: Message) -> None:
        """Blanks it, and tells all. Raises StoreError."""
        size = self._journal.size_of(self._room.name, target.seq)
        entry = self._room.delete(line, time.time_ns() // 1_000_000, target.seq)
        try:
            self._journal.append([entry], {})
        except StoreError:
            self._room.not_stored(entry.seq - 1)
            raise
        self._delivery.publish([*self._gathered(), entry], self._room.head)
        self._retention.blanked(target.seq, size)
        if target.file is not None:
            self._files.released(target.file.sha256, entry.at)

    def close_room(self, bye: Bye) -> None:
        """Once who asked for it was told that it is done."""
        self._last_bye = bye

    def _say_goodbye(self, bye: Bye) -> None:
        self._closing = True
        for member in self._members.values():
            self._delivery.tell(member, bye, last=True)

    # Storing, then telling

    def _store(self) -> None:
        """Writes what was said into the journal, and only then into the stream."""
        if not self._said:
            return
        said, authors = self._said, self._authors
        self._said, self._authors = [], []
        try:
            if self._journal.free_disk < limits.FREE_DISK:
                raise StoreFailed(path=self._journal.path, detail="the disk is nearly full")
            self._journal.append(said, self._room.counters(said))
        except StoreError as error:
            self._not_stored(said, authors, error)
            return
        self._room.stored()
        for entry in said:
            if isinstance(entry, Message) and entry.file is not None:
                self._files.said(entry.key, entry.file.sha256)
        # Who speaks has joined. One batch: a place in front of the entries must not count as one behind them.
        self._delivery.publish([*self._gathered(), *said], self._room.head)

    def _not_stored(self, said: list[Entry], authors: list[Member], error: StoreError) -> None:
        _log.error("nothing can be stored: %s", error)
        self._room.not_stored(said[0].seq - 1)
        for entry, member in zip(said, authors, strict=True):
            self._refuse(member, _NOT_STORED, entry.id)

    def _note_change(self) -> None:
        if self._room.changes and self._changed_at is None:
            self._changed_at = self._now

    def _tell_presence(self) -> None:
        if gathered := self._gathered():
            self._delivery.publish(gathered, self._room.head)

    def _gathered(self) -> list[Presence]:
        """The changes of the roster that were not told yet."""
        self._changed_at = None
        changes = self._room.presence()
        return [] if self._closing else changes
