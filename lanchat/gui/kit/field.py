"""Field: one line of input with a placeholder and, if wanted, an icon; it checks nothing."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from tkinter import ttk

from lanchat.gui.kit.emoji import typable
from lanchat.gui.kit.line import LineLabel
from lanchat.gui.kit.theme import Kit


class Placeholder:
    """Grey words over an empty entry or text; a click on them is a click on it. `refresh` after setting by program."""

    def __init__(
        self, owner: ttk.Entry | tk.Text, kit: Kit, text: str, *, x: float = 0, ground: str = "raised"
    ) -> None:
        self._owner, self._kit, self._x = owner, kit, x
        self._label = LineLabel(owner, kit, font="body", ink="text3", ground=ground, cursor="xterm")
        self._label.say(text)
        self._label.bind("<Button-1>", lambda _: owner.focus_set())
        for event in ("<KeyRelease>", "<<Paste>>", "<<Cut>>", "<FocusIn>", "<FocusOut>"):
            owner.bind(event, lambda _: owner.after_idle(self.refresh), add="+")
        self.refresh()

    def say(self, text: str) -> None:
        self._label.say(text)

    def refresh(self) -> None:
        """Shown only while nothing is typed."""
        empty = not (self._owner.get("1.0", "end-1c") if isinstance(self._owner, tk.Text) else self._owner.get())
        if not empty:
            self._label.place_forget()
        elif isinstance(self._owner, tk.Text):
            self._label.place(x=0, y=0)  # Tk counts from within a Text's padding
        else:
            self._label.place(x=self._kit.px(self._x), rely=0.5, anchor="w")


class Field(ttk.Entry):
    """An entry in the theme. secret: nobody reads it over a shoulder. on_change: called with the text after each change
    by the user or by `value`."""

    def __init__(
        self,
        master: tk.Misc,
        kit: Kit,
        placeholder: str = "",
        *,
        icon: str | None = None,
        side: bool = False,
        width: int = 24,
        secret: bool = False,
        on_change: Callable[[str], object] | None = None,
    ) -> None:
        style = "Search.TEntry" if icon else "Side.TEntry" if side else "TEntry"
        self._variable = tk.StringVar(master)
        # Before the entry's own trace: Tk calls the last one first, so the entry has the text when ours looks at it
        self._trace = self._variable.trace_add("write", lambda *_: self._changed(on_change))
        super().__init__(master, width=width, style=style, font=kit.fonts.body, textvariable=self._variable)
        if secret:
            self.configure(show="•")
        ground = "bg" if side else "raised"
        self._placeholder = Placeholder(self, kit, placeholder, x=35 if icon else 12, ground=ground)
        if icon:
            self._show_icon(kit, icon)

    @property
    def value(self) -> str:
        return self._variable.get()

    @value.setter
    def value(self, text: str) -> None:
        self._variable.set(text)

    def destroy(self) -> None:
        self._variable.trace_remove("write", self._trace)  # Tk holds it, and it holds us, and all that hears of changes
        super().destroy()

    def mark(self, wrong: bool) -> None:
        """A red border: what stands here is refused."""
        self.state(["invalid" if wrong else "!invalid"])

    def _changed(self, on_change: Callable[[str], object] | None) -> None:
        written = self._variable.get()
        safe = typable(written)
        if safe != written:  # before Tk draws it; the entry follows, and this is not called again for it
            self._variable.set(safe)
        self._placeholder.refresh()
        if on_change:
            on_change(self.value)

    def _show_icon(self, kit: Kit, icon: str) -> None:
        label = tk.Label(self, bd=0, cursor="xterm")
        label.place(x=kit.px(10), rely=0.5, anchor="w")
        label.bind("<Button-1>", lambda _: self.focus_set())
        kit.listen(label, lambda: label.configure(image=kit.icon(icon, 16, "text3"), bg=kit.colors.raised))
