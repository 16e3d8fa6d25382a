"""One server as the directory knows it: what it said, where, when; which address is best. Pure, `now` passed in."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from typing import Final, NamedTuple

from lanchat.discovery.found import Found, State, Via
from lanchat.protocol.frames import ServerInfo
from lanchat.protocol.target import Address

MAX_PLACES: Final = 8  # addresses of one server: two network cards with IPv4 and three kinds of IPv6 each
MISSES: Final = 2  # unanswered rounds that make a server quiet
MISS_AFTER: Final = 1.0  # s without an answer that make a miss
STALE: Final = 20.0  # s by which an address answered earlier than the best one and so counts less

Key = tuple[str, str]  # (id, run) of a server; ("", name of the service or address) of who told none


class Endpoint(NamedTuple):
    """ip: with its scope where link-local."""

    ip: str
    port: int

    def __str__(self) -> str:
        return str(Address(self.ip, self.port))


class Place:
    """One address of a server. misses: questions to it in a row that nobody answered."""

    __slots__ = ("answered", "asked", "endpoint", "misses", "rank")

    def __init__(self, endpoint: Endpoint, rank: int) -> None:
        self.endpoint = endpoint
        self.rank = rank
        self.answered: float | None = None
        self.asked: float | None = None
        self.misses = 0


class Entry:
    """What is known of one server, or of something that may be one.

    hidden: shown only once it answers (a remembered address), or no longer (a newer run took its place).
    leaving: it said goodbye, or somebody did for it: the next silence is its end.
    by_tcp: UDP does not get through, but TCP did.
    """

    def __init__(self, key: Key, name: str, now: float, *, origin: str = "", hidden: bool = False) -> None:
        self.key = key
        self.name = name
        self.origin = origin
        self.hidden = hidden
        self.info: ServerInfo | None = None
        self.locked = False
        self.version = 1
        self.via: set[Via] = set()
        self.places: dict[Endpoint, Place] = {}
        self.answered: float | None = None
        self.latency: float | None = None
        self.misses = 0
        self.round_at: float | None = None  # when the questions went out that nobody answered so far
        self.next_round = now
        self.next_tcp = now
        self.hint_ends = now
        self.leaving = False
        self.by_tcp = False

    @property
    def state(self) -> State:
        if self.answered is None:
            return State.CANDIDATE
        return State.LIVE if self.misses < MISSES else State.QUIET

    def add_place(self, endpoint: Endpoint, rank: int) -> Place | None:
        """The place at `endpoint`; None: there are enough."""
        place = self.places.get(endpoint)
        if place is None:
            if len(self.places) >= MAX_PLACES and not self._drop_silent():
                return None
            place = self.places[endpoint] = Place(endpoint, rank)
        return place

    def _drop_silent(self) -> bool:
        for endpoint, place in self.places.items():
            if place.answered is None:
                del self.places[endpoint]
                return True
        return False

    def take(self, info: ServerInfo, place: Place, now: float, sent: float) -> None:
        """It answered from `place` a question that went out at `sent`."""
        self.info = info
        self.name, self.locked, self.version = info.name, info.locked, info.version
        if self.latency is None or self.misses or place is self.best_places()[0]:
            self.latency = (now - sent) * 1000
        place.answered = self.answered = now
        place.misses = self.misses = 0
        self.round_at = None
        self.hidden = self.leaving = False

    def best_places(self) -> list[Place]:
        """Those that answered lately first; among these, and among the others, the likeliest first."""
        newest = self.answered if self.answered is not None else 0.0

        def order(place: Place) -> tuple[bool, bool, int, Endpoint]:
            never = place.answered is None
            stale = place.answered is not None and place.answered < newest - STALE
            return never, stale, place.rank, place.endpoint

        return sorted(self.places.values(), key=order)

    def ask_soon(self, when: float) -> None:
        self.next_round = min(self.next_round, when)
        self.round_at = None

    def row(self, own: Collection[str], *, clone: bool) -> Found:
        """As everybody else sees it. own: this machine's addresses, offered only where they answered as this
        server: 172.17.0.1 is every Docker host's, ours too."""
        places = [p.endpoint for p in self.best_places() if p.answered is not None or p.endpoint.ip not in own]
        shown = places or list(self.places)
        answered = self.info
        return Found(
            name=self.name,
            host=shown[0].ip,
            port=shown[0].port,
            addresses=tuple(str(e) for e in shown),
            via=tuple(v for v in Via if v in self.via),
            state=self.state,
            id=self.key[0] or None,
            run=self.key[1] if self.key[0] else None,
            users=answered.users if answered else None,
            max_users=answered.max_users if answered else None,
            locked=self.locked,
            latency_ms=None if self.latency is None else round(self.latency, 2),
            version=self.version,
            clone=clone,
        )


def rank(ip: str, *, near: bool) -> int:
    """How likely an address works, the lower the better."""
    address = ipaddress.ip_address(ip)
    if address.is_loopback:
        return 4
    if address.version == 6 and address.is_link_local:
        return 3
    if near:
        return 0 if address.version == 4 else 1
    return 2
