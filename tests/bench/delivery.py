"""How many messages a second come to all of a room, and what each delivery costs the server's processor.

Some of the crowd keep messages of 100 bytes under way (a closed loop); each comes to everybody.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Final, NamedTuple

from lanchat.identity import MemberKey
from tests.bench import servers
from tests.bench.crowd import Crowd, Seen
from tests.bench.dialects import keyed
from tests.bench.figure import FASTEST, OURS, Figure, Goal, Refused
from tests.bench.machine import HERE, on_core, quiet
from tests.bench.run import Run, Trial
from tests.bench.servers import Running

BARE: Final = "bare send"
SPEAKERS: Final = 10
WINDOW: Final = 16  # messages that each of them has under way
SHORT: Final = 20  # members, to see it work


class Kind(NamedTuple):
    """window: messages that each speaker has under way."""

    name: str
    members: int
    goals: tuple[Goal, ...]
    window: int = WINDOW
    tls: bool = False
    keys: bool = False


KINDS: Final = (
    Kind("100 in clear", 100, (Goal(2, FASTEST), Goal(0.8, BARE))),
    Kind("500 in clear", 500, (Goal(3, FASTEST),)),
    Kind("100 in clear, window 1", 100, (Goal(1.5, FASTEST),), window=1),
    Kind("100 in TLS", 100, (Goal(1.5, FASTEST),), tls=True),
    Kind("100 with keys in TLS", 100, (Goal(1.5, FASTEST),), tls=True, keys=True),
)
FIGURES: Final = tuple(
    figure
    for kind in KINDS
    for figure in (
        Figure(f"delivery, {kind.name}", "a second", more=True, goals=kind.goals),
        Figure(f"delivery, {kind.name}: cost", "us of the server's processor"),
        Figure(f"delivery, {kind.name}: server", "of its core"),
        Figure(f"delivery, {kind.name}: generator", "of its core"),
    )
)


def trials(run: Run) -> Iterator[Trial]:
    for kind in KINDS[:: run.many(1, 4)]:
        kind = kind._replace(members=run.many(kind.members, SHORT))
        bare: list[tuple[int, int]] = []
        yield Trial(OURS, partial(_ours, kind, run, bare))
        if not run.beside:
            continue
        for name in run.peers:
            if not kind.tls or name in servers.TLS_PEERS:
                yield Trial(name, partial(_peer, kind, run, name))
        if bare and Goal(0.8, BARE) in kind.goals:
            yield Trial(BARE, partial(_bare, kind, run, *bare[0]))


@cache
def member_keys(number: int) -> list[MemberKey]:
    with tempfile.TemporaryDirectory() as folder:
        return [MemberKey(Path(folder) / str(n)) for n in range(number)]


def _ours(kind: Kind, run: Run, bare: list[tuple[int, int]]) -> Mapping[str, float]:
    """bare: gets how many messages a member got with one read, and how long one is."""
    with servers.lanchat(run.tree, kind.members) as server:
        if kind.keys:
            server = server._replace(dialect=keyed(member_keys(kind.members)))
        seen, length = _converse(kind, run, server)
        bare.append((max(1, round(seen.deliveries / seen.reads)), length))
        return _told(kind, seen)


def _peer(kind: Kind, run: Run, name: str) -> Mapping[str, float]:
    with servers.peer(name, tls=kind.tls) as server:
        return _told(kind, _converse(kind, run, server)[0])


def _converse(kind: Kind, run: Run, server: Running) -> tuple[Seen, int]:
    """What came, and the length of a message as it came."""
    with on_core(HERE), quiet(), Crowd(server, kind.members, SPEAKERS, tls=kind.tls) as crowd:
        crowd.join()
        crowd.settle()
        seen = crowd.converse(kind.window, run.some(1, 0.1), run.some(3, 0.2))
        crowd.finish()
        if not seen.deliveries:
            raise Refused("nothing came while it was measured")
        return seen, len(crowd.common) // crowd.sent


def _bare(kind: Kind, run: Run, batch: int, length: int) -> Mapping[str, float]:
    """`send` of as many messages at once as our server's members got with one read."""
    members = kind.members
    with servers.bare(members, batch, length) as server, on_core(HERE), quiet(), Crowd(server, members) as crowd:
        crowd.join()
        next(iter(crowd.readers.values())).sock.send(b"!")  # now it begins
        crowd.watch(run.some(0.5, 0.1))
        return _told(kind, crowd.watch(run.some(2, 0.2)))


def _told(kind: Kind, seen: Seen) -> Mapping[str, float]:
    name = f"delivery, {kind.name}"
    return {
        name: seen.deliveries / seen.seconds,
        f"{name}: cost": 1e6 * seen.server / seen.deliveries,
        f"{name}: server": seen.server / seen.seconds,
        f"{name}: generator": seen.here / seen.seconds,
    }
