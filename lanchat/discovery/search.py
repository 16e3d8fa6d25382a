"""The finder's thread: sends what the directory wants asked, hands it what comes back; holds no rules of its own."""

from __future__ import annotations

import contextlib
import functools
import queue
import selectors
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final, NamedTuple

from lanchat.discovery import sockets
from lanchat.discovery.announcement import decode, encode_question
from lanchat.discovery.ask import ask_tcp
from lanchat.discovery.directory import LATE, SWEPT, AskAll, AskMany, AskOne, AskTcp, Directory, Knock
from lanchat.discovery.entry import Endpoint, Key
from lanchat.discovery.knocking import Knocking
from lanchat.discovery.networks import Change, Watch
from lanchat.discovery.wakeup import Wakeup
from lanchat.errors import ConnectError, HostRefused
from lanchat.protocol.frames import ServerInfo

BATCH: Final = 64  # datagrams of one socket before the others have their turn
MAX_PROBES: Final = 128  # sockets that wait for one answer each
MAX_INBOX: Final = 1_000  # commands that wait
TCP_TIMEOUT: Final = 1.5  # s for one address

Command = Callable[[Directory, float], None]  # what other threads ask of this one: gets the directory and now


class Inbox(Wakeup):
    """Commands from other threads to the finder's, and what wakes it."""

    def __init__(self) -> None:
        super().__init__()
        self._commands: queue.Queue[Command] = queue.Queue(MAX_INBOX)

    def post(self, command: Command) -> bool:
        """False: a flood, and no room for it. What is heard and lost so will be asked again."""
        try:
            self._commands.put_nowait(command)
        except queue.Full:
            return False
        self.wake()
        return True

    def take(self) -> Iterator[Command]:
        """What is there now."""
        for _ in range(self._commands.qsize()):
            yield self._commands.get_nowait()


class _Probe(NamedTuple):
    """A socket that asked one address."""

    nonce: str
    ends: float


