"""A client's side of the talk: what to say to a server's frame, and what it means to us; no socket, no thread.

Frames in, frames and events out. It keeps what must last in the outbox and the replica.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from lanchat.client.events import Delay, Event, Failed, Joined, Queued
from lanchat.client.outbox import Outbox, Waiting
from lanchat.client.replica import Replica
from lanchat.errors import ConnectionLost, JoinRefused, LocalProtocolError, RemoteProtocolError, StoreError
from lanchat.identity import MemberKey
from lanchat.protocol import frames
from lanchat.protocol.codec import Flaw
from lanchat.protocol.frames import ClientFrame, ServerFrame
from lanchat.protocol.handshake import proof_text
from lanchat.protocol.limits import PROTOCOL_VERSION, Code

FIRST_LOOK: Final = 100  # entries of the replica that are shown at once
_MAX_FAILED: Final = 1_000  # messages the server refused, kept to be said again


class NickRefused(Exception):
    """The server wants another nickname; the Refused event was sent."""


class Talk:
    """One room's talk over one connection after the other. Owned by the link's thread."""

    def __init__(
        self,
        key: MemberKey,
        nick: str,
        outbox: Outbox,
        open_replica: Callable[[str], Replica],
        send: Callable[[ClientFrame], None],
        emit: Callable[[Event], None],
    ) -> None:
        self.nick = nick
        self.welcome: frames.Welcome | None = None
        self.joined = False
        self._key = key
        self._outbox = outbox
        self._open_replica = open_replica
        self._replica: Replica | None = None
        self._send = send
        self._emit = emit
        self._hello: frames.Hello | None = None
        self._server_id = ""
        self._latency = 0.0
        self._failed: dict[str, str] = {}
        self._on_empty: list[Callable[[], None]] = []

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
        self._server_id = server_id
        self._latency = latency
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

    def receive(self, received: Sequence[ServerFrame | Flaw], now: float) -> None:
        """Handles frames in order; now: s, monotonic. Raises NickRefused, JoinRefused, ConnectionLost,
        RemoteProtocolError: then the channel is to be closed."""
        entries = [frame for frame in received if isinstance(frame, frames.Message)]
        if entries:
            self._keep(entries)
        for frame in received:
            self._handle(frame, now)
        self._check_empty()

    def _handle(self, frame: ServerFrame | Flaw, now: float) -> None:
        match frame:
            case frames.Message() | frames.Presence() | frames.Roster():
                self._note_nick(frame)
                self._emit(frame)
            case frames.Page(entries=entries):
                self._keep(entries)
                self._emit(frame)
            case frames.Challenge():
                self._prove(frame)
            case frames.Welcome():
                self._on_welcome(frame)
            case frames.Refused():
                self._on_refused(frame)
            case frames.Error():
                self._on_error(frame)
            case frames.Ping(nonce=nonce):
                self._send(frames.Pong(nonce))
            case frames.Pong(nonce=nonce):
                self._on_pong(nonce, now)
            case frames.Bye(detail=detail):
                raise ConnectionLost(detail=detail or "the server said goodbye")
            case Flaw(fatal=True, detail=detail):
                raise RemoteProtocolError(code=Code.NOT_JSON, detail=detail)

    def _prove(self, challenge: frames.Challenge) -> None:
        if self._hello is None or challenge.id != self._server_id:
            raise RemoteProtocolError(code=Code.PROOF_WRONG, detail="it wants a proof for another server")
        self._send(frames.Proof(self._key.sign(proof_text(challenge.id, challenge.nonce, self._hello))))

    def _on_welcome(self, welcome: frames.Welcome) -> None:
        assert self._replica is not None
        again = self.welcome is not None
        same = self._replica.match(welcome.journal, welcome.room)
        self.welcome, self.nick, self.joined = welcome, welcome.nick, True
        self._outbox.resolve(self._server_id)
        self._emit(Joined(welcome, self._latency * 1000, again, new_journal=not same))
        # What the server stored before we heard of it comes back in the pages of the resume; it waits no longer.
        self._outbox.acknowledge(welcome.highest)
        for row in self._outbox.waiting():
            self._say(row)

    def _on_refused(self, refused: frames.Refused) -> None:
        if refused.code in (Code.NICK_TAKEN, Code.NICK_INVALID):
            self._emit(refused)
            raise NickRefused
        if refused.code == Code.FULL and self.welcome is not None:
            raise ConnectionLost(detail=refused.detail)
        raise JoinRefused(host="", code=refused.code, detail=refused.detail, suggestion=refused.suggestion)

    def _on_error(self, error: frames.Error) -> None:
        if error.code == Code.NOT_STORED and error.id is not None:
            raise ConnectionLost(detail=error.detail)  # it still waits, and is said again after the next join
        if error.id is None:
            self._emit(error)
            return
        for row in self._outbox.remove([error.id]):
            self._failed[row.id] = row.text
            if len(self._failed) > _MAX_FAILED:
                del self._failed[next(iter(self._failed))]
            self._emit(Failed(row.id, row.text, error.detail))

    def _on_pong(self, nonce: str, now: float) -> None:
        try:
            self._emit(Delay((now - float(nonce)) * 1000))
        except ValueError:
            return  # not an answer to us

    def _note_nick(self, frame: frames.Message | frames.Presence | frames.Roster) -> None:
        """Follows our own name, which another window of ours may change."""
        if isinstance(frame, frames.Presence):
            for change in frame.changes:
                if change.key == self._key.public and change.change == "renamed":
                    self.nick = change.nick

    def _keep(self, entries: Sequence[frames.Message]) -> None:
        """On disk first: only what is there is acknowledged, and shown."""
        assert self._replica is not None
        self._replica.store(entries)
        mine = [e.id for e in entries if e.key == self._key.public]
        if mine:
            self._outbox.remove(mine)

    # What the person wants

    def ping(self, now: float) -> None:
        self._send(frames.Ping(repr(now)))

    def say(self, n: int, text: str, at: int) -> None:
        """Stores, tells, and sends if there is a connection."""
        row = Waiting(self._outbox.run, n, text, at)
        try:
            self._outbox.add(row)
        except (StoreError, LocalProtocolError) as error:
            self._emit(Failed(row.id, text, str(error)))
            return
        self._emit(Queued(row.id, row.text, row.at))
        if self.joined:
            self._say(row)

    def _say(self, row: Waiting) -> None:
        self._send(frames.Say(row.id, row.text))

    def rename(self, nick: str) -> None:
        if self.joined:
            self._send(frames.Rename(nick))
        else:
            self.nick = nick

    def load_older(self, before: int | None, limit: int) -> None:
        """Entries below `before` come as a Page: from the replica, else from the server."""
        entries = self._replica.before(before, limit) if self._replica is not None else []
        if entries:
            self._emit(frames.Page(self.welcome.room if self.welcome else "", entries, start=entries[0].seq == 1))
        elif self.joined:
            self._send(frames.History(before=before, limit=limit))

    def discard(self, message_id: str) -> None:
        self._failed.pop(message_id, None)
        self._outbox.remove([message_id])
        self._check_empty()

    def failed_text(self, message_id: str) -> str | None:
        """The text of a message that the server refused; it is forgotten here."""
        return self._failed.pop(message_id, None)

    def when_empty(self, call: Callable[[], None]) -> None:
        """Calls once nothing waits; at once, if nothing does."""
        self._on_empty.append(call)
        self._check_empty()

    def _check_empty(self) -> None:
        if not len(self._outbox):
            calls, self._on_empty = self._on_empty, []
            for call in calls:
                call()

    def close(self) -> None:
        self._outbox.close()
        if self._replica is not None:
            self._replica.close()
