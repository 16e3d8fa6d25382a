"""The window: screens made of our own theme on plain ttk; it talks to the rest through client and discovery alone.

Importing this package needs no tkinter; opening the window does.
"""

from __future__ import annotations

from lanchat.errors import NoWindow
from lanchat.importing import undisturbed

INSTEAD = "Without it, use “lanchat find” and “lanchat join” in the terminal."


def open_window(place: str | None = None, profile: str = "default") -> int:
    """Opens the window and returns the exit code once it is closed. place: where to join at once.
    Raises NoWindow where there can be none, and LanchatError for the profile."""
    try:
        import tkinter
    except ImportError as error:
        raise NoWindow(detail=f"The window needs tkinter; install it with “{_install()}”. {INSTEAD}") from error
    with undisturbed():
        from lanchat.gui.opening import run

    try:
        return run(place, profile)
    except tkinter.TclError as error:
        if "display" not in str(error):
            raise
        raise NoWindow(detail=f"The window needs a screen, and none can be used here ({error}). {INSTEAD}") from error


def _install() -> str:
    """The command that brings tkinter here."""
    import shutil
    import sys

    if sys.platform == "darwin":
        return f"brew install python-tk@{sys.version_info.major}.{sys.version_info.minor}"
    commands = {
        "apt": "sudo apt install python3-tk",
        "dnf": "sudo dnf install python3-tkinter",
        "pacman": "sudo pacman -S tk",
        "zypper": "sudo zypper install python3-tk",
        "apk": "sudo apk add python3-tkinter",
    }
    return next((command for tool, command in commands.items() if shutil.which(tool)), commands["apt"])
