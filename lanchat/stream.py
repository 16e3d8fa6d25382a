"""The rest of a connection as one stream of bytes over TLS, for one thread that reads and writes and may wait.

Made of a channel whose handshake is done, where much is to be moved: no lock, large pieces, many records to a call.
"""

from __future__ import annotations

import os
import socket
import ssl
import time
from collections.abc import Callable
from typing import Final

from lanchat.errors import RemoteProtocolError
from lanchat.protocol.limits import MAX_FRAME, Code

# One call's worth. Measured on two busy cores against a bare TLS socket of the standard library (573 MB/s): pieces of
# 64 KiB 0.5 to 0.9 of it, of 256 KiB 0.8 to 1.1; larger ones gain little, and keep others waiting for the interpreter.
PIECE: Final = 256 * 1024  # bytes
# After each piece. Linux lets a thread that works go on for some 3 ms before one that woke up just now: a message
# beside a transfer took 4.4 to 4.9 ms (p99), and takes 2.4 to 2.8 so; the transfer is as fast. Not on Windows.
_let_others_run: Final[Callable[[], object]] = getattr(os, "sched_yield", lambda: None)


class Stream:
    """Belongs to one thread; Channel.shutdown ends it from any. Raises OSError, TimeoutError included."""

    def __init__(
        self, sock: socket.socket, tls: ssl.SSLObject, incoming: ssl.MemoryBIO, outgoing: ssl.MemoryBIO
    ) -> None:
        self._sock, self._tls, self._incoming, self._outgoing = sock, tls, incoming, outgoing
        self._raw = memoryview(bytearray(PIECE))
        self._rest = b""  # read with the last line, and behind it

    def write(self, data: bytes | memoryview, timeout: float) -> None:
        """All of it; timeout: s."""
        self._tls.write(data)
        _let_others_run()
        self._sock.settimeout(timeout)
        self._sock.sendall(self._outgoing.read())

    def read_into(self, buffer: memoryview, timeout: float) -> int:
        """Fills the front of `buffer` with what comes, and returns how many bytes; 0: the end."""
        if self._rest:
            count = min(len(self._rest), len(buffer))
            buffer[:count] = self._rest[:count]
            self._rest = self._rest[count:]
            return count
        _let_others_run()
        deadline = time.monotonic() + timeout
        while (decrypted := self._decrypted(buffer)) is None:
            self._receive(deadline)
        return decrypted

    def _decrypted(self, buffer: memoryview) -> int | None:
        """How many bytes were there, 0 at the end, None: more is needed."""
        count = 0
        try:
            while count < len(buffer) and (some := self._read(buffer[count:])):
                count += some
        except ssl.SSLWantReadError:
            return count or None
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return count
        finally:
            self._answer()
        return count

    def _read(self, buffer: memoryview) -> int:
        return int(self._tls.read(len(buffer), buffer))

    def _answer(self) -> None:
        """What TLS itself says: key updates, alerts."""
        if self._outgoing.pending:
            self._sock.sendall(self._outgoing.read())

    def _receive(self, deadline: float) -> None:
        left = deadline - time.monotonic()
        if left <= 0:  # also for records without a byte in them, one after the other
            raise TimeoutError("nothing comes")
        self._sock.settimeout(left)
        count = self._sock.recv_into(self._raw)
        self._incoming.write(self._raw[:count]) if count else self._incoming.write_eof()

    def read_line(self, timeout: float) -> bytes:
        """The next line with its newline, b"" at the end. Raises RemoteProtocolError: it is too long."""
        deadline, buffer = time.monotonic() + timeout, memoryview(bytearray(MAX_FRAME))
        line, self._rest = self._rest, b""
        while b"\n" not in line:
            if len(line) >= MAX_FRAME:
                raise RemoteProtocolError(code=Code.FRAME_TOO_LONG, detail="a line is too long")
            count = self.read_into(buffer, max(0.001, deadline - time.monotonic()))
            if not count:
                return b""
            line += bytes(buffer[:count])
        end = line.index(b"\n") + 1
        self._rest = line[end:]
        return line[:end]

    @property
    def readable(self) -> bool:
        """Whether the other side said something, or left."""
        if self._rest or self._incoming.pending:
            return True
        self._sock.settimeout(0.0)
        try:
            self._sock.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return False
        return True
