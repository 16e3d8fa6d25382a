"""When a widget's calls are made."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable

import pytest

from lanchat.gui.chat.pacing import Pacing

pytestmark = pytest.mark.display
Until = Callable[[Callable[[], object]], None]


class Calls:
    def __init__(self) -> None:
        self.made: list[str] = []

    def one(self) -> None:
        self.made.append("one")

    def other(self) -> None:
        self.made.append("other")


def test_a_call_is_made_once_however_often_it_was_asked_for(root: tk.Tk) -> None:
    calls, pacing = Calls(), Pacing(root)
    for _ in range(3):
        pacing.soon(calls.one)
    pacing.soon(calls.other)
    assert calls.made == []
    root.update()
    assert calls.made == ["one", "other"]
    pacing.soon(calls.one)
    root.update()
    assert calls.made == ["one", "other", "one"]


def test_a_call_that_rests_is_made_once_afterwards_and_not_unasked(root: tk.Tk, until: Until) -> None:
    calls, pacing = Calls(), Pacing(root)
    pacing.rest(60_000, calls.one)
    pacing.soon(calls.one)
    pacing.soon(calls.one)
    pacing.soon(calls.other)
    root.update()
    assert calls.made == ["other"]
    pacing.rest(1, calls.one)
    until(lambda: "one" in calls.made)
    pacing.rest(1, calls.one)
    until(lambda: not pacing._resting)
    root.update()
    assert calls.made == ["other", "one"]


def test_nothing_is_made_after_close(root: tk.Tk, until: Until) -> None:
    calls, pacing = Calls(), Pacing(root)
    pacing.later(60_000, calls.one)
    pacing.later(1, calls.one)
    until(lambda: calls.made == ["one"])
    pacing.soon(calls.one)
    pacing.rest(0, calls.other)
    pacing.soon(calls.other)
    pacing.close()
    seen: list[bool] = []
    root.after(5, lambda: seen.append(True))
    until(lambda: seen)
    assert calls.made == ["one"]
