"""Measures what docs/benchmarks.md tells: `python -m tests.figures [window] [memory] [hostile] [networks]`.

Each figure is the median of several runs. Read ratios, not times: machines differ, and so do moments.
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from lanchat.server.limits import DEFAULT_RATE
from tests.attackers import KINDS, attack, member
from tests.discovery.matrix import networks
from tests.people import ServerProcess, resident
from tests.quiet import Quiet, percentile

RUNS = 7
CLIENTS = 300
CALM = 6.0  # s
ROUNDS = 3
USUAL = ("--rate-limit", str(DEFAULT_RATE))
_BARE = "import time; t = time.perf_counter(); import tkinter; r = tkinter.Tk(); r.geometry('1040x720'); r.update(); "
_OURS = """
import time; t = time.perf_counter()
import os, tkinter
def painted(root, n=0):
    root.update(); print(time.perf_counter() - t, flush=True); os._exit(0)
tkinter.Misc.mainloop = painted
from lanchat.gui import open_window
open_window()
"""


def window() -> None:
    """From the interpreter's first line to the painted window, in ratio to a bare Tk window of the same size."""
    from tests.gui.display import own_display

    with own_display() as display:
        environment = {**os.environ, "DISPLAY": display}
        scripts = {"bare": _BARE + "print(time.perf_counter() - t)", "ours": _OURS}
        times: dict[str, list[float]] = {name: [] for name in scripts}
        for _ in range(RUNS):
            for name, script in scripts.items():
                with tempfile.TemporaryDirectory() as home:
                    out = subprocess.run(
                        [sys.executable, "-c", script],
                        env={**environment, "LANCHAT_HOME": home},
                        capture_output=True,
                        text=True,
                        check=True,
                    )
                times[name].append(float(out.stdout))
    bare, ours = statistics.median(times["bare"]), statistics.median(times["ours"])
    print(f"window: {ours * 1000:.0f} ms, bare Tk {bare * 1000:.0f} ms, ratio {ours / bare:.2f}")


def memory() -> None:
    """The server's memory for each idle TLS member: RSS with CLIENTS of them, less RSS before."""
    with tempfile.TemporaryDirectory() as data:
        command = [sys.executable, "-m", "lanchat", "serve", "--host", "127.0.0.1", "--port", "0", "--data", data]
        server = subprocess.Popen(
            [*command, "--max-clients", str(CLIENTS)], stdout=subprocess.PIPE, text=True, env=os.environ
        )
        try:
            assert server.stdout is not None
            match = re.search(r"port (\d+)", server.stdout.readline())
            assert match is not None
            channels = [member(int(match[1]), "warm-up")]
            before = resident(server.pid)
            channels += [member(int(match[1]), f"u{n}") for n in range(CLIENTS - 1)]
            grown = (resident(server.pid) - before) / (CLIENTS - 1)
            print(f"memory: {grown:.0f} KiB for each idle TLS member ({CLIENTS} of them)")
            for channel in channels:
                channel.close()
        finally:
            server.terminate()
            server.wait()


def hostile() -> None:
    """What each attack does to ten quiet members, and to the server's memory. The server has a core of its own, and
    the attackers yield to the members on the other one: what is measured is the server."""
    here, there = sorted(os.sched_getaffinity(0))[:2]
    with tempfile.TemporaryDirectory() as folder, ServerProcess(Path(folder) / "room", 0, *USUAL) as server:
        os.sched_setaffinity(server.pid, {there})
        os.sched_setaffinity(0, {here})
        quiet = Quiet(server.port)
        quiet.talk(CALM)
        for kind in KINDS:
            calm, hurt, before = [], [], resident(server.pid)
            for _ in range(ROUNDS):
                calm += quiet.talk(CALM)
                with attack(kind, server.port) as attacker:
                    os.setpriority(os.PRIO_PROCESS, attacker, 19)
                    hurt += quiet.talk(CALM)
                    during = resident(server.pid)
            quiet.talk(CALM)
            told = [f"p{p} {percentile(calm, p):.1f} -> {percentile(hurt, p):.1f} ms" for p in (50, 99)]
            memory = [f"{kib / 1024:.1f}" for kib in (before, during, resident(server.pid))]
            print(f"{kind:15} {', '.join(told)}; memory {' -> '.join(memory)} MiB", flush=True)
        quiet.close()


if __name__ == "__main__":
    wanted = sys.argv[1:] or ["window", "memory"]
    for figure in wanted:
        {"window": window, "memory": memory, "hostile": hostile, "networks": networks}[figure]()
