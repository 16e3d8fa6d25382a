"""An X display with a window manager of our own, for tests and pictures where there is none to use."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
import tkinter as tk
from collections.abc import Iterator
from contextlib import contextmanager

ATTEMPT = 0.5  # s for a new window to get the keyboard
PATIENCE = 10.0  # s for the window manager to take over
NEEDED = ("Xvfb", "openbox")


def missing() -> list[str]:
    """The programs that are not installed."""
    return [name for name in NEEDED if not shutil.which(name)]


@contextmanager
def own_display() -> Iterator[str]:
    """The name of a display with Xvfb and openbox, which end with the block."""
    with _xvfb() as name, _openbox(name):
        yield name


@contextmanager
def _xvfb() -> Iterator[str]:
    """Xvfb on a display number of its own choice."""
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "2600x1900x24", "-dpi", "96", "-nolisten", "tcp"]
    with _process(command, {}, write):
        os.close(write)
        with os.fdopen(read) as answer:
            number = answer.readline().strip()  # written once it accepts connections
        assert number, "Xvfb did not start"
        yield f":{number}"


@contextmanager
def _openbox(display: str) -> Iterator[None]:
    """openbox; it has taken over once a new window gets the keyboard."""
    with _process(["openbox", "--sm-disable"], {"DISPLAY": display}):
        deadline = time.monotonic() + PATIENCE
        while not _new_window_gets_the_keyboard(display):
            assert time.monotonic() < deadline, "openbox gave no window the keyboard"
        yield


@contextmanager
def _process(command: list[str], environment: dict[str, str], *inherited: int) -> Iterator[None]:
    process = subprocess.Popen(
        command, env={**os.environ, **environment}, pass_fds=inherited, stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def _new_window_gets_the_keyboard(display: str) -> bool:
    """Only a window that is mapped while a window manager runs is given the keyboard."""
    root = tk.Tk(display)
    try:
        root.focus_set()
        deadline = time.monotonic() + ATTEMPT
        while root.focus_displayof() is None and time.monotonic() < deadline:
            root.update()
            time.sleep(0.001)
        return root.focus_displayof() is not None
    finally:
        root.destroy()
