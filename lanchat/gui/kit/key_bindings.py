"""Binds the keys of model.keys, and moves the keyboard from part to part of a screen; it does nothing by itself."""

from __future__ import annotations

import contextlib
import tkinter as tk
from collections.abc import Callable, Mapping, Sequence
from tkinter import ttk
from typing import Final, NamedTuple

from lanchat.gui.kit.focus import go_by_key, is_within, last_in
from lanchat.gui.model.keys import KEYS, Place, sequence

Action = Callable[[], object]
# Bits of Event.state: Control, and Alt or Command; what is one of them on one system is Num Lock on another
COMMAND_KEYS: Final = {"x11": 0x4 | 0x8, "win32": 0x4 | 0x20000, "aqua": 0x4 | 0x8}


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
        root.bind_class(kind, "<Return>", press)
        root.bind_class(kind, "<KP_Enter>", press)


def character(event: tk.Event[tk.Misc]) -> str:
    """What a key types; empty, if it does something else."""
    commands = COMMAND_KEYS[event.widget.tk.call("tk", "windowingsystem")]
    return event.char if event.char.isprintable() and not int(event.state) & commands else ""


def press(event: tk.Event[tk.Misc]) -> str:
    """Presses the button that has the keyboard, once: other bindings of the same key do not follow."""
    if isinstance(event.widget, ttk.Button | ttk.Checkbutton):
        event.widget.invoke()
    return "break"


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
    place = part_with_keyboard(shown)
    if place is None:
        place = -1 if step > 0 else 0
    go_by_key(shown[(place + step) % len(shown)].first)


def part_with_keyboard(parts: Sequence[Part]) -> int | None:
    """Its place among them; None: the keyboard is elsewhere."""
    focus = last_in(parts[0].whole)
    return next((n for n, part in enumerate(parts) if is_within(focus, part.whole)), None)


def _caller(action: Action) -> Callable[[object], object]:
    return lambda _: action()
