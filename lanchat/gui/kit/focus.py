"""Where the keyboard is, asked of Tk by name: its own dialogs have no widget in Python, and `focus_get` fails there."""

from __future__ import annotations

import tkinter as tk


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
