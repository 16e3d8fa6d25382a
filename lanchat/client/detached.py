"""A call that nothing can interrupt, as a name server's answer: who waits for it may stop waiting. It knows no call.

Its thread is a daemon: it ends with the call, and holds up no program that ends sooner.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

ResultT = TypeVar("ResultT")


class Detached(Generic[ResultT]):
    """call: must leave nothing open that only its caller would close. `abandon` may be called from any thread."""

    def __init__(self, call: Callable[[], ResultT], name: str) -> None:
        """name: of its thread."""
        self._call = call
        self._ended: queue.SimpleQueue[Callable[[], ResultT]] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def result(self) -> ResultT:
        """Begins, and waits; raises what the call raised, ConnectionAbortedError when it was abandoned."""
        if self._ended.empty():
            self._thread.start()
        return self._ended.get()()

    def abandon(self) -> None:
        """Nobody waits for it any more."""
        self._ended.put(_nobody)

    def _run(self) -> None:
        try:
            result = self._call()
        except Exception as error:  # is raised where somebody waits
            fault = error

            def failed() -> ResultT:
                raise fault

            self._ended.put(failed)
            return
        self._ended.put(lambda: result)


def _nobody() -> ResultT:  # type: ignore[type-var]
    raise ConnectionAbortedError("nobody waits for it any more")
