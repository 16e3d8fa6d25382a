"""The network interfaces of this computer, those that are down too; asks nothing of the network."""

from __future__ import annotations

import ipaddress
import socket
import struct
import sys
from collections.abc import Iterable
from typing import Final

import ifaddr

from lanchat.discovery import sockets
from lanchat.discovery.networks import Interface, kind_of
from lanchat.doctor.facts import Link
from lanchat.protocol.limits import DISCOVERY_UDP_PORT

MAX_LINKS: Final = 40  # interfaces: a machine with containers has dozens, and nobody reads more
_SIOCGIFFLAGS: Final = 0x8913  # <linux/sockios.h>
_UP, _RUNNING, _LOOPBACK = 0x1, 0x40, 0x8  # <linux/if.h>
_NO_IP: Final = "192.0.2.1"  # for documents (RFC 5737): its name alone tells what an interface without address is
_NO_PORT: Final = "sit0", "ip6tnl0", "tunl0", "gre0", "gretap0", "erspan0", "ip_vti0", "ip6_vti0", "ip6gre0"
# ^ the kernel's own, there on every machine that has the module


def read() -> tuple[Link, ...]:
    """All, loopback left out, the likeliest first."""
    found: dict[str, list[str]] = {} if sys.platform == "win32" else {name: [] for _, name in socket.if_nameindex()}
    for adapter in ifaddr.get_adapters():
        name = adapter.nice_name if sys.platform == "win32" else adapter.name
        for entry in adapter.ips:
            ip = entry.ip if isinstance(entry.ip, str) else entry.ip[0]
            found.setdefault(name, []).append(f"{ip}/{entry.network_prefix}")
    links = [_link(name, addresses) for name, addresses in found.items() if name not in _NO_PORT]
    shown = [link for link in links if link.kind != "loopback"]
    return tuple(sorted(shown, key=lambda link: (not link.usable, link.kind != "physical", link.name))[:MAX_LINKS])


def _link(name: str, addresses: list[str]) -> Link:
    up, running, loopback = _flags(name)
    ip = addresses[0].partition("/")[0] if addresses else _NO_IP
    kind = "loopback" if loopback else kind_of(name, ip).name.lower()
    return Link(name, kind, up, running, tuple(addresses))


def _flags(name: str) -> tuple[bool, bool, bool]:
    """Whether it is switched on, whether a cable or radio answers, whether it is the loopback. Other systems than
    Linux list no address of what is down."""
    if sys.platform != "linux":
        return True, True, name.startswith("lo")
    import fcntl

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            reply = fcntl.ioctl(sock, _SIOCGIFFLAGS, struct.pack("16s16x", name.encode()[:15]))
        except OSError:  # gone meanwhile
            return False, False, False
    flags: int = struct.unpack_from("H", reply, 16)[0]
    return bool(flags & _UP), bool(flags & _RUNNING), bool(flags & _LOOPBACK)


def is_astray(interface: Interface) -> bool:
    """Whether the routes lead this interface's own network elsewhere; another one of ours on that network is as good.
    Nothing is sent."""
    if interface.is_v6 or interface.prefix > 30:
        return False
    neighbour = _another(interface)
    try:
        with sockets.connect(neighbour, DISCOVERY_UDP_PORT) as sock:
            return ipaddress.ip_address(sockets.text_of(sock.getsockname())) not in interface.network
    except OSError:  # no way at all
        return True


def _another(interface: Interface) -> str:
    """An address of the same network that is not ours."""
    first = interface.network.network_address
    return str(first + 1) if str(first + 1) != interface.ip else str(first + 2)


def way_out(interfaces: Iterable[Interface]) -> str:
    """The interface that leads to the world, whatever rules the system has for that; empty: none. Nothing is sent:
    192.0.2.1 and 2001:db8::1 are for documents (RFC 5737, RFC 3849)."""
    by_ip = {interface.ip: interface.name for interface in interfaces}
    for far in ("192.0.2.1", "2001:db8::1"):
        try:
            with sockets.connect(far, DISCOVERY_UDP_PORT) as sock:
                own = sockets.text_of(sock.getsockname()).partition("%")[0]
        except OSError:  # no way there
            continue
        if own in by_ip:
            return by_ip[own]
    return ""
