"""The UDP sockets of discovery: opens them, sends to groups, receives and answers; knows no datagram's meaning.

Servers listen on the shared port and on their own, whatever the interface (`open_server`), and answer from the
address that was asked. Finders ask from one socket per interface (`Group`), so that each question leaves where
it should, and hear what servers say to all on sockets that no question to one machine can reach (`open_ear`):
the shared port of a machine with a window on it still belongs to its servers.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import struct
import sys
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from lanchat.discovery.announcement import MAX_DATAGRAM
from lanchat.discovery.interfaces import with_scope_name
from lanchat.discovery.networks import Interface, Kind
from lanchat.protocol.limits import DISCOVERY_UDP_PORT

GROUP: Final = "ff12::6c61:6e63"  # IPv6 group of this link, not assigned by IANA: “lanc”
GROUP_V4: Final = "224.0.0.254"  # IPv4 group of this link, set aside for experiments (RFC 4727 section 2.4.2)
EVERYBODY: Final = "255.255.255.255"
LOOPBACK_BROADCAST: Final = "127.255.255.255"  # reaches every server of this machine (Linux)

_log: Final = logging.getLogger(__name__)

# Missing in the socket module of 3.11; <linux/in.h>, <netinet/in.h> of macOS
_IP_PKTINFO: Final = {"linux": 8, "darwin": 26}.get(sys.platform)
_IN_PKTINFO: Final = struct.Struct("=I4s4s")  # interface, local address, destination
_IN6_PKTINFO: Final = struct.Struct("=16sI")  # destination, interface
_MULTICAST_V6: Final = 0xFF  # first byte of every group


class Arrival(NamedTuple):
    """A datagram that came in. source: IP, with its scope where link-local. direct: sent to this machine
    alone, as far as the system tells."""

    data: bytes
    source: str
    port: int
    direct: bool
    back: tuple[tuple[int, int, bytes], ...]  # what makes an answer leave from the address that was asked


def text_of(sockaddr: Sequence[object]) -> str:
    """The IP of a socket address as text, with the interface's name as scope where there is one."""
    ip = str(sockaddr[0]).partition("%")[0]
    scope = sockaddr[3] if len(sockaddr) > 3 else 0
    return with_scope_name(f"{ip}%{scope}") if scope else ip


def sockaddr_of(ip: str, port: int) -> tuple[str, int] | tuple[str, int, int, int]:
    """The other way. Raises OSError where the scope is no interface of ours."""
    if ":" not in ip:
        return ip, port
    bare, _, scope = ip.partition("%")
    index = int(scope) if scope.isdigit() else socket.if_nametoindex(scope) if scope else 0
    return bare, port, 0, index


def _open(family: socket.AddressFamily, *, shared: bool) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_DGRAM)
    sock.setblocking(False)
    if family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    if shared:  # both: REUSEPORT alone fails between two users of one machine, and macOS wants it
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "SO_REUSEPORT"):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    return sock


def open_asker() -> socket.socket:
    """An IPv4 socket that asks machines one by one, wherever the routes lead; the answers come to it.
    Raises OSError."""
    return _open(socket.AF_INET, shared=False)


def open_server(family: socket.AddressFamily, port: int, *, shared: bool) -> socket.socket:
    """A socket on `port` of all addresses, that tells which one was asked where the system can. Raises OSError."""
    sock = _open(family, shared=shared)
    try:
        if family == socket.AF_INET6:
            if hasattr(socket, "IPV6_RECVPKTINFO"):
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
            sock.bind(("::", port))
        else:
            if _IP_PKTINFO is not None:
                sock.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)
            sock.bind(("", port))
    except OSError:
        sock.close()
        raise
    return sock


def open_ears(interfaces: Iterable[Interface]) -> list[socket.socket]:
    """Sockets that hear what is said to all on the shared port. Where the system cannot bind to a broadcast
    address (Windows), one that hears everything there."""
    ears: list[socket.socket] = []
    places = [EVERYBODY, *(i.broadcast for i in interfaces if i.broadcast)]
    for ip in dict.fromkeys(places):
        if (ear := _open_ear(socket.AF_INET, (ip, DISCOVERY_UDP_PORT))) is not None:
            ears.append(ear)
    if not ears and (ear := _open_ear(socket.AF_INET, ("", DISCOVERY_UDP_PORT))) is not None:
        ears.append(ear)
    if (ear := _open_ear(socket.AF_INET, (GROUP_V4, DISCOVERY_UDP_PORT))) is not None:
        join_all(ear, interfaces)
        ears.append(ear)
    for index in _v6_indexes(interfaces):
        if (ear := _open_ear(socket.AF_INET6, (GROUP, DISCOVERY_UDP_PORT, 0, index))) is not None:
            _join(ear, [_membership_v6(index)])
            ears.append(ear)
    return ears


def _open_ear(family: socket.AddressFamily, address: tuple[object, ...]) -> socket.socket | None:
    try:
        sock = _open(family, shared=True)
    except OSError as error:  # no IPv6 in this system
        _log.debug("cannot listen on %s: %s", address[0], error)
        return None
    try:
        sock.bind(address)
    except OSError as error:
        _log.debug("cannot listen on %s: %s", address[0], error)
        sock.close()
        return None
    return sock


