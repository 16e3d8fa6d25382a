"""Networks that a person names to be asked: which may be, and how they are written; pure, and it asks none.

Apart from the sweep that asks them, for whoever only reads settings: that imports the rest of discovery.
"""

from __future__ import annotations

import ipaddress
from typing import Final

from lanchat.errors import LocalProtocolError

LEAST_PREFIX: Final = 22  # of a network in the settings: 1,022 addresses; neighbour tables hold 1,024 (gc_thresh3)
MAX_SUBNETS: Final = 8  # in the settings: a campus' floors


def read_subnet(text: str) -> ipaddress.IPv4Network:
    """A network to ask, from the settings or the command line: `192.168.3.0/24`, or one address. Raises
    LocalProtocolError with a sentence for the user."""
    try:
        network = ipaddress.ip_network(text.strip(), strict=False)
    except ValueError as error:
        raise LocalProtocolError(detail=f"“{text[:60]}” is no network: write it like 192.168.3.0/24.") from error
    if not isinstance(network, ipaddress.IPv4Network):
        raise LocalProtocolError(detail="A network of IPv6 is too large to be asked address by address.")
    if not network.is_private:
        raise LocalProtocolError(detail=f"{network} belongs to the internet, and lanchat stays in its own house.")
    if network.prefixlen < LEAST_PREFIX:
        raise LocalProtocolError(detail=f"{network} is too large: at most 1,022 addresses (/22) are asked one by one.")
    return network
