"""How to join and speak on each server that is measured, and how a delivered message looks. Bytes: no socket."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Final

from lanchat.identity import MemberKey
from lanchat.protocol.codec import encode
from lanchat.protocol.frames import Hello
from lanchat.protocol.handshake import proof_text

Greeting = Generator[tuple[bytes, bytes], bytes, None]  # gives what to say and a sign to wait for; gets what was heard
ROOM: Final = b"room"
TEXT: Final = b"TEXT"  # where the text stands in `line`


@dataclass(frozen=True)
class Dialect:
    """line: a pattern of what is delivered, group 1 the author's number. echo: whether the author gets it, too.
    one_order: whether all get the same bytes, in one order, however many speak."""

    greet: Callable[[int], Greeting]
    say: Callable[[int, int, bytes], bytes]
    line: bytes
    echo: bool = True
    one_order: bool = True


def nick(number: int) -> str:
    return f"u{number:04d}"


def _guest(number: int) -> Greeting:
    yield b'{"type":"hello","version":1,"nick":"%s"}\n' % nick(number).encode(), b'"type":"welcome"'


def keyed(keys: Sequence[MemberKey]) -> Dialect:
    """Members that prove a key, each its own; inside TLS."""

    def greet(number: int) -> Greeting:
        key = keys[number]
        hello = Hello(version=1, nick=nick(number), key=key.public)
        heard = yield encode(hello), b"}\n"
        challenge = json.loads(heard)
        signature = key.sign(proof_text(challenge["id"], challenge["nonce"], hello))
        yield b'{"type":"proof","signature":"%s"}\n' % signature.encode(), b'"type":"welcome"'

    return Dialect(greet, _say, LANCHAT.line)


def _say(number: int, count: int, text: bytes) -> bytes:
    return b'{"type":"say","id":"u%04d-%d","text":"%s"}\n' % (number, count + 2, text)


def _irc(number: int) -> Greeting:
    name = nick(number).encode()
    yield b"NICK %s\r\nUSER %s 0 * :%s\r\n" % (name, name, name), b" 001 "
    yield b"JOIN #%s\r\n" % ROOM, b" 366 "


def _nats(number: int) -> Greeting:
    yield b"", b"INFO "
    yield b'CONNECT {"verbose":false,"pedantic":false,"echo":true}\r\nSUB %s 1\r\nPING\r\n' % ROOM, b"PONG"


def _nothing(number: int) -> Greeting:
    yield from ()


def _say_on_irc(_number: int, _count: int, text: bytes) -> bytes:
    return b"PRIVMSG #%s :%s\r\n" % (ROOM, text)


def _publish(_number: int, _count: int, text: bytes) -> bytes:
    return b"PUB %s %d\r\n%s\r\n" % (ROOM, len(text), text)


LANCHAT: Final = Dialect(_guest, _say, rb'"nick":"u(\d+)",[^\n]*"text":"TEXT"[^\n]*\n')
IRC: Final = Dialect(_irc, _say_on_irc, rb":u(\d+)![^\n]* :TEXT\r\n", echo=False)
# It tells no author; it asks each whether it lives, and each connection's own thread delivers: orders differ
NATS: Final = Dialect(_nats, _publish, rb"MSG [^\n]*()\r\nTEXT\r\n", one_order=False)
BARE: Final = Dialect(_nothing, _say, b"")  # nobody speaks
