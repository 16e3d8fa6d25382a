"""Asks the system for its network interfaces; the rules that choose among them are in networks.py."""

from __future__ import annotations

import socket
import sys
import time
from typing import Final

import ifaddr

from lanchat.discovery.networks import Interface, Watch, kind_of, usable


def watch() -> Watch:
    """Looks at the interfaces from now on."""
    return Watch(time.monotonic(), time.time(), current)


def with_scope_name(ip: str) -> str:
    """`ip` with the interface's name for its number: one spelling for each address."""
    bare, _, scope = ip.partition("%")
    if not scope.isdigit():
        return ip
    try:
        return f"{bare}%{socket.if_indextoname(int(scope))}"
    except OSError:  # the interface went away
        return ip


def current() -> tuple[Interface, ...]:
    """What is up now, by the rules of `usable`."""
    found = []
    for adapter in ifaddr.get_adapters():
        name = adapter.name if sys.platform != "win32" else adapter.nice_name
        if adapter.index is None or not _is_running(adapter.name):
            continue
        for entry in adapter.ips:
            ip = entry.ip if isinstance(entry.ip, str) else entry.ip[0]
            if not _can_be_used(ip, adapter.index):
                continue
            found.append(Interface(name, adapter.index, ip, entry.network_prefix, kind_of(name, ip)))
    return usable(found)


def _can_be_used(ip: str, index: int) -> bool:
    """An IPv6 address is listed already while the system looks whether another machine has it, and cannot be used
    before; later it counts as a change."""
    if ":" not in ip:
        return True
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock:
            sock.bind((ip, 0, 0, index))
    except OSError:
        return False
    return True


if sys.platform == "linux":
    import fcntl
    import struct

    _SIOCGIFFLAGS: Final = 0x8913  # <linux/sockios.h>
    _IFF_UP_AND_RUNNING: Final = 0x1 | 0x40  # <linux/if.h>: switched on, and a cable or radio answers

    def _is_running(name: str) -> bool:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            try:
                reply = fcntl.ioctl(sock, _SIOCGIFFLAGS, struct.pack("16s16x", name.encode()[:15]))
            except OSError:  # gone meanwhile
                return False
        flags: int = struct.unpack_from("H", reply, 16)[0]
        return flags & _IFF_UP_AND_RUNNING == _IFF_UP_AND_RUNNING

else:

    def _is_running(name: str) -> bool:  # noqa: ARG001  # these systems list no address of what is down
        return True
