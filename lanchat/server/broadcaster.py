"""The broadcaster: the one thread that numbers, stores and delivers; it never waits for a member or a session.

Each turn takes all that waits, stores it in one transaction, encodes it once, and sends the same bytes to every
member. While it sends, the next batch gathers.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from lanchat.errors import StoreError, StoreFailed
from lanchat.journal import Journal
from lanchat.protocol import text
from lanchat.protocol.frames import (
    Bye,
    Error,
    Hello,
    History,
    Message,
    Presence,
    Refused,
    Rename,
    Resend,
    Say,
    ServerFrame,
)
from lanchat.protocol.limits import MAX_ID, MAX_RUNS, Code
from lanchat.server import limits
from lanchat.server.access import Access
from lanchat.server.delivery import Delivery
from lanchat.server.history import Answer, Request
from lanchat.server.holding import Holding
from lanchat.server.inbox import Inbox
from lanchat.server.last_resort import last_resort
from lanchat.server.member import Joiner, Member
from lanchat.server.retention import Retention
from lanchat.server.room import Line, Room

_log = logging.getLogger(__name__)
_NOT_STORED: Final = "The server cannot store messages just now; its disk may be full."


class Join(NamedTuple):
    """A session wants in. welcome: makes its frame from (nick, head, highest stored counters). by_pin: it proved just
    now that it knows the PIN. invitation: the digest of its token."""

    session: Joiner
    hello: Hello
    welcome: Callable[[str, int, dict[str, int]], ServerFrame]
    by_pin: bool = False
    invitation: bytes | None = None


class Leave(NamedTuple):
    """goodbye: its client said so; else the connection broke."""

    session: Joiner
    goodbye: bool


class Said(NamedTuple):
    session: Joiner
    said: Sequence[Say]


class Ask(NamedTuple):
    """A frame of a joined session that is about itself: a rename, a page of history, or saying things again."""

    session: Joiner
    frame: Rename | History | Resend


class Tell(NamedTuple):
    """A frame for one joined session, made by the session itself. last: the connection ends behind it."""

    session: Joiner
    frame: ServerFrame
    last: bool = False


class Stop(NamedTuple):
    """goodbye: tell members first and go on; else the thread ends."""

    goodbye: bool


Item = Join | Leave | Said | Ask | Tell | Answer | Stop


class Broadcaster:
    """Owns the room, its members, the ring and the journal's writing connection, from start() on."""

    def __init__(
        self,
        journal: Journal,
        room: Room,
        ask: Callable[[Request], None],
        retention: Retention,
        access: Access,
        max_clients: int,
    ) -> None:
        self.inbox: Inbox[Item] = Inbox(limits.INBOX_BYTES)
        self._journal = journal
        self._room = room
        self._retention = retention
        self._access = access
        self._holding = Holding()
        self._max_clients = max_clients
        self._members: dict[Joiner, Member] = {}
        self._said: list[Message] = []  # accepted, not stored yet
        self._authors: list[Member] = []  # whose they are
        self._changed_at: float | None = None  # when the first untold change of the roster happened
        self._delivery = Delivery(room, self._members.values(), ask)
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
        self._note_change()
        if self._changed_at is not None and self._now >= self._changed_at + limits.PRESENCE_DELAY:
            self._tell_presence()
        self._delivery.deliver(self._now)
        self._retention.on_time(self._now, time.time_ns() // 1_000_000)

    def _patience(self) -> float | None:
        """Seconds until something is to do that nobody will wake us for; None: nothing."""
        due = [when for when in (self._retention.due, self._room.due) if when is not None]
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
        for said in item.said:
            if member.refusing:
                self._delivery.tell(member, Error(Code.NOT_STORED, _NOT_STORED, said.id[:MAX_ID]))
                continue
            try:
                outcome = self._room.say(member.line, said, at)
            except StoreError as error:  # its counter cannot be looked up
                _log.error("nothing can be read: %s", error)
                member.refusing = member.line.key is not None
                outcome = Error(Code.NOT_STORED, _NOT_STORED, said.id[:MAX_ID])
            if isinstance(outcome, Message):
                self._said.append(outcome)
                self._authors.append(member)
            elif isinstance(outcome, Error):
                self._delivery.tell(member, outcome)

    def _on_join(self, item: Join) -> None:
        self._store()  # the newcomer's head is what is stored, and live entries begin after it
        try:
            counters = self._stored_counters(item.hello)
        except StoreError as error:
            _log.error("nothing can be read: %s", error)
            item.session.admitted(Refused(Code.NOT_STORED, "The server cannot read its journal just now."))
            return
        outcome = self._admit(item)
        if isinstance(outcome, Refused):
            item.session.admitted(outcome)
            return
        self._delivery.tell(outcome, item.welcome(outcome.line.nick, self._room.head, counters))
        for roster in self._room.roster():
            self._delivery.tell(outcome, roster)
        self._delivery.enter(outcome, self._first_seq(item.hello))
        self._note_change()
        item.session.admitted(None)

    def _admit(self, item: Join) -> Member | Refused:
        session, hello = item.session, item.hello
        if refused := self._locked_out(item):
            return refused
        if len(self._members) >= self._max_clients:
            return Refused(Code.FULL, f"The room is full: {self._max_clients} are in.")
        known = self._room.holds_name(hello.key)
        may_hold = known or self._holding.allows(session.address, self._now)
        line = self._room.join(hello.nick, hello.key, not session.channel.encrypted, may_hold)
        if isinstance(line, Refused):
            return line
        member = self._members[session] = Member(session, line, self._now)
        if line.holds and not known:
            self._holding.count(session.address, self._now)
        self._hold_nick(line)
        if line.key is not None and self._access.needs_pin(line.key):
            self._let_in_again(line.key, item.invitation)
        _log.info("%s is in; %d connections", line.nick, len(self._members))
        return member

    def _stored_counters(self, hello: Hello) -> dict[str, int]:
        if hello.key is None:
            return {}
        return {run: self._room.highest((hello.key, run)) for run in hello.runs[:MAX_RUNS]}

    def _first_seq(self, hello: Hello) -> int:
        """The last seq that a joiner has, or need not have."""
        head, resume = self._room.head, hello.resume
        if resume is not None and resume.journal == self._journal.id:
            return min(max(resume.rooms.get(self._room.name, 0), 0), head)
        return max(0, head - max(0, hello.history))

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
        if member is None:
            return
        if isinstance(item.frame, Rename):
            self._rename(member, item.frame.nick)
            return
        if isinstance(item.frame, Resend):
            self._store()  # what was said before it may still fail
            member.refusing = False
            return
        self._store()
        error = self._delivery.ask_page(member, item.frame)
        if error is not None:
            self._delivery.tell(member, error)

    def _rename(self, member: Member, nick: str) -> None:
        error = self._room.rename(member.line, nick)
        if error is not None:
            self._delivery.tell(member, error)
            return
        self._hold_nick(member.line)
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
        self._closing, self._ended = True, not item.goodbye
        if item.goodbye:
            for member in self._members.values():
                self._delivery.tell(member, Bye(Code.CLOSING, "The server closes. Goodbye."), last=True)

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
        # Who speaks has joined. One batch: a place in front of the entries must not count as one behind them.
        self._delivery.publish([*self._gathered(), *said], self._room.head)

    def _not_stored(self, said: list[Message], authors: list[Member], error: StoreError) -> None:
        _log.error("nothing can be stored: %s", error)
        self._room.not_stored(said[0].seq - 1)
        for entry, member in zip(said, authors, strict=True):
            self._delivery.tell(member, Error(Code.NOT_STORED, _NOT_STORED, entry.id))
            if member.line.key is not None:  # a later counter would pass for this one's, and it would be lost
                member.refusing = True

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

    def _locked_out(self, item: Join) -> Refused | None:
        """Why a locked room stays closed."""
        if item.by_pin or not self._access.needs_pin(item.hello.key):
            return None
        if item.invitation is None:
            return Refused(Code.PIN_WRONG, "This room has another PIN now. Join again.")
        try:
            if self._access.invitations.holds(item.invitation, time.time_ns() // 1_000_000):
                return None
        except StoreError as error:
            _log.error("no invitation can be looked up: %s", error)
            return Refused(Code.NOT_STORED, "The server cannot look up invitations just now.")
        return Refused(Code.NOT_INVITED, "This invitation was used, has ended, or was taken back. Ask for another one.")

    def _let_in_again(self, key: str, invitation: bytes | None) -> None:
        """Its way in is used up, and not asked for again."""
        try:
            if invitation is not None:
                self._access.invitations.use(invitation)
            self._access.admit(key)
        except StoreError as error:
            _log.error("who may come in again could not be stored: %s", error)

    def _hold_nick(self, line: Line) -> None:
        if line.key is None or not line.holds:
            return
        try:
            self._journal.hold(text.fold_nick(line.nick), line.key)
        except StoreError as error:
            _log.error("a nickname could not be stored: %s", error)
