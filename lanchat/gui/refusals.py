"""What the client refuses in answer to a click is one sentence for the user, not a traceback; it decides nothing."""

from __future__ import annotations

import tkinter as tk
from types import TracebackType

from lanchat.errors import LanchatError
from lanchat.gui.kit.dialog import Answers, Choice
from lanchat.gui.kit.emoji import drawable
from lanchat.gui.kit.theme import Kit


def tell_refusals(root: tk.Tk, kit: Kit) -> None:
    """From now on, of all callbacks of Tk that do not tell it better where they stand."""
    report = root.report_callback_exception

    def tell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if isinstance(error, LanchatError):
            answers: Answers = {"Close": lambda: None}
            Choice(root, kit, "This did not work", drawable(str(error)), answers)
        else:
            report(kind, error, trace)

    root.report_callback_exception = tell
