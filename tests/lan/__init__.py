"""Hosts on a network of their own, made of Linux network namespaces; tests run programs and sockets in them.

    with Lan() as lan:
        nord, sued = lan.host(), lan.host()
        server = nord.popen([sys.executable, "-m", "lanchat", "serve"])
        with sued.network():
            finder = Finder()   # its sockets, and the threads that it starts, belong to sued
        lan.block("multicast")

Each host has its own interfaces, loopback, host name and /run; nothing connects them to the real network.
Everything runs as children of this process that the kernel kills with it, and `close` kills each by its pid.
Start programs from the main thread only: a child is killed when the thread that started it ends.

`python -m tests.lan` is a lab to play with.
"""

from __future__ import annotations

from pathlib import Path

from tests.lan.host import MDNS_RULES, Host, open_tun
from tests.lan.namespace import network_of, why_unavailable
from tests.lan.switch import KINDS, Lan

__all__ = ["KINDS", "MDNS_RULES", "Host", "Lan", "network_of", "open_tun", "repository", "why_unavailable"]


def repository() -> Path:
    """Where the programs under test are started."""
    return Path(__file__).resolve().parents[2]
