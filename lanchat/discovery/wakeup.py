"""Wakes a thread that waits in select, from any thread; carries no data."""

from __future__ import annotations

import contextlib
import socket


class Wakeup:
    """Register it with a selector; `clear` when it is readable."""

    def __init__(self) -> None:
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)

    def fileno(self) -> int:
        return self._reader.fileno()

    def wake(self) -> None:
        with contextlib.suppress(OSError):  # full: it will wake anyway; closed: nobody waits any more
            self._writer.send(b"!")

    def clear(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while self._reader.recv(1024):
                pass

    def close(self) -> None:
        self._reader.close()
        self._writer.close()
