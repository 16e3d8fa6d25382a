"""The command: measures what is named, or everything, prints the table, writes JSON, compares two commits."""

from __future__ import annotations

import argparse
import contextlib
import json
import resource
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.bench import (
    client,
    delivery,
    growth,
    hostile,
    idle,
    join,
    journal,
    latency,
    machine,
    run,
    servers,
    slow_reader,
    start,
    transfer,
    wire,
)
from tests.bench.figure import Table
from tests.bench.run import Found, Measure, Run
from tests.gui.display import missing, own_display

MEASURES: Final[dict[str, Measure]] = {
    "delivery": delivery,
    "latency": latency,
    "slow_reader": slow_reader,
    "join": join,
    "growth": growth,
    "journal": journal,
    "client": client,
    "start": start,
    "idle": idle,
    "transfer": transfer,
    "wire": wire,
    "hostile": hostile,
}
ROUNDS: Final = 3


def main(arguments: list[str]) -> int:
    options = _options(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started ends with us
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    measures = {name: MEASURES[name] for name in options.names or MEASURES}
    rounds = options.rounds or (1 if options.short else ROUNDS)
    with contextlib.ExitStack() as stack:
        # One for all: Tk, which looks for the window manager, keeps its connection to a display for good
        own = not options.display and not missing()
        display = stack.enter_context(own_display()) if own else options.display
        if options.compare:
            old, new = options.compare
            trees = {label: stack.enter_context(_tree(label)) for label in (old, new)}
            runs = {label: Run(tree, display, options.short, beside=False) for label, tree in trees.items()}
            found = run.compare(measures, runs, rounds)
            table = Table(run.figures(measures), found.samples)
            lines, commits = table.compared(old, new), [machine.commit(tree) for tree in trees.values()]
        else:
            peers = [] if options.short else servers.installed()
            found = run.rounds(measures, Run(servers.TREE, display, options.short, peers=peers), rounds)
            table = Table(run.figures(measures), found.samples)
            lines, commits = table.lines(), [machine.commit(servers.TREE)]
    print("\n".join([*lines, *(f"REFUSED: {line}" for line in found.refused)]))
    if options.json:
        _write(options.json, table, found, commits)
    return 1 if found.refused else 0


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*MEASURES, []], metavar="NAME", help=f"of {', '.join(MEASURES)}")
    parser.add_argument("--short", action="store_true", help="to see that it works: no figure of it is worth anything")
    parser.add_argument("--display", default="", metavar="NAME", help="for windows (default: one of its own, by Xvfb)")
    parser.add_argument("--rounds", type=int, help=f"how often everything is measured ({ROUNDS})")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where to write what was found")
    parser.add_argument("--compare", nargs=2, metavar="REV", help="two commits by turns, instead of what is beside")
    return parser.parse_args(arguments)


@contextlib.contextmanager
def _tree(revision: str) -> Iterator[Path]:
    """The sources of a commit, for as long as they are measured; “.”: these here as they stand."""
    if revision == ".":
        yield servers.TREE
        return
    git = ["git", "-C", str(servers.TREE), "worktree"]
    with tempfile.TemporaryDirectory(prefix="lanchat-bench-") as folder:
        place = Path(folder) / "tree"
        subprocess.run([*git, "add", "--quiet", "--detach", str(place), revision], check=True)
        try:
            yield place
        finally:
            subprocess.run([*git, "remove", "--force", str(place)], check=True)


def _write(path: Path, table: Table, found: Found, commits: list[str]) -> None:
    told = {
        "machine": machine.facts(),
        "versions": servers.versions(),
        "commits": commits,
        "figures": table.as_json(),
        "refused": found.refused,
    }
    path.write_text(json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
