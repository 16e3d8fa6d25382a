"""Facts without what is nobody else's business, for a report that is passed on. Pure.

What stays: the kind of each network and how large it is, the names that systems give to interfaces, the names of
programs that hold our ports, and the tables of a firewall. See docs/security.md.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from typing import Final

from msgspec.structs import replace

from lanchat.doctor.facts import Facts, Firewall, Gateway, Link, Visit

# What Linux, macOS and Docker call them; anything else somebody chose, and may tell who that is
_USUAL: Final = re.compile(
    r"lo\d*|(?:eth|en|wlan|wl|tun|tap|wg|utun|ppp|docker|veth|virbr|vmnet|vboxnet|tailscale|zt|bond|team|usb|ww|eno|ens)"
    r"\d{0,3}|(?:en|wl|ww)(?:p\d{1,3}s\d{1,3}(?:f\d{1,2})?|o\d{1,3}|s\d{1,3})"
)
_PROGRAM: Final = re.compile(r"[A-Za-z0-9._+-]{1,20}")
_CHAIN: Final = re.compile(r"(?:ip|ip6|inet) [A-Za-z0-9_-]{1,32} [A-Za-z0-9_-]{1,32}|[A-Za-z0-9_-]{1,32}")


def masked(address: str) -> str:
    """`address`, with its prefix or without, as far as it helps: of private IPv4 three parts of four, of the rest
    the kind alone."""
    text, slash, prefix = address.partition("/")
    try:
        ip = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return "(an address)"
    if ip.is_loopback:
        return address
    if ip.version == 4 and ip.is_private:
        return ".".join(str(ip).split(".")[:3]) + ".x" + slash + prefix
    if ip.version == 6 and ip.is_link_local:
        return "fe80::x" + slash + prefix
    if ip.version == 6 and ip.is_private:
        return "fd00::x" + slash + prefix
    return f"(public IPv{ip.version})" + slash + prefix


def without_private(facts: Facts) -> Facts:
    """The same findings come of it."""
    names = _names(facts.links)

    def shown(link: Link) -> Link:
        refused = tuple(replace(refusal, why=_reason(refusal.why)) for refusal in link.refused)
        return replace(link, name=names[link.name], addresses=tuple(map(masked, link.addresses)), refused=refused)

    gateway = facts.gateway
    if gateway is not None:
        gateway = Gateway(names.get(gateway.link, "(an interface)"), masked(gateway.address), gateway.answers)
    default = names.get(facts.default_link, "(an interface)") if facts.default_link else ""
    return replace(
        facts,
        links=tuple(map(shown, facts.links)),
        ports=tuple(replace(port, by=_programs(port.by)) for port in facts.ports),
        responders=_programs(facts.responders),
        firewall=_firewall(facts.firewall),
        default_link=default,
        gateway=gateway,
    )


def visit_without_private(visit: Visit) -> Visit:
    """The same for one server: neither its name nor its address."""
    link = _names([Link(visit.link, "physical")])[visit.link] if visit.link else ""
    return replace(
        visit,
        shown="the server",
        address=masked(visit.address) if visit.address else "",
        link=link,
        own=masked(visit.own) if visit.own else "",
        known_words="…" if visit.known_words else "",
        found_words="…" if visit.found_words else "",
    )


def _names(links: Iterable[Link]) -> dict[str, str]:
    """Interfaces with a name that somebody chose are called by their kind and a number."""
    names: dict[str, str] = {}
    for number, link in enumerate(links, 1):
        names[link.name] = link.name if _USUAL.fullmatch(link.name) else f"{link.kind}-{number}"
    return names


def _programs(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(name if _PROGRAM.fullmatch(name) else "(a program)" for name in names)


def _firewall(firewall: Firewall) -> Firewall:
    return replace(firewall, at=tuple(at if _CHAIN.fullmatch(at) else "(a chain)" for at in firewall.at))


def _reason(why: str) -> str:
    """The system's words name no address; should they ever, they are left out."""
    return why if re.fullmatch(r"[A-Za-z ',-]{1,80}", why) else "(refused)"
