"""Carries calls from other threads into the Tk thread, and slow work out of it; it knows no screen.

Another thread appends to a deque, and the Tk thread empties it, turn by turn; when nothing comes it sleeps until a bell
rings, or, where Tk can hear none, looks now and then. No thread but Tk's own ever makes a Tk call: with a threaded Tcl
such a call waits for the Tk thread, which makes a deadlock out of every join.
"""

from __future__ import annotations

import logging
import threading
import time
import tkinter as tk
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Final, TypeVar

from lanchat.errors import LanchatError
from lanchat.gui.bell import Bell, can_ring

TURN: Final = 16  # ms between turns while something happens: one frame of a 60 Hz screen
SLOW_TURN: Final = 50  # ms between turns when nobody sees the window; in silence, where no bell is heard
BUDGET: Final = 0.008  # s that one turn may take: half a frame, the other half is for drawing
SILENCE: Final = 2.0  # s without a call after which turns become slow

T = TypeVar("T")
Call = Callable[[], object]

_log = logging.getLogger(__name__)


class Pump:
    """Made, started and stopped in the Tk thread. `post` alone may be called from any thread."""

    def __init__(self, root: tk.Tk, clock: Callable[[], float] = time.monotonic) -> None:
        self._root = root
        self._clock = clock
        self._calls: deque[Call] = deque()
        self._jobs: set[threading.Thread] = set()
        self._last_call = clock()
        self._at_rest: Call | None = None
        self._bell: Bell | None = None
        self._asleep = False  # until the bell rings; written by the Tk thread alone

    def start(self) -> None:
        if can_ring(self._root):
            self._bell = Bell(self._root, self._wake)
        self._root.after(TURN, self._turn)

    def post(self, call: Call) -> None:
        """Has `call` called in the Tk thread soon, in the order of the posts. Never blocks."""
        self._calls.append(call)
        if self._asleep and self._bell is not None:
            self._bell.ring()

    def work(
        self,
        name: str,
        job: Callable[[], T],
        done: Callable[[T], object] | None = None,
        failed: Callable[[LanchatError], object] | None = None,
    ) -> None:
        """Runs `job`, which may block, in a thread of its own, and hands its result to `done` in the Tk thread,
        or a LanchatError to `failed`. Without `failed`, and for any other exception, it counts as a bug."""

        def run() -> None:
            try:
                result = job()
            except Exception as error:
                self.post(partial(self._job_failed, thread, error, failed))
            else:
                self.post(partial(self._job_done, thread, result, done))

        _log.debug("begins: %s", name)
        thread = threading.Thread(target=run, name=f"lanchat-{name}")
        self._jobs.add(thread)
        thread.start()

    def stop(self, then: Call) -> None:
        """Waits, turn by turn, until every job has ended and every call is made; then ends and calls `then`."""
        self._at_rest = then
        self._wake()

    @property
    def interval(self) -> int:
        """ms until the next turn."""
        silent = self._clock() - self._last_call > SILENCE
        return SLOW_TURN if not self._calls and (silent or not self._root.winfo_viewable()) else TURN

    def _turn(self) -> None:
        deadline = self._clock() + BUDGET
        idle = not self._calls
        while self._calls:
            self._make(self._calls.popleft())
            self._last_call = self._clock()
            if self._last_call >= deadline:
                break
        if self._at_rest and not self._jobs and not self._calls:
            then, self._at_rest = self._at_rest, None
            if self._bell is not None:
                self._bell.close()
            then()
        elif idle and self._bell is not None:
            self._fall_asleep()
        else:
            self._root.after(self.interval, self._turn)

    def _fall_asleep(self) -> None:
        self._asleep = True
        if self._calls:  # by somebody who did not see yet that we sleep
            self._wake()

    def _wake(self) -> None:
        if self._asleep:
            self._asleep = False
            self._root.after(0, self._turn)

    def _make(self, call: Call) -> None:
        try:
            call()
        except Exception as error:  # the same way out as for every Tk callback: reported, and the window lives on
            self._root.report_callback_exception(type(error), error, error.__traceback__)

    def _job_done(self, thread: threading.Thread, result: T, done: Callable[[T], object] | None) -> None:
        self._ended(thread)
        if done:
            done(result)

    def _job_failed(
        self, thread: threading.Thread, error: Exception, failed: Callable[[LanchatError], object] | None
    ) -> None:
        self._ended(thread)
        if failed and isinstance(error, LanchatError):
            failed(error)
        else:
            raise error

    def _ended(self, thread: threading.Thread) -> None:
        thread.join()  # posting this was the last thing it did
        self._jobs.discard(thread)
