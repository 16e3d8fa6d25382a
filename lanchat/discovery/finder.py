"""Finds the servers around: what everybody else uses. Snapshots out, commands in; the rules are in directory.py,
the sockets in search.py, and both belong to the finder's thread alone."""

from __future__ import annotations

import functools
import logging
import math
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Network
from typing import Final

from lanchat.discovery.announcement import Service
from lanchat.discovery.ask import resolve
from lanchat.discovery.directory import MAX_KNOWN, Directory
from lanchat.discovery.entry import Endpoint
from lanchat.discovery.found import Found, State
from lanchat.discovery.interfaces import watch
from lanchat.discovery.mdns import Browser
from lanchat.discovery.retry import Retrying
from lanchat.discovery.search import Inbox, Search
from lanchat.discovery.subnets import MAX_SUBNETS, read_subnet
from lanchat.discovery.sweep import Progress
from lanchat.errors import LocalProtocolError
from lanchat.protocol.limits import DEFAULT_TCP_PORT
from lanchat.protocol.target import parse_address

COALESCE: Final = 0.2  # s between two calls of on_change
LOOK_SHARE: Final = 10.0  # rows are built anew after so many times what that took: 5 ms for 500 servers
WORKERS: Final = 4  # threads that ask by TCP and resolve names
SWEEP_PATIENCE: Final = 30.0  # s for three networks of 254 addresses, by UDP and by TCP
SETTLED: Final = 0.5  # s without news after which `find` takes the answers for complete

_NOT_BEGUN: Final = Progress(0, 0)

_log: Final = logging.getLogger(__name__)


class Finder:
    """known: `host:port` of remembered servers, asked one by one. subnets: other networks, asked address by address,
    like `192.168.3.0/24`; what sweep.read_subnet refuses is left out. on_change: called in the finder's thread when
    `rooms` or `progress` has changed, at once and then at most 5 times a second; it must return quickly."""

    def __init__(
        self,
        *,
        known: Sequence[str] = (),
        subnets: Sequence[str] = (),
        on_change: Callable[[], None] | None = None,
        mdns: bool = True,
        beacon: bool = True,
    ) -> None:
        self._known = tuple(known)[:MAX_KNOWN]
        self._subnets = _read_subnets(subnets)
        self._on_change = on_change
        self._beacon = beacon
        self._inbox = Inbox()
        self._news = threading.Condition()
        self._rooms: tuple[Found, ...] = ()
        self._progress: Progress | None = None
        self._sweep_wanted = False  # until the finder's thread has begun it
        self._sweep_total = 0
        self._workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="lanchat-ask")
        self._browser = Browser(self._heard_service, self._lost_service) if mdns else None
        self._retrying = Retrying("lanchat-finder", self._serve, (OSError,), self._inbox.wake)

    def __enter__(self) -> Finder:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        self._retrying.start()
        if self._browser is not None:
            self._browser.start()
        if self._known:
            # Not joined: a resolver cannot be interrupted, and ends when the system's patience does
            threading.Thread(target=self._resolve, name="lanchat-resolve", daemon=True).start()

    def close(self) -> None:
        """Idempotent."""
        self._retrying.close()
        if self._browser is not None:
            self._browser.close()
        self._workers.shutdown(cancel_futures=True)
        self._inbox.close()
        with self._news:
            self._news.notify_all()

    def rooms(self) -> tuple[Found, ...]:
        """What is there now, by name and id. For any thread."""
        with self._news:
            return self._rooms

    def wait(self, enough: Callable[[tuple[Found, ...]], bool], timeout: float) -> tuple[Found, ...]:
        """The rooms as soon as they are `enough`, else what there is after `timeout` seconds; asked again whenever
        `rooms` or `progress` changed."""
        deadline = time.monotonic() + timeout
        rooms = self.rooms()
        while not enough(rooms) and (left := deadline - time.monotonic()) > 0:
            with self._news:
                if self._retrying.stopping.is_set():
                    break
                if self._rooms is rooms:
                    self._news.wait(left)
                rooms = self._rooms
        return rooms

    def refresh(self) -> None:
        """Ask everybody again, now."""
        self._inbox.post(lambda directory, now: directory.refresh(now))
        if self._browser is not None:
            self._browser.refresh()

    def sweep(self) -> None:
        """Ask every address of our own networks (of a larger one, of the /24 around us), until a server answers:
        only on the user's wish. `progress` tells how far it is."""
        with self._news:
            self._sweep_wanted = True
        if not self._inbox.post(self._begin_sweep):
            with self._news:
                self._sweep_wanted = False

    @property
    def progress(self) -> Progress | None:
        """Of the sweep; None: there is none, or it is over. For any thread."""
        with self._news:
            return self._progress or (_NOT_BEGUN if self._sweep_wanted else None)

    @property
    def sweep_total(self) -> int:
        """Addresses that the last sweep set out to ask, even where it is over by now. For any thread."""
        with self._news:
            return self._sweep_total

    def set_visible(self, visible: bool) -> None:
        """Whether somebody looks at the list: the questions come less often while nobody does."""
        self._inbox.post(lambda directory, now: directory.set_visible(now, visible))

    # Other threads' messages to the finder's

    def _heard_service(self, service: Service) -> None:
        self._inbox.post(lambda directory, now: directory.heard_service(now, service))

    def _lost_service(self, key: str) -> None:
        self._inbox.post(lambda directory, now: directory.lost_service(now, key))

    def _resolve(self) -> None:
        """In a thread of its own: from remembered addresses to IPs."""
        for text in self._known:
            _log.debug("asking %s, which is known", text)
            try:
                address = parse_address(text)
            except LocalProtocolError as error:
                _log.debug("not asked: %s", error)
                continue
            for ip in resolve(address.host):
                if self._retrying.stopping.is_set():
                    return
                endpoint = Endpoint(ip, address.port or DEFAULT_TCP_PORT)
                self._inbox.post(functools.partial(_know, endpoint))

    # The finder's thread

    def _begin_sweep(self, directory: Directory, now: float) -> None:
        directory.sweep(now)
        begun = directory.progress
        self._publish(directory.rows(), begun)
        with self._news:
            self._sweep_wanted = False
            self._sweep_total = begun.total if begun else 0

    def _serve(self) -> None:
        now = time.monotonic()
        networks = watch()
        directory = Directory(now, lambda: secrets.token_hex(8), networks.interfaces, self._subnets)
        search = Search(directory, networks, self._inbox, self._workers, beacon=self._beacon)
        stale, look_at = True, now
        seen = told = self.rooms(), self.progress
        told_at = now - COALESCE
        try:
            while not self._retrying.stopping.is_set():
                now = time.monotonic()
                if stale and now >= look_at:
                    seen = directory.rows(), directory.progress
                    stale, look_at = False, now + LOOK_SHARE * (time.monotonic() - now)
                    if seen != (self._rooms, self._progress):
                        self._publish(*seen)
                if seen != told and now >= told_at + COALESCE:
                    told_at, told = now, seen
                    self._tell()
                until = min(look_at if stale else math.inf, told_at + COALESCE if seen != told else math.inf)
                stale |= search.step(until)
        finally:
            search.close()

    def _publish(self, rooms: tuple[Found, ...], progress: Progress | None) -> None:
        for line in sorted(set(map(_in_words, rooms)) - set(map(_in_words, self._rooms))):
            _log.info("%s", line)
        with self._news:
            self._rooms, self._progress = rooms, progress
            self._news.notify_all()

    def _tell(self) -> None:
        if self._on_change is not None:
            self._on_change()


