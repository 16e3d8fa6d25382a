"""Slow mode, second by second."""

from __future__ import annotations

import pytest

from lanchat.server import slow_mode
from lanchat.server.slow_mode import SlowMode


def test_each_waits_from_their_own_last_word() -> None:
    slow = SlowMode(10)
    assert slow.wait("ana", 100.0) == 0
    slow.spoke("ana", 100.0)
    slow.spoke("ben", 104.0)
    assert [slow.wait(who, 105.0) for who in ("ana", "ben", "eva")] == [5, 9, 0]
    assert [slow.wait("ana", now) for now in (109.9, 110.0)] == [1, 0]


def test_nobody_waits_longer_than_the_interval() -> None:
    """Whatever the clock's fractions: 32159.626238351248 + 3600 - 32159.626238351248 is more than 3600."""
    slow = SlowMode(3600)
    slow.spoke("ana", 32159.626238351248)
    assert slow.wait("ana", 32159.626238351248) == 3600


def test_another_interval_counts_at_once() -> None:
    slow = SlowMode(10)
    slow.spoke("ana", 100.0)
    slow.interval = 60
    assert slow.wait("ana", 110.0) == 50
    slow.interval = 0
    assert slow.wait("ana", 100.5) == 0


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slow_mode, "MAX_PEOPLE", 100)
    slow = SlowMode(3600)
    for n in range(1_000):
        slow.spoke(f"{n}", 1.0)
    assert len(slow._spoke) == 100
    slow.spoke("late", 4_000.0)
    assert len(slow._spoke) == 1
