"""What is found, and what to do about it: findings, and a verdict on top; as text and for programs. Decides nothing."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from msgspec import Struct, to_builtins


class Level(StrEnum):
    OK = "ok"
    NOTE = "note"  # good to know; nothing to repair
    PROBLEM = "problem"  # it keeps rooms from being found or joined
    UNTRIED = "untried"  # an earlier step failed


_MARKS: Final = {Level.OK: "ok", Level.NOTE: "note", Level.PROBLEM: "PROBLEM", Level.UNTRIED: "–"}
_WIDTH: Final = 8  # columns of a mark: "PROBLEM" and a space


class Finding(Struct, frozen=True):
    """code: a stable word that programs may compare. area: what it is about, for example “firewall”. sentence: one,
    plain. advice: what to do, empty where nothing is to be done. commands: to be typed as they stand."""

    code: str
    area: str
    level: Level
    sentence: str
    advice: str = ""
    commands: tuple[str, ...] = ()


class Report(Struct, frozen=True):
    """verdict: one sentence. findings: problems first, then notes."""

    verdict: str
    findings: tuple[Finding, ...]

    @property
    def healthy(self) -> bool:
        return not any(finding.level is Level.PROBLEM for finding in self.findings)

    def lines(self) -> list[str]:
        """For a terminal, or to be copied."""
        lines = [self.verdict, ""]
        for finding in self.findings:
            lines.append(f"{_MARKS[finding.level]:<{_WIDTH}}{finding.sentence}")
            lines += [" " * _WIDTH + finding.advice] if finding.advice else []
            lines += [" " * (_WIDTH + 4) + command for command in finding.commands]
        return lines

    def as_dict(self) -> dict[str, object]:
        """With the keys that programs may rely on."""
        return {"healthy": self.healthy, "verdict": self.verdict, "findings": to_builtins(self.findings)}


def by_weight(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Problems first, then notes; else as they came."""
    order = (Level.PROBLEM, Level.NOTE, Level.UNTRIED, Level.OK)
    return tuple(sorted(findings, key=lambda finding: order.index(finding.level)))
