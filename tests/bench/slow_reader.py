"""What one member that reads nothing costs the others: 50 messages a second to 100 members, after the room has said
more than the sockets of the deaf one hold. At the end it reads on, and lacks nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Final

from tests.bench import servers
from tests.bench.crowd import Crowd
from tests.bench.figure import OURS, Figure, Goal, percentile
from tests.bench.machine import HERE, on_core, quiet
from tests.bench.run import Run, Trial

WITHOUT: Final = "without it"
MEMBERS: Final = 100
BEFORE: Final = 50_000  # messages: 13 MB, more than the kernel keeps for one (6 MB and 4 MB at most)
FIGURES: Final = (
    Figure("slow reader: p50 of the others", "ms"),
    Figure("slow reader: p99 of the others", "ms", goals=(Goal(2, WITHOUT),)),
)


def trials(run: Run) -> Iterator[Trial]:
    if run.beside:
        yield Trial(WITHOUT, partial(_latencies, run, slow=False))
    yield Trial(OURS, partial(_latencies, run, slow=True))


def _latencies(run: Run, slow: bool) -> Mapping[str, float]:
    members = run.many(MEMBERS, 10)
    with servers.lanchat(run.tree, members) as server, on_core(HERE), quiet(), Crowd(server, members, 9) as crowd:
        crowd.join()
        crowd.settle()
        if slow:
            crowd.stop_reading()
        crowd.fill(run.many(BEFORE, 1_000))
        crowd.speak(50, run.some(8, 0.3))
        crowd.finish()
        found = crowd.latencies()
    return {figure.key: 1000 * percentile(found, percent) for figure, percent in zip(FIGURES, (50, 99), strict=True)}
