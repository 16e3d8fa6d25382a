"""The way from the link to whoever listens: a queue of events; it understands none of them."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import Final

from lanchat.client.events import Ended, Event

MAX_EVENTS: Final = 20_000  # unread events until the link stops reading from the server: a minute of a storm


class EventQueue:
    """Fed by the link's thread, read by any. `on_event` is called in the link's thread when something comes
    into the empty queue; it must only pass the word on."""

    def __init__(self) -> None:
        self.on_event: Callable[[], None] | None = None
        self._events: deque[Event] = deque()
        self._some = threading.Condition()

    @property
    def full(self) -> bool:
        return len(self._events) >= MAX_EVENTS

    def put(self, event: Event) -> None:
        with self._some:
            first = not self._events
            self._events.append(event)
            self._some.notify_all()
        if first and self.on_event is not None:
            self.on_event()

    def get(self, timeout: float | None = None) -> Event:
        """The next event; Ended again and again, once nothing can follow. Raises TimeoutError when none comes in
        time."""
        with self._some:
            if not self._some.wait_for(lambda: self._events, timeout):
                raise TimeoutError("no event")
            return self._events[0] if isinstance(self._events[0], Ended) else self._events.popleft()

    def drain(self, limit: int) -> list[Event]:
        """At most `limit` events that are there; never waits."""
        with self._some:
            return [self._events.popleft() for _ in range(min(limit, len(self._events)))]

    def __iter__(self) -> Iterator[Event]:
        """Events as they come, up to and with Ended; then raises its error, if it has one, so that a program that
        looks at nothing but messages does not end as if all were well."""
        while True:
            event = self.get()
            yield event
            if isinstance(event, Ended):
                if event.error is not None:
                    raise event.error
                return
