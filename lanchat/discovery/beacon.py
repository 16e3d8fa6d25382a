"""A server's UDP side: answers questions, says that it is there and when it goes; decides nothing about finders.

One thread owns the sockets. The shared port hears questions to everybody; the server's own port (the number of
its TCP port) is asked whether this very server still lives, so it closes first when the server goes.
"""

from __future__ import annotations

import itertools
import logging
import random
import selectors
import socket
import time
from collections.abc import Callable
from typing import Final

from lanchat.discovery import sockets
from lanchat.discovery.announcement import Question, decode, encode_answer, encode_beacon, encode_bye
from lanchat.discovery.caps import AnswerCaps
from lanchat.discovery.interfaces import watch
from lanchat.discovery.networks import Interface, is_private, on_link
from lanchat.discovery.retry import RETRY, Retrying
from lanchat.discovery.wakeup import Wakeup
from lanchat.protocol.frames import ServerInfo
from lanchat.protocol.limits import DISCOVERY_UDP_PORT

BURST: Final = (0.0, 0.25, 1.0, 3.0)  # s after the start and after each change: some get lost on Wi-Fi
EVERY: Final = 30.0  # s between beacons then, 10 % more or less, so that servers do not march in step
FRESH: Final = 2.0  # s for which a beacon need not be repeated when somebody asks everybody
BATCH: Final = 64  # datagrams of one socket before the others have their turn

_log: Final = logging.getLogger(__name__)


class Beacon:
    """shared False: only the own port answers, nothing is said to all."""

    def __init__(self, facts: Callable[[], ServerInfo], *, shared: bool = True) -> None:
        self._facts = facts
        self._shared = shared
        self._wakeup = Wakeup()
        self._retrying = Retrying("lanchat-beacon", self._serve, (OSError,), self._wakeup.wake)

    def start(self) -> None:
        self._retrying.start()

    def close(self) -> None:
        """Says goodbye. Idempotent."""
        self._retrying.close()
        self._wakeup.close()

    def _serve(self) -> None:
        with _Sockets(self._facts().port, shared=self._shared) as ours, selectors.DefaultSelector() as selector:
            selector.register(self._wakeup, selectors.EVENT_READ)
            _Session(self._facts, ours, selector, self._retrying.stopping.is_set, self._wakeup).run()


class _Sockets:
    """What a server listens on, opened as far as it goes; the rest is tried again."""

    def __init__(self, own: int, *, shared: bool) -> None:
        families = (socket.AF_INET, socket.AF_INET6)
        self._missing = {(family, own, False) for family in families}
        if shared:
            self._missing |= {(family, DISCOVERY_UDP_PORT, True) for family in families}
        self._delays = itertools.chain(RETRY, itertools.repeat(RETRY[-1]))
        self.retry_at = 0.0
        self.open: dict[socket.socket, bool] = {}  # to: is it on the shared port
        self.group = sockets.Group(())

    def __enter__(self) -> _Sockets:
        return self

    def __exit__(self, *_: object) -> None:
        for sock in self.open:
            sock.close()
        self.group.close()

    def try_missing(self, now: float) -> list[socket.socket]:
        """The sockets that could be opened now."""
        opened = []
        delay = next(self._delays)
        for family, port, shared in sorted(self._missing):
            try:
                sock = sockets.open_server(family, port, shared=shared)
            except OSError as error:
                lacking = _log.debug if family == socket.AF_INET6 else _log.warning  # a system may have no IPv6
                lacking("cannot answer on UDP port %d: %s; next try in %.0f s", port, error, delay)
                continue
            self._missing.discard((family, port, shared))
            self.open[sock] = shared
            opened.append(sock)
        self.retry_at = now + delay if self._missing else float("inf")
        return opened

    def close_own(self) -> None:
        """From now on the system itself says that this server is gone."""
        for sock in [s for s, shared in self.open.items() if not shared]:
            sock.close()
            del self.open[sock]


class _Session:
    """The beacon's work while its sockets are open."""

    def __init__(
        self,
        facts: Callable[[], ServerInfo],
        ours: _Sockets,
        selector: selectors.BaseSelector,
        is_stopping: Callable[[], bool],
        wakeup: Wakeup,
    ) -> None:
        now = time.monotonic()
        self._facts, self._ours, self._selector = facts, ours, selector
        self._is_stopping, self._wakeup = is_stopping, wakeup
        self._watch = watch()
        self._caps = AnswerCaps(now)
        self._said_at = -FRESH
        self._plan: list[float] = []
        self._use(self._watch.interfaces, now)

    def run(self) -> None:
        while not self._is_stopping():
            now = time.monotonic()
            if now >= self._ours.retry_at:
                self._open(now)
            if self._watch.poll(now, time.time()) is not None:
                self._use(self._watch.interfaces, now)
            if self._plan and now >= self._plan[0]:
                self._say(now)
            due = min([self._watch.due, self._ours.retry_at, *self._plan[:1]])
            for key, _ in self._selector.select(max(0.0, due - time.monotonic())):
                if key.fileobj is self._wakeup:
                    self._wakeup.clear()
                else:
                    self._answer_all(key.fileobj)  # type: ignore[arg-type]  # all others are sockets
        self._leave()

    def _open(self, now: float) -> None:
        for sock in self._ours.try_missing(now):
            self._selector.register(sock, selectors.EVENT_READ)
            sockets.join_all(sock, self._watch.interfaces)

    def _use(self, interfaces: tuple[Interface, ...], now: float) -> None:
        """Speak and listen on these from now on."""
        self._ours.group.close()
        self._ours.group = sockets.Group(interfaces)
        for sock in self._ours.open:
            sockets.join_all(sock, interfaces)
        self._plan = [now + delay for delay in BURST]

    def _say(self, now: float) -> None:
        while self._plan and self._plan[0] <= now:
            self._plan.pop(0)
        if not self._plan:
            self._plan = [now + EVERY * random.uniform(0.9, 1.1)]  # jitter  # nosec B311
        self._broadcast(now)

    def _broadcast(self, now: float) -> None:
        if any(self._ours.open.values()):
            self._said_at = now
            self._ours.group.send(encode_beacon(self._facts()))

    def _answer_all(self, sock: socket.socket) -> None:
        now = time.monotonic()
        everybody = False
        for _ in range(BATCH):
            arrival = sockets.receive(sock)
            if arrival is None:
                break
            question = decode(arrival.data)
            if not isinstance(question, Question) or not self._may_answer(arrival, now):
                continue
            answer = encode_answer(question.nonce, self._facts())
            if len(answer) <= len(arrival.data):
                sockets.answer(sock, answer, arrival)
                everybody = everybody or not arrival.direct
        if everybody and now - self._said_at > FRESH:
            self._broadcast(now)  # passes firewalls that let port 5054 in, where the answer does not

    def _may_answer(self, arrival: sockets.Arrival, now: float) -> bool:
        near = on_link(arrival.source, self._watch.interfaces) or (arrival.direct and is_private(arrival.source))
        return near and self._caps.take(arrival.source, now)

    def _leave(self) -> None:
        self._ours.close_own()
        if any(self._ours.open.values()):
            for _ in range(2):  # one may get lost
                self._ours.group.send(encode_bye(self._facts()))
