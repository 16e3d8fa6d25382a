"""A bad network for streams: passes bytes on between clients and a server in odd pieces, freezes, and cuts.

What loss, delay, reordering and duplication of packets do to a program that talks TCP: bytes come late, in other
pieces, or the connection breaks. All of it happens in one thread, at the word of the test.
"""

from __future__ import annotations

import contextlib
import random
import selectors
import socket
import threading
import time
from typing import Final, Self

STEP: Final = 0.02  # s between looks at what the test wants
MAX_HELD: Final = 256 * 1024  # bytes on their way in one direction; then nothing more is read
_RESET: Final = b"\x01\0\0\0\0\0\0\0"  # struct linger: on, 0 s


class _Way:
    """One direction of one connection."""

    def __init__(self, source: socket.socket, target: socket.socket) -> None:
        self.source, self.target = source, target
        self.held = bytearray()
        self.ended = False


class Proxy:
    """Listens on `port` of the loopback, and connects each caller to `target` there."""

    def __init__(self, target: int, lots: random.Random) -> None:
        self._target = target
        self._lots = lots
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setblocking(False)
        self.port: int = self._listener.getsockname()[1]
        self._pairs: list[tuple[_Way, _Way]] = []
        self._frozen_until = 0.0
        self._cut = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="test-proxy")
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._listener.close()

    def freeze(self, seconds: float) -> None:
        """Nothing passes, and nobody is told."""
        self._frozen_until = time.monotonic() + seconds

    def cut(self) -> None:
        """All connections break, whatever is under way."""
        self._cut.set()

    # The thread

    def _run(self) -> None:
        while not self._stop.is_set():
            with selectors.DefaultSelector() as selector:
                selector.register(self._listener, selectors.EVENT_READ)
                for way in [way for pair in self._pairs for way in pair]:
                    if not way.ended and len(way.held) < MAX_HELD:
                        selector.register(way.source, selectors.EVENT_READ, way)
                ready = selector.select(STEP)
            if self._cut.is_set():
                self._cut.clear()
                self._end(list(self._pairs))
                continue
            for key, _ in ready:
                self._accept() if key.data is None else self._read(key.data)
            if time.monotonic() >= self._frozen_until:
                self._pass_on()
        self._end(list(self._pairs))

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            caller, _ = self._listener.accept()
            try:
                server = socket.create_connection(("127.0.0.1", self._target), 1.0)
            except OSError:  # it was killed just now
                caller.close()
                return
            for sock in (caller, server):
                sock.setblocking(False)
            self._pairs.append((_Way(caller, server), _Way(server, caller)))

    def _read(self, way: _Way) -> None:
        try:
            data = way.source.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        way.held += data
        way.ended = not data

    def _pass_on(self) -> None:
        for pair in list(self._pairs):
            for way in pair:
                piece = way.held[: self._lots.choice((1, 7, 100, 1500, 65536))]
                try:
                    del way.held[: way.target.send(piece) if piece else 0]
                except BlockingIOError:
                    continue
                except OSError:
                    self._end([pair])
                    break
            if any(way.ended and not way.held for way in pair):
                self._end([pair])

    def _end(self, pairs: list[tuple[_Way, _Way]]) -> None:
        for pair in pairs:
            if pair in self._pairs:
                self._pairs.remove(pair)
                for way in pair:
                    with contextlib.suppress(OSError):
                        way.source.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                    way.source.close()
