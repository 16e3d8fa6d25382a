"""The dialog to host a room, and the question what becomes of one."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from tkinter import ttk

import pytest

from lanchat.client.hosting import Hosted
from lanchat.gui.dialogs.host import HostDialog
from lanchat.gui.kit.dialog import Choice
from lanchat.gui.kit.theme import Kit

pytestmark = pytest.mark.display
Until = Callable[[Callable[[], object]], None]
KITCHEN = Hosted(pid=11, port=5055, id="ab" * 16, run="r", name="Kitchen")


@pytest.fixture
def told() -> list[object]:
    return []


@pytest.fixture
def dialog(root: tk.Tk, kit: Kit, until: Until, told: list[object]) -> HostDialog:
    def note(*what: object) -> None:
        told.append(what)

    dialog = HostDialog(root, kit, "Ana’s room", on_open=note, on_join=note)
    until(lambda: dialog.winfo_viewable() and dialog.grab_current() is dialog)
    return dialog


def test_the_proposed_name_opens_it_once(dialog: HostDialog, told: list[object]) -> None:
    dialog.submit.invoke()
    dialog.submit.invoke()
    assert told == [("Ana’s room", None)]
    assert "Opening" in str(dialog.submit["text"])


def test_rooms_of_before_are_proposed_by_their_names(root: tk.Tk, kit: Kit, until: Until, told: list[object]) -> None:
    names = ["Kitchen", "Studio 👨‍👩‍👧", "Attic", "Cellar"]
    dialog = HostDialog(root, kit, "Ana’s room", names, on_open=lambda *what: told.append(what), on_join=told.append)
    until(dialog.winfo_viewable)
    assert len(dialog.before) == 3  # the latest
    dialog.before[1].invoke()
    dialog.submit.invoke()
    assert told == [("Studio 👨‍👩‍👧", None)]


def test_where_a_field_spells_emoji_out_the_room_of_before_is_the_same(
    root: tk.Tk, kit: Kit, told: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lanchat.gui.kit.emoji.tk_is_safe", lambda: False)
    dialog = HostDialog(root, kit, "Room", ["Studio 🇩🇪"], on_open=lambda *what: told.append(what), on_join=told.append)
    dialog.before[0].invoke()
    assert dialog.field.value == "Studio :flag de:"
    dialog.submit.invoke()
    assert told == [("Studio 🇩🇪", None)]


@pytest.mark.parametrize("name", ["", "   ", "\u202e\u200b"])
def test_a_name_that_nobody_sees_is_none(dialog: HostDialog, told: list[object], name: str) -> None:
    dialog.field.value = name
    dialog.submit.invoke()
    assert told == []
    assert "give the room a name" in str(dialog.complaint["text"])


def test_what_went_wrong_is_said_and_it_can_be_tried_again(dialog: HostDialog, told: list[object]) -> None:
    dialog.submit.invoke()
    dialog.failed("The disk is full.")
    assert str(dialog.complaint["text"]) == "The disk is full."
    dialog.submit.invoke()
    assert told == [("Ana’s room", None)] * 2


def test_once_open_it_shows_the_address_copies_it_and_leads_in(
    dialog: HostDialog, told: list[object], until: Until
) -> None:
    dialog.submit.invoke()
    dialog.opened(KITCHEN, "192.168.1.42:5055")
    until(dialog.address.winfo_ismapped)
    assert str(dialog.address["text"]) == "192.168.1.42:5055"
    dialog.copy.invoke()
    assert dialog.clipboard_get() == "192.168.1.42:5055"
    dialog.join.invoke()
    assert told == [("Ana’s room", None), (KITCHEN, None)]
    assert not dialog.winfo_exists()


def test_the_pin_is_shown_as_it_was_typed(dialog: HostDialog, told: list[object], until: Until) -> None:
    dialog.pin.value = " 4711-Long"
    dialog.submit.invoke()
    assert told == [("Ana’s room", "4711long")]  # what counts of it
    dialog.opened(KITCHEN, "192.168.1.42:5055")
    said = [str(part["text"]) for part in dialog.body.winfo_children() if isinstance(part, ttk.Label)]
    assert any(text.endswith("first time: 4711-Long") for text in said)


@pytest.mark.parametrize("answer", ["Close it", "Keep it open"])
def test_a_choice_tells_the_answer_once_and_is_gone(
    root: tk.Tk, kit: Kit, until: Until, told: list[object], answer: str
) -> None:
    answers = {word: (lambda word=word: told.append(word)) for word in ("Close it", "Keep it open")}  # type: ignore[misc]
    choice = Choice(root, kit, "“Kitchen” runs on this computer", "Keep it open?", answers)
    until(choice.winfo_viewable)
    choice.answers[answer].invoke()
    assert told == [answer]
    assert not choice.winfo_exists()


def test_escape_answers_nothing(root: tk.Tk, kit: Kit, until: Until, told: list[object]) -> None:
    choice = Choice(root, kit, "Sure?", "", {"Yes": lambda: told.append("yes")})
    until(lambda: choice.winfo_viewable() and choice.focus_get() is choice.answers["Yes"])
    choice.event_generate("<Escape>")
    assert told == []
    assert not choice.winfo_exists()
