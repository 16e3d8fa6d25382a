"""Lengths of time, read and written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lanchat.protocol.duration import duration, parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90", 90),
        ("10m", 600),
        ("2h", 7_200),
        ("1h30m", 5_400),
        ("7d", 604_800),
        ("2w", 1_209_600),
        ("0", 0),
        ("", None),
        ("h", None),
        ("-5", None),
        ("1.5h", None),
        ("5 m", None),
        ("spam", None),
        ("5x", None),
        ("٣m", None),
        ("9" * 400, None),
        ("1m" * 400, 400 * 60),
    ],
)
def test_what_people_type(text: str, seconds: int | None) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (45, "45 s"),
        (90, "1 min 30 s"),
        (3_600, "1 h"),
        (5_430, "1 h 30 min"),
        (86_400, "1 day"),
        (200_000, "2 days 7 h"),
    ],
)
def test_what_people_read(seconds: int, words: str) -> None:
    assert duration(seconds) == words


@given(st.integers(0, 10**10))
def test_any_length_has_words(seconds: int) -> None:
    assert duration(seconds)
