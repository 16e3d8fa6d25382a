"""What Linux tells in /proc: routes, neighbours, sockets and who holds them. Changes nothing, needs no root.

Parsers take the text of a file and are pure; readers find an empty text where there is no such file.
"""

from __future__ import annotations

import itertools
import os
import socket
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

MAX_FILE: Final = 4 * 1024 * 1024  # bytes read of one file: 20,000 sockets
MAX_PROCESSES: Final = 5_000  # looked at
MAX_DESCRIPTORS: Final = 2_000  # of one process
MAX_GATEWAYS: Final = 8

_UP: Final = 0x1  # RTF_UP, <linux/route.h>
_COMPLETE: Final = 0x2  # ATF_COM, <linux/if_arp.h>: its hardware address is known
_LISTEN: Final = 0x0A  # TCP_LISTEN, <net/tcp_states.h>
_HALVES: Final = (0x00000000, 0x80000000)  # two routes over one half of all each: how VPNs hide the default route


class Route(NamedTuple):
    """A default route. gateway: IPv4, empty where the link itself is the way."""

    link: str
    gateway: str
    metric: int


class Neighbour(NamedTuple):
    ip: str
    link: str
    complete: bool


class Socket(NamedTuple):
    protocol: str
    port: int
    inode: int


def network_file(name: str) -> str:
    """/proc/net/NAME as this thread sees it."""
    return _text(Path("/proc/thread-self/net") / name)


def kernel() -> str:
    """What the kernel says of itself."""
    return _text(Path("/proc/version"))


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(MAX_FILE).decode(errors="replace")
    except OSError:  # another system, or no such protocol in this kernel
        return ""


def default_routes(text: str) -> list[Route]:
    """Of /proc/net/route, the best first; two halves of all that lead by one link count as a default, and go before."""
    routes, halves = [], dict[str, set[int]]()
    for words in _rows(text, 8):
        try:
            link, destination, gateway, flags = words[0], _swapped(words[1]), _gateway(words[2]), int(words[3], 16)
            metric, mask = int(words[6]), _swapped(words[7])
        except (ValueError, struct.error):  # no numbers, or too large ones
            continue
        if not flags & _UP:
            continue
        if destination == 0 and mask == 0:
            routes.append(Route(link, gateway, metric))
        elif mask == _HALVES[1] and destination in _HALVES:
            halves.setdefault(link, set()).add(destination)
    whole = [Route(link, "", -1) for link, found in halves.items() if len(found) == len(_HALVES)]
    return sorted([*whole, *routes], key=lambda route: route.metric)[:MAX_GATEWAYS]


def _swapped(text: str) -> int:
    return int(struct.unpack("<I", struct.pack(">I", int(text, 16)))[0])


def _gateway(text: str) -> str:
    """Dotted; empty for none. Raises ValueError, struct.error."""
    number = int(text, 16)
    return socket.inet_ntoa(struct.pack("<I", number)) if number else ""


def neighbours(text: str) -> list[Neighbour]:
    """Of /proc/net/arp."""
    found = []
    for words in _rows(text, 6):
        try:
            flags = int(words[2], 16)
        except ValueError:
            continue
        found.append(Neighbour(words[0], words[5], bool(flags & _COMPLETE)))
    return found


def listeners(text: str, protocol: str) -> Iterator[Socket]:
    """Of /proc/net/udp, udp6, tcp, tcp6: those that wait for somebody to come."""
    for words in _rows(text, 10):
        try:
            port, state, inode = int(words[1].rpartition(":")[2], 16), int(words[3], 16), int(words[9])
        except ValueError:
            continue
        if protocol == "udp" or state == _LISTEN:
            yield Socket(protocol, port, inode)


def _rows(text: str, least: int) -> Iterator[list[str]]:
    """The lines below the heading, as words."""
    return (words for line in text.splitlines()[1:] if len(words := line.split()) >= least)


# Who holds a socket


def sockets_here() -> list[Socket]:
    """All that listen in this network."""
    found: list[Socket] = []
    for protocol in ("udp", "tcp"):
        for version in ("", "6"):
            found += listeners(network_file(protocol + version), protocol)
    return found


def holders(inodes: Iterable[int]) -> dict[int, str]:
    """The name of the program that holds each of these sockets, as far as we may see: without root, our own."""
    wanted = {f"socket:[{inode}]": inode for inode in inodes}
    found: dict[int, str] = {}
    for process in itertools.islice(_processes(), MAX_PROCESSES):
        if len(found) == len(wanted):
            break
        for link in _descriptors(process):
            if link in wanted:
                found[wanted[link]] = _text(process / "comm").strip()
    return found


def program_names() -> set[str]:
    """The names of all programs that run."""
    return {_text(process / "comm").strip() for process in itertools.islice(_processes(), MAX_PROCESSES)}


def _processes() -> Iterator[Path]:
    try:
        with os.scandir("/proc") as entries:
            yield from (Path(entry.path) for entry in entries if entry.name.isdigit())
    except OSError:  # another system
        return


def _descriptors(process: Path) -> Iterator[str]:
    try:
        with os.scandir(process / "fd") as entries:
            for entry in itertools.islice(entries, MAX_DESCRIPTORS):
                yield os.readlink(entry.path)
    except OSError:  # somebody else's, or gone meanwhile
        return
