"""A link that is cut and a server that is killed in the middle of a file: it goes on from there, and arrives whole."""

from __future__ import annotations

import os
import random
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lanchat.client import link
from lanchat.client.events import Joined, Lost, Progress
from lanchat.discovery import networks
from lanchat.protocol.frames import Message
from tests.lan import Host, Lan, repository, why_unavailable
from tests.people import Person
from tests.torture.bad_lan import CLEAR, BadLan, Weather

pytestmark = pytest.mark.lan
SIZE = 200_000_000  # bytes: a second or two


@pytest.fixture
def lan() -> Iterator[Lan]:
    if reason := why_unavailable():
        pytest.skip(reason)
    with Lan() as lan:
        yield lan


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link, "PING_AFTER", 0.3)
    monkeypatch.setattr(link, "SILENCE", 1.0)
    monkeypatch.setattr(networks, "POLL", 0.2)


def serve(host: Host, data: Path) -> int:
    """A server on `host`, once it listens; its process id."""
    command = [sys.executable, "-m", "lanchat", "serve", "--name", "Nord", "--data", str(data), "--no-mdns"]
    process = host.popen(command, stdout=-1, cwd=repository())
    assert process.stdout is not None
    assert "is open" in process.stdout.readline()
    return process.pid


def test_a_cut_and_a_kill_half_way(lan: Lan, tmp_path: Path) -> None:
    source = tmp_path / "film"
    source.write_bytes(os.urandom(1_000_000) * (SIZE // 1_000_000))
    nord, sued = lan.host(), lan.host()
    pid = serve(nord, tmp_path / "nord")
    with sued.network():
        ana = Person(f"{nord.ip}:5055", "Ana")
        ana.until(Joined)
        up = ana.client.send_file(source)
        ana.until(Progress, lambda p: p.state == "moving" and p.done > SIZE // 20)
        sued.link(up=False)
        ana.until(Lost)
        sued.link(up=True)
        resumed = ana.until(Progress, lambda p: p.id == up and p.state == "moving")
        assert resumed.done > SIZE // 20
        said = ana.until(Message)
        down = ana.client.get_file(said)
        ana.until(Progress, lambda p: p.id == down and p.state == "moving" and p.done > SIZE // 20)
        os.kill(pid, signal.SIGKILL)
        ana.until(Lost)
        serve(nord, tmp_path / "nord")
        over = ana.until(Progress, lambda p: p.id == down and p.over)
        assert over.state == "done", over.detail
        moved = [p.done for p in ana.heard if isinstance(p, Progress) and p.id == down and p.state == "moving"]
        assert moved == sorted(moved), "nothing was fetched twice"
        ana.client.close()
    assert Path(over.path).read_bytes() == source.read_bytes()


def test_a_file_over_a_network_that_loses_packets(tmp_path: Path) -> None:
    """And repeats them, and overtakes them: it is the same file at the other end, both ways."""
    if reason := why_unavailable():
        pytest.skip(reason)
    source = tmp_path / "plan"
    source.write_bytes(os.urandom(3_000_000))
    with BadLan(random.Random(5)) as lan:
        nord, sued = lan.host(), lan.host()
        serve(nord, tmp_path / "nord")
        with sued.network():
            ana = Person(f"{nord.ip}:5055", "Ana")
            ana.until(Joined)
            lan.weather = Weather(loss=0.03, delay=0.004, twice=0.02)
            ana.client.send_file(source)
            down = ana.client.get_file(ana.until(Message))
            over = ana.until(Progress, lambda p: p.id == down and p.over)
            lan.weather = CLEAR
            ana.client.close()
        assert over.state == "done", over.detail
        assert min(lan.lost, lan.repeated) > 20
    assert Path(over.path).read_bytes() == source.read_bytes()
