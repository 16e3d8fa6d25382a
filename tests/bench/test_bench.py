"""The bench works: in its short form it measures all of it, and it refuses figures of what does not do its job."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.bench.crowd import Crowd
from tests.bench.dialects import LANCHAT
from tests.bench.figure import FASTEST, OURS, Figure, Goal, Refused, Sample, Table
from tests.bench.servers import TREE, Running

HARMS: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "lost": lambda lines: lines[1:],
    "doubled": lambda lines: [lines[0], *lines],
    "turned round": lambda lines: lines[::-1],
    "damaged": lambda lines: [lines[0].replace(b"quick", b"slow!"), *lines[1:]],
    "under another name": lambda lines: [lines[0].replace(b"u0000", b"u0001"), *lines[1:]],
}


class Faulty:
    """Says what it hears to two members, as our server would, but for what `harm` does to it for some of them."""

    def __init__(self, harm: Callable[[list[bytes]], list[bytes]], harmed: int) -> None:
        self._harm, self._harmed = harm, harmed
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.running = Running(self._listener.getsockname()[1], 0, LANCHAT)
        self._thread = threading.Thread(target=self._run, name="test-faulty")
        self._thread.start()

    def _run(self) -> None:
        socks = []
        for _ in range(2):
            sock, _ = self._listener.accept()
            sock.recv(1000)
            sock.sendall(b'{"type":"welcome"}\n')
            socks.append(sock)
        for sock in socks:
            cry = b'{"nick":"u0000",' + sock.recv(1000).split(b",", 2)[2]
            for other in socks:
                other.sendall(cry)
        said = b""
        while said.count(b"\n") < 3:
            said += socks[0].recv(10_000)
        lines = [b'{"nick":"u0000",' + line.split(b",", 2)[2] + b"\n" for line in said.splitlines()]
        for sock in socks[: self._harmed]:
            sock.sendall(b"".join(self._harm(lines)))
        for sock in socks[self._harmed :]:
            sock.sendall(b"".join(lines))
        for sock in socks:
            sock.recv(1)
            sock.close()

    def __enter__(self) -> Running:
        return self.running

    def __exit__(self, *_: object) -> None:
        self._thread.join()
        self._listener.close()


def hear(server: Running) -> int:
    with Crowd(server, 2, 1) as crowd:
        crowd.join()
        crowd.settle()
        crowd.say(3)
        crowd.finish(patience=0.5)
        return len(crowd.latencies())


def test_what_arrives_whole_counts() -> None:
    with Faulty(lambda lines: lines, 0) as server:
        assert hear(server) == 0  # nobody asked for times


@pytest.mark.parametrize("harmed", [1, 2])
@pytest.mark.parametrize("harm", HARMS)
def test_no_figure_comes_of_what_does_harm(harm: str, harmed: int) -> None:
    with Faulty(HARMS[harm], harmed) as server, pytest.raises(Refused):
        hear(server)


def test_goals_look_at_the_fastest_peer_of_the_same_rounds() -> None:
    figure = Figure("deliveries", "a second", more=True, goals=(Goal(2, FASTEST), Goal(0.8, "bare")))
    found = {OURS: (40, 60, 50), "ngircd": (10, 30, 20), "inspircd": (5, 5, 5), "bare": (100, 100, 50)}
    samples = [Sample(n, figure.key, who, value) for who, values in found.items() for n, value in enumerate(values)]
    table = Table([figure], samples)
    assert table.verdict(figure, figure.goals[0]) == ("ngircd", 2.5, True)  # 4, 2 and 2.5: not 50/20 by chance alone
    assert table.verdict(figure, figure.goals[1]) == ("bare", 0.6, False)
    assert "MISSED" in "\n".join(table.lines())
    assert table.compared("ngircd", OURS)[1].endswith("2.500")


@pytest.mark.display
def test_its_short_form_measures_everything(tmp_path: Path, display: str) -> None:
    """Nothing here depends on how long anything takes."""
    told = tmp_path / "found.json"
    command = [sys.executable, "-m", "tests.bench", "--short", "--display", display, "--json", str(told)]
    done = subprocess.run(command, cwd=TREE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(told.read_text())
    assert not found["refused"]
    assert found["commits"]
    measured = {key.split(",")[0].split(":")[0] for key in found["figures"]}
    assert measured == {
        *("delivery", "latency", "slow reader", "join", "growth", "journal", "client"),
        *("start", "idle", "file", "wire", "hostile"),
    }
