"""Peers that want to hurt a server on the loopback, each as a process: `python -m tests.attackers KIND PORT`.

Prints `ready` once it is in full swing, and goes on until it is killed.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import resource
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Final

from lanchat import identity
from lanchat.channel import Channel
from lanchat.protocol.codec import encode
from lanchat.protocol.frames import Hello

SLOW: Final = 60  # connections of a slow attack
SILENT: Final = 2_000  # connections that never say anything
JOINS_A_MINUTE: Final = 1_000
BYTE_EVERY: Final = 1.0  # s
PATIENCE: Final = 30.0  # s
HELLO: Final = encode(Hello(version=1, nick="Mallory"))


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), PATIENCE)


def secure(port: int) -> Channel:
    channel = Channel(connect(port))
    channel.start_tls(identity.client_context(), server=False)
    channel.handshake(PATIENCE)
    return channel


def member(port: int, nick: str) -> Channel:
    channel = secure(port)
    channel.send(encode(Hello(version=1, nick=nick)))
    heard = b""
    while b'"type":"welcome"' not in heard:
        piece = channel.receive(PATIENCE)
        assert piece, "not let in"
        heard += piece
    return channel


def client_hello() -> bytes:
    """The first bytes of TLS."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    with contextlib.suppress(ssl.SSLWantReadError):
        identity.client_context().wrap_bio(incoming, outgoing).do_handshake()
    return outgoing.read()


def drip(opened: Callable[[], Callable[[bytes], object]], text: bytes) -> Iterator[None]:
    """SLOW connections that say `text` byte by byte, over and over; one that is put out comes again."""
    places: list[tuple[Callable[[bytes], object], int]] = [(opened(), 0) for _ in range(SLOW)]
    while True:
        for n, (send, at) in enumerate(places):
            try:
                send(text[at : at + 1])
                places[n] = (send, (at + 1) % len(text))
            except OSError:
                with contextlib.suppress(OSError, AssertionError):
                    places[n] = (opened(), 0)
        yield
        time.sleep(BYTE_EVERY)


def slow_handshake(port: int) -> Iterator[None]:
    """One byte of TLS a second."""
    return drip(lambda: connect(port).send, client_hello())


def slow_hello(port: int) -> Iterator[None]:
    """TLS, then one byte of a hello a second."""
    return drip(lambda: secure(port).send, HELLO)


def slow_member(port: int) -> Iterator[None]:
    """Members that say one byte a second, and read nothing."""
    names = (f"Slow{os.getpid()}-{n}" for n in itertools.count())
    return drip(lambda: member(port, next(names)).send, b'{"type":"say","id":"x","text":"..."}\n')


def silent(port: int) -> Iterator[None]:
    """Connections that say nothing; those that are put out come again."""
    places = [connect(port) for _ in range(SILENT)]
    while True:
        yield
        for n, sock in enumerate(places):
            sock.setblocking(False)
            with contextlib.suppress(BlockingIOError, ConnectionResetError):
                if sock.recv(100):
                    continue
            if sock.fileno() >= 0:
                sock.close()
                with contextlib.suppress(OSError):
                    places[n] = connect(port)
        time.sleep(0.1)


def flood(port: int) -> Iterator[None]:
    """A member that talks as fast as it can, and reads what it is told."""
    channel = member(port, f"Flood{os.getpid()}")

    def read() -> None:
        while channel.receive(PATIENCE):
            pass

    threading.Thread(target=read, daemon=True).start()
    line = b'{"type":"say","id":"x","text":"' + b"x" * 200 + b'"}\n'
    while True:
        channel.send(line * 100)
        yield
        if channel.unsent:
            time.sleep(0.001)
            channel.flush()


def deaf(port: int) -> Iterator[None]:
    """A member that never reads, while another one makes the room talk."""
    channel = member(port, f"Deaf{os.getpid()}")
    for _ in flood(port):
        assert channel.fileno() >= 0
        yield


def revolving(port: int) -> Iterator[None]:
    """Somebody who joins and leaves, a thousand times a minute."""
    due = time.monotonic()
    for n in itertools.count():
        member(port, f"Revolving{n}").close()
        yield
        due += 60 / JOINS_A_MINUTE
        time.sleep(max(0.0, due - time.monotonic()))


KINDS: Final = {
    kind.__name__: kind for kind in (slow_handshake, slow_hello, slow_member, silent, flood, deaf, revolving)
}


@contextlib.contextmanager
def attack(kind: str, port: int) -> Iterator[int]:
    """In full swing meanwhile, in a process of its own; gives its pid."""
    command = [sys.executable, "-m", "tests.attackers", kind, str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n", kind
            yield process.pid
            assert process.poll() is None, f"{kind} gave up"
        finally:
            process.kill()


def main(kind: str, port: str) -> None:
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    steps = KINDS[kind](int(port))
    next(steps)
    print("ready", flush=True)
    for _ in steps:
        pass


if __name__ == "__main__":
    main(*sys.argv[1:])
