"""Where lanchat keeps its files; makes directories that only their owner may read, and nothing else.

    <user data>/servers/<name>/     a server: key, journal, lock
    <user data>/profiles/<name>/    a person: key, outbox, replicas, pins, settings
    <user data>/cache/              what may go at any time: pictures by their server, what was pasted

LANCHAT_HOME replaces <user data>, for tests and for a stick that carries everything.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

import platformdirs

from lanchat.errors import StoreFailed

_SERVER: Final = 32  # hex digits of the digest of a server's id


def home() -> Path:
    """<user data>; not made here."""
    return Path(os.environ.get("LANCHAT_HOME") or platformdirs.user_data_dir("lanchat", appauthor=False))


def servers() -> Path:
    """Where the directories of all servers are."""
    return home() / "servers"


def server_directory(name: str) -> Path:
    return servers() / file_name(name)


def profile_directory(name: str) -> Path:
    return home() / "profiles" / file_name(name)


def downloads() -> Path:
    """Where files that others sent are put; not made here."""
    if "LANCHAT_HOME" in os.environ:
        return home() / "downloads"
    return Path(platformdirs.user_downloads_dir())


def pictures(server_id: str = "") -> Path:
    """Where pictures are kept to be shown again: all, or those of one server; not made here."""
    import hashlib  # late: 2 ms, which no window waits for

    folder = home() / "cache" / "pictures"
    # By a digest: the id may be anything, and no file system is to tell its cases apart
    return folder / hashlib.sha256(server_id.encode()).hexdigest()[:_SERVER] if server_id else folder


def pasted() -> Path:
    """Where what was pasted is kept until it is sent; not made here."""
    return home() / "cache" / "pasted"


def file_name(name: str) -> str:
    """`name` as the name of one file on every system: letters, digits, dashes; never empty, dots or a path."""
    return re.sub(r"[^\w-]+", "-", name, flags=re.UNICODE).strip("-").lower()[:60] or "default"


def private_directory(path: Path) -> Path:
    """`path`, made if needed with what is missing above it, for its owner alone (0700). Raises StoreFailed."""
    missing = [path, *(parent for parent in path.parents if not parent.exists())]
    try:
        for directory in reversed(missing):  # mkdir(parents=True) would make them as the umask says
            directory.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise StoreFailed(path=path, detail=error.strerror or str(error)) from error
    return path
