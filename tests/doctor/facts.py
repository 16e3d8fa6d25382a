"""Facts of a healthy network, to be broken in one place."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from lanchat.doctor.facts import Clock, Facts, Firewall, Gateway, Link, Port, PortUse, Server, Way

ALL = (Way.BROADCAST, Way.GROUP, Way.MDNS)
LINK = Link(
    "eth0", "physical", addresses=("192.168.1.23/24", "fe80::1/64"), listening=ALL, asked=ALL, echoed=ALL, answers=1
)
PORTS = tuple(Port(place, PortUse.FREE) for place in ("udp/5054", "udp/5353", "tcp/5055", "udp/5055"))
HEALTHY = Facts(
    "linux",
    (LINK,),
    PORTS,
    firewall=Firewall("none"),
    default_link="eth0",
    gateway=Gateway("eth0", "192.168.1.1", answers=True),
    neighbours=3,
    servers=(Server(("beacon", "mdns"), live=True, here=False, near=True),),
    clock=Clock(2026),
)


def healthy(**changes: Any) -> Facts:
    return replace(HEALTHY, **changes)


def link(**changes: Any) -> Link:
    return replace(LINK, **changes)


def port(place: str, use: PortUse, *by: str) -> tuple[Port, ...]:
    """All ports, one of them so."""
    return tuple(Port(place, use, by) if p.place == place else p for p in PORTS)
