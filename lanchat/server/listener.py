"""The listener: accepts on all listening sockets and hands over; it reads nothing of what clients say."""

from __future__ import annotations

import errno
import logging
import selectors
import socket
import threading
import time
from collections.abc import Callable
from typing import Final

from lanchat.errors import ServeError
from lanchat.protocol.limits import DEFAULT_TCP_PORT
from lanchat.server.limits import BACKLOG, KEEPALIVE

_log = logging.getLogger(__name__)
_NEXT_PORTS: Final = 20  # tried after the default one: as many servers on one machine
_PAUSE: Final = 0.2  # s to let others close something, when the system has no descriptors left


def bind(host: str | None, port: int | None) -> list[socket.socket]:
    """Listening sockets: dual stack when host is None. port None: the default one, or the next that is free;
    0: any. Raises ServeError."""
    if port is not None:
        return _bind(host, port)
    for candidate in range(DEFAULT_TCP_PORT, DEFAULT_TCP_PORT + _NEXT_PORTS):
        try:
            return _bind(host, candidate)
        except ServeError as error:
            if not isinstance(error.__cause__, OSError) or error.__cause__.errno != errno.EADDRINUSE:
                raise
    last = DEFAULT_TCP_PORT + _NEXT_PORTS - 1
    raise ServeError(detail=f"the ports {DEFAULT_TCP_PORT} to {last} are all in use. Choose one with --port.")


def _bind(host: str | None, port: int) -> list[socket.socket]:
    sockets: list[socket.socket] = []
    try:
        if host is None and socket.has_dualstack_ipv6():
            return [_listen(socket.AF_INET6, ("::", port), dual_stack=True)]
        everywhere = "0.0.0.0"  # for everybody on the network  # nosec B104
        places = socket.getaddrinfo(host or everywhere, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, _, _, _, address in dict.fromkeys(places):
            place = (address[0], sockets[0].getsockname()[1] if sockets else port, *address[2:])
            sockets.append(_listen(family, place))
    except UnicodeError as error:  # what the resolver raises on a host like “a..b”
        raise ServeError(detail=_no_address(host)) from error
    except OSError as error:
        for sock in sockets:
            sock.close()
        raise ServeError(detail=_reason(host, port, error)) from error
    return sockets


def _reason(host: str | None, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is in use by another program. Choose another one with --port."
    if error.errno == errno.EADDRNOTAVAIL or isinstance(error, socket.gaierror):
        return _no_address(host)
    return f"{error.strerror or error}."


def _no_address(host: str | None) -> str:
    return f"this machine has no address “{host}”. Leave --host away to listen on all of them."


def _listen(family: int, address: tuple[str | int, ...], *, dual_stack: bool = False) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # Windows: SO_REUSEADDR would let two servers share a port
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0 if dual_stack else 1)
        sock.bind(address)
        sock.listen(BACKLOG)
        sock.setblocking(False)
    except BaseException:
        sock.close()
        raise
    return sock


def tune(sock: socket.socket) -> None:
    """What every connection wants: no delay for small writes, and dead peers found in the end."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    names = ("TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT")
    for name, value in zip(names, KEEPALIVE, strict=True):
        if hasattr(socket, name):
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


class Listener:
    """Calls `accepted(socket, peer's address)` in its thread for each connection, until close()."""

    def __init__(self, sockets: list[socket.socket], accepted: Callable[[socket.socket, str], None]) -> None:
        self._sockets = sockets
        self._accepted = accepted
        # A listening socket cannot be shut down on every system: a pair of sockets ends the thread instead.
        self._stop, self._stopper = socket.socketpair()
        self._thread = threading.Thread(target=self._run, name="lanchat-listener")

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._stopper.close()
        if self._thread.ident is not None:
            self._thread.join()
        for sock in (*self._sockets, self._stop):
            sock.close()

    def _run(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._stop, selectors.EVENT_READ)
            for sock in self._sockets:
                selector.register(sock, selectors.EVENT_READ, sock)
            while True:
                for key, _ in selector.select():
                    if key.data is None:
                        return
                    self._accept(key.data)

    def _accept(self, listening: socket.socket) -> None:
        try:
            sock, address = listening.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return  # it changed its mind
        except OSError as error:
            _log.warning("cannot accept: %s", error)
            time.sleep(_PAUSE)
            return
        try:
            tune(sock)
        except OSError as error:  # gone already
            _log.debug("%s: %s", address[0], error)
            sock.close()
            return
        self._accepted(sock, address[0])
