"""What the doctor saw, before anybody judges it: plain data that knows no system.

No name of a person, a room or a server is among it, nor a hardware address.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from msgspec import Struct

from lanchat.protocol.limits import DEFAULT_TCP_PORT, DISCOVERY_UDP_PORT, PROTOCOL_VERSION

MDNS_PORT: Final = 5353  # RFC 6762 section 5
BEACON: Final = f"udp/{DISCOVERY_UDP_PORT}"
MDNS: Final = f"udp/{MDNS_PORT}"


class Way(StrEnum):
    """How all are asked at once."""

    BROADCAST = "broadcast"  # IPv4, UDP 5054
    GROUP = "group"  # our own groups of IPv4 and IPv6, UDP 5054
    MDNS = "mdns"  # 224.0.0.251, UDP 5353


class Refusal(Struct, frozen=True):
    """A question that did not leave. why: the system's words. forbidden: it was not allowed to."""

    way: Way
    why: str
    forbidden: bool = False


class Link(Struct, frozen=True):
    """One network interface. kind: physical, tunnel, container, loopback. running: a cable or a radio answers.
    addresses: `192.168.1.23/24`. listening: the ways in which we could listen there, groups joined. asked: those in
    which our question left. echoed: those in which it came back to us, as it does unless a firewall keeps it from
    us. answers: other computers' servers that answered here. astray: the routes lead its own network elsewhere."""

    name: str
    kind: str
    up: bool = True
    running: bool = True
    addresses: tuple[str, ...] = ()
    listening: tuple[Way, ...] = ()
    asked: tuple[Way, ...] = ()
    refused: tuple[Refusal, ...] = ()
    echoed: tuple[Way, ...] = ()
    answers: int = 0
    astray: bool = False

    @property
    def usable(self) -> bool:
        """Whether others could reach us there."""
        return self.up and self.running and bool(self.addresses) and self.kind in ("physical", "tunnel")


class PortUse(StrEnum):
    FREE = "free"
    OURS = "ours"  # a lanchat server answers there
    SHARED = "shared"  # somebody is there, and lets us in beside
    TAKEN = "taken"


class Port(Struct, frozen=True):
    """place: `udp/5054`. by: the programs that hold it, as far as we may see."""

    place: str
    use: PortUse
    by: tuple[str, ...] = ()

    @property
    def number(self) -> int:
        return int(self.place.partition("/")[2])


class Firewall(Struct, frozen=True):
    """Of this computer. kind: ufw, firewalld, nftables, iptables, windows, macos, none, unknown. lets_in: whether a
    stranger's packet for `udp/5054` comes in; what is missing is not known. at: what keeps it out: the chains of
    nftables (`inet filter input`), the zone of firewalld. readable False: its rules are shown to root only."""

    kind: str = "unknown"
    lets_in: dict[str, bool] = {}
    at: tuple[str, ...] = ()
    readable: bool = True


class Gateway(Struct, frozen=True):
    """The router. answers: it told its hardware address when asked; None: it could not be found out."""

    link: str
    address: str
    answers: bool | None = None


class Server(Struct, frozen=True):
    """One that was found. ways: mdns, beacon, manual. live: it answered. here: on this computer. near: on a network of
    ours. id and name are left out: they are nobody's business."""

    ways: tuple[str, ...]
    live: bool
    here: bool
    near: bool
    version: int = PROTOCOL_VERSION


class Clock(Struct, frozen=True):
    """year: as the clock says. jumped: s by which it was set while we looked."""

    year: int
    jumped: float = 0.0


class Facts(Struct, frozen=True):
    """system: linux, darwin, win32. default_link: the interface that leads to the world, empty: none does. neighbours:
    computers that answered on our networks lately, the router and ours not counted. surroundings: wsl, container."""

    system: str
    links: tuple[Link, ...] = ()
    ports: tuple[Port, ...] = ()
    responders: tuple[str, ...] = ()
    firewall: Firewall = Firewall()
    default_link: str = ""
    gateway: Gateway | None = None
    neighbours: int = 0
    servers: tuple[Server, ...] = ()
    clock: Clock = Clock(2026)
    surroundings: tuple[str, ...] = ()
    cancelled: bool = False

    def link(self, name: str) -> Link | None:
        return next((link for link in self.links if link.name == name), None)

    @property
    def usable_links(self) -> tuple[Link, ...]:
        return tuple(link for link in self.links if link.usable)

    @property
    def served(self) -> tuple[int, ...]:
        """The TCP ports of the servers of this computer."""
        return tuple(port.number for port in self.ports if port.use is PortUse.OURS and port.place.startswith("tcp/"))

    @property
    def door(self) -> tuple[str, ...]:
        """What must be let in so that others join a room of this computer."""
        ports = self.served or (DEFAULT_TCP_PORT,)
        return tuple(f"{protocol}/{port}" for protocol in ("tcp", "udp") for port in ports)


class Step(StrEnum):
    """How one step on the way to a server ended."""

    OK = "ok"
    REFUSED = "refused"  # nothing listens there
    SILENT = "silent"  # no answer in time
    UNREACHABLE = "unreachable"  # no way to it
    WRONG = "wrong"  # something else answers


class KeyState(StrEnum):
    KNOWN = "known"
    NEW = "new"
    CHANGED = "changed"


class Visit(Struct, frozen=True):
    """What became of a try to reach one server. A step that is None was not tried.

    shown: the address as it was typed. address, port: where it was found. other_port: of a room that answered there.
    link, own: the interface and our address that lead there. awake: its network card answered us. known_words,
    found_words: of the key that was expected, of that which answered. said: what came of the question for its facts,
    which the rest is. delays: ms, one for each round trip."""

    shown: str
    resolved: Step | None = None
    routed: Step | None = None
    address: str = ""
    port: int = DEFAULT_TCP_PORT
    other_port: int | None = None
    link: str = ""
    own: str = ""
    awake: bool = False
    udp: Step | None = None
    tcp: Step | None = None
    tls: Step | None = None
    key: KeyState | None = None
    known_words: str = ""
    found_words: str = ""
    said: Step | None = None
    version: int = PROTOCOL_VERSION
    users: int = 0
    max_users: int = 0
    locked: bool = False
    delays: tuple[float, ...] = ()
    cancelled: bool = False
