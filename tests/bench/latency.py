"""How long a message takes to everybody when little is said: 50 messages a second to 100 members.

From before `send` to after `recv`; all receivers are read by one thread, one after the other, for every server alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Final

from tests.bench import servers
from tests.bench.crowd import Crowd
from tests.bench.figure import FASTEST, OURS, Figure, Goal, percentile
from tests.bench.machine import HERE, on_core, quiet
from tests.bench.run import Run, Trial
from tests.bench.servers import Running

MEMBERS: Final = 100
RATE: Final = 50  # messages a second
FIGURES: Final = tuple(
    Figure(f"latency, 100 in {way}: p{percent}", "ms", goals=(Goal(bound, FASTEST),))
    for way, bounds in (("clear", (1.0, 1.5)), ("TLS", (2.0, 2.0)))
    for percent, bound in zip((50, 99), bounds, strict=True)
)


def trials(run: Run) -> Iterator[Trial]:
    for tls in (False, True)[run.short :]:
        yield Trial(OURS, partial(_ours, run, tls))
        for name in run.peers:
            if not tls or name in servers.TLS_PEERS:
                yield Trial(name, partial(_peer, run, name, tls))


def _ours(run: Run, tls: bool) -> Mapping[str, float]:
    with servers.lanchat(run.tree, MEMBERS) as server:
        return _told(run, server, tls)


def _peer(run: Run, name: str, tls: bool) -> Mapping[str, float]:
    with servers.peer(name, tls=tls) as server:
        return _told(run, server, tls)


def _told(run: Run, server: Running, tls: bool) -> Mapping[str, float]:
    members = run.many(MEMBERS, 10)
    with on_core(HERE), quiet(), Crowd(server, members, 1, tls=tls) as crowd:
        crowd.join()
        crowd.settle()
        crowd.speak(RATE, run.some(1, 0.1))  # warm
        crowd.speak(RATE, run.some(8, 0.3))
        crowd.finish()
        way, found = "TLS" if tls else "clear", crowd.latencies()
        return {f"latency, 100 in {way}: p{percent}": 1000 * percentile(found, percent) for percent in (50, 99)}
