"""Tells somebody who does not look at the window that something was said; what is told, model.notifying decides.

It listens to the client's events on their way to the chat screen, and draws nothing but the badge of the icon.
"""

from __future__ import annotations

import logging
import time
import tkinter as tk
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Final

from lanchat.client.preferences import Level, Preferences
from lanchat.client.profile import Profile
from lanchat.gui.desktop.notices import Desktop
from lanchat.gui.desktop.window_icon import WindowIcon
from lanchat.gui.kit.popup import PopupMenu
from lanchat.gui.kit.theme import Kit
from lanchat.gui.pump import Pump

if TYPE_CHECKING:  # late: it needs what clients hear, which no window waits for
    from lanchat.client.events import Event
    from lanchat.gui.model.notifying import Notifying

_log = logging.getLogger(__name__)
UNCHOSEN: Final = "settings"  # in the menu; Tk would take its words for an empty value
LEVELS: Final[dict[str, Level | None]] = {
    "As in the settings": None,
    "All messages": "all",
    "Only what calls me": "mentions",
    "Nothing": "nothing",
}


class Alerts:
    """For the Tk thread. One server at a time."""

    def __init__(self, root: tk.Tk, kit: Kit, pump: Pump, profile: Profile, preferences: Preferences) -> None:
        self._root, self._kit, self._pump, self._profile = root, kit, pump, profile
        self._preferences = preferences
        self._icon = WindowIcon(root, kit)
        self._desktop = Desktop(bell=lambda: pump.post(root.bell))
        self._server_id = ""
        self._model: Notifying | None = None
        self._on_levels: Callable[[Mapping[str, Level]], object] = lambda _: None
        self._timer = ""
        self._chosen = tk.StringVar(root)  # what the menu marks; Tk forgets what nobody holds

    def prefer(self, preferences: Preferences) -> None:
        self._preferences = preferences
        if self._model is not None:
            self._model.preferences = preferences

    def enter(
        self,
        server_id: str,
        own_key: str,
        then: Callable[[Event], object],
        on_levels: Callable[[Mapping[str, Level]], object] = lambda _: None,
    ) -> Callable[[Event], None]:
        """A server was joined. Returns what is to get its events instead of `then`, which gets them afterwards.
        on_levels: told of which rooms something else is told than of others, when that is known and when it changes."""
        from lanchat.gui.model.notifying import Notifying

        self._server_id, self._on_levels = server_id, on_levels
        model = self._model = Notifying(own_key, self._preferences)

        def handle(event: Event) -> None:
            if model is self._model:
                model.apply(event, time.monotonic(), looking=self._looking)
                self._plan()
            then(event)

        self._pump.work("levels", partial(self._profile.levels, server_id), partial(self._got_levels, model))
        return handle

    def be_quiet(self, busy: bool) -> None:
        """Nothing is told while somebody does not want to be disturbed; what waits, neither."""
        if self._model is not None:
            self._model.busy = busy
            if busy:
                self._model.look()
            self._plan()

    def leave(self) -> None:
        self._model = None
        self._on_levels = lambda _: None
        self.looked_at()

    def looked_at(self) -> None:
        """The window has the keyboard."""
        if self._model is not None:
            self._model.look()
        self._plan()
        if self._icon.badged:
            self._call(False)

    def close(self) -> None:
        """In a worker of the pump."""
        self._pump.work("closing", self._desktop.close)

    def fill_menu(self, menu: tk.Menu, room: str) -> None:
        """What is told of a room, to be chosen."""
        choices = PopupMenu(menu, self._kit)
        choices.configure(postcommand=lambda: self._chosen.set(self._level(room) or UNCHOSEN))
        for words, level in LEVELS.items():
            choices.add_radiobutton(
                label=words, value=level or UNCHOSEN, variable=self._chosen, command=partial(self.choose, room, level)
            )
        choices.paint()
        menu.add_cascade(label="Tell me about", menu=choices)

    def choose(self, room: str, level: Level | None) -> None:
        """None: as the settings say."""
        if self._model is None:
            return
        if level is None:
            self._model.levels.pop(room, None)
        else:
            self._model.levels[room] = level
        self._on_levels(self._model.levels)
        job = partial(self._profile.keep_level, self._server_id, room, level)
        self._pump.work(
            "levels", job, failed=lambda error: _log.warning("what is told of a room is not kept: %s", error)
        )

    @property
    def _looking(self) -> bool:
        return bool(str(self._root.tk.call("focus")))

    def _level(self, room: str) -> Level | None:
        return None if self._model is None else self._model.levels.get(room)

    def _got_levels(self, model: Notifying, levels: dict[str, Level]) -> None:
        model.levels = {**levels, **model.levels}
        if model is self._model:
            self._on_levels(model.levels)

    def _call(self, wanted: bool) -> None:
        """By the icon and in the task bar; or no longer."""
        from lanchat.gui.desktop.urgency import set_urgent  # late: brings ctypes, 2 ms that no window waits for

        self._icon.badge(wanted)
        set_urgent(self._root, wanted)

    def _plan(self) -> None:
        """A look at the time when the next notice is due."""
        due = self._model.due if self._model is not None else None
        if due is None and self._timer:
            self._root.after_cancel(self._timer)
            self._timer = ""
        elif due is not None and not self._timer:
            self._timer = self._root.after(max(1, round((due - time.monotonic()) * 1_000)), self._tell)

    def _tell(self) -> None:
        self._timer = ""
        if self._looking:
            self.looked_at()
        if self._model is None:
            return
        notice = self._model.take(time.monotonic())
        if notice is not None:
            self._call(True)
            wanted = self._preferences
            if wanted.desktop or wanted.sound:
                self._desktop.tell(notice if wanted.desktop else None, sound=wanted.sound)
        self._plan()
