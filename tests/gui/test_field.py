"""Fields, banners and menus by themselves."""

from __future__ import annotations

import gc
import tkinter as tk
import weakref

import pytest

from lanchat.gui.kit.banner import Banner
from lanchat.gui.kit.field import Field
from lanchat.gui.kit.line import LineLabel
from lanchat.gui.kit.popup import PopupMenu
from lanchat.gui.kit.theme import Kit

pytestmark = pytest.mark.display


def placeholder(field: Field) -> bool:
    """Does it show?"""
    return any(label.winfo_manager() for label in field.winfo_children() if isinstance(label, LineLabel))


@pytest.mark.parametrize("icon", [None, "search"])
def test_the_placeholder_is_there_while_nothing_is_typed(root: tk.Tk, kit: Kit, icon: str | None) -> None:
    changes: list[str] = []
    field = Field(root, kit, "Search rooms", icon=icon, on_change=changes.append)
    field.pack()
    root.update()
    assert placeholder(field)
    field.insert(0, "a")
    assert not placeholder(field)
    field.value = ""
    assert placeholder(field)
    assert changes == ["a", ""]


def test_a_click_on_the_placeholder_is_a_click_on_the_field(root: tk.Tk, kit: Kit) -> None:
    field = Field(root, kit, "Search rooms")
    field.pack()
    root.focus_force()
    root.update()
    field.winfo_children()[0].event_generate("<Button-1>")
    root.update()
    assert root.focus_get() is field


def test_what_is_refused_is_marked(root: tk.Tk, kit: Kit) -> None:
    field = Field(root, kit)
    field.mark(True)
    assert field.instate(["invalid"])
    field.mark(False)
    assert field.instate(["!invalid"])


def test_a_banner_takes_room_only_while_it_speaks(root: tk.Tk, kit: Kit) -> None:
    banner = Banner(root, kit, pack={"fill": "x"})
    pressed: list[str] = []
    banner.hide()
    assert not banner.winfo_manager()
    banner.show("warn", "Lost. " * 100, "Try now", lambda: pressed.append("now"))
    root.update()
    assert banner["bg"] == kit.colors.warn_bg
    assert banner.winfo_height() > 2 * kit.fonts.list.metrics("linespace")  # the sentence is wrapped
    banner.show("danger", "Over.", "Back to rooms", lambda: pressed.append("back"))
    root.update()
    assert banner["bg"] == kit.colors.danger_bg
    next(child for child in banner.winfo_children() if child.winfo_class() == "TButton").invoke()  # type: ignore[attr-defined]
    assert pressed == ["back"]
    banner.hide()
    assert not banner.winfo_manager()


def test_a_menu_wears_the_colours_of_the_mode(root: tk.Tk, kit: Kit) -> None:
    menu = PopupMenu(root, kit)
    menu.add_command(label="Leave the room")
    menu.paint()
    assert str(menu.entrycget(0, "background")) == kit.colors.raised
    kit.use("dark")
    assert str(menu.entrycget(0, "background")) == kit.colors.raised


def test_what_tk_must_not_draw_becomes_words(root: tk.Tk, kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pasted, too: an old libXft would end the process."""
    monkeypatch.setattr("lanchat.gui.kit.emoji.tk_is_safe", lambda: False)
    changes: list[str] = []
    field = Field(root, kit, "Search rooms", on_change=changes.append)
    field.insert(0, "a 🎉")
    assert (field.get(), field.value, changes) == ("a :tada:", "a :tada:", ["a :tada:"])


def test_nothing_is_left_of_a_field_that_is_gone(root: tk.Tk, kit: Kit) -> None:
    """Else all stays that it tells of changes: a dialog, a screen with its messages."""
    field = Field(root, kit, "Search rooms", on_change=lambda _: None)
    gone = weakref.ref(field)
    field.destroy()
    del field
    gc.collect()
    assert gone() is None
