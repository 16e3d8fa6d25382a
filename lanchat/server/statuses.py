"""Statuses: how each person is here, of all their connections the most present one; pure.

What clients say goes in, changes of the roster come out, not too often for each person. It tells nobody.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from msgspec import structs

from lanchat.protocol.limits import STATUS_EVERY
from lanchat.protocol.presence import State, Status
from lanchat.protocol.text import one_line
from lanchat.server.roster import Line, Roster

_RANKS: Final[dict[State, int]] = {"idle": 0, "away": 1, "busy": 1, "": 2}
_WITH_TEXT: Final = ("away", "busy")


def cleaned(status: Status) -> Status:
    """As it may be shown: one line, and only where somebody chose to say it."""
    return structs.replace(status, text=one_line(status.text) if status.state in _WITH_TEXT else "")


def most_present(statuses: Iterable[Status]) -> Status:
    """The one that counts; of two that are as present as each other the later. Of nobody: here."""
    best = None
    for status in statuses:
        if best is None or _RANKS[status.state] >= _RANKS[best.state]:
            best = status
    return best or Status()


class Statuses:
    """now: s, monotonic."""

    def __init__(self, roster: Roster) -> None:
        self._roster = roster
        self._waiting: dict[Line, Status] = {}  # of those who changed theirs just now: bounded by who is in

    def note(self, line: Line, statuses: Iterable[Status], now: float) -> None:
        """What the connections of a person say now."""
        self._waiting[line] = most_present(statuses)
        self.on_time(now)

    @property
    def due(self) -> float | None:
        """When `on_time` has something to do."""
        return min((line.status_at + STATUS_EVERY for line in self._waiting), default=None)

    def on_time(self, now: float) -> None:
        for line in [line for line in self._waiting if now >= line.status_at + STATUS_EVERY]:
            status = self._waiting.pop(line)
            if line.connections and not line.expelled and self._roster.be(line, status.state, status.text):
                line.status_at = now
