"""Hosts with one fault each, and the real command on them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.lan import Host, Lan, repository, why_unavailable

PATIENCE = 60.0  # s that a check may take on a busy machine; it takes 4


class Checked(NamedTuple):
    code: int
    report: dict[str, Any]

    @property
    def problems(self) -> list[str]:
        return self._codes("problem")

    @property
    def notes(self) -> list[str]:
        """What a container says of itself left out: the tests may run in one."""
        return [code for code in self._codes("note") if code != "container"]

    def _codes(self, level: str) -> list[str]:
        return [finding["code"] for finding in self.report["findings"] if finding["level"] == level]

    def __getitem__(self, code: Any) -> Any:
        """The finding of this code."""
        return next(finding for finding in self.report["findings"] if finding["code"] == code)


def start(host: Host, *arguments: str, before: tuple[str, ...] = (), home: Path | None = None) -> subprocess.Popen[str]:
    """`lanchat doctor` on a host. before: what runs it."""
    data = str(home or f"/run/{host.name}")  # the host's own
    command = ["env", f"LANCHAT_HOME={data}", *before, sys.executable, "-m", "lanchat", "doctor", *arguments]
    return host.popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=repository())


def end(process: subprocess.Popen[str]) -> Checked:
    out, err = process.communicate(timeout=PATIENCE)
    assert out, err
    return Checked(process.returncode, json.loads(out))


def doctor(host: Host, *arguments: str, **options: Any) -> Checked:
    return end(start(host, *arguments, "--json", **options))


@pytest.fixture
def lan() -> Iterator[Lan]:
    if reason := why_unavailable():
        pytest.skip(reason)
    with Lan() as lan:
        yield lan
