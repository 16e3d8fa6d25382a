"""What the text on the clipboard offers to join; pure: it reads no clipboard, and joins nothing."""

from __future__ import annotations

from collections.abc import Container
from typing import Final, NamedTuple

from lanchat.errors import LocalProtocolError
from lanchat.protocol.target import SCHEME, Address, parse_target

MAX_TEXT: Final = 2_000  # characters that are looked at; a link with eight other addresses has 700


class Offer(NamedTuple):
    """link: as one would paste it. words: what a button says that joins it."""

    link: str
    address: Address
    words: str


def offered(text: str, used: Container[Address], here: Container[str | None]) -> Offer | None:
    """None for all that is no link, and for links that nobody here needs.

    used: those that were followed already. here: ids of the servers on this computer; their links lie on the clipboard
    to be sent to others.
    """
    link = text.strip() if len(text) <= MAX_TEXT else ""
    if not link.startswith(SCHEME) or not link.isprintable() or " " in link:  # a link and more is not ours to cut
        return None
    try:
        address = parse_target(link)
    except LocalProtocolError:
        return None
    assert isinstance(address, Address)
    if address in used or address.id in here:
        return None
    return Offer(link, address, f"Join the {'invitation' if address.token else 'address'} on the clipboard")
