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
from tests.bench.machine import THERE, cpu_time, on_core
from tests.bench.run import Run, Trial

NOTHING: Final = "python -c pass"
BARE_TK: Final = "a bare Tk window"
VERSION: Final = "start, lanchat --version"
SERVE: Final = "start, serve until it listens"
WINDOW: Final = "start, window until painted"
FIGURES: Final = (
    Figure(VERSION, "ms", goals=(Goal(3, NOTHING),)),
    Figure(f"{VERSION}: cost", "ms of the processor"),
    Figure(SERVE, "ms", goals=(Goal(12, NOTHING),)),
    Figure(f"{SERVE}: cost", "ms of the processor"),
    Figure(WINDOW, "ms", goals=(Goal(3.5, BARE_TK),)),
    Figure(f"{WINDOW}: cost", "ms of the processor"),
)
_TIMES: Final = 5  # of each in one round, by turns; the least counts: what else ran makes only slower
_PAINTED: Final = "print('painted', flush=True); import os; os._exit(0)"
_BARE: Final = f"import tkinter; root = tkinter.Tk(); root.geometry('1040x720'); root.update(); {_PAINTED}"
_OURS: Final = f"""
import tkinter
def painted(root):
    update(root); {_PAINTED}
update, tkinter.Misc.update = tkinter.Misc.update, painted
from lanchat.gui import open_window
open_window()
"""  # the first update of all paints it: what works for it begins afterwards


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
    return _least(run, VERSION, version, "lanchat") | _least(run, SERVE, serve, "is open on port")


def _nothing(run: Run) -> Mapping[str, float]:
    nothing = [sys.executable, "-c", "pass"]
    return _least(run, VERSION, nothing, "") | _least(run, SERVE, nothing, "")


def _window(run: Run, script: str) -> Mapping[str, float]:
    return _least(run, WINDOW, [sys.executable, "-c", script], "painted")


def _least(run: Run, key: str, command: list[str], sign: str) -> dict[str, float]:
    """ms from the start of a process until its first line, which holds `sign`; until its end, where that is empty. And
    of the processor."""
    took, used = [], []
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
            used.append(cpu_time(process.pid))  # also of one that has ended, as long as nobody waited for it
            process.terminate()
            process.wait()
            if sign not in line:
                raise Refused(f"{command[-1]!r} said {line!r}")
    return {key: 1000 * min(took), f"{key}: cost": 1000 * min(used)}
