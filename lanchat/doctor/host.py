"""Visits one server step by step, and notes how each ended; what that means is judged elsewhere.

Nothing is said to it but what `lanchat find` says: no name, no key of ours.
"""

from __future__ import annotations

import contextlib
import errno
import secrets
import selectors
import socket
import time
from collections.abc import Callable, Collection, Sequence
from typing import Any, Final

from msgspec.structs import replace

from lanchat import identity
from lanchat.channel import Channel
from lanchat.discovery import interfaces, sockets
from lanchat.discovery.announcement import Answer, checked, decode, encode_question
from lanchat.discovery.ask import MAX_ADDRESSES, TCP_PORTS, UDP_PATIENCE, UDP_TIMES, resolve
from lanchat.discovery.entry import Endpoint
from lanchat.doctor import proc
from lanchat.doctor.facts import KeyState, Step, Visit
from lanchat.protocol.codec import Flaw, encode, server_frames
from lanchat.protocol.frames import Info, Ping, Pong, ServerFrame, ServerInfo
from lanchat.protocol.limits import DEFAULT_TCP_PORT, DISCOVERY_UDP_PORT
from lanchat.protocol.target import Address

TCP_TIMEOUT: Final = 4.0  # s: a dead host of the same network is told by the system after 3
TLS_TIMEOUT: Final = 4.0  # s
WORD_TIMEOUT: Final = 3.0  # s for one answer inside TLS
PINGS: Final = 5  # round trips

_UNREACHABLE: Final = (errno.EHOSTUNREACH, errno.ENETUNREACH, 10065, 10051)  # the last two: as Windows numbers them


def visit(
    address: Address,
    *,
    expected: str | None = None,
    known: Collection[str] = (),
    cancelled: Callable[[], bool] = lambda: False,
    tell: Callable[[str], None] = lambda _: None,
) -> Visit:
    """expected: the id that answered at this address before. known: ids of servers that were joined before. cancelled:
    asked between two steps. tell: hears what is tried now, as one sentence. Takes at most 30 s, but for a name that
    the system's resolver takes longer for."""
    seen = Visit(str(address), port=address.port or DEFAULT_TCP_PORT)
    tell(f"Looking for {address.host} …")
    ips = resolve(address.host)[:MAX_ADDRESSES]
    if not ips:
        return replace(seen, resolved=Step.UNREACHABLE)
    seen = replace(seen, resolved=Step.OK, address=ips[0])
    ways = [(ip, own) for ip in ips if (own := _own_address(ip)) is not None]
    if not ways:
        return replace(seen, routed=Step.UNREACHABLE)
    ip, own = ways[0]
    seen = replace(seen, routed=Step.OK, address=ip, own=own, link=_link_of(own))
    if cancelled():
        return replace(seen, cancelled=True)
    tell(f"Asking {ip} …")
    udp, told_port = _ask_udp([way[0] for way in ways], address.port)
    seen = replace(seen, udp=udp, port=address.port or told_port or DEFAULT_TCP_PORT, other_port=told_port)
    if cancelled():
        return replace(seen, cancelled=True)
    tell(f"Connecting to {ip} …")
    ports = (address.port,) if address.port else (told_port,) if told_port else tuple(TCP_PORTS)
    tcp, sock, endpoint = _connect([Endpoint(way[0], port) for port in ports for way in ways])
    if sock is None:
        return replace(seen, tcp=tcp, awake=_is_awake(ip))
    own = dict(ways).get(endpoint.ip, own)
    seen = replace(seen, tcp=tcp, address=endpoint.ip, port=endpoint.port, own=own, link=_link_of(own))
    channel = Channel(sock)
    try:
        return _inside(channel, seen, expected, known)
    finally:
        channel.close()


# The way there


def _own_address(ip: str) -> str | None:
    """Our address that the system would use to reach `ip`; None: there is no way. Nothing is sent."""
    try:
        with sockets.connect(ip, DISCOVERY_UDP_PORT) as sock:
            return sockets.text_of(sock.getsockname())
    except OSError:
        return None


def _link_of(own: str) -> str:
    bare = own.partition("%")[0]
    return next((i.name for i in interfaces.current() if i.ip == bare), "")


def _is_awake(ip: str) -> bool:
    """Whether its network card answered us: there is somebody, though nothing else answers. Known of IPv4 on Linux."""
    return any(n.complete for n in proc.neighbours(proc.network_file("arp")) if n.ip == ip)


# UDP


def _ask_udp(ips: Sequence[str], port: int | None) -> tuple[Step, int | None]:
    """What became of our question, and the TCP port that an answer names: the one that is meant, else any."""
    nonce, other = secrets.token_hex(8), None
    times = [time.monotonic() + after for after in UDP_TIMES]
    deadline = times[0] + UDP_PATIENCE
    with contextlib.ExitStack() as stack:
        selector = stack.enter_context(selectors.DefaultSelector())
        for ip in ips:
            for number in sorted({port or DEFAULT_TCP_PORT, DISCOVERY_UDP_PORT}):
                with contextlib.suppress(OSError):  # no way to this one: the others are asked
                    selector.register(stack.enter_context(sockets.connect(ip, number)), selectors.EVENT_READ)
        while selector.get_map() and (now := time.monotonic()) < deadline:
            if times and now >= times[0]:
                times.pop(0)
                _question_all(selector, nonce)
            for key, _ in selector.select(max(0.0, min([deadline, *times[:1]]) - now)):
                told = _told_port(selector, key.fileobj, nonce)
                if told is not None and port in (None, told):
                    return Step.OK, told
                other = told or other
        refused = not selector.get_map()
    return (Step.REFUSED if refused else Step.SILENT), other


