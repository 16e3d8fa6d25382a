"""Shows the words of the server that we are on, to be compared with whoever runs it; it checks nothing itself."""

from __future__ import annotations

import tkinter as tk
from typing import Final

from lanchat.gui.kit.dialog import Answers, Choice
from lanchat.gui.kit.emoji import drawable
from lanchat.gui.kit.theme import Kit
from lanchat.gui.model.chat import ChatModel

COMPARE: Final = (
    "Whoever runs this room sees its words, too: below “lanchat serve”, or in the window that opened it. If they read "
    "the same ones to you, nobody is in between."
)


def show_words(window: tk.Misc, kit: Kit, model: ChatModel) -> None:
    from lanchat.identity import words  # brings cryptography, which no window waits for

    said = words(model.server_id)

    def copy() -> None:
        window.clipboard_clear()
        window.clipboard_append(said)

    title = drawable(f"The words of “{model.server}”")
    answers: Answers = {"Copy": copy, "Close": lambda: None}
    Choice(window.winfo_toplevel(), kit, title, f"{said}\n\n{COMPARE}", answers)
