"""Sending: what we said and the server has not acknowledged: when it goes out, is held back, tried again, given up.

No socket, no thread, no clock. What must last is in the outbox; what was said earlier is never overtaken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from lanchat.client.events import Event, Failed, Queued
from lanchat.client.outbox import Outbox, Waiting
from lanchat.errors import LocalProtocolError, StoreError
from lanchat.protocol.frames import ClientFrame, Error, Resend, Say, Word
from lanchat.protocol.limits import Code

STORE_AGAIN: Final = 2.0  # s until the server is asked again to store what it could not
_MAX_FAILED: Final = 1_000  # messages the server refused, kept to be said again


class Sending:
    """Owned by the link's thread. Times: s, monotonic, but `at`: ms since 1970."""

    def __init__(self, outbox: Outbox, send: Callable[[ClientFrame], None], emit: Callable[[Event], None]) -> None:
        self._outbox, self._send, self._emit = outbox, send, emit
        self._joined = False
        self._held = False  # nothing else is said before the oldest that was not taken
        self._one_by_one = False  # the room is slow
        self._trying = ""  # the id of what is tried again
        self._wait = STORE_AGAIN
        self._again_at: float | None = None  # when it is
        self._failed: dict[str, Say] = {}
        self._on_empty: list[Callable[[bool], None]] = []
        self._told_left_alone = 0

    # The connection

    def begin(self, server_id: str) -> list[str]:
        """The server is known; the runs whose messages wait, for the hello."""
        self._outbox.resolve(server_id)
        self._tell_left_alone()
        self._let_go()
        return self._outbox.runs

    def joined(self, highest: Mapping[str, int]) -> None:
        """We are in. What the server stored before we heard of it comes back in the pages; it waits no longer."""
        self._joined = True
        self._outbox.acknowledge(highest)
        self._send_all()

    def ended(self) -> None:
        self._joined = False

    def tell_waiting(self) -> None:
        """Queued for all that waits, also from before a restart."""
        for row in self._outbox.waiting():
            self._tell_queued(row)
        self._tell_left_alone()

    def _tell_left_alone(self) -> None:
        """Once, that a newer lanchat left something behind."""
        count = self._outbox.left_alone
        if count > self._told_left_alone:
            amount, them = ("1 message", "it") if count == 1 else (f"{count:,} messages", "them")
            told = f"Not sent yet: {amount} that a newer lanchat wrote. Only that one can send {them}."
            self._emit(Error(Code.INVALID, told))
        self._told_left_alone = count

    # What the server says of it

    def stored(self, ids: Iterable[str]) -> None:
        """Entries of ours came."""
        if self._outbox.remove(ids) and self._held:
            self._go_on()

    def refused(self, error: Error, now: float) -> None:
        """For good, or for a while: then all waits here, and the oldest is tried again later."""
        if error.code in (Code.NOT_STORED, Code.SLOW):
            self._hold(error, now)
            return
        for row in self._outbox.remove([error.id or ""]):
            self._fail(row, error.detail)
            if self._held:
                self._go_on()

    def _hold(self, error: Error, now: float) -> None:
        """What was sent behind the first is refused as well, and tells nothing new."""
        slow = error.code == Code.SLOW
        if self._held and error.id != self._trying:
            return
        if not self._held or slow:
            self._emit(Error(error.code, error.detail, wait=error.wait))
        self._held, self._one_by_one, self._trying = True, slow, error.id or ""
        self._wait = float(error.wait or STORE_AGAIN)
        self._again_at = now + self._wait

    def slow_mode(self, slow: bool) -> None:
        """The room is, or is no more: what waits since then may go out sooner."""
        if self._one_by_one:
            self._one_by_one = slow
            self.try_again()

    @property
    def settled(self) -> int:
        """How many messages were acknowledged, refused or discarded; for any thread, and maybe a moment old."""
        return self._outbox.removed

    @property
    def under_way(self) -> bool:
        """Whether the server has, or gets just now, what it will acknowledge soon."""
        return self._joined and not self._held and bool(len(self._outbox))

    @property
    def due(self) -> float | None:
        """When `on_time` has something to do."""
        return self._again_at if self._joined else None

    def on_time(self, now: float) -> None:
        if self.due is not None and now >= self.due:
            self._again_at = now + self._wait
            self.try_again()

    def try_again(self) -> None:
        """Says the oldest of what was not taken; the rest follows once that is settled."""
        if self._held and self._joined:
            self._send(Resend())
            for row in self._outbox.waiting()[:1]:
                self._trying = row.id
                self._send(row.frame)

    def _go_on(self) -> None:
        """The oldest is settled. The server stores again, so that all may go; or the next one has its turn."""
        if self._one_by_one and len(self._outbox):
            self.try_again()
            return
        self._let_go()
        self._send_all()

    def _let_go(self) -> None:
        self._held, self._one_by_one, self._again_at = False, False, None

    def _send_all(self) -> None:
        for row in self._outbox.waiting():
            self._send(row.frame)

    # What the person wants

    def say(self, n: int, word: Word, at: int) -> None:
        """Stores, tells, and sends if there is a connection."""
        row = Waiting.of(self._outbox.run, n, at, word)
        try:
            self._outbox.add(row)
        except (StoreError, LocalProtocolError) as error:
            self._fail(row, str(error))
            return
        self._tell_queued(row)
        if self._joined and not self._held:
            self._send(row.frame)

    def discard(self, message_id: str) -> None:
        self._failed.pop(message_id, None)
        if self._outbox.remove([message_id]) and self._held and not len(self._outbox):
            self._send(Resend())
            self._let_go()
        self.check_empty()

    def failed(self, message_id: str) -> Say | None:
        """A message that the server refused; it is forgotten here."""
        return self._failed.pop(message_id, None)

    def when_empty(self, call: Callable[[bool], None]) -> None:
        """Calls with True once nothing waits; at once, if nothing does. With False, if that does not come."""
        self._on_empty.append(call)
        self.check_empty()

    def check_empty(self) -> None:
        if not len(self._outbox):
            calls, self._on_empty = self._on_empty, []
            for call in calls:
                call(True)

    def close(self) -> None:
        for call in self._on_empty:
            call(False)
        self._outbox.close()

    def _tell_queued(self, row: Waiting) -> None:
        """Edits and reactions are seen once they are there."""
        word = row.frame
        if isinstance(word, Say):
            self._emit(Queued(row.id, row.text, row.at, word.reply, word.room))

    def _fail(self, row: Waiting, detail: str) -> None:
        word = row.frame
        if not isinstance(word, Say):
            self._emit(Error(Code.INVALID, detail))
            return
        self._failed[row.id] = word
        if len(self._failed) > _MAX_FAILED:
            del self._failed[next(iter(self._failed))]
        self._emit(Failed(row.id, row.text, detail, word.room))
