"""Asks all who are on this network, on each interface and in each way, and notes what comes back; judges nothing.

Beside it a Finder looks for rooms, as the window does. It says nothing that a window would not say, but for one
question by mDNS which services there are, that every printer answers.
"""

from __future__ import annotations

import contextlib
import errno
import secrets
import selectors
import socket
import struct
import sys
import time
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from lanchat.discovery import Finder, sockets
from lanchat.discovery.announcement import Answer, Question, decode, encode_question
from lanchat.discovery.found import Found, State
from lanchat.discovery.networks import Interface, Kind, on_link
from lanchat.doctor.facts import MDNS_PORT, Refusal, Server, Way
from lanchat.errors import LocalProtocolError
from lanchat.protocol.limits import DISCOVERY_UDP_PORT
from lanchat.protocol.target import parse_address

ASK_TIMES: Final = (0.0, 0.4, 1.2)  # s after which all are asked; one question may get lost
GRACE: Final = 4.0  # s more for rooms that were heard of and have not answered: over TCP it takes that long
STEP: Final = 0.1  # s until a wish to stop is noticed
MAX_OTHERS: Final = 500  # other computers, and servers, that are remembered: only their number counts
MDNS_GROUP: Final = "224.0.0.251"  # RFC 6762 section 3

_PTR, _IN = 12, 1  # RFC 1035 section 3.2.2, 3.2.4
# “Which kinds of services are there?” (RFC 6763 section 9): one question, no flags
_SERVICES: Final = (
    struct.pack("!6H", 0, 0, 1, 0, 0, 0)
    + b"".join(bytes([len(label)]) + label for label in (b"_services", b"_dns-sd", b"_udp", b"local", b""))
    + struct.pack("!2H", _PTR, _IN)
)


class Heard(NamedTuple):
    """By the names of interfaces: as Link of the facts means them. others: addresses of other computers."""

    listening: dict[str, set[Way]]
    asked: dict[str, set[Way]]
    refused: dict[str, list[Refusal]]
    echoed: dict[str, set[Way]]
    answers: dict[str, set[str]]
    others: set[str]
    servers: tuple[Server, ...] = ()
    cancelled: bool = False


def listen(
    interfaces: Sequence[Interface],
    known: Sequence[str],
    subnets: Sequence[str],
    *,
    seconds: float,
    cancelled: Callable[[], bool],
) -> Heard:
    """Takes `seconds`, and GRACE more where a room is announced but does not answer."""
    own = {interface.address for interface in interfaces}
    with Finder(known=known, subnets=subnets) as finder, contextlib.closing(_Probe(interfaces, own)) as probe:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not cancelled():
            probe.step()
        deadline += GRACE
        while _waits(finder.rooms()) and time.monotonic() < deadline and not cancelled():
            probe.step()
        rooms = finder.rooms()
    servers = tuple(_server(found, own, interfaces) for found in rooms if found.state is not State.QUIET)
    return probe.heard._replace(servers=servers, cancelled=cancelled())


def _waits(rooms: Sequence[Found]) -> bool:
    return any(found.state is State.CANDIDATE for found in rooms)


def _server(found: Found, own: set[str], interfaces: Sequence[Interface]) -> Server:
    hosts = [found.host]
    for text in found.addresses:
        with contextlib.suppress(LocalProtocolError):  # an odd scope
            hosts.append(parse_address(text).host)
    return Server(
        ways=tuple(str(way) for way in found.via),
        live=found.state is State.LIVE,
        here=found.host in own,
        near=any(on_link(host, interfaces) for host in hosts if host),
        version=found.version,
    )


class _Asker(NamedTuple):
    sock: socket.socket
    link: str
    way: Way
    data: bytes
    targets: list[tuple[object, ...]]


