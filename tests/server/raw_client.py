"""A client that knows only sockets and JSON, so that tests see the wire itself and no part of ours hides a flaw.

    with RawClient(port) as ana:
        ana.join("Ana")
        ana.say("1", "hello")
        ana.until("message")

`sync` is the barrier: once its pong is here, all that the server had to say to us before is here too.
"""

from __future__ import annotations

import itertools
import json
import socket
import ssl
import time
from collections.abc import Callable
from typing import Any, Final, Self

from lanchat.identity import MemberKey
from lanchat.protocol import frames
from lanchat.protocol.handshake import proof_text

DEADLINE: Final = 20.0  # s for an answer; a test that waits so long has failed
Frame = dict[str, Any]


def wait_until(condition: Callable[[], object], what: str = "the condition") -> None:
    """Returns once `condition` holds; fails after DEADLINE."""
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not come true"
        time.sleep(0.005)


class RawSocket:
    """Bytes to and from a server; `tls` encrypts them. source: the address of ours to come from."""

    def __init__(self, port: int, *, tls: bool = False, host: str = "127.0.0.1", source: str = "") -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.sock: socket.socket = socket.socket(family, socket.SOCK_STREAM)
        self.sock.settimeout(DEADLINE)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if source:
            self.sock.bind((source, 0))
        self.sock.connect((host, port))
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            self.sock = context.wrap_socket(self.sock)
        self.buffer = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.sock.close()

    def reset(self) -> None:
        """Closes as a machine does whose cable was pulled and put back."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        self.sock.close()

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def read(self) -> bytes:
        """What comes next, b"" at the end."""
        try:
            return self.sock.recv(65536)
        except ssl.SSLEOFError:
            return b""

    def read_line(self) -> bytes | None:
        """The next line without its newline; None: the stream ended."""
        while b"\n" not in self.buffer:
            data = self.read()
            if not data:
                return None
            self.buffer += data
        line, _, self.buffer = self.buffer.partition(b"\n")
        return line

    def read_all(self) -> bytes:
        """All that comes until the server closes."""
        parts = [self.buffer]
        while data := self.read():
            parts.append(data)
        self.buffer = b""
        return b"".join(parts)


class RawClient(RawSocket):
    """Frames as plain dictionaries. `seen`: every frame that came."""

    def __init__(self, port: int, **options: Any) -> None:
        super().__init__(port, **options)
        self.seen: list[Frame] = []
        self._nonces = itertools.count(1)

    def tell(self, **frame: Any) -> None:
        """One frame; `type` is given as `kind`, since that is what it says here."""
        self.send(json.dumps({"type": frame.pop("kind"), **frame}, ensure_ascii=False).encode() + b"\n")

    def next(self) -> Frame | None:
        """The next frame; None: the stream ended."""
        line = self.read_line()
        if line is None:
            return None
        frame: Frame = json.loads(line)
        self.seen.append(frame)
        return frame

    def until(self, kind: str, **fields: Any) -> Frame:
        """Reads up to a frame of this type whose fields have these values."""
        while (frame := self.next()) is not None:
            if frame["type"] == kind and all(frame.get(name) == value for name, value in fields.items()):
                return frame
        raise AssertionError(f"the server closed, no {kind} {fields}; it said {self.seen[-5:]}")

    def until_end(self) -> list[Frame]:
        """The frames up to the end of the stream."""
        before = len(self.seen)
        while self.next() is not None:
            continue
        return self.seen[before:]

    def sync(self) -> list[Frame]:
        """The frames that came up to an answer to what is asked now."""
        before, nonce = len(self.seen), f"sync {next(self._nonces)}"
        self.tell(kind="ping", nonce=nonce)
        self.until("pong", nonce=nonce)
        return self.seen[before:-1]

    # What a person does

    def hello(self, nick: str, *, key: MemberKey | None = None, **fields: Any) -> Frame:
        """Says hello, proves the key if there is one; returns the verdict."""
        hello = {"version": 1, "nick": nick, **({"key": key.public} if key else {}), **fields}
        self.tell(kind="hello", **hello)
        if key is not None:
            challenge = self.next()
            if challenge is None or challenge["type"] != "challenge":
                assert challenge is not None
                return challenge
            text = proof_text(challenge["id"], challenge["nonce"], frames.Hello(**hello))
            self.tell(kind="proof", signature=key.sign(text))
        verdict = self.next()
        assert verdict is not None, "the server closed without a word"
        return verdict

    def join(self, nick: str, **options: Any) -> Frame:
        """Comes in; returns the welcome. What follows it (roster, page) is read by `sync`."""
        verdict = self.hello(nick, **options)
        assert verdict["type"] == "welcome", verdict
        return verdict

    def say(self, message_id: str, text: str, **fields: Any) -> None:
        self.tell(kind="say", id=message_id, text=text, **fields)

    # What was seen

    def messages(self) -> list[Frame]:
        """The entries that came, from pages and live, in the order in which they came."""
        entries: list[Frame] = []
        for frame in self.seen:
            entries += [frame] if frame["type"] == "message" else frame.get("entries", [])
        return entries

    def entries(self) -> list[Frame]:
        """Entries of every kind, from pages and live, in the order in which they came."""
        found: list[Frame] = []
        for frame in self.seen:
            found += [frame] if "seq" in frame and "room" in frame else frame.get("entries", [])
        return found

    def texts(self) -> list[str]:
        return [entry["text"] for entry in self.messages()]

    def changes(self) -> list[Frame]:
        """All changes of the roster that were told."""
        return [change for frame in self.seen for change in frame.get("changes", [])]

    def until_here(self, *nicks: str) -> None:
        """Reads until exactly these are in."""
        while self.roster() != sorted(nicks):
            assert self.next() is not None, f"the server closed; here: {self.roster()}"

    def until_change(self, **fields: Any) -> Frame:
        """Reads up to a change of the roster with these values; several may come in one frame."""
        while True:
            for change in self.changes():
                if all(change.get(name) == value for name, value in fields.items()):
                    return change
            assert self.next() is not None, f"the server closed; changes: {self.changes()}"

    def roster(self) -> list[str]:
        """The nicknames here, by the last roster and the changes after it."""
        nicks: list[str] = []
        for frame in self.seen:
            if frame["type"] == "roster":
                nicks = [*([] if frame.get("first", True) else nicks), *(m["nick"] for m in frame["members"])]
            for change in frame.get("changes", []):
                gone = {change.get("was"), change["nick"]}
                nicks = [n for n in nicks if n not in gone]
                nicks += [] if change["change"] == "left" else [change["nick"]]
        return sorted(nicks)
