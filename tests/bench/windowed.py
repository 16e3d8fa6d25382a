"""A program: opens lanchat's window on a place, and tells how long things take to be seen in it, and Tk's worst stall.

`python windowed.py PLACE`, for whichever lanchat is on the path. Each line of its input is a text to wait for; the
answer is a line of JSON: `took` (s from the question until the text stands in the window; for the first one from the
program's first line) and `stall` (ms, the longest that Tk did not come round to what was due meanwhile). It knows
nothing of the window's insides but that messages are shown in a Text, and that a button “Join” asks under which name.
"""

import time

BEGUN = time.perf_counter()

import json  # noqa: E402
import os  # noqa: E402
import sys  # noqa: E402
import tkinter as tk  # noqa: E402
from collections.abc import Iterator  # noqa: E402
from tkinter import ttk  # noqa: E402
from typing import TypeVar  # noqa: E402

TICK = 5  # ms between two looks
WidgetT = TypeVar("WidgetT", bound=tk.Misc)
_loop = tk.Misc.mainloop


class Watch:
    """Looks for a text every TICK, and at how late it is each time."""

    def __init__(self, root: tk.Misc) -> None:
        self._root = root
        self._begun = BEGUN
        self._sign = ""
        self._texts: list[tk.Text] = []
        self._pressed: list[ttk.Button] = []
        self._due = self._worst = 0.0
        root.tk.createfilehandler(sys.stdin, tk.READABLE, self._asked)

    def _asked(self, *_: object) -> None:
        words = sys.stdin.buffer.raw.readline().decode()  # type: ignore[attr-defined]
        if not words:
            os._exit(0)
        self._sign, self._worst = words.strip(), 0.0
        self._due = time.perf_counter()
        self._begun = self._begun or self._due
        self._look()

    def _look(self) -> None:
        now = time.perf_counter()
        self._worst = max(self._worst, now - self._due)
        if not self._texts:  # the picker has none
            self._texts = list(below(self._root, tk.Text))
        if any(self._sign in text.get("end - 40 lines", "end") for text in self._texts):
            self._root.update()  # painted
            now = time.perf_counter()
            print(json.dumps({"took": now - self._begun, "stall": 1000 * self._worst}), flush=True)
            self._begun = 0.0
            return
        if not self._texts:
            self._join()
        self._due = now + TICK / 1000
        self._root.after(TICK, self._look)

    def _join(self) -> None:
        """Presses the button where the window asks under which name."""
        for button in below(self._root, ttk.Button):
            if button["text"] == "Join" and button not in self._pressed and button.winfo_viewable():
                self._pressed.append(button)
                button.invoke()


def below(widget: tk.Misc, kind: type[WidgetT]) -> Iterator[WidgetT]:
    for child in widget.winfo_children():
        if isinstance(child, kind):
            yield child
        yield from below(child, kind)


def watched(root: tk.Misc, n: int = 0) -> None:
    Watch(root)
    _loop(root, n)


if __name__ == "__main__":
    tk.Misc.mainloop = watched  # type: ignore[method-assign]
    from lanchat.gui import open_window

    sys.exit(open_window(sys.argv[1]))
