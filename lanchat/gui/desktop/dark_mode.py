"""Whether the desktop prefers light or dark; asks it once per call, and may take a moment: call it from a worker.

Asked at start and when the window gets the keyboard, never in a loop. Windows and macOS are written from their
documentation and were not run.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import Final

from lanchat.gui.kit.tokens import Mode

PATIENCE: Final = 1.0  # s that one question may take; desktops answer in 10 ms to 50 ms

_PORTAL: Final = (
    *("gdbus", "call", "--session", "--timeout", "1", "--dest", "org.freedesktop.portal.Desktop"),
    *("--object-path", "/org/freedesktop/portal/desktop", "--method", "org.freedesktop.portal.Settings.Read"),
    *("org.freedesktop.appearance", "color-scheme"),
)
_GNOME: Final = ("gsettings", "get", "org.gnome.desktop.interface", "color-scheme")
_MACOS: Final = ("defaults", "read", "-g", "AppleInterfaceStyle")


def system_mode() -> Mode:
    """What the desktop prefers; light where it does not say."""
    if sys.platform == "win32":
        return _windows_mode()
    if sys.platform == "darwin":
        return "dark" if "Dark" in _answer(_MACOS) else "light"
    if "DBUS_SESSION_BUS_ADDRESS" in os.environ:  # without one, gdbus would start a bus of its own
        told = portal_mode(_answer(_PORTAL))
        if told is not None:
            return told
    return "dark" if "dark" in _answer(_GNOME) else "light"


def portal_mode(answer: str) -> Mode | None:
    """What the portal's answer, like `(<<uint32 1>>,)`, says: 0 no preference (then None), 1 dark, 2 light."""
    match = re.search(r"uint32 ([12])\b", answer)
    if match is None:
        return None
    return "dark" if match[1] == "1" else "light"


def _answer(command: tuple[str, ...]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""  # not this desktop
    return done.stdout


def _windows_mode() -> Mode:  # pragma: no cover  # written from the documentation, not run here
    import winreg

    path = r"Software\Microsoft\Windows\CurrentVersion\Themes\Personalize"
    try:
        with winreg.OpenKey(winreg.HKEY_CURRENT_USER, path) as key:  # type: ignore[attr-defined]
            light, _kind = winreg.QueryValueEx(key, "AppsUseLightTheme")  # type: ignore[attr-defined]
    except OSError:
        return "light"  # an older Windows
    return "light" if light else "dark"
