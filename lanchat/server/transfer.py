"""One transfer: a file's bytes in or out, by the thread of its connection; it keeps no books, writes to no member.

The other side may lie about all of it: what came counts once it has the size and the digest that were announced.
"""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import queue
import time
from collections.abc import Callable
from typing import BinaryIO, Final, NamedTuple, Protocol

from lanchat.channel import LINGER, Channel
from lanchat.protocol.codec import encode
from lanchat.protocol.frames import Arrived, Error, Go, ServerFrame, Transfer
from lanchat.protocol.limits import Code
from lanchat.server.blobs import open_part, room_at
from lanchat.server.parts import Parts
from lanchat.server.tickets import Ticket, Tickets
from lanchat.stream import PIECE, Stream

_log = logging.getLogger(__name__)
PATIENCE: float = 30.0  # s for one piece: 9 kB/s is the slowest that is served
VERDICT: Final = 30.0  # s that the books may take
_NO_TICKET: Final = Error(Code.TICKET, "This transfer was not asked for, or too long ago. Please try again.")
_BUSY: Final = Error(Code.TOO_MANY, "Too many files are being moved just now. Please try again.")
_SAME: Final = Error(Code.TICKET, "The same file is being sent already.")
_WRONG: Final = Error(Code.FILE_WRONG, "What arrived is not the file that was announced: it changed on the way.")
_FULL: Final = Error(Code.NOT_STORED, "The server cannot store the file: its disk is full.")
_BROKEN: Final = Error(Code.NOT_STORED, "The server cannot store the file just now.")


class Uploaded(NamedTuple):
    """A part is whole. answer: is called once with why it does not count, None: it does."""

    ticket: Ticket
    answer: Callable[[Error | None], None]


class Office(Protocol):
    """What a transfer needs of its server; safe to use from any thread. sync: what is stored survives the loss of
    power."""

    tickets: Tickets
    sync: bool

    def put(self, item: Uploaded) -> None: ...


def serve(channel: Channel, frame: Transfer, source: str, office: Office) -> None:
    """Moves what the ticket is for; returns when that is done, or cannot be. source: where the connection is from
    (server.door). Raises OSError."""
    stream = channel.stream()
    ticket = office.tickets.use(frame.token, source, time.monotonic(), channel.shutdown)
    if not isinstance(ticket, Ticket):
        _end(stream, channel, _BUSY if ticket == Code.TOO_MANY else _NO_TICKET)
        return
    try:
        if not ticket.upload:
            _send(stream, ticket, frame.offset)
            channel.finish()
        elif office.tickets.take_part(ticket.path, channel.shutdown):
            try:
                last = _receive(stream, ticket, office)
            finally:
                office.tickets.leave_part(ticket.path)
            _end(stream, channel, last)
        else:
            _end(stream, channel, _SAME)
    finally:
        office.tickets.finished(frame.token)


def _end(stream: Stream, channel: Channel, last: ServerFrame) -> None:
    """Says it, and takes what still comes for a moment: closing with bytes unread resets the connection, and takes
    the line from the other's hands."""
    stream.write(encode(last), PATIENCE)
    channel.finish()
    buffer, deadline = memoryview(bytearray(PIECE)), time.monotonic() + LINGER
    while (left := deadline - time.monotonic()) > 0 and stream.read_into(buffer, left):
        continue


# Out


def _send(stream: Stream, ticket: Ticket, offset: int) -> None:
    try:
        file = open(ticket.path, "rb")  # noqa: SIM115 - errors of opening are told, those of sending are not
    except OSError as error:
        _log.error("a file is missing: %s", error)
        stream.write(encode(Error(Code.FILE_UNKNOWN, "The server does not have this file any more.")), PATIENCE)
        return
    with file:
        offset = min(offset, ticket.size)
        file.seek(offset)
        stream.write(encode(Go(offset, ticket.size)), PATIENCE)
        buffer = memoryview(bytearray(PIECE))
        while count := file.readinto(buffer):
            stream.write(buffer[:count], PATIENCE)


# In


def _receive(stream: Stream, ticket: Ticket, office: Office) -> ServerFrame:
    """The last line for who sends."""
    parts = office.tickets.parts
    try:
        with open_part(ticket.path) as part:
            objection = _fill(stream, ticket, part, parts, sync=office.sync)
    except OSError as error:
        if error.errno is None or isinstance(error, ConnectionError | TimeoutError):
            if not parts.size(ticket.path):
                _remove(ticket, parts)
            raise  # of the connection; the part waits for its client to come back
        _log.error("a file cannot be stored: %s", error)
        _remove(ticket, parts)  # a full disk needs it more
        return _FULL if error.errno in (errno.ENOSPC, errno.EDQUOT) else _BROKEN
    if objection is not None:
        _remove(ticket, parts)
        return objection
    verdict: queue.SimpleQueue[Error | None] = queue.SimpleQueue()
    office.put(Uploaded(ticket, verdict.put))
    try:
        return verdict.get(timeout=VERDICT) or Arrived()
    except queue.Empty:
        return _BROKEN


def _remove(ticket: Ticket, parts: Parts) -> None:
    ticket.path.unlink(missing_ok=True)
    parts.note(ticket.path, 0)


def _fill(stream: Stream, ticket: Ticket, part: BinaryIO, parts: Parts, *, sync: bool) -> Error | None:
    """Reads what is lacking; why it does not count."""
    digest = hashlib.sha256()
    buffer = memoryview(bytearray(PIECE))
    size = 0
    while size < ticket.size and (count := part.readinto(buffer[: ticket.size - size])):  # type: ignore[attr-defined]
        digest.update(buffer[:count])
        size += count
    stream.write(encode(Go(size, ticket.size)), PATIENCE)
    piece_end, deadline = size + PIECE, time.monotonic() + PATIENCE
    while size < ticket.size:
        count = _read(stream, buffer[: ticket.size - size], deadline)
        if room_at(ticket.path.parent) < count:
            return _FULL
        digest.update(buffer[:count])
        part.write(buffer[:count])
        size += count
        parts.note(ticket.path, size)
        if size >= piece_end:
            piece_end, deadline = size + PIECE, time.monotonic() + PATIENCE
    part.truncate(size)
    part.flush()
    if sync:
        os.fsync(part.fileno())
    return None if digest.hexdigest() == ticket.sha256 else _WRONG


def _read(stream: Stream, buffer: memoryview, deadline: float) -> int:
    """Some bytes, of a piece that must be whole at `deadline`: who sends one now and then gains no time."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("a piece takes too long")
    count = stream.read_into(buffer, left)
    if not count:
        raise ConnectionResetError("it ended half-way")
    return count
