"""One transfer as its thread sees it: how far it is, what is told of that, and how it is ended from outside."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from lanchat.client.events import Progress
from lanchat.client.pace import Pace
from lanchat.protocol.frames import Ticket

TELL_EVERY: Final = 0.2  # s between two words on how far it is


class Cancelled(Exception):
    """Nobody wants it any more."""


class Job:
    """`cancel` and `stop` may be called by any thread; the rest belongs to one."""

    def __init__(
        self,
        id: str,  # noqa: A002 - as Progress names it
        name: str,
        *,
        upload: bool,
        run: Callable[[Job], Progress],
        emit: Callable[[Progress], None],
    ) -> None:
        """run: does it, and returns how it ended; raises LanchatError, Cancelled."""
        self.id, self.name, self.upload, self.run = id, name, upload, run
        self.tickets: queue.SimpleQueue[Ticket | None] = queue.SimpleQueue()
        self.kept: Ticket | None = None  # to be used again: the server was busy
        self.done, self.size = 0, 0
        self.unwanted = False  # cancelled by the person, not by the end of the program
        self._emit = emit
        self._state, self._pace, self._told_at = "waiting", Pace(0), 0.0
        self._ended = threading.Event()
        self._end_now: Callable[[], None] | None = None

    # From outside

    def cancel(self) -> None:
        self.unwanted = True
        self.stop()

    def stop(self) -> None:
        """It ends soon, whatever it waits for."""
        self._ended.set()
        self.tickets.put(None)
        self.interrupt()

    def interrupt(self) -> None:
        """What it waits for just now ends; it may try again."""
        end_now = self._end_now
        if end_now is not None:
            end_now()

    # Its thread

    def check(self) -> None:
        """Raises Cancelled."""
        if self._ended.is_set():
            raise Cancelled

    @contextmanager
    def ending_by(self, end_now: Callable[[], None]) -> Iterator[None]:
        """While something is under way that `end_now` ends."""
        self._end_now = end_now
        try:
            self.check()
            yield
        finally:
            self._end_now = None

    def rest(self, seconds: float) -> None:
        """Raises Cancelled."""
        self._ended.wait(seconds)
        self.check()

    def ticket(self) -> Ticket | None:
        """Waits for it. None: there will be none. Raises Cancelled."""
        ticket = self.tickets.get()
        self.check()
        return ticket

    # What is told

    def begin(self, state: str, size: int, done: int = 0) -> None:
        """From here on this is what it does."""
        self._state, self.size, self.done, self._pace = state, size, done, Pace(size)
        self._told_at = 0.0
        self.note(0)

    def note(self, more: int) -> None:
        """So many bytes more are done."""
        self.done += more
        now = time.monotonic()
        if now - self._told_at >= TELL_EVERY:
            self._told_at = now
            self._pace.note(self.done, now)
            self._emit(self.facts(self._state))

    def facts(self, state: str, *, detail: str = "", message: str = "", path: str = "") -> Progress:
        pace = (self._pace.speed, self._pace.left) if state == "moving" else (0.0, None)
        return Progress(self.id, self.name, self.upload, state, self.done, self.size, *pace, detail, message, path)
