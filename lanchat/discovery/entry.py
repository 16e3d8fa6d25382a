"""One server as the directory knows it: what it said, where, when; which address is best, when to ask it again
and when it is gone. Pure, `now` passed in."""

from __future__ import annotations

import ipaddress
import math
from collections.abc import Collection
from typing import Final, NamedTuple

from lanchat.discovery.found import Found, State, Via
from lanchat.protocol.frames import ServerInfo
from lanchat.protocol.target import Address

MAX_PLACES: Final = 8  # addresses of one server: two network cards with IPv4 and three kinds of IPv6 each
MAX_TARGETS: Final = 6  # addresses asked in one round
MISSES: Final = 2  # unanswered rounds that make a server quiet
MISS_AFTER: Final = 1.0  # s without an answer that make a miss
GONE: Final = 30.0  # s after the last answer that a quiet server is shown
STALE: Final = 20.0  # s by which an address answered earlier than the best one and so counts less
REASK: Final = 0.1  # s that must pass before a goodbye makes us ask again: anybody can forge one
TCP_EVERY: Final = 30.0  # s between attempts by TCP, where UDP gets no answer
TCP_LOST: Final = 120.0  # s after which an attempt by TCP that told nothing is forgotten

Key = tuple[str, str]  # (id, run) of a server; ("", name of the service or address) of who told none


class Pace(NamedTuple):
    """How often to ask, in seconds."""

    everybody: float
    live: float
    candidate: float


LOOKED_AT: Final = Pace(15.0, 8.0, 30.0)  # a killed server leaves the list within 10 s
UNSEEN: Final = Pace(60.0, 60.0, 60.0)


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
        self.asked = -math.inf
        self.misses = 0

    @property
    def is_open(self) -> bool:
        """Whether it is not clear yet if anything is here."""
        return self.answered is None and self.misses < MISSES


