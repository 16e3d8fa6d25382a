"""How long a program takes to be there, beside the least that takes: `lanchat --version`, `serve` until it listens, and
the window until it is painted."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from tests.bench import servers
from tests.bench.figure import OURS, Figure, Goal, Refused
from tests.bench.machine import THERE, on_core
from tests.bench.run import Run, Trial

NOTHING: Final = "python -c pass"
BARE_TK: Final = "a bare Tk window"
VERSION: Final = "start, lanchat --version"
SERVE: Final = "start, serve until it listens"
WINDOW: Final = "start, window until painted"
FIGURES: Final = (
    Figure(VERSION, "ms", goals=(Goal(3, NOTHING),)),
    Figure(SERVE, "ms", goals=(Goal(12, NOTHING),)),
    Figure(WINDOW, "ms", goals=(Goal(3.5, BARE_TK),)),
)
_TIMES: Final = 5  # of each in one round, by turns; the least counts: what else ran makes only slower
_PAINTED: Final = "print('painted', flush=True); import os; os._exit(0)"
_BARE: Final = f"import tkinter; root = tkinter.Tk(); root.geometry('1040x720'); root.update(); {_PAINTED}"
_OURS: Final = f"""
import tkinter
def painted(root, n=0):
    root.update(); {_PAINTED}
tkinter.Misc.mainloop = painted
from lanchat.gui import open_window
open_window()
"""


def trials(run: Run) -> Iterator[Trial]:
    yield Trial(OURS, partial(_ours, run))
    if run.beside:
        yield Trial(NOTHING, partial(_nothing, run))
    if run.display:
        yield Trial(OURS, partial(_window, run, _OURS))
        if run.beside:
            yield Trial(BARE_TK, partial(_window, run, _BARE))


def _ours(run: Run) -> Mapping[str, float]:
    version = [sys.executable, "-m", "lanchat", "--version"]
    serve = [*version[:3], "serve", "--host", "127.0.0.1", "--port", "0", "--no-mdns", "--no-beacon"]
    return {VERSION: _least(run, version, "lanchat"), SERVE: _least(run, serve, "is open on port")}


def _nothing(run: Run) -> Mapping[str, float]:
    least = _least(run, [sys.executable, "-c", "pass"], "")
    return {VERSION: least, SERVE: least}


def _window(run: Run, script: str) -> Mapping[str, float]:
    return {WINDOW: _least(run, [sys.executable, "-c", script], "painted")}


def _least(run: Run, command: list[str], sign: str) -> float:
    """ms from the start of a process until its first line, which holds `sign`; until its end, where that is empty."""
    took = []
    for _ in range(run.many(_TIMES, 1)):
        with tempfile.TemporaryDirectory(prefix="lanchat-bench-") as home:
            environment = servers.environment(run.tree, Path(home), run.display)
            begun = time.perf_counter()
            with on_core(THERE):
                process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=run.tree)
            assert process.stdout is not None
            with process.stdout as out:
                line = out.readline()
            took.append(time.perf_counter() - begun)
            process.terminate()
            process.wait()
            if sign not in line:
                raise Refused(f"{command[-1]!r} said {line!r}")
    return 1000 * min(took)
