"""Where the keyboard is, asked of Tk by name: its own dialogs have no widget in Python, and `focus_get` fails there;
and when a frame shows it: where a key took it, not a click or the program."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable

CAME_BY_KEY = "<<TraverseIn>>"  # Tk's own word, which it says when Tab leads to a widget


def holder(widget: tk.Misc) -> str:
    """The path of what has the keyboard on the display of `widget`; empty: nothing of ours."""
    return str(widget.tk.call("focus", "-displayof", str(widget)))


def last_in(widget: tk.Misc) -> str:
    """The path of what has the keyboard in the window of `widget`, or gets it with the window."""
    return str(widget.tk.call("focus", "-lastfor", str(widget)))


def is_within(path: str, widget: tk.Misc) -> bool:
    """Whether it is `widget`, or a part of it."""
    return f"{path}.".startswith(f"{widget}.")


def give_back(widget: tk.Misc, path: str) -> None:
    """The keyboard goes to where it was, as `holder` told, or else to `widget`."""
    there = path and bool(int(widget.tk.call("winfo", "exists", path)))
    widget.tk.call("focus", path if there else str(widget))


def go_by_key(widget: tk.Misc) -> None:
    """The keyboard goes there, as Tab would take it."""
    widget.focus_set()
    widget.event_generate(CAME_BY_KEY)


def frame_by_key(widget: tk.Misc, show: Callable[[bool], object]) -> None:
    """Tells `show` whether a frame is to be drawn around `widget`: once a key led there, until a click or the end."""
    widget.bind(CAME_BY_KEY, lambda _: show(True), add="+")
    for event in ("<Button-1>", "<FocusOut>"):
        widget.bind(event, lambda _: show(False), add="+")
