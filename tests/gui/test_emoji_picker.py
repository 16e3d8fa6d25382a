"""Emoji in the window by real keys and clicks: the picker, completion, what is sent; and long pastes."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest

from lanchat.gui.chat.emoji_picker import CELL, EmojiPicker
from lanchat.gui.kit.dialog import Choice
from lanchat.gui.kit.popup import PopupMenu
from lanchat.gui.kit.theme import Kit
from lanchat.protocol.frames import Edit, React
from tests.gui.stand_in import ME, MY_KEY, message
from tests.gui.test_conversation import ANA, Stage, menus, reacted

__all__ = ["menus"]
pytestmark = pytest.mark.display
Until = Callable[[Callable[[], object]], None]


@pytest.fixture
def stage(root: tk.Tk, kit: Kit, until: Until) -> Iterator[Stage]:
    stage = Stage(root, kit, until)
    yield stage
    stage.screen.destroy()


def focus(stage: Stage, widget: tk.Misc) -> None:
    widget.focus_force()
    stage.until(lambda: stage.root.focus_get() is widget)


def press(stage: Stage, *keys: str) -> None:
    """To whatever has the keyboard."""
    for key in keys:
        widget = stage.root.focus_get()
        assert widget
        widget.event_generate(f"<{key}>")
        stage.root.update()


def opened(stage: Stage) -> EmojiPicker:
    """The picker, once it has the keyboard."""
    picker = stage.screen.choosing.picker
    assert picker
    stage.until(lambda: stage.root.focus_get() is picker.field)
    return picker


def test_an_emoji_is_chosen_by_keys_and_written_where_one_writes(stage: Stage) -> None:
    text = stage.screen.composer.text
    focus(stage, text)
    stage.screen.composer.draft = "well  done"
    text.mark_set("insert", "1.5")
    press(stage, "Control-e")
    picker = opened(stage)
    assert picker.chosen == "😀"
    press(stage, "Right", "Right", "Down", "Left", "Up")
    assert picker.chosen == "😃"
    press(stage, *(f"Key-{key}" for key in "tada"))
    assert picker.chosen == "🎉"
    press(stage, "Return")
    assert stage.screen.choosing.picker is None
    stage.until(lambda: stage.root.focus_get() is text)
    assert stage.screen.composer.draft == "well 🎉 done"
    press(stage, "Control-e")
    assert opened(stage).chosen == "🎉"  # used lately
    press(stage, "Escape")
    stage.until(lambda: stage.root.focus_get() is text)
    assert stage.screen.composer.draft == "well 🎉 done"
    assert stage.screen.choosing.recents == ("🎉",)


def test_an_emoji_is_chosen_by_the_pointer(stage: Stage) -> None:
    focus(stage, stage.screen.composer.text)
    stage.screen.composer.emoji.invoke()
    picker = opened(stage)
    cell = stage.screen._kit.px(CELL)
    stage.until(lambda: picker.grid_.winfo_height() > cell)
    picker.grid_.event_generate("<Motion>", x=cell * 2 + 5, y=cell)
    assert picker.chosen == "😄"
    picker.grid_.event_generate("<Button-1>", x=cell * 2 + 5, y=cell)
    assert stage.screen.composer.draft == "😄"
    stage.screen.composer.emoji.invoke()
    opened(stage)
    stage.screen.composer.emoji.invoke()
    assert stage.screen.choosing.picker is None


def test_the_picker_scrolls_with_the_choice_and_draws_what_it_shows(stage: Stage) -> None:
    stage.screen.composer.emoji.invoke()
    picker = opened(stage)
    stage.until(lambda: len(picker.grid_.find_all()) > 40)
    assert len(picker.grid_.find_all()) < 120
    for _ in range(12):
        press(stage, "Next")
    row = picker._choice.rows.index(picker._choice.rows[-1])
    assert picker._choice.row == row
    assert picker._tops[-1] - picker._offset <= picker.grid_.winfo_height()
    picker.grid_.event_generate("<Button-4>")
    press(stage, "Home", *["Prior"] * 12)
    assert picker._offset == 0
    press(stage, *(f"Key-{key}" for key in "qqq"))
    assert picker.chosen == ""
    press(stage, "Return", "Down", "Right")
    assert stage.screen.choosing.picker is picker


def test_the_picker_goes_when_the_keyboard_goes_elsewhere(stage: Stage) -> None:
    stage.screen.composer.emoji.invoke()
    opened(stage)
    stage.screen.messages.text.focus_set()
    stage.until(lambda: stage.screen.choosing.picker is None)
    stage.until(lambda: stage.root.focus_get() is stage.screen.messages.text)


def test_the_picker_stands_within_a_small_window(stage: Stage) -> None:
    stage.root.geometry("760x520")
    stage.until(lambda: stage.root.winfo_height() == 520)
    stage.screen.composer.emoji.invoke()
    picker = opened(stage)
    stage.root.update()
    assert picker.winfo_y() >= 0
    assert picker.winfo_y() + picker.winfo_height() <= 520
    assert picker.winfo_x() + picker.winfo_width() <= 760


def test_any_emoji_goes_below_a_message(stage: Stage, menus: list[PopupMenu]) -> None:
    stage.feed(message(1, "done", "Ana", key=ANA))
    stage.click("done", 3)
    reactions = menus[-1].nametowidget(menus[-1].entrycget("React", "menu"))
    reactions.invoke("More …")
    opened(stage)
    press(stage, *(f"Key-{key}" for key in "rocket"), "Return")
    assert stage.client.calls[-1] == ("do", React("", 1, "🚀"))
    stage.feed(reacted(2, 1, "🚀", ME, MY_KEY))
    reactions.invoke("More …")
    opened(stage)
    press(stage, "Return")  # what was used last, and is there
    assert stage.client.calls[-1] == ("do", React("", 1, "🚀"))
    assert len([call for call in stage.client.calls if call[0] == "do"]) == 1


def test_the_keyboard_alone_reacts_to_a_message(stage: Stage) -> None:
    stage.feed(message(1, "done", "Ana", key=ANA))
    focus(stage, stage.text)
    press(stage, "Up", "Control-e")
    opened(stage)
    press(stage, "Right", "Return")
    assert stage.client.calls[-1] == ("do", React("", 1, "😃"))
    stage.until(lambda: stage.root.focus_get() is stage.text)


def test_tab_completes_short_names_and_a_hint_says_so(stage: Stage) -> None:
    text = stage.screen.composer.text
    focus(stage, text)
    hint = stage.screen.composer._hint
    for character in "ok":
        press(stage, f"Key-{character}")
    press(stage, "space", "colon", "Key-t", "Key-a", "Key-d")
    stage.until(lambda: hint.text == "Tab: :tada: 🎉")
    press(stage, "Tab")
    assert stage.screen.composer.draft == "ok 🎉 "
    stage.until(lambda: hint.text.startswith("Enter sends"))
    stage.screen.composer.draft = "hi @an"
    text.mark_set("insert", "end-1c")
    stage.until(lambda: hint.text == "Tab: @Ana")


def test_short_names_are_sent_as_emoji_and_a_change_too(stage: Stage) -> None:
    stage.write("**done** :tada: `:tada:`")
    assert stage.client.calls[-1][:2] == ("say", "**done** 🎉 `:tada:`")
    stage.feed(message(1, "mine", ME, key=MY_KEY))
    stage.screen.aiming.edit_last()
    stage.write("mine :x:")
    assert stage.client.calls[-1] == ("do", Edit("", 1, "mine ❌"))


def test_where_tk_must_not_draw_emoji_they_are_written_by_name(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lanchat.gui.kit.emoji.tk_is_safe", lambda: False)
    stage.screen.composer.type("a 🎉 b 🪗")
    stage.until(lambda: stage.screen.composer.draft == "a :tada: b :accordion:")
    stage.screen.composer.submit()
    assert stage.client.calls[-1][:2] == ("say", "a 🎉 b :accordion:")


# Long pastes


def paste(stage: Stage, text: str) -> None:
    focus(stage, stage.screen.composer.text)
    stage.root.clipboard_clear()
    stage.root.clipboard_append(text)
    stage.screen.composer.text.event_generate("<<Paste>>")
    stage.root.update()


def question(stage: Stage) -> Choice | None:
    return next((child for child in stage.root.winfo_children() if isinstance(child, Choice)), None)


@pytest.fixture
def sent(stage: Stage) -> list[tuple[str, bytes]]:
    """Files that were sent."""
    files: list[tuple[str, bytes]] = []
    stage.screen.long_paste.send_file = lambda name, data: files.append((name, data))
    stage.screen.long_paste._now = lambda: datetime(2026, 11, 26, 9, 5, 1)
    return files


def test_a_long_paste_is_sent_as_a_file(stage: Stage, sent: list[tuple[str, bytes]]) -> None:
    paste(stage, "ä\n" * 200)
    asked = question(stage)
    assert asked
    asked.answers["Send as a file"].invoke()
    assert sent == [("Pasted 2026-11-26 09.05.01.txt", ("ä\n" * 200).encode())]
    assert stage.screen.composer.draft == ""


def test_a_long_paste_may_be_written_after_all(stage: Stage, sent: list[tuple[str, bytes]]) -> None:
    for answer, draft in (("Cancel", ""), ("Paste it here", "x" * 8_001)):
        paste(stage, "x" * 8_001)
        asked = question(stage)
        assert asked
        asked.answers[answer].invoke()
        stage.root.update()
        assert stage.screen.composer.draft == draft
    assert sent == []
    paste(stage, "x" * 100_001)
    asked = question(stage)
    assert asked
    assert list(asked.answers) == ["Send as a file", "Cancel"]


def test_what_is_short_is_pasted_without_a_question(stage: Stage, sent: list[tuple[str, bytes]]) -> None:
    paste(stage, "one\ntwo")
    assert stage.screen.composer.draft == "one\ntwo"
    assert question(stage) is None
    assert sent == []


def test_where_no_file_can_be_sent_the_text_stays_and_why(stage: Stage) -> None:
    stage.screen.long_paste.send_file = None
    paste(stage, "x" * 9_000)
    assert question(stage) is None
    assert stage.screen.composer.draft == "x" * 9_000
    assert "at most 8,000 characters" in stage.screen.composer._line.text
    stage.screen.composer.draft = ""
    paste(stage, "a\n" * 200)
    assert stage.screen.composer.draft == "a\n" * 200
    assert "characters" not in stage.screen.composer._line.text
    stage.screen.composer.draft = ""
    stage.root.update()
    paste(stage, "x" * 100_001)
    assert stage.screen.composer.draft == ""
    assert "too many to be written here" in stage.screen.composer._line.text
