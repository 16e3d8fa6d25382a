"""Hands a client's events to the Tk thread, a few in each call, so that no storm of them holds the window."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final

from lanchat.client.event_queue import EventQueue
from lanchat.client.events import Event
from lanchat.gui.pump import Pump

BATCH: Final = 50  # entries and other events of one call: some 0.3 ms; the pump looks at its budget between calls


class Feed:
    """handle: who gets the events; may be replaced at any time. Made before the client starts."""

    def __init__(self, pump: Pump, events: EventQueue, handle: Callable[[Event], object]) -> None:
        self.handle = handle
        self._pump = pump
        self._events = events
        self._stopped = False
        self._taken: deque[Event] = deque()  # out of the queue, not handed over yet
        events.on_event = lambda: pump.post(self._drain)

    def stop(self) -> None:
        """Nothing is handed over any more."""
        self._stopped = True

    def _drain(self) -> None:
        """Called when something came into the empty queue, and then until it is empty again."""
        self._taken.extend(self._events.drain(BATCH))
        try:
            while self._taken:
                event = self._taken.popleft()
                if not self._stopped:
                    self.handle(event)
        finally:  # one that could not be handled is reported, and takes no others along
            if self._taken or not self._events.empty:
                self._pump.post(self._drain)
