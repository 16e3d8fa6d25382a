"""The networks that people have, as the lab builds them, and which way of finding a server gets through each.

The first three columns are those of the table “What gets through” in docs/discovery.md; test_document.py compares
them. Data and wiring only: test_lan.py tries each, `python -m tests.figures networks` measures them.
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


class Network(NamedTuple):
    """known: a remembered or typed address. sweep: the questions to each address of the own network; None: not in
    the table. prepare: gets the network, the server's machine and the finder's, before either program starts.
    lossy: more questions than one may be needed. finder_first: what the server says when it starts counts. address: what the user types."""

    name: str
    mdns: Heard
    beacon: Heard
    known: Heard
    sweep: Heard | None = None
    prepare: Callable[[Lan, Host, Host], None] = lambda lan, server, finder: None
    build: Callable[[], Lan] = Lan
    lossy: bool = False
    finder_first: bool = False
    address: Callable[[Host], str] = lambda server: server.ip


def _firewall(*let_in: str, server: bool = False) -> Callable[[Lan, Host, Host], None]:
    return lambda lan, nord, sued: (nord if server else sued).firewall(*let_in)


def _no_routes(lan: Lan, *hosts: Host) -> None:
    for host in hosts:
        host.run("ip route del default")


def _other_subnet(lan: Lan, nord: Host, sued: Host) -> None:
    """The finder's cable is in the other subnet's switch."""
    sued.run("ip link del eth0")
    lan.plug("far", sued.holder.pid, subnet=1)
    sued.run("ip link set eth0 up")
    sued.set_ipv4("10.78.0.2/24")
    lan.router()


def _docker(lan: Lan, *hosts: Host) -> None:
    for host in hosts:
        host.add_docker0()


def _bridges(pattern: str) -> Callable[[Lan, Host, Host], None]:
    def prepare(lan: Lan, *hosts: Host) -> None:
        for host in hosts:
            host.add_bridges([pattern.format(n) for n in range(BRIDGES)])

    return prepare


def _vpn(lan: Lan, *hosts: Host) -> None:
    for host in hosts:
        host.add_vpn()


def _two_cards(subnet: int) -> Callable[[Lan, Host, Host], None]:
    def prepare(lan: Lan, *hosts: Host) -> None:
        for host in hosts:
            lan.card(host, subnet=subnet)

    return prepare


def _second_card_leads_there(lan: Lan, nord: Host, sued: Host) -> None:
    """The server has its first card in another network than the finder."""
    lan.card(nord, subnet=1)
    lan.cable(nord, plugged=False)
    nord.ip = "10.78.0.101"
    lan.card(sued, subnet=1)


def _only_v6(lan: Lan, *hosts: Host) -> None:
    for host in hosts:
        host.set_ipv4(None)


def _scoped(server: Host) -> str:
    """As the finder says it."""
    return f"{server.link_local()}%eth0"


def _addresses(*addresses: str) -> Callable[[Lan, Host, Host], None]:
    def prepare(lan: Lan, *hosts: Host) -> None:
        for host, address in zip(hosts, addresses, strict=True):
            host.set_ipv4(address)

    return prepare


def _self_given(lan: Lan, nord: Host, sued: Host) -> None:
    _addresses("169.254.3.4/16", "169.254.200.1/16")(lan, nord, sued)
    _docker(lan, nord, sued)


def _avahi(lan: Lan, *hosts: Host) -> None:
    for host in hosts:
        host.start_avahi()


_BROWSER: Final = """
import sys, zeroconf
with zeroconf.Zeroconf() as zc, zeroconf.ServiceBrowser(zc, "_ipp._tcp.local.", handlers=[lambda **_: None]):
    print("browses", flush=True)
    sys.stdin.read()
