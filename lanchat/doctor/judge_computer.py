"""Rules about this computer: firewall, ports, clock. Each knows one fault, and what to do about it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lanchat import __version__
from lanchat.doctor.facts import BEACON, MDNS, Facts, PortUse, Way
from lanchat.doctor.opening import how_to_open
from lanchat.doctor.report import Finding, Level
from lanchat.protocol.limits import DEFAULT_TCP_PORT, PROTOCOL_VERSION

FIRST_YEAR: Final = 2025  # before that there was no lanchat: a clock without a battery begins at 1970 or 2000
LAST_YEAR: Final = 2099
JUMP: Final = 2.0  # s by which a clock may be set while we look; time servers correct less

_FIREWALLS: Final = {
    "ufw": "ufw, the firewall of this computer,",
    "firewalld": "firewalld, the firewall of this computer,",
    "nftables": "The firewall of this computer (nftables)",
    "iptables": "The firewall of this computer (iptables)",
}


# Firewalls


def _keeps_out(facts: Facts, place: str) -> bool:
    """Whether `place` is closed here, by the rules or by what came back of our own question. That it comes back was
    measured on Linux alone."""
    known = facts.firewall.lets_in.get(place)
    if known is not None or facts.system != "linux":
        return known is False
    ways = (Way.MDNS,) if place == MDNS else (Way.BROADCAST, Way.GROUP)
    tried = [link for link in facts.usable_links if set(ways) & set(link.asked) & set(link.listening)]
    return place in (BEACON, MDNS) and bool(tried) and not any(set(ways) & set(link.echoed) for link in tried)


def _firewall_name(facts: Facts) -> str:
    return _FIREWALLS.get(facts.firewall.kind, "A firewall of this computer")


def deaf(facts: Facts) -> Iterator[Finding]:
    """Who looks for rooms needs one of two ways in: by mDNS, or by the servers' own beacons."""
    if not all(_keeps_out(facts, place) for place in (MDNS, BEACON)):
        return
    if any(link.answers for link in facts.links):  # whatever the rules say, answers come in
        return
    if facts.served and _closed_doors(facts):  # said there
        return
    advice, commands = how_to_open(facts.firewall, (BEACON, MDNS))
    found = "nobody finds the room of this computer" if facts.served else "none is found here"
    yield Finding(
        "firewall-deaf",
        "firewall",
        Level.PROBLEM,
        f"{_firewall_name(facts)} keeps out what is said to all (UDP 5054 and 5353), so {found}.",
        advice,
        commands,
    )


def _closed_doors(facts: Facts) -> list[str]:
    """The ports for joining that are closed. Where the rules cannot be read, they are taken to be as closed as that
    of the beacon, whose state is heard."""
    doors = [place for place in facts.door if place.startswith("tcp/")]
    if not any(place in facts.firewall.lets_in for place in doors):
        return doors if _keeps_out(facts, BEACON) else []
    return [place for place in doors if _keeps_out(facts, place)]


def closed_door(facts: Facts) -> Iterator[Finding]:
    """Others join a room of this computer by these ports."""
    doors = _closed_doors(facts)
    if not doors:
        return
    others = [place for place in (*facts.door, BEACON, MDNS) if place not in doors]
    guessed = not facts.firewall.lets_in
    keeps_out = "very likely keeps out" if guessed else "keeps out"
    closed = [*doors, *(p for p in others if _keeps_out(facts, p) or (guessed and p in facts.door))]
    advice, commands = how_to_open(facts.firewall, closed)
    ports = " and ".join(place.upper().replace("/", " ") for place in doors)
    if facts.served:
        sentence = f"{_firewall_name(facts)} {keeps_out} {ports}, so others cannot join the room of this computer."
        level = Level.PROBLEM
    else:
        sentence = f"{_firewall_name(facts)} {keeps_out} {ports}: a room opened here could not be joined by others."
        level, advice = Level.NOTE, advice.replace("Let it in", "Before you open one, let it in", 1)
    yield Finding("firewall-door", "firewall", level, sentence, advice, commands)


