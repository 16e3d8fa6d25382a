"""The dialog that says that something needs the server, where there is no connection to it."""

from __future__ import annotations

import tkinter as tk

from lanchat.gui.kit.dialog import Answers, Choice
from lanchat.gui.kit.theme import Kit
from lanchat.gui.model.link import Link

_TITLE = "There is no connection just now"
_TEXT = "That can only be done by the server, so nothing was done. Try again when the connection is back."


def connected(window: tk.Misc, kit: Kit, link: Link) -> bool:
    """Whether the server can be asked; if not, the user is told."""
    if link is not Link.JOINED:
        answers: Answers = {"Close": lambda: None}
        Choice(window.winfo_toplevel(), kit, _TITLE, _TEXT, answers)
    return link is Link.JOINED
