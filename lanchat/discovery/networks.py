"""Network interfaces as plain data: which to use, what they reach, when they changed. Pure: asks no system.

One Interface is one address of one interface.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable, Sequence
from enum import Enum, IntEnum, auto
from typing import Final, NamedTuple, TypeAlias

from lanchat.discovery.announcement import MAX_SERVICE_ADDRESSES

MAX_INTERFACES: Final = 15  # Linux lets one socket join 20 groups (igmp_max_memberships)
POLL: Final = 5.0  # s between two looks, 0.5 ms each
SETTLE: Final = 1.0  # s that a change must last: DHCP takes the old address away before it brings the new one
SLEPT: Final = 10.0  # s by which a clock must be off to mean that the machine slept

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network


class Kind(IntEnum):
    """What an interface is, told by its name; the lower, the likelier that others reach us there."""

    PHYSICAL = 0
    TUNNEL = 1
    CONTAINER = 2
    LOOPBACK = 3


_TUNNELS: Final = re.compile(r"tun|tap|wg|utun|tailscale|zt|ham|ppp|ipsec", re.IGNORECASE)
_CONTAINERS: Final = re.compile(
    r"docker|br-|veth|virbr|vmnet|vboxnet|vethernet|lxc|lxd|podman|cni|flannel|cali", re.IGNORECASE
)


class Interface(NamedTuple):
    """One address of one interface."""

    name: str
    number: int  # by which the system knows it
    ip: str  # without a scope
    prefix: int
    kind: Kind

    @property
    def is_v6(self) -> bool:
        return ":" in self.ip

    @property
    def network(self) -> Network:
        return ipaddress.ip_network(f"{self.ip}/{self.prefix}", strict=False)

    @property
    def address(self) -> str:
        """The IP, with its scope where it has no meaning without."""
        return f"{self.ip}%{self.name}" if self.is_v6 and ipaddress.ip_address(self.ip).is_link_local else self.ip

    @property
    def broadcast(self) -> str | None:
        """The directed broadcast address; None where there is none (IPv6, point to point)."""
        return None if self.is_v6 or self.prefix > 30 else str(self.network.broadcast_address)


def kind_of(name: str, ip: str) -> Kind:
    if ipaddress.ip_address(ip).is_loopback:
        return Kind.LOOPBACK
    if _CONTAINERS.match(name):
        return Kind.CONTAINER
    return Kind.TUNNEL if _TUNNELS.match(name) else Kind.PHYSICAL


def usable(found: Iterable[Interface]) -> tuple[Interface, ...]:
    """What to ask and to listen on: the likeliest first, at most MAX_INTERFACES interfaces; self-given
    169.254 addresses only where no network card has a better one. Of one kind those first that the system made first:
    network cards are there before the bridges of virtual machines, whatever these are called."""
    order = sorted(found, key=lambda i: (i.kind, i.is_v6, i.number, i.ip))
    real = [i for i in order if i.kind is Kind.PHYSICAL and not _self_given(i.ip) and not i.is_v6]
    if real:
        order = [i for i in order if not _self_given(i.ip)]
    likeliest = sorted(order, key=lambda i: (i.kind, i.number))
    names = list(dict.fromkeys(i.name for i in likeliest))[:MAX_INTERFACES]
    return tuple(i for i in order if i.name in names)


def advertised(interfaces: Sequence[Interface]) -> tuple[Interface, ...]:
    """What others may be told: no loopback, tunnels last, and no container networks, whose addresses are
    another machine's or nobody's elsewhere (172.17.0.1 is in every Docker)."""
    return tuple(i for i in interfaces if i.kind in (Kind.PHYSICAL, Kind.TUNNEL))


def told(interfaces: Sequence[Interface]) -> tuple[Interface, ...]:
    """The addresses to publish: of the likeliest interface all, then of the next, as many as a finder reads."""
    order = sorted(advertised(interfaces), key=lambda i: (i.kind, i.number, i.is_v6))
    return tuple(order[:MAX_SERVICE_ADDRESSES])


def _self_given(ip: str) -> bool:
    return ip.startswith("169.254.")


def on_link(ip: str, interfaces: Iterable[Interface]) -> bool:
    """Whether `ip` (a scope is ignored) is on a network of ours, or this machine itself."""
    address = ipaddress.ip_address(ip.partition("%")[0])
    if address.is_loopback or (address.version == 6 and address.is_link_local):
        return True
    return any(address in i.network for i in interfaces if i.is_v6 == (address.version == 6))


def is_loopback(ip: str) -> bool:
    return ipaddress.ip_address(ip).is_loopback


def is_private(ip: str) -> bool:
    """Whether `ip` belongs to some house or company: the internet is no LAN."""
    return ipaddress.ip_address(ip.partition("%")[0]).is_private


class Change(Enum):
    NETWORK = auto()  # other interfaces or addresses than before
    WOKE = auto()  # the machine slept, or was stopped: everything may be different


class Watch:
    """Looks at the interfaces now and then; for one thread."""

    def __init__(self, now: float, wall: float, read: Callable[[], tuple[Interface, ...]]) -> None:
        self._read = read
        self.interfaces = read()
        self._seen = self.interfaces
        self._last, self._last_wall = now, wall
        self.due = now + POLL

    def poll(self, now: float, wall: float) -> Change | None:
        """What changed, if anything; to be called at `due` or more often. A change of the interfaces counts
        once it has lasted SETTLE. wall: seconds since 1970, which go on while the machine sleeps."""
        slept = now - self.due > SLEPT or abs((wall - self._last_wall) - (now - self._last)) > SLEPT
        self._last, self._last_wall = now, wall
        if now < self.due and not slept:
            return None
        seen = self._read()
        settled = seen == self._seen
        self._seen = seen
        self.due = now + (POLL if settled else SETTLE)
        if settled and seen != self.interfaces:
            self.interfaces = seen
            return Change.WOKE if slept else Change.NETWORK
        return Change.WOKE if slept else None
