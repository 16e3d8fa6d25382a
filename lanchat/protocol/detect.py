"""Which dialect a new connection speaks, told by its first bytes; reads no socket."""

from __future__ import annotations

from enum import Enum, auto
from typing import Final


class Dialect(Enum):
    TLS = auto()  # a ClientHello record (RFC 8446 section 5.1): what our own client sends
    JSON = auto()  # JSON lines in clear
    HTTP = auto()  # a browser that somebody pointed here
    PLAIN = auto()  # nc, or the classic tutorial client: a nickname, then text


_TLS_HANDSHAKE: Final = 0x16
# All that a browser sends: as plain text, a page that somebody looks at could speak in the rooms of that machine
_METHODS: Final = (b"GET ", b"POST ", b"HEAD ", b"PUT ", b"PATCH ", b"DELETE ", b"OPTIONS ")
_MARKS: Final = ((b'{"', Dialect.JSON), *((method, Dialect.HTTP) for method in _METHODS))


def detect(first: bytes) -> Dialect | None:
    """The dialect of a stream that begins with `first`; None: too little to tell."""
    if not first:
        return None
    if first[0] == _TLS_HANDSHAKE:
        return Dialect.TLS
    for mark, dialect in _MARKS:
        if first.startswith(mark):
            return dialect
        if mark.startswith(first):
            return None
    return Dialect.PLAIN


HTTP_ANSWER: Final = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n"
    b"This is a lanchat server. Install lanchat and start it: this room will be in its list.\n"
)
