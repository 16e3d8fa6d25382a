"""What the list of rooms shows: rows, their order, texts and marks; without tkinter, threads or a clock.

Discovery's snapshots, the recent rooms and the search go in, rows come out. While the pointer rests on the list
(`held`), rows keep their places, so that nobody joins the room that slipped under the pointer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from lanchat.client.profile import Recent
from lanchat.discovery.found import Found, State, Via
from lanchat.gui.model.dates import moment
from lanchat.protocol.limits import DEFAULT_TCP_PORT, PROTOCOL_VERSION
from lanchat.protocol.target import Address, parse_address
from lanchat.protocol.text import fold_nick

if TYPE_CHECKING:
    from lanchat.discovery.sweep import Progress

UNKNOWN: Final = "—"
BARS: Final = (120.0, 40.0, 10.0)  # ms below which a connection has one bar more than one

VIA_WORDS: Final = {Via.MDNS: "mDNS", Via.BEACON: "beacon", Via.SWEEP: "sweep", Via.MANUAL: "manual"}


class Section(StrEnum):
    NEARBY = "Nearby"
    FAVOURITES = "Favourites"
    RECENT = "Recent"


class Mark(StrEnum):
    """What sets a room apart from one that simply answers. The value is what the row says about it."""

    NONE = ""
    FULL = "every place is taken"
    CANDIDATE = "has not answered yet"
    QUIET = "does not answer any more"
    GONE = "closed"
    ABSENT = "not seen now"
    NEWER = "needs a newer lanchat"
    OLDER = "its server needs a newer lanchat"
    CLONE = "two servers use this one’s identity"
    CHANGED = "another key than the room that you know here: ask before you join"
    IMITATES = "not the room of this name that you know"


_GREY: Final = frozenset((Mark.CANDIDATE, Mark.QUIET, Mark.GONE, Mark.ABSENT))
_CLOSED: Final = frozenset((Mark.FULL, Mark.GONE, Mark.NEWER, Mark.OLDER))
_WARNING: Final = frozenset((Mark.NEWER, Mark.OLDER, Mark.CLONE, Mark.CHANGED, Mark.IMITATES))


class Room(Struct, frozen=True):
    """One row. key: the same as long as it is the same room, found or remembered."""

    key: str
    name: str
    address: str
    place: Found
    here: bool = False  # a server on this computer
    past: str = ""  # what we had to do with it before
    known: bool = False  # joined before, so that it can be a favourite
    favourite: bool = False
    locked: bool = False
    via: str = ""
    people: str = UNKNOWN
    latency_ms: float | None = None
    mark: Mark = Mark.NONE
    stopped: bool = False  # a server of this computer that does not run

    @property
    def verb(self) -> str:
        """On the button, for what opening the row does."""
        return "Open it again" if self.stopped else "Join"

    @property
    def grey(self) -> bool:
        return self.mark in _GREY

    @property
    def joinable(self) -> bool:
        return self.stopped or self.mark not in _CLOSED

    @property
    def warning(self) -> bool:
        return self.mark in _WARNING

    @property
    def detail(self) -> str:
        """The second line."""
        parts = ["on this computer" if self.here or self.stopped else "", self.address, self.past]
        if self.mark not in (Mark.NONE, Mark.FULL, Mark.ABSENT):  # these two show elsewhere in the row
            parts.append(self.mark.value)
        return "  ·  ".join(part for part in parts if part)

    @property
    def summary(self) -> str:
        """A few words for the dialog that asks for a name."""
        inside = f"{self.place.users} inside" if self.place.users is not None and not self.grey else ""
        return " · ".join(part for part in (self.address, inside) if part)

    @property
    def latency(self) -> str:
        if self.latency_ms is None:
            return UNKNOWN
        return f"{max(1, round(self.latency_ms))} ms" if self.latency_ms < 1000 else f"{self.latency_ms / 1000:.1f} s"

    @property
    def bars(self) -> int:
        """How good the connection is: 4 bars at best, 0 where nothing answers."""
        return 0 if self.latency_ms is None else 1 + sum(self.latency_ms < limit for limit in BARS)


class Aid(Struct, frozen=True):
    """What can be done where no room answers. busy: every address is being asked already."""

    text: str
    busy: bool = False


class Heading(Struct, frozen=True):
    text: str


Row: TypeAlias = Room | Heading
ABSENT_HEADING: Final = Heading("Recent, not seen now")


class RoomList:
    """The list's state. Change it by the `set_…` methods, then ask for `rows`."""

    def __init__(self) -> None:
        self.section = Section.NEARBY
        self.query = ""
        self._found: tuple[Found, ...] = ()
        self._recents: tuple[Recent, ...] = ()
        self._here: frozenset[str] = frozenset()
        self._stopped: frozenset[str] = frozenset()
        self._waited = self._swept = False
        self._progress: Progress | None = None
        self._shown: list[Row] = []

    def set_found(self, found: Iterable[Found]) -> None:
        self._found = tuple(found)

    def set_recents(self, recents: Iterable[Recent]) -> None:
        self._recents = tuple(sorted(recents, key=lambda recent: recent.used_at, reverse=True))

    def set_here(self, ids: Collection[str], stopped: Collection[str] = ()) -> None:
        """The ids of the servers on this computer, and of those that ran here and do not now."""
        self._here, self._stopped = frozenset(ids), frozenset(stopped)

    def set_view(self, section: Section, query: str) -> None:
        """What the user wants to see; the order of before counts no longer."""
        self.section, self.query = section, query
        self._shown = []

    def set_progress(self, progress: Progress | None) -> None:
        """How far the sweep is; None: there is none."""
        self._swept |= self._progress is not None and progress is None
        self._progress = progress

    def set_waited(self) -> None:
        """Whoever is there, and can be heard, would have answered by now."""
        self._waited = True

    @property
    def alone(self) -> bool:
        """No other computer's room answers, though it had the time to."""
        return self._waited and not any(
            found.state is State.LIVE and found.id not in self._here for found in self._found
        )

    def aid(self) -> Aid | None:
        """What to offer below the list; None: rooms answer, or it is too early to say that none does."""
        if self._progress is not None:
            asked, total = self._progress
            return Aid(f"Asking every address of this network, {asked} of {total} …" if total else "…", busy=True)
        if not self.alone or self.section is not Section.NEARBY or self.query:
            return None
        return Aid(
            "No other computer of this network answers." if self._swept else "No other computer’s room answers so far."
        )

    @property
    def counts(self) -> dict[Section, int]:
        favourites = sum(recent.favourite for recent in self._recents)
        return {Section.NEARBY: len(self._found), Section.FAVOURITES: favourites, Section.RECENT: len(self._recents)}

    def state_line(self, *, listening: bool, network: bool) -> tuple[str, bool]:
        """How the search goes, and whether that is well. network: others can reach this computer."""
        if not listening:
            return "Starting to listen …", False
        if not network:
            return "No network: rooms on this computer only", False
        answering = sum(found.state is State.LIVE for found in self._found)
        told = {0: "", 1: " · 1 room"}.get(answering, f" · {answering} rooms")
        return f"Listening on this network{told}", True

    def rows(self, *, held: bool = False) -> list[Row]:
        near = sorted((self._room(found) for found in self._found), key=_near_order)
        by_key = {room.key: room for room in near}
        remembered = [by_key.get(recent.id) or self._absent(recent) for recent in self._recents]
        if self.section is not Section.NEARBY:
            wanted = [room for room in remembered if room.favourite or self.section is Section.RECENT]
            rows: list[Row] = list(self._matching(wanted))
        else:
            rows = list(self._matching(near))
            absent = self._matching([room for room in remembered if room.mark is Mark.ABSENT])
            rows += [ABSENT_HEADING, *absent] if absent else []
        self._shown = _in_place(self._shown, rows) if held else rows
        return self._shown

    def _matching(self, rooms: list[Room]) -> list[Room]:
        words = fold_nick(self.query).split()
        return [room for room in rooms if all(word in fold_nick(f"{room.name} {room.address}") for word in words)]

    def _room(self, found: Found) -> Room:
        full = found.users is not None and found.max_users is not None and found.users >= found.max_users
        known = next((recent for recent in self._recents if recent.id == found.id), None)
        return Room(
            key=_key(found),
            name=known.name if known is not None else found.name,
            address=_address(found),
            place=found,
            here=found.id in self._here,
            past=_past(known, found.name),
            known=known is not None,
            favourite=known is not None and known.favourite,
            locked=found.locked,
            via=" + ".join(VIA_WORDS[via] for via in found.via),
            people=_people(found, full),
            latency_ms=found.latency_ms if found.state is State.LIVE else None,
            mark=self._mark(found, full),
            stopped=found.id in self._stopped and found.state is not State.LIVE,
        )

    def _absent(self, recent: Recent) -> Room:
        place = remembered(recent.name, recent.address, recent.id)
        then = moment(recent.used_at)
        past = f"last joined on {then.day} {then:%B %Y}"
        return Room(
            key=recent.id,
            name=recent.name,
            address=_address(place),
            place=place,
            past=past,
            known=True,
            favourite=recent.favourite,
            mark=Mark.ABSENT,
            stopped=recent.id in self._stopped,
        )

    def _mark(self, found: Found, full: bool) -> Mark:
        if found.state is not State.LIVE:
            return Mark.QUIET if found.state is State.QUIET else Mark.CANDIDATE
        if found.version != PROTOCOL_VERSION:
            return Mark.NEWER if found.version > PROTOCOL_VERSION else Mark.OLDER
        if found.clone:
            return Mark.CLONE
        namesakes = [r for r in self._recents if fold_nick(r.name) == fold_nick(found.name)]
        if namesakes and all(recent.id != found.id for recent in namesakes):
            there = any(recent.address in found.addresses for recent in namesakes)
            return Mark.CHANGED if there else Mark.IMITATES
        return Mark.FULL if full else Mark.NONE


