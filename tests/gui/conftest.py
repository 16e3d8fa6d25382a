"""A display and one Tk window for all tests of the window; each test gets it empty.

Without a usable DISPLAY, and where tests run beside others, an Xvfb and openbox are started for the session: without a
window manager no window gets the keyboard, and of two windows on one display only one has it. A test waits with
`until`, which lets Tk work meanwhile, and fails when any Tk callback raised.
"""

from __future__ import annotations

import gc
import os
import time
import tkinter as tk
import traceback
from collections.abc import Callable, Iterator
from types import TracebackType

import pytest

from lanchat.gui.kit.theme import Kit
from tests.gui.display import missing, own_display

PATIENCE = 10.0  # s until a condition must have come true; on a free machine it takes ms
Until = Callable[[Callable[[], object]], None]


def pytest_runtest_logstart() -> None:
    """As gui.garbage does: threads of clients must not find what dies in the thread of Tk alone."""
    gc.disable()


def pytest_runtest_logfinish() -> None:
    """In the thread of Tk, and once pytest holds nothing of the test: its images and variables die here."""
    gc.collect()
    gc.enable()


@pytest.fixture(scope="session")
def display() -> Iterator[str]:
    """The name of a display with a window manager."""
    if os.environ.get("DISPLAY") and "PYTEST_XDIST_WORKER" not in os.environ:
        yield os.environ["DISPLAY"]
        return
    if absent := missing():
        pytest.skip(f"no display, and not installed: {', '.join(absent)}")
    with own_display() as name, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DISPLAY", name)
        yield name


@pytest.fixture(scope="session")
def session_root(display: str) -> Iterator[tk.Tk]:
    root = tk.Tk(display, className="lanchat")
    gc.collect()
    gc.freeze()  # the modules: collecting after each test looks at what the tests made
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
        if isinstance(session_root.tk.call("after", "info", name)[0], str):
            session_root.after_cancel(name)
        else:  # a script of Tk itself, which tkinter cannot read
            session_root.tk.call("after", "cancel", name)
    session_root.update()
    session_root.withdraw()
    session_root.title("lanchat")
    assert not errors, "\n".join(errors)


@pytest.fixture
def kit(root: tk.Tk, session_kit: Kit) -> Kit:
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
