"""Opens the folder of a file in the system's file manager, in a thread of its own; the file itself is never opened."""

from __future__ import annotations

import logging
import subprocess  # of fixed programs with a folder of ours  # nosec B404
import sys
import threading
from pathlib import Path

_log = logging.getLogger(__name__)


def show_folder(path: Path) -> None:
    """Where the system can, with the file marked. The thread ends when the manager was started."""
    threading.Thread(target=_show, args=(path,), name="lanchat-folder", daemon=True).start()


def command(path: Path, platform: str) -> list[str]:
    """What shows the folder of `path` on a system that sys.platform calls so."""
    match platform:
        case "win32":
            return ["explorer", f"/select,{path}"]
        case "darwin":
            return ["open", "-R", str(path)]
    return ["xdg-open", str(path.parent)]


def _show(path: Path) -> None:
    try:
        # No shell; the folder is one that the person chose
        subprocess.run(command(path, sys.platform), check=False, stdin=subprocess.DEVNULL, timeout=60)  # nosec B603
    except (OSError, subprocess.TimeoutExpired) as error:
        _log.warning("no file manager shows %s: %s", path.parent, error)
