"""The inbox between sessions and broadcaster: bounded, in order, and it wakes who waits on either side."""

from __future__ import annotations

import select
import threading
from collections.abc import Iterator

import pytest

from lanchat.server.inbox import Inbox
from tests.server.raw_client import wait_until


@pytest.fixture
def inbox() -> Iterator[Inbox[int]]:
    box: Inbox[int] = Inbox(100)
    yield box
    box.close()


def is_awake(inbox: Inbox[int]) -> bool:
    return bool(select.select([inbox.wakeup], [], [], 0)[0])


def in_thread(call: object, *args: object) -> threading.Thread:
    thread = threading.Thread(target=call, args=args)  # type: ignore[arg-type]
    thread.start()
    return thread


def test_all_that_waits_is_taken_in_order(inbox: Inbox[int]) -> None:
    for n in range(5):
        inbox.put(n, 10)
    assert inbox.take() == [0, 1, 2, 3, 4]
    assert inbox.take() == []


def test_a_put_wakes_only_who_found_nothing(inbox: Inbox[int]) -> None:
    inbox.put(1)
    assert not is_awake(inbox)
    assert inbox.take() == [1]
    inbox.put(2)
    assert not is_awake(inbox)
    inbox.take()
    assert inbox.take() == []
    inbox.put(3)
    inbox.put(4)
    assert is_awake(inbox)
    inbox.rest()
    assert not is_awake(inbox)
    assert inbox.take() == [3, 4]


def test_a_full_inbox_makes_the_sender_wait_until_it_is_emptied(inbox: Inbox[int]) -> None:
    inbox.put(1, 60)
    sender = in_thread(inbox.put, 2, 60)
    wait_until(lambda: inbox._room._waiters, "the sender waits")  # type: ignore[attr-defined]
    inbox.put(3)  # without a size: never waits
    assert inbox.take() == [1, 3]
    sender.join()
    assert inbox.take() == [2]


def test_something_larger_than_the_inbox_goes_through_alone(inbox: Inbox[int]) -> None:
    inbox.put(1, 1000)
    sender = in_thread(inbox.put, 2, 1)
    wait_until(lambda: inbox._room._waiters, "the sender waits")  # type: ignore[attr-defined]
    assert inbox.take() == [1]
    sender.join()
    assert inbox.take() == [2]


def test_nothing_is_lost_between_many_senders_and_one_taker(inbox: Inbox[int]) -> None:
    def send(first: int) -> None:
        for n in range(first, first + 2000):
            inbox.put(n, n % 50)

    senders = [in_thread(send, k * 10_000) for k in range(4)]
    taken: list[int] = []
    while len(taken) < 8000:
        items = inbox.take()
        taken += items
        if not items:
            assert select.select([inbox.wakeup], [], [], 10)[0], "nobody woke us"
            inbox.rest()
    for sender in senders:
        sender.join()
    for k in range(4):
        assert [n for n in taken if n // 10_000 == k] == list(range(k * 10_000, k * 10_000 + 2000))


def test_closing_wakes_who_waits_and_drops_what_comes() -> None:
    inbox: Inbox[int] = Inbox(10)
    inbox.put(1, 10)
    sender = in_thread(inbox.put, 2, 10)
    wait_until(lambda: inbox._room._waiters, "the sender waits")  # type: ignore[attr-defined]
    inbox.close()
    sender.join()
    inbox.put(3)
    assert inbox.take() == [1]
