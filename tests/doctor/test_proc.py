"""What Linux tells, as recorded, and what it tells of this very machine."""

from __future__ import annotations

import os
import socket
import sys
import threading
from pathlib import Path

import pytest

from lanchat.discovery.interfaces import current
from lanchat.discovery.networks import Interface, Kind
from lanchat.doctor import links, ports, proc
from lanchat.doctor.examine import examine
from lanchat.doctor.facts import PortUse
from lanchat.doctor.proc import Neighbour, Route, Socket

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc exists on Linux only")

ROUTES = """\
Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
wlan0	00000000	0101A8C0	0003	0	0	600	00000000	0	0	0
eth0	00000000	FE01A8C0	0003	0	0	100	00000000	0	0	0
eth1	00000000	FE01A8C0	0002	0	0	1	00000000	0	0	0
eth0	0001A8C0	00000000	0001	0	0	100	00FFFFFF	0	0	0
"""
HALVES = """\
tun0	00000000	0100080A	0003	0	0	0	00000080	0	0	0
tun0	00000080	0100080A	0003	0	0	0	00000080	0	0	0
"""
ARP = """\
IP address       HW type     Flags       HW address            Mask     Device
192.168.1.254    0x1         0x2         52:54:00:12:35:02     *        eth0
192.168.1.7      0x1         0x0         00:00:00:00:00:00     *        eth0
"""
UDP = """\
   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
 1027: 00000000:13BE 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 40421 2 00000000 0
 1326: 00000000:14E9 00000000:0000 07 00000000:00000000 00:00000000 00000000   105        0 20001 2 00000000 0
"""
TCP6 = """\
  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000000000000:13BF 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 31337 1 00000000 100 0 0 10 0
   1: 00000000000000000000000001000000:13BF 00000000000000000000000001000000:D431 01 00000000:00000000 00:00000000 00000000  1000        0 31338 1 00000000 20 4 30 10 -1
"""  # noqa: E501  # as the kernel prints it


def test_default_routes_the_best_first() -> None:
    assert proc.default_routes(ROUTES) == [Route("eth0", "192.168.1.254", 100), Route("wlan0", "192.168.1.1", 600)]


def test_numbers_that_no_route_has_are_left_out() -> None:
    assert proc.default_routes("Iface\nwlan0 123456789A 00000000 0003 0 0 0 00000000 0 0 0\n") == []


def test_two_halves_are_a_default_route() -> None:
    assert proc.default_routes(ROUTES + HALVES)[0].link == "tun0"
    assert proc.default_routes(ROUTES + HALVES.splitlines()[0])[0].link == "eth0"


def test_neighbours() -> None:
    assert proc.neighbours(ARP) == [
        Neighbour("192.168.1.254", "eth0", complete=True),
        Neighbour("192.168.1.7", "eth0", complete=False),
    ]


def test_who_listens() -> None:
    assert list(proc.listeners(UDP, "udp")) == [Socket("udp", 5054, 40421), Socket("udp", 5353, 20001)]
    assert list(proc.listeners(TCP6, "tcp")) == [Socket("tcp", 5055, 31337)]


@pytest.mark.parametrize("text", ["", "one line\n", "Iface\n\0 x y z a b c d e f g h i j k\n" * 3])
def test_damaged_files_hold_nothing(text: str) -> None:
    assert proc.default_routes(text) == []
    assert proc.neighbours(text) == []
    assert list(proc.listeners(text, "udp")) == []


def test_our_own_socket_is_seen_as_ours() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
        (found,) = [s for s in proc.sockets_here() if s.port == port and s.protocol == "udp"]
        assert proc.holders([found.inode]) == {found.inode: Path("/proc/self/comm").read_text().strip()}
        assert os.stat(sock.fileno()).st_ino == found.inode


def test_a_port_that_somebody_holds_alone() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(("", 5058))
        sock.listen()
        found = {port.place: port for port in ports.read(current())}
    assert found["tcp/5058"].use is PortUse.TAKEN
    assert found["tcp/5058"].by == (Path("/proc/self/comm").read_text().strip(),)
    assert found["udp/5058"].use is PortUse.FREE


def test_a_network_that_is_not_ours_is_not_astray_for_that() -> None:
    """Only loopback is surely here; its own network leads to itself, another one does not."""
    assert not links.is_astray(Interface("lo", 1, "127.0.0.1", 8, Kind.LOOPBACK))
    assert links.is_astray(Interface("lo", 1, "203.0.113.5", 24, Kind.PHYSICAL))


def test_a_check_that_is_stopped_ends_soon_and_says_so() -> None:
    stop = threading.Event()
    told: list[str] = []

    def tell(what: str) -> None:
        told.append(what)
        if what.startswith("Asking the network"):
            stop.set()

    facts = examine(seconds=600, cancelled=stop.is_set, tell=tell)
    assert facts.cancelled
    assert len(told) == 3
