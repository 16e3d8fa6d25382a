"""The networks that people have, as the lab builds them, and which way of finding a server gets through each.

The first three columns are those of the table “What gets through” in docs/discovery.md; test_document.py compares
them. Data and wiring only: test_lan.py tries each, `python -m tests.discovery.matrix` measures them.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from enum import StrEnum
from typing import Final, NamedTuple

from lanchat.protocol.limits import DISCOVERY_UDP_PORT
from tests.lan import MDNS_RULES, Host, Lan, repository
from tests.torture.bad_lan import BadLan, Weather

BRIDGES: Final = 32  # more than there are groups that one socket may join (igmp_max_memberships: 20)


class Heard(StrEnum):
    """How a finder sees the server."""

    YES = "yes"  # it answers
    GREY = "grey"  # it is heard of, but answers nothing
    NO = "no"


YES, GREY, NO = Heard.YES, Heard.GREY, Heard.NO


Prepare = Callable[[Lan, Host, Host], object]


def _switch(change: Callable[[Lan], object]) -> Prepare:
    return lambda lan, _server, _finder: change(lan)


def _each(change: Callable[[Host], object]) -> Prepare:
    return lambda _lan, server, finder: (change(server), change(finder))


def _server(change: Callable[[Host], object]) -> Prepare:
    return lambda _lan, server, _finder: change(server)


def _finder(change: Callable[[Host], object]) -> Prepare:
    return lambda _lan, _server, finder: change(finder)


class Network(NamedTuple):
    """known: a remembered or typed address. prepare: gets the network, the server's machine and the finder's, before
    either program starts. build: the network. sweep: questions to each address of the own network, or of `subnets` as
    the settings name them. lossy: it may take more questions than one. finder_first: what the server says when it
    starts counts. address: what the user types."""

    name: str
    mdns: Heard
    beacon: Heard
    known: Heard
    prepare: Prepare = _switch(id)
    build: Callable[[], Lan] = Lan
    sweep: Heard = YES
    subnets: tuple[str, ...] = ()
    lossy: bool = False
    finder_first: bool = False
    address: Callable[[Host], str] = lambda server: server.ip


def _addresses(one: str, other: str) -> Prepare:
    return lambda _lan, server, finder: (server.set_ipv4(one), finder.set_ipv4(other))


def _self_given(lan: Lan, server: Host, finder: Host) -> None:
    _addresses("169.254.3.4/16", "169.254.200.1/16")(lan, server, finder)
    _each(Host.add_docker0)(lan, server, finder)


def _bridges(pattern: str) -> Prepare:
    return _each(lambda host: host.add_bridges([pattern.format(n) for n in range(BRIDGES)]))


def _second_cards(subnet: int) -> Prepare:
    return lambda lan, server, finder: (lan.card(server, subnet=subnet), lan.card(finder, subnet=subnet))


def _only_second_cards(lan: Lan, server: Host, finder: Host) -> None:
    _second_cards(1)(lan, server, finder)
    lan.cable(server, plugged=False)
    server.ip = "10.78.0.101"


def _other_subnet(lan: Lan, _server: Host, finder: Host) -> None:
    """The finder's cable is in the other subnet's switch."""
    finder.run("ip link del eth0")
    lan.plug("far", finder.holder.pid, subnet=1)
    finder.run("ip link set eth0 up")
    finder.set_ipv4("10.78.0.2/24")
    lan.router()


def _lose_ipv4(host: Host) -> None:
    host.set_ipv4(None)


def _scoped(server: Host) -> str:
    """As the finder says it."""
    return f"{server.link_local()}%eth0"


_BROWSER: Final = """
import sys, zeroconf
with zeroconf.Zeroconf() as zc, zeroconf.ServiceBrowser(zc, "_ipp._tcp.local.", handlers=[lambda **_: None]):
    print("browses", flush=True)
    sys.stdin.read()
