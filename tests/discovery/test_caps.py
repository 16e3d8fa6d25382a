"""Token buckets, and what one server answers at most."""

from __future__ import annotations

from lanchat.discovery.caps import ANSWERS_PER_SOURCE, MAX_SOURCES, SECONDS_SAVED, AnswerCaps, Bucket
from lanchat.discovery.directory import BURST
from lanchat.discovery.entry import LOOKED_AT


def test_a_bucket_allows_a_burst_and_then_its_rate() -> None:
    bucket = Bucket(rate=10, burst=5, now=0)
    assert [bucket.take(0) for _ in range(6)] == [True] * 5 + [False]
    assert [bucket.take(0.1), bucket.take(0.1)] == [True, False]
    assert sum(bucket.take(100) for _ in range(50)) == 5


def test_five_hundred_windows_opened_at_once_are_all_answered() -> None:
    """Each asks everybody in three ways, five times in 3 s, then by the pace of a list that is looked at, and
    asks this server alone in between."""
    caps = AnswerCaps(now=0)
    minute = [*BURST, *[3 + LOOKED_AT.everybody * n for n in range(1, 4)]]
    questions = [(t, w) for t in minute for w in range(500) for _ in range(3)]
    questions += [(LOOKED_AT.live * n, w) for n in range(1, 8) for w in range(500)]
    refused = [q for q in sorted(questions) if not caps.take(f"10.0.{q[1] // 250}.{q[1] % 250}", q[0])]
    assert refused == []


def test_one_address_gets_a_limited_number_of_answers() -> None:
    caps = AnswerCaps(now=0)
    answered = sum(caps.take("10.0.0.66", n / 10_000) for n in range(10_000))
    assert answered <= ANSWERS_PER_SOURCE * (SECONDS_SAVED + 1)
    assert caps.take("10.0.0.7", 1.0)


def test_forged_sources_do_not_grow_the_table() -> None:
    caps = AnswerCaps(now=0)
    for number in range(20_000):
        caps.take(f"10.{number % 200}.{number // 200}.1", number / 10_000)
    assert len(caps._sources) <= MAX_SOURCES
