"""Scrolled: a column of widgets, taller than its place, scrolled by wheel, bar and keyboard; it makes none of them."""

from __future__ import annotations

import tkinter as tk
from tkinter import ttk
from typing import Final

from lanchat.gui.kit.focus import frame_by_key
from lanchat.gui.kit.theme import Kit
from lanchat.gui.kit.wheel import STEP, bind_wheel

RING: Final = 2  # px at 96 dpi around all of it while a key has led the keyboard there
GAP: Final = 3  # px at 96 dpi beside the bar


class Scrolled(ttk.Frame):
    """Fill `column`, then say `filled`. The keyboard is in `canvas`. column: one that is there, inside `master`."""

    def __init__(self, master: tk.Misc, kit: Kit, column: ttk.Frame | None = None) -> None:
        super().__init__(master)
        self._kit = kit
        self.canvas = tk.Canvas(self, bd=0, highlightthickness=kit.px(RING), takefocus=True, width=1, height=1)
        self._bar = ttk.Scrollbar(self, command=self.canvas.yview)
        self.canvas.configure(yscrollcommand=self._show_bar)
        self.canvas.pack(side="left", fill="both", expand=True)
        self.column = column or ttk.Frame(self.canvas)
        self._item = self.canvas.create_window(0, 0, window=self.column, anchor="nw")
        self.canvas.bind("<Configure>", lambda _: self._fit())
        self.column.bind("<Configure>", lambda _: self._fit(), add="+")
        for key, step, unit in (
            ("Up", -1, "units"),
            ("Down", 1, "units"),
            ("Prior", -1, "pages"),
            ("Next", 1, "pages"),
        ):
            self.canvas.bind(f"<{key}>", lambda _, step=step, unit=unit: self.canvas.yview_scroll(step, unit))  # type: ignore[misc]
        self.canvas.bind("<Home>", lambda _: self.canvas.yview_moveto(0))
        self.canvas.bind("<End>", lambda _: self.canvas.yview_moveto(1))
        self.canvas.bind("<Button-1>", lambda _: self.canvas.focus_set())
        frame_by_key(self.canvas, self._show_ring)
        kit.listen(self.canvas, self._paint)
        if column is None:
            self.filled()

    def filled(self) -> None:
        """The column has other widgets than before."""
        for widget in (self.canvas, *_within(self.column)):
            bind_wheel(widget, self.scroll, self._kit.scale)
            if isinstance(widget, ttk.Button):
                widget.bind("<FocusIn>", lambda event: self.reveal(event.widget))

    @property
    def position(self) -> float:
        """How far it is scrolled: a part of its height."""
        return float(self.canvas.yview()[0])

    def go_to(self, position: float) -> None:
        self.update_idletasks()
        self._fit()
        self.canvas.yview_moveto(position)

    @property
    def extra_width(self) -> int:
        """px that it takes beside the column, while there is a bar."""
        return self._bar.winfo_reqwidth() + self._kit.px(GAP) + 2 * self._kit.px(RING)

    def scroll(self, pixels: int) -> None:
        height = max(1, self.column.winfo_reqheight())
        self.canvas.yview_moveto(self.position + pixels / height)

    def reveal(self, widget: tk.Misc) -> None:
        """What got the keyboard is seen, if it is in the column."""
        if not str(widget).startswith(f"{self.column}."):
            return
        top = widget.winfo_rooty() - self.column.winfo_rooty()
        bottom, height = top + widget.winfo_height(), max(1, self.column.winfo_reqheight())
        seen, end = (edge * height for edge in self.canvas.yview())
        margin = self._kit.px(STEP)
        if top < seen:
            self.canvas.yview_moveto((top - margin) / height)
        elif bottom > end:
            self.canvas.yview_moveto((seen + bottom + margin - end) / height)

    def _fit(self) -> None:
        """The column is as wide as its place."""
        ring = 2 * self._kit.px(RING)
        self.canvas.itemconfigure(self._item, width=max(1, self.canvas.winfo_width() - ring))
        height = max(self.column.winfo_reqheight(), self.canvas.winfo_height() - ring)
        self.canvas.configure(scrollregion=(0, 0, 1, height), yscrollincrement=self._kit.px(STEP) // 2)

    def _show_bar(self, first: float, last: float) -> None:
        self._bar.set(first, last)
        if float(first) <= 0 and float(last) >= 1:
            self._bar.pack_forget()
        elif not self._bar.winfo_manager():
            self._bar.pack(side="right", fill="y", padx=(0, self._kit.px(GAP)), before=self.canvas)

    def _paint(self) -> None:
        colors = self._kit.colors
        self.canvas.configure(bg=colors.bg, highlightbackground=colors.bg, highlightcolor=colors.bg)

    def _show_ring(self, shown: bool) -> None:
        self.canvas.configure(highlightcolor=self._kit.colors.focus if shown else self._kit.colors.bg)


def _within(widget: tk.Misc) -> list[tk.Misc]:
    """It, and all that lies in it."""
    return [widget, *(inner for child in widget.winfo_children() for inner in _within(child))]
