"""The machine on which is measured: its cores, what a process costs on it, and what to tell of it beside figures."""

from __future__ import annotations

import contextlib
import gc
import os
import platform
import sqlite3
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.people import resident

__all__ = ["HERE", "THERE", "commit", "cpu_time", "facts", "on_core", "quiet", "resident", "share"]

_CORES: Final = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
THERE: Final = _CORES[0] if len(_CORES) > 1 else None  # the server's core; None: there is only one, or no pinning
HERE: Final = _CORES[1] if len(_CORES) > 1 else None  # of whoever measures


@contextlib.contextmanager
def on_core(core: int | None) -> Iterator[None]:
    """What is started meanwhile runs on this core, all of its threads from the first on."""
    if core is None:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """No pauses of our own collector meanwhile."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def cpu_time(pid: int) -> float:
    """s of the processor that a process used so far, user and system, ended threads included (clock of Linux)."""
    return time.clock_gettime(~pid << 3 | 2)


def share(pid: int, seconds: float) -> float:
    """% of a core that a process uses in so many seconds from now."""
    begun, used = time.perf_counter(), cpu_time(pid)
    time.sleep(seconds)
    return 100 * (cpu_time(pid) - used) / (time.perf_counter() - begun)


def commit(tree: Path) -> str:
    """Which commit a tree is, with + where something was changed."""
    git = ["git", "-C", str(tree), "describe", "--always", "--dirty=+", "--abbrev=9"]
    return subprocess.run(git, capture_output=True, text=True, check=False).stdout.strip() or "unknown"


def facts() -> dict[str, object]:
    model = ""
    with contextlib.suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next((line.split(": ")[1] for line in lines if line.startswith("model name")), "")
    return {
        "when": time.strftime("%Y-%m-%d %H:%M"),
        "processor": model,
        "cores": len(_CORES) or os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "openssl": ssl.OPENSSL_VERSION,
        "sqlite": sqlite3.sqlite_version,
        "load": os.getloadavg()[0],
    }
