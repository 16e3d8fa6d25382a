"""The keys of the window: a table that the bindings are made from and that the help sheet shows; no tkinter.

A key stands once in the table of the place where it works. `action` names what is called; what has none is bound by the
widget itself, and stands here to be read: a test presses all of them.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

Place = Literal["Everywhere", "Writing", "Messages", "Lists"]


class Key(NamedTuple):
    """keys: sequences as Tk writes them; “Mod” stands for Control, on macOS for Command. what: what it does, for the
    sheet, which leaves out what has none. action: for `bind_keys`."""

    keys: tuple[str, ...]
    what: str
    action: str = ""


NUMBERS: Final = range(1, 10)  # keys for the rooms at the top of the list
KEYS: Final[dict[Place, tuple[Key, ...]]] = {
    "Everywhere": (
        Key(("F1",), "This sheet", "help"),
        Key(("Mod-comma",), "Settings", "settings"),
        Key(("F6",), "Next part of the window: side bar, messages, text", "next part"),
        Key(("Shift-F6",), "The part before", "part before"),
        Key(("Tab",), "Next control; Space or Enter presses it"),
        Key(("Mod-f",), "Search what was said", "search"),
        Key(("Alt-Left",), "Back to where one was before a jump", "back"),
        Key(("Mod-k",), "Go to a room or a person, or make a room", "go"),
        Key(("Alt-Down",), "Next room in the list", "next room"),
        Key(("Alt-Up",), "The room before", "room before"),
        Key(("Alt-Shift-Down",), "Next room with something new", "next unread"),
        Key(("Alt-Shift-Up",), "The one before with something new", "unread before"),
        *(
            Key((f"Mod-{n}",), "The first room of the list, and so on to 9" if n == 1 else "", f"room {n}")
            for n in NUMBERS
        ),
        Key(("Mod-l",), "Back to the rooms nearby", "leave"),
        Key(("F5",), "Look for rooms again", "refresh"),
        Key(("Mod-plus", "Mod-equal", "Mod-KP_Add"), "Everything larger", "larger"),
        Key(("Mod-minus", "Mod-KP_Subtract"), "Everything smaller", "smaller"),
        Key(("Mod-0", "Mod-KP_0"), "The usual size", "usual size"),
        Key(("Mod-q",), "Close lanchat", "quit"),
    ),
    "Writing": (
        Key(("Return",), "Send (or new line: see the settings)", "return"),
        Key(("Mod-Return",), "Send", "send"),
        Key(("Shift-Return",), "New line", "line"),
        Key(("Tab",), "Complete a @name or an :emoji: that was begun", "complete"),
        Key(("Mod-e",), "Choose an emoji", "emoji"),
        Key(("Mod-u",), "Send files"),
        Key(("Up",), "Change the last message, while nothing is written", "up"),
        Key(("Prior",), "A page back in the messages", "page up"),
        Key(("Next",), "A page on", "page down"),
        Key(("Escape",), "Give up an answer or a change; to the newest message", "escape"),
    ),
    "Messages": (
        Key(("Up",), "The message before", "up"),
        Key(("Down",), "The message after", "down"),
        Key(("Home",), "The first that is loaded", "first"),
        Key(("End",), "The newest", "last"),
        Key(("Return", "Menu", "Shift-F10"), "What can be done with it", "menu"),
        Key(("Mod-e",), "Put an emoji below it", "react"),
        Key(("Escape",), "To the newest message", "escape"),
    ),
    "Lists": (
        Key(("Up", "Down"), "Choose"),
        Key(("Prior", "Next"), "A page up or down"),
        Key(("Home", "End"), "The first or the last"),
        Key(("Return", "Menu", "Shift-F10"), "Open it, or what can be done with it"),
    ),
}
NAMES: Final = {
    "Mod": "Ctrl",
    "Return": "Enter",
    "Prior": "Page Up",
    "Next": "Page Down",
    "Escape": "Esc",
    "comma": ",",
    "plus": "+",
    "minus": "−",
    "Up": "↑",
    "Down": "↓",
}


def sequence(key: str, *, mac: bool) -> str:
    """`key` of the table as Tk binds it."""
    *modifiers, last = key.replace("Mod", "Command" if mac else "Control").split("-")
    return "<" + "-".join([*modifiers, f"Key-{last}" if last.isdigit() else last]) + ">"


def readable(key: str, *, mac: bool) -> str:
    """As people read it: “Ctrl+,”."""
    names = {**NAMES, "Mod": "⌘"} if mac else NAMES
    return "+".join(names.get(part, part.upper() if len(part) == 1 else part) for part in key.split("-"))


def of_action(place: Place, action: str) -> Key:
    """The line of the table that does it."""
    return next(key for key in KEYS[place] if key.action == action)


def shown(key: Key, *, mac: bool) -> str:
    """The keys of one line of the sheet; the second name of the same key is left out."""
    told = dict.fromkeys(readable(one, mac=mac) for one in key.keys if "KP_" not in one and "equal" not in one)
    return "  ".join(told)
