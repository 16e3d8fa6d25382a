"""A server whose disk is really full: nothing is acknowledged that is not stored, reading goes on, and it heals."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from lanchat.client import sending
from lanchat.client.events import Error, Joined, Message, Page, Progress
from lanchat.client.landing import Landing
from lanchat.errors import TransferFailed
from lanchat.journal import Journal
from lanchat.protocol.files import File
from lanchat.protocol.limits import Code
from lanchat.server import limits
from tests.lan import why_unavailable
from tests.people import PATIENCE, Person, ServerProcess
from tests.server.conftest import clients, make_key
from tests.server.raw_client import wait_until
from tests.server.test_files import Enter, enter

__all__ = ["clients", "enter", "make_key"]

pytestmark = pytest.mark.lan
MIB = 1024 * 1024
SIZE = 148  # MiB: little more than files leave alone


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
        while (free := shutil.disk_usage(place).free) > leave:
            file.write(bytes(4096 if free < leave + MIB else MIB))
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


def test_a_disk_that_gets_full_half_way_through_a_file(disk: Path, enter: Enter) -> None:
    """Who sends it hears why, the part makes room for the talk, and it gets through once there is room."""
    data = bytes(range(256)) * 8_000  # 2 MB
    with ServerProcess(disk / "room") as server:
        ana = enter(server, "Ana")
        line, go = ana.begin(ana.offer(data)["token"])
        line.send(data[:100_000])
        wait_until(lambda: [p for p in (disk / "room" / "files" / "part").iterdir() if p.stat().st_size])
        ballast = fill(disk, 0)
        line.send(data[100_000:])
        last = line.next()
        assert last is not None
        assert (go["offset"], last["code"]) == (0, "not_stored")
        assert last["detail"] == "The server cannot store the file: its disk is full."
        wait_until(lambda: not list((disk / "room" / "files" / "part").iterdir()))
        assert ana.offer(data)["code"] == "not_stored", "now it is known beforehand"
        ballast.unlink()
        assert ana.upload(data) == {"type": "arrived"}


def test_files_leave_room_for_messages(disk: Path, enter: Enter) -> None:
    """What is offered, and what comes meanwhile, stops far above the point where nothing is stored."""
    data = bytes(range(256)) * 8_000  # 2 MB
    with ServerProcess(disk / "room") as server:
        ana = enter(server, "Ana")
        line, _ = ana.begin(ana.offer(data)["token"])
        line.send(data[:100_000])
        fill(disk, limits.FILES_SPARE[0] + 100_000)
        line.send(data[100_000:])
        last = line.next()
        assert last is not None
        assert last["code"] == "not_stored"
        assert ana.offer(data)["code"] == "not_stored"
        assert shutil.disk_usage(disk).free > 7 * limits.FREE_DISK
        ana.member.tell(kind="say", id="run-1", text="and yet I speak")
        ana.member.until("message", text="and yet I speak")


@pytest.mark.parametrize("piece", [1_000_000, 100])  # bytes; few are not written at once
def test_a_disk_that_gets_full_half_way_through_a_download(disk: Path, piece: int) -> None:
    """Whoever gets it hears why, and it goes on once there is room."""
    data = bytes(range(256)) * 8_000  # 2 MB
    file = File("plan", len(data), hashlib.sha256(data).hexdigest())
    with Landing(disk, file) as landing:
        landing.look(lambda: None)
        landing.take(memoryview(data)[:819_200])  # whole pages
        ballast = fill(disk, 0)
        with pytest.raises(TransferFailed, match=r"plan cannot be stored in .*: No space left on device"):
            landing.take(memoryview(data)[819_200:][:piece])
            landing.finish()
    ballast.unlink()
    with Landing(disk, file) as landing:
        landing.look(lambda: None)
        assert landing.size >= 819_200
        landing.take(memoryview(data)[landing.size :])
        assert landing.right


def test_a_download_onto_a_full_disk(disk: Path, tmp_path: Path) -> None:
    source = tmp_path / "plan"
    source.write_bytes(bytes(3_000_000))
    with ServerProcess(tmp_path / "room") as server, Person(server.address, "Ana") as ana:
        ana.until(Joined)
        ana.client.send_file(source)
        message = ana.until(Message)
        fill(disk, 1_000_000)
        transfer = ana.client.get_file(message, disk)
        over = ana.until(Progress, lambda p: p.id == transfer and p.over)
        assert over.detail == "Your disk has no room for plan: it needs 3.0 MB more."
