"""How many nicknames, or rooms, new keys of one address may come to hold in a day: keys are free to make; pure."""

from __future__ import annotations

from collections import deque
from typing import Final

MAX_NEW: Final = 20  # of one address in one DAY: a machine with many users, or a classroom behind a router
MAX_REMEMBERED: Final = 2_000  # of all addresses: more new keys in a day are no people
DAY: Final = 24 * 3600.0  # s


class Holding:
    """Times are s, of one clock."""

    def __init__(self) -> None:
        self._new: deque[tuple[float, str]] = deque()

    def allows(self, source: str, now: float) -> bool:
        """Whether one more new key from `source` may hold the name it comes with. Whose may not, is in under its name,
        which is free again when it leaves."""
        while self._new and self._new[0][0] + DAY <= now:
            self._new.popleft()
        return len(self._new) < MAX_REMEMBERED and sum(who == source for _, who in self._new) < MAX_NEW

    def count(self, source: str, now: float) -> None:
        """A new key from there holds its name."""
        self._new.append((now, source))
