"""The table of servers: merges what is heard, says whom to ask, forgets who is gone. Pure: `now` and the
randomness are passed in; datagrams, services and failures in, questions and rows out.

An announcement is a hint, an answer to our own question is a fact. Whoever announces is asked; whoever answers is
shown as live, asked again now and then, and gone once the port is closed or nobody answers any more.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, NamedTuple, TypeAlias

from lanchat.discovery.announcement import Answer, Beacon, Bye, Datagram, Service, is_usable
from lanchat.discovery.caps import Bucket
from lanchat.discovery.entry import MISS_AFTER, MISSES, Endpoint, Entry, Key, Place, rank
from lanchat.discovery.found import Found, State, Via
from lanchat.discovery.interfaces import Interface, is_loopback, on_link
from lanchat.protocol.frames import ServerInfo

MAX_ENTRIES: Final = 200  # rows: more than anybody reads, more than mDNS is made for
MAX_HINTS: Final = 100  # of them that never answered: room is left for those who do
MAX_PER_SOURCE: Final = 8  # servers that one address may announce
MAX_KNOWN: Final = 32  # remembered addresses to ask
NEW_HINTS: Final = (20.0, 40.0)  # new servers/s heard of, and at once
NEW_ANSWERS: Final = (20.0, 200.0)  # new servers/s that answer a question to all: a whole hall does so at once
MAX_PENDING: Final = 1_024  # questions whose answer still counts
LATE: Final = 3.0  # s after which an answer counts no more
MAX_TARGETS: Final = 6  # addresses asked in one round

BURST: Final = (0.0, 0.25, 0.75, 1.5, 3.0)  # s after the start, and each refresh, of the questions to all
EVERY: Final = (60.0, 15.0)  # s between them then: nobody looks, somebody looks at the list
ROUND: Final = (60.0, 10.0)  # s between the questions to one server
CANDIDATE_ROUND: Final = (60.0, 30.0)  # s, where it never answered
TCP_EVERY: Final = 30.0  # s between attempts by TCP, where UDP gets no answer
REASK: Final = 0.25  # s that must pass before a goodbye makes us ask again: anybody can forge one
GONE: Final = 30.0  # s after the last answer
HINT: Final = 90.0  # s that a beacon counts: three in a row were lost


class AskAll(NamedTuple):
    """A question to everybody, on every interface."""

    nonce: str


class AskOne(NamedTuple):
    nonce: str
    endpoint: Endpoint


class AskTcp(NamedTuple):
    """Ask for the info frame at these, one after the other; tell `tcp_answered` or `tcp_failed`."""

    key: Key
    endpoints: tuple[Endpoint, ...]


Ask: TypeAlias = AskAll | AskOne | AskTcp


class _Pending(NamedTuple):
    """A question that is out. key, endpoint None: it went to all."""

    sent: float
    key: Key | None = None
    endpoint: Endpoint | None = None


class Directory:
    """For one thread. `tick` at `due` or earlier."""

    def __init__(self, now: float, new_nonce: Callable[[], str], interfaces: Sequence[Interface] = ()) -> None:
        self._new_nonce = new_nonce
        self._entries: dict[Key, Entry] = {}
        self._services: dict[str, Key] = {}
        self._pending: dict[str, _Pending] = {}
        self._hints, self._answers = Bucket(*NEW_HINTS, now), Bucket(*NEW_ANSWERS, now)
        self._visible = True
        self._tcp_wanted: list[Key] = []
        self.use(interfaces)
        self.refresh(now)

    # What is heard

    def use(self, interfaces: Sequence[Interface]) -> None:
        """The interfaces of this machine from now on."""
        self._interfaces = tuple(interfaces)
        self._own = frozenset(i.address for i in interfaces) | {"127.0.0.1", "::1"}

    def know(self, now: float, endpoint: Endpoint) -> None:
        """Ask at this remembered address too; it is shown once it answers."""
        key = ("", f"known {endpoint}")
        known = sum(1 for k in self._entries if k[1].startswith("known "))
        if key not in self._entries and known < MAX_KNOWN and is_usable(endpoint.ip):
            entry = self._entries[key] = Entry(key, str(endpoint), now, hidden=True)
            entry.hint_ends = math.inf
            entry.via.add(Via.MANUAL)
            entry.add_place(endpoint, self._rank(endpoint.ip))

    def heard(self, now: float, said: Datagram, source: str) -> None:
        """A datagram came from the IP `source`."""
        match said:
            case Answer(nonce=nonce, info=info):
                self._heard_answer(now, nonce, info, source)
            case Beacon(info=info) if self._is_near(source):
                self._heard_beacon(now, info, source)
            case Bye() if self._is_near(source):
                self._doubt(now, (said.id, said.run))

    def _heard_answer(self, now: float, nonce: str, info: ServerInfo, source: str) -> None:
        pending = self._pending.get(nonce)
        if pending is None or not is_usable(source):
            return
        asked = pending.endpoint is not None and pending.endpoint.ip == source
        if not asked and not self._is_near(source):
            return
        via = Via.BEACON if pending.endpoint is None else None
        self._answered(now, pending, info, Endpoint(source, info.port), via, free=asked)

    def _answered(
        self, now: float, pending: _Pending, info: ServerInfo, endpoint: Endpoint, via: Via | None, *, free: bool
    ) -> Entry | None:
        """A server proved to be at `endpoint`. free: we asked it alone, so it counts against no cap."""
        key = (info.id, info.run)
        entry = self._entries.get(key)
        if entry is None:
            if not free and not (self._answers.take(now) and self._source_may(endpoint.ip)):
                return None
            entry = self._add(Entry(key, info.name, now, origin=endpoint.ip))
            if entry is None:
                return None
        if pending.key is not None and pending.key != key:
            self._absorb(pending.key, endpoint, entry)
        place = entry.add_place(endpoint, self._rank(endpoint.ip))
        if place is None:
            return entry
        if entry.answered is None:
            self._doubt_other_runs(now, key)
        entry.take(info, place, now, pending.sent)
        entry.next_round = now + ROUND[self._visible]
        if via is not None:
            entry.via.add(via)
        return entry

    def _absorb(self, asked: Key, endpoint: Endpoint, entry: Entry) -> None:
        """We asked `asked` at `endpoint`, and `entry` answered: so the other is not there, or was it all along."""
        other = self._entries.get(asked)
        if other is None:
            return
        if not asked[0]:
            entry.via |= other.via
            if Via.MANUAL not in other.via:
                self._forget(other, entry.key)
            else:
                other.next_round = math.inf  # until the one that answered is gone
            return
        other.places.pop(endpoint, None)
        if not other.places:
            self._forget(other, entry.key)

    def _heard_beacon(self, now: float, info: ServerInfo, source: str) -> None:
        key = (info.id, info.run)
        entry = self._entries.get(key)
        if entry is None:
            if not (self._hints.take(now) and self._source_may(source)):
                return
            entry = self._add(Entry(key, info.name, now, origin=source))
            if entry is None:
                return
        self._hint(entry, info.name, Via.BEACON, [Endpoint(source, info.port)])
        entry.hint_ends = max(entry.hint_ends, now + HINT)

    def heard_service(self, now: float, service: Service) -> None:
        """mDNS resolved a service, or its records changed."""
        key = (service.id, service.run) if service.id and service.run else ("", service.key)
        entry = self._entries.get(key)
        if entry is None:
            if not self._hints.take(now):
                return
            entry = self._add(Entry(key, service.name, now))
            if entry is None:
                return
        self._services[service.key] = key
        entry.hint_ends = math.inf
        if entry.answered is None:
            entry.locked, entry.version = service.locked, service.version
        places = [Endpoint(ip, service.port) for ip in service.addresses if is_usable(ip)]
        self._hint(entry, service.name, Via.MDNS, [p for p in places if not is_loopback(p.ip)])

    def lost_service(self, now: float, service: str) -> None:
        """mDNS says that the service of this full name is gone."""
        key = self._services.pop(service, None)
        if key is not None:
            self._doubt(now, key)

    def _hint(self, entry: Entry, name: str, via: Via, endpoints: Iterable[Endpoint]) -> None:
        entry.via.add(via)
        if entry.answered is None:
            entry.name = name
        for endpoint in endpoints:
            if endpoint not in entry.places:
                entry.add_place(endpoint, self._rank(endpoint.ip))
        if not entry.places:
            self._forget(entry)

    def _doubt(self, now: float, key: Key) -> None:
        """It may be gone: ask, now."""
        entry = self._entries.get(key)
        if entry is not None:
            entry.leaving = True
            asked = max((p.asked for p in entry.places.values() if p.asked is not None), default=-math.inf)
            entry.hint_ends = min(entry.hint_ends, now + GONE)
            entry.ask_soon(max(now, asked + REASK))

    def _doubt_other_runs(self, now: float, key: Key) -> None:
        for entry in list(self._entries.values()):
            if entry.key[0] == key[0] and entry.key != key:
                entry.hidden = True
                self._doubt(now, entry.key)

    # What failed

    def refused(self, now: float, nonce: str) -> None:
        """The port that was asked is closed."""
        pending = self._pending.pop(nonce, None)
        entry = self._entries.get(pending.key) if pending and pending.key else None
        if entry is None or pending is None or pending.endpoint not in entry.places:
            return
        place = entry.places[pending.endpoint]
        if entry.leaving or (place.answered is not None and not entry.by_tcp):
            self._forget(entry)
        else:
            place.misses = MISSES
            if all(p.misses >= MISSES for p in entry.places.values()):
                self._want_tcp(now, entry)

    def tcp_answered(self, now: float, key: Key, endpoint: Endpoint, info: ServerInfo, sent: float) -> None:
        entry = self._answered(now, _Pending(sent, key, endpoint), info, endpoint, None, free=True)
        if entry is not None:
            entry.by_tcp = True

    def tcp_failed(self, now: float, key: Key, *, refused: bool) -> None:
        entry = self._entries.get(key)
        if entry is None or not entry.by_tcp:
            return
        if refused:
            self._forget(entry)
        else:
            entry.misses += 1
            entry.next_round = now + (MISS_AFTER if entry.misses < MISSES else ROUND[self._visible])

    # Whom to ask

    def refresh(self, now: float) -> None:
        """Ask everything again."""
        self._plan = [now + delay for delay in BURST]
        for entry in self._entries.values():
            if entry.next_round != math.inf:
                entry.ask_soon(now)
            entry.next_tcp = now

    def set_visible(self, now: float, visible: bool) -> None:
        if visible and not self._visible:
            self.refresh(now)
        self._visible = visible

    @property
    def due(self) -> float:
        """When `tick` has something to do."""
        return min((self._plan[0], *(self._due_of(entry) for entry in self._entries.values())))

    def _due_of(self, entry: Entry) -> float:
        times = [entry.next_round, entry.hint_ends if entry.answered is None else math.inf]
        if entry.round_at is not None:
            times = [entry.round_at + MISS_AFTER]
        if entry.state is State.QUIET and entry.answered is not None:
            times.append(entry.answered + GONE)
        times += [self._place_due(p) for p in entry.places.values() if self._is_open(p)]
        return min(times)

    @staticmethod
    def _is_open(place: Place) -> bool:
        """Whether it is not clear yet if anything is at `place`."""
        return place.answered is None and place.misses < MISSES

    @staticmethod
    def _place_due(place: Place) -> float:
        return -math.inf if place.asked is None else place.asked + MISS_AFTER

    def tick(self, now: float) -> list[Ask]:
        """What to ask now."""
        self._forget_pending(now)
        asks: list[Ask] = []
        if now >= self._plan[0]:
            while self._plan and self._plan[0] <= now:
                self._plan.pop(0)
            self._plan = self._plan or [now + EVERY[self._visible]]
            asks.append(AskAll(self._remember(_Pending(now))))
        for entry in list(self._entries.values()):
            self._count_miss(now, entry)
            if self._is_over(now, entry):
                self._forget(entry)
            else:
                asks += self._questions(now, entry)
        asks += self._tcp_asks()
        return asks

    def _count_miss(self, now: float, entry: Entry) -> None:
        if entry.round_at is None or now < entry.round_at + MISS_AFTER:
            return
        entry.round_at = None
        entry.misses += 1
        if entry.misses < MISSES:
            entry.next_round = now
            return
        entry.next_round = now + (CANDIDATE_ROUND if entry.answered is None else ROUND)[self._visible]
        self._want_tcp(now, entry)

    def _is_over(self, now: float, entry: Entry) -> bool:
        if not entry.places:
            return True
        if entry.misses >= MISSES and entry.leaving:
            return True
        if entry.answered is None:
            return now >= entry.hint_ends
        return entry.misses >= MISSES and now >= entry.answered + GONE

    def _questions(self, now: float, entry: Entry) -> Iterator[Ask]:
        places = entry.best_places()
        confirmed = [p for p in places if p.answered is not None]
        asked: list[Place] = []
        if entry.round_at is None and now >= entry.next_round:
            if entry.by_tcp:
                self._want_tcp(now, entry)
                entry.next_round = now + ROUND[self._visible]
            else:
                entry.round_at = now
            asked = confirmed[:1] if confirmed and entry.misses == 0 else places[:MAX_TARGETS]
        for place in places:
            if self._is_open(place) and now >= self._place_due(place):
                place.misses += place.asked is not None
                if place.misses < MISSES:
                    asked.append(place)
                elif confirmed:
                    del entry.places[place.endpoint]
        for place in dict.fromkeys(asked):
            place.asked = now
            yield AskOne(self._remember(_Pending(now, entry.key, place.endpoint)), place.endpoint)

    def _want_tcp(self, now: float, entry: Entry) -> None:
        if entry.by_tcp or now >= entry.next_tcp:
            entry.next_tcp = now + TCP_EVERY
            self._tcp_wanted.append(entry.key)

    def _tcp_asks(self) -> Iterator[AskTcp]:
        for key in dict.fromkeys(self._tcp_wanted):
            entry = self._entries.get(key)
            if entry is not None:
                yield AskTcp(key, tuple(p.endpoint for p in entry.best_places()[:MAX_TARGETS]))
        self._tcp_wanted.clear()

    def _remember(self, pending: _Pending) -> str:
        nonce = self._new_nonce()
        self._pending[nonce] = pending
        if len(self._pending) > MAX_PENDING:
            del self._pending[next(iter(self._pending))]
        return nonce

    def _forget_pending(self, now: float) -> None:
        for nonce, pending in list(self._pending.items()):  # in the order of `sent`
            if now < pending.sent + LATE:
                break
            del self._pending[nonce]

    # The table

    def rows(self) -> tuple[Found, ...]:
        """What to show: by name, then id, then run."""
        shown = [e for e in self._entries.values() if not e.hidden and e.places]
        live = [e.key[0] for e in shown if e.key[0] and e.state is State.LIVE]
        shown.sort(key=lambda e: (e.name.casefold(), e.key))
        return tuple(e.row(self._own, clone=live.count(e.key[0]) > 1) for e in shown)

    def _add(self, entry: Entry) -> Entry | None:
        """`entry`, now in the table; None: no room. Who never answered makes room for others."""
        silent = [e for e in self._entries.values() if e.answered is None and Via.MANUAL not in e.via]
        if len(self._entries) >= MAX_ENTRIES + MAX_KNOWN or len(silent) >= MAX_HINTS:
            if not silent:
                return None
            self._forget(silent[0])
        self._entries[entry.key] = entry
        return entry

    def _forget(self, entry: Entry, heir: Key | None = None) -> None:
        """`heir`: the one that its service turned out to be."""
        self._entries.pop(entry.key, None)
        for service, key in list(self._services.items()):
            if key == entry.key:
                if heir is None:
                    del self._services[service]
                else:
                    self._services[service] = heir
        for other in self._entries.values():
            if other.next_round == math.inf and other.places.keys() & entry.places.keys():
                other.next_round = min((p.asked or 0.0) + MISS_AFTER for p in other.places.values())

    def _source_may(self, source: str) -> bool:
        return sum(1 for e in self._entries.values() if e.origin == source) < MAX_PER_SOURCE

    def _is_near(self, source: str) -> bool:
        return is_usable(source) and on_link(source, self._interfaces)

    def _rank(self, ip: str) -> int:
        return rank(ip, near=on_link(ip, self._interfaces))
