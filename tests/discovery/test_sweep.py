"""Which addresses a sweep asks, in what order and how fast: no network."""

from __future__ import annotations

import ipaddress

import pytest

from lanchat.discovery.networks import Interface, Kind
from lanchat.discovery.subnets import read_subnet
from lanchat.discovery.sweep import (
    BATCH,
    EVERY,
    KNOCKS,
    MAX_OWN,
    PAUSE,
    SUBNETS_EVERY,
    TCP_EVERY,
    Progress,
    Step,
    Sweep,
    Sweeps,
    addresses_of,
    own_addresses,
)
from lanchat.errors import LocalProtocolError

TEN = [f"10.0.0.{n}" for n in range(1, 11)]
FIFTY = [f"10.0.0.{n}" for n in range(1, 51)]


def card(ip: str, prefix: int, kind: Kind = Kind.PHYSICAL, name: str = "eth0") -> Interface:
    return Interface(name, 2, ip, prefix, kind)


def walk(sweep: Sweep, now: float = 0.0) -> list[tuple[float, Step]]:
    steps = []
    while not sweep.over:
        now = max(now, sweep.due)
        steps.append((now, sweep.take(now)))
    return steps


def test_each_address_is_asked_by_udp_then_by_tcp_a_few_at_a_time() -> None:
    steps = walk(Sweep(FIFTY, 0.0))
    assert [ip for _, step in steps for ip in step.udp] == FIFTY
    assert [ip for _, step in steps for ip in step.tcp] == FIFTY
    assert max(len(step.udp) for _, step in steps) == BATCH
    assert max(len(step.tcp) for _, step in steps) == KNOCKS
    times = [at for at, _ in steps]
    assert times[:4] == pytest.approx([0.0, EVERY, 2 * EVERY, 3 * EVERY])
    assert times[4:] == pytest.approx([3 * EVERY + PAUSE + n * TCP_EVERY for n in range(4)])


def test_nothing_is_asked_before_its_time() -> None:
    sweep = Sweep(FIFTY, 0.0)
    sweep.take(0.0)
    assert sweep.take(EVERY / 2) == Step()


def test_the_first_answer_ends_it() -> None:
    sweep = Sweep(FIFTY, 0.0)
    sweep.take(0.0)
    sweep.answered = True
    assert sweep.over
    assert sweep.take(10.0) == Step()


def test_a_whole_one_goes_on_but_needs_no_tcp_then() -> None:
    sweep = Sweep(FIFTY, 0.0, whole=True)
    sweep.take(0.0)
    sweep.answered = True
    steps = walk(sweep)
    assert [ip for _, step in steps for ip in step.udp] == FIFTY[BATCH:]
    assert not any(step.tcp for _, step in steps)


def test_progress_counts_each_part() -> None:
    sweep = Sweep(FIFTY, 0.0)
    assert sweep.progress == Progress(0, 50)
    sweep.take(0.0)
    assert sweep.progress == Progress(BATCH, 50)
    for _ in range(3):
        sweep.take(sweep.due)
    assert sweep.progress == Progress(0, 50)
    sweep.take(sweep.due)
    assert sweep.progress == Progress(KNOCKS, 50)


def test_a_network_without_others_is_over_at_once() -> None:
    assert Sweep([], 0.0).over


@pytest.mark.parametrize(
    ("interfaces", "count", "first", "last"),
    [
        ([card("10.0.0.2", 24)], 253, "10.0.0.1", "10.0.0.254"),
        ([card("172.20.5.9", 16)], 253, "172.20.5.1", "172.20.5.254"),
        ([card("10.0.0.4", 31)], 1, "10.0.0.5", "10.0.0.5"),
        ([card("10.0.0.4", 28)], 13, "10.0.0.1", "10.0.0.14"),
    ],
)
def test_our_own_networks_without_ourselves(interfaces: list[Interface], count: int, first: str, last: str) -> None:
    addresses = own_addresses(interfaces)
    assert (len(addresses), addresses[0], addresses[-1]) == (count, first, last)


def test_a_lone_address_and_foreign_kinds_have_nobody_to_ask() -> None:
    assert own_addresses([card("10.0.0.2", 32)]) == []
    assert own_addresses([card("172.17.0.1", 16, Kind.CONTAINER), card("127.0.0.1", 8, Kind.LOOPBACK)]) == []
    assert own_addresses([card("fe80::1", 64)]) == []


def test_cards_come_before_tunnels_and_there_is_an_end() -> None:
    tunnel = card("10.8.0.2", 24, Kind.TUNNEL, "tun0")
    cards = [card(f"10.0.{n}.2", 24, name=f"eth{n}") for n in range(9)]
    assert own_addresses([tunnel, cards[0]])[0] == "10.0.0.1"
    assert len(own_addresses([tunnel, *cards])) == 253 * MAX_OWN


def test_two_cards_in_one_network_are_asked_once() -> None:
    addresses = own_addresses([card("10.0.0.2", 24), card("10.0.0.3", 24, name="eth1")])
    assert len(addresses) == len(set(addresses)) == 252


@pytest.mark.parametrize(
    ("text", "network"),
    [("192.168.3.0/24", "192.168.3.0/24"), (" 192.168.3.77/24 ", "192.168.3.0/24"), ("10.1.2.3", "10.1.2.3/32")],
)
def test_a_network_of_the_settings(text: str, network: str) -> None:
    assert str(read_subnet(text)) == network
    assert addresses_of([read_subnet(text)], {"192.168.3.1"})[-1] in ("192.168.3.254", "10.1.2.3")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is no network"),
        ("192.168.3.0/24 ; rm", "is no network"),
        ("9" * 5000, "is no network"),
        ("fd00::/64", "IPv6"),
        ("8.8.8.0/24", "internet"),
        ("10.0.0.0/8", "too large"),
        ("192.168.0.0/21", "too large"),
    ],
)
def test_what_is_not_asked(text: str, why: str) -> None:
    with pytest.raises(LocalProtocolError, match=why) as caught:
        read_subnet(text)
    assert len(str(caught.value)) < 200


def test_the_networks_of_the_settings_are_asked_again_and_again_while_somebody_looks() -> None:
    sweeps = Sweeps([read_subnet("10.1.0.0/30")], 0.0)
    (step,) = sweeps.take(0.0, (), looked_at=True)
    assert step.udp == ("10.1.0.1", "10.1.0.2")
    while sweeps.due < SUBNETS_EVERY:
        assert not any(step.udp for step in sweeps.take(sweeps.due, (), looked_at=True))
    (step,) = sweeps.take(SUBNETS_EVERY, (), looked_at=False)
    assert step.udp == ("10.1.0.1", "10.1.0.2")
    while sweeps.due < float("inf"):
        sweeps.take(sweeps.due, (), looked_at=False)
    sweeps.refresh(1000.0)
    assert sweeps.due == 1000.0


def test_an_answer_ends_only_the_walk_that_asked_there() -> None:
    sweeps = Sweeps([ipaddress.IPv4Network("10.1.0.0/24")], 0.0)
    sweeps.begin([card("10.0.0.2", 24)], 0.0)
    sweeps.begin([card("10.0.0.2", 24)], 5.0)  # it is under way
    assert len(sweeps.take(0.0, (), looked_at=True)) == 2
    assert sweeps.progress == Progress(BATCH, 253)
    sweeps.answered("10.1.0.9")
    assert sweeps.progress is not None
    sweeps.answered("10.0.0.9")
    assert sweeps.progress is None