def _key(found: Found) -> str:
    if found.id is None:
        return f"{found.name}@{found.host}:{found.port}"
    return f"{found.id}/{found.run}" if found.clone else found.id


def _near_order(room: Room) -> tuple[bool, str, str]:
    """By name, so that nothing moves but what comes and goes; what never answered is last."""
    return room.mark is Mark.CANDIDATE, fold_nick(room.name), room.key


def _address(found: Found) -> str:
    return str(Address(found.host, None if found.port == DEFAULT_TCP_PORT else found.port))


def _people(found: Found, full: bool) -> str:
    if found.users is None or found.state is not State.LIVE:
        return UNKNOWN
    if full:
        return "full"
    return str(found.users) if found.max_users is None else f"{found.users}/{found.max_users}"


def _past(known: Recent | None, name: str) -> str:
    """What we had to do with a room before. Its name is the one that its server told us when it proved its key: what
    the network says now may come from anybody."""
    if known is None:
        return ""
    return "joined before" if known.name == name else f"joined before; said to be called “{name}” now"


def remembered(name: str, address: str, server_id: str) -> Found:
    """A server that discovery does not see, but of which we know where it was, and its id. address: host:port."""
    parsed = parse_address(address)
    host, port = parsed.host, parsed.port or DEFAULT_TCP_PORT
    return Found(
        name=name,
        host=host,
        port=port,
        addresses=(str(Address(host, port)),),
        via=(Via.MANUAL,),
        state=State.CANDIDATE,
        id=server_id,
    )


def _in_place(old: Sequence[Row], new: Sequence[Row]) -> list[Row]:
    """The rows of `new` where `old` had them. What is gone keeps its place, greyed; what is new comes after
    the rooms nearby."""
    coming = {row.key: row for row in new if isinstance(row, Room)}
    rows: list[Row] = []
    for row in old:
        if isinstance(row, Room):
            gone = replace(row, mark=Mark.GONE, people=UNKNOWN, latency_ms=None)
            rows.append(coming.pop(row.key, gone))
        else:
            rows.append(row)
    end = rows.index(ABSENT_HEADING) if ABSENT_HEADING in rows else len(rows)
    rows[end:end] = coming.values()
    return rows
