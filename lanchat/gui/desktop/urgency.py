"""Asks for attention by the window's button in the task bar, until the window is looked at.

X11: the urgency hint (ICCCM 4.1.2.4), which Tk itself cannot set, by libX11. macOS: the dock's icon bounces once
(`wm attributes -notify`); Windows: the button flashes. These two are written from their documentation and were not run.
Under Wayland the window is one of XWayland's: some compositors pass the hint on, others do not.
"""

from __future__ import annotations

import ctypes
import sys
import tkinter as tk
from functools import cache
from typing import Any, Final

URGENT: Final = 1 << 8  # XUrgencyHint in WM_HINTS
_FLASH_UNTIL_LOOKED_AT: Final = 0x2 | 0xC  # FLASHW_TRAY | FLASHW_TIMERNOFG


def set_urgent(window: tk.Tk, urgent: bool) -> None:
    """For the Tk thread: the window exists as long as this runs. Where it cannot be done, nothing happens."""
    system = window.tk.call("tk", "windowingsystem")
    if system == "x11":
        _x11(window, urgent)
    elif system == "aqua" and urgent:  # pragma: no cover
        window.attributes("-notify", True)
    elif sys.platform == "win32" and urgent:  # pragma: no cover
        _windows(window)


def _x11(window: tk.Tk, urgent: bool) -> None:
    """By a connection of our own: Tk lets nobody use its own one."""
    x11 = _library()
    if x11 is None or not (display := x11.XOpenDisplay(window.winfo_screen().encode())):
        return
    try:
        outer = _wrapper(x11, display, window.winfo_id())
        hints = x11.XGetWMHints(display, outer) or x11.XAllocWMHints()
        if not hints:
            return
        hints.contents.flags = hints.contents.flags | URGENT if urgent else hints.contents.flags & ~URGENT
        x11.XSetWMHints(display, outer, hints)
        x11.XFree(hints)
    finally:
        x11.XCloseDisplay(display)  # sends what waits


def _wrapper(x11: Any, display: int, window: int) -> int:
    """The window that Tk puts around its own: the one that the window manager knows."""
    root, parent, children, count = (ctypes.c_ulong(), ctypes.c_ulong(), ctypes.c_void_p(), ctypes.c_uint())
    x11.XQueryTree(display, window, *map(ctypes.byref, (root, parent, children, count)))
    if children:
        x11.XFree(children)
    return parent.value


class _WMHints(ctypes.Structure):
    """XWMHints of Xutil.h."""

    _fields_ = (
        ("flags", ctypes.c_long),
        ("input", ctypes.c_int),
        ("initial_state", ctypes.c_int),
        ("icon_pixmap", ctypes.c_ulong),
        ("icon_window", ctypes.c_ulong),
        ("icon_x", ctypes.c_int),
        ("icon_y", ctypes.c_int),
        ("icon_mask", ctypes.c_ulong),
        ("window_group", ctypes.c_ulong),
    )


@cache
def _library() -> Any:
    """libX11 with the types of what we call; None: it is not here."""
    try:
        x11 = ctypes.CDLL("libX11.so.6")
    except OSError:
        return None
    hints, display, xid = ctypes.POINTER(_WMHints), ctypes.c_void_p, ctypes.c_ulong
    x11.XOpenDisplay.argtypes, x11.XOpenDisplay.restype = [ctypes.c_char_p], display
    x11.XQueryTree.argtypes = [display, xid, *[ctypes.c_void_p] * 4]
    x11.XGetWMHints.argtypes, x11.XGetWMHints.restype = [display, xid], hints
    x11.XAllocWMHints.argtypes, x11.XAllocWMHints.restype = [], hints
    x11.XSetWMHints.argtypes = [display, xid, hints]
    x11.XFree.argtypes = [ctypes.c_void_p]
    x11.XCloseDisplay.argtypes = [display]
    return x11


def _windows(window: tk.Tk) -> None:  # pragma: no cover  # written from the documentation, not run here
    class FlashInfo(ctypes.Structure):
        _fields_ = (
            ("size", ctypes.c_uint),
            ("window", ctypes.c_void_p),
            ("flags", ctypes.c_uint),
            ("count", ctypes.c_uint),
            ("timeout", ctypes.c_uint),
        )

    frame = int(str(window.wm_frame()), 16)
    info = FlashInfo(ctypes.sizeof(FlashInfo), frame, _FLASH_UNTIL_LOOKED_AT, 0, 0)
    ctypes.windll.user32.FlashWindowEx(ctypes.byref(info))  # type: ignore[attr-defined]
