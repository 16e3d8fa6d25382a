"""Finds the servers around: what everybody else uses. Snapshots out, commands in; the rules are in directory.py,
the sockets in search.py, and both belong to the finder's thread alone."""

from __future__ import annotations

import functools
import logging
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
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
from lanchat.errors import LocalProtocolError
from lanchat.protocol.limits import DEFAULT_TCP_PORT
from lanchat.protocol.target import parse_address

COALESCE: Final = 0.2  # s between two calls of on_change
WORKERS: Final = 4  # threads that ask by TCP and resolve names
SETTLED: Final = 0.5  # s without news after which `find` takes the answers for complete

_log: Final = logging.getLogger(__name__)


class Finder:
    """known: `host:port` of remembered servers, asked one by one. on_change: called in the finder's thread when
    `rooms` has changed, at once and then at most 5 times a second; it must return quickly."""

    def __init__(
        self,
        *,
        known: Sequence[str] = (),
        on_change: Callable[[], None] | None = None,
        mdns: bool = True,
        beacon: bool = True,
    ) -> None:
        self._known = tuple(known)[:MAX_KNOWN]
        self._on_change = on_change
        self._beacon = beacon
        self._inbox = Inbox()
        self._news = threading.Condition()
        self._rooms: tuple[Found, ...] = ()
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
        """The rooms as soon as they are `enough`, else what there is after `timeout` seconds."""
        deadline = time.monotonic() + timeout
        rooms = self.rooms()
        while not enough(rooms) and (left := deadline - time.monotonic()) > 0:
            with self._news:
                if self._rooms is rooms and not self._retrying.stopping.is_set():
                    self._news.wait(left)
                if self._rooms is rooms:  # time is up, or the finder is closed
                    break
                rooms = self._rooms
        return rooms

    def refresh(self) -> None:
        """Ask everybody again, now."""
        self._inbox.post(lambda directory, now: directory.refresh(now))
        if self._browser is not None:
            self._browser.refresh()

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

    def _serve(self) -> None:
        now = time.monotonic()
        networks = watch()
        directory = Directory(now, lambda: secrets.token_hex(8), networks.interfaces)
        search = Search(directory, networks, self._inbox, self._workers, beacon=self._beacon)
        told_at, told = now - COALESCE, self.rooms()
        try:
            while not self._retrying.stopping.is_set():
                rooms = directory.rows()
                if rooms != self._rooms:
                    self._publish(rooms)
                waiting = rooms != told
                if waiting and time.monotonic() >= told_at + COALESCE:
                    told_at, told, waiting = time.monotonic(), rooms, False
                    self._tell()
                search.step(told_at + COALESCE if waiting else float("inf"))
        finally:
            search.close()

    def _publish(self, rooms: tuple[Found, ...]) -> None:
        with self._news:
            self._rooms = rooms
            self._news.notify_all()

    def _tell(self) -> None:
        if self._on_change is not None:
            self._on_change()


def _know(endpoint: Endpoint, directory: Directory, now: float) -> None:
    directory.know(now, endpoint)


def find(timeout: float = 2.0) -> list[Found]:
    """The rooms on this network: after `timeout` seconds, or as soon as those who answered at all have answered
    and nothing new came for half a second."""
    deadline = time.monotonic() + timeout
    with Finder() as finder:
        rooms = finder.wait(_all_live, timeout)
        while (left := deadline - time.monotonic()) > 0:
            before = rooms
            rooms = finder.wait(lambda now, before=before: _names(now) != _names(before), min(left, SETTLED))  # type: ignore[misc]
            if _names(rooms) == _names(before) and _all_live(rooms):
                break
        return list(rooms)


def _all_live(rooms: tuple[Found, ...]) -> bool:
    return bool(rooms) and all(room.state is State.LIVE for room in rooms)


def _names(rooms: tuple[Found, ...]) -> list[tuple[str | None, str | None, State]]:
    return [(room.id, room.run, room.state) for room in rooms]
