"""The table of servers: merges what is heard, says whom to ask, forgets who is gone. Pure: `now` and the
randomness are passed in; datagrams, services and failures in, questions and rows out.

An announcement is a hint, an answer to our own question is a fact. Whoever announces is asked; whoever answers is
shown as live, asked again now and then, and gone once the port is closed or nobody answers any more.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Network
from typing import Final, NamedTuple, TypeAlias

from lanchat.discovery.announcement import Answer, Beacon, Bye, Datagram, Service, is_usable
from lanchat.discovery.caps import Bucket
from lanchat.discovery.entry import LOOKED_AT, UNSEEN, Endpoint, Entry, Key, rank
from lanchat.discovery.found import Found, State, Via
from lanchat.discovery.networks import Interface, is_loopback, on_link
from lanchat.discovery.sweep import Progress, Sweeps
from lanchat.protocol.frames import ServerInfo
from lanchat.protocol.limits import DEFAULT_TCP_PORT, DISCOVERY_UDP_PORT

MAX_ENTRIES: Final = 600  # rows: a hall of 500 servers, more than mDNS is made for
MAX_HINTS: Final = 100  # of them that never answered: room is left for those who do
MAX_PER_SOURCE: Final = 8  # servers that one address may announce
MAX_SERVICES: Final = 400  # names of mDNS services that are remembered for their goodbye
MAX_KNOWN: Final = 32  # remembered addresses to ask
MAX_PENDING: Final = 1_024  # questions whose answer still counts
MAX_TCP_TARGETS: Final = 2  # addresses tried by TCP, one after the other
NEW_HINTS: Final = (20.0, 40.0)  # new servers/s heard of, and at once
NEW_ANSWERS: Final = (20.0, 200.0)  # new servers/s that answer a question to all: a whole hall does so at once
LATE: Final = 3.0  # s after which an answer counts no more
HINT: Final = 90.0  # s that a beacon counts: three in a row were lost
SWEPT_PORTS: Final = (DISCOVERY_UDP_PORT, DEFAULT_TCP_PORT)  # UDP: all servers of a machine, and the usual one's own
SWEPT: Final[Key] = ("", "sweep")  # whom a connection is asked for that no entry wanted
BURST: Final = (0.0, 0.25, 0.75, 1.5, 3.0)  # s after the start, and each refresh, of the questions to everybody


class AskAll(NamedTuple):
    """A question to everybody, on every interface."""

    nonce: str


class AskOne(NamedTuple):
    nonce: str
    endpoint: Endpoint


class AskTcp(NamedTuple):
    """Ask for the info frame at these, one after the other; then call `tcp_answered` or `tcp_failed`."""

    key: Key
    endpoints: tuple[Endpoint, ...]


class AskMany(NamedTuple):
    """One question to each of these, from one socket."""

    nonce: str
    endpoints: tuple[Endpoint, ...]


class Knock(NamedTuple):
    """See whether these take a connection; ask those that do as AskTcp(SWEPT, …)."""

    endpoints: tuple[Endpoint, ...]


Ask: TypeAlias = AskAll | AskOne | AskTcp | AskMany | Knock


class _Pending(NamedTuple):
    """A question that is out. key: of the entry that it was for. ips: whom it went to; empty: everybody. via: what an
    answer to it says of how a server was found."""

    sent: float
    key: Key | None = None
    endpoint: Endpoint | None = None
    ips: frozenset[str] = frozenset()
    via: Via | None = None


class Directory:
    """For one thread. `tick` at `due` or earlier, and after each news."""

    def __init__(
        self,
        now: float,
        new_nonce: Callable[[], str],
        interfaces: Sequence[Interface] = (),
        subnets: Sequence[IPv4Network] = (),
    ) -> None:
        """subnets: other networks, asked address by address (see sweep.read_subnet)."""
        self._new_nonce = new_nonce
        self._sweeps = Sweeps(subnets, now)
        self._entries: dict[Key, Entry] = {}
        self._services: dict[str, Key] = {}
        self._pending: dict[str, _Pending] = {}  # in the order of `sent`
        self._tcp_wanted: dict[Key, None] = {}
        self._hints, self._answers = Bucket(*NEW_HINTS, now), Bucket(*NEW_ANSWERS, now)
        self._pace = LOOKED_AT
        self.use(interfaces)
        self.refresh(now)

    # What is heard

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
        asked_alone = source in pending.ips
        if asked_alone or self._is_near(source):
            self._answered(now, pending, info, Endpoint(source, info.port), trusted=asked_alone)

    def _answered(
        self, now: float, pending: _Pending, info: ServerInfo, endpoint: Endpoint, *, trusted: bool
    ) -> Entry | None:
        """A server proved to be at `endpoint`. trusted: we asked it alone, so it counts against no cap."""
        key = (info.id, info.run)
        entry = self._entries.get(key)
        if entry is None:
            if not trusted and not (self._answers.take(now) and self._source_may(endpoint.ip)):
                return None
            entry = self._add(Entry(key, info.name, now, origin=endpoint.ip))
        place = entry.add_place(endpoint, self._rank(endpoint.ip)) if entry is not None else None
        if entry is None or place is None:
            return None
        if pending.via is not None:
            entry.via.add(pending.via)
        if pending.via is Via.SWEEP:
            self._sweeps.answered(endpoint.ip)
        if pending.key is not None and pending.key != key:
            self._mistook(pending.key, endpoint, entry)
        if entry.answered is None:
            self._doubt_other_runs(now, key)
        entry.answer(info, place, now, pending.sent, self._pace)
        return entry

    def _mistook(self, asked: Key, endpoint: Endpoint, entry: Entry) -> None:
        """We asked `asked` at `endpoint`, but `entry` answered: the other is not there, or was it all along."""
        other = self._entries.get(asked)
        if other is None:
            return
        entry.via |= other.via
        if other.remembered:
            other.rest()  # until who answered is gone
            return
        other.places.pop(endpoint, None)
        if not asked[0] or not other.places:
            self._forget(other, heir=entry.key)

    def _heard_beacon(self, now: float, info: ServerInfo, source: str) -> None:
        entry = self._heard_of(now, (info.id, info.run), info.name, source)
        if entry is not None:
            entry.hint_ends = max(entry.hint_ends, now + HINT)
            self._hint(entry, info.name, Via.BEACON, [Endpoint(source, info.port)])

    def heard_service(self, now: float, service: Service) -> None:
        """mDNS resolved a service, or its records changed."""
        key = (service.id, service.run) if service.id and service.run else ("", service.key)
        entry = self._heard_of(now, key, service.name, "")
        if entry is None:
            return
        before = self._services.get(service.key, key)
        if before != key:  # the name is another server's now, or another run's
            self._doubt(now, before)
        self._services[service.key] = key
        if len(self._services) > MAX_SERVICES:
            del self._services[next(iter(self._services))]
        entry.hint_ends, entry.leaving = math.inf, False
        if entry.answered is None:
            entry.locked, entry.version = service.locked, service.version
        places = [Endpoint(ip, service.port) for ip in service.addresses if is_usable(ip) and not is_loopback(ip)]
        self._hint(entry, service.name, Via.MDNS, places)

    def lost_service(self, now: float, service: str) -> None:
        """mDNS says that the service of this full name is gone."""
        key = self._services.pop(service, None)
        if key is not None:
            self._doubt(now, key)

    def _heard_of(self, now: float, key: Key, name: str, source: str) -> Entry | None:
        """The entry of an announcement, a new one if the caps allow. source "": unknown."""
        entry = self._entries.get(key)
        if entry is None and self._hints.take(now) and (not source or self._source_may(source)):
            entry = self._add(Entry(key, name, now, origin=source))
        return entry

    def _hint(self, entry: Entry, name: str, via: Via, endpoints: Iterable[Endpoint]) -> None:
        entry.via.add(via)
        if entry.answered is None:
            entry.name = name
        for endpoint in endpoints:
            entry.add_place(endpoint, self._rank(endpoint.ip))

    def _doubt(self, now: float, key: Key) -> None:
        if (entry := self._entries.get(key)) is not None:
            entry.doubt(now)

    def _doubt_other_runs(self, now: float, key: Key) -> None:
        """A server that restarts has another run: the old one is out of sight unless it answers too."""
        for entry in self._entries.values():
            if entry.key[0] == key[0] and entry.key != key:
                entry.hidden = True
                entry.doubt(now)

    # What failed

    def refused(self, now: float, nonce: str) -> None:
        """The port that was asked is closed."""
        pending = self._pending.pop(nonce, None)
        if pending is None or pending.key is None or pending.endpoint is None:
            return
        entry = self._entries.get(pending.key)
        place = entry.places.get(pending.endpoint) if entry is not None else None
        if entry is None or place is None:
            return
        if entry.refuse(place):
            self._forget(entry)
        elif not any(p.is_open or p.answered is not None for p in entry.places.values()):
            self._want_tcp(now, entry)

    def tcp_answered(self, now: float, key: Key, endpoint: Endpoint, info: ServerInfo, sent: float) -> None:
        via = Via.SWEEP if key == SWEPT else None
        entry = self._answered(now, _Pending(sent, key, endpoint, via=via), info, endpoint, trusted=True)
        if entry is not None:
            entry.answer_tcp(now)

    def tcp_failed(self, now: float, key: Key, *, refused: bool) -> None:
        entry = self._entries.get(key)
        if entry is not None and entry.by_tcp and refused:
            self._forget(entry)
        elif entry is not None:
            entry.fail_tcp(now, self._pace)

    # Whom to ask

    def know(self, now: float, endpoint: Endpoint) -> None:
        """Ask at this remembered address too; it is shown once it answers."""
        key = ("", f"known {endpoint}")
        known = sum(1 for entry in self._entries.values() if entry.remembered)
        if key not in self._entries and known < MAX_KNOWN and is_usable(endpoint.ip):
            entry = self._entries[key] = Entry(key, str(endpoint), now, remembered=True)
            entry.hint_ends = math.inf
            self._hint(entry, str(endpoint), Via.MANUAL, [endpoint])

    def use(self, interfaces: Sequence[Interface]) -> None:
        """The interfaces of this machine from now on."""
        self._interfaces = tuple(interfaces)
        self._own = frozenset(i.address for i in interfaces)

    def refresh(self, now: float) -> None:
        """Ask everything again."""
        self._plan = [now + delay for delay in BURST]
        self._sweeps.refresh(now)
        for entry in self._entries.values():
            if not entry.is_resting:
                entry.ask_from(now)

    def set_visible(self, now: float, visible: bool) -> None:
        """Whether somebody looks at the rows."""
        before, self._pace = self._pace, LOOKED_AT if visible else UNSEEN
        if visible and before is UNSEEN:
            self.refresh(now)

    @property
    def due(self) -> float:
        """When `tick` has something to do."""
        return min([self._plan[0], self._sweeps.due, *(entry.due for entry in self._entries.values())])

    def tick(self, now: float) -> list[Ask]:
        """What to ask now."""
        self._forget_pending(now)
        asks: list[Ask] = []
        if now >= self._plan[0]:
            self._plan = [t for t in self._plan if t > now] or [now + self._pace.everybody]
            asks.append(AskAll(self._remember(_Pending(now, via=Via.BEACON))))
        for entry in list(self._entries.values()):
            if entry.count_miss(now, self._pace):
                self._want_tcp(now, entry)
            if entry.is_over(now):
                if entry.leaving or entry.answered is None or entry.key not in self._services.values():
                    self._forget(entry)
                    continue
                entry.fall_asleep()  # mDNS names it once, and not again when it is back
            if entry.by_tcp and now >= entry.next_round:
                self._want_tcp(now, entry)
            for place in entry.targets(now, self._pace):
                ips = frozenset([place.endpoint.ip])
                nonce = self._remember(_Pending(now, entry.key, place.endpoint, ips))
                asks.append(AskOne(nonce, place.endpoint))
        return asks + self._tcp_asks() + self._swept(now)

    def _want_tcp(self, now: float, entry: Entry) -> None:
        if entry.take_tcp(now):
            self._tcp_wanted[entry.key] = None

    def _tcp_asks(self) -> list[Ask]:
        wanted = [self._entries[key] for key in self._tcp_wanted if key in self._entries]
        self._tcp_wanted.clear()
        return [AskTcp(e.key, tuple(p.endpoint for p in e.best_places()[:MAX_TCP_TARGETS])) for e in wanted]

    # Address by address

    def sweep(self, now: float) -> None:
        """Ask every address of our own networks, until one answers."""
        self._sweeps.begin(self._interfaces, now)

    @property
    def progress(self) -> Progress | None:
        """Of that; None: it is over."""
        return self._sweeps.progress

    def _swept(self, now: float) -> list[Ask]:
        asks: list[Ask] = []
        for step in self._sweeps.take(now, self._own, looked_at=self._pace is LOOKED_AT):
            if step.udp:
                nonce = self._remember(_Pending(now, ips=frozenset(step.udp), via=Via.SWEEP))
                asks.append(AskMany(nonce, tuple(Endpoint(ip, port) for ip in step.udp for port in SWEPT_PORTS)))
            if step.tcp:
                asks.append(Knock(tuple(Endpoint(ip, DEFAULT_TCP_PORT) for ip in step.tcp)))
        return asks

    def _remember(self, pending: _Pending) -> str:
        nonce = self._new_nonce()
        self._pending[nonce] = pending
        if len(self._pending) > MAX_PENDING:
            del self._pending[next(iter(self._pending))]
        return nonce

    def _forget_pending(self, now: float) -> None:
        for nonce, pending in list(self._pending.items()):
            if now < pending.sent + LATE:
                break
            del self._pending[nonce]

    # The table

    def rows(self) -> tuple[Found, ...]:
        """What to show: by name, then id, then run."""
        shown = [e for e in self._entries.values() if not e.hidden and e.offered(self._own)]
        live = [e.key[0] for e in shown if e.key[0] and e.state is State.LIVE]
        shown.sort(key=lambda e: (e.name.casefold(), e.key))
        return tuple(e.row(self._own, clone=live.count(e.key[0]) > 1) for e in shown)

    def _add(self, entry: Entry) -> Entry | None:
        """`entry`, now in the table; None: no room. Who never answered makes room for others."""
        others = [e for e in self._entries.values() if not e.remembered]
        silent = [e for e in others if e.answered is None]
        if len(others) >= MAX_ENTRIES or len(silent) >= MAX_HINTS:
            if not silent:
                return None
            self._forget(silent[0])
        self._entries[entry.key] = entry
        return entry

    def _forget(self, entry: Entry, *, heir: Key | None = None) -> None:
        """heir: who its service turned out to be."""
        self._entries.pop(entry.key, None)
        for service in [s for s, key in self._services.items() if key == entry.key]:
            if heir is None:
                del self._services[service]
            else:
                self._services[service] = heir
        for other in self._entries.values():
            if other.is_resting and other.places.keys() & entry.places.keys():
                other.ask_from(max(place.asked for place in other.places.values()))

    def _source_may(self, source: str) -> bool:
        return sum(1 for entry in self._entries.values() if entry.origin == source) < MAX_PER_SOURCE

    def _is_near(self, source: str) -> bool:
        return is_usable(source) and on_link(source, self._interfaces)

    def _rank(self, ip: str) -> int:
        return rank(ip, near=on_link(ip, self._interfaces))
