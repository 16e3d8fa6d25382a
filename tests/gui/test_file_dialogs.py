"""The dialogs for files, Tk's own ones: where they begin, and what they show."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from pathlib import Path

import pytest

from lanchat.gui.desktop.file_dialogs import ask_files, ask_folder, ask_save

pytestmark = pytest.mark.display
Asker = Callable[[tk.Misc, str, Path], object]
Seen = tuple[str, set[str], str]


def seen_and_cancelled(root: tk.Tk, name: str, ask: Callable[[], object]) -> tuple[object, list[Seen]]:
    """What it answers, and its folder, the files that it shows, and their type."""
    tcl, seen = root.tk, list[Seen]()

    def look() -> None:
        if not int(tcl.call("winfo", "exists", f".{name}")) or not int(tcl.call("winfo", "viewable", f".{name}")):
            root.after(10, look)
            return
        folder = str(tcl.call("set", f"::tk::dialog::file::{name}(selectPath)"))
        icons = f".{name}.contents.icons.cHull.canvas"
        words = [
            tcl.call(icons, "itemcget", item, "-text")
            for item in tcl.splitlist(tcl.call(icons, "find", "withtag", "text"))
        ]
        kind = f".{name}.contents.f2.menu"
        has_kinds = int(tcl.call("winfo", "exists", kind))
        seen.append((folder, {str(word) for word in words}, str(tcl.call(kind, "cget", "-text")) if has_kinds else ""))
        tcl.call("event", "generate", f".{name}", "<Escape>")

    root.after(10, look)
    return ask(), seen


@pytest.mark.parametrize("there", [True, False])
def test_they_begin_where_told_without_hidden_files(root: tk.Tk, tmp_path: Path, there: bool) -> None:
    (tmp_path / "plans").mkdir()
    (tmp_path / "plan.txt").touch()
    (tmp_path / ".secret").mkdir()
    folder = tmp_path if there else tmp_path / "not" / "yet"
    answer, seen = seen_and_cancelled(root, "__tk_filedialog", lambda: ask_files(root, "Send files", folder))
    assert answer == []
    assert seen == [(str(tmp_path), {"plans", "plan.txt"}, "All files (*)")]
    saving = lambda: ask_save(root, "Save as", folder, "new.txt")  # noqa: E731
    answer, seen = seen_and_cancelled(root, "__tk_filedialog", saving)
    assert answer is None
    assert seen == [(str(tmp_path), {"plans", "plan.txt"}, "All files (*)")]
    answer, seen = seen_and_cancelled(root, "__tk_choosedir", lambda: ask_folder(root, "Folder", folder))
    assert answer is None
    assert seen == [(str(tmp_path), {"plans"}, "")]
