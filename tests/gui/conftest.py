"""A display and one Tk window for all tests of the window; each test gets it empty.

Without a usable DISPLAY an Xvfb and openbox are started for the session: without a window manager no window gets the
keyboard. A test waits with `until`, which lets Tk work meanwhile, and fails when any Tk callback raised.
"""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
import time
import tkinter as tk
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType

import pytest

from lanchat.gui.theme import Kit

ATTEMPT = 0.5  # s for a new window to get the keyboard
PATIENCE = 10.0  # s until a condition must have come true; on a free machine it takes ms
Until = Callable[[Callable[[], object]], None]


@pytest.fixture(scope="session")
def display() -> Iterator[str]:
    """The name of a display with a window manager."""
    if os.environ.get("DISPLAY"):
        yield os.environ["DISPLAY"]
        return
    missing = [name for name in ("Xvfb", "openbox") if not shutil.which(name)]
    if missing:
        pytest.skip(f"no display, and not installed: {', '.join(missing)}")
    with _xvfb() as name, _openbox(name):
        os.environ["DISPLAY"] = name
        yield name
        del os.environ["DISPLAY"]


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


@pytest.fixture(scope="session")
def session_root(display: str) -> Iterator[tk.Tk]:
    root = tk.Tk(display, className="lanchat")
    root.withdraw()
    yield root
    root.destroy()


@pytest.fixture(scope="session")
def session_kit(session_root: tk.Tk) -> Kit:
    return Kit(session_root, "light", 1.0)


@pytest.fixture
def root(session_root: tk.Tk) -> Iterator[tk.Tk]:
    """The window, shown and empty; afterwards it is emptied again, and errors of its callbacks fail the test."""
    errors: list[str] = []

    def note(kind: type[BaseException], value: BaseException, trace: TracebackType | None) -> None:
        errors.append("".join(traceback.format_exception(kind, value, trace)))

    session_root.report_callback_exception = note  # type: ignore[method-assign]
    session_root.geometry("1180x830+20+20")
    session_root.deiconify()
    session_root.update()
    yield session_root
    for child in session_root.winfo_children():
        child.destroy()
    for name in session_root.tk.splitlist(session_root.tk.call("after", "info")):
        session_root.after_cancel(name)
    session_root.update()
    session_root.withdraw()
    session_root.title("lanchat")
    gc.collect()  # here, in the thread of Tk: its images and variables die in no other
    assert not errors, "\n".join(errors)


@pytest.fixture
def kit(root: tk.Tk, session_kit: Kit) -> Kit:  # noqa: ARG001 - the window must be shown first
    """The kit, light and at 1x, as every test finds it."""
    session_kit.use("light")
    return session_kit


@pytest.fixture
def until(root: tk.Tk) -> Until:
    """until(condition): let Tk work until the condition holds; fails after PATIENCE."""

    def wait(condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline, "it did not come about in time"
            root.update()
            time.sleep(0.001)  # yields the core; the condition decides, not this

    return wait
