"""The network check from the window, on a host with a fault: the real engine, by real keys; and its end with the
window."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from tkinter import ttk
from typing import Any

import pytest

from lanchat.client import Profile
from lanchat.doctor.report import Level
from lanchat.gui.checking import Checking
from lanchat.gui.dialogs.nickname import NicknameDialog
from lanchat.gui.goal import Goal
from lanchat.gui.picker.check_panel import CheckPanel
from lanchat.server import Server
from tests.discovery.conftest import serve
from tests.gui.test_app import Window, locked, server, window
from tests.gui.test_check_panel import parts, words
from tests.lan import Lan, why_unavailable

__all__ = ["locked", "server", "window"]
pytestmark = pytest.mark.display


@pytest.fixture
def lan() -> Iterator[Lan]:
    if reason := why_unavailable():
        pytest.skip(reason)
    with Lan() as lan:
        yield lan


@contextlib.contextmanager
def opened(display: str) -> Iterator[Window]:
    """The window on the host where this thread is."""
    window = Window(display)
    try:
        yield window
    finally:
        window.close()
    assert not window.errors, "\n".join(window.errors)


def focused(window: Window, widget: Any) -> None:
    widget.focus_force()
    window.until(lambda: window.root.focus_get() is widget)


def panel_of(window: Window) -> CheckPanel:
    window.until(lambda: window.app.picker.check.panel)
    panel = window.app.picker.check.panel
    assert panel is not None
    window.until(panel.winfo_ismapped)
    return panel


@pytest.mark.lan
def test_a_firewall_explains_the_empty_list_and_is_opened_by_the_copied_command(display: str, lan: Lan) -> None:
    server, host = lan.host("server"), lan.host("looking")
    host.firewall()
    serve(server, "Nord")
    with host.network(), opened(display) as window:
        picker = window.app.picker
        window.until(lambda: "keeps out what is said to all" in picker.empty.words)
        assert "A firewall may block" not in picker.empty.words
        window.until(picker.empty.details.winfo_ismapped)
        focused(window, picker.empty.details)
        window.press("<Return>")
        panel = panel_of(window)
        assert "One thing is in the way:" in words(panel)
        commands = [c for f in window.app.checking.model.findings if f.level is Level.PROBLEM for c in f.commands]
        assert commands
        focused(window, parts(panel.body.column, ttk.Button)[0])
        window.press("<Return>")
        assert window.root.clipboard_get() == commands[0]
        focused(window, panel.copy)
        window.press("<Return>")
        report = window.root.clipboard_get()
        assert "keeps out what is said to all" in report
        assert "10.77.0.x" in report
        assert host.ip not in report
        host.run("; ".join(command.removeprefix("sudo ") for command in commands))
        focused(window, panel.again)
        window.press("<Return>")
        window.until(lambda: "All is well: 1 room answers" in words(panel))
        window.press("<Escape>")
        window.until(picker.list.winfo_ismapped)
        window.until(lambda: len(picker.rows) == 1)


@pytest.mark.lan
def test_one_server_is_tested_step_by_step_in_the_panel(display: str, lan: Lan) -> None:
    server, host = lan.host("server"), lan.host("looking")
    serve(server, "Nord")
    with host.network(), opened(display) as window:
        window.app.picker.check.look()
        panel = panel_of(window)
        focused(window, panel.host)
        window.type(f"{server.ip}:5055")
        window.press("<Return>")
        window.until(lambda: f"All is well: {server.ip}:5055 can be joined." in words(panel))
        assert "TLS: the connection is encrypted." in words(panel)
        server.run(["nft", "add table inet shut; add chain inet shut in { type filter hook input priority 0; }"])
        server.run(["nft", "add rule inet shut in tcp dport 5055 reject with tcp reset"])
        focused(window, panel.again)
        window.press("<Return>")
        window.until(lambda: "nothing listens at TCP port 5055" in words(panel))
        assert window.app.checking.model.level is Level.PROBLEM


def test_closing_the_window_ends_the_check(window: Window) -> None:
    window.app.picker.check.look()
    window.until(lambda: window.app.checking.model.steps)
    window.close()  # and the guard around every test finds no thread
    outcome = window.app.checking.model.outcome
    assert outcome is not None
    assert not outcome.complete, "nobody waits for what nobody sees"


def test_what_was_asked_for_last_is_what_runs(window: Window) -> None:
    checking: Checking = window.app.checking
    for place in ("127.0.0.1:1", "127.0.0.1:2"):
        checking.network()
        first = checking._run
        assert first is not None
        checking.server(place)
        assert first.stop.is_set(), "nobody waits for the one before"
    window.until(lambda: not checking.model.running)
    assert checking.model.server == "127.0.0.1:2"
    assert any("TCP port 2" in finding.sentence for finding in checking.model.findings)
    checking.network()
    checking.server("127.0.0.1:3")
    checking.stop()
    window.until(lambda: not checking.model.running)
    assert checking.model.headline == "It was stopped before it began."
    checking.server("two words")
    assert "is not" in checking.model.complaint


def test_an_address_where_nobody_answers_is_tested_by_one_click(window: Window) -> None:
    picker = window.app.picker
    picker.address.value = "127.0.0.1:1"
    picker.join_by_address.invoke()
    window.until(picker.test_address.winfo_ismapped)
    picker.rebuild()
    window.until(picker.test_address.winfo_ismapped)
    picker.test_address.invoke()
    panel = panel_of(window)
    window.until(lambda: "nothing listens at TCP port 1" in words(panel))
    picker.address.value = "two words"
    picker.join_by_address.invoke()
    assert not picker.test_address.winfo_manager()


def test_a_room_that_cannot_be_joined_is_tested_from_the_dialog(window: Window) -> None:
    window.app._begin_joining(Goal("Kitchen", "", "127.0.0.1:1", "127.0.0.1:1"))
    dialog = window.dialog(NicknameDialog)
    dialog.field.value = "Ana"
    dialog.join.invoke()
    window.until(dialog.proposal.winfo_ismapped)
    focused(window, dialog.proposal)
    window.press("<Return>")
    panel = panel_of(window)
    window.until(lambda: "nothing listens at TCP port 1" in words(panel))
    assert window.app.joining is None
    window.until(lambda: window.root.focus_get() is panel.body.canvas)


def test_a_server_with_another_key_than_the_one_we_know_is_told(window: Window, server: Server, locked: Server) -> None:
    place = f"127.0.0.1:{server.port}"
    for known, level in ((server.id, Level.OK), (locked.id, Level.PROBLEM)):
        Profile.open().remember(known, "Kitchen", place, place)
        window.app.checking.server(f"lanchat://{place}")
        window.until(lambda: not window.app.checking.model.running)
        assert {f.code: f.level for f in window.app.checking.model.findings}["key"] is level