"""


def _other_zeroconf(lan: Lan, *hosts: Host) -> None:
    for host in hosts:
        browser = host.popen([sys.executable, "-c", _BROWSER], stdin=-1, stdout=-1, cwd=repository())
        assert browser.stdout is not None
        assert browser.stdout.readline()


def _late() -> Lan:
    lan = BadLan(random.Random(1))
    lan.weather = Weather(delay=0.15)
    return lan


NETWORKS: Final = (
    Network("clean", YES, YES, YES),
    Network("multicast blocked", NO, YES, YES, prepare=lambda lan, *_: lan.block("multicast")),
    Network("broadcast blocked", YES, YES, YES, prepare=lambda lan, *_: lan.block("broadcast")),
    Network("IPv6 blocked", YES, YES, YES, prepare=lambda lan, *_: lan.block("ipv6")),
    Network("both blocked", NO, NO, YES, prepare=lambda lan, *_: lan.block("multicast", "broadcast")),
    Network("UDP blocked", NO, NO, YES, prepare=lambda lan, *_: lan.block("udp")),
    Network("30 % of everything is lost", YES, YES, YES, prepare=lambda lan, *_: lan.lose(30), lossy=True),
    Network(
        "30 % of what goes to many is lost",
        YES,
        YES,
        YES,
        prepare=lambda lan, *_: lan.lose(30, group_only=True),
        lossy=True,
    ),
    Network("everything is late, up to 150 ms, and overtaken", YES, YES, YES, build=_late),
    Network("IGMP snooping, with a querier", YES, YES, YES, build=lambda: Lan(snooping=True)),
    Network("no default route", YES, YES, YES, prepare=_no_routes),
    Network("Docker on both machines", YES, YES, YES, prepare=_docker),
    Network("32 Docker networks on both machines", YES, YES, YES, prepare=_bridges("br-{:012x}")),
    Network("32 bridges of any name on both machines", YES, YES, YES, prepare=_bridges("bridge{}")),
    Network("a VPN takes all traffic of both machines", YES, YES, YES, prepare=_vpn),
    Network("two cards each in one network", YES, YES, YES, prepare=_two_cards(0)),
    Network("two cards each in two networks", YES, YES, YES, prepare=_two_cards(1)),
    Network("only the second card leads to the server", YES, YES, YES, prepare=_second_card_leads_there),
    Network("IPv6 alone, link-local", YES, YES, YES, prepare=_only_v6, address=_scoped),
    Network("a network of 65,000 addresses (/16)", YES, YES, YES, prepare=_addresses("10.80.1.1/16", "10.80.200.2/16")),
    Network("a link of two addresses (/31)", YES, YES, YES, prepare=_addresses("10.80.0.0/31", "10.80.0.1/31")),
    Network("self-given addresses (169.254), and Docker", YES, YES, YES, prepare=_self_given),
    Network("Avahi on both machines", YES, YES, YES, prepare=_avahi),
    Network("another zeroconf program on both machines", YES, YES, YES, prepare=_other_zeroconf),
    Network("the finder's firewall lets only answers in", NO, NO, YES, prepare=_firewall()),
    Network("the same, with its rule for mDNS (ufw as shipped)", YES, NO, YES, prepare=_firewall(*MDNS_RULES)),
    Network("the same, with UDP 5054 let in", NO, YES, YES, prepare=_firewall(f"udp dport {DISCOVERY_UDP_PORT}")),
    Network(
        "the server's firewall lets only answers in",
        GREY,
        GREY,
        NO,
        prepare=_firewall(server=True),
        finder_first=True,
    ),
    Network(
        "the same, with the rule for mDNS",
        GREY,
        GREY,
        NO,
        prepare=_firewall(*MDNS_RULES, server=True),
        finder_first=True,
    ),
    Network("another subnet, behind a router", NO, NO, YES, prepare=_other_subnet),
    Network("guest Wi-Fi that keeps its guests apart", NO, NO, NO, prepare=lambda lan, *hosts: lan.isolate(*hosts)),
)
