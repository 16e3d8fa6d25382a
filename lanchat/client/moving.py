"""A file's bytes over one connection, and the few lines around them; it asks for no ticket and tries nothing twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final, TypeVar

from lanchat.channel import LINGER, Channel
from lanchat.client.landing import Landing
from lanchat.errors import RemoteProtocolError, TransferRefused
from lanchat.protocol.codec import encode, server_frames
from lanchat.protocol.frames import Arrived, Error, Go, Transfer
from lanchat.protocol.limits import Code
from lanchat.stream import PIECE, Stream

PATIENCE: Final = 30.0  # s for one piece
GO_PATIENCE: Final = 900.0  # s until the server goes on: it reads again what it has, 100 GB at 100 MB/s
STORE_PATIENCE: Final = 120.0  # s until the server has checked and stored all
FrameT = TypeVar("FrameT")


class SourceChanged(Exception):
    """The file is shorter than it was."""


@contextmanager
def stream_of(channel: Channel) -> Iterator[Stream]:
    try:
        yield channel.stream()
    finally:
        channel.close()


def upload(stream: Stream, token: str, source: BinaryIO, note: Callable[[int, int], None]) -> None:
    """All that the server lacks. note: is called with (bytes more, bytes that were there at the beginning). Raises
    OSError (the connection's), TransferRefused, RemoteProtocolError, SourceChanged."""
    stream.write(encode(Transfer(token)), PATIENCE)
    go = _line(stream, Go, GO_PATIENCE)
    source.seek(go.offset)
    note(0, go.offset)
    buffer, left = memoryview(bytearray(PIECE)), go.size - go.offset
    try:
        while left > 0 and not stream.readable:  # the server may end it half-way
            count = source.readinto(buffer[:left])  # type: ignore[attr-defined]
            if not count:
                raise SourceChanged
            stream.write(buffer[:count], PATIENCE)
            left -= count
            note(count, go.offset)
    except ConnectionError:
        _line(stream, Arrived, LINGER)  # it may have said why
        raise
    _line(stream, Arrived, STORE_PATIENCE)


def download(stream: Stream, token: str, size: int, landing: Landing, note: Callable[[int, int], None]) -> None:
    """What is lacking of `size` bytes. Raises as `upload`."""
    stream.write(encode(Transfer(token, landing.size)), PATIENCE)
    go = _line(stream, Go, PATIENCE)
    if (go.offset, go.size) != (landing.size, size):
        raise RemoteProtocolError(code=Code.INVALID, detail="it sends another file than was announced")
    note(0, go.offset)
    buffer = memoryview(bytearray(PIECE))
    while landing.size < size:
        count = stream.read_into(buffer[: size - landing.size], PATIENCE)
        if not count:
            raise ConnectionResetError("it ended half-way")
        landing.take(buffer[:count])
        note(count, go.offset)


def _line(stream: Stream, kind: type[FrameT], timeout: float) -> FrameT:
    """The next line, which must be of this kind."""
    line = stream.read_line(timeout)
    if not line:
        raise ConnectionResetError("the server hung up")
    for frame in server_frames().receive(line):
        match frame:
            case Error(code=code, detail=detail):
                raise TransferRefused(code=code, detail=detail)
            case kind():
                return frame
    raise RemoteProtocolError(code=Code.INVALID, detail="its answer is not one to a transfer")
