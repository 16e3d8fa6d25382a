"""A deliberate change of trust: which server answers at an address now, and taking it for the one we mean."""

from __future__ import annotations

from typing import NamedTuple

from lanchat import identity
from lanchat.client.dial import Dial
from lanchat.client.locate import place_at
from lanchat.client.profile import Profile
from lanchat.protocol.target import Address


class Meeting(NamedTuple):
    """known: the id that answered there before, None: nobody did. found: who proved its key there just now."""

    place: str
    known: str | None
    found: str

    @property
    def known_words(self) -> str:
        return identity.words(self.known) if self.known else ""

    @property
    def found_words(self) -> str:
        return identity.words(self.found)


def meet(address: Address, profile: Profile) -> Meeting:
    """Says nothing to the server but what TLS needs. Raises ConnectError, StoreError."""
    typed = str(address._replace(id=None))
    place = place_at(address, profile.known_at(address))
    dialed = Dial(place.addresses, None).race()
    dialed.channel.close()
    return Meeting(typed, profile.pinned(typed), dialed.id)


def same_words(typed: str, meeting: Meeting) -> bool:
    """Whether somebody typed the words of the server that was met, however they write them."""
    return typed.casefold().replace("-", " ").split() == meeting.found_words.split("-")


def accept(meeting: Meeting, profile: Profile) -> None:
    """From now on the server that was met is the one at this address. Raises StoreError."""
    profile.pin(meeting.place, meeting.found)
