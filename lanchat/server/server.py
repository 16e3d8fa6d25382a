"""A server: opens its data directory, binds, starts the threads, and ends them in order; it handles no frame."""

from __future__ import annotations

import json
import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

from lanchat import identity, paths
from lanchat.channel import Channel
from lanchat.errors import StoreFailed
from lanchat.journal import Journal
from lanchat.lockfile import LockFile
from lanchat.protocol import frames
from lanchat.protocol.text import clean_server_name
from lanchat.searcher import Searcher
from lanchat.server import limits
from lanchat.server.access import Access
from lanchat.server.broadcaster import Broadcaster
from lanchat.server.door import Door
from lanchat.server.files import USUAL, Files, Quota
from lanchat.server.history import History
from lanchat.server.items import Item, Stop
from lanchat.server.listener import Listener, bind
from lanchat.server.lookalike import looks
from lanchat.server.retention import FOR_EVER, Keep
from lanchat.server.roles import OwnersFile
from lanchat.server.room import FIRST_ROOM
from lanchat.server.session import Session
from lanchat.server.tickets import Tickets

if TYPE_CHECKING:
    from lanchat.discovery import Announcer

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Config:
    """What `lanchat serve` can be told. host None: all addresses. port None: 5055 or the next free one.
    rate: messages a second of one member, None: unlimited. durability: what a stored message survives, the end of the
    process or the loss of power. keep: how long texts stay. pin: for who joins for the first
    time; None: as it was, empty: none any more. owner: tells the key that owns a room which is made now, and whose it
    is. on_close: an owner closed the room, so close() should follow; called in a thread of the server, must not
    wait. quota: of files."""

    name: str = "lanchat"
    data: Path | None = None
    host: str | None = None
    port: int | None = None
    max_clients: int = limits.MAX_CLIENTS
    allow_clear: bool = False
    rate: float | None = limits.DEFAULT_RATE
    mdns: bool = True
    beacon: bool = True
    durability: Literal["process", "power"] = "process"
    keep: Keep = FOR_EVER
    pin: str | None = None
    owner: Callable[[], tuple[str, str] | None] = lambda: None
    on_close: Callable[[], None] = lambda: None
    quota: Quota = USUAL


