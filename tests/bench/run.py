"""Runs measures round after round, the one beside the other, and keeps what they find. Prints nothing but progress."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol

from tests.bench.figure import Figure, Refused, Sample


@dataclass(frozen=True)
class Run:
    """How to measure. tree: whose lanchat. display: for windows; empty: there can be none. beside: whether other
    things are measured, too. short: to see it work."""

    tree: Path
    display: str = ""
    short: bool = False
    beside: bool = True
    peers: Sequence[str] = ()

    def some(self, usual: float, short: float) -> float:
        return short if self.short else usual

    def many(self, usual: int, short: int) -> int:
        return short if self.short else usual


class Trial(NamedTuple):
    """One thing to measure once. find: gives values by the keys of figures, or raises Refused."""

    who: str
    find: Callable[[], Mapping[str, float]]


class Measure(Protocol):
    """A module with its figures, and the trials of one round in the order in which they are made."""

    @property
    def FIGURES(self) -> tuple[Figure, ...]: ...  # noqa: N802 - a constant of a module

    def trials(self, run: Run) -> Iterable[Trial]: ...


@dataclass
class Found:
    """What came of it. refused: who, and why."""

    samples: list[Sample] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def once(name: str, trials: Iterable[Trial], round: int, found: Found, label: str = "") -> None:  # noqa: A002
    """One round of one measure. label: goes for ours, where commits are compared."""
    for trial in trials:
        begun = time.perf_counter()
        who = label or trial.who
        try:
            values = trial.find()
        except (Refused, ConnectionError) as error:  # a server that breaks off has no figure, and ends no other
            found.refused.append(f"{name}, {who}: {error}")
            values = {}
        for key, value in values.items():
            found.samples.append(Sample(round, key, who, value))
        told = ", ".join(f"{key} {value:,.4g}" for key, value in values.items()) or "REFUSED"
        print(f"[{round}] {who}: {told} ({time.perf_counter() - begun:.0f} s)", file=sys.stderr, flush=True)


def rounds(measures: Mapping[str, Measure], run: Run, number: int) -> Found:
    """All measures, so many times."""
    found = Found()
    for n in range(number):
        for name, measure in measures.items():
            once(name, measure.trials(run), n, found)
    return found


def compare(measures: Mapping[str, Measure], runs: Mapping[str, Run], number: int) -> Found:
    """Several trees by turns: A B A B …; nothing beside them."""
    found = Found()
    for n in range(number):
        for name, measure in measures.items():
            for label, run in runs.items():
                once(name, measure.trials(run), n, found, label)
    return found


def figures(measures: Mapping[str, Measure]) -> Iterator[Figure]:
    for measure in measures.values():
        yield from measure.FIGURES
