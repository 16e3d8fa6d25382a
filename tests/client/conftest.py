"""Servers on the loopback in this process, people who end before them, and a link that tries again at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from lanchat.client import dialer, link
from lanchat.server import Config, Server
from tests.lan import Lan, why_unavailable
from tests.people import Person

Serve = Callable[..., Server]
Join = Callable[..., Person]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for the next try."""
    monkeypatch.setattr(link, "RETRY_FIRST", 0.01)
    monkeypatch.setattr(link, "RETRY_MOST", 0.1)
    monkeypatch.setattr(dialer, "SEARCH_AGAIN", 0.01)


@pytest.fixture
def lan() -> Iterator[Lan]:
    """For tests marked so."""
    if reason := why_unavailable():
        pytest.skip(reason)
    with Lan() as lan:
        yield lan


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
def join(serve: Serve) -> Iterator[Join]:
    """Joins people who leave before the servers end; a Server, or whatever names a place."""
    del serve  # is set up first, so that it ends last
    with ExitStack() as stack:

        def start(place: Any, nick: str, **options: Any) -> Person:
            if isinstance(place, Server):
                place = f"127.0.0.1:{place.port}"
            return stack.enter_context(Person(place, nick, **options))

        yield start
