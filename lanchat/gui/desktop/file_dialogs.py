"""The system's dialogs for files and folders, as everybody expects them; Tk's own, on X11, is taught that first."""

from __future__ import annotations

import tkinter as tk
from pathlib import Path
from tkinter import filedialog
from typing import Final

_FILE: Final = "::tk::dialog::file::"
ALL_FILES: Final = [("All files", "*")]


def ask_files(parent: tk.Misc, title: str, folder: Path) -> list[Path]:
    """Files to read. folder: where it begins. Empty: nothing was chosen."""
    _hide_hidden(parent)
    begin = _present(folder)
    chosen = filedialog.askopenfilenames(parent=parent, title=title, initialdir=begin, filetypes=ALL_FILES)
    return [Path(name) for name in chosen]


def ask_save(parent: tk.Misc, title: str, folder: Path, name: str) -> Path | None:
    """A file to write, proposed as `name`; the dialog itself asks before one is replaced."""
    _hide_hidden(parent)
    begin = _present(folder)
    chosen = filedialog.asksaveasfilename(
        parent=parent, title=title, initialdir=begin, initialfile=name, filetypes=ALL_FILES
    )
    return Path(chosen) if chosen else None


def ask_folder(parent: tk.Misc, title: str, folder: Path) -> Path | None:
    """A folder, which need not exist yet."""
    _hide_hidden(parent)
    chosen = filedialog.askdirectory(parent=parent, title=title, initialdir=_present(folder), mustexist=False)
    return Path(chosen) if chosen else None


def _present(folder: Path) -> str:
    """The nearest folder that is there: else Tk begins where the program was started."""
    return str(next((one for one in (folder, *folder.parents) if one.is_dir()), Path.home()))


def _hide_hidden(parent: tk.Misc) -> None:
    """Until the button beside them is pressed. Once: what the user then wants, stays."""
    tcl = parent.tk
    if tcl.call("tk", "windowingsystem") == "x11" and not int(tcl.call("info", "exists", f"{_FILE}showHiddenVar")):
        tcl.call("auto_load", _FILE)  # sets both of them
        tcl.call("set", f"{_FILE}showHiddenVar", 0)
        tcl.call("set", f"{_FILE}showHiddenBtn", 1)
