"""A thread that starts its work again when the network does not allow it; knows nothing of that work."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Final

RETRY: Final = (5.0, 30.0)  # s before the second try, and before each later one

_log: Final = logging.getLogger(__name__)


class Retrying:
    """Runs `work` in a thread called `name` until it returns. When it raises one of `failures`, says so in the
    log and tries again. `stopping` tells the work, and everybody else, that `close` was called; `wake` makes
    the work look."""

    def __init__(
        self, name: str, work: Callable[[], None], failures: tuple[type[Exception], ...], wake: Callable[[], None]
    ) -> None:
        self.stopping = threading.Event()
        self._work, self._failures, self._wake = work, failures, wake
        # daemon: a program that dies of an error before it closes us shall not hang
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Ends the work and its thread. Idempotent; not for that thread itself."""
        self.stopping.set()
        self._wake()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        delays = iter(RETRY)
        delay = 0.0
        while not self.stopping.wait(delay):
            try:
                self._work()
            except self._failures as error:
                delay = next(delays, RETRY[-1])
                _log.warning("%s: %s; next try in %.0f s", self._thread.name, error, delay)
            else:
                return
