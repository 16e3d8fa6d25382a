"""A client's events on their way to the Tk thread."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from functools import partial

import pytest

from lanchat.client.event_queue import EventQueue
from lanchat.client.events import Delay, Event, Message, Page
from lanchat.gui.feed import BATCH, Feed
from lanchat.gui.pump import Pump

pytestmark = pytest.mark.display
Until = Callable[[Callable[[], object]], None]


@pytest.fixture
def pump(root: tk.Tk) -> Pump:
    pump = Pump(root)
    pump.start()
    return pump


def _end(pump: Pump, until: Until) -> None:
    ended: list[bool] = []
    pump.stop(partial(ended.append, True))
    until(lambda: ended)


def test_every_event_arrives_once_in_order(pump: Pump, until: Until) -> None:
    events, got = EventQueue(), list[Event]()
    Feed(pump, events, got.append)
    sent = [Delay(float(n)) for n in range(5 * BATCH + 3)]
    for event in sent[:-1]:
        events.put(event)
    until(lambda: len(got) == len(sent) - 1)
    events.put(sent[-1])  # after the queue was empty
    until(lambda: got == sent)
    _end(pump, until)


def test_a_flood_of_pages_comes_one_by_one_so_that_the_pump_can_look_at_its_budget(pump: Pump, until: Until) -> None:
    events, got = EventQueue(), list[Event]()
    calls: list[int] = []  # how many had come when the next call was made

    def take(event: Event) -> None:
        got.append(event)
        pump.post(lambda: calls.append(len(got)))

    Feed(pump, events, take)
    pages = [Page("lobby", [Message("lobby", n, str(n), 1, "Ana", None, "x")] * (BATCH + 1)) for n in range(5)]
    for page in pages:
        events.put(page)
    until(lambda: len(calls) == len(pages))
    assert got == pages
    assert calls == [1, 2, 3, 4, 5]
    _end(pump, until)


def test_the_listener_may_change_in_the_middle(pump: Pump, until: Until) -> None:
    events, first, second = EventQueue(), list[Event](), list[Event]()

    def only_one(event: Event) -> None:
        first.append(event)
        feed.handle = second.append

    feed = Feed(pump, events, only_one)
    for n in range(3):
        events.put(Delay(float(n)))
    until(lambda: len(second) == 2)
    assert first == [Delay(0.0)]
    _end(pump, until)


def test_one_that_cannot_be_handled_is_reported_and_takes_no_others_along(
    root: tk.Tk, pump: Pump, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    events, got, reported = EventQueue(), list[Event](), list[BaseException]()
    monkeypatch.setattr(root, "report_callback_exception", lambda _kind, error, _trace: reported.append(error))

    def take(event: Event) -> None:
        if event == Delay(1.0):
            raise ValueError("a bug")
        got.append(event)

    Feed(pump, events, take)
    for n in range(BATCH + 3):
        events.put(Delay(float(n)))
    until(lambda: len(got) == BATCH + 2)
    assert Delay(1.0) not in got
    assert [str(error) for error in reported] == ["a bug"]
    _end(pump, until)


def test_after_stop_nothing_arrives_but_the_queue_is_emptied(pump: Pump, until: Until) -> None:
    events, got = EventQueue(), list[Event]()
    feed = Feed(pump, events, got.append)
    feed.stop()
    for n in range(3 * BATCH):
        events.put(Delay(float(n)))
    _end(pump, until)
    assert got == []
    assert events.drain(1) == []
