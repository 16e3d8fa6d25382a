"""JSON lines: bytes in, frames or flaws out, and back. Knows no socket and judges no frame's meaning."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any, Final, Generic, TypeVar

import msgspec

from lanchat.errors import LocalProtocolError
from lanchat.protocol.frames import ClientFrame, ServerFrame
from lanchat.protocol.limits import MAX_FRAME, MAX_ID, Code

FrameT = TypeVar("FrameT")


class Flaw(msgspec.Struct, frozen=True):
    """Bytes that are no frame. fatal: nothing after it can be trusted, the decoder reads no further."""

    code: Code
    detail: str
    fatal: bool = False


class _Head(msgspec.Struct):
    """The one field that every frame has; tells an unknown type from a known one with wrong fields."""

    type: Any = None


class Decoder(Generic[FrameT]):
    """Cuts a stream into lines and decodes each; the same whatever the chunks it comes in.

    After a fatal flaw it returns nothing more. Empty lines are skipped. Holds at most `limit` bytes.
    """

    def __init__(self, frame_types: Any, limit: int = MAX_FRAME) -> None:
        self._json = msgspec.json.Decoder(frame_types)
        self._types = {t.__struct_config__.tag for t in frame_types.__args__}
        self._limit = limit
        self._rest = b""
        self._dead = False

    def receive(self, data: bytes) -> Sequence[FrameT | Flaw]:
        """Takes the next bytes of the stream; returns the frames and flaws that are complete now."""
        if self._dead:
            return []
        *lines, self._rest = (self._rest + data).split(b"\n")
        found: list[FrameT | Flaw] = []
        for line in filter(None, lines):
            event = self._decode(line)
            if event is not None:
                found.append(event)
            if isinstance(event, Flaw) and event.fatal:
                return found
        if len(self._rest) >= self._limit:
            found.append(self._too_long())
        return found

    # Not msgspec's decode_lines: it lets one object span lines, so chunks would decide what is a frame.
    def _decode(self, line: bytes) -> FrameT | Flaw | None:
        if len(line) >= self._limit:
            return self._too_long()
        try:
            return self._json.decode(line)  # type: ignore[no-any-return]
        except msgspec.ValidationError as error:
            return self._judge(line, str(error))
        except (ValueError, RecursionError) as error:
            return self._not_json(error) if line.strip(b" \t\r") else None

    # A second look: the first one stopped at the first wrong field, and what follows it may be no JSON at all.
    def _judge(self, line: bytes, detail: str) -> Flaw:
        try:
            kind = msgspec.json.decode(line, type=_Head).type
        except (ValueError, RecursionError) as error:
            return self._not_json(error)
        if not isinstance(kind, str):
            return Flaw(Code.INVALID, "a frame is a JSON object with a “type”")
        if kind not in self._types:
            return Flaw(Code.UNKNOWN_TYPE, f"unknown type {kind[:40]!r}")  # see kind_meant
        return Flaw(Code.INVALID, f"{kind}: {detail}")

    def _not_json(self, error: Exception) -> Flaw:
        return self._die(Code.NOT_JSON, f"not a JSON object on one line: {error}")

    def _too_long(self) -> Flaw:
        return self._die(Code.FRAME_TOO_LONG, f"a frame is longer than {self._limit} bytes")

    def _die(self, code: Code, detail: str) -> Flaw:
        self._dead = True
        self._rest = b""
        return Flaw(code, detail, fatal=True)


def client_frames() -> Decoder[ClientFrame]:
    """A decoder of what clients say, for servers."""
    return Decoder(ClientFrame)


def server_frames() -> Decoder[ServerFrame]:
    """A decoder of what servers say, for clients."""
    return Decoder(ServerFrame)


_encoder: Final = msgspec.json.Encoder()
_UNKNOWN: Final = re.compile(r"unknown type '(\w+)'")
_TOO_LONG: Final = re.compile(r"of length <= (\d+) - at `.*?(\w+)`")


def encode(frame: ClientFrame | ServerFrame) -> bytes:
    """One frame as one line, newline included."""
    return _encoder.encode(frame) + b"\n"


@cache
def _said() -> msgspec.json.Decoder[ClientFrame]:
    return msgspec.json.Decoder(ClientFrame)  # at first use: takes 2 ms, which nobody's start shall wait for


def check(frame: ClientFrame) -> None:
    """Raises LocalProtocolError unless a server can read the frame, once it has its id."""
    try:
        line = encode(frame)
        _said().decode(line)
    except (msgspec.MsgspecError, ValueError, TypeError) as error:
        long = _TOO_LONG.search(str(error))
        detail = f"“{long[2]}” has at most {long[1]} characters." if long else f"That cannot be sent: {error}."
        raise LocalProtocolError(code=Code.INVALID, detail=detail) from error
    if len(line) > MAX_FRAME - MAX_ID:
        raise LocalProtocolError(code=Code.FRAME_TOO_LONG, detail="That is too long to be sent at once.")


def kind_of(frame: ClientFrame | type[ClientFrame]) -> str:
    """What its field `type` says."""
    return str(frame.__struct_config__.tag)


def kind_meant(code: str, detail: str) -> str:
    """The type of the frame that an error without an id complains of; empty: it does not say."""
    if code == Code.UNKNOWN_TYPE:
        known = _UNKNOWN.fullmatch(detail)
        return known[1] if known else ""
    return detail.partition(":")[0] if code == Code.INVALID else ""
