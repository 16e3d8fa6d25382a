"""The way from the link to whoever listens: a queue of events; it understands none of them."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import Final

from lanchat.client.events import Edited, Ended, Event, Message, Page, Pins, Presence, Rooms, Roster
from lanchat.protocol.rooms import RoomInfo

MAX_UNREAD: Final = 20_000  # entries and other events until the link stops reading from the server: a minute of a storm
_TEXT: Final = 500  # characters that count as one more: 10 million in all


class EventQueue:
    """Fed by the link's thread, read by any. `on_event` is called in the link's thread when something comes
    into the empty queue; it must only pass the word on."""

    def __init__(self) -> None:
        self.on_event: Callable[[], None] | None = None
        self.held = False  # by its reader, who has no time: it counts as full
        self._events: deque[tuple[Event, int]] = deque()  # and what each counts
        self._unread = 0
        self._some = threading.Condition()

    @property
    def full(self) -> bool:
        """Nothing more is read from the server."""
        return self.held or self._unread >= MAX_UNREAD

    @property
    def empty(self) -> bool:
        return not self._events

    def put(self, event: Event) -> None:
        weight = _weight(event)
        with self._some:
            first = not self._events
            self._events.append((event, weight))
            self._unread += weight
            self._some.notify_all()
        if first and self.on_event is not None:
            self.on_event()

    def get(self, timeout: float | None = None) -> Event:
        """The next event; Ended again and again, once nothing can follow. Raises TimeoutError when none comes in
        time."""
        with self._some:
            if not self._some.wait_for(lambda: self._events, timeout):
                raise TimeoutError("no event")
            first = self._events[0][0]
            return first if isinstance(first, Ended) else self._take()

    def drain(self, limit: int) -> list[Event]:
        """The first of the events that are there: up to `limit` entries and other events, but one event in any case,
        if there is one: a page is not torn. Never waits."""
        taken: list[Event] = []
        with self._some:
            while self._events and (not taken or self._events[0][1] <= limit):
                limit -= self._events[0][1]
                taken.append(self._take())
        return taken

    def _take(self) -> Event:
        event, weight = self._events.popleft()
        self._unread -= weight
        return event

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


def _weight(event: Event) -> int:
    match event:
        case Message(text=text) | Edited(text=text):
            return 1 + len(text) // _TEXT
        case Page(entries=entries):
            return 1 + sum(1 + len(e.text) // _TEXT if isinstance(e, Message | Edited) else 1 for e in entries)
        case Roster(members=some) | Presence(changes=some):
            return 1 + len(some)
        case Rooms(rooms=rooms):
            return 1 + sum(map(_weight_of_room, rooms))
        case Pins(pins=pins):
            return 1 + sum(1 + (len(pin.nick) + len(pin.text)) // _TEXT for pin in pins)
        case _:
            return 1


def _weight_of_room(room: RoomInfo) -> int:
    texts = len(room.topic) + sum(len(person.nick) for person in room.people)
    return 1 + len(room.people) + texts // _TEXT
