"""The network check: gathers all facts in a bounded time, in the thread that calls; judges nothing.

Works without root, without a network and without IPv6: what cannot be found out is left open.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from lanchat.discovery import interfaces as system_interfaces
from lanchat.discovery import sockets
from lanchat.discovery.networks import Interface, is_loopback
from lanchat.doctor import firewall, links, ports, probe, proc
from lanchat.doctor.facts import BEACON, MDNS, Clock, Facts, Gateway, Link
from lanchat.doctor.proc import Neighbour

LISTEN: Final = 2.5  # s: the beacon answers within ms, mDNS within 1.2 s beside other programs
_DISCARD: Final = 9  # a port nobody answers at (RFC 863): what is sent there only makes the system look for the router


def examine(
    known: Sequence[str] = (),
    subnets: Sequence[str] = (),
    *,
    seconds: float = LISTEN,
    cancelled: Callable[[], bool] = lambda: False,
    tell: Callable[[str], None] = lambda _: None,
) -> Facts:
    """known, subnets: remembered servers and other networks, as for Finder. cancelled: asked often; what was seen until
    then is returned. tell: hears what is done now, as one sentence. Takes `seconds`, 4 s more where a room does not
    answer, and what the firewall's programs take (at most 5 s each)."""
    began, wall = time.monotonic(), time.time()
    tell("Looking at this computer …")
    interfaces = system_interfaces.current()
    facts = Facts(
        system=sys.platform,
        links=links.read(),
        ports=ports.read(interfaces),
        default_link=links.way_out(interfaces),
        surroundings=_surroundings(),
    )
    facts = replace(facts, responders=ports.responders(facts.ports))
    if cancelled():
        return replace(facts, cancelled=True)
    tell("Asking its firewall …")
    outer = [interface for interface in interfaces if not is_loopback(interface.ip)]
    facts = replace(facts, firewall=firewall.read((*facts.door, BEACON, MDNS), outer))
    gateway = _gateway(interfaces)
    tell("Asking the network, and listening for some seconds …")
    heard = probe.listen(interfaces, known, subnets, seconds=seconds, cancelled=cancelled)
    near = proc.neighbours(proc.network_file("arp"))
    if gateway is not None and not heard.cancelled:
        gateway = _judged(gateway, near)
    jumped = (time.time() - wall) - (time.monotonic() - began)
    return replace(
        facts,
        links=tuple(_with(link, heard, interfaces) for link in facts.links),
        gateway=gateway,
        neighbours=_count(near, heard.others, interfaces, gateway),
        servers=heard.servers,
        clock=Clock(time.gmtime(wall).tm_year, round(jumped, 1)),
        cancelled=heard.cancelled,
    )


def _with(link: Link, heard: probe.Heard, interfaces: Sequence[Interface]) -> Link:
    name = link.name
    if name not in heard.asked:
        return link
    return replace(
        link,
        listening=tuple(sorted(heard.listening[name])),
        asked=tuple(sorted(heard.asked[name])),
        refused=tuple(heard.refused[name]),
        echoed=tuple(sorted(heard.echoed[name])),
        answers=len(heard.answers[name]),
        astray=any(links.is_astray(interface) for interface in interfaces if interface.name == name),
    )


# The router, and whoever else is near


def _gateway(interfaces: Sequence[Interface]) -> Gateway | None:
    """The router of the first network that has one, made to be looked for; what it answers shows later."""
    names = {interface.name for interface in interfaces}
    for route in proc.default_routes(proc.network_file("route")):
        if route.gateway and route.link in names:
            with contextlib.suppress(OSError), sockets.connect(route.gateway, _DISCARD) as sock:  # no way: it shows
                sock.send(b"")
            return Gateway(route.link, route.gateway)
    return None


def _judged(gateway: Gateway, near: Sequence[Neighbour]) -> Gateway:
    found = [n.complete for n in near if n.ip == gateway.address and n.link == gateway.link]
    return replace(gateway, answers=any(found) if found else None)


def _count(near: Sequence[Neighbour], heard: set[str], interfaces: Sequence[Interface], gateway: Gateway | None) -> int:
    """Other computers. One has addresses of both kinds: those of IPv4 count, if there are any."""
    names = {interface.name for interface in interfaces}
    mine = {interface.address for interface in interfaces} | ({gateway.address} if gateway else set())
    found = (heard | {n.ip for n in near if n.complete and n.link in names}) - mine
    return len([ip for ip in found if ":" not in ip]) or len(found)


def _surroundings() -> tuple[str, ...]:
    found = []
    if "microsoft" in proc.kernel().lower():
        found.append("wsl")
    if any(Path(mark).exists() for mark in ("/.dockerenv", "/run/.containerenv")) or "container" in os.environ:
        found.append("container")
    return tuple(found)
