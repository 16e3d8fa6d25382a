"""Opens the window: Tk at its scale and in its colours, the App in it, and what Ctrl-C in the terminal does.

It knows no screen: what the window shows and does is the App's.
"""

from __future__ import annotations

import logging
import signal
import sys
import threading
import tkinter as tk
from collections.abc import Iterator
from contextlib import contextmanager

from lanchat.client.profile import Profile
from lanchat.gui import errands
from lanchat.gui.app import App
from lanchat.gui.garbage import collected_here
from lanchat.gui.kit.theme import Kit
from lanchat.gui.kit.tokens import Mode

_log = logging.getLogger(__name__)


def run(place: str | None = None, profile: str = "default") -> int:
    """Opens the window and returns when it was closed. Raises LanchatError, tkinter.TclError without a screen."""
    opened = Profile.open(profile)
    settings = opened.settings
    preferences = settings.preferences
    if sys.platform == "win32":  # pragma: no cover  # written from the documentation, not run here
        import ctypes

        ctypes.windll.shcore.SetProcessDpiAwareness(1)  # else Windows blows up a small picture of the window
    modes: list[Mode] = []
    asking = threading.Thread(target=lambda: modes.append(errands.first_mode(preferences.theme)), name="lanchat-theme")
    asking.start()  # the desktop answers while Tk starts
    root = tk.Tk(className="lanchat")
    root.withdraw()
    asking.join()
    kit = Kit(root, modes[0], zoom=preferences.zoom)
    _log.info("the window opens, with the profile in %s; %s at %d %%", opened.directory, modes[0], preferences.zoom)
    app = App(root, kit, opened, settings)
    with collected_here(root), _interruptible(app):
        root.deiconify()
        root.update()  # painted, before what works for it wants the interpreter
        app.start()
        if place is not None:
            app.join_place(place)
        root.mainloop()
    return 0


@contextmanager
def _interruptible(app: App) -> Iterator[None]:
    """While this lasts, Ctrl-C in the terminal closes the window like its own button."""
    before = signal.signal(signal.SIGINT, lambda *_: app.pump.post(app.close))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
