"""Options: a few answers of which one holds, as radio buttons; it gives them no meaning."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Mapping
from tkinter import ttk
from typing import Generic, TypeVar

from lanchat.gui.kit.theme import Kit

T = TypeVar("T")
STEPS = {"Up": -1, "Left": -1, "Down": 1, "Right": 1}


class Options(ttk.Frame, Generic[T]):
    """answers: the words, and what `value` is when they are chosen; at the start that is the first. Tab leads to the
    chosen one alone, the arrows choose another. across: side by side. on_return: Return was pressed on one."""

    def __init__(
        self,
        master: tk.Misc,
        kit: Kit,
        answers: Mapping[str, T],
        *,
        across: bool = False,
        on_return: Callable[[], object],
    ) -> None:
        super().__init__(master)
        self._values = list(answers.values())
        self._index = tk.IntVar(self, 0)
        self.buttons = [
            ttk.Radiobutton(self, text=words, variable=self._index, value=n, command=self._show_stop)
            for n, words in enumerate(answers)
        ]
        for button in self.buttons:
            if across:
                button.pack(side="left", padx=(0, kit.px(20)))
            else:
                button.pack(anchor="w")
            button.bind("<Return>", lambda _: on_return())
            for key, step in STEPS.items():
                button.bind(f"<{key}>", lambda _, step=step: self._move(step))  # type: ignore[misc]
        self._show_stop()

    @property
    def value(self) -> T:
        return self._values[self._index.get()]

    @value.setter
    def value(self, value: T) -> None:
        self._index.set(self._values.index(value))
        self._show_stop()

    @property
    def chosen(self) -> ttk.Radiobutton:
        return self.buttons[self._index.get()]

    def enable(self, enabled: bool) -> None:
        for button in self.buttons:
            button.state(["!disabled" if enabled else "disabled"])

    def _move(self, step: int) -> str:
        if self.chosen.instate(["!disabled"]):
            self._index.set((self._index.get() + step) % len(self.buttons))
            self._show_stop()
            self.chosen.focus_set()
        return "break"  # Tk's own arrows go there, and choose nothing

    def _show_stop(self) -> None:
        for button in self.buttons:
            button.configure(takefocus=button is self.chosen)
