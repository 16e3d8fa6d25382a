"""What is passed on holds nothing private, and says the same."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from lanchat.doctor.facts import Firewall, Gateway, KeyState, Link, PortUse, Refusal, Step, Visit, Way
from lanchat.doctor.judge import judge
from lanchat.doctor.judge_host import judge_visit
from lanchat.doctor.private import masked, visit_without_private, without_private
from tests.doctor.facts import healthy, link, port
from tests.doctor.test_judge import FAULTS


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("192.168.1.23/24", "192.168.1.x/24"),
        ("10.20.30.40", "10.20.30.x"),
        ("169.254.7.7/16", "169.254.7.x/16"),
        ("127.0.0.1", "127.0.0.1"),
        ("81.2.69.142/29", "(public IPv4)/29"),
        ("2a01:4f8:1:2::3/64", "(public IPv6)/64"),
        ("fe80::8462:9ff:fe62:fcab%eth0", "fe80::x"),  # holds the hardware address
        ("fd12:3456:789a::1/64", "fd00::x/64"),
        ("no address", "(an address)"),
    ],
)
def test_addresses_lose_what_names_one_machine(address: str, shown: str) -> None:
    assert masked(address) == shown


@given(st.ip_addresses())
@settings(max_examples=50)
def test_no_address_but_loopback_survives(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    if not ip.is_loopback:
        with pytest.raises(ValueError, match="does not appear"):
            ipaddress.ip_interface(masked(f"{ip}/24"))


def test_nothing_private_is_left() -> None:
    secret = "acme-lisa"
    facts = healthy(
        links=(
            link(
                name=f"wg-{secret}",
                addresses=("192.168.1.23/24", "81.2.69.142/29", "fe80::8462:9ff:fe62:fcab/64"),
                asked=(),
                refused=(Refusal(Way.MDNS, f"no way to {secret}@192.168.1.23"),),
            ),
            Link("eth1", "physical", running=False),
        ),
        default_link=f"wg-{secret}",
        gateway=Gateway(f"wg-{secret}", "192.168.1.254", answers=False),
        responders=(f"{secret} daemon",),
        ports=port("udp/5054", PortUse.TAKEN, f"/home/{secret}/game"),
        firewall=Firewall("nftables", {"udp/5054": False, "udp/5353": False}, (f"inet {secret} in $(put)",)),
    )
    text = "\n".join(judge(without_private(facts)).lines())
    for private in (secret, "lisa", "1.23", "81.2", "1.254", "fcab", "$("):
        assert private not in text
    assert "192.168.1.x/24" in text


@pytest.mark.parametrize("name", FAULTS)
def test_it_says_the_same(name: str) -> None:
    facts = FAULTS[name][0]
    full, passed_on = judge(facts), judge(without_private(facts))
    assert [(f.code, f.level) for f in passed_on.findings] == [(f.code, f.level) for f in full.findings]
    assert [f.commands for f in passed_on.findings] == [f.commands for f in full.findings]


def test_a_visit_names_neither_server_nor_words() -> None:
    seen = Visit(
        "lisas-laptop:5055",
        resolved=Step.OK,
        routed=Step.OK,
        address="192.168.1.23",
        link="wg-acme",
        own="192.168.1.77",
        udp=Step.OK,
        tcp=Step.OK,
        tls=Step.OK,
        key=KeyState.CHANGED,
        known_words="lusab-babad-gutih-tugad",
        found_words="kuzas-nikar-kavor-vusak",
    )
    for visit in (seen, replace(seen, resolved=Step.UNREACHABLE)):
        text = "\n".join(judge_visit(visit_without_private(visit)).lines())
        for private in ("lisa", "1.23", "1.77", "acme", "lusab", "kuzas"):
            assert private not in text
