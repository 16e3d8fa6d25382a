"""What each attack (tests/attackers.py) does to ten quiet members in TLS under the usual rate limit, and to the memory
of the server. The attackers yield to the members on their core: what is measured is the server."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Final

from lanchat.server.limits import DEFAULT_RATE
from tests.attackers import KINDS, attack
from tests.bench import servers
from tests.bench.figure import OURS, Figure, Goal, percentile
from tests.bench.machine import HERE, on_core, resident
from tests.bench.run import Run, Trial
from tests.quiet import Quiet

PEACE: Final = "in peace"
SPARE: Final = 200  # clients: as many as a room takes by default
FIGURES: Final = tuple(
    figure
    for kind in KINDS
    for figure in (
        Figure(f"hostile, {kind}: p50", "ms"),
        Figure(f"hostile, {kind}: p99", "ms", goals=(Goal(2, PEACE),)),
        Figure(f"hostile, {kind}: memory", "MiB more"),
    )
)


def trials(run: Run) -> Iterator[Trial]:
    for kind in list(KINDS)[: run.many(len(KINDS), 1)]:
        peace: dict[str, float] = {}
        yield Trial(OURS, partial(_attacked, run, kind, peace))
        if run.beside and peace:
            yield Trial(PEACE, partial(dict, peace))


def _attacked(run: Run, kind: str, peace: dict[str, float]) -> Mapping[str, float]:
    """peace: gets the same of the moment before."""
    limit = ("--rate-limit", str(DEFAULT_RATE))
    with servers.lanchat(run.tree, SPARE, None, *limit) as server, on_core(HERE):
        quiet = Quiet(server.port)
        try:
            quiet.talk(run.some(2, 0.2))
            calm, before = quiet.talk(run.some(6, 0.3)), resident(server.pid)
            with attack(kind, server.port) as attacker:
                os.setpriority(os.PRIO_PROCESS, attacker, 19)
                hurt, during = quiet.talk(run.some(6, 0.3)), resident(server.pid)
        finally:
            quiet.close()
    for percent in (50, 99):
        peace[f"hostile, {kind}: p{percent}"] = percentile(calm, percent)
    found = {f"hostile, {kind}: p{percent}": percentile(hurt, percent) for percent in (50, 99)}
    return {**found, f"hostile, {kind}: memory": (during - before) / 1024}
