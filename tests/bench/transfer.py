"""How fast a file goes up and comes down (TLS, SHA-256 at both ends), beside a bare copy by TLS; and what that does to
the talk: 50 messages a second to 10 members."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from tests.bench import servers
from tests.bench.crowd import Crowd
from tests.bench.figure import OURS, Figure, Goal, Refused, percentile
from tests.bench.machine import HERE, THERE, on_core, quiet
from tests.bench.run import Run, Trial
from tests.people import free_port

MIB: Final = 1024 * 1024
SIZE: Final = 512 * MIB  # bytes
BARE: Final = "a bare copy by TLS"
ALONE: Final = "without files"
UP: Final = "file, up"
DOWN: Final = "file, down"
BESIDE: Final = "file, chat p99 beside it"
FIGURES: Final = (
    Figure(UP, "MiB a second", more=True, goals=(Goal(0.5, BARE),)),
    Figure(DOWN, "MiB a second", more=True, goals=(Goal(0.5, BARE),)),
    Figure(BESIDE, "ms", goals=(Goal(2, ALONE),)),
)
_FOLDER: Final = "/dev/shm" if os.path.isdir("/dev/shm") else None  # the disk is not what is measured


def trials(run: Run) -> Iterator[Trial]:
    size = run.many(SIZE, MIB)
    with tempfile.TemporaryDirectory(prefix="lanchat-bench-", dir=_FOLDER) as text:
        folder = Path(text)
        file = folder / "file"
        file.write_bytes(os.urandom(MIB) * (size // MIB))
        if run.beside:
            yield Trial(BARE, partial(_bare, folder, file))
            yield Trial(ALONE, partial(_chat, run, folder, None))
        yield Trial(OURS, partial(_moved, run, folder, file))
        yield Trial(OURS, partial(_chat, run, folder, file))


def _rate(file: Path, seconds: float) -> float:
    return file.stat().st_size / MIB / seconds


def _bare(folder: Path, file: Path) -> Mapping[str, float]:
    certificate, key = servers.certificate(folder)
    program, port = str(servers.TREE / "tests/bench/tls_copy.py"), str(free_port())
    more = (str(certificate), str(key))
    with on_core(THERE):
        receiver = subprocess.Popen(
            [sys.executable, program, "receive", port, str(folder / "copy"), *more], stdout=subprocess.PIPE, text=True
        )
    assert receiver.stdout is not None
    with receiver, on_core(HERE):
        receiver.stdout.readline()
        subprocess.run([sys.executable, program, "send", port, str(file), *more], check=True)
        took = float(receiver.stdout.readline())
    if (folder / "copy").stat().st_size != file.stat().st_size:
        raise Refused("the copy is cut")
    (folder / "copy").unlink()
    return {UP: _rate(file, took), DOWN: _rate(file, took)}


def _start(run: Run, port: int, folder: Path, file: Path) -> subprocess.Popen[str]:
    program = str(servers.TREE / "tests/bench/mover.py")
    return subprocess.Popen(
        [sys.executable, program, f"127.0.0.1:{port}", str(file), str(folder / "down")],
        stdout=subprocess.PIPE,
        text=True,
        cwd=run.tree,
        env=servers.environment(run.tree, folder / "home"),
    )


def _moved(run: Run, folder: Path, file: Path) -> Mapping[str, float]:
    with tempfile.TemporaryDirectory(dir=folder) as text, servers.lanchat(run.tree, 10, Path(text) / "room") as server:
        with on_core(HERE), _start(run, server.port, Path(text), file) as mover:
            out, _ = mover.communicate()
        if mover.returncode:
            raise Refused("the file did not arrive")
        took = json.loads(out)
        return {UP: _rate(file, took["up"]), DOWN: _rate(file, took["down"])}


def _chat(run: Run, folder: Path, file: Path | None) -> Mapping[str, float]:
    """p99 of the talk; with a file, while it goes up and down."""
    with contextlib.ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=folder)))
        server = stack.enter_context(servers.lanchat(run.tree, 20, place / "room"))
        stack.enter_context(on_core(HERE))
        stack.enter_context(quiet())
        crowd = stack.enter_context(Crowd(server, 10, 1, tls=True))
        crowd.join()
        crowd.settle()
        if file is None:
            crowd.speak(50, run.some(6, 0.3))
        else:
            mover = stack.enter_context(_start(run, server.port, place, file))
            crowd.speak(50, 0, lambda: mover.poll() is None)
        crowd.finish()
        return {BESIDE: 1000 * percentile(crowd.latencies(), 99)}
