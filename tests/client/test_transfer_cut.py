"""Links that are cut, and a server or a client that is killed, in the middle of a file: it goes on from there, both
ways, and arrives whole. Between hosts of their own network."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from lanchat.client import job, link
from lanchat.client.events import Joined, Progress
from lanchat.discovery import networks
from lanchat.paths import downloads
from lanchat.protocol.frames import Message
from tests.lan import Host, Lan, why_unavailable
from tests.people import Person, ServerProcess
from tests.server.raw_client import wait_until
from tests.torture.bad_lan import CLEAR, BadLan, Weather

pytestmark = pytest.mark.lan
SIZE = 200_000_000  # bytes: a second or two
SOME = SIZE // 20  # bytes, after which it is cut
GETTER = """
import sys
from lanchat.client import Client, Profile
from lanchat.client.events import Page
with Client(sys.argv[1], "Ben", profile=Profile("ben")) as client:
    for event in client.events:
        if isinstance(event, Page):
            client.get_file(event.entries[-1])
"""


@pytest.fixture(autouse=True)
def soon_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link, "PING_AFTER", 0.3)
    monkeypatch.setattr(link, "SILENCE", 1.0)
    monkeypatch.setattr(networks, "POLL", 0.2)
    monkeypatch.setattr(job, "TELL_EVERY", 0.0)  # each piece is told, so that nothing is over before it is cut


def film(folder: Path, size: int = SIZE) -> Path:
    path = folder / "film"
    path.write_bytes(os.urandom(1_000_000) * (size // 1_000_000))
    return path


def serve(host: Host, data: Path) -> ServerProcess:
    return ServerProcess(data, 5055, host=host.ip, start=host.popen)


def cut(person: Person, transfer: str, some: int, harm: Callable[[], object], mend: Callable[[], object]) -> int:
    """What harms a transfer after so many bytes, and mends it; returns where that goes on, in bytes."""
    person.until(Progress, lambda p: p.id == transfer and p.state == "moving" and p.done > some)
    harm()
    person.until(Progress, lambda p: p.id == transfer and p.state == "waiting")
    mend()
    return person.until(Progress, lambda p: p.id == transfer and p.state == "moving").done


def arrived(person: Person, transfer: str) -> Path:
    over = person.until(Progress, lambda p: p.id == transfer and p.over)
    assert over.state == "done", over.detail
    assert not list(downloads().glob("*.part"))
    return Path(over.path)


def test_the_link_is_cut_while_packets_are_lost(tmp_path: Path) -> None:
    """And come twice, and overtake each other."""
    if reason := why_unavailable():
        pytest.skip(reason)
    source = film(tmp_path, 6_000_000)
    with BadLan(random.Random(5)) as lan:
        nord, sued = lan.host(), lan.host()
        server = serve(nord, tmp_path / "nord")
        cable = partial(sued.link, up=False), partial(sued.link, up=True)
        with sued.network(), Person(server.address, "Ana") as ana:
            ana.until(Joined)
            lan.weather = Weather(loss=0.02, delay=0.004, twice=0.02)
            assert cut(ana, ana.client.send_file(source), 2_000_000, *cable) > 0
            down = ana.client.get_file(ana.until(Message))
            assert cut(ana, down, 2_000_000, *cable) > 2_000_000
            path = arrived(ana, down)
            lan.weather = CLEAR
        server.close()
        assert min(lan.lost, lan.repeated) > 40
    assert path.read_bytes() == source.read_bytes()


def test_the_server_is_killed(lan: Lan, tmp_path: Path) -> None:
    source = film(tmp_path)
    nord, sued = lan.host(), lan.host()
    servers = [serve(nord, tmp_path / "nord")]

    power = lambda: servers[-1].kill(), lambda: servers.append(servers[-1].again())
    with sued.network(), Person(servers[0].address, "Ana") as ana:
        ana.until(Joined)
        assert cut(ana, ana.client.send_file(source), SOME, *power) > 0
        down = ana.client.get_file(ana.until(Message))
        assert cut(ana, down, SOME, *power) > SOME
        assert arrived(ana, down).read_bytes() == source.read_bytes()
    servers[-1].close()


def test_the_client_is_killed(lan: Lan, tmp_path: Path) -> None:
    """Who sends the file again, or gets it again, does not begin anew."""
    source = film(tmp_path)
    nord, sued = lan.host(), lan.host()
    server = serve(nord, tmp_path / "nord")

    def kill(command: list[str], folder: Path) -> int:
        """A program of sued's, once it has brought some; how many bytes that were."""
        process = sued.popen([sys.executable, *command])
        parts: list[Path] = []
        wait_until(lambda: parts.extend(p for p in folder.glob("*") if p.stat().st_size > SOME) or parts)
        process.kill()
        process.wait()
        size = int(parts[0].stat().st_size)
        assert size < SIZE, "it was in the middle"
        return size

    sending = ["-m", "lanchat", "--profile", "ana", "send", server.address, "--file", str(source), "--nick", "Ana"]
    up = kill(sending, server.data / "files" / "part")
    with sued.network(), Person(server.address, "Ana") as ana:
        ana.client.send_file(source)
        assert ana.until(Progress, lambda p: p.state == "moving").done >= up
        message = ana.until(Message)
    down = kill(["-c", GETTER, server.address], downloads())
    with sued.network(), Person(server.address, "Ben") as ben:
        transfer = ben.client.get_file(message)
        assert ben.until(Progress, lambda p: p.state == "moving").done >= down
        assert arrived(ben, transfer).read_bytes() == source.read_bytes()
    server.close()
