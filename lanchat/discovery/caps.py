"""How much is enough: token buckets against floods; no clock (`now` is passed in), no thread."""

from __future__ import annotations

from typing import Final

ANSWERS: Final = 2_000.0  # answers/s of one server: 500 open pickers ask 150 times/s, in their first 3 s 5,000 times
ANSWERS_PER_SOURCE: Final = 20.0  # answers/s to one address: a few windows and terminals of one machine
SECONDS_SAVED: Final = 3.0  # s of allowance that a quiet time saves up: the first questions come in a burst
MAX_SOURCES: Final = 1_024  # addresses to keep count of


class Bucket:
    """Allows `rate` per second in the long run, and `burst` at once."""

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self._rate, self._burst = rate, burst
        self._tokens, self._at = burst, now

    def take(self, now: float) -> bool:
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
        self._at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class AnswerCaps:
    """Whether a question from `source` may cost an answer."""

    def __init__(self, now: float) -> None:
        self._all = Bucket(ANSWERS, ANSWERS * SECONDS_SAVED, now)
        self._sources: dict[str, Bucket] = {}

    def take(self, source: str, now: float) -> bool:
        bucket = self._sources.get(source)
        if bucket is None:
            if len(self._sources) >= MAX_SOURCES:
                del self._sources[next(iter(self._sources))]
            bucket = Bucket(ANSWERS_PER_SOURCE, ANSWERS_PER_SOURCE * SECONDS_SAVED, now)
            self._sources[source] = bucket
        return bucket.take(now) and self._all.take(now)
