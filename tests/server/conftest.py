"""Servers for tests, on the loopback and a port of their own, and raw clients that end before them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from lanchat.identity import MemberKey
from lanchat.server import Config, Server
from tests.server.raw_client import RawClient

# No verdict depends on how fast the machine is
settings.register_profile("lanchat", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("lanchat")

Serve = Callable[..., Server]
Connect = Callable[..., RawClient]


@pytest.fixture
def clients() -> Iterator[ExitStack]:
    """What is entered here ends before the servers do."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Starts servers that need no network and end with the test; options as in Config."""
    with ExitStack() as stack:

        def start(**options: Any) -> Server:
            chosen = {
                "name": "Room",
                "data": tmp_path / "room",
                "host": "127.0.0.1",
                "port": 0,
                "rate": None,
                **options,
            }
            return stack.enter_context(Server(Config(mdns=False, beacon=False, **chosen)))

        yield start


@pytest.fixture
def server(serve: Serve) -> Server:
    return serve()


@pytest.fixture
def connect(server: Server, clients: ExitStack) -> Connect:
    """Connects raw clients to `server`."""

    def start(
        nick: str | None = None, *, key: MemberKey | None = None, tls: bool | None = None, **hello: Any
    ) -> RawClient:
        """With a nick it joins at once, and has read what comes then. TLS where a key wants it, or is asked for."""
        client = clients.enter_context(RawClient(server.port, tls=key is not None if tls is None else tls))
        if nick is not None:
            client.join(nick, key=key, **hello)
            client.sync()
        return client

    return start


@pytest.fixture
def make_key(tmp_path: Path) -> Callable[[str], MemberKey]:
    def make(name: str) -> MemberKey:
        return MemberKey(tmp_path / f"{name}.key")

    return make
