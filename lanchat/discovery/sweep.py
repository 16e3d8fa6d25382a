"""Asks every address of a small network, one by one: which, in what order, how fast. Pure, `now` passed in; it sends
nothing.

For where a question to everybody reaches nobody: behind a router, behind a firewall that lets in only what was asked
for, where broadcast and multicast are filtered. It is polite: few at a time, UDP first; by TCP only where all of UDP
was silent; and it ends with the first answer, unless the network was named in the settings.
"""

from __future__ import annotations

import ipaddress
import math
from collections.abc import Collection, Iterable, Sequence
from typing import Final, NamedTuple

from lanchat.discovery.networks import Interface, Kind
from lanchat.discovery.subnets import MAX_SUBNETS

OWN_PREFIX: Final = 24  # of a larger network of our own only the /24 around our address is asked: 254 addresses
MAX_OWN: Final = 3  # networks of our own: more are virtual machines and containers
BATCH: Final = 16  # addresses asked at once
EVERY: Final = 0.04  # s between two batches: 400 addresses/s, a /24 in 0.64 s; each may cost an ARP question too
PAUSE: Final = 1.0  # s for late answers by UDP before TCP is tried
KNOCKS: Final = 16  # connections begun at once, as often as TCP_EVERY
SUBNETS_EVERY: Final = 300.0  # s between two walks through the networks of the settings
TCP_EVERY: Final = 0.25  # s; a connection that nobody answers is held for 1.2 s, so that about 80 are open


_OWN, _SETTINGS = "own", "settings"


class Step(NamedTuple):
    """Addresses to ask now, by UDP and by TCP."""

    udp: tuple[str, ...] = ()
    tcp: tuple[str, ...] = ()


class Progress(NamedTuple):
    """How far a sweep is: addresses asked, by UDP and again by TCP, and all there are to ask in this way."""

    asked: int
    total: int


class Sweep:
    """One walk. whole: its first part does not end with the first answer."""

    def __init__(self, addresses: Sequence[str], now: float, *, whole: bool = False) -> None:
        self._addresses = tuple(addresses)
        self._whole = whole
        self._asked = self._knocked = 0
        self.answered = False
        self.due = now

    def __contains__(self, ip: str) -> bool:
        return ip in self._addresses

    @property
    def over(self) -> bool:
        asked = self._asked >= len(self._addresses)
        return (self.answered and (asked or not self._whole)) or (asked and self._knocked >= len(self._addresses))

    @property
    def progress(self) -> Progress:
        total = len(self._addresses)
        return Progress(self._asked if self._asked < total else self._knocked, total)

    def take(self, now: float) -> Step:
        """What to ask now; empty before `due`, and once it is over."""
        if now < self.due or self.over:
            return Step()
        if self._asked < len(self._addresses):
            udp = self._addresses[self._asked : self._asked + BATCH]
            self._asked += len(udp)
            self.due = now + (EVERY if self._asked < len(self._addresses) else PAUSE)
            return Step(udp=udp)
        tcp = self._addresses[self._knocked : self._knocked + KNOCKS]
        self._knocked += len(tcp)
        self.due = now + TCP_EVERY
        return Step(tcp=tcp)


class Sweeps:
    """The walks that are under way: one through our own networks when somebody asks for it, and one through the
    networks of the settings, again and again."""

    def __init__(self, subnets: Sequence[ipaddress.IPv4Network], now: float) -> None:
        self._subnets = tuple(subnets)[:MAX_SUBNETS]
        self._walks: dict[str, Sweep] = {}
        self.refresh(now)

    def refresh(self, now: float) -> None:
        """The networks of the settings shall be asked now."""
        self._again = now if self._subnets else math.inf

    def begin(self, interfaces: Iterable[Interface], now: float) -> None:
        """Through our own networks; nothing while that goes on."""
        self._walks.setdefault(_OWN, Sweep(own_addresses(interfaces), now))

    def answered(self, ip: str) -> None:
        """A server answered there because it was asked so."""
        for sweep in self._walks.values():
            sweep.answered |= ip in sweep
        self._forget()

    @property
    def progress(self) -> Progress | None:
        """Of the walk through our own networks; None: there is none now."""
        return self._walks[_OWN].progress if _OWN in self._walks else None

    @property
    def due(self) -> float:
        return min([self._again, *(sweep.due for sweep in self._walks.values())])

    def take(self, now: float, own: Collection[str], *, looked_at: bool) -> list[Step]:
        """What to ask now. own: our addresses. looked_at: somebody looks at the list."""
        if now >= self._again:
            self._again = now + SUBNETS_EVERY if looked_at else math.inf
            self._walks[_SETTINGS] = Sweep(addresses_of(self._subnets, own), now, whole=True)
        steps = [sweep.take(now) for sweep in self._walks.values()]
        self._forget()
        return steps

    def _forget(self) -> None:
        self._walks = {name: sweep for name, sweep in self._walks.items() if not sweep.over}


def own_addresses(interfaces: Iterable[Interface]) -> list[str]:
    """All other addresses of the networks we are on, IPv4: those of network cards, then of tunnels."""
    near = sorted((i for i in interfaces if not i.is_v6 and i.kind in (Kind.PHYSICAL, Kind.TUNNEL)), key=_likeliest)
    networks = dict.fromkeys(ipaddress.IPv4Network((i.ip, max(i.prefix, OWN_PREFIX)), strict=False) for i in near)
    return addresses_of(list(networks)[:MAX_OWN], {i.ip for i in near})


def addresses_of(networks: Iterable[ipaddress.IPv4Network], own: Collection[str]) -> list[str]:
    """Every address in them that a machine can have, but our own."""
    return list(dict.fromkeys(str(ip) for network in networks for ip in network.hosts() if str(ip) not in own))


def _likeliest(interface: Interface) -> Kind:
    return interface.kind
