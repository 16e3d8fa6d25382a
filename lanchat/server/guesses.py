"""How often a PIN may be tried, from one address and in all; pure, time is passed in.

A try counts as wrong from its beginning: who hangs up before the answer has used it up, and tries at the same time
count each. What was right is taken back.
"""

from __future__ import annotations

from collections import deque
from typing import Final, NamedTuple

FREE_TRIES: Final = 5  # from one address: fingers slip
FIRST_DELAY: Final = 5.0  # s after those; doubles with each further one
MOST_DELAY: Final = 300.0  # s
MAX_WRONG: Final = 100  # in one WINDOW, from everywhere: to try all of six digits takes ten thousand hours
WINDOW: Final = 3600.0  # s until a wrong try is forgotten


class Try(NamedTuple):
    """mark: which of several at the same time."""

    at: float
    source: str
    mark: object


class Guesses:
    """Times are s, monotonic. At most MAX_WRONG tries are kept, and no more sources than tries."""

    def __init__(self) -> None:
        self._wrong: deque[Try] = deque()

    def wait(self, source: str, now: float) -> float:
        """Seconds until `source` may try again; 0: now."""
        self._forget(now)
        if len(self._wrong) >= MAX_WRONG:
            return self._wrong[0].at + WINDOW - now
        mine = [one.at for one in self._wrong if one.source == source]
        if len(mine) < FREE_TRIES:
            return 0.0
        delay = min(MOST_DELAY, FIRST_DELAY * 2.0 ** (len(mine) - FREE_TRIES))
        return max(0.0, mine[-1] + delay - now)

    def closed(self, now: float) -> bool:
        """Whether there were so many wrong ones that nobody may try."""
        self._forget(now)
        return len(self._wrong) >= MAX_WRONG

    def begin(self, source: str, now: float) -> Try:
        """`source` tries; only after `wait` gave 0."""
        begun = Try(now, source, object())
        self._wrong.append(begun)
        return begun

    def was_right(self, begun: Try) -> None:
        """This one try was none of the wrong ones. The others of its source stay: they may be somebody else's."""
        if begun in self._wrong:
            self._wrong.remove(begun)

    def left(self, source: str) -> int:
        """Tries until `source` has to wait."""
        return max(0, FREE_TRIES - sum(one.source == source for one in self._wrong))

    def _forget(self, now: float) -> None:
        while self._wrong and self._wrong[0].at + WINDOW <= now:
            self._wrong.popleft()
