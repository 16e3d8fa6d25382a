"""Files from the command line: `lanchat send --file`, and /file and /get in the terminal."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from lanchat.client.events import Joined, Message, Progress
from tests.cli.terminal import Terminal, lanchat, sentence
from tests.people import Person, ServerProcess


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "a plan.txt"
    path.write_bytes(b"plan " * 1_000)
    return path


def test_send_returns_once_the_file_is_there(tmp_path: Path, picture: Path) -> None:
    with ServerProcess(tmp_path / "room") as server, Person(server.address, "Ana") as ana:
        ana.until(Joined)
        done = lanchat("send", server.address, "the new one", "--file", picture, "--nick", "ci")
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        message = ana.until_said("the new one")
        assert message.file is not None
        transfer = ana.client.get_file(message)
        over = ana.until(Progress, lambda p: p.id == transfer and p.over)
        assert Path(over.path).read_bytes() == picture.read_bytes()
        assert "There is no file" in sentence(lanchat("send", server.address, "--file", tmp_path / "none"))


def test_what_the_server_does_not_take_is_said_in_one_sentence(tmp_path: Path, picture: Path) -> None:
    with ServerProcess(tmp_path / "room", 0, "--max-file", "0") as server:
        done = lanchat("send", server.address, "--file", picture, "--nick", "ci")
        assert "takes no files" in sentence(done)


def test_files_in_a_terminal(tmp_path: Path, picture: Path, own_home: Path) -> None:
    with ServerProcess(tmp_path / "room") as server, ExitStack() as ends:
        ana = ends.enter_context(Person(server.address, "Ana"))
        ana.until(Joined)
        terminal = Terminal(server.address, ends)
        terminal.until("Ctrl-D leaves")
        terminal.type(f"/file {picture}\n")
        terminal.until(r"Zoe sent a file: a plan.txt \(5.0 kB\) – /get 1")
        assert ana.until(Message).file is not None
        terminal.type("/get a plan.txt\n")
        terminal.until(r"\* a plan.txt is in ")
        terminal.type("/get Zoe\n")
        terminal.until(r"as a plan \(2\).txt")
        terminal.type("/get 99\n")
        terminal.until("No file “99” is at hand")
        assert sorted(p.name for p in (own_home / "downloads").iterdir()) == ["a plan (2).txt", "a plan.txt"]
