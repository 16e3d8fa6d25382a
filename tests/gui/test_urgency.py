"""The urgency hint, read back by another program, and the badge on the icon."""

from __future__ import annotations

import re
import subprocess
import tkinter as tk

import pytest

from lanchat.gui.desktop.urgency import set_urgent
from lanchat.gui.desktop.window_icon import WindowIcon
from lanchat.gui.kit.theme import Kit

pytestmark = pytest.mark.display


def is_urgent(root: tk.Tk) -> bool:
    """What the window manager is told. Tk's own window lies within the one that it knows."""
    tree = run("xwininfo", "-tree", "-id", str(root.winfo_id()))
    parent = re.search(r"Parent window id: (0x[0-9a-f]+)", tree)
    assert parent
    hints = run("xprop", "-id", parent[1], "WM_HINTS")
    assert "Client accepts input" in hints  # what Tk said there still stands
    return "urgency hint bit is set" in hints


def run(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_the_window_asks_for_attention_until_it_is_taken_back(root: tk.Tk) -> None:
    for urgent in (True, True, False, True, False):
        set_urgent(root, urgent)
        assert is_urgent(root) is urgent
    root.update()
    assert root.winfo_viewable()  # the other hints are as before


def test_the_icon_bears_a_badge_meanwhile(root: tk.Tk, kit: Kit) -> None:
    icon = WindowIcon(root, kit)

    def corner() -> tuple[int, ...]:
        image = icon._image
        return tuple(image.get(image.width() - 10, 10))

    assert not icon.badged
    plain = corner()
    icon.badge(True)
    icon.badge(True)
    assert icon.badged
    assert corner() == tuple(int(kit.colors.danger[n : n + 2], 16) for n in (1, 3, 5)) != plain
    icon.badge(False)
    assert corner() == plain
