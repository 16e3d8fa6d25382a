"""The rate of one member, by a clock of our own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lanchat.server.limits import RATE_BURST, RATE_BYTES, Rate


def test_a_burst_is_free_and_what_exceeds_it_waits() -> None:
    rate = Rate(10, now=0.0)
    assert rate.delay(int(10 * RATE_BURST), 0, now=0.0) == 0.0
    assert rate.delay(1, 0, now=0.0) == pytest.approx(0.1)
    assert rate.delay(9, 0, now=0.0) == pytest.approx(1.0)


def test_time_gives_it_back_but_never_more_than_a_burst() -> None:
    rate = Rate(10, now=0.0)
    rate.delay(50, 0, now=0.0)
    assert rate.delay(10, 0, now=1.0) == 0.0
    assert rate.delay(51, 0, now=1_000_000.0) == pytest.approx(0.1)


@given(st.floats(0.1, 1000), st.lists(st.tuples(st.floats(0, 10), st.integers(0, 100)), max_size=50))
def test_who_waits_as_told_never_exceeds_burst_plus_rate(per_second: float, steps: list[tuple[float, int]]) -> None:
    rate, now, said = Rate(per_second, now=0.0), 0.0, 0
    for pause, messages in steps:
        now += pause
        said += messages
        now += rate.delay(messages, 0, now)
        assert said <= per_second * (RATE_BURST + now) + 1e-3


def test_noise_costs_by_its_size() -> None:
    rate = Rate(10.0, now=0.0)
    assert rate.delay(1, int(10 * RATE_BURST) * RATE_BYTES, now=0.0) == 0.0
    assert rate.delay(1, 2 * RATE_BYTES, now=0.0) == pytest.approx(0.2)
