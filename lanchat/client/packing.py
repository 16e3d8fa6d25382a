"""A folder as one archive in a temporary file, for as long as it is needed; links are not followed, nothing is sent."""

from __future__ import annotations

import os
import stat
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from lanchat.errors import TransferFailed

MAX_PACKED: Final = 100_000  # files of one folder; more is a disk, and its archive takes hours
_PIECE: Final = 1024 * 1024  # bytes


@contextmanager
def packed(source: Path, check: Callable[[], None]) -> Iterator[tuple[Path, str]]:
    """A file to read, and the name it shall have: `source` itself, or its archive where it is a folder. check: is
    called now and then, and ends this by what it raises. Raises TransferFailed."""
    try:
        kind = source.stat().st_mode
    except OSError as error:
        raise TransferFailed(detail=f"{source.name} cannot be read: {error.strerror}.") from error
    if stat.S_ISREG(kind):
        yield source, source.name
    elif stat.S_ISDIR(kind):
        with tempfile.TemporaryDirectory(prefix="lanchat-") as folder:
            archive = Path(folder) / "folder.zip"
            try:
                _pack(source, archive, check)
            except (OSError, ValueError) as error:  # ValueError: dates that no archive can hold
                detail = getattr(error, "strerror", None) or str(error)
                raise TransferFailed(detail=f"{source.name} cannot be packed: {detail}.") from error
            yield archive, f"{source.resolve().name or 'folder'}.zip"
    else:
        raise TransferFailed(detail=f"{source.name} is no file and no folder.")


def _pack(source: Path, archive: Path, check: Callable[[], None]) -> None:
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=1, strict_timestamps=False) as pack:
        for count, path in enumerate(_files(source)):
            if count >= MAX_PACKED:
                raise TransferFailed(detail=f"{source.name} holds more than {MAX_PACKED:,} files. Pack it yourself.")
            info = zipfile.ZipInfo.from_file(path, path.relative_to(source.parent), strict_timestamps=False)
            info.compress_type = zipfile.ZIP_DEFLATED
            with open(path, "rb") as file, pack.open(info, "w", force_zip64=True) as out:
                while piece := file.read(_PIECE):
                    check()
                    out.write(piece)


def _files(source: Path) -> Iterator[Path]:
    """The ordinary files below, in order."""
    for folder, folders, names in os.walk(source):
        folders.sort()
        for name in sorted(names):
            path = Path(folder) / name
            if stat.S_ISREG(path.lstat().st_mode):
                yield path
