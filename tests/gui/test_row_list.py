"""The list of rows: selection by keys and pointer, scrolling, rows that come and go."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from tkinter import ttk

import pytest

from lanchat.gui.kit.paint import elide
from lanchat.gui.kit.row_list import Box, Look, Row, RowList
from lanchat.gui.kit.theme import Kit

pytestmark = pytest.mark.display
Until = Callable[[Callable[[], object]], None]


class Stage:
    """A list of 300 px height that writes its rows' names."""

    def __init__(self, root: tk.Tk, kit: Kit) -> None:
        self.root, self.kit = root, kit
        self.opened: list[str] = []
        self.moved: list[str] = []
        self.clicked: list[tuple[str, int]] = []
        self.list: RowList[str] = RowList(
            root,
            kit,
            self._draw,
            on_open=self.opened.append,
            on_select=self.moved.append,
            on_click=lambda name, x: self.clicked.append((name, x)),
            width=200,
            height=300,
        )
        self.list.pack()
        root.update()

    def _draw(self, canvas: RowList[str], content: str, box: Box, _: Look) -> None:
        canvas.create_text(box.x, box.middle, text=content, anchor="w", fill=self.kit.colors.text)

    def show(self, *names: str) -> None:
        """Upper case: a heading."""
        self.list.show([Row(name, name, selectable=not name.isupper()) for name in names])
        self.root.update()

    def press(self, *keys: str) -> None:
        self.list.focus_force()
        self.root.update()
        for key in keys:
            self.list.event_generate(f"<{key}>")
        self.root.update()

    def click(self, y: int, times: int = 1) -> None:
        for _ in range(times):
            self.list.event_generate("<Button-1>", x=50, y=y)
            self.list.event_generate("<ButtonRelease-1>", x=50, y=y)
        self.root.update()

    @property
    def drawn(self) -> list[str]:
        return [self.list.itemcget(i, "text") for i in self.list.find_all() if self.list.type(i) == "text"]


@pytest.fixture
def stage(root: tk.Tk, kit: Kit) -> Stage:
    return Stage(root, kit)


def test_keys_move_over_headings_and_stop_at_the_ends(stage: Stage) -> None:
    stage.show("HEAD", "a", "b", "MORE", "c")
    stage.press("Down", "Down", "Down", "Up", "Home", "End")
    assert stage.moved == ["b", "c", "b", "a", "c"]
    stage.press("Return")
    assert stage.opened == ["c"]


def test_the_first_row_is_selected_when_the_keyboard_comes(stage: Stage, until: Until) -> None:
    stage.show("HEAD", "a", "b")
    assert stage.list.selected is None
    stage.list.focus_force()
    until(lambda: stage.list.selected == "a")


def test_clicks_select_and_double_clicks_open(stage: Stage) -> None:
    stage.show("HEAD", "a", "b")
    stage.click(16)
    assert stage.list.selected is None
    stage.click(80)
    assert (stage.moved, stage.clicked, stage.opened) == (["b"], [("b", 42)], [])
    stage.click(80, times=2)
    assert stage.opened[:1] == ["b"]


def test_only_rows_in_view_are_drawn(stage: Stage) -> None:
    stage.show(*(f"row {i}" for i in range(1_000)))
    assert 8 < len(stage.drawn) < 12
    stage.press("End")
    assert "row 999" in stage.drawn
    assert "row 0" not in stage.drawn
    stage.list.select("row 500")
    stage.root.update()
    assert "row 500" in stage.drawn


def test_the_selection_stays_with_its_row(stage: Stage) -> None:
    stage.show("a", "b")
    stage.list.select("b")
    stage.show("new", "a", "b")
    assert stage.list.selected == "b"
    stage.show("a")
    assert stage.list.selected is None


def test_where_nothing_can_be_selected_keys_scroll(stage: Stage) -> None:
    stage.show(*(f"ROW {i}" for i in range(100)))
    stage.press("Down", "Down")
    assert "ROW 0" not in stage.drawn
    stage.press("End")
    assert "ROW 99" in stage.drawn
    stage.press("Home")
    assert "ROW 0" in stage.drawn


def test_a_scroll_bar_is_there_only_when_needed(stage: Stage, root: tk.Tk) -> None:
    bar = ttk.Scrollbar(root)
    stage.list.attach(bar, hide={"side": "right", "fill": "y", "before": stage.list})
    stage.show("a")
    assert not bar.winfo_manager()
    stage.show(*(f"row {i}" for i in range(100)))
    assert bar.winfo_manager()
    stage.list._on_bar("moveto", "1.0")
    root.update()
    assert "row 99" in stage.drawn
    assert bar.get()[1] == 1.0


def test_the_pointer_shows_what_it_is_over(stage: Stage) -> None:
    stage.show("a", "b")
    stage.list.event_generate("<Motion>", x=20, y=40)
    stage.root.update()
    assert stage.list.hovered == "b"
    stage.list.event_generate("<Leave>")
    assert stage.list.hovered is None


@pytest.mark.parametrize("text", ["", "a", "Ana Lindqvist", "x" * 500])
def test_text_is_cut_to_its_width(kit: Kit, text: str) -> None:
    cut = elide(kit.fonts.list, text, 80)
    assert kit.fonts.list.measure(cut) <= 80
    assert cut == text or cut.endswith("…")
