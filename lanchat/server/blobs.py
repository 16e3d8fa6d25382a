"""Files by the digest of what is in them, in the data directory, and what of them has come so far; it knows no members.

    files/<aa>/<sha256>             whole, never written again
    files/part/<owner>-<sha256>     an upload that is not at its end: each member has parts of their own, so that nobody
                                    can spoil another's by lies about the same digest
    files/gone/<n>                  about to be removed

Any thread may call: each call is one or two operations of the file system.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from lanchat import paths
from lanchat.errors import StoreFailed
from lanchat.server.limits import FILES_SHARE, FILES_SPARE
from lanchat.server.parts import Parts

PART_AGE: Final = 24 * 3600.0  # s that a part waits to be gone on with: a laptop that is opened the next morning
_OWNER: Final = 32  # hex digits of the digest of a member's key


class Blobs:
    """Raises StoreFailed, but where OSError is named."""

    def __init__(self, data: Path, parts: Parts) -> None:
        """parts: is told what lies here."""
        self._known = parts
        self._root = paths.private_directory(data / "files")
        self._parts = paths.private_directory(self._root / "part")
        self._gone = paths.private_directory(self._root / "gone")
        self._count = itertools.count()
        self.empty()
        for path, size, _ in self._all_parts():
            parts.note(path, size)

    def path(self, sha256: str) -> Path:
        return self._root / sha256[:2] / sha256

    def part(self, key: str, sha256: str) -> Path:
        return self._parts / f"{owner(key)}-{sha256}"

    def place(self, part: Path, sha256: str) -> None:
        """A part is whole: it stands with the files from now on."""
        path = self.path(sha256)
        try:
            paths.private_directory(path.parent)
            os.replace(part, path)
        except OSError as error:
            raise StoreFailed(path=path, detail=error.strerror or str(error)) from error
        self._known.note(part, 0)

    def drop(self, path: Path) -> None:
        """Takes it out of the way at once; the disk gets its bytes back by `empty`."""
        try:
            os.replace(path, self._gone / f"{os.getpid()}-{next(self._count)}")
        except FileNotFoundError:
            pass  # what is wanted
        except OSError as error:
            raise StoreFailed(path=path, detail=error.strerror or str(error)) from error
        if path.parent == self._parts:
            self._known.note(path, 0)

    def expire(self, now: float) -> None:
        """Drops parts that nobody went on with. now: s since 1970."""
        for path, _, changed_at in list(self._all_parts()):
            if now - changed_at > PART_AGE:
                self.drop(path)

    def empty(self) -> None:
        """Removes what was dropped; a large file may take its time."""
        try:
            for path in self._gone.iterdir():
                path.unlink(missing_ok=True)
        except OSError as error:
            raise StoreFailed(path=self._gone, detail=error.strerror or str(error)) from error

    @property
    def room(self) -> int:
        """Bytes that files may still take of the disk."""
        try:
            return room_at(self._root)
        except OSError as error:
            raise StoreFailed(path=self._root, detail=error.strerror or str(error)) from error

    def whole(self) -> list[str]:
        """The digests of all files that are here."""
        try:
            return [path.name for path in self._root.glob("[0-9a-f][0-9a-f]/*") if path == self.path(path.name)]
        except OSError as error:
            raise StoreFailed(path=self._root, detail=error.strerror or str(error)) from error

    def _all_parts(self) -> Iterator[tuple[Path, int, float]]:
        """Path, bytes, and when it was written last."""
        try:
            with os.scandir(self._parts) as found:
                for entry in found:
                    try:
                        facts = entry.stat(follow_symlinks=False)
                    except FileNotFoundError:
                        continue  # came to its end just now
                    yield Path(entry.path), facts.st_size, facts.st_mtime
        except OSError as error:
            raise StoreFailed(path=self._parts, detail=error.strerror or str(error)) from error


def open_part(path: Path) -> BinaryIO:
    """To be read and gone on with, made if needed, for its owner alone. Raises OSError."""
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    return open(os.open(path, flags, 0o600), "r+b")


def room_at(path: Path) -> int:
    """Bytes that files may still take of the disk where `path` is; less than 0: they took too many. Raises OSError."""
    total, _, free = shutil.disk_usage(path)
    least, most = FILES_SPARE
    return free - max(least, min(most, int(total * FILES_SHARE)))


def owner(key: str) -> str:
    """What the names of their parts begin with."""
    return hashlib.sha256(key.encode()).hexdigest()[:_OWNER]
