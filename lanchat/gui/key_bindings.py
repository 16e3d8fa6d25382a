"""Binds the keys of model.keys, and moves the keyboard from part to part of a screen; it does nothing by itself."""

from __future__ import annotations

import contextlib
import tkinter as tk
from collections.abc import Callable, Mapping, Sequence
from tkinter import ttk
from typing import NamedTuple

from lanchat.gui.model.keys import KEYS, Place, sequence

Action = Callable[[], object]


def is_mac(widget: tk.Misc) -> bool:
    return bool(widget.tk.call("tk", "windowingsystem") == "aqua")


def bind_keys(widget: tk.Misc, place: Place, actions: Mapping[str, Action]) -> None:
    """Every key of that place to its action: `actions` holds all of them, and no other. An action that returns
    “break” keeps the key from whatever else it would do there."""
    wanted = {key.action for key in KEYS[place] if key.action}
    assert wanted == set(actions), f"{place}: {wanted ^ set(actions)}"
    for key in KEYS[place]:
        for one in key.keys if key.action else ():
            with contextlib.suppress(tk.TclError):  # a keyboard without this key
                widget.bind(sequence(one, mac=is_mac(widget)), _caller(actions[key.action]))


def bind_return_to_buttons(root: tk.Tk) -> None:
    """Enter presses a button, as Space does."""
    for kind in ("TButton", "TCheckbutton"):
        root.bind_class(kind, "<Return>", _press)
        root.bind_class(kind, "<KP_Enter>", _press)


class Part(NamedTuple):
    """A part of a screen: all of it, and the widget in it that gets the keyboard."""

    whole: tk.Misc
    first: tk.Misc


def next_part(parts: Sequence[Part], step: int) -> None:
    """The keyboard goes from the part where it is to the next one (step 1) or the one before (-1), past those that
    are not shown."""
    shown = [part for part in parts if part.first.winfo_viewable()]
    if not shown:
        return
    focus = str(shown[0].whole.tk.call("focus"))
    within = (n for n, part in enumerate(shown) if f"{focus}.".startswith(f"{part.whole}."))
    place = next(within, -1 if step > 0 else 0)
    shown[(place + step) % len(shown)].first.focus_set()


def _caller(action: Action) -> Callable[[object], object]:
    return lambda _: action()


def _press(event: tk.Event[tk.Misc]) -> str:
    if isinstance(event.widget, ttk.Button | ttk.Checkbutton):
        event.widget.invoke()
    return "break"
