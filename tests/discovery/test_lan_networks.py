"""Each network of the table: which ways of finding a server get through, and which do not."""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import Any, Final

import pytest

from lanchat.discovery import Finder, Found, State, ask_host
from lanchat.errors import ConnectError
from tests.discovery.conftest import PATIENCE, finder_on, serve
from tests.discovery.networks import NETWORKS, Heard, Network
from tests.lan import Host, why_unavailable

pytestmark = pytest.mark.lan

SILENCE: Final = 2.0  # s without a server that count as “not found”: four of five questions to everybody are out
ASK_AGAIN: Final = 3.0  # s between the questions on a network that loses them
TRIES: Final = 10  # with a typed address there
SHOWS: Final = {State.LIVE: Heard.YES, State.CANDIDATE: Heard.GREY}


def ways(network: Network, address: str) -> dict[str, dict[str, Any]]:
    """Finders that look in one way each."""
    return {
        "mdns": {"beacon": False},
        "beacon": {"mdns": False},
        "known": {"mdns": False, "beacon": False, "known": [address]},
        "sweep": {"mdns": False, "beacon": False, "subnets": network.subnets},
    }


def heard(rooms: tuple[Found, ...]) -> Heard:
    """How the only server that there is appears."""
    assert len(rooms) <= 1
    return SHOWS[rooms[0].state] if rooms else Heard.NO


def await_heard(finder: Finder, wanted: Heard, *, sweeps: bool, lossy: bool) -> Heard:
    """How the server appears: once as `wanted`, or else in the end."""
    deadline = time.monotonic() + PATIENCE
    while heard(finder.rooms()) is not wanted and (left := deadline - time.monotonic()) > 0:
        finder.wait(lambda rooms: heard(rooms) is wanted, min(left, ASK_AGAIN) if lossy else left)
        if lossy:
            finder.refresh()
        if lossy and sweeps:
            finder.sweep()
    return heard(finder.rooms())


def hears_nothing(finder: Finder, until: float) -> bool:
    """Whether nobody is there at `until`, when the questions are out, and when every address was asked."""
    finder.wait(bool, until - time.monotonic())
    rooms = finder.wait(lambda rooms: bool(rooms) or finder.progress is None, PATIENCE)
    return not rooms and finder.progress is None


def typed(finder: Host, address: str, *, lossy: bool) -> Heard:
    """What comes of asking there."""
    with finder.network():
        for _ in range(TRIES if lossy else 1):
            try:
                assert ask_host(address).name == "Nord"
            except ConnectError:
                continue
            return Heard.YES
    return Heard.NO


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.name)
def test_what_gets_through(network: Network) -> None:
    if reason := why_unavailable("dbus-daemon", "avahi-daemon"):
        pytest.skip(reason)
    with ExitStack() as ends:
        lan = ends.enter_context(network.build())
        nord, sued = lan.host("nord"), lan.host("sued")
        network.prepare(lan, nord, sued)
        address = network.address(nord)
        if not network.finder_first:
            serve(nord, "Nord")
        options = ways(network, address)
        finders = {way: ends.enter_context(finder_on(sued, **options[way])) for way in options}
        silent_until = time.monotonic() + SILENCE
        if network.finder_first:
            serve(nord, "Nord")
        finders["sweep"].sweep()
        for way, finder in finders.items():
            wanted = getattr(network, way)
            if wanted is not Heard.NO:
                assert await_heard(finder, wanted, sweeps=way == "sweep", lossy=network.lossy) is wanted, way
        for way, finder in finders.items():
            assert getattr(network, way) is not Heard.NO or hears_nothing(finder, silent_until), way
        assert typed(sued, address, lossy=network.lossy) is network.known
