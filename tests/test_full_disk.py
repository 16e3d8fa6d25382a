"""A server whose disk is really full: nothing is acknowledged that is not stored, reading goes on, and it heals."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from lanchat.client import sending
from lanchat.client.events import Error, Joined, Page
from lanchat.journal import Journal
from lanchat.protocol.limits import Code
from lanchat.server import limits
from tests.lan import why_unavailable
from tests.people import PATIENCE, Person, ServerProcess

pytestmark = pytest.mark.lan
SIZE = 20  # MiB: little more than the server leaves alone


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own."""
    if reason := why_unavailable("mount"):
        pytest.skip(reason)
    place = tmp_path / "disk"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}m", "tmpfs", place], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", place], check=True)


def fill(place: Path, leave: int) -> Path:
    """Takes all the room there is, but for `leave` bytes."""
    ballast = place / "ballast"
    with open(ballast, "wb", buffering=0) as file, suppress(OSError):
        while shutil.disk_usage(place).free > leave:
            file.write(b"x" * 4096)
    return ballast


@pytest.mark.parametrize("leave", [0, limits.FREE_DISK - 4096])
def test_a_full_disk_delays_and_loses_nothing(leave: int, disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "STORE_AGAIN", 0.2)
    said = [f"{n} " + "x" * 2000 for n in range(60)]
    with ServerProcess(disk / "room") as server:
        with Person(server.address, "Ana") as ana, Person(server.address, "Ben") as ben:
            for person in (ana, ben):
                person.until(Joined)
            ana.client.say("before")
            ben.until_said("before")
            ballast = fill(disk, leave)
            for text in said:
                ana.client.say(text)
            ana.until(Error, lambda error: error.code == Code.NOT_STORED)
            with Person(server.address, "Cid") as newcomer:
                assert newcomer.until(Page).entries[0].text == "before"
            assert not ana.client.flush(1.0)
            ballast.unlink()
            assert ana.client.flush(PATIENCE)
            ben.until_said(said[-1])
            assert ben.texts[-len(said) :] == said
            assert [entry.seq for entry in ben.entries if entry.seq > 1] == [*range(2, len(said) + 2)]
        server.close()
        journal = Journal.open(disk / "room" / "journal.db")
        assert [entry.text for entry in journal.after("lobby", 0, 1000, 1000)] == ["before", *said]
        journal.close()
