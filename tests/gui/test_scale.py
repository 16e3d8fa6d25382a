"""Which scale the window takes."""

from __future__ import annotations

import subprocess
import tkinter as tk
from collections.abc import Mapping

import pytest

from lanchat.gui.kit import scale

pytestmark = pytest.mark.display


@pytest.mark.parametrize(
    ("environ", "factor"),
    [
        ({"LANCHAT_SCALE": "2"}, 2.0),
        ({"LANCHAT_SCALE": "1.3"}, 1.25),
        ({"LANCHAT_SCALE": "0.2"}, 1.0),
        ({"LANCHAT_SCALE": "99"}, 4.0),
        ({"LANCHAT_SCALE": "1.5", "GDK_SCALE": "2"}, 1.5),
        ({"GDK_SCALE": "2"}, 2.0),
        ({"LANCHAT_SCALE": "big", "GDK_SCALE": "2"}, 2.0),
    ],
)
def test_the_users_word_counts(root: tk.Tk, environ: Mapping[str, str], factor: float) -> None:
    assert scale.detect(root, environ) == factor


@pytest.mark.parametrize(("resources", "factor"), [("Xft.dpi:\t192\n", 2.0), ("Xft.dpi: 120.5\n", 1.25), ("", 1.0)])
def test_then_what_the_desktop_says(
    root: tk.Tk, monkeypatch: pytest.MonkeyPatch, resources: str, factor: float
) -> None:
    monkeypatch.setattr(root, "winfo_fpixels", lambda _: 96.0)
    answer = subprocess.CompletedProcess([], 0, stdout=f"*color: red\n{resources}")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: answer)
    assert scale.detect(root, {}) == factor


def test_without_xrdb_the_screen_decides(root: tk.Tk, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(*_: object, **__: object) -> object:
        raise FileNotFoundError("xrdb")

    monkeypatch.setattr(subprocess, "run", absent)
    monkeypatch.setattr(root, "winfo_fpixels", lambda _: 145.0)
    assert scale.detect(root, {}) == 1.5


@pytest.mark.parametrize(
    ("wanted", "percent", "expected"),
    [(1.0, 100, 1.0), (1.0, 125, 1.25), (1.5, 150, 2.25), (2.0, 175, 3.5), (4.0, 200, 4.0)],
)
def test_the_users_zoom_comes_on_top(wanted: float, percent: int, expected: float) -> None:
    assert scale.zoomed(wanted, percent) == expected
