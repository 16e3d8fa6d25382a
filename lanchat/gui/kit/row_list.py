"""RowList: a list of rows on one Canvas that draws only what is seen, for pointer and keyboard; no row's content.

Up, Down, Page Up, Page Down, Home and End move the selection, Return and a double click open it. Rows keep their
identity by `key`: the selection stays with its row when others come and go.
"""

from __future__ import annotations

import contextlib
import tkinter as tk
from collections.abc import Callable, Hashable, Sequence
from tkinter import ttk
from typing import Any, Final, Generic, NamedTuple, TypeVar

from msgspec import Struct

from lanchat.gui.kit.focus import frame_by_key, holder
from lanchat.gui.kit.paint import pill
from lanchat.gui.kit.popup import menu_button
from lanchat.gui.kit.theme import Kit
from lanchat.gui.kit.wheel import bind_wheel

T = TypeVar("T")
RADIUS: Final = 8
FAR: Final = 10**9  # rows: beyond the end of any list


class Row(Struct, Generic[T], frozen=True):
    """content: what `draw` gets. height: px at 96 dpi. selectable False: a heading."""

    key: Hashable
    content: T
    height: float = 32
    selectable: bool = True


class Box(NamedTuple):
    """Where a row is drawn, in pixels of the Canvas."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def middle(self) -> int:
        return self.y + self.height // 2


class Look(NamedTuple):
    """How a row is drawn. ground: the colour under it, “#RRGGBB”."""

    selected: bool
    hovered: bool
    ground: str


