"""Tickets that are asked for across breaks, and the pace of a transfer; both pure."""

from __future__ import annotations

import pytest

from lanchat.client.asking import Asking
from lanchat.client.events import Progress
from lanchat.client.pace import WINDOW, Pace, in_words
from lanchat.protocol.frames import ClientFrame, Fetch, Ticket


class Wire:
    def __init__(self) -> None:
        self.sent: list[ClientFrame] = []
        self.answers: list[Ticket | None] = []
        self.asking = Asking(self.sent.append)

    def ask(self, seq: int) -> None:
        self.asking.ask(lambda number: Fetch(number, seq), self.answers.append)


def test_what_is_asked_outside_waits_for_the_room() -> None:
    wire = Wire()
    wire.ask(7)
    assert wire.sent == []
    wire.asking.joined()
    assert wire.sent == [Fetch("f1", 7)]
    wire.asking.answered(Ticket("f1", "a" * 32))
    wire.asking.answered(Ticket("f1", "b" * 32))
    wire.asking.answered(Ticket("f9", "c" * 32))
    assert wire.answers == [Ticket("f1", "a" * 32)]


def test_what_was_not_answered_is_asked_again() -> None:
    wire = Wire()
    lost: list[bool] = []
    wire.asking.on_lost = lambda: lost.append(True)
    wire.asking.joined()
    wire.ask(7)
    wire.ask(8)
    wire.asking.answered(Ticket("f1"))
    wire.asking.ended()
    assert lost
    wire.ask(9)
    wire.asking.joined()
    assert wire.sent == [Fetch("f1", 7), Fetch("f2", 8), Fetch("f2", 8), Fetch("f3", 9)]


def test_nobody_waits_for_ever() -> None:
    wire = Wire()
    wire.ask(7)
    wire.asking.close()
    wire.ask(8)
    assert wire.answers == [None, None]


def test_the_pace_is_that_of_the_last_seconds() -> None:
    pace = Pace(10_000)
    assert (pace.speed, pace.left) == (0.0, None)
    for second in range(11):
        pace.note(second * 100 if second < 5 else 400 + (second - 4) * 1_000, float(second))
    assert pace.speed == pytest.approx(1_000)
    assert pace.left == pytest.approx((10_000 - 6_400) / 1_000)
    pace.note(0, 11.0)  # it begins anew
    assert pace.left is None
    assert WINDOW < 11


@pytest.mark.parametrize(
    ("progress", "words"),
    [
        (Progress("t", "a", True, "waiting"), "Waiting"),
        (Progress("t", "a", True, "reading", size=1_500), "Reading 1.5 kB"),
        (Progress("t", "a", True, "moving", 500, 1_500), "500 bytes of 1.5 kB"),
        (
            Progress("t", "a", True, "moving", 500, 1_500, 10.0, 100.0),
            "500 bytes of 1.5 kB · 10 bytes/s · 1 min 40 s left",
        ),
        (Progress("t", "a", True, "failed", detail="No."), "No."),
    ],
)
def test_how_it_reads(progress: Progress, words: str) -> None:
    assert in_words(progress) == words
