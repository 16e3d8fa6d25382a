"""The queue between the link and whoever listens."""

from __future__ import annotations

import threading

import pytest

from lanchat.client import event_queue
from lanchat.client.event_queue import EventQueue
from lanchat.client.events import Connecting, Ended, Event, Message, Page, Pins, Rooms
from lanchat.errors import HostRefused
from lanchat.protocol.presence import Pin
from lanchat.protocol.rooms import Person, RoomInfo


def test_events_come_in_order() -> None:
    queue = EventQueue()
    for n in range(5):
        queue.put(Connecting(str(n)))
    queue.put(Ended())
    assert [*queue] == [Connecting(str(n)) for n in range(5)] + [Ended()]


def test_get_times_out_and_wakes() -> None:
    queue = EventQueue()
    with pytest.raises(TimeoutError):
        queue.get(0.01)
    feeder = threading.Thread(target=queue.put, args=(Connecting("a"),))
    feeder.start()
    assert queue.get(30) == Connecting("a")
    feeder.join()


def test_drain_takes_what_is_there() -> None:
    queue = EventQueue()
    assert queue.drain(5) == []
    for n in range(3):
        queue.put(Connecting(str(n)))
    assert len(queue.drain(2)) == 2
    assert not queue.empty
    assert queue.drain(2) == [Connecting("2")]
    assert queue.empty


def test_drain_counts_entries_and_tears_no_page() -> None:
    queue = EventQueue()
    pages = [Page("lobby", [Message("lobby", n, str(n), 1, "Ana", None, "x")] * n) for n in (3, 3, 20, 1)]
    for page in pages:
        queue.put(page)
    assert queue.drain(8) == pages[:2]
    assert queue.drain(8) == pages[2:3]  # heavier than all that was asked for, and comes nevertheless
    assert queue.drain(8) == pages[3:]


def test_the_end_is_told_to_everyone_who_asks() -> None:
    """Two threads that iterate, or a second loop over the events, would wait for ever otherwise."""
    queue = EventQueue()
    seen: list[list[object]] = []
    listeners = [threading.Thread(target=lambda: seen.append([*queue])) for _ in range(2)]
    for listener in listeners:
        listener.start()
    queue.put(Ended())
    for listener in listeners:
        listener.join(30)
    assert seen == [[Ended()], [Ended()]]
    assert queue.get() == queue.get() == Ended()
    assert queue.drain(9) == [Ended()]
    assert queue.drain(9) == []


def test_the_loop_raises_why_it_ended() -> None:
    queue = EventQueue()
    queue.put(Ended(HostRefused(host="here")))
    loop = iter(queue)
    assert isinstance(next(loop), Ended)
    with pytest.raises(HostRefused):
        next(loop)


def test_on_event_is_called_when_the_queue_was_empty() -> None:
    queue = EventQueue()
    calls: list[int] = []
    queue.on_event = lambda: calls.append(len(calls))
    queue.put(Connecting("a"))
    queue.put(Connecting("b"))
    assert calls == [0]
    queue.drain(5)
    queue.put(Connecting("c"))
    assert calls == [0, 1]


def test_it_knows_when_it_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_queue, "MAX_UNREAD", 2)
    queue = EventQueue()
    queue.put(Connecting("a"))
    assert not queue.full
    queue.put(Connecting("b"))
    assert queue.full
    queue.get()
    assert not queue.full


def test_it_is_full_while_its_reader_holds_it() -> None:
    queue = EventQueue()
    queue.held = True
    assert queue.full
    queue.put(Connecting("a"))  # what was read already comes nevertheless
    assert queue.drain(1) == [Connecting("a")]
    queue.held = False
    assert not queue.full


def test_a_page_counts_by_what_is_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that sends pages nobody reads fills no memory."""
    monkeypatch.setattr(event_queue, "MAX_UNREAD", 100)
    queue = EventQueue()
    short = Page("lobby", [Message("lobby", n, str(n), 1, "Ana", None, "x") for n in range(50)])
    queue.put(short)
    assert not queue.full
    queue.put(Message("lobby", 51, "51", 1, "Ana", None, "x" * 25_000))
    assert queue.full
    queue.drain(200)
    assert not queue.full
    queue.put(short)
    assert not queue.full


@pytest.mark.parametrize(
    "event",
    [
        Rooms([RoomInfo(f"r{n}", topic="t" * 120) for n in range(50)]),
        Rooms([RoomInfo(f"@{n}", people=[Person("k" * 43, "Ana")] * 4) for n in range(10)]),
        Rooms([RoomInfo("@", people=[Person("k" * 43, "A" * 25_000)])]),
        Pins("lobby", 1, [Pin(1, "Ana", "x" * 500)] * 25),
    ],
)
def test_rooms_their_people_and_pins_count(monkeypatch: pytest.MonkeyPatch, event: Event) -> None:
    monkeypatch.setattr(event_queue, "MAX_UNREAD", 50)
    queue = EventQueue()
    queue.put(event)
    assert queue.full
    queue.drain(1)
    queue.put(Rooms([RoomInfo("games")]))
    assert not queue.full
