"""What is refused in answer to a click: told to the user; a bug is still reported."""

from __future__ import annotations

import tkinter as tk

import pytest

from lanchat.errors import LocalProtocolError
from lanchat.gui.kit.dialog import Choice
from lanchat.gui.kit.theme import Kit
from lanchat.gui.refusals import tell_refusals
from lanchat.protocol.limits import Code

pytestmark = pytest.mark.display


def test_a_click_that_comes_to_nothing_says_why(root: tk.Tk, kit: Kit) -> None:
    bugs: list[BaseException] = []
    root.report_callback_exception = lambda _kind, error, _trace: bugs.append(error)  # type: ignore[method-assign]
    tell_refusals(root, kit)

    def click(error: Exception) -> None:
        raise error

    gone, bug = LocalProtocolError(code=Code.NOT_STORED, detail="You are no longer in this room."), ValueError("a bug")
    for error in (gone, bug):
        button = tk.Button(root, command=lambda error=error: click(error))  # type: ignore[misc]
        root.tk.call(button.cget("command"))
    (told,) = [child for child in root.winfo_children() if isinstance(child, Choice)]
    assert "no longer in this room" in "".join(_words(told))
    told.answers["Close"].invoke()
    assert bugs == [bug]


def _words(widget: tk.Misc) -> list[str]:
    own = [str(widget.cget("text"))] if "text" in widget.keys() else []  # noqa: SIM118 - options, not a mapping
    return own + [word for child in widget.winfo_children() for word in _words(child)]