def firewall_open(facts: Facts) -> Iterator[Finding]:
    if facts.firewall.kind == "none":
        yield Finding("firewall-none", "firewall", Level.OK, "No firewall of this computer keeps anything out.")
    elif facts.firewall.lets_in and all(facts.firewall.lets_in.values()):
        sentence = f"{_firewall_name(facts)} lets in what lanchat needs."
        yield Finding("firewall-open", "firewall", Level.OK, sentence)
    elif not facts.firewall.lets_in and facts.system == "linux" and not _keeps_out(facts, BEACON):
        sentence = "What is said to all comes in; the rules of the firewall are shown to root only."
        yield Finding("firewall-heard", "firewall", Level.OK, sentence)
    elif facts.firewall.kind in ("windows", "macos"):
        advice, commands = how_to_open(facts.firewall, (*facts.door, BEACON, MDNS))
        sentence = "The firewall of this system cannot be read from here."
        yield Finding("firewall-unread", "firewall", Level.NOTE, sentence, advice, commands)


# Ports


def ports(facts: Facts) -> Iterator[Finding]:
    for port in facts.ports:
        if port.use is not PortUse.TAKEN or port.place not in (BEACON, MDNS):
            continue
        by = _by(port.by)
        if port.place == BEACON:
            yield Finding(
                "port-taken",
                "ports",
                Level.PROBLEM,
                f"UDP 5054 is held by {by}, which lets nobody in beside it: no room is heard or announced there.",
                "End that program, or give it another port.",
            )
        else:
            yield Finding(
                "mdns-taken",
                "ports",
                Level.NOTE,
                f"UDP 5353 (mDNS) is held by {by}, which lets nobody in beside it.",
                "Rooms are still found by the beacon. To use mDNS too, end that program.",
            )


def door_taken(facts: Facts) -> Iterator[Finding]:
    first = f"tcp/{DEFAULT_TCP_PORT}"
    for port in facts.ports:
        if port.place == first and port.use in (PortUse.TAKEN, PortUse.SHARED):
            yield Finding(
                "door-taken",
                "ports",
                Level.NOTE,
                f"TCP {DEFAULT_TCP_PORT} is held by {_by(port.by)}, so a room opened here gets the next free port.",
                "Let that port in where a firewall is, and name it to who types the address.",
            )


def _by(programs: tuple[str, ...]) -> str:
    return " and ".join(programs) or "another program"


def responders(facts: Facts) -> Iterator[Finding]:
    if facts.responders:
        yield Finding(
            "responder",
            "ports",
            Level.OK,
            f"{_by(facts.responders)} answers mDNS on this computer, too; both share the port.",
        )


# The rest


def program(facts: Facts) -> Iterator[Finding]:
    sentence = f"lanchat {__version__}, version {PROTOCOL_VERSION} of the protocol, on {facts.system}."
    yield Finding("program", "computer", Level.OK, sentence)


def clock(facts: Facts) -> Iterator[Finding]:
    clock = facts.clock
    if not FIRST_YEAR <= clock.year <= LAST_YEAR:
        yield Finding(
            "clock",
            "computer",
            Level.NOTE,
            f"The clock of this computer says that it is the year {clock.year}.",
            "Set it: messages of a room opened here would bear the wrong time.",
        )
    elif abs(clock.jumped) > JUMP:
        sentence = (
            f"The clock of this computer was set by {clock.jumped:+.0f} s while we looked, or the computer slept."
        )
        yield Finding(
            "clock-jump", "computer", Level.NOTE, sentence, "If that happens often, look at its time service."
        )


def surroundings(facts: Facts) -> Iterator[Finding]:
    if any(link.answers for link in facts.links):
        return
    if "wsl" in facts.surroundings:
        yield Finding(
            "wsl",
            "computer",
            Level.NOTE,
            "This is WSL: behind its own router no room is found, and none that is opened here is joined.",
            "Set networkingMode=mirrored in .wslconfig, run lanchat in Windows itself, or type the room's address.",
        )
    if "container" in facts.surroundings:
        yield Finding(
            "container",
            "computer",
            Level.NOTE,
            "This is a container: unless it uses its host's network, it neither hears rooms nor is it heard.",
            "Start it with the host's network (docker run --network host), or type the room's address.",
        )
