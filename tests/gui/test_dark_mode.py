"""What the desktop prefers: the portal's word, GNOME's word, or light."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from lanchat.gui.desktop.dark_mode import portal_mode, system_mode

linux_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks the way Linux desktops are asked")


@pytest.mark.parametrize(
    ("answer", "mode"),
    [
        ("(<<uint32 1>>,)\n", "dark"),
        ("(<<uint32 2>>,)\n", "light"),
        ("(<<uint32 0>>,)\n", None),
        ("(<<uint32 12>>,)\n", None),
        ("", None),
        ("Error: GDBus.Error:org.freedesktop.DBus.Error.ServiceUnknown", None),
    ],
)
def test_what_the_portal_says(answer: str, mode: str | None) -> None:
    assert portal_mode(answer) == mode


@pytest.fixture
def desktop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory that is the whole PATH: a desktop that has only the programs put there."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    return tmp_path


def _program(path: Path, answer: str) -> None:
    path.write_text(f"#!/bin/sh\necho '{answer}'\n")
    path.chmod(0o755)


@linux_only
def test_a_desktop_that_says_nothing_is_light(desktop: Path) -> None:
    assert system_mode() == "light"


@linux_only
def test_the_portal_is_believed_before_gnome(desktop: Path) -> None:
    _program(desktop / "gdbus", "(<<uint32 1>>,)")
    _program(desktop / "gsettings", "'default'")
    assert system_mode() == "dark"


@linux_only
def test_without_a_portal_gnome_is_asked(desktop: Path) -> None:
    _program(desktop / "gsettings", "'prefer-dark'")
    assert system_mode() == "dark"


@linux_only
def test_no_session_bus_is_started_to_ask(desktop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS")
    _program(desktop / "gdbus", "(<<uint32 1>>,)")
    assert system_mode() == "light"
