"""Rules about the network: interfaces, routes, who is there. Each knows one fault, and what to do about it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lanchat.doctor.facts import Facts, Way
from lanchat.doctor.report import Finding, Level
from lanchat.protocol.limits import PROTOCOL_VERSION

ASKED_ALONE: Final = frozenset({"manual", "sweep"})  # ways of discovery that ask one machine, not all
_WAYS: Final = {Way.BROADCAST: "broadcast", Way.GROUP: "multicast", Way.MDNS: "mDNS"}


def count(n: int, one: str, more: str) -> str:
    return f"{n} {one if n == 1 else more}"


# Interfaces


def no_network(facts: Facts) -> Iterator[Finding]:
    if facts.usable_links:
        return
    unplugged = [link for link in facts.links if link.kind == "physical" and not (link.up and link.running)]
    bare = [link for link in facts.links if link.kind == "physical" and link.up and link.running]
    if bare:
        sentence = f"{bare[0].name} is connected, but has no address."
        advice = "Wait a moment, or look whether the router hands out addresses (DHCP)."
    elif unplugged:
        sentence = f"This computer is on no network: {unplugged[0].name} is switched off or has no cable or Wi-Fi."
        advice = "Plug the cable in, or join the Wi-Fi that the others are in."
    else:
        sentence = "This computer has no network interface but its own loopback."
        advice = "Connect it to the network that the others are in."
    yield Finding("no-network", "interfaces", Level.PROBLEM, sentence, advice)


def self_given(facts: Facts) -> Iterator[Finding]:
    for link in facts.usable_links:
        v4 = [a for a in link.addresses if ":" not in a and "IPv6" not in a]
        if v4 and all(address.startswith("169.254.") for address in v4):
            yield Finding(
                "no-dhcp",
                "interfaces",
                Level.NOTE,
                f"{link.name} gave itself an address, since no router handed one out.",
                "Others with such an address are reached; those with another one are not.",
            )


def links(facts: Facts) -> Iterator[Finding]:
    for link in facts.usable_links:
        addresses = ", ".join(link.addresses)
        asked = ", ".join(_WAYS[way] for way in link.asked) or "nothing"
        yield Finding(
            "interface",
            "interfaces",
            Level.OK,
            f"{link.name} ({link.kind}, {addresses}): asked by {asked}; "
            f"{count(link.answers, 'other computer answered', 'other computers answered')}.",
        )


def not_sent(facts: Facts) -> Iterator[Finding]:
    for link in facts.usable_links:
        if link.asked or not link.refused:
            continue
        refusal = link.refused[0]
        yield Finding(
            "not-sent",
            "interfaces",
            Level.PROBLEM if link.kind == "physical" else Level.NOTE,
            f"The question could not be sent on {link.name}: {refusal.why} ({_WAYS[refusal.way]}).",
            "A firewall for outgoing packets, a VPN that allows nothing beside itself, or on macOS the missing "
            "permission for the local network does that: allow lanchat there."
            if refusal.forbidden or facts.system == "darwin"
            else "Look whether the interface is really connected.",
        )


def astray(facts: Facts) -> Iterator[Finding]:
    for link in facts.usable_links:
        if link.astray and link.kind == "physical":
            yield Finding(
                "astray",
                "routes",
                Level.PROBLEM,
                f"Packets for the network of {link.name} leave by another interface, so nobody there is reached.",
                "A VPN does that, or two interfaces are in one network: allow the local network in the VPN's settings, "
                "or disconnect one of them.",
            )


# Routes


def vpn(facts: Facts) -> Iterator[Finding]:
    link = facts.link(facts.default_link)
    if link is not None and link.kind == "tunnel":
        yield Finding(
            "vpn",
            "routes",
            Level.NOTE,
            f"A VPN ({link.name}) takes all traffic that is not for the local network.",
            "Rooms of the local network are asked for all the same. If none is found, allow the local network in the "
            "VPN's settings, or switch it off for a moment.",
        )


def gateway(facts: Facts) -> Iterator[Finding]:
    gateway = facts.gateway
    if gateway is None or gateway.answers is not False:
        return
    heard = facts.neighbours or any(link.answers for link in facts.links)
    yield Finding(
        "gateway-mute",
        "routes",
        Level.NOTE if heard else Level.PROBLEM,
        f"The router ({gateway.address} on {gateway.link}) does not answer"
        + (", though others do." if heard else ", and nobody else was heard."),
        ""
        if heard
        else "Look whether this is the right network, whether the Wi-Fi or the cable really works, and whether this "
        "Wi-Fi is one for guests, which keeps them apart.",
    )


# Rooms


def servers(facts: Facts) -> Iterator[Finding]:
    live = [server for server in facts.servers if server.live]
    if live:
        ways = ", ".join(sorted({way for server in live for way in server.ways}))
        here = sum(server.here for server in live)
        own = f" ({here} on this computer)" if here else ""
        yield Finding(
            "rooms", "rooms", Level.OK, f"{count(len(live), 'room answers', 'rooms answer')}{own}, found by: {ways}."
        )


def mute_servers(facts: Facts) -> Iterator[Finding]:
    mute = [server for server in facts.servers if not server.live]
    if mute and any(link.asked for link in facts.links):
        yield Finding(
            "room-mute",
            "rooms",
            Level.PROBLEM,
            f"{count(len(mute), 'room is announced, but does', 'rooms are announced, but do')} not answer: a firewall "
            "on that computer, or one in between, keeps our question out.",
            "Run “lanchat doctor” on the computer that holds the room; it names the command that opens it.",
        )


def only_alone(facts: Facts) -> Iterator[Finding]:
    """Servers of our own network answer when asked alone, and none answers when all are asked."""
    others = [server for server in facts.servers if server.live and server.near and not server.here]
    heard = any(link.answers for link in facts.links)
    if others and not heard and all(set(server.ways) <= ASKED_ALONE for server in others):
        yield Finding(
            "only-alone",
            "rooms",
            Level.PROBLEM,
            "Rooms of this network answer when they are asked one by one, but not when all are asked at once: the "
            "switch or the Wi-Fi passes neither broadcast nor multicast.",
            "Known rooms and typed addresses work. For new ones, switch off “client isolation” or the filter for "
            "multicast in the access point, or send an invitation.",
        )


def nobody(facts: Facts) -> Iterator[Finding]:
    if any(server.live and not server.here for server in facts.servers) or not facts.usable_links:
        return
    alone = not facts.neighbours
    if alone and facts.gateway is not None and facts.gateway.answers:
        yield Finding(
            "isolation",
            "rooms",
            Level.NOTE,
            "The router answers, but no other computer was heard: a guest Wi-Fi that keeps its guests apart looks like "
            "this, and so does a network where nobody else is.",
            "If others are in this network, use one that is not for guests, or switch off “client isolation” in the "
            "access point.",
        )
    elif not any(server.live for server in facts.servers):
        others = "" if alone else f" ({count(facts.neighbours, 'other computer was', 'other computers were')} heard)"
        yield Finding(
            "no-rooms",
            "rooms",
            Level.NOTE,
            f"No room answers on this network{others}.",
            "Is one open (“lanchat serve”), and in this very network? Run “lanchat doctor” on its computer, and here "
            "“lanchat doctor HOST” with its address.",
        )


def versions(facts: Facts) -> Iterator[Finding]:
    for version in sorted({server.version for server in facts.servers} - {PROTOCOL_VERSION}):
        newer = version > PROTOCOL_VERSION
        yield Finding(
            "version",
            "rooms",
            Level.NOTE,
            f"A room speaks version {version} of the protocol, and this lanchat version {PROTOCOL_VERSION}.",
            "Update lanchat here." if newer else "Update lanchat on the computer that holds that room.",
        )
