"""Counters: what makes sending again harmless. The highest number of each outbox that is stored or about to be; pure.

One for all rooms, since an outbox counts what its member says in any of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, TypeAlias

from lanchat.protocol.limits import MAX_COUNTER, MAX_RUN

MAX_COUNTERS: Final = 10_000  # outboxes whose counter is kept in memory: 2 MB
_KEYED_ID: Final = re.compile(rf"([0-9A-Za-z]{{1,{MAX_RUN}}})-(0|[1-9][0-9]{{0,15}})")

Outbox: TypeAlias = tuple[str, str]  # names a row of counters: a member's key and the run of its outbox


def number(key: str, id: str) -> tuple[Outbox, int] | None:  # noqa: A002 - the wire's word
    """Of an id of a member with a key, `<run>-<n>`; None: it is none."""
    match = _KEYED_ID.fullmatch(id)
    if match is None or int(match[2]) > MAX_COUNTER:
        return None
    return (key, match[1]), int(match[2])


class Counters:
    """lookup: the stored counter of an outbox (key, run), -1: none; it raises StoreError."""

    def __init__(self, lookup: Callable[[str, str], int]) -> None:
        self._lookup = lookup
        self._highest: dict[Outbox, int] = {}
        self.waiting: dict[Outbox, int] = {}  # of what is about to be stored: to be stored along with it

    def __len__(self) -> int:
        return len(self._highest)

    def highest(self, outbox: Outbox) -> int:
        """The highest that is stored or about to be, -1: none."""
        n = self._highest.get(outbox)
        return self._lookup(*outbox) if n is None else n

    def count(self, outbox: Outbox, n: int) -> None:
        """The entry of that number is about to be stored."""
        self._highest[outbox] = self.waiting[outbox] = n

    def stored(self) -> None:
        """All that was said is in the journal, where it can be looked up again."""
        self.waiting = {}
        if len(self._highest) > MAX_COUNTERS:
            self._highest.clear()

    def not_stored(self) -> None:
        """What was counted could not be stored: the numbers are free again."""
        self._highest.clear()
        self.waiting = {}
