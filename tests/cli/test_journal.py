"""`lanchat journal` as its user runs it, on journals that a server left behind or still writes."""

from __future__ import annotations

import json
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from lanchat.journal import Journal
from lanchat.lockfile import LockFile
from lanchat.paths import server_directory
from lanchat.protocol.frames import Message
from lanchat.protocol.rooms import Person, RoomInfo
from tests.people import ServerProcess


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A server's directory with 300 entries, the first 100 of them no longer kept."""
    directory = tmp_path / "room"
    directory.mkdir()
    journal = Journal.open(directory / "journal.db")
    journal.append([Message("lobby", n, f"r-{n}", n, "Ana", None, f"text {n} <b>") for n in range(1, 301)], {})
    journal.redact("lobby", 100, 100)
    journal.close()
    return directory


def lanchat(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lanchat", "journal", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_check_says_that_it_is_whole(data: Path) -> None:
    done = lanchat("check", "--data", data)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("is whole: 300 entries in “lobby”, 100 no longer kept\n")


def test_check_names_damage(data: Path) -> None:
    with open(data / "journal.db", "r+b") as file:
        file.seek(3 * 4096)
        file.write(b"\xff" * 4096)
    done = lanchat("check", "--data", data)
    assert done.returncode == 1
    assert "is damaged" in done.stderr
    assert done.stderr.count("\n") == 1


def test_export_in_all_forms(data: Path, tmp_path: Path) -> None:
    done = lanchat("export", "--data", data)
    lines = done.stdout.splitlines()
    assert len(lines) == 301
    assert lines[0] == "== #lobby =="
    assert lines[1].endswith("Ana: (no longer kept)")
    assert lines[-1].endswith("Ana: text 300 <b>")
    done = lanchat("export", "--data", data, "--format", "json")
    assert [json.loads(line)["seq"] for line in done.stdout.splitlines()] == [*range(1, 301)]
    page = tmp_path / "page.html"
    done = lanchat("export", "--data", data, "--format", "html", "--output", page)
    assert (done.returncode, done.stdout) == (0, "")
    assert "text 300 &lt;b&gt;" in page.read_text(encoding="utf-8")
    assert stat.S_IMODE(page.stat().st_mode) == 0o600


def test_conversations_are_exported_on_demand_and_by_the_names_of_their_people(data: Path) -> None:
    journal = Journal.open(data / "journal.db")
    room = "@" + "0" * 24
    journal.append(
        [Message(room, 1, "r-1", 1, "Ana", None, "psst"), Message("games", 1, "r-2", 1, "Ana", None, "go")], {}
    )
    journal.registry.keep([RoomInfo(room, people=[Person("a", "Ana"), Person("b", "Bo")])])
    journal.close()
    for form in ("text", "html", "json"):
        assert "psst" not in lanchat("export", "--data", data, "--format", form).stdout
    lines = lanchat("export", "--data", data, "--with-direct").stdout.splitlines()
    assert [line for line in lines if line.startswith("==")] == [
        "== #lobby ==",
        "== #games ==",
        "== Direct conversation: Ana, Bo ==",
    ]
    assert lines[-1].endswith("Ana: psst")


def test_compact_makes_it_smaller_and_keeps_all(data: Path) -> None:
    done = lanchat("compact", "--data", data)
    assert (done.returncode, done.stderr) == (0, "")
    journal = Journal.read(data / "journal.db")
    assert journal.flaws() == []
    assert journal.head("lobby") == 300
    journal.close()


def test_compact_leaves_a_server_that_runs_alone(data: Path) -> None:
    lock = LockFile(data / "lock")
    done = lanchat("compact", "--data", data)
    lock.close()
    assert done.returncode == 1
    assert "in use by" in done.stderr


def test_no_journal_and_no_place_to_write(data: Path, tmp_path: Path) -> None:
    done = lanchat("check", "--data", tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "There is no room in" in done.stderr
    assert "No room was opened on this machine yet" in lanchat("check").stderr
    (server_directory("Studio Nord") / "journal.db").parent.mkdir(parents=True)
    (server_directory("Studio Nord") / "journal.db").touch()
    assert "There is no room “attic” on this machine" in lanchat("check", "--name", "attic").stderr
    assert "which one you mean: studio-nord." in lanchat("check", "--name", "attic").stderr
    done = lanchat("export", "--data", data, "--output", tmp_path / "none" / "file")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert lanchat("export", "--format", "pdf").returncode == 2


def test_the_only_room_is_meant_and_of_several_their_names_are_told(data: Path, tmp_path: Path) -> None:
    """As the window opens them: nobody typed a name of a directory."""
    where = server_directory("Studio Nord 2")
    with ServerProcess(where):
        pass
    assert lanchat("check").stdout.startswith(str(where / "journal.db"))
    other = server_directory("Attic")
    shutil.copytree(data, other)
    done = lanchat("check")
    assert done.returncode == 1
    assert "There are several rooms" in done.stderr
    assert done.stderr.endswith("which one you mean: attic, Room.\n")
    for name in ("Studio Nord 2", "room"):
        assert lanchat("check", "--name", name).stdout.startswith(str(where / "journal.db"))
