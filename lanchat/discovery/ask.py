"""Asks one machine that the user named: over UDP, then over TCP, always inside TLS; keeps no table.

Where no port was said and several servers run there, which one is meant does not depend on who answers first.
"""

from __future__ import annotations

import contextlib
import logging
import secrets
import selectors
import socket
import time
from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Final, NamedTuple

from lanchat.channel import Channel
from lanchat.discovery import sockets
from lanchat.discovery.announcement import Answer, checked, decode, encode_question, is_usable
from lanchat.discovery.entry import Endpoint
from lanchat.discovery.found import Found, State, Via
from lanchat.errors import ConnectError, HostRefused, HostSilent, HostUnknown, NotLanchat, SeveralThere
from lanchat.protocol.codec import encode, server_frames
from lanchat.protocol.frames import Info, ServerInfo
from lanchat.protocol.limits import DEFAULT_TCP_PORT, DISCOVERY_UDP_PORT
from lanchat.protocol.target import Address

TCP_PORTS: Final = range(DEFAULT_TCP_PORT, DEFAULT_TCP_PORT + 5)  # where a server may be if no port was said
MAX_ADDRESSES: Final = 6  # of one name
UDP_TIMES: Final = (0.0, 0.2, 0.4)  # s after which the question goes out again; it may get lost
UDP_PATIENCE: Final = 0.6  # s for an answer by UDP: a firewall may drop it, then only TCP is left
MAX_THREADS: Final = 10  # connections tried at once

_log: Final = logging.getLogger(__name__)


class _Wanted(NamedTuple):
    """port None: on any of the usual ones; known: ids of which one is meant, where it is there."""

    port: int | None
    known: Collection[str]

    @property
    def ports(self) -> Iterable[int]:
        return TCP_PORTS if self.port is None else (self.port,)

    def is_met(self, rooms: Collection[Found]) -> bool:
        """Whether it is clear already which one is meant; only those that are known can be surpassed by none."""
        if self.port is None and self.known:
            return any(room.id in self.known for room in rooms)
        return any(room.port == (self.port or DEFAULT_TCP_PORT) for room in rooms)


def ask_host(host: str, port: int | None = None, *, known: Collection[str] = (), timeout: float = 3.0) -> Found:
    """The server on `host` (a name or an IP address): that on `port`; else, of those on the usual ports, one whose id
    is `known`, else that on the first port, else the only one. Raises HostUnknown, HostRefused, HostSilent,
    NotLanchat, SeveralThere. Name resolution alone may take longer than timeout."""
    shown, wanted = str(Address(host, port)), _Wanted(port, known)
    addresses = resolve(host)[:MAX_ADDRESSES]
    if not addresses:
        raise HostUnknown(host=shown)
    deadline = time.monotonic() + timeout
    rooms = _ask_udp(addresses, wanted, min(timeout, UDP_PATIENCE))
    if not rooms or (known and not wanted.is_met(rooms.values())):
        endpoints = [Endpoint(ip, p) for p in wanted.ports for ip in addresses]
        try:
            rooms = {**_ask_all_tcp(shown, endpoints, wanted, deadline), **rooms}
        except ConnectError:
            if not rooms:
                raise
    return _choose(host, list(rooms.values()), known)


def _choose(host: str, rooms: Sequence[Found], known: Collection[str]) -> Found:
    """Of at least one. Raises SeveralThere."""
    rooms = sorted(rooms, key=lambda room: (room.id not in known, room.port))
    if len(rooms) > 1 and rooms[0].id not in known and rooms[0].port != DEFAULT_TCP_PORT:
        raise SeveralThere(
            host=host, choices=", ".join(f"“{room.name}” ({Address(host, room.port)})" for room in rooms)
        )
    return rooms[0]


def resolve(host: str) -> list[str]:
    """The IP addresses of `host` as text, in the system's order. Blocks as long as the system's resolver does."""
    try:
        infos = socket.getaddrinfo(host, None, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError):  # unknown; or no name at all (a label of 64 characters)
        return []
    return [ip for ip in dict.fromkeys(sockets.text_of(i[4]) for i in infos) if is_usable(ip)]


def _found(info: ServerInfo, ip: str, latency: float) -> Found:
    endpoint = Endpoint(ip, info.port)
    return Found(
        name=info.name,
        host=ip,
        port=info.port,
        addresses=(str(endpoint),),
        via=(Via.MANUAL,),
        state=State.LIVE,
        id=info.id,
        run=info.run,
        users=info.users,
        max_users=info.max_users,
        locked=info.locked,
        latency_ms=round(latency * 1000, 2),
        version=info.version,
    )


# UDP


def _ask_udp(addresses: Sequence[str], wanted: _Wanted, patience: float) -> dict[str, Found]:
    """By id. Empty: no answer, or all ports are closed."""
    nonce = secrets.token_hex(8)
    with contextlib.ExitStack() as stack:
        selector = stack.enter_context(selectors.DefaultSelector())
        for ip in addresses:
            for number in (*wanted.ports, DISCOVERY_UDP_PORT):
                with contextlib.suppress(OSError):  # no way to this one
                    sock = stack.enter_context(sockets.connect(ip, number))
                    selector.register(sock, selectors.EVENT_READ, Endpoint(ip, number))
        return _await_answers(selector, nonce, wanted, patience)


