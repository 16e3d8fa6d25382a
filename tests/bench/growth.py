"""How the cost of a delivery grows: with the members of a room, and with the length of a message."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Final

from tests.bench import servers
from tests.bench.crowd import Crowd
from tests.bench.figure import OURS, Figure, Goal
from tests.bench.machine import HERE, on_core, quiet
from tests.bench.run import Run, Trial

MEMBERS: Final = (10, 100, 1_000, 5_000)
LENGTHS: Final = (10, 100, 1_000, 8_000)  # characters
FEWEST: Final = "10 members"
FIGURES: Final = (
    *(
        Figure(f"growth, {members:,} members", "us each", goals=(Goal(1.1, FEWEST),) if members > MEMBERS[0] else ())
        for members in MEMBERS
    ),
    *(Figure(f"growth, {length:,} characters", "us each") for length in LENGTHS),
    *(Figure(f"growth, {length:,} characters: stream", "MB a second", more=True) for length in LENGTHS),
)


def trials(run: Run) -> Iterator[Trial]:
    fewest: dict[str, float] = {}
    for members in MEMBERS[: run.many(len(MEMBERS), 1)]:
        yield Trial(OURS, partial(_by_members, run, members, fewest))
    if fewest and run.beside:
        yield Trial(FEWEST, lambda: {f"growth, {members:,} members": fewest["cost"] for members in MEMBERS[1:]})
    for length in LENGTHS[: run.many(len(LENGTHS), 1)]:
        yield Trial(OURS, partial(_by_length, run, length))


def _by_members(run: Run, members: int, fewest: dict[str, float]) -> Mapping[str, float]:
    cost, _ = _converse(run, run.many(members, 10), 100)
    fewest.setdefault("cost", cost)
    return {f"growth, {members:,} members": cost}


def _by_length(run: Run, length: int) -> Mapping[str, float]:
    cost, stream = _converse(run, run.many(100, 10), length)
    return {f"growth, {length:,} characters": cost, f"growth, {length:,} characters: stream": stream / 1e6}


def _converse(run: Run, members: int, length: int) -> tuple[float, float]:
    """us of the server's processor for each delivery, and bytes a second to all."""
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(servers.lanchat(run.tree, members))
        stack.enter_context(on_core(HERE))
        stack.enter_context(quiet())
        crowd = stack.enter_context(Crowd(server, members, 10, length=length))
        crowd.join()
        crowd.settle()
        seen = crowd.converse(16, run.some(1, 0.1), run.some(3, 0.2))
        crowd.finish()
        line = len(crowd.common) / crowd.sent
    return 1e6 * seen.server / seen.deliveries, line * seen.deliveries / seen.seconds