class Server:
    """Bound once constructed, serving from start() to close(). Raises StoreError, IdentityError, ServeError."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self.name = clean_server_name(config.name)
        self.run = identity.new_run()
        self.allow_clear = config.allow_clear
        self.rate = config.rate
        self.sync = config.durability == "power"
        self.tickets = Tickets()
        self.data = paths.private_directory(config.data or paths.server_directory(self.name))
        self._undo: list[Callable[[], None]] = []  # how to end what was begun, in order of beginning
        try:
            self._build(config)
        except BaseException:
            self._roll_back()
            raise

    def _build(self, config: Config) -> None:
        self._begun(LockFile(self.data / "lock").close)
        owners = OwnersFile(self.data)
        if not (self.data / "journal.db").exists() and not owners.path.exists() and (owner := config.owner()):
            owners.write(dict([owner]))
        key = identity.ServerKey(self.data)
        self.id = key.id
        self.tls = key.tls_context()
        self.access = Access(self.data, self.id)
        self._begun(self.access.close)
        if config.pin is not None:
            self.access.set_pin(config.pin or None)
        self._journal = Journal.open(self.data / "journal.db", power=config.durability == "power")
        self._begun(self._journal.close)
        sockets = bind(config.host, config.port)
        self.port: int = sockets[0].getsockname()[1]
        self.local = _is_loopback(sockets)  # nobody else could come in
        self._listener = Listener(sockets, self._accepted)
        self._begun(self._listener.close)
        reader = self._journal.reader()
        searcher = Searcher(reader, self.data / "search.db")
        self._history = History(reader, searcher, lambda answer: self.put(answer))
        self._begun(self._history.close)
        files = Files(self.data, self._journal, self.tickets, config.quota, self._history.empty)
        self._begun(files.close)
        self._broadcaster = Broadcaster(
            self._journal,
            self._history.ask,
            config.keep,
            self._history.scrub,
            self.access,
            files,
            config.max_clients,
            config.on_close,
        )
        self._begun(self._broadcaster.close)
        self._sessions: dict[threading.Thread, Session] = {}
        self._door: Door[Session] = Door()
        self._lock = threading.Lock()  # over _sessions and _door alone
        self._stopping = threading.Event()
        self._ways = (config.mdns, config.beacon) if not self.local else (False, False)  # to be found
        self._announcer: Announcer | None = None

    def start(self) -> None:
        """Starts the threads; from here on clients are served."""
        self._broadcaster.start()
        self._history.start()
        self._listener.start()
        self._write_running()
        _log.info("“%s” listens on port %d, data in %s", self.name, self.port, self.data)
        if any(self._ways):
            from lanchat.discovery import Announcer  # late: who has the address need not wait for it

            mdns, beacon = self._ways
            self._announcer = Announcer(self.info, mdns=mdns, beacon=beacon)
            self._announcer.start()

    def warm_up(self) -> None:
        """For whoever has told that it listens, and has nothing else to do: what the first to join would wait for."""
        looks("")

    def close(self) -> None:
        """Says goodbye to discovery and to members, and ends every thread. May be called again."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        _log.info("closing")
        self._listener.close()  # first: who tries the port because of the goodbye shall find it closed
        if self._announcer is not None:
            self._announcer.close()
        self._broadcaster.inbox.put(Stop(goodbye=True))
        self._end_sessions()
        self._roll_back()

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # What sessions ask of it, from their threads

    def info(self) -> frames.ServerInfo:
        """The facts that anyone may ask for."""
        return frames.ServerInfo(
            id=self.id,
            run=self.run,
            name=self.name,
            port=self.port,
            users=self._broadcaster.users(),
            max_users=self._config.max_clients,
            locked=self.access.locked,
        )

    def welcome(self, nick: str, head: int, highest: dict[str, int], read: int) -> frames.Welcome:
        return frames.Welcome(
            id=self.id,
            run=self.run,
            name=self.name,
            nick=nick,
            room=FIRST_ROOM,
            journal=self._journal.id,
            head=head,
            max_users=self._config.max_clients,
            highest=highest,
            read=read,
            limits=frames.Limits(rate=None if self.rate is None else int(self.rate), file=self._config.quota.file),
        )

    def put(self, item: Item, size: int = 0) -> None:
        self._broadcaster.inbox.put(item, size)

    def pause(self, seconds: float) -> bool:
        return self._stopping.wait(seconds)

    # Connections

    def _accepted(self, sock: socket.socket, address: str) -> None:
        """In the listener's thread: a session of its own for each connection, up to the limit."""
        own_machine = _is_own(sock, address)
        channel = Channel(sock)
        with self._lock:
            full = len(self._sessions) >= self._config.max_clients + limits.MAX_GREETING
        if full:
            _log.info("%s is turned away: too many connections", address)
            channel.close()
            self._stopping.wait(limits.CROWD_PAUSE)
            return
        session = Session(channel, address, own_machine, self)
        with self._lock:
            loser = self._door.knock(session, address)
        if loser is not None:
            _log.info("%s is turned away: too many that have not joined", loser.address)
            loser.channel.shutdown()  # its thread, if it has one, notices, and ends
            self._stopping.wait(limits.CROWD_PAUSE)
        if loser is session:
            channel.close()
            return
        thread = threading.Thread(target=self._serve, args=(session,), name=f"lanchat-session-{sock.fileno()}")
        with self._lock:
            self._sessions[thread] = session
        try:
            thread.start()
        except RuntimeError as error:  # the system has no more threads
            _log.warning("%s is turned away: %s", address, error)
            with self._lock:
                del self._sessions[thread]
                self._door.leave(session)
            channel.close()

    def joined(self, session: Session) -> None:
        with self._lock:
            self._door.leave(session)

    def _serve(self, session: Session) -> None:
        try:
            session.run()
        finally:
            with self._lock:
                self._door.leave(session)
                del self._sessions[threading.current_thread()]

    def _end_sessions(self) -> None:
        """Waits a moment for goodbyes to arrive and peers to leave, then ends all connections."""
        deadline = time.monotonic() + limits.CLOSE_TIMEOUT
        with self._lock:
            sessions = dict(self._sessions)
        for thread in sessions:
            thread.join(max(0.0, deadline - time.monotonic()))
        for thread, session in sessions.items():
            session.channel.shutdown()
            thread.join()

    # Beginnings and ends

    def _begun(self, end: Callable[[], None]) -> None:
        self._undo.append(end)

    def _roll_back(self) -> None:
        while self._undo:
            self._undo.pop()()

    def _write_running(self) -> None:
        """Tells the other programs of this machine that, and where, this server runs (running.json), and what it is
        called, which stays (room.json)."""
        path = self.data / "running.json"
        facts = {"pid": os.getpid(), "port": self.port, "id": self.id, "run": self.run, "name": self.name}
        facts["locked"] = self.access.locked
        try:
            path.write_text(json.dumps({**facts, "started": int(time.time() * 1000)}))
            (self.data / "room.json").write_text(json.dumps({"id": self.id, "name": self.name}))
        except OSError as error:
            raise StoreFailed(path=path, detail=error.strerror or str(error)) from error
        self._undo.insert(1, lambda: path.unlink(missing_ok=True))


def _is_loopback(sockets: list[socket.socket]) -> bool:
    return all(sock.getsockname()[0] in ("::1", "127.0.0.1") for sock in sockets)


def _is_own(sock: socket.socket, address: str) -> bool:
    """Whether the peer is this machine: it came from the very address that it went to, or from loopback."""
    try:
        here = str(sock.getsockname()[0])
    except OSError:
        return False
    return address == here or address.removeprefix("::ffff:").startswith("127.") or address == "::1"
