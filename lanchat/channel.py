"""One TCP stream, clear or TLS, used by both ends: bytes in, whole lines out; it knows no frame's meaning.

One thread reads (`receive`, blocking, always with a timeout). Any thread writes (`send`, never blocking). TLS runs
over memory buffers, so that one lock can be held from encryption through the non-blocking send of what came
out: records leave in the order in which they were made. The lock is never held over a blocking call.
"""

from __future__ import annotations

import contextlib
import math
import select
import selectors
import socket
import ssl
import sys
import threading
import time
from typing import Final

from lanchat.stream import Stream

READ_SIZE: Final = 16 * 1024 + 512  # bytes per recv: one full TLS record (RFC 8446 section 5.2) with its frame
MAX_UNSENT: Final = 64 * 1024  # bytes of plaintext that are encrypted, or kept, ahead of the socket
MAX_ANSWERS: Final = 4 * MAX_UNSENT  # bytes kept, the answers that TLS itself makes included
LINGER: Final = 2.0  # s that the end of a polite goodbye may take


class Channel:
    """A connected socket. `receive` belongs to one thread; the rest may be called from any."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        # Never a timeout: it would make sends wait, too, whatever their flags say (measured: 3 s with MSG_DONTWAIT)
        sock.setblocking(False)
        if sys.platform != "win32":
            self._poll = select.poll()
            self._poll.register(sock, select.POLLIN)
        self._lock = threading.Lock()
        self._unsent: bytes = b""
        self._closed = False
        self._over = False
        self._tls: ssl.SSLObject | None = None

    def start_tls(self, context: ssl.SSLContext, *, server: bool, first: bytes = b"") -> None:
        """What follows is TLS. `first`: bytes of it that were received already, to find out what comes."""
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._incoming.write(first)
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=server)

    @property
    def encrypted(self) -> bool:
        return self._tls is not None

    @property
    def unsent(self) -> bool:
        """Whether bytes that were taken still wait for `flush`."""
        return bool(self._unsent)

    @property
    def over(self) -> bool:
        """Whether the connection is known to have ended, without reading what may still lie there."""
        if self._over or self._closed:
            return True
        try:
            return self._sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) != 0
        except OSError:  # closed meanwhile
            return True

    def fileno(self) -> int:
        """For a selector that waits until `flush` can go on, or until `receive` has something."""
        return self._sock.fileno()

    def stream(self) -> Stream:
        """The rest of the connection for the one thread that reads, which alone writes from now on. After the
        handshake, with nothing unsent."""
        assert self._tls is not None
        return Stream(self._sock, self._tls, self._incoming, self._outgoing)

    # Reading, by one thread

    def handshake(self, timeout: float, *, cancel: socket.socket | None = None) -> bytes | None:
        """Completes TLS; returns the peer's certificate (DER), if it has one. Ends early when `cancel` becomes
        readable. Raises OSError, TimeoutError included."""
        assert self._tls is not None
        deadline = time.monotonic() + timeout
        while True:
            try:
                with self._lock:
                    try:
                        self._tls.do_handshake()
                        return self._tls.getpeercert(binary_form=True)
                    finally:
                        self._push(self._outgoing.read())
            except ssl.SSLWantReadError:
                remaining = deadline - time.monotonic()
                if remaining <= 0:
                    raise TimeoutError("the TLS handshake takes too long") from None
                if cancel is not None:
                    self._wait_readable(remaining, cancel)
                data = self._read(remaining)
                if not data:
                    raise ConnectionResetError("closed during the TLS handshake") from None
                with self._lock:
                    self._incoming.write(data)

    def receive(self, timeout: float) -> bytes:
        """The next bytes; b"" at the end of the stream. Raises OSError, TimeoutError included."""
        if self._tls is None:
            return self._read(timeout)
        deadline, reads = time.monotonic() + timeout, 0
        while True:
            with self._lock:
                plain = self._decrypt()
            if plain is not None:
                return plain
            # For all of a record: a peer that sends it byte by byte gains no time. Never 0, which would not wait
            left = deadline - time.monotonic()
            if reads and left <= 0:  # also for records without a word in them, one after the other
                raise TimeoutError("no word in time")
            data = self._read(max(0.001, left))
            reads += 1
            with self._lock:
                self._incoming.write(data) if data else self._incoming.write_eof()

    def _wait_readable(self, timeout: float, cancel: socket.socket) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._sock, selectors.EVENT_READ)
            selector.register(cancel, selectors.EVENT_READ)
            if cancel in [key.fileobj for key, _ in selector.select(timeout)]:
                raise ConnectionAbortedError("nobody waits for it any more")

    def _decrypt(self) -> bytes | None:
        """What is there in clear, b"" at the end, None: more is needed. Holds the lock."""
        assert self._tls is not None
        parts = []
        try:
            while piece := self._tls.read(READ_SIZE):
                parts.append(piece)
            ended = True
        except ssl.SSLWantReadError:
            ended = False
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            ended = True
        finally:
            # Answers that TLS itself makes: key updates, alerts. A peer that is gone takes none, and what it said
            # before is still to be read.
            with contextlib.suppress(OSError):
                self._push(self._outgoing.read())
        if len(self._unsent) > MAX_ANSWERS:
            raise ConnectionAbortedError("it makes TLS talk, and does not listen")
        return b"".join(parts) if parts or ended else None

    def _read(self, timeout: float) -> bytes:
        deadline = time.monotonic() + timeout
        while self._readable(max(0.0, deadline - time.monotonic())):
            with contextlib.suppress(BlockingIOError):  # what woke us was not worth it: a bad checksum
                return self._sock.recv(READ_SIZE)
        raise TimeoutError("timed out")

    def _readable(self, timeout: float) -> bool:
        if sys.platform == "win32":
            return bool(select.select([self._sock], [], [], timeout)[0])
        return bool(self._poll.poll(math.ceil(1000 * timeout)))

    # Writing, by any thread

    def send(self, lines: bytes | memoryview) -> int:
        """Takes whole lines from the front of `lines` until the socket is full; returns how many bytes were
        taken. Those that did not go out, at most MAX_UNSENT or one line, are kept for `flush`. Raises OSError."""
        with self._lock:
            if self._unsent and self._flush():
                return 0
            if self._tls is not None:
                return self._send_encrypted(self._tls, lines)
            sent = self._write(lines)
            return sent if sent == len(lines) else self._cut(lines, sent)

    def flush(self) -> bool:
        """Goes on with what is kept; True while some of it still is. Raises OSError."""
        with self._lock:
            return self._flush()

    def _cut(self, lines: bytes | memoryview, sent: int) -> int:
        """Keeps the rest of the line that went out in part; returns where it ends."""
        end = self._line_end(lines, sent)
        self._unsent = bytes(lines[sent:end])
        return end

    def _send_encrypted(self, tls: ssl.SSLObject, lines: bytes | memoryview) -> int:
        start = 0
        while start < len(lines) and not self._unsent:
            end = len(lines)
            if end - start > MAX_UNSENT:
                end = bytes(lines[start : start + MAX_UNSENT]).rfind(b"\n") + 1 + start
                end = end if end > start else self._line_end(lines, start + 1)
            tls.write(lines[start:end])
            self._push(self._outgoing.read())
            start = end
        return start

    @staticmethod
    def _line_end(lines: bytes | memoryview, position: int) -> int:
        """Where the line that `position` cuts ends; `position` itself, where it cuts none."""
        if position == 0 or position >= len(lines) or lines[position - 1] == 0x0A:
            return position
        rest = bytes(lines[position : position + MAX_UNSENT])
        return position + (rest.find(b"\n") + 1 or len(rest))

    def _push(self, data: bytes) -> None:
        """Sends bytes that must not change their order, after those that wait. Holds the lock."""
        if data:
            self._unsent += data
            self._flush()

    def _flush(self) -> bool:
        if self._unsent:
            self._unsent = self._unsent[self._write(self._unsent) :]
        return bool(self._unsent)

    def _write(self, data: bytes | memoryview) -> int:
        if self._closed:
            raise ConnectionAbortedError("closed here")
        try:
            return self._sock.send(data)
        except BlockingIOError:
            return 0

    # The end

    def finish(self) -> None:
        """No more will be sent: the peer reads what is on its way, then the end. Reading goes on."""
        with self._lock, contextlib.suppress(OSError):  # it may be gone already, which is what we want
            self._sock.setblocking(False)  # a stream had a timeout
            if self._tls is not None:
                with contextlib.suppress(ssl.SSLError):  # the peer's own goodbye is not waited for
                    self._tls.unwrap()
                self._push(self._outgoing.read())
            self._sock.shutdown(socket.SHUT_WR)

    def shutdown(self) -> None:
        """Ends both directions at once; wakes the thread that reads."""
        self._over = True
        with contextlib.suppress(OSError):  # not connected any more
            self._sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Gives the socket back. For the reading thread, or once it has ended."""
        self.shutdown()
        with self._lock:
            self._closed = True
            self._sock.close()
