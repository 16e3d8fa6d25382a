"""The lab does what it says: a fault that is none would let the tests of discovery pass."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time

import pytest

from lanchat.discovery import interfaces
from tests.discovery.conftest import PATIENCE
from tests.lan import Host, Lan, repository, why_unavailable

pytestmark = pytest.mark.lan

ETH_P_IP = 0x0800  # <linux/if_ether.h>
PORT = 7777
MANY = 400  # datagrams: of these 30 % are 120, and 80 to 160 at 4 standard deviations
GROUP = "239.77.0.1"
QUIET = 0.3  # s without a datagram that mean that all have come


def udp(host: Host, *, group: bool = False) -> socket.socket:
    with host.network():
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        if group:
            member = socket.inet_aton(GROUP) + socket.inet_aton(host.ip)
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
        sock.bind(("", PORT))
    return sock


def arrived(sender: Host, receiver: Host, address: str, count: int = MANY) -> int:
    """How many of `count` datagrams to `address` come to `receiver`."""
    with udp(sender) as out, udp(receiver, group=address == GROUP) as heard:
        came = 0
        heard.setblocking(False)
        for _ in range(count):
            try:
                out.sendto(b"?", (address, PORT))
            except OSError:  # no way there
                return 0
            came += is_there(heard)
        heard.settimeout(QUIET)
        while is_there(heard):
            came += 1
        return came


def is_there(sock: socket.socket) -> bool:
    try:
        return bool(sock.recv(10))
    except (BlockingIOError, TimeoutError):
        return False


@pytest.fixture
def pair(lan: Lan) -> tuple[Host, Host]:
    nord, sued = lan.host(), lan.host()
    assert arrived(nord, sued, sued.ip) == MANY  # and they know each other's hardware address from now on
    return nord, sued


def test_a_third_of_the_packets_is_lost(lan: Lan, pair: tuple[Host, Host]) -> None:
    lan.lose(30)
    for address in (pair[1].ip, "10.77.0.255", GROUP):
        assert 240 <= arrived(*pair, address) <= 320


def test_only_what_goes_to_many_is_lost(lan: Lan, pair: tuple[Host, Host]) -> None:
    lan.lose(30, group_only=True)
    assert arrived(*pair, pair[1].ip) == MANY
    assert 240 <= arrived(*pair, "10.77.0.255") <= 320


@pytest.mark.parametrize(
    ("kind", "through"),
    [("multicast", (True, True, False)), ("broadcast", (True, False, True)), ("udp", (False, False, False))],
)
def test_only_these_kinds_are_blocked(
    lan: Lan, pair: tuple[Host, Host], kind: str, through: tuple[bool, bool, bool]
) -> None:
    lan.block(kind)
    addresses = (pair[1].ip, "10.77.0.255", GROUP)
    assert tuple(arrived(*pair, address, 5) == 5 for address in addresses) == through


def test_isolated_guests_hear_nothing_of_each_other_but_all_of_others(lan: Lan, pair: tuple[Host, Host]) -> None:
    third = lan.host()
    lan.isolate(*pair)
    assert arrived(*pair, pair[1].ip, 5) == 0
    assert arrived(*pair, "10.77.0.255", 5) == 0
    assert arrived(pair[0], third, "10.77.0.255", 5) == 5


def test_a_router_passes_only_what_is_meant_for_one(lan: Lan) -> None:
    nord, far = lan.host(), lan.host(subnet=1)
    lan.router()
    with udp(nord) as out, udp(far) as heard:
        heard.settimeout(PATIENCE)  # until hardware addresses are known
        for address in ("10.78.0.255", "255.255.255.255", GROUP, far.ip):
            out.sendto(address.encode(), (address, PORT))
        assert heard.recv(100) == far.ip.encode()


def test_a_vpn_takes_what_has_no_nearer_way(lan: Lan) -> None:
    host = lan.host()
    host.add_vpn()
    assert "dev tun0" in host.run("ip route get 198.51.100.1").stdout
    assert "dev tun0" in host.run("ip route get 224.0.0.251").stdout
    assert "dev eth0" in host.run("ip route get 10.77.0.99").stdout


def test_cards_cables_and_bridges_are_what_a_program_sees(lan: Lan) -> None:
    host = lan.host()
    lan.card(host, subnet=1)
    host.add_bridges(["br-one", "two"])
    lan.cable(host, plugged=False)
    with host.network():
        seen = {interface.name for interface in interfaces.current()}
    assert seen == {"lo", "eth1", "br-one", "two", "veth18", "veth19"}


def test_with_snooping_a_group_comes_only_to_who_joined_it() -> None:
    if reason := why_unavailable():
        pytest.skip(reason)
    with Lan(snooping=True) as lan:
        nord, member, other = lan.host(), lan.host(), lan.host()
        with other.network():
            passing = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_IP))
        with passing, udp(nord) as out:
            passing.settimeout(QUIET)
            deadline = time.monotonic() + PATIENCE
            came = passed_by = True
            while passed_by or not came:  # until the bridge has heard who wants what; it may miss who joins at once
                assert time.monotonic() < deadline
                with udp(member, group=True) as joined:
                    joined.settimeout(QUIET)
                    out.sendto(b"?", (GROUP, PORT))
                    came, passed_by = is_there(joined), is_there(passing)


def test_the_lab_to_play_with_takes_commands() -> None:
    if reason := why_unavailable():
        pytest.skip(reason)
    commands = "hosts\nhost1 hostname\nblock udp\nlose 5 group\ncable host2 out\nnobody\nlose x\n"
    lab = [sys.executable, "-m", "tests.lan"]
    done = subprocess.run(
        lab,
        input=commands,
        capture_output=True,
        text=True,
        cwd=repository(),
        check=True,
    )
    assert re.search(r"host2 +10\.77\.0\.2 +nsenter -t \d+ -n -m -u", done.stdout)
    assert "host1\n" in done.stdout
    assert "is called nobody" in done.stdout
    assert "That did not work" in done.stdout
    assert not done.stderr
