"""The nickname dialog: checks at once, refusals with a proposal, progress, failure and cancelling; by real keys."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable

import pytest

from lanchat.gui.dialogs.nickname import NicknameDialog
from lanchat.gui.kit.theme import Kit

pytestmark = pytest.mark.display
Until = Callable[[Callable[[], object]], None]


class Told(list[str]):
    """What the dialog asked for: nicknames, and “cancelled”."""


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def dialog(root: tk.Tk, kit: Kit, until: Until, told: Told) -> NicknameDialog:
    dialog = NicknameDialog(
        root,
        kit,
        "Studio Nord",
        "192.168.1.23 · 3 inside",
        "Ana",
        on_join=lambda nick, pin: told.append(nick if pin is None else (nick, pin)),
        on_cancel=lambda: told.append("cancelled"),
        on_test=lambda: told.append("test"),
    )
    until(lambda: dialog.winfo_viewable() and dialog.grab_current() is dialog)
    focus(dialog, dialog.field, until)
    return dialog


def focus(dialog: NicknameDialog, widget: tk.Misc, until: Until) -> None:
    widget.focus_force()
    until(lambda: dialog.focus_get() is widget)


def complaint(dialog: NicknameDialog) -> str:
    return str(dialog.complaint["text"])


def type_text(dialog: NicknameDialog, text: str, until: Until) -> None:
    for letter in text:
        dialog.field.event_generate("<KeyPress>", keysym=f"U{ord(letter):04X}")
    until(lambda: dialog.field.value.endswith(text))


def test_return_joins_with_the_name_that_was_remembered(dialog: NicknameDialog, told: Told) -> None:
    dialog.field.event_generate("<Return>")
    assert told == ["Ana"]


def test_typing_replaces_the_remembered_name(dialog: NicknameDialog, told: Told, until: Until) -> None:
    type_text(dialog, "Bo", until)
    dialog.field.event_generate("<Return>")
    assert told == ["Bo"]


def test_the_name_is_cleaned(dialog: NicknameDialog, told: Told) -> None:
    dialog.field.value = "  Ana   Maria "
    dialog.join.invoke()
    assert told == ["Ana Maria"]


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("*Ana", "start with"),
        ("A:b", "colon"),
        ("x" * 33, "32 characters"),
        ("\u202eAna", "invisible"),
        ("   ", "enter a name"),
    ],
)
def test_a_malformed_name_is_said_at_once_and_not_sent(
    dialog: NicknameDialog, told: Told, until: Until, name: str, part: str
) -> None:
    dialog.field.value = name
    assert part in complaint(dialog)
    assert dialog.field.instate(["invalid"])
    dialog.join.invoke()
    assert told == []
    assert part in complaint(dialog)
    dialog.field.value = "Ana"
    assert complaint(dialog) == ""
    until(lambda: dialog.field.instate(["!invalid"]))


def test_an_empty_name_is_said_only_when_it_is_sent(dialog: NicknameDialog, told: Told) -> None:
    dialog.field.value = ""
    assert complaint(dialog) == ""
    dialog.join.invoke()
    assert "enter a name" in complaint(dialog)
    assert told == []


def test_while_it_joins_nothing_can_be_sent_again(dialog: NicknameDialog, told: Told) -> None:
    dialog.join.invoke()
    assert "Joining" in str(dialog.join["text"])
    dialog.join.invoke()
    dialog.field.event_generate("<Return>")
    assert told == ["Ana"]


def test_a_taken_name_is_said_under_the_field_and_a_free_one_proposed(
    dialog: NicknameDialog, told: Told, until: Until
) -> None:
    dialog.join.invoke()
    dialog.refused("“Ana” is already in this room.", "Ana 2")
    assert complaint(dialog) == "“Ana” is already in this room."
    assert dialog.field.instate(["invalid", "!disabled"])
    until(dialog.proposal.winfo_ismapped)
    dialog.proposal.invoke()
    assert told == ["Ana", "Ana 2"]
    assert dialog.field.value == "Ana 2"
    until(lambda: not dialog.proposal.winfo_ismapped())


def test_after_a_refusal_another_name_can_be_typed_at_once(dialog: NicknameDialog, told: Told, until: Until) -> None:
    dialog.join.invoke()
    dialog.refused("“Ana” is already in this room.")
    assert not dialog.proposal.winfo_ismapped()
    until(lambda: dialog.focus_get() is dialog.field)
    type_text(dialog, "Bea", until)
    dialog.field.event_generate("<Return>")
    assert told == ["Ana", "Bea"]


def test_a_server_that_does_not_answer_can_be_tried_again(dialog: NicknameDialog, told: Told, until: Until) -> None:
    dialog.join.invoke()
    dialog.unreachable("192.168.1.23 does not answer.")
    assert complaint(dialog) == "192.168.1.23 does not answer."
    assert dialog.field.instate(["!invalid"])  # nothing is wrong with the name
    assert str(dialog.join["text"]) == "Try again"
    until(lambda: dialog.focus_get() is dialog.join)
    dialog.join.event_generate("<Return>")
    assert told == ["Ana", "Ana"]


def test_a_server_that_does_not_answer_can_be_tested(dialog: NicknameDialog, told: Told, until: Until) -> None:
    dialog.join.invoke()
    dialog.unreachable("192.168.1.23 does not answer.")
    until(dialog.proposal.winfo_ismapped)
    assert str(dialog.proposal["text"]) == "Test this server"
    dialog.proposal.invoke()
    assert told == ["Ana", "cancelled", "test"]
    assert not dialog.winfo_exists()


@pytest.mark.parametrize("joining", [False, True])
def test_escape_cancels_at_any_time(dialog: NicknameDialog, told: Told, joining: bool) -> None:
    if joining:
        dialog.join.invoke()
    dialog.event_generate("<Escape>")
    assert told[-1] == "cancelled"
    assert not dialog.winfo_exists()


def test_closing_it_is_not_cancelling(dialog: NicknameDialog, told: Told) -> None:
    dialog.close()
    assert told == []
    dialog.close()  # once more does nothing


def test_the_window_below_takes_no_input_meanwhile(dialog: NicknameDialog, root: tk.Tk) -> None:
    assert root.grab_current() is dialog
    dialog.close()
    assert root.grab_current() is None


def test_an_emoji_in_name_room_or_answer_is_only_a_name(dialog: NicknameDialog, told: Told, until: Until) -> None:
    dialog.field.value = "Ana 🧑🏽‍🚀".replace("\u200d", "")
    dialog.join.invoke()
    dialog.refused("“Ana 🧑🏽🚀” is taken", "Ana 🧑🏽🚀 2")
    until(dialog.proposal.winfo_ismapped)
    assert told == ["Ana 🧑🏽🚀"]
