"""The thread that connects for the link: finds the place, races its addresses; it keeps no connection."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeAlias

from lanchat.client.detached import Detached
from lanchat.client.dial import Dial, Dialed
from lanchat.client.locate import Place, locate, place_at
from lanchat.client.profile import Profile
from lanchat.discovery import Finder
from lanchat.discovery.found import Found, State
from lanchat.errors import ConnectError, LanchatError, NotTheOneKnown, ServerKeyChanged
from lanchat.protocol.target import Address, ById, Named, Target, parse_address
from lanchat.protocol.text import clean_server_name

_log = logging.getLogger(__name__)
Outcome: TypeAlias = Dialed | LanchatError
SEARCH_AGAIN: float = 1.5  # s to find a server that is not where it was


class Dialer:
    """At most one try at a time, in a thread of its own. Once a server was reached, only that one counts. on_seen is
    called, in a thread of discovery's, when a server that was nowhere to be seen after a try turns up."""

    def __init__(self, place: Place | Target, profile: Profile) -> None:
        self._target = place
        self._place: Place | None = place if isinstance(place, Place) else None
        self._profile = profile
        self._dial: Dial | None = None
        self._resolving: Detached[Place] | None = None
        self.on_seen: Callable[[], object] = lambda: None
        self._finder: Finder | None = None  # from the first try that failed to the next that did not
        self._missing = threading.Event()  # the server was not to be seen when the last try failed
        self._cancelled = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def name(self) -> str:
        """What the person would call it."""
        if self._place is not None:
            return self._place.name
        match self._target:
            case Address():
                return str(self._target)
            case ById(id=server_id):
                return f"id:{server_id}"
            case target:
                return target.name

    @property
    def known_id(self) -> str | None:
        """The server's id, where it is known without asking anyone."""
        if self._place is not None and self._place.id is not None:
            return self._place.id
        if isinstance(self._target, Address):
            return self._target.id or self._profile.pinned(str(self._target))
        return getattr(self._target, "id", None)

    def dial(self, done: Callable[[Outcome], object]) -> None:
        """Begins a try; `done` is called once, in the dialer's thread."""
        if self._thread is not None:
            self._thread.join()  # it has called `done`, which is the last thing that it does
        self._thread = threading.Thread(target=self._run, args=(done,), name="lanchat-dialer")
        self._thread.start()

    @property
    def addresses(self) -> tuple[Address, ...]:
        """Where the server is that we reached last, the best first; for any thread."""
        place = self._place
        return () if place is None else place.addresses

    def remember(self, name: str, proved: bool) -> None:
        """We are in: pins the server, and keeps it among the rooms joined before. proved: it showed just now that it
        knows the PIN. For the link's thread."""
        place = self._place
        if place is not None and place.id is not None:
            self._place = place._replace(name=clean_server_name(name))
            self._profile.remember(place.id, self._place.name, str(place.addresses[0]), place.typed)
            if proved:
                self._profile.keep_proof(place.id)

    def another(self) -> Dial:
        """A race for one more connection to the server that we reached last; for any thread."""
        place = self._place
        return Dial(place.addresses if place is not None else (), place.id if place is not None else None)

    def cancel(self) -> None:
        """Ends a try that is under way; none follows. Any thread may call."""
        self._cancelled.set()
        resolving, dial = self._resolving, self._dial
        if resolving is not None:
            resolving.abandon()
        if dial is not None:
            dial.cancel()

    def close(self) -> None:
        self.cancel()
        if self._thread is not None:
            self._thread.join()
        self._stop_looking()

    # The thread

    def _run(self, done: Callable[[Outcome], object]) -> None:
        outcome: Outcome
        try:
            outcome = self._try()
        except LanchatError as error:
            outcome = error
            _log.info("not connected: %s", error)
        except OSError as error:  # of this machine: no more sockets; or nobody waits any more
            outcome = ConnectError(host=self.name, detail=f"{error.strerror or error}.")
        except Exception as error:  # a bug: who waits for the outcome must hear of it
            _log.exception("connecting failed")
            outcome = LanchatError(detail=f"connecting failed ({type(error).__name__}). Please report it.")
        done(outcome)

    def _try(self) -> Dialed:
        place = self._resolve()
        try:
            dialed = self._race(place)
        except ConnectError as error:
            # Another server may have got the address of one that discovery found; where somebody typed the address,
            # another server is what they must hear of.
            if isinstance(error, ServerKeyChanged) and place.typed is not None:
                raise self._as_typed(error, place) from error
            if place.id is None or self._cancelled.is_set():
                raise
            moved = self._find_again(place.id)
            if moved is None:
                raise
            dialed = self._race(place._replace(addresses=moved))
        self._stop_looking()
        _log.info("connected to %s, id %s, in %.1f ms", dialed.address, dialed.id, dialed.latency * 1000)
        # From now on it is this server, first tried where it answered
        others = [address for address in place.addresses if address != dialed.address]
        self._place = place._replace(id=dialed.id, addresses=(dialed.address, *others))
        return dialed

    def _as_typed(self, error: ServerKeyChanged, place: Place) -> ConnectError:
        """Who typed no port hears of what they typed, since that is what is pinned; and a server beside the place of
        the one they knew is no impostor of it."""
        found, port = place.addresses[0], parse_address(place.typed or "").port
        last = next((r.address for r in self._profile.settings.recents if r.id == place.id), None)
        if port is not None:
            return error
        if last is not None and parse_address(last).port != found.port:
            return NotTheOneKnown(host=place.typed, found=f"“{place.name}” ({found})")
        return ServerKeyChanged(**{**vars(error), "host": place.typed})

    def _resolve(self) -> Place:
        if self._place is None:
            assert not isinstance(self._target, Place)
            place = self._look_up()
            if isinstance(self._target, Address):
                pinned = self._profile.pinned(place.typed or "")
                if place.id is not None and pinned not in (None, place.id):
                    place = place._replace(typed=None)  # a link leads elsewhere, and changes no pin
                self._place = place._replace(id=place.id or pinned)
            else:
                self._place = place
        return self._place

    def _look_up(self) -> Place:
        """Asks name servers and the network, which may take longer than anybody waits. Raises ConnectionAbortedError:
        nobody does."""
        self._resolving = Detached(self._locate, "lanchat-resolve")
        if self._cancelled.is_set():
            self._resolving.abandon()
        return self._resolving.result()

    def _locate(self) -> Place:
        if isinstance(self._target, Address):
            return place_at(self._target, self._profile.known_at(self._target))
        assert isinstance(self._target, Named | ById)
        settings = self._profile.settings
        networks = settings.preferences.networks
        return locate(self._target, self._profile.known_names(), known=settings.known, subnets=networks)

    def _race(self, place: Place) -> Dialed:
        _log.info("connecting to “%s” at %s", place.name, ", ".join(map(str, place.addresses)))
        self._dial = Dial(place.addresses, place.id)
        if self._cancelled.is_set():
            self._dial.cancel()
        return self._dial.race()

    def _find_again(self, server_id: str) -> tuple[Address, ...] | None:
        """Where discovery sees the server now. Where it does not, it goes on looking."""
        self._missing.clear()
        if self._finder is None:
            self._finder = Finder(on_change=partial(self._on_change, server_id))
            self._finder.start()
        rooms = self._finder.wait(lambda rooms: _live(rooms, server_id) is not None, SEARCH_AGAIN)
        room = _live(rooms, server_id)
        if room is None:
            self._missing.set()
            return None
        return tuple(parse_address(address) for address in room.addresses)

    def _on_change(self, server_id: str) -> None:
        finder = self._finder
        if self._missing.is_set() and finder is not None and _live(finder.rooms(), server_id) is not None:
            self._missing.clear()
            self.on_seen()

    def _stop_looking(self) -> None:
        if self._finder is not None:
            self._finder.close()
            self._finder = None


def _live(rooms: Sequence[Found], server_id: str) -> Found | None:
    return next((room for room in rooms if room.id == server_id and room.state is State.LIVE), None)
