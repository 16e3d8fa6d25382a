"""A report as text and for programs."""

from __future__ import annotations

import json

from lanchat.doctor.report import Finding, Level, Report, by_weight

FINDINGS = (
    Finding("fine", "a", Level.OK, "All is fine."),
    Finding("bad", "b", Level.PROBLEM, "It is closed.", "Open it:", ("sudo open it", "sudo reload")),
)


def test_the_verdict_is_on_top_and_commands_stand_alone() -> None:
    assert Report("Closed.", by_weight(FINDINGS)).lines() == [
        "Closed.",
        "",
        "PROBLEM It is closed.",
        "        Open it:",
        "            sudo open it",
        "            sudo reload",
        "ok      All is fine.",
    ]


def test_programs_get_the_same() -> None:
    said = json.loads(json.dumps(Report("Closed.", FINDINGS).as_dict()))
    assert (said["healthy"], said["verdict"]) == (False, "Closed.")
    assert said["findings"][1] == {
        "code": "bad",
        "area": "b",
        "level": "problem",
        "sentence": "It is closed.",
        "advice": "Open it:",
        "commands": ["sudo open it", "sudo reload"],
    }
    assert Report("", FINDINGS[:1]).healthy
