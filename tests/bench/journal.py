"""How the journal's cost grows with its length: to append, to read the newest page, and any page."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from tests.bench import servers
from tests.bench.figure import OURS, Figure, Goal
from tests.bench.machine import THERE, on_core
from tests.bench.run import Run, Trial

SIZES: Final = (100_000, 1_000_000, 10_000_000)  # entries
FEWEST: Final = "100,000 entries"
FIGURES: Final = tuple(
    figure
    for size in SIZES
    for figure in (
        Figure(f"journal, {size:,}: append", "us each", goals=(Goal(1.5, FEWEST),) if size > SIZES[0] else ()),
        Figure(f"journal, {size:,}: newest page", "ms", goals=(Goal(5),)),
        Figure(f"journal, {size:,}: any page, the slowest of 100", "ms", goals=(Goal(20),)),
    )
)


def trials(run: Run) -> Iterator[Trial]:
    found: dict[str, float] = {}
    yield Trial(OURS, partial(_grow, run, found))
    fewest = found.get(f"journal, {SIZES[0]:,}: append")
    if run.beside and fewest is not None:
        yield Trial(FEWEST, lambda: {f"journal, {size:,}: append": fewest for size in SIZES[1:]})


def _grow(run: Run, found: dict[str, float]) -> Mapping[str, float]:
    program = str(servers.TREE / "tests/bench/grower.py")
    with tempfile.TemporaryDirectory(prefix="lanchat-bench-") as folder, on_core(THERE):
        sizes = [str(run.many(size, size // 100)) for size in SIZES]
        command = [sys.executable, program, folder, *sizes]
        environment = servers.environment(run.tree, Path(folder))
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, cwd=run.tree, env=environment, check=True)
    for size, line in zip(SIZES, done.stdout.splitlines(), strict=True):
        told = json.loads(line)
        found[f"journal, {size:,}: append"] = told["append"]
        found[f"journal, {size:,}: newest page"] = told["newest"]
        found[f"journal, {size:,}: any page, the slowest of 100"] = told["anywhere"]
    return found