class Search:
    """One run of the finder's work, from opening the sockets to closing them."""

    def __init__(
        self,
        directory: Directory,
        watch: Watch,
        inbox: Inbox,
        workers: ThreadPoolExecutor,
        *,
        beacon: bool,
    ) -> None:
        self._directory, self._watch = directory, watch
        self._inbox, self._workers, self._beacon = inbox, workers, beacon
        self._selector = selectors.DefaultSelector()
        self._selector.register(inbox, selectors.EVENT_READ)
        self._group = sockets.Group(())
        self._ears: list[socket.socket] = []
        self._probes: dict[socket.socket, _Probe] = {}
        self._asker: socket.socket | None = None  # asks one address after the other; the routes say where
        self._knocking = Knocking(self._selector)
        self._listen()

    def close(self) -> None:
        self._close_group()
        self._knocking.close()
        if self._asker is not None:
            self._asker.close()
        for sock in self._probes:
            sock.close()
        self._selector.close()

    def step(self, until: float) -> bool:
        """Waits for something to do, but not longer than `until`, and does it. False: there was nothing."""
        due = min(self._directory.due, self._watch.due, self._knocking.due, *self._first_probe_ends())
        ready = self._selector.select(max(0.0, min(due, until) - time.monotonic()))
        for key, _ in ready:
            if key.fileobj is self._inbox:
                self._inbox.clear()
            elif key.data is self._knocking:
                self._opened(key.fileobj)  # type: ignore[arg-type]
            else:
                self._receive(key.fileobj)  # type: ignore[arg-type]  # all others are sockets
        now = time.monotonic()
        for command in self._inbox.take():
            command(self._directory, now)
        if (change := self._watch.poll(now, time.time())) is not None:
            self._adapt(change, now)
        self._end_probes(now)
        self._knocking.expire(now)
        for ask in self._directory.tick(now):
            match ask:
                case AskAll(nonce):
                    self._group.send(encode_question(nonce))
                case AskOne():
                    self._ask_one(ask, now)
                case AskTcp():
                    self._workers.submit(self._ask_tcp, ask)
                case AskMany():
                    self._ask_many(ask)
                case Knock(endpoints):
                    for endpoint in endpoints:
                        self._knocking.knock(endpoint, now)
        return bool(ready) or now >= due

    # All at once

    def _listen(self) -> None:
        self._close_group()
        if self._beacon:
            self._group = sockets.Group(self._watch.interfaces)
            self._ears = sockets.open_ears(self._watch.interfaces)
        for sock in (*self._group.sockets, *self._ears):
            self._selector.register(sock, selectors.EVENT_READ)

    def _close_group(self) -> None:
        for sock in (*self._group.sockets, *self._ears):
            self._selector.unregister(sock)
        self._group.close()
        for ear in self._ears:
            ear.close()
        self._ears = []

    def _adapt(self, change: Change, now: float) -> None:
        if change is Change.NETWORK:
            self._directory.use(self._watch.interfaces)
        self._listen()
        self._directory.refresh(now)

    def _receive(self, sock: socket.socket) -> None:
        for _ in range(BATCH):
            try:
                arrival = sockets.receive(sock)
            except ConnectionRefusedError:
                if sock in self._probes:
                    self._directory.refused(time.monotonic(), self._end_probe(sock).nonce)
                return
            if arrival is None:
                return
            said = decode(arrival.data)
            if said is not None:
                self._directory.heard(time.monotonic(), said, arrival.source)
            if sock in self._probes:
                self._end_probe(sock)
                return

    # One by one

    def _ask_one(self, ask: AskOne, now: float) -> None:
        if len(self._probes) >= MAX_PROBES:
            self._end_probe(next(iter(self._probes)))
        try:
            sock = sockets.connect(*ask.endpoint)
        except OSError:  # no way there: nobody answers
            return
        try:
            sock.send(encode_question(ask.nonce))
        except ConnectionRefusedError:
            sock.close()
            self._directory.refused(now, ask.nonce)
        except OSError:
            sock.close()
        else:
            self._probes[sock] = _Probe(ask.nonce, now + LATE)
            self._selector.register(sock, selectors.EVENT_READ)

    def _first_probe_ends(self) -> list[float]:
        return [next(iter(self._probes.values())).ends] if self._probes else []

    def _end_probes(self, now: float) -> None:
        while self._probes and now >= next(iter(self._probes.values())).ends:
            self._end_probe(next(iter(self._probes)))

    def _end_probe(self, sock: socket.socket) -> _Probe:
        self._selector.unregister(sock)
        sock.close()
        return self._probes.pop(sock)

    # Address by address

    def _ask_many(self, ask: AskMany) -> None:
        if self._asker is None:
            self._asker = sockets.open_asker()
            self._selector.register(self._asker, selectors.EVENT_READ)
        question = encode_question(ask.nonce)
        for endpoint in ask.endpoints:
            with contextlib.suppress(OSError):  # no way there, or its port is closed: the others go on
                self._asker.sendto(question, endpoint)

    def _opened(self, sock: socket.socket) -> None:
        endpoint = self._knocking.opened(sock)
        if endpoint is not None:
            self._workers.submit(self._ask_tcp, AskTcp(SWEPT, (endpoint,)))

    # By TCP

    def _ask_tcp(self, ask: AskTcp) -> None:
        """In a worker's thread."""
        refused = False
        for endpoint in ask.endpoints:
            sent = time.monotonic()
            try:
                info = ask_tcp(endpoint, TCP_TIMEOUT)
            except ConnectError as error:
                refused = isinstance(error, HostRefused)
                continue
            took = time.monotonic() - sent
            self._inbox.post(functools.partial(_tell_tcp_answer, ask.key, endpoint, info, took))
            return
        self._inbox.post(lambda directory, now: directory.tcp_failed(now, ask.key, refused=refused))


def _tell_tcp_answer(
    key: Key, endpoint: Endpoint, info: ServerInfo, took: float, directory: Directory, now: float
) -> None:
    directory.tcp_answered(now, key, endpoint, info, now - took)
