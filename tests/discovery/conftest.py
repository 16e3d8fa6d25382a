"""A network of hosts, servers that announce themselves on them, and finders that look for them."""

from __future__ import annotations

import contextlib
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from lanchat.discovery import Announcer, Finder
from lanchat.discovery.announcement import Answer, decode, encode_question
from lanchat.discovery.found import Found, State
from lanchat.protocol.frames import ServerInfo
from tests.lan import Host, Lan, repository, why_unavailable

PATIENCE = 20.0  # s that a condition may take on a busy machine; they come true within 2


def new_info(name: str = "Nord") -> ServerInfo:
    """The facts of a server of this test alone: others may run on this machine and its network."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        port: int = sock.getsockname()[1]
    return ServerInfo(secrets.token_hex(16), "11111111", name, port, users=3, max_users=50, locked=False)


@contextlib.contextmanager
def announced(info: ServerInfo, *, beacon: bool = True) -> Iterator[Announcer]:
    """A server on this machine that is announced, without being there, and answers."""
    announcer = Announcer(lambda: info, mdns=False, beacon=beacon)
    announcer.start()
    try:
        await_answers(info.port)
        yield announcer
    finally:
        announcer.close()


def await_answers(port: int) -> None:
    """Waits until a server of this machine answers at its own port."""
    deadline = time.monotonic() + PATIENCE
    while ask("127.0.0.1", port) is None:
        assert time.monotonic() < deadline


def ask(host: str, port: int, nonce: str = "0011223344556677") -> Answer | None:
    """What a UDP question gets; None: the port is closed."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(PATIENCE)
        sock.connect((host, port))
        try:
            if (
                sock.getsockname() == sock.getpeername()
            ):  # the system gave us the very port that we ask: nobody has it yet
                return None
            sock.send(encode_question(nonce))
            said = decode(sock.recv(2000))
        except ConnectionRefusedError:
            return None
    assert isinstance(said, Answer)
    assert said.nonce == nonce
    return said


@pytest.fixture
def lan() -> Iterator[Lan]:
    if reason := why_unavailable():
        pytest.skip(reason)
    with Lan() as lan:
        yield lan


@pytest.fixture
def avahi() -> None:
    if reason := why_unavailable("dbus-daemon", "avahi-daemon", "avahi-browse", "avahi-publish"):
        pytest.skip(reason)


def announce(host: Host, name: str, port: int = 5055, *more: str) -> subprocess.Popen[str]:
    """A server that is announced, without being there; `more` as announce_one.py says."""
    return _started(host, port, [sys.executable, "-m", "tests.discovery.announce_one", name, str(port), *more])


def serve(host: Host, name: str, port: int = 5055, *more: str) -> subprocess.Popen[str]:
    """A real server."""
    data = f"/run/{name}"  # the host's own
    command = [sys.executable, "-m", "lanchat", "serve", "--name", name, "--port", str(port), "--data", data, *more]
    return _started(host, port, command)


def _started(host: Host, port: int, command: list[str]) -> subprocess.Popen[str]:
    process = host.popen(command, stdout=subprocess.PIPE, cwd=repository())
    assert process.stdout is not None
    assert process.stdout.readline(), "it ended"
    with host.network():
        await_answers(port)
    return process


@contextlib.contextmanager
def finder_on(host: Host, **options: Any) -> Iterator[Finder]:
    """A finder of this process that lives on `host`."""
    with host.network():
        finder = Finder(**options)
        finder.start()
    try:
        yield finder
    finally:
        finder.close()


@contextlib.contextmanager
def each_way_on(host: Host) -> Iterator[tuple[Finder, Finder]]:
    """Two finders on `host`: one looks by mDNS alone, one by the beacon alone."""
    with finder_on(host, beacon=False) as by_mdns, finder_on(host, mdns=False) as by_beacon:
        yield by_mdns, by_beacon


def wait(finder: Finder, condition: Callable[[tuple[Found, ...]], object]) -> tuple[Found, ...]:
    """The rooms once they fulfil `condition`."""
    rooms = finder.wait(lambda rooms: bool(condition(rooms)), PATIENCE)
    assert condition(rooms), rooms
    return rooms


def live(rooms: tuple[Found, ...]) -> list[str]:
    """The names of those that answered."""
    return [room.name for room in rooms if room.state is State.LIVE]


def live_at(rooms: tuple[Found, ...]) -> set[str]:
    """The likeliest addresses of those that answered; until all of a server's addresses did, any of them may lead."""
    return {room.host for room in rooms if room.state is State.LIVE}
