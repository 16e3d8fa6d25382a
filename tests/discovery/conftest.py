"""A network of hosts, servers that announce themselves on them, and finders that look for them."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from lanchat.discovery import Finder
from lanchat.discovery.found import Found, State
from tests.lan import Host, Lan, repository, why_unavailable

PATIENCE = 20.0  # s that a condition may take on a busy machine; they come true within 2


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
    return _started(host, ["-m", "tests.discovery.announce_one", name, str(port), *more])


def serve(host: Host, name: str, port: int = 5055, *more: str) -> subprocess.Popen[str]:
    """A real server."""
    data = f"/run/{name}"  # the host's own
    return _started(host, ["-m", "lanchat", "serve", "--name", name, "--port", str(port), "--data", data, *more])


def _started(host: Host, arguments: list[str]) -> subprocess.Popen[str]:
    process = host.popen([sys.executable, *arguments], stdout=subprocess.PIPE, cwd=repository())
    assert process.stdout is not None
    assert process.stdout.readline(), "it ended"
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


def wait(finder: Finder, condition: Callable[[tuple[Found, ...]], object]) -> tuple[Found, ...]:
    """The rooms once they fulfil `condition`."""
    rooms = finder.wait(lambda rooms: bool(condition(rooms)), PATIENCE)
    assert condition(rooms), rooms
    return rooms


def live(rooms: tuple[Found, ...]) -> list[str]:
    """The names of those that answered."""
    return [room.name for room in rooms if room.state is State.LIVE]