def _read_subnets(texts: Sequence[str]) -> list[IPv4Network]:
    subnets = []
    for text in texts[:MAX_SUBNETS]:
        try:
            subnets.append(read_subnet(text))
        except LocalProtocolError as error:
            _log.warning("not asked: %s", error)
    return subnets


def _know(endpoint: Endpoint, directory: Directory, now: float) -> None:
    directory.know(now, endpoint)


def find(
    timeout: float = 2.0,
    *,
    known: Sequence[str] = (),
    subnets: Sequence[str] = (),
    sweep: bool = False,
    on_sweep: Callable[[int], object] = lambda _: None,
) -> list[Found]:
    """The rooms on this network: after `timeout` seconds, or as soon as those who answered at all have answered
    and nothing new came for half a second. known, subnets: as for Finder. sweep: where nothing was found, every address
    of our own networks is asked too, which takes up to half a minute; on_sweep is told first how many these are."""
    with Finder(known=known, subnets=subnets) as finder:
        rooms = _settle(finder, timeout)
        if sweep and not _any_live(rooms):
            finder.sweep()
            finder.wait(lambda _: finder.progress != _NOT_BEGUN, SWEEP_PATIENCE)
            on_sweep(finder.sweep_total)
            rooms = finder.wait(lambda rooms: _any_live(rooms) or finder.progress is None, SWEEP_PATIENCE)
        return list(rooms)


def _settle(finder: Finder, timeout: float) -> tuple[Found, ...]:
    deadline = time.monotonic() + timeout
    rooms = finder.wait(_all_live, timeout)
    while (left := deadline - time.monotonic()) > 0:
        before = rooms
        rooms = finder.wait(lambda now, before=before: _names(now) != _names(before), min(left, SETTLED))  # type: ignore[misc]
        if _names(rooms) == _names(before) and _all_live(rooms):
            break
    return rooms


def _in_words(room: Found) -> str:
    """For the log: what counts of a room; how fast it answers is no news."""
    where, ways = ", ".join(room.addresses), ", ".join(room.via)
    return f"“{room.name}” (id {room.id}) at {where}: {room.state}, by {ways}"


def _any_live(rooms: tuple[Found, ...]) -> bool:
    return any(room.state is State.LIVE for room in rooms)


def _all_live(rooms: tuple[Found, ...]) -> bool:
    return bool(rooms) and all(room.state is State.LIVE for room in rooms)


def _names(rooms: tuple[Found, ...]) -> list[tuple[str | None, str | None, State]]:
    return [(room.id, room.run, room.state) for room in rooms]