class Entry:
    """What is known of one server, or of something that may be one.

    remembered: an address from before, asked again and again; whoever answers there gets an entry of its own.
    hidden: shown only if it answers: a remembered address, an old run whose place a newer one took, a server that has
    been silent for long but that mDNS still names.
    leaving: it said goodbye, or somebody did for it: the next silence is its end.
    by_tcp: UDP does not get through, but TCP did.
    """

    def __init__(self, key: Key, name: str, now: float, *, origin: str = "", remembered: bool = False) -> None:
        self.key = key
        self.name = name
        self.origin = origin  # the address it was first heard from
        self.remembered = self.hidden = remembered
        self.info: ServerInfo | None = None  # its last answer
        self.locked = False
        self.version = 1
        self.via: set[Via] = set()
        self.places: dict[Endpoint, Place] = {}
        self.answered: float | None = None
        self.latency: float | None = None
        self.misses = 0
        self.leaving = False
        self.by_tcp = False
        self.hint_ends = now  # until when it is kept without ever having answered
        self.next_round = now
        self._round_at: float | None = None  # when the questions went out that nobody answered so far
        self._next_tcp = now

    @property
    def state(self) -> State:
        if self.answered is None:
            return State.CANDIDATE
        return State.LIVE if self.misses < MISSES else State.QUIET

    # Addresses

    def add_place(self, endpoint: Endpoint, rank: int) -> Place | None:
        """The place at `endpoint`; None: there are enough, and all have answered."""
        place = self.places.get(endpoint)
        if place is None:
            if len(self.places) >= MAX_PLACES:
                silent = next((e for e, p in self.places.items() if p.answered is None), None)
                if silent is None:
                    return None
                del self.places[silent]
            place = self.places[endpoint] = Place(endpoint, rank)
        return place

    def best_places(self) -> list[Place]:
        """Those that answered lately first; among these, and among the others, the likeliest first."""
        newest = self.answered if self.answered is not None else 0.0

        def order(place: Place) -> tuple[bool, bool, int, Endpoint]:
            if place.answered is None:
                return True, False, place.rank, place.endpoint
            return False, place.misses > 0 or place.answered < newest - STALE, place.rank, place.endpoint

        return sorted(self.places.values(), key=order)

    def offered(self, own: Collection[str]) -> list[Endpoint]:
        """The addresses to show, best first. own: this machine's, which count only where they answered as this
        server: 172.17.0.1 is every Docker host's, ours too."""
        return [p.endpoint for p in self.best_places() if p.answered is not None or p.endpoint.ip not in own]

    # What happens to it

    def answer(self, info: ServerInfo, place: Place, now: float, sent: float, pace: Pace) -> None:
        """It answered from `place` a question that went out at `sent`."""
        if self.latency is None or self.misses or place is self.best_places()[0]:
            self.latency = (now - sent) * 1000
        self.info = info
        self.name, self.locked, self.version = info.name, info.locked, info.version
        place.answered = self.answered = now
        place.misses = self.misses = 0
        self.next_round, self._round_at = now + pace.live, None
        self.hidden = self.leaving = self.by_tcp = False

    def doubt(self, now: float) -> None:
        """It may be gone."""
        if self.leaving and self._round_at is not None:  # asked already; goodbyes in a row must not put the miss off
            return
        self.leaving = True
        self.hint_ends = min(self.hint_ends, now + GONE)
        asked = max((place.asked for place in self.places.values()), default=-math.inf)
        self.ask_from(max(now, asked + REASK))

    def refuse(self, place: Place) -> bool:
        """The port at `place` is closed; True: so it is gone."""
        place.misses = MISSES
        if place.answered is not None:
            return not self.by_tcp
        if self.answered is not None:  # somebody named this address, but the server never was there
            del self.places[place.endpoint]
            return False
        return self.leaving and not any(other.is_open for other in self.places.values())

    def fail_tcp(self, now: float, pace: Pace) -> None:
        """Nobody answered by TCP either."""
        self._next_tcp = now if self.by_tcp else now + TCP_EVERY
        if self.by_tcp:
            self.misses += 1
            self.next_round = now + (MISS_AFTER if self.misses < MISSES else pace.live)

    def answer_tcp(self, now: float) -> None:
        """That last answer came by TCP."""
        self.by_tcp = True
        self._next_tcp = now

    # When to ask, and whether to go on

    def ask_from(self, when: float) -> None:
        self.next_round = min(self.next_round, when)
        self._round_at = None

    def rest(self) -> None:
        """Ask no more until `ask_from`."""
        self.next_round, self._round_at = math.inf, None
        for place in self.places.values():
            place.misses = MISSES

    def fall_asleep(self) -> None:
        """As if it had never answered: asked now and then, and shown once it does."""
        self.answered, self.hidden, self.by_tcp, self.hint_ends = None, True, False, math.inf
        for place in self.places.values():
            place.answered, place.misses = None, MISSES

    @property
    def is_resting(self) -> bool:
        return self.next_round == math.inf

    @property
    def due(self) -> float:
        """When `count_miss`, `is_over` or `targets` may say something new."""
        times = [self.next_round if self._round_at is None else self._round_at + MISS_AFTER]
        if self.answered is None:
            times.append(self.hint_ends)
        elif self.state is State.QUIET:
            times.append(self.answered + GONE)
        times += [place.asked + MISS_AFTER for place in self.places.values() if place.is_open]
        return min(times)

    def count_miss(self, now: float, pace: Pace) -> bool:
        """Counts the round that nobody answered in time; True: too many, TCP is worth a try."""
        if self._round_at is None or now < self._round_at + MISS_AFTER:
            return False
        self._round_at = None
        self.misses += 1
        for place in self.places.values():
            place.misses += place.answered is not None and place.asked > place.answered
        if self.misses < MISSES:
            self.next_round = now
            return False
        self.next_round = now + (pace.candidate if self.answered is None else pace.live)
        return True

    def is_over(self, now: float) -> bool:
        if not self.places or (self.leaving and self.misses >= MISSES):
            return True
        if self.answered is None:
            return now >= self.hint_ends
        return self.misses >= MISSES and now >= self.answered + GONE

    def targets(self, now: float, pace: Pace) -> list[Place]:
        """The places to ask now: a round, and those that are new."""
        places = self.best_places()
        chosen: list[Place] = []
        if self._round_at is None and now >= self.next_round:
            self.next_round = now + pace.live
            if not self.by_tcp:
                self._round_at = now
            known_good = places[0].answered is not None and self.misses == 0
            chosen = places[:1] if known_good else places[:MAX_TARGETS]
        for place in places:
            if place.is_open and now >= place.asked + MISS_AFTER:
                place.misses += place.asked > -math.inf
                if place.misses < MISSES:
                    chosen.append(place)
                elif self.answered is not None:
                    del self.places[place.endpoint]
        for place in chosen:
            place.asked = now
        return list(dict.fromkeys(chosen))

    def take_tcp(self, now: float) -> bool:
        """Whether to try TCP now; then it counts as tried."""
        if now < self._next_tcp:
            return False
        self._next_tcp = now + TCP_LOST
        return True

    def row(self, own: Collection[str], *, clone: bool) -> Found:
        """As everybody else sees it; `offered` must not be empty."""
        shown = self.offered(own)
        return Found(
            name=self.name,
            host=shown[0].ip,
            port=shown[0].port,
            addresses=tuple(str(endpoint) for endpoint in shown),
            via=tuple(via for via in Via if via in self.via),
            state=self.state,
            id=self.key[0] or None,
            run=self.key[1] if self.key[0] else None,
            users=self.info.users if self.info else None,
            max_users=self.info.max_users if self.info else None,
            locked=self.locked,
            latency_ms=None if self.latency is None else round(self.latency, 2),
            version=self.version,
            clone=clone,
        )


def rank(ip: str, *, near: bool) -> int:
    """How likely an address works, the lower the better. near: on a network of ours."""
    address = ipaddress.ip_address(ip)
    if address.is_loopback:
        return 4
    if address.version == 6 and address.is_link_local:
        return 3
    if near:
        return 0 if address.version == 4 else 1
    return 2
