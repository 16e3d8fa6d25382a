"""One process at a time: a file held by an operating-system lock, which dies with its holder; it waits for nothing."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from typing import Self

from lanchat.errors import StoreFailed, StoreInUse

_log = logging.getLogger(__name__)

if sys.platform == "win32":  # pragma: no cover  # written from the documentation, not run here
    import msvcrt

    def _lock(fd: int) -> None:
        os.lseek(fd, 1 << 20, os.SEEK_SET)  # a byte beyond the text: locked bytes cannot be read by others
        try:
            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
        finally:
            os.lseek(fd, 0, os.SEEK_SET)
else:
    import fcntl

    def _lock(fd: int) -> None:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)


def take(fd: int) -> bool:
    """Locks a file opened just now, until it is closed; False: somebody else has it, in this process or another.
    Where the file system knows no locks, nobody has."""
    try:
        _lock(fd)
    except (BlockingIOError, PermissionError):
        return False
    except OSError as error:
        _log.warning("files cannot be locked here: %s", error)
    return True


class LockFile:
    """Held from construction to close(). The file stays: removing it would let two holders in.

    Raises StoreInUse, naming the holder by what it wrote into the file.
    """

    def __init__(self, path: Path, owner: str | None = None) -> None:
        self.path = path
        try:
            self._fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise StoreFailed(path=path, detail=error.strerror or str(error)) from error
        try:
            _lock(self._fd)
        except OSError as error:
            os.close(self._fd)
            raise StoreInUse(path=path.parent, owner=_read_owner(path)) from error
        try:
            os.ftruncate(self._fd, 0)
            os.lseek(self._fd, 0, os.SEEK_SET)
            os.write(self._fd, (owner or f"process {os.getpid()}").encode())
        except OSError as error:  # a full disk
            self.close()
            raise StoreFailed(path=path, detail=error.strerror or str(error)) from error

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)  # gives the lock back
            self._fd = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _read_owner(path: Path) -> str:
    try:
        return path.read_text(errors="replace")[:200] or "another process"
    except OSError:
        return "another process"