"""


def _browse(host: Host) -> None:
    browser = host.popen([sys.executable, "-c", _BROWSER], stdin=-1, stdout=-1, cwd=repository())
    assert browser.stdout is not None
    assert browser.stdout.readline()


def _late() -> Lan:
    lan = BadLan(random.Random(1))
    lan.weather = Weather(delay=0.15)
    return lan


NETWORKS: Final = (
    Network("clean", YES, YES, YES),
    Network("multicast blocked", NO, YES, YES, _switch(lambda lan: lan.block("multicast"))),
    Network("broadcast blocked", YES, YES, YES, _switch(lambda lan: lan.block("broadcast"))),
    Network("both blocked", NO, NO, YES, _switch(lambda lan: lan.block("multicast", "broadcast"))),
    Network("UDP blocked", NO, NO, YES, _switch(lambda lan: lan.block("udp"))),
    Network("IPv6 blocked", YES, YES, YES, _switch(lambda lan: lan.block("ipv6"))),
    Network("30 % of all packets lost", YES, YES, YES, _switch(lambda lan: lan.lose(30)), lossy=True),
    Network(
        "30 % of the packets to many lost",
        YES,
        YES,
        YES,
        _switch(lambda lan: lan.lose(30, group_only=True)),
        lossy=True,
    ),
    Network("packets up to 150 ms late, and overtaken", YES, YES, YES, build=_late),
    Network("IGMP snooping, with a querier", YES, YES, YES, build=lambda: Lan(snooping=True)),
    Network(
        "IPv6 alone, link-local", YES, YES, YES, _each(lambda host: host.set_ipv4(None)), sweep=NO, address=_scoped
    ),
    Network("no default route", YES, YES, YES, _each(lambda host: host.run("ip route del default"))),
    Network("self-given addresses (169.254), and Docker", YES, YES, YES, _self_given, sweep=NO),
    Network("65,000 addresses (/16)", YES, YES, YES, _addresses("10.80.1.1/16", "10.80.200.2/16"), sweep=NO),
    Network("two addresses (/31)", YES, YES, YES, _addresses("10.80.0.0/31", "10.80.0.1/31")),
    Network("Docker on both machines", YES, YES, YES, _each(Host.add_docker0)),
    Network("32 Docker networks on both machines", YES, YES, YES, _bridges("br-{:012x}")),
    Network("32 bridges of any name on both machines", YES, YES, YES, _bridges("bridge{}")),
    Network("a VPN takes all traffic of both machines", YES, YES, YES, _each(Host.add_vpn)),
    Network("two network cards each, on one network", YES, YES, YES, _second_cards(0)),
    Network("two network cards each, on two networks", YES, YES, YES, _second_cards(1)),
    Network("only the second network cards meet", YES, YES, YES, _only_second_cards),
    Network("Avahi on both machines", YES, YES, YES, _each(Host.start_avahi)),
    Network("another zeroconf program on both machines", YES, YES, YES, _each(_browse)),
    Network("the finder's firewall lets only answers in", NO, NO, YES, _finder(Host.firewall)),
    Network(
        "the same, with its rule for mDNS (ufw as shipped)",
        YES,
        NO,
        YES,
        _finder(lambda host: host.firewall(*MDNS_RULES)),
    ),
    Network(
        "the same, with UDP 5054 let in",
        NO,
        YES,
        YES,
        _finder(lambda host: host.firewall(f"udp dport {DISCOVERY_UDP_PORT}")),
    ),
    Network(
        "the server's firewall lets only answers in",
        GREY,
        GREY,
        NO,
        _server(Host.firewall),
        sweep=NO,
        finder_first=True,
    ),
    Network("another subnet, behind a router", NO, NO, YES, _other_subnet, subnets=("10.77.0.0/24",)),
    Network("guest Wi-Fi that keeps its guests apart", NO, NO, NO, lambda lan, *hosts: lan.isolate(*hosts), sweep=NO),
)
