"""From what a user chose or typed to addresses and the id they must prove; it asks discovery, it joins nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final, NamedTuple

from lanchat.discovery import Finder, ask_host
from lanchat.discovery.found import Found
from lanchat.errors import NameAmbiguous, NothingFound
from lanchat.protocol.target import Address, ById, Named, Target, parse_address
from lanchat.protocol.text import fold_nick

SEARCH_TIME: Final = 3.0  # s until a name counts as not found: the beacon answers in ms, mDNS alone within 1.5 s
SETTLE_TIME: Final = 0.4  # s to hear of a second server with the same name


class Place(NamedTuple):
    """Where to connect. id: what the server must prove, None: whoever answers (then it is pinned).
    typed: the address as it was typed, None when discovery found it."""

    name: str
    addresses: tuple[Address, ...]
    id: str | None = None
    typed: str | None = None


def place_of(found: Found) -> Place:
    """A row of the list, as a place."""
    addresses = tuple(parse_address(address) for address in found.addresses)
    return Place(found.name, addresses, found.id)


def place_at(address: Address, known: Collection[str] = ()) -> Place:
    """A typed address; without a port, the ports where servers usually are get asked, and a server whose id is `known`
    is preferred there. Raises ConnectError."""
    if address.port is not None:
        others = tuple(map(parse_address, address.others))
        first = Address(address.host, address.port)
        return Place(str(address), (first, *others), address.id, typed=str(address))
    found = ask_host(address.host, known=known if address.id is None else (address.id,))
    return place_of(found)._replace(id=address.id, typed=str(address))


def locate(
    target: Target, known_names: Mapping[str, str], *, known: Sequence[str] = (), subnets: Sequence[str] = ()
) -> Place:
    """Finds a target. known_names: ids to names of servers joined before; known: where they were; subnets: other
    networks to look in. Raises ConnectError, DiscoveryError."""
    if isinstance(target, Address):
        return place_at(target)
    if isinstance(target, ById):
        rooms = _search(lambda found: found.id == target.id, known, subnets)
        if not rooms:
            raise NothingFound(name=f"id:{target.id}")
        return place_of(rooms[0])
    wanted = fold_nick(target.name)
    rooms = _search(lambda found: fold_nick(found.name) == wanted, known, subnets)
    return _choose(target, rooms, known_names)


def _choose(target: Named, rooms: Sequence[Found], known_names: Mapping[str, str]) -> Place:
    wanted = fold_nick(target.name)
    if not rooms:
        raise NothingFound(name=target.name)
    pinned = {server_id for server_id, name in known_names.items() if fold_nick(name) == wanted}
    ids = {found.id for found in rooms if found.id}
    if len(rooms) > 1 or (pinned and not ids & pinned):
        choices = ", ".join(f"id:{server_id}" for server_id in sorted(ids | pinned))
        raise NameAmbiguous(name=target.name, choices=choices)
    return place_of(rooms[0])


def _search(fits: Callable[[Found], bool], known: Sequence[str], subnets: Sequence[str]) -> list[Found]:
    """The rooms that fit and answer, once the first was found and others had a moment to turn up."""
    with Finder(known=known, subnets=subnets) as finder:
        finder.wait(lambda rooms: any(map(fits, rooms)), SEARCH_TIME)
        rooms = finder.wait(lambda _: False, SETTLE_TIME)
    return [found for found in rooms if fits(found) and found.addresses]
