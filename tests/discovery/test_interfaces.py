"""Which interfaces count, and when they changed; without asking the system but once."""

from __future__ import annotations

import pytest

from lanchat.discovery.announcement import MAX_SERVICE_ADDRESSES
from lanchat.discovery.interfaces import current
from lanchat.discovery.networks import (
    MAX_INTERFACES,
    POLL,
    SETTLE,
    SLEPT,
    Change,
    Interface,
    Kind,
    Watch,
    advertised,
    is_private,
    kind_of,
    on_link,
    told,
    usable,
)


def interface(name: str, ip: str, prefix: int = 24) -> Interface:
    return Interface(name, 2, ip, prefix, kind_of(name, ip))


ETH0, WLAN0 = interface("eth0", "10.0.0.2"), interface("wlan0", "192.168.1.5")
DOCKER0, TUN0 = interface("docker0", "172.17.0.1", 16), interface("tun0", "10.8.0.2", 32)
LO, ETH0_V6 = interface("lo", "127.0.0.1", 8), interface("eth0", "fe80::2", 64)


@pytest.mark.parametrize(
    ("name", "ip", "kind"),
    [
        ("eth0", "10.0.0.2", Kind.PHYSICAL),
        ("enp3s0", "10.0.0.2", Kind.PHYSICAL),
        ("en0", "fe80::1", Kind.PHYSICAL),
        ("Wi-Fi", "10.0.0.2", Kind.PHYSICAL),
        ("docker0", "172.17.0.1", Kind.CONTAINER),
        ("br-0a1b2c", "172.18.0.1", Kind.CONTAINER),
        ("vEthernet (WSL)", "172.20.0.1", Kind.CONTAINER),
        ("tailscale0", "100.64.0.1", Kind.TUNNEL),
        ("utun3", "10.8.0.2", Kind.TUNNEL),
        ("lo", "127.0.0.1", Kind.LOOPBACK),
        ("lo0", "::1", Kind.LOOPBACK),
    ],
)
def test_the_name_tells_the_kind(name: str, ip: str, kind: Kind) -> None:
    assert kind_of(name, ip) is kind


def test_real_networks_come_first_and_loopback_last() -> None:
    assert usable([LO, DOCKER0, TUN0, ETH0_V6, WLAN0, ETH0]) == (ETH0, WLAN0, ETH0_V6, TUN0, DOCKER0, LO)


def test_others_are_told_neither_container_networks_nor_loopback() -> None:
    assert advertised(usable([LO, DOCKER0, TUN0, ETH0])) == (ETH0, TUN0)


def test_thirty_container_networks_do_not_crowd_out_the_lan() -> None:
    bridges = [interface(f"br-{number}", f"172.18.{number}.1") for number in range(30)]
    chosen = usable([*bridges, ETH0, WLAN0])
    assert chosen[:2] == (ETH0, WLAN0)
    assert len(chosen) == MAX_INTERFACES


def test_bridges_of_any_name_do_not_either() -> None:
    bridges = [Interface(f"bridge{n}", 10 + n, f"172.18.{n}.1", 16, Kind.PHYSICAL) for n in range(30)]
    for lan in (ETH0, ETH0_V6):
        assert lan in usable([*bridges, lan])


def test_only_as_many_addresses_are_told_as_a_finder_reads_and_the_likeliest_interfaces_first() -> None:
    bridges = [Interface(f"bridge{n}", 10 + n, f"172.18.{n}.1", 16, Kind.PHYSICAL) for n in range(30)]
    addresses = told(usable([*bridges, ETH0, ETH0_V6]))
    assert addresses[:2] == (ETH0, ETH0_V6)
    assert len(addresses) == MAX_SERVICE_ADDRESSES


def test_a_self_given_address_counts_only_alone() -> None:
    alone = interface("eth0", "169.254.3.4", 16)
    assert usable([alone, LO]) == (alone, LO)
    assert usable([alone, WLAN0]) == (WLAN0,)
    assert usable([alone, DOCKER0, LO]) == (alone, DOCKER0, LO)  # two laptops and a cable


def test_broadcast_follows_the_prefix() -> None:
    assert ETH0.broadcast == "10.0.0.255"
    assert DOCKER0.broadcast == "172.17.255.255"
    assert TUN0.broadcast is None
    assert interface("eth0", "10.0.0.2", 31).broadcast is None
    assert ETH0_V6.broadcast is None


def test_only_link_local_addresses_bear_a_scope() -> None:
    assert ETH0_V6.address == "fe80::2%eth0"
    assert interface("eth0", "fd00::2", 64).address == "fd00::2"


@pytest.mark.parametrize(
    ("ip", "near"),
    [
        ("10.0.0.77", True),
        ("10.0.1.77", False),
        ("192.168.1.1", False),
        ("fe80::77%eth0", True),
        ("fd00::77", False),
        ("127.0.0.1", True),
        ("::1", True),
    ],
)
def test_on_link_means_on_a_network_of_ours(ip: str, near: bool) -> None:
    assert on_link(ip, [ETH0, ETH0_V6]) is near


@pytest.mark.parametrize(
    ("ip", "private"), [("192.168.7.7", True), ("fd12::1", True), ("8.8.8.8", False), ("2a00:1450::1", False)]
)
def test_the_internet_is_not_private(ip: str, private: bool) -> None:
    assert is_private(ip) is private


def test_this_machine_has_a_loopback() -> None:
    assert "127.0.0.1" in [i.ip for i in current()]


class System:
    """A watch, what it reads, and both clocks."""

    def __init__(self) -> None:
        self.has: tuple[Interface, ...] = (ETH0,)
        self.now, self.wall = 100.0, 5_000_000.0
        self.watch = Watch(self.now, self.wall, lambda: self.has)

    def poll_after(self, seconds: float, wall: float | None = None) -> Change | None:
        self.now += seconds
        self.wall += seconds if wall is None else wall
        return self.watch.poll(self.now, self.wall)


def test_a_change_counts_once_it_has_lasted() -> None:
    system = System()
    assert system.poll_after(POLL) is None
    system.has = (WLAN0,)
    assert system.poll_after(POLL) is None
    assert system.poll_after(SETTLE) is Change.NETWORK
    assert system.watch.interfaces == (WLAN0,)
    assert system.poll_after(POLL) is None


def test_an_address_that_comes_back_at_once_is_no_change() -> None:
    system = System()
    system.has = ()
    assert system.poll_after(POLL) is None
    system.has = (ETH0,)
    assert system.poll_after(SETTLE) is None
    assert system.poll_after(SETTLE) is None
    assert system.watch.interfaces == (ETH0,)


def test_the_system_is_not_asked_before_it_is_due() -> None:
    system = System()
    system.has = (WLAN0,)
    for _ in range(40):
        assert system.poll_after(0.1) is None
    assert system.watch.interfaces == (ETH0,)


def test_a_wall_clock_that_ran_on_means_that_the_machine_slept() -> None:
    assert System().poll_after(1.0, wall=1.0 + SLEPT + 1) is Change.WOKE


def test_a_poll_that_comes_far_too_late_means_that_the_program_was_stopped() -> None:
    assert System().poll_after(POLL + SLEPT + 1) is Change.WOKE
