"""docs/doctor.md names every finding, and none that does not exist."""

from __future__ import annotations

import re
from pathlib import Path

from lanchat.doctor.judge import judge
from tests.doctor.test_host import STEPS
from tests.doctor.test_judge import FAULTS, HEALTHY_ONES

DOCUMENT = (Path(__file__).parents[2] / "docs" / "doctor.md").read_text(encoding="utf-8")


def codes(heading: str) -> set[str]:
    """Those of the first column of the table below a heading."""
    section = DOCUMENT.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return {
        code for row in re.findall(r"^\| (`[^|]*)\|", section, re.MULTILINE) for code in re.findall(r"`(.*?)`", row)
    }


def test_every_finding_is_explained() -> None:
    facts = [*HEALTHY_ONES.values(), *(fault[0] for fault in FAULTS.values())]
    assert codes("What it finds") == {finding.code for each in facts for finding in judge(each).findings}


def test_every_step_is_explained() -> None:
    assert codes("One server") == set(STEPS)
