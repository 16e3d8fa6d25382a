"""Servers on this computer as processes of their own: starts one, lists those that run, stops one.

It never imports the server: `lanchat serve` is started like any user would, in a session of its own, so that it
outlives the window. Everything here reads disks and waits for processes: call it from a worker thread.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO, Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct

import lanchat
from lanchat.client.profile import DEFAULT_PROFILE
from lanchat.errors import ServeError, StoreError, StoreInUse
from lanchat.lockfile import LockFile
from lanchat.paths import private_directory, server_directory, servers
from lanchat.protocol.text import clean_server_name

START_TIME: Final = 20.0  # s until it must listen: a cold disk and a slow machine included
STOP_TIME: Final = 15.0  # s for its goodbyes; it needs milliseconds unless members do not take theirs
POLL: Final = 0.05  # s between two looks whether a server that is no child of ours has ended
MAX_FACTS: Final = 4096  # bytes of running.json
MAX_COMPLAINT: Final = 4096  # bytes of what a server that did not start said last
LISTENS: Final = re.compile(r"lanchat: “.*” is open on port \d+, id [0-9a-f]{32}")


class Hosted(Struct, frozen=True):
    """A server that runs on this computer, as its running.json tells."""

    pid: Annotated[int, Meta(gt=1)]  # a signal to 0 or below would reach many
    port: int
    id: str
    run: str
    name: str
    locked: bool = False
    directory: Path = Path()


class Closed(Struct, frozen=True):
    """A room that was open on this computer and is not now, as its room.json tells."""

    id: str
    name: str


class Hosting:
    """Remembers the processes that it started, to collect them when they end. For any worker thread."""

    def __init__(self, profile: str = DEFAULT_PROFILE) -> None:
        """profile: the name of whose key owns the rooms that are opened."""
        self._profile = profile
        self._children: dict[int, subprocess.Popen[str]] = {}

    def open(self, name: str, pin: str | None = None) -> Hosted:
        """Starts `lanchat serve --name NAME` and returns once it listens. pin: its lock from now on; None: as it was.
        Raises ServeError, StoreError."""
        name = clean_server_name(name)
        directory = private_directory(server_directory(name))
        with open(directory / "serve.err", "w+", encoding="utf-8", errors="replace", opener=_private) as log:
            process = _start(self._profile, name, pin, log, directory / "serve.log")
            assert process.stdout is not None
            with process.stdout, _killed_after(START_TIME, process):
                line = process.stdout.readline(MAX_FACTS)
            hosted = _read(directory) if LISTENS.match(line) else None
            if hosted is None:
                process.kill()
                process.wait()
                raise ServeError(detail=_complaint(log) or f"it did not listen within {START_TIME:.0f} s.")
        self._children[hosted.pid] = process
        return hosted

    def running(self) -> list[Hosted]:
        """The servers of this user that run now, by name, however they were started."""
        self._collect()
        candidates = (_read(path.parent) for path in servers().glob("*/running.json"))
        return sorted((h for h in candidates if h and _is_alive(h)), key=lambda h: (h.name, h.id))

    def closed(self) -> list[Closed]:
        """The rooms of this user that `open` opens again under their names, and that do not run; the latest first."""
        return [room for room, directory in _rooms() if running_in(directory) is None]

    def stop(self, hosted: Hosted) -> None:
        """Lets it say goodbye, and returns when it has ended; at once, if it runs no more. Raises ServeError."""
        current = _read(hosted.directory)
        if current is None or current.run != hosted.run or not _is_alive(hosted):
            return
        with contextlib.suppress(ProcessLookupError):  # it ended by itself just now
            os.kill(hosted.pid, signal.SIGTERM)  # Windows ends it without goodbyes, which the journal survives
        deadline = time.monotonic() + STOP_TIME
        while _is_alive(hosted):
            if time.monotonic() > deadline:
                raise ServeError(detail=f"“{hosted.name}” (process {hosted.pid}) does not stop.")
            time.sleep(POLL)
        self._collect(wait=hosted.pid)

    def _collect(self, wait: int | None = None) -> None:
        """Takes note of children that ended, so that no zombie remains; waits for the one that is ending."""
        for pid, child in list(self._children.items()):
            if pid == wait:
                child.wait()
            if child.poll() is not None:
                self._children.pop(pid, None)


def running_in(directory: Path) -> Hosted | None:
    """The server that runs on this data directory."""
    hosted = _read(directory)
    return hosted if hosted is not None and _is_alive(hosted) else None


def name_in(directory: Path) -> str:
    """What the room in this data directory was called last; the directory's name, where that is unknown. Raises
    OSError."""
    try:
        return clean_server_name(_noted(directory / "room.json").name) or directory.name
    except (FileNotFoundError, msgspec.MsgspecError):
        return directory.name


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _start(profile: str, name: str, pin: str | None, errors: IO[str], log: Path) -> subprocess.Popen[str]:
    """errors: what it complains of; log: what happens in it. The PIN goes by the input: arguments of a process are for
    everybody to see."""
    options: dict[str, Any] = {"start_new_session": True}  # no signal of our terminal reaches it
    if sys.platform == "win32":  # pragma: no cover  # written from the documentation, not run here
        options = {"creationflags": subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP}
    lock = [] if pin is None else ["--pin-file", "-"]
    logged = ["-v", "--log-file", str(log.absolute())]
    process = subprocess.Popen(
        [sys.executable, "-m", "lanchat", "--profile", profile, *logged, "serve", "--name", name, *lock],
        # where this very package lies: `-m` looks there first, and nobody's current directory is kept busy
        cwd=Path(lanchat.__file__).parents[1],
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        encoding="utf-8",
        errors="replace",
        **options,
    )
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError), process.stdin:  # its complaint tells why
        process.stdin.write(f"{pin or ''}\n")
    return process


@contextlib.contextmanager
def _killed_after(seconds: float, process: subprocess.Popen[str]) -> Any:
    timer = threading.Timer(seconds, process.kill)
    timer.name = "lanchat-hosting-timer"
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()


def _complaint(log: IO[str]) -> str:
    """The last line that the server wrote."""
    log.seek(max(0, os.fstat(log.fileno()).st_size - MAX_COMPLAINT))
    lines = [line.strip() for line in log.read(MAX_COMPLAINT).splitlines() if line.strip()]
    return lines[-1].removeprefix("lanchat: ") if lines else ""


def _read(directory: Path) -> Hosted | None:
    """What running.json in `directory` says; None where there is none, or a damaged one."""
    try:
        with open(directory / "running.json", "rb") as file:
            facts = msgspec.json.decode(file.read(MAX_FACTS), type=Hosted)
    except (OSError, msgspec.MsgspecError):
        return None
    return msgspec.structs.replace(facts, directory=directory)


def _rooms() -> list[tuple[Closed, Path]]:
    """With their directories; the one that was opened last is first. Damaged ones are left out."""
    rooms = []
    for path in servers().glob("*/room.json"):
        with contextlib.suppress(OSError, msgspec.MsgspecError):
            room = _noted(path)
            if server_directory(clean_server_name(room.name)) == path.parent:
                rooms.append((path.stat().st_mtime, room, path.parent))
    return [(room, directory) for _, room, directory in sorted(rooms, key=lambda one: -one[0])]


def _noted(path: Path) -> Closed:
    """Raises OSError, MsgspecError."""
    with open(path, "rb") as file:
        return msgspec.json.decode(file.read(MAX_FACTS), type=Closed)


def _is_alive(hosted: Hosted) -> bool:
    """Whether the process that wrote these facts still runs: it holds the lock beside them, and the lock bears its
    number. A process that only got the same number later does not."""
    path = hosted.directory / "lock"
    try:
        owner = path.read_text(errors="replace")
        LockFile(path, owner=owner).close()
    except StoreInUse:
        return re.search(rf"\b{hosted.pid}\b", owner) is not None
    except (OSError, StoreError):
        return False
    return False
