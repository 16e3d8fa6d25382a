"""The sentence about an invitation: how often, and until when."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from lanchat.gui.model.invitation import promise

MONDAY = datetime(2026, 11, 16, 14, 30)


def test_it_says_what_the_link_allows() -> None:
    assert promise(1, MONDAY + timedelta(days=1), MONDAY) == (
        "Whoever has this link comes in, also without a PIN, and knows that it is the right room. "
        "It works once, until tomorrow 14:30."
    )


@pytest.mark.parametrize(
    ("later", "end"),
    [
        (timedelta(hours=1), "until today 15:30."),
        (timedelta(hours=9, minutes=29), "until today 23:59."),
        (timedelta(hours=9, minutes=30), "until tomorrow 00:00."),
        (timedelta(days=2), "until Wednesday, 18 November, 14:30."),
        (timedelta(days=7), "until Monday, 23 November, 14:30."),
    ],
)
def test_a_near_day_is_named_as_people_do(later: timedelta, end: str) -> None:
    assert promise(1, MONDAY + later, MONDAY).endswith(end)


@pytest.mark.parametrize(("uses", "often"), [(1, "once,"), (3, "3 times,"), (None, "for any number of people,")])
def test_it_says_how_often(uses: int | None, often: str) -> None:
    assert f" It works {often} until " in promise(uses, MONDAY, MONDAY)
