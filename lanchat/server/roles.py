"""Who owns a room and who moderates it: the file `owners`, and the moderators that owners appointed; it judges no deed.

`owners` is text: a member key on each line, and what it is after a space. Who may write files of the server may write
it, with an editor or by `lanchat admin owner`; a server that runs notices within LOOK.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import Final

from lanchat.database import Database
from lanchat.errors import StoreFailed
from lanchat.identity import is_key
from lanchat.protocol.moderation import Role

LOOK: Final = 10.0  # s between looks at the file
MAX_FILE: Final = 64 * 1024  # bytes of it that are read: 1,000 owners
MAX_MODERATORS: Final = 1_000
SCHEMA: Final = """
CREATE TABLE moderator (key TEXT PRIMARY KEY, nick TEXT NOT NULL) WITHOUT ROWID"""
_HEAD: Final = "# Who owns this room: a key (“lanchat key show”) on each line, then a word to remember whose it is.\n"


class OwnersFile:
    """The file `owners` in a server's data directory. Raises StoreFailed."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "owners"

    def read(self) -> dict[str, str]:
        """Keys, and what stands behind each. Lines without a key are passed over."""
        try:
            # A pipe in its place would have us wait; an editor on Windows may put a mark in front
            with open(self.path, "rb", opener=_open_at_once) as file:
                lines = file.read(MAX_FILE).decode("utf-8-sig", errors="replace").splitlines()
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise StoreFailed(path=self.path, detail=error.strerror or str(error)) from error
        words = (line.split(maxsplit=1) for line in lines)
        return {parts[0]: "".join(parts[1:]) for parts in words if parts and is_key(parts[0])}

    def write(self, owners: dict[str, str]) -> None:
        """All of it anew, by a file beside it: who reads meanwhile sees the old one or the new one."""
        lines = [f"{key} {note}".rstrip() + "\n" for key, note in owners.items()]
        unfinished = self.path.with_suffix(".part")
        try:
            with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
                file.writelines([_HEAD, *lines])
            unfinished.replace(self.path)
        except OSError as error:
            raise StoreFailed(path=self.path, detail=error.strerror or str(error)) from error

    @property
    def version(self) -> tuple[int, int, int]:
        """Another one when the file was written since."""
        try:
            found = self.path.stat()
        except OSError:  # none, or not ours to see
            return (0, 0, 0)
        return (found.st_mtime_ns, found.st_size, found.st_ino)


def _open_at_once(path: str, flags: int) -> int:
    """A file; raises OSError for what is none."""
    descriptor = os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "this is no file")
    return descriptor


class Roles:
    """Of one server's keys. For the thread that owns the file of `Access`."""

    def __init__(self, owners: OwnersFile, database: Database) -> None:
        self._file, self._db = owners, database
        self._moderators = {row[0] for row in database.execute("SELECT key FROM moderator")}
        self._seen = owners.version
        self._owners = owners.read()

    def of(self, key: str | None) -> Role:
        if key is None:
            return Role.MEMBER
        if key in self._owners:
            return Role.OWNER
        return Role.MODERATOR if key in self._moderators else Role.MEMBER

    def look(self) -> bool:
        """Reads the owners anew if the file was written since; whether it was. Raises StoreFailed."""
        version = self._file.version
        if version == self._seen:
            return False
        self._seen = version  # also of a file that cannot be read: that is said once
        self._owners = self._file.read()
        return True

    def appoint(self, key: str, nick: str, *, moderator: bool) -> bool:
        """Part of a transaction; `appointed` follows once that is done. False: there are too many already."""
        if moderator and len(self._moderators) >= MAX_MODERATORS and key not in self._moderators:
            return False
        if moderator:
            self._db.execute("INSERT OR REPLACE INTO moderator VALUES (?,?)", (key, nick))
        else:
            self._db.execute("DELETE FROM moderator WHERE key = ?", (key,))
        return True

    def appointed(self, key: str, *, moderator: bool) -> None:
        if moderator:
            self._moderators.add(key)
        else:
            self._moderators.discard(key)
