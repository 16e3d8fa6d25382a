"""Each network of the table: which ways of finding a server get through, and which do not."""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import Final

import pytest

from lanchat.discovery import Finder, Found, State, ask_host
from lanchat.errors import ConnectError
from tests.discovery.conftest import PATIENCE, finder_on, serve
from tests.discovery.networks import NETWORKS, Heard, Network
from tests.lan import Host, why_unavailable

pytestmark = pytest.mark.lan

SILENCE: Final = 2.0  # s without a server that count as “not found”: four of five questions to everybody are out
ASK_AGAIN: Final = 3.0  # s between the questions on a network that loses them
SHOWS: Final = {State.LIVE: Heard.YES, State.CANDIDATE: Heard.GREY}


def heard(rooms: tuple[Found, ...]) -> Heard:
    """How the only server that there is appears."""
    assert len(rooms) <= 1
    return SHOWS[rooms[0].state] if rooms else Heard.NO


def await_heard(finder: Finder, wanted: Heard, patience: float, *, lossy: bool) -> Heard:
    """How the server appears: once as `wanted`, or else in the end."""
    deadline = time.monotonic() + patience
    while (now := heard(finder.rooms())) is not wanted and (left := deadline - time.monotonic()) > 0:
        finder.wait(lambda rooms: heard(rooms) is wanted, min(left, ASK_AGAIN) if lossy else left)
        if lossy:
            finder.refresh()
    return now


def typed(finder: Host, address: str, *, lossy: bool) -> Heard:
    """What comes of asking there."""
    with finder.network():
        for _ in range(10 if lossy else 1):
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
        finders = {
            "mdns": ends.enter_context(finder_on(sued, beacon=False)),
            "beacon": ends.enter_context(finder_on(sued, mdns=False)),
            "known": ends.enter_context(finder_on(sued, mdns=False, beacon=False, known=[address])),
        }
        if network.finder_first:
            serve(nord, "Nord")
        for wanted, patience in ((Heard.YES, PATIENCE), (Heard.GREY, PATIENCE), (Heard.NO, SILENCE)):
            for way, finder in finders.items():
                if getattr(network, way) is wanted:
                    unwanted = Heard.YES if wanted is Heard.NO else wanted
                    assert await_heard(finder, unwanted, patience, lossy=network.lossy) is wanted, way
        assert typed(sued, address, lossy=network.lossy) is network.known
