"""Attaching: files chosen, pasted or dropped on the window, as paths for the desk; it sends nothing itself."""

from __future__ import annotations

import importlib
import itertools
import logging
import platform
import threading
import time
import tkinter as tk
from collections import deque
from collections.abc import Callable, Iterable, Set
from pathlib import Path
from typing import Any, Final

from lanchat.client.pictures import FLAWS
from lanchat.errors import StoreFailed
from lanchat.gui.desktop.clipboard import PNG, clipboard_bytes, is_picture, kinds_on_clipboard
from lanchat.gui.desktop.file_dialogs import ask_files
from lanchat.gui.kit.key_bindings import is_mac
from lanchat.gui.model import copied_files
from lanchat.gui.model.keys import sequence
from lanchat.paths import pasted, private_directory
from lanchat.protocol.files import numbered

_log = logging.getLogger(__name__)
LOOK: Final = 40  # ms between looks for what the clipboard gives
MAX_AT_ONCE: Final = 50  # files of one drop or paste; more is a folder
KEPT: Final = 24 * 3600.0  # s that what was pasted is kept: an upload may wait for the network
_NO_PROGRAM: Final = "To paste this picture, install xclip (with Wayland: wl-clipboard); or save it and send the file."


class Attaching:
    """text: the composer's. drops: widgets that take what is dropped. on_paths: called with what is to be sent.
    on_offer: with what was pasted or dropped, which may be by mistake. on_problem: with a sentence, where neither can
    be."""

    def __init__(
        self,
        text: tk.Text,
        drops: Iterable[tk.Misc],
        on_paths: Callable[[list[Path]], object],
        on_offer: Callable[[list[Path]], object],
        on_problem: Callable[[str], object],
    ) -> None:
        self._text, self._on_paths, self._on_offer, self._on_problem = text, on_paths, on_offer, on_problem
        # What the clipboard gave, or why it gave nothing; None: no program reads it
        self._pasted: deque[list[Path] | str | None] = deque()
        self._thread: threading.Thread | None = None
        self._folder = Path.home()  # where files were chosen last
        self._timer = ""
        text.bind(sequence("Mod-u", mac=is_mac(text)), lambda _: self.choose())
        for widget in drops:
            self._take_drops(widget)

    def close(self) -> list[Path]:
        """Returns what was pasted and not handed over yet."""
        if self._timer:
            self._text.after_cancel(self._timer)
        if self._thread is not None:
            self._thread.join()
        return [path for given in self._pasted if isinstance(given, list) for path in given]

    def choose(self) -> str:
        """Asks for files; no other binding of the same key shall follow."""
        if str(self._text["state"]) != "disabled":
            if chosen := ask_files(self._text, "Send files", self._folder):
                self._folder = chosen[0].parent
            self._on_paths(chosen)
        return "break"

    def send_data(self, name: str, data: bytes) -> None:
        """As a file of that name."""
        self._keep(name, data, self._on_paths)

    def _keep(self, name: str, data: bytes, then: Callable[[list[Path]], object]) -> None:
        try:
            path = _place(name)
            path.write_bytes(data)
        except (OSError, StoreFailed) as error:
            self._on_problem(_not_kept(name, error))
        else:
            then([path])

    # The clipboard

    def paste(self) -> bool:
        """Offers the files that it holds, or its picture; False: what counts is its text."""
        kinds = kinds_on_clipboard(self._text)
        if files := self._files(kinds):
            self._offer(files)
            return True
        if not is_picture(kinds):
            return False
        if self._thread is None:
            self._thread = threading.Thread(target=self._grab, name="lanchat-clipboard")
            self._thread.start()
            self._timer = self._text.after(LOOK, self._look)
        return True

    def _offer_picture(self) -> None:
        """By Tk's own way, where no other program helps: it may be too large for it, and this thread paints."""
        if data := clipboard_bytes(self._text, PNG):
            self._keep(_picture_name(), data, self._on_offer)
        else:
            self._on_problem(_NO_PROGRAM)

    def _files(self, kinds: Set[str]) -> list[Path]:
        """Those that a file manager copied, whose names are there as text, too."""
        kind = next((kind for kind in copied_files.KINDS if kind in kinds), None)
        text = clipboard_bytes(self._text, kind).decode(errors="replace") if kind else ""
        return copied_files.paths(text, platform.node())

    def _grab(self) -> None:
        """In a thread: other programs may take their time."""
        name = _picture_name()
        try:
            from PIL import ImageGrab

            found = ImageGrab.grabclipboard()
        except (NotImplementedError, ImportError):
            self._pasted.append(None)
            return
        except FLAWS as error:
            self._pasted.append(f"The clipboard gives no picture: {error}.")
            return
        try:
            if isinstance(found, list):
                self._pasted.append([Path(name) for name in found])
            elif found is not None:
                path = _place(name)
                found.save(path, "PNG")
                self._pasted.append([path])
            else:
                self._pasted.append("The picture is not on the clipboard any more.")
        except (*FLAWS, StoreFailed) as error:
            self._pasted.append(_not_kept(name, error))

    def _look(self) -> None:
        self._timer = ""
        if not self._pasted:
            self._timer = self._text.after(LOOK, self._look)
            return
        if self._thread is not None:
            self._thread.join()  # what it appended was the last thing it did
            self._thread = None
        match self._pasted.popleft():
            case None:
                self._offer_picture()
            case str() as problem:
                self._on_problem(problem)
            case paths:
                self._on_offer(paths)

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
        self._offer([Path(name) for name in self._text.tk.splitlist(names)])

    def _offer(self, paths: list[Path]) -> None:
        if len(paths) <= MAX_AT_ONCE:
            self._on_offer(paths)
        else:
            self._on_problem(f"{len(paths)} files are too many at once. Send the folder that they are in.")


def _picture_name() -> str:
    return f"Picture {time.strftime('%Y-%m-%d %H.%M.%S')}.png"


def _place(name: str) -> Path:
    """A new file, called so, or with a number: what was pasted a moment ago may be on its way. Old ones go. Raises
    OSError, StoreFailed."""
    folder = private_directory(pasted())
    for old in folder.iterdir():
        if time.time() - old.stat().st_mtime > KEPT:
            old.unlink(missing_ok=True)
    places = itertools.chain([name], (numbered(name, number) for number in itertools.count(2)))
    return next(folder / place for place in places if not (folder / place).exists())


def _not_kept(name: str, error: Exception) -> str:
    why = getattr(error, "strerror", None) or getattr(error, "detail", None) or error
    return f"{name} cannot be kept until it is sent: {why}."
