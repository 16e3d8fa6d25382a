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
from pathlib import Path
from typing import Final, Self

from lanchat.errors import TransferFailed
from lanchat.protocol.files import File, numbered, safe_name, size_in_words

_PIECE: Final = 1024 * 1024  # bytes
_SPARE: Final = 16 * 1024 * 1024  # bytes that a disk keeps: the rest of the system needs some
_MARK: Final = 8  # hex digits of the digest in a part's name: another file of the same name has another part


class Landing:
    """Of `file` in `folder`. replace: what bears its name there may go. Owned by one thread. Raises TransferFailed."""

    def __init__(self, folder: Path, file: File, *, replace: bool = False) -> None:
        self._folder, self._file, self._replaces = folder, file, replace
        self._name = safe_name(file.name)
        self.part = folder / f"{self._name}.{file.sha256[:_MARK]}.part"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
            self._out = open(os.open(self.part, flags, 0o600), "r+b")  # noqa: SIM115 - closed by close
        except OSError as error:
            raise self._broken(error) from error
        self.size = 0
        self._digest = hashlib.sha256()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def look(self) -> None:
        """Counts in what is here already."""
        try:
            while self.size < self._file.size and (piece := self._out.read(min(_PIECE, self._file.size - self.size))):
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
        self.close()
        try:
            if self._replaces:
                os.replace(self.part, self._folder / self._name)  # of a link, the link: nothing behind it is touched
                return self._folder / self._name
            for number in itertools.count(1):
                place = self._folder / (self._name if number == 1 else numbered(self._name, number))
                with contextlib.suppress(FileExistsError):  # then the next name
                    os.close(os.open(place, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))  # ours from now on
                    break
            _replace(self.part, place)
        except OSError as error:
            raise self._broken(error) from error
        return place

    def drop(self) -> None:
        """It is not wanted any more."""
        self.close()
        with contextlib.suppress(OSError):  # it may be gone, and harms nobody
            self.part.unlink()

    def close(self) -> None:
        self._out.close()

    def _broken(self, error: OSError) -> TransferFailed:
        return TransferFailed(detail=f"{self._name} cannot be stored in {self._folder}: {error.strerror or error}.")


def _replace(part: Path, place: Path) -> None:
    """`place` is an empty file of ours."""
    try:
        os.replace(part, place)
    except OSError:
        place.unlink(missing_ok=True)
        raise
