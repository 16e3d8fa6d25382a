"""The link of an invitation: where others reach a server that we are in, and who it is; it makes no token."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address
from typing import Final

from lanchat.discovery.interfaces import current
from lanchat.discovery.networks import advertised
from lanchat.protocol.target import Address, invitation_link

MAX_ADDRESSES: Final = 4  # in one link: what a QR code of a readable size holds


def link_to(addresses: Sequence[Address], server_id: str, token: str) -> str:
    """addresses: by which we reach the server, best first; of this machine's own, those that others reach."""
    found: list[Address] = []
    for address in addresses:
        if _is_loopback(address.host):
            found += [Address(i.ip, address.port) for i in advertised(current())]
        else:
            found.append(address)
    # The scope of a link-local address is another one elsewhere
    usable = [a for a in dict.fromkeys(found) if not a.host.lower().startswith("fe80:")]
    return invitation_link((usable or list(addresses))[:MAX_ADDRESSES], server_id, token)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
