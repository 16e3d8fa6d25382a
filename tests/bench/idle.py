"""What a room costs when nobody says anything: the server with 100 members, and a window with a chat open."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from tests.bench import servers, window
from tests.bench.crowd import Crowd
from tests.bench.figure import OURS, Figure, Goal
from tests.bench.machine import HERE, on_core, share
from tests.bench.run import Run, Trial

SERVER: Final = "idle, server with 100 members in TLS"
WINDOW: Final = "idle, window with a chat"
FIGURES: Final = (
    Figure(SERVER, "% of a core", goals=(Goal(0.5),)),
    Figure(WINDOW, "% of a core", goals=(Goal(1),)),
)


def trials(run: Run) -> Iterator[Trial]:
    yield Trial(OURS, partial(_server, run))
    if run.display:
        yield Trial(OURS, partial(_window, run))


def _server(run: Run) -> Mapping[str, float]:
    members = run.many(100, 5)
    with servers.lanchat(run.tree, members) as server, on_core(HERE), Crowd(server, members, tls=True) as crowd:
        crowd.join()
        crowd.settle()
        return {SERVER: share(server.pid, run.some(10, 0.5))}


def _window(run: Run) -> Mapping[str, float]:
    with servers.lanchat(run.tree, 2) as server, tempfile.TemporaryDirectory() as home, Crowd(server, 1, 1) as crowd:
        crowd.join()
        crowd.settle()
        last = crowd.speak(10, 0.1)
        with window.opened(run, server.port, Path(home), last) as (shown, _):
            time.sleep(run.some(5, 0))  # what a window does once, it has done
            return {WINDOW: share(shown.pid, run.some(10, 0.5))}
