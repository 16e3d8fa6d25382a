"""Says anything over mDNS and by beacon, in anybody's name: what a program on the network could do to us."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from typing import Final

import zeroconf
from zeroconf import const

from lanchat.discovery.announcement import SERVICE_TYPE, encode_txt
from lanchat.protocol.frames import ServerInfo
from lanchat.protocol.limits import DISCOVERY_UDP_PORT
from tests.lan import Host

MDNS: Final = "224.0.0.251"
BROADCAST: Final = ("10.77.0.255", DISCOVERY_UDP_PORT)
TTL: Final = 120  # s
_ANSWER: Final = const._FLAGS_QR_RESPONSE | const._FLAGS_AA
_UNIQUE: Final = const._CLASS_IN | const._CLASS_UNIQUE


def pointer(name: str, ttl: int = TTL) -> zeroconf.DNSRecord:
    """There is a service of this name; ttl 0: there is none any more."""
    return zeroconf.DNSPointer(SERVICE_TYPE, const._TYPE_PTR, const._CLASS_IN, ttl, full(name))


def service(name: str, port: int, host: str, ip: str, info: ServerInfo | None = None) -> list[zeroconf.DNSRecord]:
    """It is at this port and address; it is the server of `info`."""
    text = (
        b"".join(bytes([len(t)]) + t for t in (f"{k}={v}".encode() for k, v in encode_txt(info).items()))
        if info
        else b"\0"
    )
    return [
        zeroconf.DNSService(full(name), const._TYPE_SRV, _UNIQUE, TTL, 0, 0, port, host),
        zeroconf.DNSText(full(name), const._TYPE_TXT, _UNIQUE, TTL, text),
        zeroconf.DNSAddress(host, const._TYPE_A, _UNIQUE, TTL, socket.inet_aton(ip)),
    ]


def full(name: str) -> str:
    return f"{name}.{SERVICE_TYPE}"


class Forger:
    """On `host`."""

    def __init__(self, host: Host) -> None:
        with host.network():
            self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)

    def __enter__(self) -> Forger:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def say(self, records: Sequence[zeroconf.DNSRecord], to: str = MDNS) -> None:
        """By mDNS, to all, or to one machine."""
        out = zeroconf.DNSOutgoing(_ANSWER)
        for record in records:
            out.add_answer_at_time(record, 0)
        for packet in out.packets():
            self._socket.sendto(packet, (to, 5353))

    def beacon(self, data: bytes) -> None:
        """To all on the shared port."""
        self._socket.sendto(data, BROADCAST)