def join_all(sock: socket.socket, interfaces: Iterable[Interface]) -> None:
    """Hear the group of the socket's family on these interfaces too."""
    if sock.family == socket.AF_INET6:
        _join(sock, [_membership_v6(index) for index in _v6_indexes(interfaces)])
    else:
        group = socket.inet_aton(GROUP_V4)
        _join(sock, [group + socket.inet_aton(i.ip) for i in interfaces if not i.is_v6 and i.kind is not Kind.LOOPBACK])


def _join(sock: socket.socket, memberships: Iterable[bytes]) -> None:
    v6 = sock.family == socket.AF_INET6
    level, option = (
        (socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP) if v6 else (socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP)
    )
    for membership in memberships:
        with contextlib.suppress(OSError):  # joined already, or the interface went away
            sock.setsockopt(level, option, membership)


def _membership_v6(index: int) -> bytes:
    return socket.inet_pton(socket.AF_INET6, GROUP) + struct.pack("@I", index)


def _v6_indexes(interfaces: Iterable[Interface]) -> list[int]:
    return list(dict.fromkeys(i.number for i in interfaces if i.is_v6 and i.kind is not Kind.LOOPBACK))


def receive(sock: socket.socket) -> Arrival | None:
    """The next datagram; None: there is none. Raises ConnectionRefusedError on a connected socket whose
    peer's port is closed."""
    try:
        if not hasattr(sock, "recvmsg"):  # Windows: answers leave from the address that the route has
            data, address = sock.recvfrom(MAX_DATAGRAM + 1)
            return Arrival(data, text_of(address), address[1], False, ())
        data, extra, _, address = sock.recvmsg(MAX_DATAGRAM + 1, 64)
    except (BlockingIOError, InterruptedError):
        return None
    except ConnectionRefusedError:
        raise
    except OSError:  # an older datagram of ours reached nobody (Windows: 10054, and others); it says no more
        return None
    direct = False
    back: tuple[tuple[int, int, bytes], ...] = ()
    for level, kind, value in extra:
        if level == socket.IPPROTO_IP and kind == _IP_PKTINFO:
            _, local, destination = _IN_PKTINFO.unpack_from(value)
            direct = local == destination
            back = ((level, kind, _IN_PKTINFO.pack(0, local, b"\0" * 4)),)
        elif level == socket.IPPROTO_IPV6 and kind == getattr(socket, "IPV6_PKTINFO", None):
            destination, index = _IN6_PKTINFO.unpack_from(value)
            direct = destination[0] != _MULTICAST_V6
            back = ((level, kind, _IN6_PKTINFO.pack(destination if direct else b"\0" * 16, index)),)
    return Arrival(data, text_of(address), address[1], direct, back)


def answer(sock: socket.socket, data: bytes, to: Arrival) -> None:
    """Sends `data` back to where `to` came from, from the address that it was sent to."""
    with contextlib.suppress(OSError):  # no way back, or the buffer is full: it will ask again
        address = sockaddr_of(to.source, to.port)
        if to.back:
            sock.sendmsg([data], to.back, 0, address)
        else:
            sock.sendto(data, address)


class Group:
    """A way to say something to everybody on these interfaces; the answers come to its `sockets`."""

    def __init__(self, interfaces: Sequence[Interface]) -> None:
        self._ways: list[tuple[socket.socket, list[tuple[object, ...]]]] = []
        for interface in interfaces:
            if not interface.is_v6:
                self._add(socket.AF_INET, interface.ip, _v4_targets(interface))
        v6 = [(GROUP, DISCOVERY_UDP_PORT, 0, index) for index in _v6_indexes(interfaces)]
        if v6:
            self._add(socket.AF_INET6, "::", v6)

    def _add(self, family: socket.AddressFamily, ip: str, targets: Sequence[tuple[object, ...]]) -> None:
        try:
            sock = _open(family, shared=False)
        except OSError as error:
            _log.debug("cannot ask from %s: %s", ip, error)
            return
        try:
            if family == socket.AF_INET:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
                sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(ip))  # else: the route's
            sock.bind((ip, 0))
        except OSError as error:  # the address went away meanwhile
            _log.debug("cannot ask from %s: %s", ip, error)
            sock.close()
            return
        self._ways.append((sock, list(targets)))

    @property
    def sockets(self) -> list[socket.socket]:
        return [sock for sock, _ in self._ways]

    def send(self, data: bytes) -> None:
        for sock, targets in self._ways:
            for target in targets:
                # No route, a cable pulled, a firewall: the other ways go on, and it is said again later
                with contextlib.suppress(OSError):
                    sock.sendto(data, target)

    def close(self) -> None:
        for sock in self.sockets:
            sock.close()
        self._ways.clear()


def _v4_targets(interface: Interface) -> list[tuple[object, ...]]:
    if interface.kind is Kind.LOOPBACK:
        return [(ip, DISCOVERY_UDP_PORT) for ip in (LOOPBACK_BROADCAST, interface.ip)]
    return [(ip, DISCOVERY_UDP_PORT) for ip in (interface.broadcast, EVERYBODY, GROUP_V4) if ip]


def connect(ip: str, port: int) -> socket.socket:
    """A socket that hears only `ip`:`port`, and whether that port is closed. Raises OSError."""
    sock = _open(socket.AF_INET6 if ":" in ip else socket.AF_INET, shared=False)
    try:
        sock.connect(sockaddr_of(ip, port))
    except OSError:
        sock.close()
        raise
    return sock
