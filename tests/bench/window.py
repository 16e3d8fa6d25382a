"""Starts a window of the lanchat that is measured, on a display of its own, and asks it what it shows."""

from __future__ import annotations

import contextlib
import json
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from tests.bench import servers
from tests.bench.figure import Refused
from tests.bench.machine import HERE, on_core
from tests.bench.run import Run

PATIENCE: Final = 60.0  # s
_NAMED: Final = "from lanchat.client.profile import Profile; Profile.open('default').update(nick='Window')"


class Shown(NamedTuple):
    """took: s. stall: ms."""

    took: float
    stall: float


class Window:
    """A process with a window, which the caller asks."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process, self.pid = process, process.pid

    def ask(self, sign: str) -> None:
        """From now on it looks for `sign`."""
        assert self._process.stdin is not None
        self._process.stdin.write(sign + "\n")
        self._process.stdin.flush()

    def answer(self) -> Shown:
        assert self._process.stdout is not None
        if not select.select([self._process.stdout], [], [], PATIENCE)[0]:
            self._process.terminate()
            raise Refused(f"the window does not show it within {PATIENCE:.0f} s")
        line = self._process.stdout.readline()
        if not line:
            raise Refused("the window ended")
        return Shown(**json.loads(line))


@contextlib.contextmanager
def opened(run: Run, port: int, home: Path, first: str) -> Iterator[tuple[Window, Shown]]:
    """A window in the room at `port`, once it shows the text `first`; and how long that took."""
    program = str(servers.TREE / "tests/bench/windowed.py")
    environment = servers.environment(run.tree, home, run.display)
    subprocess.run([sys.executable, "-c", _NAMED], env=environment, cwd=run.tree, check=True)
    with on_core(HERE):
        process = subprocess.Popen(
            [sys.executable, program, f"127.0.0.1:{port}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=run.tree,
            env=environment,
        )
    window = Window(process)
    try:
        window.ask(first)
        yield window, window.answer()
    finally:
        process.communicate()  # the end of its input is its end
