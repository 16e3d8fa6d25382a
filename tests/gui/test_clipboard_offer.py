"""What the picker offers of the clipboard, which belongs to another process: one that answers, or does not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tkinter as tk
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from lanchat.client.hosting import Hosted
from lanchat.gui.kit.theme import Kit
from lanchat.gui.picker.clipboard_offer import SOON
from lanchat.gui.picker.screen import Actions, Picker
from lanchat.protocol.target import Address, invitation_link, parse_target

pytestmark = pytest.mark.display
Until = Callable[[Callable[[], object]], None]
ID = "ab" * 16
LINK = invitation_link([Address("10.0.0.7", 5055)], ID, "t" * 22)
OTHER = "lanchat://10.0.0.9:5055"
# Owns the clipboard, and says so; then prints a line each time that somebody asks for the text
OWNER = """
import sys, tkinter as tk
root = tk.Tk(sys.argv[1])
root.withdraw()
def give(offset, length):
    if offset == "0":
        print("asked", flush=True)
    return sys.argv[2][int(offset):int(offset) + int(length)]
root.selection_handle(give, selection="CLIPBOARD", type="UTF8_STRING")
root.selection_own(selection="CLIPBOARD")
root.update()
print("owns", flush=True)
root.mainloop()
"""


class Owner:
    """Another program, from which something was copied."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def stop(self) -> None:
        """It hangs; returns when it does."""
        os.kill(self._process.pid, signal.SIGSTOP)
        os.waitid(os.P_PID, self._process.pid, os.WSTOPPED | os.WNOWAIT)

    def go_on(self) -> None:
        os.kill(self._process.pid, signal.SIGCONT)

    def end(self) -> int:
        """How often it was asked for the text."""
        self.go_on()
        self._process.terminate()
        return self._process.communicate()[0].count("asked")


@contextmanager
def copied(display: str, text: str) -> Iterator[Owner]:
    """While this lasts, another program has `text` on the clipboard."""
    command = [sys.executable, "-c", OWNER, display, text]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        owner = Owner(process)
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "owns\n"
            yield owner
        finally:
            if process.returncode is None:
                owner.end()


@pytest.fixture
def asked() -> list[str]:
    """The addresses that were to be joined."""
    return []


@pytest.fixture
def picker(root: tk.Tk, kit: Kit, until: Until, asked: list[str]) -> Picker:
    nothing: Any = lambda *_: None  # noqa: E731
    actions = Actions(nothing, asked.append, *[nothing] * (len(Actions._fields) - 2))
    picker = Picker(root, kit, actions)
    picker.pack(fill="both", expand=True)
    until(lambda: picker.list.winfo_height() > 1)
    return picker


def look(picker: Picker, until: Until) -> str:
    """The words of what is offered after a look at the clipboard; empty: nothing is."""
    picker.look_at_clipboard()
    until(lambda: not picker.offer._looking)
    picker.update()
    return str(picker.offer["text"]) if picker.offer.winfo_ismapped() else ""


def test_an_invitation_is_offered_and_a_click_joins_it_as_if_it_were_pasted(
    picker: Picker, display: str, asked: list[str], until: Until
) -> None:
    with copied(display, LINK):
        assert look(picker, until) == "Join the invitation on the clipboard"
        assert asked == [], "nothing is joined by itself"
        x, y = picker.offer.winfo_width() // 2, picker.offer.winfo_height() // 2
        for event in ("<Enter>", "<Button-1>", "<ButtonRelease-1>"):
            picker.offer.event_generate(event, x=x, y=y)
        assert asked == [LINK]
        assert picker.address.value == LINK


def test_a_link_without_an_invitation_is_called_an_address(picker: Picker, display: str, until: Until) -> None:
    with copied(display, OTHER):
        assert look(picker, until) == "Join the address on the clipboard"
        assert picker.offer.winfo_rooty() > picker.address.winfo_rooty()


def test_it_is_reached_by_tab_and_pressed_by_return(
    picker: Picker, display: str, asked: list[str], until: Until
) -> None:
    with copied(display, LINK):
        look(picker, until)
        assert picker.join_by_address.tk_focusNext() is picker.offer
        picker.offer.focus_force()
        until(lambda: picker.focus_get() is picker.offer)
        picker.offer.event_generate("<Return>")
        assert asked == [LINK]


def test_it_goes_when_the_clipboard_holds_something_else(picker: Picker, display: str, until: Until) -> None:
    with copied(display, LINK):
        assert look(picker, until)
    assert not look(picker, until), "who owned it has gone"
    with copied(display, LINK):
        assert look(picker, until)
        with copied(display, "lanchat is what we use"):
            assert not look(picker, until)


@pytest.mark.parametrize("text", ["", "ä" * 20_000, f"See {LINK}", "lanchat://[", "lanchat://" + "x" * 2_000])
def test_what_is_not_offered_does_no_harm(picker: Picker, display: str, text: str, until: Until) -> None:
    with copied(display, text):
        assert not look(picker, until)


def test_a_link_that_was_used_is_not_offered_again(picker: Picker, display: str, until: Until) -> None:
    used = parse_target(LINK)
    assert isinstance(used, Address)
    with copied(display, LINK):
        assert look(picker, until)
        picker.address_busy(used)  # as the window says when it joins it, pasted or offered
        picker.update()
        assert not picker.offer.winfo_ismapped()
        assert not look(picker, until)
        with copied(display, OTHER):
            assert look(picker, until)


def test_a_link_into_a_room_of_this_computer_is_not_offered(picker: Picker, display: str, until: Until) -> None:
    with copied(display, LINK):
        assert look(picker, until)
        picker.show_hosted([Hosted(pid=11, port=5055, id=ID, run="r", name="Kitchen")])
        picker.update()
        assert not picker.offer.winfo_ismapped()
        assert not look(picker, until)


# The other program


def test_while_the_picker_is_not_to_be_seen_the_clipboard_is_left_alone(
    picker: Picker, display: str, until: Until
) -> None:
    with copied(display, LINK) as owner:
        picker.pack_forget()
        assert not look(picker, until)
        picker.pack(fill="both", expand=True)
        picker.look_at_clipboard()
        assert look(picker, until), "and both looks are one"
        assert owner.end() == 1


def test_an_owner_that_hangs_does_not_hang_the_window(root: tk.Tk, picker: Picker, display: str, until: Until) -> None:
    lived: list[bool] = []

    def live() -> None:
        """Goes on in the window while the owner is asked, and ends the waiting after a few turns."""
        lived.append(bool(picker.offer._looking))
        if len(lived) < 10:
            root.after(20, live)
        else:
            owner.go_on()

    with copied(display, LINK) as owner:
        owner.stop()
        picker.look_at_clipboard()
        root.after(2 * SOON, live)
        assert look(picker, until) == "Join the invitation on the clipboard", "it came when the owner went on"
        assert lived == [True] * 10


def test_the_picker_may_go_while_the_owner_hangs(root: tk.Tk, picker: Picker, display: str, until: Until) -> None:
    offer = picker.offer

    def end() -> None:
        picker.destroy()
        owner.go_on()

    with copied(display, LINK) as owner:
        owner.stop()
        picker.look_at_clipboard()
        root.after(2 * SOON, end)
        until(lambda: not picker.winfo_exists() and not offer._looking)
        assert owner.end() == 1
