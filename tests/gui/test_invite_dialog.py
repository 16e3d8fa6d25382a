"""The dialog that invites: what is asked for, by pointer and keys, and what is shown of the answer."""

from __future__ import annotations

import time
import tkinter as tk
from collections.abc import Callable
from datetime import datetime

import pytest
import segno

from lanchat.gui.dialogs.invite import InviteDialog
from lanchat.gui.kit.qr_code import DARK, LIGHT, QUIET, SIDE, QrCode
from lanchat.gui.kit.theme import Kit
from lanchat.gui.window_size import SMALLEST
from lanchat.protocol.target import Address, invitation_link

pytestmark = pytest.mark.display
Until = Callable[[Callable[[], object]], None]
LINK = invitation_link([Address("192.168.1.42", 5055), Address("10.0.0.9", 5055)], "ab" * 16, "t" * 22)
DAY = 86_400  # s
AFTERNOON = datetime(2026, 11, 16, 14, 30).timestamp()


class Clock:
    now = AFTERNOON

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def asked() -> list[tuple[int, int | None]]:
    return []


@pytest.fixture
def dialog(root: tk.Tk, kit: Kit, until: Until, clock: Clock, asked: list[tuple[int, int | None]]) -> InviteDialog:
    dialog = InviteDialog(root, kit, "Kitchen", on_make=lambda *what: asked.append(what), clock=clock)
    until(lambda: dialog.winfo_viewable() and dialog.grab_current() is dialog)
    dialog.uses.chosen.focus_force()
    until(lambda: dialog.focus_get() is dialog.uses.chosen)
    return dialog


def press(dialog: InviteDialog, *keys: str) -> None:
    """Keys go where the keyboard is."""
    for key in keys:
        widget = dialog.focus_get()
        assert widget is not None
        widget.event_generate(key)
        dialog.update()


def words(dialog: InviteDialog) -> str:
    return " ".join(str(part["text"]) for part in dialog.body.winfo_children() if part.winfo_class() == "TLabel")


# What is asked for


def test_return_asks_once_for_one_person_and_a_day(dialog: InviteDialog, asked: list[object]) -> None:
    assert "“Kitchen”" in words(dialog)
    press(dialog, "<Return>", "<Return>")
    dialog.submit.invoke()
    assert asked == [(DAY, 1)]
    assert "Making" in str(dialog.submit["text"])


@pytest.mark.parametrize(("length", "seconds"), [(0, 3_600), (1, DAY), (2, 7 * DAY)])
def test_what_is_clicked_is_asked_for(dialog: InviteDialog, asked: list[object], length: int, seconds: int) -> None:
    dialog.uses.buttons[1].invoke()
    dialog.length.buttons[length].invoke()
    dialog.submit.invoke()
    assert asked == [(seconds, None)]


def test_arrows_choose_and_tab_leads_on_to_the_chosen_ones(dialog: InviteDialog, asked: list[object]) -> None:
    press(dialog, "<Down>", "<Tab>")
    assert dialog.focus_get() is dialog.length.buttons[1]
    press(dialog, "<Right>")
    assert dialog.focus_get() is dialog.length.buttons[2]
    press(dialog, "<Right>", "<Left>", "<Return>")  # once around, and back
    assert asked == [(7 * DAY, None)]


def test_while_it_is_made_nothing_is_chosen_but_it_can_be_cancelled(dialog: InviteDialog, asked: list[object]) -> None:
    press(dialog, "<Return>", "<Down>")
    dialog.length.buttons[0].invoke()
    assert (dialog.uses.value, dialog.length.value) == (1, DAY)
    press(dialog, "<Escape>")
    assert not dialog.winfo_exists()
    assert asked == [(DAY, 1)]


def test_what_went_wrong_is_said_and_it_can_be_tried_again(
    dialog: InviteDialog, asked: list[object], until: Until
) -> None:
    dialog.submit.invoke()
    dialog.failed("The disk is full.")
    assert str(dialog.complaint["text"]) == "The disk is full."
    until(lambda: dialog.focus_get() is dialog.submit)
    dialog.uses.buttons[1].invoke()
    press(dialog, "<Return>")
    assert asked == [(DAY, 1), (DAY, None)]
    assert str(dialog.complaint["text"]) == ""


# What is shown


