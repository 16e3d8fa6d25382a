"""Attaching: files chosen, pasted or dropped on the window, as paths for the desk; it sends nothing itself."""

from __future__ import annotations

import importlib
import logging
import platform
import threading
import time
import tkinter as tk
from collections import deque
from collections.abc import Callable, Iterable, Set
from pathlib import Path
from tkinter import filedialog
from typing import Any, Final

from lanchat.client.pictures import FLAWS
from lanchat.gui.clipboard_kinds import PNG, clipboard_bytes, is_picture, kinds_on_clipboard
from lanchat.gui.key_bindings import is_mac
from lanchat.gui.model import copied_files
from lanchat.gui.model.keys import sequence
from lanchat.paths import home, private_directory

_log = logging.getLogger(__name__)
LOOK: Final = 40  # ms between looks for what the clipboard gives
MAX_AT_ONCE: Final = 50  # files of one drop or paste; more is a folder


class Attaching:
    """text: the composer's. drops: widgets that take what is dropped. on_paths: called with what is to be sent."""

    def __init__(self, text: tk.Text, drops: Iterable[tk.Misc], on_paths: Callable[[list[Path]], object]) -> None:
        self._text, self._on_paths = text, on_paths
        self._pasted: deque[list[Path]] = deque()
        self._thread: threading.Thread | None = None
        self._timer = ""
        text.bind(sequence("Mod-u", mac=is_mac(text)), lambda _: self.choose())
        for widget in drops:
            self._take_drops(widget)

    def close(self) -> None:
        if self._timer:
            self._text.after_cancel(self._timer)
        if self._thread is not None:
            self._thread.join()

    def choose(self) -> str:
        """Asks for files; no other binding of the same key shall follow."""
        if str(self._text["state"]) != "disabled":
            chosen = filedialog.askopenfilenames(parent=self._text, title="Send files")
            self._on_paths([Path(name) for name in chosen])
        return "break"

    def send_data(self, name: str, data: bytes) -> None:
        """As a file of that name."""
        path = private_directory(home() / "cache" / "pasted") / name
        path.write_bytes(data)
        self._on_paths([path])

    # The clipboard

    def paste(self) -> bool:
        """Sends the files that it holds, or its picture; False: what counts is its text."""
        kinds = kinds_on_clipboard(self._text)
        if files := self._files(kinds):
            self._on_paths(files[:MAX_AT_ONCE])
            return True
        if not is_picture(kinds):
            return False
        if data := clipboard_bytes(self._text, PNG):
            self._on_paths([_kept(data)])
        elif self._thread is None:
            self._thread = threading.Thread(target=self._grab, name="lanchat-clipboard")
            self._thread.start()
            self._timer = self._text.after(LOOK, self._look)
        return True

    def _files(self, kinds: Set[str]) -> list[Path]:
        """Those that a file manager copied, whose names are there as text, too."""
        kind = next((kind for kind in copied_files.KINDS if kind in kinds), None)
        text = clipboard_bytes(self._text, kind).decode(errors="replace") if kind else ""
        return copied_files.paths(text, platform.node())

    def _grab(self) -> None:
        """In a thread: other programs may take their time."""
        try:
            from PIL import ImageGrab

            found = ImageGrab.grabclipboard()
            if isinstance(found, list):
                self._pasted.append([Path(name) for name in found])
            elif found is not None:
                path = _place()
                found.save(path, "PNG")
                self._pasted.append([path])
            else:
                self._pasted.append([])
        except (*FLAWS, NotImplementedError, ImportError) as error:
            _log.warning("the clipboard gives no picture: %s", error)
            self._pasted.append([])

    def _look(self) -> None:
        self._timer = ""
        if not self._pasted:
            self._timer = self._text.after(LOOK, self._look)
            return
        if self._thread is not None:
            self._thread.join()  # what it appended was the last thing it did
            self._thread = None
        self._on_paths(self._pasted.popleft())

    # Drag and drop, where tkinterdnd2 is installed

    def _take_drops(self, widget: tk.Misc) -> None:
        try:
            dnd: Any = importlib.import_module("tkinterdnd2")
            dnd.TkinterDnD._require(widget.winfo_toplevel())
            target: Any = widget
            target.drop_target_register(dnd.DND_FILES)
            target.dnd_bind("<<Drop>>", lambda event: self._dropped(event.data))
        except ImportError:  # an extra; there are other ways to attach
            return
        except (tk.TclError, RuntimeError, AttributeError) as error:
            _log.info("nothing can be dropped here: %s", error)

    def _dropped(self, names: str) -> None:
        self._on_paths([Path(name) for name in self._text.tk.splitlist(names)[:MAX_AT_ONCE]])


def _kept(data: bytes) -> Path:
    path = _place()
    path.write_bytes(data)
    return path


def _place() -> Path:
    folder = private_directory(home() / "cache" / "pasted")
    return folder / f"Picture {time.strftime('%Y-%m-%d %H.%M.%S')}.png"
