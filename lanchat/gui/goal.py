"""Where somebody wants in: what the list, the address field and the hosting of rooms hand on to joining; plain data."""

from __future__ import annotations

from typing import NamedTuple

from lanchat.discovery.found import Found
from lanchat.protocol.target import Address


class Goal(NamedTuple):
    """detail: a few words about it. address: what others may type to come there, where it is known. locked: its PIN
    will be asked for. pin: the one that the user chose for it just now."""

    name: str
    detail: str
    place: Found | Address | str
    address: str = ""
    locked: bool = False
    pin: str | None = None
