"""Servers as processes of their own: opened, listed, kept open, stopped; and what only looks like one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lanchat.client.hosting import Closed, Hosted, Hosting
from lanchat.discovery import ask_host
from lanchat.errors import HostRefused, ServeError
from lanchat.lockfile import LockFile
from lanchat.paths import home, private_directory, server_directory


@pytest.fixture
def hosting() -> Iterator[Hosting]:
    hosting = Hosting()
    yield hosting
    for hosted in hosting.running():
        hosting.stop(hosted)


def _looks_like_a_server(directory: Path, pid: int) -> Hosted:
    """What a server that was killed leaves behind."""
    private_directory(directory)
    facts = {"pid": pid, "port": 5055, "id": "0" * 32, "run": "r", "name": "Ghost", "started": 1}
    (directory / "running.json").write_text(json.dumps(facts))
    (directory / "lock").write_text(f"process {pid}")
    return Hosted(pid=pid, port=5055, id="0" * 32, run="r", name="Ghost", directory=directory)


def test_a_room_is_open_once_open_returns_and_gone_once_stop_returns(hosting: Hosting) -> None:
    hosted = hosting.open("Kitchen")
    assert ask_host("127.0.0.1", hosted.port).id == hosted.id
    assert [(h.name, h.pid, h.directory) for h in hosting.running()] == [
        ("Kitchen", hosted.pid, server_directory("Kitchen"))
    ]
    hosting.stop(hosted)
    assert hosting.running() == []
    with pytest.raises(HostRefused):
        ask_host("127.0.0.1", hosted.port)


def test_what_happens_in_it_is_logged_beside_its_journal(hosting: Hosting) -> None:
    log = hosting.open("Kitchen").directory / "serve.log"
    assert "“Kitchen” listens on port" in log.read_text(encoding="utf-8")
    assert log.with_suffix(".err").read_text() == ""


def test_a_room_that_was_open_is_known_by_its_name_and_opened_again(hosting: Hosting) -> None:
    assert hosting.closed() == []
    first, second = hosting.open("Küche 👨‍👩‍👧"), hosting.open("Attic")
    assert hosting.closed() == []
    os.kill(first.pid, signal.SIGKILL)
    hosting.stop(second)
    hosting._collect(wait=first.pid)
    assert hosting.closed() == [Closed(second.id, "Attic"), Closed(first.id, "Küche 👨‍👩‍👧")]
    again = hosting.open(hosting.closed()[1].name)
    assert again.id == first.id
    assert hosting.closed() == [Closed(second.id, "Attic")]


@pytest.mark.parametrize("content", ["", "{", '{"id": 1, "name": "x"}', '{"id": "x", "name": "../../elsewhere"}'])
def test_a_damaged_note_of_a_room_is_none(hosting: Hosting, content: str) -> None:
    (private_directory(server_directory("Ghost")) / "room.json").write_text(content)
    assert hosting.closed() == []


def test_it_is_no_part_of_our_session(hosting: Hosting) -> None:
    hosted = hosting.open("Kitchen")
    assert os.getsid(hosted.pid) != os.getsid(0)


def test_a_server_left_open_is_found_and_stopped_by_another_window(hosting: Hosting) -> None:
    program = "from lanchat.client.hosting import Hosting; print(Hosting().open('Left open').pid)"
    root = Path(__file__).parents[2]
    opened = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True, timeout=60
    )
    (hosted,) = hosting.running()
    assert (hosted.name, hosted.pid) == ("Left open", int(opened.stdout))
    hosting.stop(hosted)
    assert hosting.running() == []


def test_the_second_one_with_a_name_says_that_the_first_runs(hosting: Hosting) -> None:
    first = hosting.open("Kitchen")
    with pytest.raises(ServeError, match=f"in use by .*{first.pid}"):
        hosting.open("Kitchen")
    assert hosting.running() == [first]


def test_a_name_is_cleaned_like_the_server_cleans_it(hosting: Hosting) -> None:
    hosted = hosting.open("Ki\u202etchen  2\n")
    assert hosted.name == "Kitchen 2"
    assert hosted.directory == server_directory("Kitchen 2")


def test_what_a_dead_server_left_is_not_listed(hosting: Hosting) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    ghost = _looks_like_a_server(server_directory("Ghost"), ended.pid)
    assert hosting.running() == []
    hosting.stop(ghost)  # nothing to do


def test_a_foreign_process_with_the_number_of_a_dead_server_is_left_alone(hosting: Hosting) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as other:
        ghost = _looks_like_a_server(server_directory("Ghost"), other.pid)
        assert hosting.running() == []
        hosting.stop(ghost)
        assert other.poll() is None
        other.communicate(b"\n")
    assert other.returncode == 0


def test_the_facts_of_a_dead_server_are_not_taken_for_those_of_the_next_one(hosting: Hosting) -> None:
    """The next one holds the lock already, but has not written its own facts yet."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as other:
        directory = server_directory("Ghost")
        ghost = _looks_like_a_server(directory, other.pid)
        with LockFile(directory / "lock"):  # by us, whose number is another
            assert hosting.running() == []
            hosting.stop(ghost)
        assert other.poll() is None
        other.communicate(b"\n")


def test_stop_does_not_stop_the_server_that_came_after(hosting: Hosting) -> None:
    first = hosting.open("Kitchen")
    hosting.stop(first)
    second = hosting.open("Kitchen")
    assert second.id == first.id
    hosting.stop(first)
    assert hosting.running() == [second]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid":0,"port":1,"id":"x","run":"r","name":"n"}', "x" * 5000])
def test_damaged_facts_are_no_server(hosting: Hosting, content: str) -> None:
    directory = private_directory(server_directory("Damaged"))
    (directory / "running.json").write_text(content)
    with LockFile(directory / "lock"):
        assert hosting.running() == []


def test_what_the_server_complained_about_is_told(hosting: Hosting) -> None:
    directory = private_directory(server_directory("Kitchen"))
    (directory / "server.key").write_text("no key")
    with pytest.raises(ServeError, match=r"server\.key cannot be used"):
        hosting.open("Kitchen")
    assert hosting.running() == []


def test_a_server_that_was_killed_is_not_listed_and_leaves_no_zombie(hosting: Hosting) -> None:
    hosted = hosting.open("Kitchen")
    os.kill(hosted.pid, signal.SIGKILL)
    hosting._children[hosted.pid].wait()
    assert hosting.running() == []
    assert hosting._children == {}


def test_without_any_server_the_list_is_empty(hosting: Hosting) -> None:
    assert not home().exists()
    assert hosting.running() == []
