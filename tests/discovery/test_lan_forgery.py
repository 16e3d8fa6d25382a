"""What somebody on the network makes up: real servers stay, new ones are found, memory has its bounds."""

from __future__ import annotations

import socket

import msgspec
import pytest

from lanchat.discovery.announcement import encode_beacon, encode_bye
from lanchat.discovery.directory import MAX_PER_SOURCE
from lanchat.discovery.found import State
from lanchat.protocol.frames import ServerInfo
from lanchat.protocol.limits import DISCOVERY_UDP_PORT
from tests.discovery.conftest import announce, finder_on, live, wait
from tests.lan import Lan

pytestmark = pytest.mark.lan

ONE = "1" * 32


def test_ten_thousand_forged_datagrams_leave_the_real_server_and_a_finder_that_works(lan: Lan) -> None:
    nord, sued, west = lan.host(), lan.host(), lan.host()
    announce(nord, "Nord", 5055, ONE, "11111111")
    with finder_on(sued) as finder:
        (real,) = wait(finder, live)
        with west.network(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as flooder:
            flooder.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            for number in range(10_000):
                forged = ServerInfo(f"{number:032x}", "22222222", "Nord", 5055, 0, 0, locked=False)
                claims = msgspec.structs.replace(forged, id=ONE, run="11111111")
                for data in (encode_beacon(forged), encode_beacon(claims), encode_bye(claims)):
                    flooder.sendto(data, ("10.77.0.255", DISCOVERY_UDP_PORT))
        assert real.id in [room.id for room in finder.rooms() if room.host == nord.ip and room.state is State.LIVE]
        assert len(finder.rooms()) <= 1 + MAX_PER_SOURCE
        announce(nord, "Late", 5056)
        wait(finder, lambda rooms: "Late" in live(rooms))
