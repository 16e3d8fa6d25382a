"""`lanchat trust` as its user runs it: a server was set up anew, or somebody pretends to be it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lanchat.client import Profile
from lanchat.identity import words
from lanchat.server import Config, Server
from tests.people import ServerProcess


def lanchat(*arguments: object, said: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lanchat", *map(str, arguments)]
    return subprocess.run(command, input=said, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def new(tmp_path: Path) -> Iterator[ServerProcess]:
    """A server where another one was joined before."""
    with ServerProcess(tmp_path / "old") as old:
        assert lanchat("send", old.address, "hello", "--nick", "Ana").returncode == 0
    with ServerProcess(tmp_path / "new", old.port) as server:
        yield server


def test_another_server_is_refused_until_its_words_were_typed(new: ServerProcess) -> None:
    refused = lanchat("send", new.address, "for the old one", "--nick", "Ana")
    assert refused.returncode == 1
    assert words(new.id) in refused.stderr
    assert f"lanchat trust {new.address}" in refused.stderr
    trusted = lanchat("trust", new.address, "--words", words(new.id).upper().replace("-", " "))
    assert (trusted.returncode, trusted.stderr) == (0, "")
    assert lanchat("send", new.address, "for the new one", "--nick", "Ana").returncode == 0
    assert lanchat("trust", new.address).stdout == f"The server at {new.address} is the one you know: {words(new.id)}\n"


@pytest.mark.parametrize("typed", [[], ["--words", "lusab babad gutih tugad"], ["--words", ""]])
def test_nothing_changes_without_the_right_words(new: ServerProcess, typed: list[str]) -> None:
    before = Profile("default").pinned(new.address)
    done = lanchat("trust", new.address, *typed, said="yes\n")
    assert done.returncode == 1
    assert "Nothing was changed" in done.stderr
    assert done.stderr.count("\n") == 1
    assert Profile("default").pinned(new.address) == before != new.id


def test_nobody_there_is_one_sentence() -> None:
    done = lanchat("trust", "127.0.0.1:1")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1


def test_a_server_says_its_words(tmp_path: Path) -> None:
    with ServerProcess(tmp_path / "room") as server:
        assert server.next_line() == f"lanchat: its words are {words(server.id)}\n"


def test_a_server_that_nobody_else_reaches_says_so(tmp_path: Path) -> None:
    """Else somebody would look for it in vain, in every list."""
    with ServerProcess(tmp_path / "room") as server:
        server.next_line()
        assert server.next_line() == "lanchat: only this machine reaches it, so it is in nobody's list\n"
    config = Config(data=tmp_path / "other", host="0.0.0.0", port=0, mdns=False, beacon=False)
    with Server(config) as open_to_all:
        assert not open_to_all.local
