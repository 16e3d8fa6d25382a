"""Makes small pictures of large ones in a thread of its own: decoding takes as long as whoever sent it likes.

Paths in, PNG bytes out, handed over in the thread of Tk. It fetches nothing and shows nothing.
"""

from __future__ import annotations

import io
import logging
import queue
import shutil
import threading
import tkinter as tk
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from lanchat.client.pictures import FLAWS, open_picture

_log = logging.getLogger(__name__)
LOOK: Final = 40  # ms between looks for what is done, while something is asked for
MAX_CACHE: Final = 500 * 1024 * 1024  # bytes of pictures that are kept to be shown again
Done = Callable[[bytes | None], object]


class _Wish(NamedTuple):
    path: Path
    size: tuple[int, int]
    enlarge: bool
    done: Done


class PictureMaker:
    """Made and closed in the thread of Tk. `cache`: where pictures are kept; the oldest go."""

    def __init__(self, widget: tk.Misc, cache: Path) -> None:
        self._widget, self._cache = widget, cache
        self._wishes: queue.SimpleQueue[_Wish | None] = queue.SimpleQueue()
        self._made: deque[tuple[Done, bytes | None]] = deque()
        self._open = 0
        self._timer = ""
        self._thread: threading.Thread | None = None

    def make(self, path: Path, size: tuple[int, int], done: Done, *, enlarge: bool = False) -> None:
        """Calls `done` with PNG bytes of at most this size in px; None: it is no picture that can be shown. enlarge: of
        just this size, in its proportions."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="lanchat-pictures")
            self._thread.start()
        self._open += 1
        self._wishes.put(_Wish(path, size, enlarge, done))
        if not self._timer:
            self._timer = self._widget.after(LOOK, self._look)

    def close(self) -> None:
        """Waits for the one that is being made."""
        if self._timer:
            self._widget.after_cancel(self._timer)
        if self._thread is not None:
            while not self._wishes.empty():
                self._wishes.get()
            self._wishes.put(None)
            self._thread.join()

    def _look(self) -> None:
        self._timer = ""
        while self._made:
            done, data = self._made.popleft()
            self._open -= 1
            done(data)
        if self._open and not self._timer:
            self._timer = self._widget.after(LOOK, self._look)

    # The thread

    def _run(self) -> None:
        _trim(self._cache)
        while (wish := self._wishes.get()) is not None:
            self._made.append((wish.done, small_picture(wish.path, wish.size, enlarge=wish.enlarge)))


def small_picture(path: Path, size: tuple[int, int], *, enlarge: bool = False) -> bytes | None:
    """PNG, upright, at most of this size, or, with `enlarge`, of no less; None: it is no picture, damaged, or too
    large."""
    from PIL import ImageOps

    try:
        with open_picture(path) as picture:
            picture.draft("RGB", (2 * size[0], 2 * size[1]))  # JPEG alone: decoded small at once
            upright = ImageOps.exif_transpose(picture)
            upright = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
            upright.thumbnail(size)
            if enlarge:
                upright = ImageOps.contain(upright, size)
            data = io.BytesIO()
            upright.save(data, "PNG", compress_level=1)
    except FLAWS as error:
        _log.info("%s is shown as a file: %s", path.name, error)
        return None
    return data.getvalue()


def _trim(cache: Path) -> None:
    """Down to the bound."""
    try:
        folders = [folder for folder in cache.glob("*/*") if folder.is_dir()]  # by server, by digest
        kept = sorted(folders, key=lambda folder: folder.stat().st_mtime, reverse=True)
        total = 0
        for folder in kept:
            total += sum(file.stat().st_size for file in folder.iterdir())
            if total > MAX_CACHE:
                shutil.rmtree(folder)
    except OSError as error:  # another window tidies up, too
        _log.info("old pictures stay: %s", error)
