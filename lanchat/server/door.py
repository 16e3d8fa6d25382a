"""The door: how many connections may wait to join, in all and from one address, and which one goes when there are
too many; pure, it closes nothing.

A flood from a few addresses pushes out its own connections, not those of the people who want in.
"""

from __future__ import annotations

import ipaddress
from typing import Final, Generic, TypeVar

CallerT = TypeVar("CallerT")

MAX_WAITING: Final = 256  # connections that have not joined yet: a class that opens its lids at once, and a scanner
MAX_PER_SOURCE: Final = 32  # of them from one address: a machine with every program of its owner on it
_PREFIX_V6: Final = 64  # bits: whoever has one address of such a network has them all (RFC 6177)
_OWN: Final = ""  # the source of this machine's own programs, which count only in all


class Door(Generic[CallerT]):
    """Not for two threads at once. A caller is whatever stands for a connection."""

    def __init__(self) -> None:
        self._waiting: dict[CallerT, str] = {}  # to their sources, in the order in which they came

    def __len__(self) -> int:
        return len(self._waiting)

    def knock(self, caller: CallerT, address: str) -> CallerT | None:
        """`caller` came from the IP `address`, and waits from now on. Returns who must go for it, maybe itself."""
        source = source_of(address)
        per_source = self._counts()
        if source != _OWN and per_source.get(source, 0) >= MAX_PER_SOURCE:
            return caller
        loser = self._longest_of_most(per_source) if len(self._waiting) >= MAX_WAITING else None
        if loser is not None:
            del self._waiting[loser]
        self._waiting[caller] = source
        return loser

    def leave(self, caller: CallerT) -> None:
        """It has joined, or is gone. May be called again."""
        self._waiting.pop(caller, None)

    def _counts(self) -> dict[str, int]:
        counts: dict[str, int] = {}
        for source in self._waiting.values():
            counts[source] = counts.get(source, 0) + 1
        return counts

    def _longest_of_most(self, per_source: dict[str, int]) -> CallerT:
        """Who waits longest, of the source with the most."""
        most = max(per_source, key=lambda source: per_source[source])
        return next(caller for caller, source in self._waiting.items() if source == most)


def source_of(address: str) -> str:
    """What counts as one: an IPv4 address, a /64 of IPv6, this machine."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is None:
            return _OWN if ip.is_loopback else str(ipaddress.ip_network((ip, _PREFIX_V6), strict=False))
        ip = ip.ipv4_mapped
    return _OWN if ip.is_loopback else str(ip)
