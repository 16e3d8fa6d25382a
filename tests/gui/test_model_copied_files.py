"""What file managers put on the clipboard."""

from __future__ import annotations

from pathlib import Path

import pytest

from lanchat.gui.model.copied_files import paths


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("file:///home/ana/plan.pdf\r\nfile:///home/ana/d%20%C3%A9%23\r\n", ["/home/ana/plan.pdf", "/home/ana/d é#"]),
        ("copy\nfile:///a\nfile:///b", ["/a", "/b"]),
        ("cut\nfile:///a", ["/a"]),
        ("file:///a\0", []),
        ("# two of them\r\nfile://localhost/a\r\nfile://Desk/b\r\n", ["/a", "/b"]),
        ("file:///bad%FFbytes", ["/bad\udcffbytes"]),
        ("https://example.org/a.pdf\r\n", []),
        ("file:///a\r\nsftp://server/b\r\n", []),
        ("file://other/a", []),
        ("file:a", []),
        ("file:///a%00b", []),
        ("file://[/a", []),
        ("/home/ana/plan.pdf", []),
        ("copy", []),
        ("", []),
    ],
)
def test_files_of_this_computer_and_nothing_else(text: str, names: list[str]) -> None:
    assert paths(text, "desk") == [Path(name) for name in names]
