"""Programs that look for a server, on each network of the table: how long until the first row.

`python -m tests.discovery.matrix` (as root) prints what docs/benchmarks.md shows. Each run is a new process, timed
from its start; the server has said all that it says when it starts, and nobody asked before.
"""

from __future__ import annotations

import json
import selectors
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import IO, Final, NamedTuple

from tests.discovery.conftest import serve
from tests.discovery.networks import NETWORKS, Heard, Network
from tests.lan import Host, repository

RUNS: Final = 5
PATIENCE: Final = 5.0  # s for one run
SETTLED: Final = 4.0  # s after its start when a server has announced itself for the last time
PAUSE: Final = 2.5  # s between two runs: mDNS says nothing twice within 1 s to all, our beacon nothing within 2 s
ENOUGH: Final = 2  # runs without a row, and with none before, that stand for all

_ZEROCONF: Final = """
import queue, zeroconf
names = queue.Queue()
zc = zeroconf.Zeroconf()
browser = zeroconf.ServiceBrowser(zc, "_lanchat._tcp.local.", handlers=[lambda name, **_: names.put(name)])
while True:
    info = zc.get_service_info("_lanchat._tcp.local.", names.get())
    if info and info.parsed_addresses():
        print(info.name, info.parsed_addresses(), info.port, flush=True)
"""


def _ours(line: str) -> Heard:
    rooms = json.loads(line)
    if not rooms:
        return Heard.NO
    return Heard.GREY if rooms[0]["latency_ms"] is None else Heard.YES


class Program(NamedTuple):
    """heard: what a line of its output says. before: what it needs on its machine, anew for each run."""

    name: str
    command: list[str]
    heard: Callable[[str], Heard]
    before: Callable[[Host], object] = id


def _fresh_avahi(host: Host) -> None:
    host.stop_avahi()  # which remembers what it has heard
    host.start_avahi()


PROGRAMS: Final = (
    Program("lanchat find", [sys.executable, "-m", "lanchat", "find", "--watch", "--json"], _ours),
    Program("python-zeroconf", [sys.executable, "-c", _ZEROCONF], lambda _: Heard.YES),
    Program(
        "avahi-browse",
        ["avahi-browse", "-rp", "_lanchat._tcp"],
        lambda line: Heard.YES if line.startswith("=") else Heard.NO,
        _fresh_avahi,
    ),
)


def networks() -> None:
    """The table, as Markdown."""
    names = [program.name for program in PROGRAMS]
    print("| the network |", " | ".join(names), "|\n|---|" + "---|" * len(names))
    for network in NETWORKS:
        print(f"| {network.name} |", " | ".join(_row(network)), "|", flush=True)


def _row(network: Network) -> list[str]:
    with network.build() as lan:
        nord, sued = lan.host("nord"), lan.host("sued")
        network.prepare(lan, nord, sued)
        serve(nord, "Nord")
        time.sleep(SETTLED)
        runs: dict[str, list[tuple[Heard, float]]] = {program.name: [] for program in PROGRAMS}
        for number in range(RUNS):
            for program in PROGRAMS:  # beside each other: the machine may do other work for a while
                so_far = [heard for heard, _ in runs[program.name]]
                if number < ENOUGH or Heard.YES in so_far:
                    time.sleep(PAUSE)
                    program.before(sued)
                    runs[program.name].append(_time(program, sued))
        return [_cell(tries) for tries in runs.values()]


def _cell(tries: list[tuple[Heard, float]]) -> str:
    times = [took for heard, took in tries if heard is Heard.YES]
    if not times:
        return str(max((heard for heard, _ in tries), key=[Heard.NO, Heard.GREY].index))
    return f"{statistics.median(times):.2f} s" + (
        f" ({len(times)} of {len(tries)} runs)" if len(times) < len(tries) else ""
    )


def _time(program: Program, host: Host) -> tuple[Heard, float]:
    """What it shows, and after how many seconds."""
    start = time.monotonic()
    with host.popen(
        program.command,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=repository(),
        env={**host.environment(), "LANCHAT_HOME": "/run/lanchat"},
        text=False,
        bufsize=0,
    ) as process:
        try:
            assert process.stdout is not None
            return _await_row(process.stdout, program.heard, start)
        finally:
            process.kill()


def _await_row(output: IO[bytes], heard: Callable[[str], Heard], start: float) -> tuple[Heard, float]:
    best, text = Heard.NO, b""
    with selectors.DefaultSelector() as selector:
        selector.register(output, selectors.EVENT_READ)
        while (left := start + PATIENCE - time.monotonic()) > 0 and best is not Heard.YES:
            if selector.select(left):
                text += output.read(65536)
                *lines, text = text.split(b"\n")
                seen = {heard(line.decode()) for line in lines}
                best = Heard.YES if Heard.YES in seen else Heard.GREY if Heard.GREY in seen else best
    return best, time.monotonic() - start


if __name__ == "__main__":
    networks()
