"""A client's side of the talk: what to say to a server's frame, and what it means to us; no socket, no thread.

Frames in, frames and events out. What came it keeps in the replica; what we said is the business of sending.py.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Final

from lanchat.client.asking import Asking
from lanchat.client.events import Delay, Event, Joined, PinNeeded
from lanchat.client.following import Following
from lanchat.client.outbox import Outbox
from lanchat.client.outcomes import Outcomes
from lanchat.client.replica import Replica
from lanchat.client.searching import Searching
from lanchat.client.sending import Sending
from lanchat.client.unlocking import Unlocking
from lanchat.errors import (
    ConnectionLost,
    JoinRefused,
    LocalProtocolError,
    PutOut,
    RemoteProtocolError,
    SomebodyBetween,
)
from lanchat.identity import MemberKey
from lanchat.protocol import frames
from lanchat.protocol.codec import Flaw, kind_meant
from lanchat.protocol.frames import ClientFrame, ServerFrame
from lanchat.protocol.handshake import ROOMS, proof_text
from lanchat.protocol.limits import MAX_NONCE, PROTOCOL_VERSION, Code
from lanchat.protocol.moderation import Rules
from lanchat.protocol.query import Query, Spot
from lanchat.protocol.text import clean_nick

_log = logging.getLogger(__name__)
FIRST_LOOK: Final = 100  # entries of the replica that are shown at once


class PersonAsked(Exception):
    """Only the person can go on, with another nickname or a PIN; the event that asks them was sent."""


class Talk:
    """The talk with one server over one connection after the other. Owned by the link's thread."""

    def __init__(
        self,
        key: MemberKey,
        nick: str,
        unlocking: Unlocking,
        outbox: Outbox,
        open_replica: Callable[[str], Replica],
        proved: Callable[[str], bool],
        remember: Callable[[str, bool], None],
        send: Callable[[ClientFrame], None],
        emit: Callable[[Event], None],
    ) -> None:
        """open_replica: of the server with this id. proved: whether it ever proved the PIN. remember: we were let in,
        by a server of this name, which has proved the PIN now, or not."""
        self.nick = nick
        self.welcome: frames.Welcome | None = None
        self.joined = False
        self._key = key
        self._open_replica = open_replica
        self._unlocking = unlocking
        self._proved = proved
        self._remember = remember
        self._replica: Replica | None = None
        self._send = send
        self._emit = emit
        self.sending = Sending(outbox, send, emit)
        self.asking = Asking(send)
        self.outcomes = Outcomes(send, emit)
        self.searching = Searching(lambda: self._replica.journal if self._replica else None, send, emit)
        self._hello: frames.Hello | None = None  # while a challenge for it may come
        self._asked_nick = nick  # in the last hello
        self._server_id = ""
        self._latency = 0.0
        self._pinged = ""  # the nonce of our last ping
        self._following = Following(self._key.public)  # on this connection
        self._status: frames.Status | None = None  # how the person is here, if they said

    def look_back(self, server_id: str) -> None:
        """Shows what is here already of a server whose id is known."""
        self._replica = self._open_replica(server_id)
        if rooms := self._replica.rooms():
            self._emit(frames.Rooms(rooms, first=True))
        for n, room in enumerate(self._replica.followed()):
            if n:
                self._emit(frames.Entered(room, self._replica.span(room).high))
            if entries := self._replica.before(room, None, FIRST_LOOK):
                self._emit(frames.Page(room, entries, catchup=True))
            if pins := self._replica.pins(room):
                self._emit(pins)

    # The connection

    def begin(self, server_id: str, latency: float) -> None:
        """A channel to the server that proved `server_id` stands; latency: s."""
        if self._replica is None:
            self.look_back(server_id)
        runs = self.sending.begin(server_id)  # before hello, which names the runs that it adopts
        self._server_id = server_id
        self._unlocking.begin(server_id, proved=self._proved(server_id))
        self._latency = latency
        self._asked_nick = self.nick
        self._hello = frames.Hello(
            version=PROTOCOL_VERSION,
            nick=self.nick,
            key=self._key.public,
            runs=runs,
            resume=self._copy.resume(),
            pin=self._unlocking.wants_proof,
            ping=True,
            capabilities=[ROOMS],
        )
        self._send(self._hello)

    def ended(self) -> None:
        """The channel is gone."""
        self.joined = False
        self._following = Following(self._key.public)
        self.sending.ended()
        self.asking.ended()
        self.searching.ended()
        self.outcomes.ended()

    def receive(self, received: Sequence[ServerFrame | Flaw], now: float) -> None:
        """Handles frames in order; now: s, monotonic. Raises PersonAsked, JoinRefused, ConnectionLost,
        RemoteProtocolError: then the channel is to be closed."""
        try:
            for kind, group in groupby(received, type):
                if kind is frames.Message:
                    _log.debug("<- messages")
                    self._on_messages([frame for frame in group if isinstance(frame, frames.Message)])
                    continue
                for frame in group:
                    _log.debug("<- %s", kind.__name__)
                    self._handle(frame, now)
        finally:
            self.sending.check_empty()

    def _handle(self, frame: ServerFrame | Flaw, now: float) -> None:
        match frame:
            case frames.Outcome() | frames.Found() | frames.Ticket():
                self._on_answer(frame)
            case frames.Challenge():
                self._prove(frame)
            case frames.Locked() if not self.joined:
                self._unlock()
            case frames.Pake() if not self.joined:
                self._send(self._unlocking.confirm(frame))
            case frames.Confirm() if not self.joined:
                self._unlocking.believe(frame)
            case frames.Welcome():
                self._on_welcome(frame)
            case frames.Refused():
                self._on_refused(frame)
            case frames.Error():
                self._on_error(frame, now)
            case frames.Ping(nonce=nonce):
                self._send(frames.Pong(nonce[:MAX_NONCE]))
            case frames.Pong(nonce=nonce):
                self._on_pong(nonce, now)
            case frames.Bye():
                raise self._farewell(frame)
            case Flaw(fatal=True, detail=detail):
                raise RemoteProtocolError(code=Code.NOT_JSON, detail=detail)
            case Flaw():
                pass  # of a newer server
            case _:
                self._handle_of_the_room(frame)

    def _farewell(self, bye: frames.Bye) -> ConnectionLost:
        if bye.code in (Code.KICKED, Code.BANNED, Code.ROOM_CLOSED) and self.joined:
            return PutOut(detail=bye.detail)
        return ConnectionLost(detail=bye.detail or "the server said goodbye")

    def _handle_of_the_room(self, frame: ServerFrame) -> None:
        """What only somebody who is in is told."""
        if not self.joined:
            raise _too_early()
        match frame:
            case frames.Pins(room=room) | frames.Seen(room=room) if room in self._following.rooms:
                self._emit(frame)
            case frames.Rooms() | frames.Entered() | frames.Parted():
                self._on_change_of_rooms(frame)
            case frames.Presence() | frames.Roster() | frames.Typed():
                self._follow_nick(frame)
                self._emit(frame)
            case Rules():
                self._on_rules(frame)
            case frames.Page(room=room, entries=entries) if room in self._following.rooms:
                self._keep([entry for entry in entries if entry.room == room], frame)
            case _ if isinstance(frame, frames.Entry) and frame.room in self._following.rooms:
                self._keep([frame], frame)

    def _on_messages(self, entries: Sequence[frames.Message]) -> None:
        if not self.joined:
            raise _too_early()
        entries = [entry for entry in entries if entry.room in self._following.rooms]
        self._keep(entries, *entries)

    def _on_change_of_rooms(self, told: frames.Rooms | frames.Entered | frames.Parted) -> None:
        believed = self._following.change(told, self._copy, self._first)
        if believed is not None:
            self._emit(believed)

    def _prove(self, challenge: frames.Challenge) -> None:
        if challenge.id != self._server_id:
            raise SomebodyBetween(host="")
        if self._hello is None:
            raise RemoteProtocolError(code=Code.PROOF_WRONG, detail="it wants a proof that we do not owe")
        self._send(frames.Proof(self._key.sign(proof_text(challenge.id, challenge.nonce, self._hello))))
        self._hello = None

    def _unlock(self) -> None:
        if self._unlocking.token is not None:
            self._send(frames.Redeem(self._unlocking.token))
            return
        if self._unlocking.pin is None:
            self._emit(PinNeeded(self._unlocking.reason))
            raise PersonAsked
        self._send(self._unlocking.prove())

    def _on_welcome(self, welcome: frames.Welcome) -> None:
        if self.joined:
            raise RemoteProtocolError(code=Code.INVALID, detail="it says welcome twice")
        if not _is_nick(welcome.nick):
            raise RemoteProtocolError(code=Code.NICK_INVALID, detail="it gives us a name that none can have")
        self._unlocking.check_welcome()
        _log.info("in “%s” as %s", welcome.name, welcome.nick)
        self._remember(welcome.name, self._unlocking.confirmed)
        again = self.welcome is not None
        same = self._copy.match(welcome.journal)
        self._copy.follow(welcome.room, first=True)
        self._following.rooms.add(welcome.room)
        if self.nick != self._asked_nick:  # renamed while we waited for the welcome
            self._send(frames.Rename(self.nick))
        self.welcome, self.nick, self.joined = welcome, welcome.nick, True
        if self._status is not None:
            self._send(self._status)
        self._emit(Joined(welcome, self._latency * 1000, again, new_journal=not same))
        self.sending.joined(welcome.highest)
        self.asking.joined()

    def _on_refused(self, refused: frames.Refused) -> None:
        if refused.code in (Code.NICK_TAKEN, Code.NICK_INVALID):
            self._emit(refused)
            raise PersonAsked
        if refused.code in (Code.PIN_WRONG, Code.NOT_INVITED):
            self._emit(PinNeeded(self._unlocking.refused(refused.detail)))
            raise PersonAsked
        if refused.code == Code.BANNED and self.welcome is not None:
            raise PutOut(detail=refused.detail)
        if refused.code in (Code.FULL, Code.NOT_STORED, Code.CLOSING) and self.welcome is not None:
            raise ConnectionLost(detail=refused.detail)
        raise JoinRefused(host="", code=refused.code, detail=refused.detail, suggestion=refused.suggestion)

    def _on_error(self, error: frames.Error, now: float) -> None:
        if error.id is None and self._not_taken(error):
            return
        if error.code == Code.UNKNOWN_TYPE:  # of an older server, and nobody's fault here
            _log.info("the server does not know what we say: %s", error.detail)
        elif error.id is None:
            self._emit(error)
        else:
            self.sending.refused(error, now)

    def _not_taken(self, error: frames.Error) -> bool:
        """Whether an older server does not know something that we wait for; then nobody waits for it any more."""
        kind = kind_meant(error.code, error.detail)
        waiting = self.outcomes.not_taken, self.asking.not_taken, self.searching.not_taken
        return any(told(kind, error.code) for told in waiting)

    def _on_answer(self, frame: frames.Outcome | frames.Found | frames.Ticket) -> None:
        """Of what we asked for; of nothing else."""
        if isinstance(frame, frames.Found):
            self.searching.found(frame)
        elif isinstance(frame, frames.Ticket):
            self.asking.answered(frame)
        else:
            self.outcomes.answered(frame)

    def _on_rules(self, rules: Rules) -> None:
        self._emit(rules)
        self.sending.slow_mode(rules.slow > 0)

    def _on_pong(self, nonce: str, now: float) -> None:
        if nonce and nonce == self._pinged:
            self._emit(Delay((now - float(nonce)) * 1000))

    def _follow_nick(self, told: ServerFrame) -> None:
        """Our own name, which another window of ours may change."""
        for change in told.changes if isinstance(told, frames.Presence) else ():
            if change.key == self._key.public and change.change == "renamed" and _is_nick(change.nick):
                self.nick = change.nick

    def _keep(self, entries: Sequence[frames.Entry], *told: Event) -> None:
        """On disk first: only what is there is shown, and acknowledged. Shown before the outbox hears of it: where that
        fails, they come no second time."""
        self._copy.store(entries)
        for event in told:
            self._emit(event)
        mine = [e.id for e in entries if e.key == self._key.public]
        if mine:
            self.sending.stored(mine)

    # What the person wants

    def ping(self, now: float) -> None:
        self._pinged = repr(now)
        self._send(frames.Ping(self._pinged))

    def rename(self, nick: str) -> None:
        if self.joined:
            self._send(frames.Rename(nick))
        else:
            self.nick = nick

    def read(self, seq: int, room: str, *, public: bool) -> None:
        if self.joined:
            self._send(frames.Read(seq, room, public))

    def be(self, status: frames.Status) -> None:
        """How the person is here from now on, on each connection."""
        if status != self._status:
            self._status = status
            if self.joined:
                self._send(status)

    def typing(self, room: str) -> None:
        if self.joined:
            self._send(frames.Typing(room))

    def ask(self, frame: frames.Moderate | frames.Arrange) -> None:
        """An Outcome with its id follows."""
        self.outcomes.ask(frame, joined=self.joined)

    def unlock(self, pin: str) -> None:
        """The PIN for the next connection."""
        self._unlocking.pin, self._unlocking.reason = pin, ""

    def load_older(self, room: str, before: int | None, limit: int) -> None:
        """Entries of a room below `before` come as a Page: from the replica, else from the server."""
        room = room or self._first
        entries = self._replica.before(room, before, limit) if self._replica is not None else []
        if entries:
            self._emit(frames.Page(room, entries, start=entries[0].seq == 1))
        elif self.joined:
            self._send(frames.History(before=before, limit=limit, room=room))

    @property
    def _first(self) -> str:
        return self.welcome.room if self.welcome is not None else next(iter(self._copy.followed()), "")

    @property
    def _copy(self) -> Replica:
        assert self._replica is not None
        return self._replica

    def search(self, id: str, query: Query, below: Spot | None) -> None:  # noqa: A002 - the wire's word
        """A Found event follows."""
        self.searching.search(id, query, below, joined=self.joined)

    def close(self) -> None:
        self.sending.close()
        self.asking.close()
        self.searching.close()
        if self._replica is not None:
            self._replica.close()


def _is_nick(nick: str) -> bool:
    try:
        return clean_nick(nick) == nick
    except LocalProtocolError:
        return False


def _too_early() -> RemoteProtocolError:
    return RemoteProtocolError(code=Code.HELLO_FIRST, detail="it talks before it says welcome")
