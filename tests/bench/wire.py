"""How many bytes a delivered message of 100 bytes is on the wire, said alone: TCP's own count, and its packets with the
headers that Ethernet, IPv4 and TCP put before them."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Final

from tests.bench import servers
from tests.bench.crowd import Crowd
from tests.bench.figure import OURS, Figure
from tests.bench.machine import HERE, on_core
from tests.bench.run import Run, Trial
from tests.bench.tls import TlsSocket

HEADERS: Final = 14 + 20 + 32  # bytes of a packet: Ethernet, IPv4, TCP with its time stamps
ROOM: Final = 50  # members
WIFI: Final = 20e6 / 8  # bytes a second
_INFO: Final = struct.Struct("128x Q 4x I")  # of Linux's tcp_info: bytes received, segments received
FIGURES: Final = tuple(
    figure
    for way in ("clear", "TLS")
    for figure in (
        Figure(f"wire, in {way}: content", "bytes each"),
        Figure(f"wire, in {way}: with headers", "bytes each"),
        Figure(f"wire, in {way}: room of 50 on 20 Mbit/s", "messages a second", more=True),
    )
)


def trials(run: Run) -> Iterator[Trial]:
    for tls in (False, True)[run.short :]:
        yield Trial(OURS, partial(_wire, run, tls))


def _wire(run: Run, tls: bool) -> Mapping[str, float]:
    messages = run.many(100, 10)
    with servers.lanchat(run.tree, 2) as server, on_core(HERE), Crowd(server, 2, 1, tls=tls) as crowd:
        crowd.join()
        crowd.settle()
        listener = max(crowd.readers.values(), key=lambda reader: reader.number).sock
        before = _received(listener)
        crowd.speak(50, messages / 50)
        crowd.finish()
        content, packets = (now - then for now, then in zip(_received(listener), before, strict=True))
        way, whole = f"wire, in {'TLS' if tls else 'clear'}", (content + packets * HEADERS) / messages
        return {
            f"{way}: content": content / messages,
            f"{way}: with headers": whole,
            f"{way}: room of 50 on 20 Mbit/s": WIFI / (ROOM * whole),
        }


def _received(sock: socket.socket | TlsSocket) -> tuple[int, int]:
    info: tuple[int, int] = _INFO.unpack(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _INFO.size))
    return info