def _told_port(selector: selectors.BaseSelector, sock: Any, nonce: str) -> int | None:
    """The TCP port in the answer that waits at this socket; one that is refused is asked no more."""
    try:
        arrival = sockets.receive(sock)
    except ConnectionRefusedError:
        selector.unregister(sock)
        return None
    said = decode(arrival.data) if arrival else None
    return said.info.port if isinstance(said, Answer) and said.nonce == nonce else None


def _question_all(selector: selectors.BaseSelector, nonce: str) -> None:
    for key in list(selector.get_map().values()):
        try:
            key.fileobj.send(encode_question(nonce))  # type: ignore[union-attr]  # all are sockets
        except OSError:  # its port is closed, or no way leads there
            selector.unregister(key.fileobj)


# TCP


def _connect(endpoints: Sequence[Endpoint]) -> tuple[Step, socket.socket | None, Endpoint]:
    """All at once; the first that takes us, else what says most. The socket is the caller's."""
    failures: list[Step] = []
    with selectors.DefaultSelector() as selector:
        try:
            for endpoint in endpoints:
                failures += _begin(selector, endpoint)
            deadline = time.monotonic() + TCP_TIMEOUT
            while selector.get_map() and (left := deadline - time.monotonic()) > 0:
                for key, _ in selector.select(left):
                    sock = key.fileobj
                    assert isinstance(sock, socket.socket)
                    selector.unregister(sock)
                    error = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                    if not error:
                        return Step.OK, sock, key.data
                    sock.close()
                    failures.append(Step.UNREACHABLE if error in _UNREACHABLE else Step.REFUSED)
            failures += [Step.SILENT] * len(selector.get_map())
        finally:
            for key in list(selector.get_map().values()):
                key.fileobj.close()  # type: ignore[union-attr]  # all are sockets
    told = [step for step in (Step.REFUSED, Step.SILENT, Step.UNREACHABLE) if step in failures]
    return (told or [Step.SILENT])[0], None, endpoints[0]


def _begin(selector: selectors.BaseSelector, endpoint: Endpoint) -> list[Step]:
    """Starts to connect; what failed at once."""
    try:
        sock = socket.socket(socket.AF_INET6 if ":" in endpoint.ip else socket.AF_INET, socket.SOCK_STREAM)
    except OSError:  # no IPv6 in this system
        return [Step.UNREACHABLE]
    sock.setblocking(False)
    try:
        sock.connect(sockets.sockaddr_of(*endpoint))
    except BlockingIOError:  # under way
        pass
    except OSError as error:
        sock.close()
        return [Step.UNREACHABLE if error.errno in _UNREACHABLE else Step.REFUSED]
    selector.register(sock, selectors.EVENT_WRITE, endpoint)
    return []


# Inside


def _inside(channel: Channel, seen: Visit, expected: str | None, known: Collection[str]) -> Visit:
    channel.start_tls(identity.client_context(), server=False)
    try:
        certificate = channel.handshake(TLS_TIMEOUT)
        found = identity.id_of(certificate or b"")
    except TimeoutError:
        return replace(seen, tls=Step.SILENT)
    except (OSError, ValueError):  # ssl.SSLError is an OSError: it speaks something else
        return replace(seen, tls=Step.WRONG)
    changed = expected is not None and expected != found
    state = KeyState.CHANGED if changed else KeyState.KNOWN if expected or found in known else KeyState.NEW
    before = identity.words(expected) if expected else ""
    seen = replace(seen, tls=Step.OK, key=state, known_words=before, found_words=identity.words(found))
    if changed:
        return seen
    try:
        return _talk(channel, seen, found)
    except TimeoutError:
        return replace(seen, said=seen.said or Step.SILENT)
    except (OSError, ValueError):
        return replace(seen, said=seen.said or Step.WRONG)


def _talk(channel: Channel, seen: Visit, found: str) -> Visit:
    """Raises OSError, ValueError."""
    words = _Words(channel)
    info = words.ask(Info())
    if not isinstance(info, ServerInfo) or info.id != found:
        return replace(seen, said=Step.WRONG)
    info = checked(info)
    seen = replace(
        seen,
        said=Step.OK,
        version=info.version,
        users=info.users,
        max_users=info.max_users,
        locked=info.locked,
    )
    delays = []
    try:
        for n in range(PINGS):
            start = time.monotonic()
            if not isinstance(words.ask(Ping(str(n))), Pong):
                break
            delays.append(round((time.monotonic() - start) * 1000, 2))
    except (OSError, ValueError):  # it went away meanwhile: what was measured counts
        return replace(seen, delays=tuple(delays))
    return replace(seen, delays=tuple(delays))


class _Words:
    """Frames over a channel, one question at a time."""

    def __init__(self, channel: Channel) -> None:
        self._channel, self._decoder = channel, server_frames()

    def ask(self, frame: Info | Ping) -> ServerFrame:
        """The next frame that comes. Raises OSError, ValueError."""
        self._channel.send(encode(frame))
        deadline = time.monotonic() + WORD_TIMEOUT
        while (left := deadline - time.monotonic()) > 0:
            data = self._channel.receive(left)
            if not data:
                raise ConnectionResetError("closed without an answer")
            for said in self._decoder.receive(data):
                if isinstance(said, Flaw):
                    raise ValueError(said.detail)
                return said
        raise TimeoutError("no answer in time")