class RowList(tk.Canvas, Generic[T]):
    """draw(canvas, content, box, look) paints one row. on_open: Return or double click. on_select: the selection
    moved by the user. on_click(content, x): a click, x from the row's left edge. on_menu(content, x, y): what can be
    done with it is asked for, by pointer or key, at that place of the screen. inset: px left and right of rows."""

    def __init__(
        self,
        master: tk.Misc,
        kit: Kit,
        draw: Callable[[RowList[T], T, Box, Look], None],
        *,
        ground: str = "bg",
        inset: float = 8,
        on_open: Callable[[T], object] | None = None,
        on_select: Callable[[T], object] | None = None,
        on_click: Callable[[T, int], object] | None = None,
        on_menu: Callable[[T, int, int], object] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(master, highlightthickness=0, bd=0, takefocus=True, **options)
        self._kit, self._draw, self._ground, self._inset = kit, draw, ground, inset
        self._on_open, self._on_select, self._on_click, self._on_menu = on_open, on_select, on_click, on_menu
        self._rows: Sequence[Row[T]] = ()
        self._tops: list[int] = [0]  # px of each row's upper edge, and of the end
        self._selected: Hashable | None = None
        self._hovered: Hashable | None = None
        self._offset = 0  # px scrolled
        self._ring = False  # the keyboard is here and came by a key
        self._by_click = False  # it is on its way here after a click
        self._painting = ""  # the pending call of _paint
        self._bar: ttk.Scrollbar | None = None
        self._bar_pack: dict[str, Any] | None = None
        self._bind_events()
        kit.listen(self, self.repaint)

    # What is shown

    @property
    def selected(self) -> T | None:
        index = self._index(self._selected)
        return None if index is None else self._rows[index].content

    @property
    def hovered(self) -> T | None:
        """The row under the pointer, also where that has not moved since the rows are there."""
        index = self._index(self._hovered)
        if index is None and self.winfo_viewable():
            x, y = self.winfo_pointerxy()
            if self.winfo_containing(x, y) is self:
                index = self._at(y - self.winfo_rooty())
        return None if index is None else self._rows[index].content

    def show(self, rows: Sequence[Row[T]]) -> None:
        """Replaces all rows; what was selected stays so if it is still there."""
        self._rows = rows
        self._tops = [0]
        for row in rows:
            self._tops.append(self._tops[-1] + self._kit.px(row.height))
        if self._index(self._selected) is None:
            self._selected = None
        self._scroll_to(self._offset)
        self.repaint()

    def select(self, key: Hashable | None) -> None:
        """Selects without telling on_select."""
        self._selected = key
        index = self._index(key)
        if index is not None:
            self._reveal(index)
        self.repaint()

    def attach(self, bar: ttk.Scrollbar, hide: dict[str, Any] | None = None) -> None:
        """hide: how to pack the bar; then it is shown only while there is something to scroll."""
        self._bar, self._bar_pack = bar, hide
        bar.configure(command=self._on_bar)

    def repaint(self) -> None:
        """Soon, and once however often it is asked for."""
        if not self._painting:
            self._painting = self.after_idle(self._paint)

    def destroy(self) -> None:
        if self._painting:
            self.after_cancel(self._painting)
        super().destroy()

    # From pointer and keyboard

    def _bind_events(self) -> None:
        for key, step in (("Up", -1), ("Down", 1), ("Prior", -8), ("Next", 8), ("Home", -FAR), ("End", FAR)):
            self.bind(f"<{key}>", lambda _, step=step: self._move(step))  # type: ignore[misc]
        self.bind("<Return>", lambda _: self._open())
        self.bind("<KP_Enter>", lambda _: self._open())
        self.bind("<Button-1>", self._click)
        self.bind("<Double-Button-1>", lambda _: self._open())
        self.bind(f"<Button-{menu_button(self)}>", self._menu_click)
        for key in ("<Menu>", "<Shift-F10>"):
            with contextlib.suppress(tk.TclError):  # a keyboard without one
                self.bind(key, lambda _: self._menu_at_selected())
        self.bind("<Motion>", lambda event: self._hover(self._at(event.y)))
        self.bind("<Leave>", lambda _: self._hover(None))
        self.bind("<FocusIn>", lambda _: self._focus_came())
        frame_by_key(self, self._show_ring)
        self.bind("<Configure>", lambda _: self._scroll_to(self._offset))
        bind_wheel(self, lambda pixels: self._scroll_to(self._offset + pixels), self._kit.scale)

    def _move(self, step: int) -> str:
        choices = [i for i, row in enumerate(self._rows) if row.selectable]
        present = self._index(self._selected)
        place = (choices.index(present) if present in choices else -1) + step
        if choices and (chosen := choices[max(0, min(len(choices) - 1, place))]) != present:
            self._choose(chosen)
        else:  # at the last that can be selected: what lies beyond shall be seen too
            self._scroll_to(self._offset + max(-FAR, min(FAR, step * self._kit.px(32))))
        self._show_ring(True)
        return "break"

    def _choose(self, index: int) -> None:
        row = self._rows[index]
        self._selected = row.key
        self._reveal(index)
        self.repaint()
        if self._on_select:
            self._on_select(row.content)

    def _open(self) -> str:
        content = self.selected
        if content is not None and self._on_open:
            self._on_open(content)
            return "break"
        return self._menu_at_selected()

    def _menu_click(self, event: tk.Event[tk.Misc]) -> None:
        index = self._at(event.y)
        if index is not None and self._on_menu:
            self._on_menu(self._rows[index].content, event.x_root, event.y_root)

    def _menu_at_selected(self) -> str:
        index = self._index(self._selected)
        if index is not None and self._on_menu:
            y = self._tops[index + 1] - self._offset
            self._on_menu(self._rows[index].content, self.winfo_rootx() + self._kit.px(24), self.winfo_rooty() + y)
        return "break"

    def _click(self, event: tk.Event[tk.Misc]) -> None:
        if holder(self) != str(self):
            self._by_click = True
            self.focus_set()
        index = self._at(event.y)
        if index is not None:
            self._choose(index)
            if self._on_click:
                self._on_click(self._rows[index].content, event.x - self._kit.px(self._inset))

    def _hover(self, index: int | None) -> None:
        key = None if index is None else self._rows[index].key
        if key != self._hovered:
            self._hovered = key
            self.repaint()

    def _focus_came(self) -> None:
        """Not by a click: then something is selected, so that the next key has a meaning that can be seen."""
        if self._by_click:
            self._by_click = False
            return
        if self._selected is None:
            self._selected = next((row.key for row in self._rows if row.selectable), None)
            self.repaint()

    def _show_ring(self, shown: bool) -> None:
        self._ring = shown
        self.repaint()

    # Places

    def _index(self, key: Hashable | None) -> int | None:
        if key is None:
            return None
        return next((i for i, row in enumerate(self._rows) if row.key == key), None)

    def _at(self, y: int) -> int | None:
        """The selectable row at pixel `y` of the Canvas."""
        for index, row in enumerate(self._rows):
            if self._tops[index] <= y + self._offset < self._tops[index + 1]:
                return index if row.selectable else None
        return None

    def _reveal(self, index: int) -> None:
        top, bottom = self._tops[index], self._tops[index + 1]
        if top < self._offset:
            self._scroll_to(top)
        elif bottom > self._offset + self.winfo_height() > 1:
            self._scroll_to(bottom - self.winfo_height())

    def _scroll_to(self, offset: float) -> None:
        self._offset = max(0, min(round(offset), self._tops[-1] - self.winfo_height()))
        self.repaint()

    def _on_bar(self, action: str, amount: str, unit: str = "") -> None:
        if action == "moveto":
            self._scroll_to(float(amount) * self._tops[-1])
        else:
            step = self.winfo_height() if unit == "pages" else self._kit.px(32)
            self._scroll_to(self._offset + int(amount) * step)

    # Drawing

    def _paint(self) -> None:
        self._painting = ""
        kit = self._kit
        self.delete("all")
        self.configure(bg=kit.color(self._ground))
        height = self.winfo_height()
        inset = kit.px(self._inset)
        for row, top, bottom in zip(self._rows, self._tops, self._tops[1:], strict=False):
            y = top - self._offset
            if y < height and bottom > self._offset:
                self._paint_row(row, Box(inset, y, self.winfo_width() - 2 * inset, bottom - top))
        if self._ring and self._index(self._selected) is None:  # no row to draw it around
            edge = kit.px(1)
            ends = (edge, edge, self.winfo_width() - edge, height - edge)
            self.create_rectangle(*ends, outline=kit.colors.focus, width=kit.px(2))
        self._update_bar(height)

    def _update_bar(self, height: int) -> None:
        if self._bar is None:
            return
        total = max(1, self._tops[-1])
        self._bar.set(self._offset / total, min(1.0, (self._offset + height) / total))
        if self._bar_pack is not None:
            if total <= height:
                self._bar.pack_forget()
            elif not self._bar.winfo_manager():
                self._bar.pack(**self._bar_pack)

    def _paint_row(self, row: Row[T], box: Box) -> None:
        selected = row.key == self._selected and row.selectable
        hovered = row.key == self._hovered and row.selectable
        ground = "sel" if selected else "hover" if hovered else self._ground
        if selected or hovered:
            gap = self._kit.px(1)
            ring = "focus" if selected and self._ring else None
            edges = (box.x, box.y + gap, box.right, box.y + box.height - gap)
            pill(self, self._kit, edges, RADIUS, ground, ring)
        self._draw(self, row.content, box, Look(selected, hovered, self._kit.color(ground)))