def _await_answers(selector: selectors.BaseSelector, nonce: str, wanted: _Wanted, patience: float) -> dict[str, Found]:
    start = time.monotonic()
    times = [start + t for t in UDP_TIMES]
    rooms: dict[str, Found] = {}
    while selector.get_map() and not wanted.is_met(rooms.values()) and (now := time.monotonic()) < start + patience:
        if times and now >= times[0]:
            times.pop(0)
            for key in list(selector.get_map().values()):
                _send_question(selector, key, nonce, wanted.port)
        wait = min([start + patience, *times[:1]]) - now
        for key, _ in selector.select(max(0.0, wait)):
            try:
                arrival = sockets.receive(key.fileobj)  # type: ignore[arg-type]
            except ConnectionRefusedError:
                _give_up(selector, key.data, wanted.port)
                continue
            said = decode(arrival.data) if arrival else None
            if isinstance(said, Answer) and said.nonce == nonce and wanted.port in (None, said.info.port):
                rooms.setdefault(said.info.id, _found(said.info, key.data.ip, time.monotonic() - start))
                _give_up(selector, key.data, None)  # this one has told what it knows
    return rooms


def _give_up(selector: selectors.BaseSelector, refused: Endpoint, port: int | None) -> None:
    """That port is done with, or closed. If it is the one that was meant, the shared port has no more to say of it."""
    for key in list(selector.get_map().values()):
        if key.data == refused or (refused.port == port and key.data.ip == refused.ip):
            selector.unregister(key.fileobj)


def _send_question(selector: selectors.BaseSelector, key: selectors.SelectorKey, nonce: str, port: int | None) -> None:
    try:
        key.fileobj.send(encode_question(nonce))  # type: ignore[union-attr]  # all are sockets
    except ConnectionRefusedError:
        _give_up(selector, key.data, port)
    except OSError as error:  # no way there, or full: then the next time
        _log.debug("cannot ask %s: %s", key.data, error)


# TCP


def _ask_all_tcp(shown: str, endpoints: Sequence[Endpoint], wanted: _Wanted, deadline: float) -> dict[str, Found]:
    """By id; at least one. Raises ConnectError."""
    errors: list[ConnectError] = []
    rooms: dict[str, Found] = {}
    with ThreadPoolExecutor(min(MAX_THREADS, len(endpoints)), thread_name_prefix="lanchat-ask") as workers:
        jobs = [workers.submit(_try_tcp, endpoint, deadline) for endpoint in endpoints]
        for job in as_completed(jobs):
            result = job.result()
            if isinstance(result, ConnectError):
                errors.append(result)
                continue
            rooms.setdefault(result.id or "", result)
            if wanted.is_met(rooms.values()):
                workers.shutdown(wait=False, cancel_futures=True)
                break
    if not rooms:
        raise _worst(shown, errors)
    return rooms


def _try_tcp(endpoint: Endpoint, deadline: float) -> Found | ConnectError:
    start = time.monotonic()
    try:
        info = ask_tcp(endpoint, max(0.05, deadline - start))
    except ConnectError as error:
        return error
    return _found(info, endpoint.ip, time.monotonic() - start)


def _worst(shown: str, errors: Iterable[ConnectError]) -> ConnectError:
    """The error that says most: something answered there, or at least the machine did."""
    by_kind = {type(error): error for error in errors}
    if NotLanchat in by_kind:
        return NotLanchat(host=shown, detail=by_kind[NotLanchat].detail)
    return HostRefused(host=shown) if HostRefused in by_kind else HostSilent(host=shown)


def ask_tcp(endpoint: Endpoint, timeout: float) -> ServerInfo:
    """The info frame of the server at `endpoint`, whose TLS key proves its id. Raises ConnectError."""
    deadline = time.monotonic() + timeout
    try:
        sock = socket.socket(socket.AF_INET6 if ":" in endpoint.ip else socket.AF_INET, socket.SOCK_STREAM)
    except OSError as error:  # no IPv6 in this system
        raise HostSilent(host=str(endpoint)) from error
    try:
        sock.settimeout(timeout)
        sock.connect(sockets.sockaddr_of(*endpoint))
    except OSError as error:
        sock.close()
        kind = HostRefused if isinstance(error, ConnectionRefusedError) else HostSilent
        raise kind(host=str(endpoint)) from error
    channel = Channel(sock)
    try:
        return _ask_channel(channel, str(endpoint), deadline)
    except TimeoutError as error:
        raise NotLanchat(host=str(endpoint), detail="it accepts connections, but says nothing") from error
    except (OSError, ValueError) as error:  # SSLError is an OSError: whatever it speaks, it is not TLS 1.3
        raise NotLanchat(host=str(endpoint), detail="it does not speak our protocol") from error
    finally:
        channel.close()


def _ask_channel(channel: Channel, shown: str, deadline: float) -> ServerInfo:
    """Raises OSError, ValueError, NotLanchat."""
    from lanchat import identity  # late: cryptography takes 0.05 s to import, and finders seldom ask by TCP

    channel.start_tls(identity.client_context(), server=False)
    certificate = channel.handshake(_left(deadline))
    channel.send(encode(Info()))
    decoder = server_frames()
    while data := channel.receive(_left(deadline)):
        for frame in decoder.receive(data):
            if not isinstance(frame, ServerInfo):
                raise NotLanchat(host=shown, detail="it answers something else")
            if certificate is None or identity.id_of(certificate) != frame.id:
                raise NotLanchat(host=shown, detail="it claims an id that is not its own")
            return checked(frame)
    raise ConnectionResetError("closed without an answer")


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("no time left")
    return left
