"""Keeps on disk where the user is in the room that is open: draft and place; and forgets a room. It draws no screen.

Saved now and then, so that a window that is killed loses a few seconds of a draft at most.
"""

from __future__ import annotations

import logging
import tkinter as tk
from collections.abc import Callable
from functools import partial
from typing import Final, Protocol

from lanchat.client.profile import Profile, Visit
from lanchat.gui.kit.dialog import Answers, Choice
from lanchat.gui.kit.theme import Kit
from lanchat.gui.pump import Pump

_log = logging.getLogger(__name__)
EVERY: Final = 3_000  # ms between looks whether something changed
FORGET: Final = (
    "Its messages and pictures, your draft and what you have not sent yet are removed from this computer, and its "
    "address and key are no longer known here. The room itself keeps what was said in it."
)


class Screen(Protocol):
    """What is needed of the chat screen."""

    @property
    def visit(self) -> Visit: ...
    def restore(self, visit: Visit) -> None: ...


class Visits:
    """For the Tk thread. One room at a time."""

    def __init__(self, root: tk.Tk, kit: Kit, pump: Pump, profile: Profile) -> None:
        self._root, self._kit, self._pump, self._profile = root, kit, pump, profile
        self._server_id = ""
        self._screen: Screen | None = None
        self._kept = Visit()
        self._looking = ""

    def enter(self, server_id: str, screen: Screen) -> None:
        """The screen is told where the user was there last; from now on it is looked at."""
        self._server_id, self._screen, self._kept = server_id, screen, Visit()
        self._pump.work("visits", partial(self._profile.visit, server_id), partial(self._restore, screen))

    def leave(self, *, keep: bool) -> None:
        """The screen goes. keep: to come back to where the user is now."""
        if keep:
            self._keep()
        self._screen = None
        if self._looking:
            self._root.after_cancel(self._looking)
            self._looking = ""

    def ask_forget(self, then: Callable[[], object]) -> Choice:
        """Asks; `then` is called if the user means it."""
        answers: Answers = {"Cancel": lambda: None, "Leave and forget": then}
        return Choice(self._root, self._kit, "Leave and forget this room?", FORGET, answers, grave=True)

    def _restore(self, screen: Screen, visit: Visit) -> None:
        if screen is self._screen:
            screen.restore(visit)
            self._kept = visit
            self._look()

    def _look(self) -> None:
        self._looking = self._root.after(EVERY, self._look)
        self._keep()

    def _keep(self) -> None:
        visit = self._screen.visit if self._screen is not None else self._kept
        if visit != self._kept:
            self._kept = visit
            job = partial(self._profile.keep_visit, self._server_id, visit)
            self._pump.work("visits", job, failed=lambda error: _log.warning("draft and place are not kept: %s", error))