class _Probe:
    """The sockets of one check; for one thread."""

    def __init__(self, interfaces: Sequence[Interface], own: set[str]) -> None:
        names = dict.fromkeys(i.name for i in interfaces)
        self.heard = Heard(
            {name: set() for name in names},
            {name: set() for name in names},
            {name: [] for name in names},
            {name: set() for name in names},
            {name: set() for name in names},
            set(),
        )
        self._own = own
        self._link_of = {interface.address: interface.name for interface in interfaces}
        self._nonce = secrets.token_hex(8)
        self._times = [time.monotonic() + after for after in ASK_TIMES]
        self._selector = selectors.DefaultSelector()
        self._askers: dict[socket.socket, _Asker] = {}
        outer = [interface for interface in interfaces if interface.kind is not Kind.LOOPBACK]
        self._listen(outer)
        self._open_askers(outer)

    def close(self) -> None:
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()  # type: ignore[union-attr]  # all are sockets
        self._selector.close()

    def step(self) -> None:
        """Asks if it is time, and takes what came within STEP."""
        if self._times and time.monotonic() >= self._times[0]:
            self._times.pop(0)
            for asker in self._askers.values():
                self._ask(asker)
        for key, _ in self._selector.select(STEP):
            self._receive(key.fileobj, key.data)  # type: ignore[arg-type]  # all are sockets

    # Listening

    def _listen(self, interfaces: Sequence[Interface]) -> None:
        for ear in sockets.open_ears(interfaces):
            place = ear.getsockname()
            v6 = ear.family == socket.AF_INET6
            way = Way.GROUP if v6 or place[0] == sockets.GROUP_V4 else Way.BROADCAST
            self._selector.register(ear, selectors.EVENT_READ, way)
            for interface in interfaces:
                if interface.is_v6 == v6 and (place[3] == interface.number if v6 else interface.broadcast):
                    self.heard.listening[interface.name].add(way)
        self._listen_mdns([interface for interface in interfaces if not interface.is_v6])

    def _listen_mdns(self, interfaces: Sequence[Interface]) -> None:
        """On a socket of the group alone: a unicast answer to the port belongs to whoever asked. Windows binds to no
        group, and there this way is left out."""
        if sys.platform == "win32":
            return
        ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        ear.setblocking(False)
        try:
            ear.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            ear.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            ear.bind((MDNS_GROUP, MDNS_PORT))
        except OSError:  # somebody lets nobody in beside: the ports tell
            ear.close()
            return
        for interface in interfaces:
            membership = socket.inet_aton(MDNS_GROUP) + socket.inet_aton(interface.ip)
            with contextlib.suppress(OSError):  # it went away, or the system's limit is reached: then it is not listed
                ear.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
                self.heard.listening[interface.name].add(Way.MDNS)
        self._selector.register(ear, selectors.EVENT_READ, Way.MDNS)

    # Asking

    def _open_askers(self, interfaces: Sequence[Interface]) -> None:
        question = encode_question(self._nonce)
        scoped: set[int] = set()
        for interface in interfaces:
            if interface.is_v6:
                if "%" in interface.address and interface.number not in scoped:  # one link-local address of each
                    scoped.add(interface.number)
                    target = (sockets.GROUP, DISCOVERY_UDP_PORT, 0, interface.number)
                    self._open(interface, Way.GROUP, question, [target])
                continue
            everybody = [ip for ip in (interface.broadcast, sockets.EVERYBODY) if ip]
            targets: list[tuple[object, ...]] = [(ip, DISCOVERY_UDP_PORT) for ip in everybody]
            self._open(interface, Way.BROADCAST, question, targets)
            self._open(interface, Way.GROUP, question, [(sockets.GROUP_V4, DISCOVERY_UDP_PORT)])
            self._open(interface, Way.MDNS, _SERVICES, [(MDNS_GROUP, MDNS_PORT)])

    def _open(self, interface: Interface, way: Way, data: bytes, targets: list[tuple[object, ...]]) -> None:
        try:
            sock = socket.socket(socket.AF_INET6 if interface.is_v6 else socket.AF_INET, socket.SOCK_DGRAM)
        except OSError as error:
            self._refuse(interface.name, way, error)
            return
        sock.setblocking(False)
        try:
            if not interface.is_v6:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
                sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(interface.ip))
            sock.bind(sockets.sockaddr_of(interface.address, 0))
        except OSError as error:  # the address went away meanwhile
            sock.close()
            self._refuse(interface.name, way, error)
            return
        self._askers[sock] = _Asker(sock, interface.name, way, data, targets)
        self._selector.register(sock, selectors.EVENT_READ, None)

    def _ask(self, asker: _Asker) -> None:
        for target in asker.targets:
            try:
                asker.sock.sendto(asker.data, target)
            except OSError as error:
                self._refuse(asker.link, asker.way, error)
            else:
                self.heard.asked[asker.link].add(asker.way)

    def _refuse(self, link: str, way: Way, error: OSError) -> None:
        refused = Refusal(way, error.strerror or "unknown", forbidden=error.errno in (errno.EPERM, errno.EACCES))
        if refused not in self.heard.refused[link]:
            self.heard.refused[link].append(refused)

    # Hearing

    def _receive(self, sock: socket.socket, way: Way | None) -> None:
        try:
            arrival = sockets.receive(sock)
        except ConnectionRefusedError:  # of an older question: nobody listens at that port
            return
        if arrival is None:
            return
        mine = arrival.source in self._own
        if not mine and len(self.heard.others) < MAX_OTHERS:
            self.heard.others.add(arrival.source)
        said = decode(arrival.data)
        if way is None:
            asker = self._askers[sock]
            if isinstance(said, Answer) and said.nonce == self._nonce and not mine:
                answers = self.heard.answers[asker.link]
                if len(answers) < MAX_OTHERS:
                    answers.add(said.info.id)
        elif mine and arrival.source in self._link_of:
            ours = isinstance(said, Question) and said.nonce == self._nonce
            if ours or (way is Way.MDNS and arrival.data == _SERVICES):
                self.heard.echoed[self._link_of[arrival.source]].add(way)