@pytest.fixture
def made(dialog: InviteDialog, until: Until) -> InviteDialog:
    dialog.submit.invoke()
    dialog.made(LINK)
    until(lambda: dialog.code.winfo_ismapped() and dialog.focus_get() is dialog.copy)
    return dialog


def test_the_link_is_there_to_be_read_and_marked_not_to_be_changed(made: InviteDialog, until: Until) -> None:
    assert made.link.value == LINK
    made.link.focus_force()
    until(lambda: made.focus_get() is made.link)
    press(made, "<KeyPress-x>")
    assert made.link.value == LINK
    press(made, "<<SelectAll>>")
    assert made.link.selection_get() == LINK


def test_return_copies_it_and_says_so(made: InviteDialog) -> None:
    made.clipboard_clear()
    assert str(made.copy["text"]) == "Copy"
    press(made, "<Return>")
    assert made.clipboard_get() == LINK
    assert str(made.copy["text"]) == "Copied"
    press(made, "<Escape>")
    assert not made.winfo_exists()


def test_it_says_what_the_link_allows(made: InviteDialog) -> None:
    assert str(made.promise["text"]).endswith("It works once, until tomorrow 14:30.")


def test_the_end_is_counted_from_the_question(dialog: InviteDialog, clock: Clock) -> None:
    dialog.uses.buttons[1].invoke()
    dialog.submit.invoke()
    clock.now += 3_600 * 10  # the answer comes after midnight
    dialog.made(LINK)
    assert str(dialog.promise["text"]).endswith("for any number of people, until today 14:30.")


def test_it_grows_and_stays_within_the_smallest_window(root: tk.Tk, dialog: InviteDialog, until: Until) -> None:
    root.geometry("{}x{}".format(*SMALLEST))
    until(lambda: root.winfo_height() == SMALLEST[1])
    dialog.place_over_parent()
    before = dialog.winfo_height()
    dialog.submit.invoke()
    dialog.made(LINK)
    until(lambda: dialog.winfo_height() == dialog.winfo_reqheight() > before)
    lower = root.winfo_rooty() + root.winfo_height()
    until(lambda: root.winfo_rooty() <= dialog.winfo_rooty() and dialog.winfo_rooty() + dialog.winfo_height() <= lower)


def test_without_a_clock_it_counts_from_now(root: tk.Tk, kit: Kit) -> None:
    dialog = InviteDialog(root, kit, "Kitchen", on_make=lambda *_: None)
    dialog.length.buttons[0].invoke()
    before = time.time()
    dialog.submit.invoke()
    dialog.made(LINK)
    ends = {f"{datetime.fromtimestamp(now + 3_600):%H:%M}." for now in (before, time.time())}
    assert str(dialog.promise["text"])[-6:] in ends


def test_a_hostile_name_does_no_harm(root: tk.Tk, kit: Kit) -> None:
    dialog = InviteDialog(root, kit, "👩🏽‍🚀" * 20, on_make=lambda *_: None)
    dialog.update()
    dialog.submit.invoke()
    dialog.made(LINK)
    dialog.update()
    kit.use("dark")
    dialog.update()
    assert dialog["bg"] == kit.colors.bg


# The code


def modules(code: QrCode) -> list[list[int]]:
    """What is drawn, module by module, its margin included: 1 where a dark item covers all of it."""
    count = int(code["width"]) // code.module
    drawn = [[0] * count for _ in range(count)]
    for item in code.find_all():
        assert code.itemcget(item, "fill") == DARK
        left, top, right, bottom = (edge / code.module for edge in code.coords(item))
        assert all(edge.is_integer() for edge in (left, top, right))
        assert bottom == top + 1
        for x in range(int(left), int(right)):
            drawn[int(top)][x] += 1
    return drawn


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("text", ["lanchat://a", LINK, "x" * 2_000])
def test_every_module_of_the_code_is_drawn_once_black_on_white(root: tk.Tk, kit: Kit, mode: str, text: str) -> None:
    kit.use("dark" if mode == "dark" else "light")
    code = QrCode(root, kit, text)
    expected = segno.make_qr(text, error="l").matrix_iter(border=QUIET)
    assert modules(code) == [list(row) for row in expected]
    assert code["bg"] == LIGHT


def test_the_code_fits_the_dialog_as_large_as_it_may(root: tk.Tk, kit: Kit) -> None:
    code = QrCode(root, kit, LINK)
    count = len(modules(code))
    assert SIDE - count < int(code["width"]) <= SIDE
