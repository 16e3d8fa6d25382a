"""What a window does with much: 100,000 missed messages, a room that holds as many, 3,000 new ones a second."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from tests.bench import servers, window
from tests.bench.crowd import MARK, Crowd
from tests.bench.figure import OURS, Figure, Goal
from tests.bench.run import Run, Trial

MISSED: Final = 100_000  # messages
FEW_MISSED: Final = 3_000  # messages, in the short form: so many that the window opens at the newest, not at the first
RATE: Final = 3_000  # messages a second
STALL: Final = 50  # ms: three frames, which a person hardly sees
EMPTY: Final = "client, opens a room with one message"
FULL: Final = "client, opens a room that holds 100,000"
MORE: Final = "client, opens a room that holds 100,000: more than an empty one"
CATCH_UP: Final = "client, catches up 100,000"
PAINTS: Final = "client, 3,000 messages a second"
FIGURES: Final = (
    Figure(EMPTY, "s"),
    Figure(f"{EMPTY}: stall", "ms"),
    Figure(FULL, "s"),
    Figure(MORE, "s", goals=(Goal(0.3),)),
    Figure(f"{FULL}: stall", "ms"),
    Figure(CATCH_UP, "s more than without", goals=(Goal(2),)),
    Figure(f"{CATCH_UP}: stall", "ms", goals=(Goal(STALL),)),
    Figure(f"{PAINTS}: behind at the end", "ms"),
    Figure(f"{PAINTS}: stall", "ms", goals=(Goal(STALL),)),
)


def trials(run: Run) -> Iterator[Trial]:
    if run.display:
        yield Trial(OURS, partial(_much, run))
        yield Trial(OURS, partial(_painting, run))


def _much(run: Run) -> Mapping[str, float]:
    """The same window again and again: in a room with one message; after 100,000 more; with nothing missed."""
    with servers.lanchat(run.tree, 12) as server, tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with Crowd(server, 10, 10) as crowd:
            crowd.join()
            crowd.settle()
            last = crowd.speak(10, 0.1)
            for _ in range(2):  # the second time the server is known
                with window.opened(run, server.port, home, last) as (_, empty):
                    pass
            crowd.settle()
            crowd.fill(run.many(MISSED, FEW_MISSED))
            last = crowd.speak(10, 0.1)
            with window.opened(run, server.port, home, last) as (_, missed):
                pass
            with window.opened(run, server.port, home, last) as (_, full):
                pass
    return {
        EMPTY: empty.took,
        f"{EMPTY}: stall": empty.stall,
        FULL: full.took,
        MORE: full.took - empty.took,
        f"{FULL}: stall": full.stall,
        CATCH_UP: missed.took - full.took,
        f"{CATCH_UP}: stall": missed.stall,
    }


def _painting(run: Run) -> Mapping[str, float]:
    with servers.lanchat(run.tree, 3) as server, tempfile.TemporaryDirectory() as home, Crowd(server, 1, 1) as crowd:
        crowd.join()
        crowd.settle()
        with window.opened(run, server.port, Path(home), crowd.speak(10, 0.1)) as (shown, _):
            time.sleep(run.some(3, 0))  # what a new window does once, it has done
            crowd.settle()
            seconds = run.some(5, 0.3)
            shown.ask(f"{MARK.decode()}A{crowd.sent + int(RATE * seconds) - 1:08x}")
            crowd.speak(RATE, seconds)
            ended = time.perf_counter()
            stall = shown.answer().stall
            return {
                f"{PAINTS}: behind at the end": 1000 * (time.perf_counter() - ended),
                f"{PAINTS}: stall": stall,
            }
