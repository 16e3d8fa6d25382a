"""The settings dialog by key: what is chosen is handed over, and nothing that makes no sense."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from tkinter import filedialog

import pytest
from msgspec import structs

from lanchat.client.preferences import Preferences
from lanchat.gui.dialogs.settings import SettingsDialog
from lanchat.gui.kit.theme import Kit

pytestmark = pytest.mark.display
Until = Callable[[Callable[[], object]], None]
Saved = list[tuple[str, Preferences]]


@pytest.fixture
def saved() -> Saved:
    return []


@pytest.fixture
def dialog(root: tk.Tk, kit: Kit, until: Until, saved: Saved) -> SettingsDialog:
    dialog = SettingsDialog(root, kit, "Sam", Preferences(), on_save=lambda *chosen: saved.append(chosen))
    until(dialog.winfo_viewable)
    dialog.name.focus_force()
    until(lambda: root.focus_get() is dialog.name)
    return dialog


def press(root: tk.Tk, *keys: str) -> None:
    for key in keys:
        widget = root.focus_get()
        assert widget is not None
        widget.event_generate(key)
        root.update()


def test_saved_as_it_is_nothing_changes(root: tk.Tk, dialog: SettingsDialog, saved: Saved) -> None:
    press(root, "<Return>")
    assert saved == [("Sam", Preferences())]
    assert not dialog.winfo_exists()


def test_all_of_it_from_the_keyboard(root: tk.Tk, dialog: SettingsDialog, until: Until, saved: Saved) -> None:
    press(root, *(f"<Key-{letter}>" for letter in "Zoe"))  # over what is selected
    press(root, "<Tab>", "<Down>", "<Down>")  # dark
    press(root, "<Tab>", "<Right>")  # 125 %
    press(root, "<Tab>", "<Right>")  # Ctrl+Enter
    press(root, "<Tab>", "<Left>")  # nothing
    for name in ("desktop", "sound", "receipts", "typing", "presence"):
        press(root, "<Tab>")
        assert root.focus_get() is dialog.boxes[name]
        press(root, "<space>")
        until(lambda name=name: not dialog.switches[name].get())
    press(root, "<Tab>", *(f"<Key-{letter}>" for letter in ("slash", "x")))
    assert root.focus_get() is dialog.downloads
    press(root, "<Tab>")
    assert root.focus_get() is dialog.choose
    press(root, "<Tab>", *(f"<Key-{letter}>" for letter in ("1", "0", "period", "9", "period", "0", "period", "0")))
    assert root.focus_get() is dialog.subnets
    press(root, "<Tab>", "<Tab>")
    assert root.focus_get() is dialog.save
    press(root, "<Return>")
    chosen = Preferences("dark", 125, "ctrl-enter", "nothing", False, False, "/x", False, False, False, "10.9.0.0")
    assert saved == [("Zoe", chosen)]


def test_escape_changes_nothing(root: tk.Tk, dialog: SettingsDialog, saved: Saved) -> None:
    dialog.theme.value = "dark"
    press(root, "<Escape>")
    assert saved == []
    assert not dialog.winfo_exists()


@pytest.mark.parametrize("name", ["a:b", "x" * 33, "*star"])
def test_a_name_that_is_none_is_said(root: tk.Tk, dialog: SettingsDialog, saved: Saved, name: str) -> None:
    dialog.name.value = name
    press(root, "<Return>")
    assert saved == []
    assert "name" in str(dialog.complaint["text"])
    assert dialog.name.instate(["invalid"])
    dialog.name.value = "Sam"
    press(root, "<Return>")
    assert saved == [("Sam", Preferences())]


def test_a_folder_needs_its_full_path(root: tk.Tk, dialog: SettingsDialog, saved: Saved) -> None:
    dialog.downloads.value = "Files"
    press(root, "<Return>")
    assert saved == []
    assert "full path" in str(dialog.complaint["text"])
    assert root.focus_get() is dialog.downloads


@pytest.mark.parametrize(("typed", "why"), [("10.0.0.0/8", "too large"), ("here", "is no network")])
def test_networks_that_cannot_be_asked_are_said(
    root: tk.Tk, dialog: SettingsDialog, saved: Saved, typed: str, why: str
) -> None:
    dialog.subnets.value = typed
    dialog.save.invoke()
    assert why in dialog.complaint.cget("text")
    assert root.focus_get() is dialog.subnets
    dialog.subnets.value = " 192.168.3.0/24, 192.168.4.7 "
    dialog.save.invoke()
    assert saved[0][1].networks == ("192.168.3.0/24", "192.168.4.7")


def test_no_name_yet_is_no_mistake(root: tk.Tk, dialog: SettingsDialog, saved: Saved) -> None:
    dialog.name.value = " "
    press(root, "<Return>")
    assert saved == [("", Preferences())]


def test_a_folder_is_chosen_by_the_systems_dialog(
    dialog: SettingsDialog, saved: Saved, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = iter(["/home/sam/Files", ""])
    monkeypatch.setattr(filedialog, "askdirectory", lambda **_: next(chosen))
    dialog.choose.invoke()
    dialog.choose.invoke()  # cancelled
    assert dialog.preferences.downloads == "/home/sam/Files"


def test_what_the_dialog_does_not_show_stays(root: tk.Tk, kit: Kit, saved: Saved) -> None:
    held = structs.replace(Preferences(), zoom=150, notify="mentions", receipts=False, downloads="/x")
    dialog = SettingsDialog(root, kit, "Sam", held, on_save=lambda *chosen: saved.append(chosen))
    dialog.save.invoke()
    assert saved == [("Sam", held)]
