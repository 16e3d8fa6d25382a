"""The search for rooms from the window's side, with a real finder."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from functools import partial

import pytest

from lanchat.client.preferences import Preferences
from lanchat.client.profile import Settings
from lanchat.gui.nearby import Nearby
from lanchat.gui.pump import Pump

pytestmark = pytest.mark.display
Until = Callable[[Callable[[], object]], None]


def test_other_networks_in_the_settings_are_asked_from_then_on(root: tk.Tk, until: Until) -> None:
    told: list[bool] = []
    pump = Pump(root)
    pump.start()
    nearby = Nearby(pump, lambda: told.append(nearby.listening))
    nearby.sweep()  # too early: nothing
    nearby.start(Settings())
    until(lambda: told)
    assert told[0]
    first = nearby._finder
    nearby.use(Settings("Sam"))
    assert nearby._finder is first
    nearby.use(Settings(preferences=Preferences(subnets="10.98.0.0/30")))
    assert not nearby.listening
    nearby.use(Settings(preferences=Preferences(subnets="10.99.0.0/30")))  # while that one is on its way
    until(lambda: nearby.listening and nearby._networks == ("10.99.0.0/30",))
    assert nearby._finder is not first
    nearby.sweep()
    until(lambda: nearby.progress is None)
    nearby.close()
    ended: list[bool] = []
    pump.stop(partial(ended.append, True))
    until(lambda: ended)
