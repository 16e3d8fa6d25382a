"""The way from many sessions to the one broadcaster: a queue bounded in bytes; it looks into nothing."""

from __future__ import annotations

import socket
import threading
from collections.abc import Sequence
from typing import Generic, TypeVar

ItemT = TypeVar("ItemT")


class Inbox(Generic[ItemT]):
    """`put` waits while it is full; `take` never waits, a selector on `wakeup` does."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity  # bytes
        self._items: list[ItemT] = []
        self._size = 0
        self._asleep = False
        self._closed = False
        self._lock = threading.Lock()
        self._room = threading.Condition(self._lock)
        self.wakeup, self._waker = socket.socketpair()
        self.wakeup.setblocking(False)
        self._waker.setblocking(False)

    def put(self, item: ItemT, size: int = 0) -> None:
        """Hands over; waits while what lies there exceeds the capacity, unless size is 0."""
        with self._room:
            while size and self._size and self._size + size > self._capacity and not self._closed:
                self._room.wait()
            if self._closed:
                return
            self._items.append(item)
            self._size += size
            if self._asleep:
                self._asleep = False
                self._waker.send(b"\0")  # cannot block: there is at most one byte in the pair

    def take(self) -> Sequence[ItemT]:
        """All that waits. When there is nothing, the next `put` makes `wakeup` readable."""
        with self._room:
            items, self._items = self._items, []
            if self._size:
                self._size = 0
                self._room.notify_all()
            self._asleep = not items
        return items

    def rest(self) -> None:
        """Takes the wake-up call away, once heard."""
        self.wakeup.recv(64)

    def close(self) -> None:
        """Nobody takes any more: what is put from now on is dropped."""
        with self._room:
            self._closed = True
            self._room.notify_all()
        self.wakeup.close()
        self._waker.close()
