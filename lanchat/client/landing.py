"""Where a download lands: a part beside its place, gone on with after a break, then a name; it reads no wire.

Nothing is overwritten that nobody chose, no link is followed, nothing can be run, and nothing comes to lie outside the
folder.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final, Self

from lanchat import lockfile
from lanchat.errors import TransferFailed
from lanchat.protocol.files import File, numbered, safe_name, size_in_words

_PIECE: Final = 1024 * 1024  # bytes
_SPARE: Final = 16 * 1024 * 1024  # bytes that a disk keeps: the rest of the system needs some
_MARK: Final = 8  # hex digits of the digest in a part's name: another file of the same name has another part
_MOST: Final = 100  # parts of one file in one folder: as many as bring it there at the same time


class Landing:
    """Of `file` in `folder`. replace: what bears its name there may go. Owned by one thread. Raises TransferFailed."""

    def __init__(self, folder: Path, file: File, *, replace: bool = False) -> None:
        self._folder, self._file, self._replaces = folder, file, replace
        self._name = safe_name(file.name)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self.part, self._out = self._free_part()
        except OSError as error:
            raise self._broken(error) from error
        self.size = 0
        self._digest = hashlib.sha256()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _free_part(self) -> tuple[Path, BinaryIO]:
        """One that nobody else writes, here or in another process; ours until it is closed."""
        for number in range(1, _MOST + 1):
            mark = self._file.sha256[:_MARK] + (f"-{number}" if number > 1 else "")
            part = self._folder / f"{self._name}.{mark}.part"
            while (out := _open(part)) is not None:
                if _is_at(part, out):
                    return part, out
                out.close()  # whoever had it until now gave it its name, or dropped it
        raise TransferFailed(detail=f"{self._name} is being brought to {self._folder} too often already.")

    def look(self, check: Callable[[], None]) -> None:
        """Counts in what is here already. check: is called now and then, and ends this by what it raises."""
        try:
            while self.size < self._file.size and (piece := self._out.read(min(_PIECE, self._file.size - self.size))):
                check()
                self._digest.update(piece)
                self.size += len(piece)
            self._out.truncate(self.size)
            lacking = self._file.size - self.size
            if lacking > shutil.disk_usage(self._folder).free - _SPARE:
                detail = f"Your disk has no room for {self._name}: it needs {size_in_words(lacking)} more."
                raise TransferFailed(detail=detail)
        except OSError as error:
            raise self._broken(error) from error

    def take(self, piece: memoryview) -> None:
        """The next bytes."""
        try:
            self._out.write(piece)
        except OSError as error:
            raise self._broken(error) from error
        self._digest.update(piece)
        self.size += len(piece)

    @property
    def right(self) -> bool:
        """Whether it is whole, and the very file."""
        return self.size == self._file.size and self._digest.hexdigest() == self._file.sha256

    def begin_anew(self) -> None:
        try:
            self._out.seek(0)
            self._out.truncate()
        except OSError as error:
            raise self._broken(error) from error
        self.size = 0
        self._digest = hashlib.sha256()

    def finish(self) -> Path:
        """It gets its name: that of the file, or with a number where that is taken and may not go."""
        try:
            self._out.flush()
            self._let_move()
            if self._replaces:
                os.replace(self.part, self._folder / self._name)  # of a link, the link: nothing behind it is touched
                self.close()
                return self._folder / self._name
            for number in itertools.count(1):
                place = self._folder / (self._name if number == 1 else numbered(self._name, number))
                with contextlib.suppress(FileExistsError):  # then the next name
                    os.close(os.open(place, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))  # ours from now on
                    break
            _replace(self.part, place)
            self.close()
        except OSError as error:
            raise self._broken(error) from error
        return place

    def drop(self) -> None:
        """It is not wanted any more."""
        self._let_move()
        with contextlib.suppress(OSError):  # it may be gone, and harms nobody
            self.part.unlink()
        self.close()

    def _let_move(self) -> None:
        """Elsewhere it stays ours until it has another name, or none, so that nobody else goes on with it."""
        if sys.platform == "win32":  # pragma: no cover  # there no file moves while it is open
            self.close()

    def close(self) -> None:
        with contextlib.suppress(OSError):  # a full disk: what it did not take is not in the part, and comes again
            self._out.close()

    def _broken(self, error: OSError) -> TransferFailed:
        return TransferFailed(detail=f"{self._name} cannot be stored in {self._folder}: {error.strerror or error}.")


def _open(part: Path) -> BinaryIO | None:
    """To be read and written, locked; None: somebody else has it."""
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    out = open(os.open(part, flags, 0o600), "r+b")  # noqa: SIM115 - closed by whoever gets it
    if lockfile.take(out.fileno()):
        return out
    out.close()
    return None


def _is_at(part: Path, out: BinaryIO) -> bool:
    """Whether that is still the file of this name."""
    try:
        return os.path.samestat(part.lstat(), os.fstat(out.fileno()))
    except FileNotFoundError:
        return False


def _replace(part: Path, place: Path) -> None:
    """`place` is an empty file of ours."""
    try:
        os.replace(part, place)
    except OSError:
        place.unlink(missing_ok=True)
        raise
