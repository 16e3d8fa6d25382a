"""What a figure is, and what the rounds say about it: medians, spread, ratios, goals. Pure: measures nothing."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

OURS: Final = "lanchat"
PEERS: Final = ("inspircd", "nats-server", "ngircd")  # servers that are measured beside ours, where installed
FASTEST: Final = "the fastest peer"


class Refused(Exception):
    """What was measured did not do its job: something was lost, doubled, out of order. No figure comes of it."""


class Goal(NamedTuple):
    """bound: of the ratio to `beside`; of the value itself, where that is empty."""

    bound: float
    beside: str = ""


@dataclass(frozen=True)
class Figure:
    """One line of the table. key: by which trials tell it; more: whether more is better."""

    key: str
    unit: str
    more: bool = False
    goals: tuple[Goal, ...] = ()


class Sample(NamedTuple):
    """What one trial of one round found."""

    round: int
    key: str
    who: str
    value: float


class Verdict(NamedTuple):
    """What came of a goal. None: it was not measured, or what it is compared with was not."""

    beside: str
    ratio: float | None
    met: bool | None


class Table:
    """All samples of a run, by figure and by who."""

    def __init__(self, figures: Iterable[Figure], samples: Iterable[Sample]) -> None:
        self.figures = list(figures)
        self._by: dict[str, dict[str, dict[int, float]]] = {}
        for sample in samples:
            self._by.setdefault(sample.key, {}).setdefault(sample.who, {})[sample.round] = sample.value

    def who(self, key: str) -> list[str]:
        return list(self._by.get(key, {}))

    def values(self, key: str, who: str) -> list[float]:
        return list(self._by.get(key, {}).get(who, {}).values())

    def median(self, key: str, who: str) -> float | None:
        return statistics.median(values) if (values := self.values(key, who)) else None

    def ratio(self, key: str, ours: str, theirs: str) -> float | None:
        """The median of the rounds' ratios; what was measured in different rounds is not compared."""
        by = self._by.get(key, {})
        a, b = by.get(ours, {}), by.get(theirs, {})
        both = [a[n] / b[n] for n in a if b.get(n)]
        return statistics.median(both) if both else None

    def fastest(self, figure: Figure) -> str | None:
        """The peer with the best median."""
        found = [(median, who) for who in PEERS if (median := self.median(figure.key, who)) is not None]
        return (max if figure.more else min)(found)[1] if found else None

    def verdict(self, figure: Figure, goal: Goal) -> Verdict:
        ours = self.median(figure.key, OURS)
        if not goal.beside:
            met = None if ours is None else _holds(ours, goal.bound, figure.more)
            return Verdict("", None, met)
        who = self.fastest(figure) if goal.beside == FASTEST else goal.beside
        ratio = self.ratio(figure.key, OURS, who) if who else None
        return Verdict(who or goal.beside, ratio, None if ratio is None else _holds(ratio, goal.bound, figure.more))

    def as_json(self) -> Mapping[str, object]:
        return {key: {who: list(rounds.values()) for who, rounds in by.items()} for key, by in self._by.items()}

    def lines(self) -> list[str]:
        """The table as text: ours with its spread, each goal with what came of it, and what ran beside it."""
        rows = [("figure", "unit", OURS, "least to most", "goal", "ratio", "", "beside it")]
        for figure in self.figures:
            if not (ours := self.values(figure.key, OURS)):
                continue
            told = (_number(statistics.median(ours)), f"{_number(min(ours))} to {_number(max(ours))}")
            row = (figure.key, figure.unit, *told)
            beside = ", ".join(self._beside(figure.key, who) for who in self.who(figure.key) if who != OURS)
            if not figure.goals:
                rows.append((*row, "", "", "", beside))
            for n, goal in enumerate(figure.goals):
                name, ratio, met = self.verdict(figure, goal)
                bound = f"{'>=' if figure.more else '<='} {goal.bound:g}{f' of {name}' if name else ''}"
                told_met = {True: "reached", False: "MISSED", None: "-"}[met]
                found = "" if ratio is None else f"{ratio:.2f}"
                rows.append((*(("",) * 4 if n else row), bound, found, told_met, "" if n else beside))
        return aligned(rows)

    def _beside(self, key: str, who: str) -> str:
        ratio = self.ratio(key, OURS, who)
        return f"{who} {_number(self.median(key, who) or 0)}" + (f" ({ratio:.2f})" if ratio else "")

    def compared(self, old: str, new: str) -> list[str]:
        """Two commits: the median of each, and new/old."""
        rows = [("figure", old, new, "new/old")]
        for figure in self.figures:
            was, now = self.median(figure.key, old), self.median(figure.key, new)
            if was is None or now is None:
                continue
            ratio = self.ratio(figure.key, new, old)
            rows.append((f"{figure.key}, {figure.unit}", _number(was), _number(now), f"{ratio:.3f}" if ratio else ""))
        return aligned(rows)


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def percentile(values: Sequence[float], percent: float) -> float:
    """The value below which `percent` of the sorted values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def _holds(value: float, bound: float, more: bool) -> bool:
    return value >= bound if more else value <= bound


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
