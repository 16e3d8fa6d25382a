"""Everything dies at random, on hosts whose switch loses, delays and repeats packets, and whose cables come loose."""

from __future__ import annotations

import random
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.lan import Host, why_unavailable
from tests.people import ServerProcess
from tests.torture.bad_lan import CLEAR, BadLan, Weather
from tests.torture.run import PATIENCE, Talker, Torture, lots, reckon, seconds

pytestmark = pytest.mark.lan
SECONDS = seconds(100)
PEOPLE = 20
MESSAGES = round(100 * SECONDS)  # at least so many are said, however long it takes
PAUSE = 0.1  # s between two messages of one person
WEATHERS = (
    CLEAR,
    Weather(loss=0.02, delay=0.02, twice=0.05),
    Weather(loss=0.1, delay=0.1, twice=0.1),
    Weather(loss=0.3),
)


class Network:
    """The faults of this LAN."""

    def __init__(self, lan: BadLan, hosts: list[Host], draw: random.Random) -> None:
        self._lan, self._hosts, self._draw = lan, hosts, draw
        self._unplugged: dict[Host, float] = {}  # until when

    def weather(self) -> None:
        self._lan.weather = self._draw.choice(WEATHERS)

    def silence(self) -> None:
        """A half-open connection: nobody hears of its end. The server's host, too."""
        self._lan.silence(self._draw.choice(self._hosts).name, self._draw.uniform(0.5, 8.0))

    def flap(self) -> None:
        """A cable comes loose for a while; those whose time has come are put back."""
        now = time.monotonic()
        self.plug_in(now)
        host = self._draw.choice(self._hosts)
        self._unplugged[host] = now + self._draw.uniform(0.1, 5.0)
        host.link(up=False)

    def plug_in(self, now: float) -> None:
        for host in [host for host, until in self._unplugged.items() if until <= now]:
            del self._unplugged[host]
            host.link(up=True)

    def mend(self) -> None:
        self._lan.weather = CLEAR
        self.plug_in(float("inf"))


@pytest.mark.timeout(2 * SECONDS + 5 * PATIENCE)
def test_whatever_the_network_does_nothing_is_lost_and_nothing_comes_twice(tmp_path: Path) -> None:
    if reason := why_unavailable():
        pytest.skip(reason)
    draw = lots()
    with ExitStack() as ends:
        lan = ends.enter_context(BadLan(draw))
        hosts = [lan.host() for _ in range(PEOPLE + 1)]
        home = hosts[0]
        server = ServerProcess(tmp_path / "room", host=home.ip, start=home.popen)
        people = [
            Talker(f"Person{n}", server.address, server.id, PAUSE, host.popen) for n, host in enumerate(hosts[1:])
        ]
        network = Network(lan, hosts, draw)
        torture = ends.enter_context(Torture(tmp_path, draw, server, people))
        torture.faults |= {network.weather: 3, network.silence: 2, network.flap: 3}
        torture.run(SECONDS, MESSAGES)
        network.mend()
        torture.rest(home.network())
        print(f"frames: {lan.passed} passed, {lan.lost} lost, {lan.repeated} came twice")
    reckon(torture, tmp_path)
