"""What kinds of things the clipboard holds, as its owner says; it reads none of them."""

from __future__ import annotations

import contextlib
import tkinter as tk
from typing import Final

_TEXT: Final = {"UTF8_STRING", "STRING", "text/plain", "text/plain;charset=utf-8"}


def holds_picture(widget: tk.Misc) -> bool:
    """A picture, and no text: who copied words from a page means the words."""
    kinds = _kinds(widget)
    return "image/png" in kinds and not kinds & _TEXT


def _kinds(widget: tk.Misc) -> set[str]:
    try:
        return set(str(widget.clipboard_get(type="TARGETS")).split())
    except tk.TclError:  # it is empty, or the system does not say; then it is asked as a whole
        return set() if widget.tk.call("tk", "windowingsystem") == "x11" else _kinds_elsewhere(widget)


def _kinds_elsewhere(widget: tk.Misc) -> set[str]:
    with contextlib.suppress(tk.TclError):  # there is no text
        widget.clipboard_get()
        return {"STRING"}
    return {"image/png"}
