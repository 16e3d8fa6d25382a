"""Everything by key: each line of the sheet does what it says, and Tab and F6 lead everywhere."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Iterator, Sequence
from tkinter import ttk

import pytest
from PIL import ImageGrab

from lanchat.client.events import Failed, Page, Queued
from lanchat.client.preferences import Preferences
from lanchat.gui.dialogs.key_sheet import KeySheet
from lanchat.gui.dialogs.settings import SettingsDialog
from lanchat.gui.kit.dialog import Dialog
from lanchat.gui.kit.key_bindings import Part, bind_keys, bind_return_to_buttons, next_part
from lanchat.gui.kit.popup import PopupMenu
from lanchat.gui.kit.row_list import Row, RowList
from lanchat.gui.kit.theme import Kit
from lanchat.gui.kit.tokens import Mode, rgb
from lanchat.gui.model.keys import KEYS, Key, Place, readable, sequence, shown
from lanchat.gui.picker.screen import Actions, Picker
from lanchat.protocol.frames import Member, React
from tests.gui.gallery import ROOMS
from tests.gui.stand_in import ME, MY_KEY, NOON, ROOM, joined, message, roster
from tests.gui.test_chat_screen import Stage

pytestmark = pytest.mark.display
Until = Callable[[Callable[[], object]], None]


@pytest.fixture
def stage(root: tk.Tk, kit: Kit, until: Until) -> Stage:
    stage = Stage(root, kit, until)
    stage.take_keyboard()
    stage.feed(joined(), roster(Member(ME, MY_KEY), Member("Ana")))
    return stage


@pytest.fixture
def picker(root: tk.Tk, kit: Kit, until: Until) -> Picker:
    picker = Picker(root, kit, Actions(*[lambda *_: None] * len(Actions._fields)))
    picker.pack(fill="both", expand=True)
    picker.show_found(ROOMS)
    picker.list.focus_force()
    until(lambda: root.focus_get() is picker.list)
    return picker


# The table


def test_keys_read_as_people_write_them() -> None:
    assert readable("Mod-comma", mac=False) == "Ctrl+,"
    assert readable("Mod-comma", mac=True) == "⌘+,"
    assert shown(Key(("Mod-plus", "Mod-equal", "Mod-KP_Add"), ""), mac=False) == "Ctrl++"
    assert shown(Key(("Prior", "Next"), ""), mac=False) == "Page Up  Page Down"
    assert sequence("Mod-0", mac=False) == "<Control-Key-0>"
    assert sequence("Mod-comma", mac=True) == "<Command-comma>"


def test_no_key_means_two_things_in_one_place() -> None:
    for place, keys in KEYS.items():
        told = [one for key in keys for one in key.keys]
        assert len(told) == len(set(told)), place


def test_an_action_that_the_table_does_not_know_is_a_bug(root: tk.Tk) -> None:
    with pytest.raises(AssertionError, match="make coffee"):
        bind_keys(root, "Messages", {"make coffee": lambda: None})


@pytest.mark.parametrize("place", KEYS)
def test_every_key_of_the_table_is_bound(place: Place, root: tk.Tk, until: Until) -> None:
    frame = ttk.Frame(root, takefocus=True)
    frame.pack()
    frame.focus_force()
    until(lambda: root.focus_get() is frame)
    pressed: list[str] = []
    bound = [key for key in KEYS[place] if key.action]
    bind_keys(frame, place, {key.action: lambda key=key: pressed.append(key.action) for key in bound})  # type: ignore[misc]
    for key in bound:
        for one in key.keys:
            if one.endswith("KP_0"):  # Tk generates it without Num Lock, as another key
                assert frame.bind(sequence(one, mac=False))
                continue
            frame.event_generate(sequence(one, mac=False))
            assert pressed == [key.action], one
            pressed.clear()


def test_the_sheet_shows_all_of_them(root: tk.Tk, kit: Kit, until: Until) -> None:
    sheet = KeySheet(root, kit)
    until(sheet.winfo_viewable)
    words = [str(label["text"]) for label in _all(sheet) if isinstance(label, ttk.Label)]
    for key in (key for keys in KEYS.values() for key in keys if key.what):
        assert key.what in words
        assert shown(key, mac=False) in words
    sheet.focus_force()
    until(lambda: root.focus_get() is not None)
    sheet.event_generate("<F1>")
    assert not sheet.winfo_exists()


# Keys that widgets bind by themselves


def test_keys_of_lists(root: tk.Tk, kit: Kit, until: Until) -> None:
    opened: list[int] = []
    rows: RowList[int] = RowList(root, kit, lambda *_: None, on_open=opened.append)
    rows.pack(fill="both", expand=True)
    rows.show([Row(n, n) for n in range(30)])
    rows.focus_force()
    until(lambda: root.focus_get() is rows)
    at = 0
    for key, to in (("Down", 1), ("Up", 0), ("Next", 8), ("Prior", 0), ("End", 29), ("Home", 0)):
        assert rows.selected == at
        rows.event_generate(f"<{key}>")
        assert rows.selected == to, key
        at = to
    rows.event_generate("<Return>")
    assert opened == [0]
    listed = {one for key in KEYS["Lists"] for one in key.keys}
    assert listed == {"Up", "Down", "Prior", "Next", "Home", "End", "Return", "Menu", "Shift-F10"}


def test_enter_and_space_press_what_has_the_keyboard(root: tk.Tk, kit: Kit, until: Until) -> None:
    pressed: list[str] = []
    bind_return_to_buttons(root)
    button = ttk.Button(root, text="x", command=lambda: pressed.append("button"))
    box = ttk.Checkbutton(root, text="y", command=lambda: pressed.append("box"))
    for widget in (button, box):
        widget.pack()
        widget.focus_force()
        until(lambda widget=widget: root.focus_get() is widget)
        widget.event_generate("<Return>")
        widget.event_generate("<space>")
    until(lambda: pressed == ["button", "button", "box", "box"])


def test_ctrl_enter_sends_where_that_was_chosen(stage: Stage) -> None:
    stage.screen.composer.send_by("ctrl-enter")
    assert "Ctrl+Enter sends · Enter new line" in stage.labels()
    stage.press("one", "<Return>", "two", "<Shift-Return>", "three")
    assert stage.said == []
    stage.press("<Control-Return>")
    assert stage.said == ["one\ntwo\nthree"]
    stage.screen.composer.send_by("enter")
    stage.press("four", "<Shift-Return>", "five", "<Return>", "six", "<Control-Return>")
    assert stage.said[1:] == ["four\nfive", "six"]


@pytest.mark.parametrize("wanted", [True, False])
def test_that_we_write_is_told_only_where_we_want_it(stage: Stage, wanted: bool) -> None:
    stage.screen.prefer(Preferences(typing=wanted))
    stage.press("a")
    assert (("typing",) in stage.client.calls) is wanted


# Through the messages


def test_a_message_is_chosen_and_its_menu_opens(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    posted: list[tk.Menu] = []
    monkeypatch.setattr(tk.Menu, "tk_popup", lambda menu, *_: posted.append(menu))
    link = "https://example.org/board"
    stage.feed(*(message(seq) for seq in range(1, 40)), message(40, f"see {link}"))
    stage.screen.messages.text.focus_set()
    stage.press("<Up>", "<Up>", "<Down>", "<Down>")
    assert stage.screen.cursor.chosen == message(40, f"see {link}")
    ranges = stage.screen.messages.text.tag_ranges("chosen")
    assert link in stage.screen.messages.text.get(*map(str, ranges))
    assert stage.screen.cursor._bar.winfo_ismapped()
    stage.press("<Return>", "<Shift-F10>")
    assert len(posted) == 2
    menu = posted[-1]
    labels = [menu.entrycget(n, "label") for n in range((menu.index("end") or 0) + 1) if menu.type(n) != "separator"]
    assert {"Reply", "React", "Copy the text", f"Open {link}"} <= set(labels)
    menu.invoke("Reply")
    stage.until(lambda: stage.root.focus_get() is stage.text)
    stage.until(lambda: not stage.screen.messages.text.tag_ranges("chosen"))
    stage.press("yes", "<Return>")
    assert stage.client.calls[-1][0] == "do"


def test_first_last_and_back_to_the_newest(stage: Stage) -> None:
    stage.feed(*(message(seq) for seq in range(1, 101)))
    stage.screen.messages.text.focus_set()
    stage.press("<Home>")
    stage.press("<Home>")
    assert stage.screen.cursor.chosen == message(1)
    assert not stage.screen.messages.following
    stage.press("<Up>")
    assert stage.screen.cursor.chosen == message(1)
    stage.press("<End>")
    assert stage.screen.cursor.chosen is None
    assert stage.screen.messages.following


def test_the_chosen_one_stays_chosen_when_it_is_drawn_anew(stage: Stage) -> None:
    stage.feed(message(1), message(2))
    stage.screen.messages.text.focus_set()
    stage.press("<Up>", "<Up>")
    before = stage.screen.messages.text.tag_ranges("chosen")
    stage.screen.message_menu._wishes.react(message(1), "👍")
    assert stage.client.calls[-1] == ("do", React("", 1, "👍", on=True))
    stage.feed(message(3))
    assert stage.screen.cursor.chosen == message(1)
    assert len(stage.screen.messages.text.tag_ranges("chosen")) == len(before) == 2


def test_what_is_chosen_and_deleted_has_no_menu_that_fails(stage: Stage) -> None:
    stage.feed(joined(new_journal=True), message(1))
    stage.screen.messages.text.focus_set()
    stage.press("<Up>")
    stage.feed(joined(new_journal=True))
    stage.press("<Return>", "<Up>", "<Home>")


# Everywhere


def _all(parent: tk.Misc) -> Iterator[tk.Misc]:
    for child in parent.winfo_children():
        yield child
        yield from _all(child)


def controls(screen: tk.Misc) -> set[str]:
    """All that can be used and is to be seen, but for what says itself that Tab goes past it."""
    kinds = (ttk.Button, ttk.Entry, ttk.Checkbutton, ttk.Radiobutton, tk.Text, RowList)
    found = [w for w in _all(screen) if isinstance(w, kinds) and w.winfo_viewable()]
    return {
        str(w)
        for w in found
        if str(w["takefocus"]) not in ("0", "False") and not (isinstance(w, ttk.Widget) and w.instate(["disabled"]))
    }


def tab_round(root: tk.Tk) -> Sequence[str]:
    """Where Tab leads until it comes back."""
    reached: list[str] = []
    while (focus := str(root.tk.call("focus"))) not in reached:
        reached.append(focus)
        root.nametowidget(focus).event_generate("<Tab>")
        root.update()
        assert len(reached) < 100
    return reached


def test_tab_leads_to_every_control_of_the_chat(stage: Stage) -> None:
    stage.feed(message(1), Queued("r-1", "a", NOON), Failed("r-1", "a", "The disk is full."))
    stage.feed(Page(ROOM, [], start=True))
    expected = controls(stage.screen)
    assert len(expected) >= 7
    assert set(tab_round(stage.root)) == expected


def test_tab_leads_to_every_control_of_the_picker(root: tk.Tk, picker: Picker) -> None:
    expected = controls(picker)
    assert len(expected) >= 7
    assert set(tab_round(root)) == expected


def test_f6_goes_from_part_to_part(stage: Stage) -> None:
    parts = stage.screen.parts
    side, messages, composer = (part.first for part in parts)
    for expected in (side, messages, composer, side):
        next_part(parts, 1)
        stage.until(lambda expected=expected: stage.root.focus_get() is expected)
    for expected in (composer, messages, side):
        next_part(parts, -1)
        stage.until(lambda expected=expected: stage.root.focus_get() is expected)
    stage.screen.composer._send.focus_set()
    next_part(parts, -1)
    stage.until(lambda: stage.root.focus_get() is messages)


def test_f6_in_the_picker(root: tk.Tk, picker: Picker, until: Until) -> None:
    for expected in (picker.address, picker.side.nav, picker.list):
        next_part(picker.parts, 1)
        until(lambda expected=expected: root.focus_get() is expected)


def test_parts_that_are_not_shown_are_passed_over(root: tk.Tk, until: Until) -> None:
    next_part([], 1)
    shown_one, hidden = ttk.Entry(root), ttk.Entry(root)
    shown_one.pack()
    root.update()
    next_part([Part(hidden, hidden), Part(shown_one, shown_one)], 1)
    root.focus_force()
    until(lambda: root.focus_get() is not None)
    next_part([Part(hidden, hidden), Part(shown_one, shown_one)], -1)
    until(lambda: root.focus_get() is shown_one)


def ring_is_drawn(kit: Kit, widget: tk.Misc) -> bool:
    """Around the widget, or around what it lies in; fields have a border and a glow of other colours."""
    field = isinstance(widget, ttk.Entry) or (widget.master.winfo_class() == "TFrame" and isinstance(widget, tk.Text))
    around = widget.master if isinstance(widget, tk.Text) else widget
    x, y = around.winfo_rootx(), around.winfo_rooty()
    box = (x, y, x + around.winfo_width(), y + around.winfo_height())
    picture = ImageGrab.grab(box, xdisplay=str(widget.winfo_screen())).convert("RGB")
    colours = {colour for _, colour in picture.getcolors(1_000_000) or ()}
    wanted = (kit.colors.sel, kit.colors.accent) if field else (kit.colors.focus,)
    return {rgb(colour) for colour in wanted} <= colours


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_where_the_keyboard_is_can_be_seen_in_the_picker(root: tk.Tk, kit: Kit, picker: Picker, mode: Mode) -> None:
    kit.use(mode)
    unseen = [name for name in tab_round(root) if not shows_ring(root, kit, name)]
    assert unseen == []


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_where_the_keyboard_is_can_be_seen_in_the_chat(kit: Kit, stage: Stage, mode: Mode) -> None:
    stage.feed(*(message(seq) for seq in range(1, 40)), Queued("r-1", "a", NOON), Failed("r-1", "a", "Full."))
    kit.use(mode)
    unseen = [name for name in tab_round(stage.root) if not shows_ring(stage.root, kit, name)]
    assert unseen == []


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_where_the_keyboard_is_can_be_seen_in_the_settings(root: tk.Tk, kit: Kit, until: Until, mode: Mode) -> None:
    dialog = SettingsDialog(root, kit, "Sam", Preferences(sound=False), on_save=lambda *_: None)
    until(dialog.winfo_viewable)
    dialog.name.focus_force()
    until(lambda: root.focus_get() is dialog.name)
    kit.use(mode)
    reached = tab_round(root)
    assert len(reached) == 15
    assert [name for name in reached if not shows_ring(root, kit, name)] == []


def shows_ring(root: tk.Tk, kit: Kit, name: str) -> bool:
    """With the keyboard by a key, and not without it."""
    widget = root.nametowidget(name)
    widget.tk_focusPrev().focus_set()
    root.update()
    before = ring_is_drawn(kit, widget)
    root.nametowidget(str(root.tk.call("focus"))).event_generate("<Tab>")
    root.update()
    assert str(root.tk.call("focus")) == name
    return ring_is_drawn(kit, widget) and not before


def test_where_the_keyboard_is_can_be_seen_where_nothing_is(root: tk.Tk, kit: Kit, picker: Picker) -> None:
    picker.show_found([])
    root.update()
    picker.side.nav.focus_set()
    unseen = [name for name in tab_round(root) if not shows_ring(root, kit, name)]
    assert unseen == []


def test_where_the_keyboard_is_can_be_seen_before_we_are_in(root: tk.Tk, kit: Kit, until: Until) -> None:
    stage = Stage(root, kit, until)
    stage.take_keyboard()
    unseen = [name for name in tab_round(root) if not shows_ring(root, kit, name)]
    assert unseen == []


def test_enter_presses_a_button_once(root: tk.Tk, kit: Kit, until: Until) -> None:
    """In a dialog, too, whose buttons know the key by themselves."""
    bind_return_to_buttons(root)
    dialog, pressed = Dialog(root, kit, "Once"), []
    button = dialog.add_button("Do it", lambda: pressed.append(1))
    dialog.open(button)
    until(lambda: root.focus_get() is button)
    button.event_generate("<Return>")
    assert pressed == [1]


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_a_menu_is_flat_and_shows_what_is_chosen(root: tk.Tk, kit: Kit, until: Until, mode: Mode) -> None:
    kit.use(mode)
    menu = PopupMenu(root, kit)
    for label in ("Reply", "Copy the text"):
        menu.add_command(label=label)
    menu.add_command(label="Thumbs up", image=kit.icon("smile"), compound="left")
    menu.paint()
    menu.tk_popup(root.winfo_rootx() + 50, root.winfo_rooty() + 50)
    until(menu.winfo_viewable)
    for entry in range(3):
        menu.activate(entry)
        root.update()
        left, top, right = menu.winfo_rootx(), menu.winfo_rooty(), menu.winfo_rootx() + menu.winfo_width()
        first = top + menu.yposition(entry)
        last = (top + menu.yposition(entry + 1) if entry < 2 else top + menu.winfo_height() - kit.px(1)) - 1
        lines = [(left + 1, y, right - 1, y + 1) for y in (first, last)] + [(right - 4, first, right - 1, last)]
        for box in lines:
            picture = ImageGrab.grab(box, xdisplay=str(root.winfo_screen())).convert("RGB")
            assert {colour for _, colour in picture.getcolors(1_000_000) or ()} == {rgb(kit.colors.sel)}
    menu.unpost()
