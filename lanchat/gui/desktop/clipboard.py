"""What the clipboard holds: its text, of what kinds it is, and what is no text as bytes; it keeps nothing."""

from __future__ import annotations

import contextlib
import tkinter as tk
from collections.abc import Set
from typing import Final

PNG: Final = "image/png"
_BYTES: Final = {f"0x{byte:x}": byte for byte in range(256)}  # three times as fast as to reckon each
_TEXT: Final = {"UTF8_STRING", "STRING", "text/plain", "text/plain;charset=utf-8"}


def clipboard_text(widget: tk.Misc) -> str:
    """The text on the clipboard, empty if there is none or its owner does not answer.

    On X11 the owner, any other program, sends it when asked. Tk gives a silent one 5 s, and a longer text the time
    that it takes (8 MB/s), but handles all other events while it waits: the window lives on, and only who called
    this stands still. So call it from a timer, where nothing stands behind, and expect `widget` to be gone
    afterwards. UTF8_STRING is said because tkinter, left to choose, asks a silent owner twice.
    """
    x11 = widget.tk.call("tk", "windowingsystem") == "x11"
    try:
        return widget.clipboard_get(type="UTF8_STRING") if x11 else widget.clipboard_get()
    except (tk.TclError, UnicodeError):  # nothing there, no text, no answer; or bytes that are no UTF-8 after all
        return ""


def kinds_on_clipboard(widget: tk.Misc) -> set[str]:
    """As X11 calls them; elsewhere only whether it is text or may be a picture."""
    try:
        return set(str(widget.clipboard_get(type="TARGETS")).split())
    except tk.TclError:  # it is empty, or the system does not say; then it is asked as a whole
        return set() if widget.tk.call("tk", "windowingsystem") == "x11" else _kinds_elsewhere(widget)


def is_picture(kinds: Set[str]) -> bool:
    """A picture, and no text: who copied words from a page means the words."""
    return PNG in kinds and not kinds & _TEXT


def clipboard_bytes(widget: tk.Misc, kind: str) -> bytes:
    """Of one kind, by Tk's own way, which gives what it does not know as “0x89 0x50 …”: up to some 400 KB, without
    another program. Empty: there is nothing, or too much. Waits as `clipboard_text` does."""
    try:
        got = str(widget.clipboard_get(type=kind))
        words = got.split()
        return bytes(map(_BYTES.__getitem__, words)) if got.startswith("0x") else got.encode()
    except (tk.TclError, KeyError, UnicodeError):
        return b""


def _kinds_elsewhere(widget: tk.Misc) -> set[str]:
    with contextlib.suppress(tk.TclError):  # there is no text
        widget.clipboard_get()
        return {"STRING"}
    return {PNG}
