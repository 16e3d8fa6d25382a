"""Makes small pictures of large ones in a thread of its own: decoding takes as long as whoever sent it likes.

Paths in, bytes of PPM or PNG out, handed over in the thread of Tk. It fetches nothing and shows nothing.
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
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from lanchat.client.pictures import FLAWS, open_picture

if TYPE_CHECKING:
    from PIL.Image import Image

_log = logging.getLogger(__name__)
LOOK: Final = 40  # ms between looks for what is done, while something is asked for
MAX_CACHE: Final = 500 * 1024 * 1024  # bytes of pictures that are kept to be shown again
ORIENTATION: Final = 0x0112  # tag of EXIF
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
        """Calls `done` with what Tk reads, of at most this size in px; None: it is no picture that can be shown.
        enlarge: of just this size, in its proportions."""
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
            with suppress(queue.Empty):  # all are taken; the thread may have been faster than we
                while True:
                    self._wishes.get_nowait()
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
            try:
                made = small_picture(wish.path, wish.size, enlarge=wish.enlarge)
            except Exception:  # a decoder's bug: this picture is lost, those behind it are not
                _log.warning("%s cannot be shown", wish.path.name, exc_info=True)
                made = None
            self._made.append((wish.done, made))


def small_picture(path: Path, size: tuple[int, int], *, enlarge: bool = False) -> bytes | None:
    """Upright, as PPM or PNG, at most of this size, or, with `enlarge`, of no less; None: it is no picture, damaged,
    or too large."""
    from PIL import ImageOps

    try:
        with open_picture(path) as picture:
            picture.draft("RGB", (2 * size[0], 2 * size[1]))  # JPEG alone: decoded small at once
            upright = _upright(picture)
            upright = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
            upright.thumbnail(size)
            if enlarge:
                upright = ImageOps.contain(upright, size)
            data = io.BytesIO()
            if upright.mode == "RGB":
                upright.save(data, "PPM")  # Tk reads it five times as fast
            else:
                upright.save(data, "PNG", compress_level=1)
    except FLAWS as error:
        _log.info("%s is shown as a file: %s", path.name, error)
        return None
    return data.getvalue()


def _upright(picture: Image) -> Image:
    """As its EXIF says, or as it lies, where that is damaged. (Pillow's own way also writes it anew: more can fail.)"""
    from PIL.Image import Transpose

    turns: dict[object, Transpose] = {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }
    try:
        turn = turns.get(picture.getexif().get(ORIENTATION))
    except FLAWS as error:
        _log.info("its EXIF is damaged: %s", error)
        turn = None
    return picture if turn is None else picture.transpose(turn)


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
