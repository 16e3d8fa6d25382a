"""What a crowd that comes at once costs: the time until all are in, and the server's memory for each; in TLS, in clear,
and as many idle guests as a server has room for."""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Final, NamedTuple

from tests.bench import servers
from tests.bench.crowd import Crowd
from tests.bench.figure import OURS, Figure, Goal
from tests.bench.machine import HERE, on_core, quiet, resident, share
from tests.bench.run import Run, Trial

AT_ONCE: Final = 100  # joins under way


_OTHERS: Final = 2_000  # descriptors: those who are at the door, and its own files


class Kind(NamedTuple):
    """soon: s until all are in; memory: KiB for each; both as goals, None: the figure is only told."""

    name: str
    members: int
    tls: bool
    soon: float | None
    memory: float | None


KINDS: Final = (
    Kind("join, 1,000 in TLS", 1_000, True, 1.5, 80),
    Kind("join, 1,000 in clear", 1_000, False, None, 30),
    Kind("join, as many in clear as may be", 10_000, False, None, None),
)
FIGURES: Final = tuple(
    figure
    for kind in KINDS
    for figure in (
        Figure(kind.name, "s until all are in", goals=(Goal(kind.soon),) if kind.soon else ()),
        Figure(f"{kind.name}: members", ""),
        Figure(f"{kind.name}: server", "s of the processor"),
        Figure(f"{kind.name}: memory", "KiB each", goals=(Goal(kind.memory),) if kind.memory else ()),
        Figure(f"{kind.name}: idle", "% of a core"),
    )
)


def trials(run: Run) -> Iterator[Trial]:
    for kind in KINDS[: run.many(len(KINDS), 1)]:
        yield Trial(OURS, partial(_join, run, kind))


def room() -> int:
    """How many a server can hold here: it needs a descriptor for each, and some for who comes."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return most - _OTHERS if most != resource.RLIM_INFINITY else sys.maxsize


def _join(run: Run, kind: Kind) -> Mapping[str, float]:
    members = min(run.many(kind.members, 20), room())
    with servers.lanchat(run.tree, members) as server, on_core(HERE), quiet():
        with Crowd(server, 1, tls=kind.tls) as first:  # what the server loads once, is loaded
            first.join()
        with Crowd(server, members, tls=kind.tls) as crowd:
            before = resident(server.pid)
            took = crowd.join(AT_ONCE)
            crowd.settle()
            used = crowd.server_time()
            each = (resident(server.pid) - before) / members
            idle = share(server.pid, run.some(10, 0.3))
        return {
            kind.name: took,
            f"{kind.name}: members": members,
            f"{kind.name}: server": used,
            f"{kind.name}: memory": each,
            f"{kind.name}: idle": idle,
        }
