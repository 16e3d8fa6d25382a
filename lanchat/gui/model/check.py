"""The network check as the window shows it: what runs, what came of it, and why a list of rooms is empty; without
tkinter, threads or a clock."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from lanchat.doctor.report import Finding, Level, Report

MAX_REASONS: Final = 2  # findings that stand in an empty list: it shall be read at a glance
OPENS: Final = "“Details …” shows the command that opens it."
_QUIET: Final = "no-rooms"  # says no more than the empty list does


class Outcome(Struct, frozen=True):
    """Of one run. shareable: its report as text, with nothing private in it. complete: it was not stopped before its
    end."""

    report: Report
    shareable: str
    complete: bool = True


class CheckModel:
    """One run at a time. server: the one that is tested; empty: the network is. steps: what was done in this run, the
    last of them now. outcome: what came of it; None: it runs, or failed (problem says why), or was never asked for.
    complaint: what is wrong with the server that was typed."""

    def __init__(self) -> None:
        self.server = ""
        self.running = self.stopping = False
        self.steps: tuple[str, ...] = ()
        self.outcome: Outcome | None = None
        self.problem = self.complaint = ""
        self.looked = False  # into the network, since the last room answered
        self._network: Outcome | None = None  # what that showed
        self._stale = False  # what runs began before something changed

    # What happens

    def begin(self, server: str = "") -> None:
        if self.running and not self.server:
            self.looked = False  # it is broken off for this one
        self.server, self.running, self.stopping = server, True, False
        self.steps, self.outcome = (), None
        self.problem = self.complaint = ""
        self._stale = False

    def tell(self, step: str) -> None:
        self.steps += (step,)

    def stop(self) -> None:
        """It ends soon, with what it saw until then."""
        self.stopping = self.running

    def finish(self, outcome: Outcome) -> None:
        self.running = self.stopping = False
        self.outcome = outcome
        if not self.server and outcome.complete and not self._stale:
            self._network, self.looked = outcome, True

    def fail(self, sentence: str) -> None:
        """There is no outcome."""
        self.running = self.stopping = False
        self.outcome, self.problem = None, sentence

    def refuse(self, sentence: str) -> None:
        """No server can be called as it was typed; nothing was begun."""
        self.complaint = sentence

    # By itself

    def due(self, *, seen: bool) -> bool:
        """Whether to look into the network now, unasked, since no room answers: once, until it is forgotten. seen:
        somebody looks at the list. True counts as having begun."""
        if self.looked or self.running or not seen:
            return False
        self.looked = True
        return True

    def forget(self) -> None:
        """Rooms answer, or something is different from what it was when we looked."""
        self._network, self.looked, self._stale = None, False, self.running

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why no room answers, in sentences; empty: not known yet."""
        if self._network is None:
            return ()
        report = self._network.report
        problems = [finding for finding in report.findings if finding.level is Level.PROBLEM]
        if not problems:
            notes = [f for f in report.findings if f.level is Level.NOTE and f.code != _QUIET]
            return (report.verdict, *(note.sentence for note in notes[: MAX_REASONS - 1]))
        return tuple(_whole(problem) for problem in problems[:MAX_REASONS])

    @property
    def hint(self) -> str:
        """What is in the way, for one line; empty: nothing that we know of."""
        findings = self._network.report.findings if self._network else ()
        return next((finding.sentence for finding in findings if finding.level is Level.PROBLEM), "")

    # What the panel shows

    def show_network(self) -> bool:
        """What is known of the network, or becomes known by what runs; False: nothing."""
        if self._network is not None and not self.running:
            self.server, self.outcome, self.complaint = "", self._network, ""
        return not self.server and (self.running or self._network is not None)

    @property
    def title(self) -> str:
        return f"Test of {self.server}" if self.server else "Network check"

    @property
    def headline(self) -> str:
        """The verdict, or what is done now. The findings follow it, so it repeats none."""
        if self.stopping:
            return "Stopping …"
        if self.running:
            return self.steps[-1] if self.steps else "Starting …"
        if self.outcome is None:
            return self.problem
        problems = sum(finding.level is Level.PROBLEM for finding in self.findings)
        if not problems or not self.outcome.complete:
            return self.outcome.report.verdict
        return "One thing is in the way:" if problems == 1 else f"{problems} things are in the way:"

    @property
    def findings(self) -> tuple[Finding, ...]:
        return self.outcome.report.findings if self.outcome else ()

    @property
    def level(self) -> Level | None:
        """Of the headline; None: there is no verdict."""
        if self.running or self.outcome is None:
            return None
        if not self.outcome.report.healthy:
            return Level.PROBLEM
        return Level.OK if self.outcome.complete else Level.NOTE


def _whole(finding: Finding) -> str:
    """What is wrong, and what to do; a command is nothing to be read there."""
    return f"{finding.sentence} {OPENS if finding.commands else finding.advice}".rstrip()
