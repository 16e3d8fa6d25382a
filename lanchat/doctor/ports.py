"""Whether our ports are free, held by servers of ours, or by somebody else. Opens each for a moment, keeps none."""

from __future__ import annotations

import contextlib
import secrets
import select
import socket
import sys
import time
from collections.abc import Iterable, Sequence
from typing import Final

from lanchat.discovery import sockets
from lanchat.discovery.announcement import Answer, decode, encode_question
from lanchat.discovery.ask import TCP_PORTS
from lanchat.discovery.networks import Interface, is_loopback
from lanchat.doctor import proc
from lanchat.doctor.facts import BEACON, MDNS, MDNS_PORT, Port, PortUse
from lanchat.protocol.limits import DISCOVERY_UDP_PORT

PATIENCE: Final = 0.3  # s for an answer of this very machine
MAX_SERVERS: Final = 20  # of this machine: nobody opens more
RESPONDERS: Final = ("avahi-daemon", "systemd-resolve", "mDNSResponder", "mdnsd", "mdnsresponder")


def read(interfaces: Sequence[Interface]) -> tuple[Port, ...]:
    """udp/5054, udp/5353, then TCP and UDP 5055 to 5059, and wherever else a server of this machine is."""
    ours = _ours([interface for interface in interfaces if is_loopback(interface.ip)])
    found = [(BEACON, _udp(DISCOVERY_UDP_PORT, shared=True)), (MDNS, _udp(MDNS_PORT, shared=True))]
    for number in sorted({*TCP_PORTS, *ours}):
        found += [(f"tcp/{number}", _tcp(number)), (f"udp/{number}", _udp(number, shared=False))]
    there = [sock for sock in proc.sockets_here() if f"{sock.protocol}/{sock.port}" in dict(found)]
    names = proc.holders(sock.inode for sock in there)
    ports = []
    for place, use in found:
        mine = [sock for sock in there if f"{sock.protocol}/{sock.port}" == place]
        by = tuple(sorted({names[sock.inode] for sock in mine if sock.inode in names}))
        if int(place.partition("/")[2]) in ours or (place == BEACON and ours and use is not PortUse.TAKEN):
            use = PortUse.OURS
        elif use is PortUse.FREE and mine:
            use = PortUse.SHARED
        ports.append(Port(place, use, by))
    return tuple(ports)


def responders(ports: Iterable[Port]) -> tuple[str, ...]:
    """Programs besides us that answer mDNS: those seen at its port, or known ones that run while it is used."""
    used = next((port for port in ports if port.place == MDNS and port.use is not PortUse.FREE), None)
    if used is None:
        return ()
    known = set(used.by) | (proc.program_names() if not used.by else set())
    return tuple(sorted(name for name in known if name in RESPONDERS))


def _udp(port: int, *, shared: bool) -> PortUse:
    try:
        sockets.open_server(socket.AF_INET, port, shared=shared).close()
    except OSError:
        return PortUse.TAKEN
    return PortUse.FREE


def _tcp(port: int) -> PortUse:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
        if sys.platform != "win32":  # there it would let us in beside
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind(("", port))
            sock.listen(1)
        except OSError:
            return PortUse.TAKEN
    return PortUse.FREE


def _ours(loopback: Sequence[Interface]) -> set[int]:
    """The ports of the lanchat servers of this machine: all are asked at the shared port, and each at its own, for
    those that say nothing to all."""
    nonce = secrets.token_hex(8)
    with contextlib.ExitStack() as stack:
        group = stack.enter_context(contextlib.closing(sockets.Group(loopback)))
        group.send(encode_question(nonce))
        asked = list(group.sockets)
        for number in TCP_PORTS:
            sock = stack.enter_context(sockets.connect("127.0.0.1", number))
            with contextlib.suppress(OSError):  # nobody is there
                sock.send(encode_question(nonce))
                asked.append(sock)
        found: set[int] = set()
        deadline = time.monotonic() + PATIENCE
        while asked and (left := deadline - time.monotonic()) > 0:
            ready, _, _ = select.select(asked, [], [], left)
            for sock in ready:
                try:
                    arrival = sockets.receive(sock)
                except ConnectionRefusedError:  # nobody is there
                    asked.remove(sock)
                    continue
                said = decode(arrival.data) if arrival else None
                if isinstance(said, Answer) and said.nonce == nonce and len(found) < MAX_SERVERS:
                    found.add(said.info.port)
        return found
