"""Sees which addresses take a TCP connection, many at a time, without a thread for each; says nothing to them."""

from __future__ import annotations

import errno
import selectors
import socket
from typing import Final

from lanchat.discovery import sockets
from lanchat.discovery.entry import Endpoint

MAX_OPEN: Final = 128  # connections under way at once: a sweep begins 64/s and gives up each after PATIENCE
PATIENCE: Final = 1.2  # s for a connection: the first question for it may be lost, the second goes out after 1 s


class Knocking:
    """For one thread, with its selector: sockets are registered for writing, with this object as their data."""

    def __init__(self, selector: selectors.BaseSelector) -> None:
        self._selector = selector
        self._open: dict[socket.socket, tuple[Endpoint, float]] = {}  # to: when it is given up; in that order

    @property
    def due(self) -> float:
        """When `expire` has something to do."""
        return next(iter(self._open.values()))[1] if self._open else float("inf")

    def knock(self, endpoint: Endpoint, now: float) -> None:
        if len(self._open) >= MAX_OPEN:
            self._end(next(iter(self._open)))
        try:
            sock = socket.socket(socket.AF_INET6 if ":" in endpoint.ip else socket.AF_INET, socket.SOCK_STREAM)
        except OSError:  # too many files are open: it will be asked another time
            return
        sock.setblocking(False)
        try:
            begun = sock.connect_ex(sockets.sockaddr_of(*endpoint))
        except OSError:  # its interface went away
            begun = errno.ENETUNREACH
        if begun not in (0, errno.EINPROGRESS, errno.EWOULDBLOCK):
            sock.close()
            return
        self._open[sock] = (endpoint, now + PATIENCE)
        self._selector.register(sock, selectors.EVENT_WRITE, self)

    def opened(self, sock: socket.socket) -> Endpoint | None:
        """To be called when `sock` is writable: the endpoint, if it took the connection."""
        endpoint, _ = self._open[sock]
        taken = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0
        self._end(sock)
        return endpoint if taken else None

    def expire(self, now: float) -> None:
        while now >= self.due:
            self._end(next(iter(self._open)))

    def close(self) -> None:
        for sock in list(self._open):
            self._end(sock)

    def _end(self, sock: socket.socket) -> None:
        self._selector.unregister(sock)
        sock.close()
        del self._open[sock]
