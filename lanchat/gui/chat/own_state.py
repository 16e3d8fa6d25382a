"""How we are, from the window: the menu to choose it, the text of being away, and idle while nobody touches the window.

What is told and when, model.presence decides. It draws nothing.
"""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from typing import Final, Protocol

from lanchat.client.preferences import Preferences
from lanchat.gui.dialogs.question import QuestionDialog
from lanchat.gui.kit.popup import PopupMenu
from lanchat.gui.kit.theme import Kit
from lanchat.gui.model.offers import Question
from lanchat.gui.model.presence import OwnPresence
from lanchat.protocol.limits import MAX_STATUS
from lanchat.protocol.presence import State, Status

# A variable of Tcl, which notes each touch by itself: no word of Python is run for each step of the pointer
_TOUCHED: Final = "::lanchat_touched"
_EVENTS: Final = ("<Motion>", "<KeyPress>", "<ButtonPress>", "<MouseWheel>")
AWAY: Final = Question("You are away", "Others see it below your name.", "I am away", field="Why, or until when")


class Teller(Protocol):
    """What it needs of lanchat.client.Client."""

    def be(self, status: Status) -> object: ...


class OwnState:
    """window: for dialogs. on_busy: whether anything is to be told of from now on. on_change: what is shown of us may
    be something else."""

    def __init__(
        self,
        window: tk.Misc,
        kit: Kit,
        client: Teller,
        clock: Callable[[], float],
        *,
        on_busy: Callable[[bool], object],
        on_change: Callable[[], object],
    ) -> None:
        self._window, self._kit, self._client = window, kit, client
        self._on_busy, self._on_change = on_busy, on_change
        self._clock = clock
        self.model = OwnPresence(clock())
        self.shown = Status()
        self._menu: PopupMenu | None = None
        self._watch()

    def prefer(self, preferences: Preferences) -> None:
        self.model.told = preferences.presence

    def say(self, state: State, text: str = "") -> None:
        """The user is so from now on."""
        self.model.say(state, text)
        self._on_busy(self.model.busy)
        self.tick()
        self._on_change()

    def tick(self) -> None:
        """Looks whether somebody touched the window, and tells the server what is news to it."""
        tcl, now = self._window.tk, self._clock()
        if str(tcl.call("set", _TOUCHED)) == "1":
            tcl.call("set", _TOUCHED, "0")
            self.model.touch(now)
        self.shown = self.model.status(now)
        self._client.be(self.shown)

    def fill_menu(self, menu: tk.Menu) -> None:
        menu.add_command(label="Online", command=lambda: self.say(""))
        menu.add_command(label="Away …", command=self._ask_away)
        menu.add_command(label="Do not disturb", command=lambda: self.say("busy"))

    def post_menu(self, above: tk.Misc) -> None:
        """Above a widget at the foot of the window."""
        if self._menu is not None:
            self._menu.destroy()
        menu = self._menu = PopupMenu(self._window, self._kit)
        self.fill_menu(menu)
        menu.paint()
        y = above.winfo_rooty() - menu.winfo_reqheight() - self._kit.px(4)
        menu.tk_popup(above.winfo_rootx(), max(0, y))

    def _ask_away(self) -> None:
        QuestionDialog(
            self._window, self._kit, AWAY, on_answer=lambda a: self.say("away", a[1].strip()[:MAX_STATUS].strip())
        )

    def _watch(self) -> None:
        tcl = self._window.tk
        if not tcl.getboolean(tcl.call("info", "exists", _TOUCHED)):
            for event in _EVENTS:
                tcl.call("bind", "all", event, f"+set {_TOUCHED} 1")
        tcl.call("set", _TOUCHED, "1")
