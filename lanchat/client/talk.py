"""A client's side of the talk: what to say to a server's frame, and what it means to us; no socket, no thread.

Frames in, frames and events out. It keeps what must last in the outbox and the replica.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Final

from lanchat.client.events import Delay, Event, Failed, Joined, PinNeeded, Queued
from lanchat.client.outbox import Outbox, Waiting
from lanchat.client.replica import Replica
from lanchat.client.unlocking import Unlocking
from lanchat.errors import (
    ConnectionLost,
    JoinRefused,
    LocalProtocolError,
    PutOut,
    RemoteProtocolError,
    SomebodyBetween,
    StoreError,
)
from lanchat.identity import MemberKey
from lanchat.protocol import frames
from lanchat.protocol.codec import Flaw
from lanchat.protocol.frames import ClientFrame, ServerFrame
from lanchat.protocol.handshake import proof_text
from lanchat.protocol.limits import MAX_NONCE, PROTOCOL_VERSION, Code
from lanchat.protocol.moderation import Action, Rules
from lanchat.protocol.text import clean_nick

FIRST_LOOK: Final = 100  # entries of the replica that are shown at once
STORE_AGAIN: Final = 2.0  # s until the server is asked again to store what it could not
_MAX_FAILED: Final = 1_000  # messages the server refused, kept to be said again


class PersonAsked(Exception):
    """Only the person can go on, with another nickname or a PIN; the event that asks them was sent."""


class Talk:
    """One room's talk over one connection after the other. Owned by the link's thread."""

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
        self._outbox = outbox
        self._open_replica = open_replica
        self._unlocking = unlocking
        self._proved = proved
        self._remember = remember
        self._replica: Replica | None = None
        self._send = send
        self._emit = emit
        self._hello: frames.Hello | None = None  # while a challenge for it may come
        self._asked_nick = nick  # in the last hello
        self._server_id = ""
        self._latency = 0.0
        self._pinged = ""  # the nonce of our last ping
        self._again_at: float | None = None  # s, monotonic: when what could not be stored is said again
        self._wait = STORE_AGAIN  # s
        self._one_by_one = False  # the room is slow
        self._trying = ""  # the id of what is tried again
        self._deeds: set[str] = set()  # ids of what we asked for with our role
        self._held = False  # nothing else is said before the oldest that could not be stored
        self._failed: dict[str, str] = {}
        self._on_empty: list[Callable[[bool], None]] = []

    def look_back(self, server_id: str) -> None:
        """Shows what is here already of a server whose id is known."""
        self._replica = self._open_replica(server_id)
        entries = self._replica.before(None, FIRST_LOOK)
        if entries:
            self._emit(frames.Page(self._replica.room, entries, catchup=True))

    def tell_waiting(self) -> None:
        """Queued for all that waits, also from before a restart."""
        for row in self._outbox.waiting():
            self._emit(Queued(row.id, row.text, row.at))

    # The connection

    def begin(self, server_id: str, latency: float) -> None:
        """A channel to the server that proved `server_id` stands; latency: s."""
        if self._replica is None:
            self.look_back(server_id)
        assert self._replica is not None
        self._outbox.resolve(server_id)  # before hello, which names the runs that it adopts
        self._server_id = server_id
        self._unlocking.begin(server_id, proved=self._proved(server_id))
        self._latency = latency
        self._held, self._one_by_one, self._again_at = False, False, None
        self._asked_nick = self.nick
        self._hello = frames.Hello(
            version=PROTOCOL_VERSION,
            nick=self.nick,
            key=self._key.public,
            runs=self._outbox.runs,
            resume=self._replica.resume(),
            ping=True,
        )
        self._send(self._hello)

    def ended(self) -> None:
        """The channel is gone."""
        self.joined = False
        self._deeds.clear()

    def receive(self, received: Sequence[ServerFrame | Flaw], now: float) -> None:
        """Handles frames in order; now: s, monotonic. Raises PersonAsked, JoinRefused, ConnectionLost,
        RemoteProtocolError: then the channel is to be closed."""
        try:
            for kind, group in groupby(received, type):
                if kind is frames.Message:
                    self._on_messages([frame for frame in group if isinstance(frame, frames.Message)])
                    continue
                for frame in group:
                    self._handle(frame, now)
        finally:
            self._check_empty()

    def _handle(self, frame: ServerFrame | Flaw, now: float) -> None:
        match frame:
            case frames.Presence() | frames.Roster() | frames.Page() | frames.Deleted() | Rules() if not self.joined:
                raise _too_early()
            case frames.Deleted():
                self._keep([frame])
                self._emit(frame)
            case frames.Presence(changes=changes):
                self._follow_nick(changes)
                self._emit(frame)
            case frames.Roster():
                self._emit(frame)
            case Rules():
                self._on_rules(frame)
            case frames.Outcome(id=id) if id in self._deeds:
                self._deeds.discard(id)
                self._emit(frame)
            case frames.Page(entries=entries):
                self._keep(entries)
                self._emit(frame)
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
            case frames.Bye(code=Code.KICKED | Code.BANNED | Code.ROOM_CLOSED, detail=detail) if self.joined:
                raise PutOut(detail=detail)
            case frames.Bye(detail=detail):
                raise ConnectionLost(detail=detail or "the server said goodbye")
            case Flaw(fatal=True, detail=detail):
                raise RemoteProtocolError(code=Code.NOT_JSON, detail=detail)

    def _on_messages(self, entries: Sequence[frames.Message]) -> None:
        if not self.joined:
            raise _too_early()
        self._keep(entries)
        for entry in entries:
            self._emit(entry)

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
        assert self._replica is not None
        if self.joined:
            raise RemoteProtocolError(code=Code.INVALID, detail="it says welcome twice")
        if not _is_nick(welcome.nick):
            raise RemoteProtocolError(code=Code.NICK_INVALID, detail="it gives us a name that none can have")
        self._unlocking.check_welcome()
        self._remember(welcome.name, self._unlocking.confirmed)
        again = self.welcome is not None
        same = self._replica.match(welcome.journal, welcome.room)
        if self.nick != self._asked_nick:  # renamed while we waited for the welcome
            self._send(frames.Rename(self.nick))
        self.welcome, self.nick, self.joined = welcome, welcome.nick, True
        self._emit(Joined(welcome, self._latency * 1000, again, new_journal=not same))
        # What the server stored before we heard of it comes back in the pages of the resume; it waits no longer.
        self._outbox.acknowledge(welcome.highest)
        for row in self._outbox.waiting():
            self._say(row)

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
        if error.code in (Code.NOT_STORED, Code.SLOW) and error.id is not None:
            self._hold(error, now)
            return
        if error.id is None:
            self._emit(error)
            return
        for row in self._outbox.remove([error.id]):
            self._fail(row, error.detail)
            if self._held:
                self._go_on()

    def _hold(self, error: frames.Error, now: float) -> None:
        """The server takes nothing just now: all waits here, and the oldest is tried again later. What was sent behind
        it is refused as well, and tells nothing new."""
        slow = error.code == Code.SLOW
        if self._held and error.id != self._trying:
            return
        if not self._held or slow:
            self._emit(frames.Error(error.code, error.detail, wait=error.wait))
        self._held, self._one_by_one, self._trying = True, slow, error.id or ""
        self._wait = float(error.wait or STORE_AGAIN)
        self._again_at = now + self._wait

    def _on_rules(self, rules: Rules) -> None:
        """What waits since the room is slow may go out sooner."""
        self._emit(rules)
        if self._one_by_one:
            self._one_by_one = rules.slow > 0
            self.try_again()

    @property
    def due(self) -> float | None:
        """When `on_time` has something to do (s, monotonic)."""
        return self._again_at if self.joined else None

    def on_time(self, now: float) -> None:
        if self.due is not None and now >= self.due:
            self._again_at = now + self._wait
            self.try_again()

    def try_again(self) -> None:
        """Says the oldest of what could not be stored; the rest follows once that is settled."""
        if self._held and self.joined:
            self._send(frames.Resend())
            for row in self._outbox.waiting()[:1]:
                self._trying = row.id
                self._say(row)

    def _go_on(self) -> None:
        """The oldest is settled. The server stores again, so that all may go; or the next one has its turn."""
        if self._one_by_one and len(self._outbox):
            self.try_again()
            return
        self._held, self._one_by_one, self._again_at = False, False, None
        for row in self._outbox.waiting():
            self._say(row)

    def _fail(self, row: Waiting, detail: str) -> None:
        self._failed[row.id] = row.text
        if len(self._failed) > _MAX_FAILED:
            del self._failed[next(iter(self._failed))]
        self._emit(Failed(row.id, row.text, detail))

    def _on_pong(self, nonce: str, now: float) -> None:
        if nonce and nonce == self._pinged:
            self._emit(Delay((now - float(nonce)) * 1000))

    def _follow_nick(self, changes: Sequence[frames.Change]) -> None:
        """Our own name, which another window of ours may change."""
        for change in changes:
            if change.key == self._key.public and change.change == "renamed" and _is_nick(change.nick):
                self.nick = change.nick

    def _keep(self, entries: Sequence[frames.Entry]) -> None:
        """On disk first: only what is there is acknowledged, and shown."""
        assert self._replica is not None
        self._replica.store(entries)
        mine = [e.id for e in entries if e.key == self._key.public]
        if mine and self._outbox.remove(mine) and self._held:
            self._go_on()

    # What the person wants

    def ping(self, now: float) -> None:
        self._pinged = repr(now)
        self._send(frames.Ping(self._pinged))

    def say(self, n: int, text: str, at: int) -> None:
        """Stores, tells, and sends if there is a connection."""
        row = Waiting(self._outbox.run, n, text, at)
        try:
            self._outbox.add(row)
        except (StoreError, LocalProtocolError) as error:
            self._fail(row, str(error))
            return
        self._emit(Queued(row.id, row.text, row.at))
        if self.joined and not self._held:
            self._say(row)

    def _say(self, row: Waiting) -> None:
        self._send(frames.Say(row.id, row.text))

    def rename(self, nick: str) -> None:
        if self.joined:
            self._send(frames.Rename(nick))
        else:
            self.nick = nick

    def moderate(self, id: str, action: Action) -> None:  # noqa: A002 - the wire's word
        """An Outcome follows."""
        if self.joined:
            self._deeds.add(id)
            self._send(frames.Moderate(id, action))
        else:
            self._emit(frames.Outcome(id, Code.NOT_STORED, "There is no connection just now, so nothing was done."))

    def unlock(self, pin: str) -> None:
        """The PIN for the next connection."""
        self._unlocking.pin, self._unlocking.reason = pin, ""

    def load_older(self, before: int | None, limit: int) -> None:
        """Entries below `before` come as a Page: from the replica, else from the server."""
        entries = self._replica.before(before, limit) if self._replica is not None else []
        if entries:
            self._emit(frames.Page(self.welcome.room if self.welcome else "", entries, start=entries[0].seq == 1))
        elif self.joined:
            self._send(frames.History(before=before, limit=limit))

    def discard(self, message_id: str) -> None:
        self._failed.pop(message_id, None)
        if self._outbox.remove([message_id]) and self._held and not len(self._outbox):
            self._send(frames.Resend())
            self._held, self._one_by_one, self._again_at = False, False, None
        self._check_empty()

    def failed_text(self, message_id: str) -> str | None:
        """The text of a message that the server refused; it is forgotten here."""
        return self._failed.pop(message_id, None)

    def when_empty(self, call: Callable[[bool], None]) -> None:
        """Calls with True once nothing waits; at once, if nothing does. With False, if that does not come."""
        self._on_empty.append(call)
        self._check_empty()

    def _check_empty(self) -> None:
        if not len(self._outbox):
            calls, self._on_empty = self._on_empty, []
            for call in calls:
                call(True)

    def close(self) -> None:
        for call in self._on_empty:
            call(False)
        self._outbox.close()
        if self._replica is not None:
            self._replica.close()


def _is_nick(nick: str) -> bool:
    try:
        return clean_nick(nick) == nick
    except LocalProtocolError:
        return False


def _too_early() -> RemoteProtocolError:
    return RemoteProtocolError(code=Code.HELLO_FIRST, detail="it talks before it says welcome")
