"""`lanchat join` and `lanchat send` as their users run them: in pipes, in scripts, and in a terminal."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from lanchat.client.events import Joined
from tests.people import PATIENCE, Person, ServerProcess


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path / "room") as process:
        yield process


def lanchat(
    *arguments: object, said: str | bytes | None = None, profile: str = "zoe"
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "lanchat", "--profile", profile, *map(str, arguments)],
        input=said,
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def sentence(done: subprocess.CompletedProcess[str]) -> str:
    """What it said that did not work."""
    assert done.returncode == 1
    assert done.stderr.startswith("lanchat: ")
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


def test_send_returns_once_the_server_has_it(server: ServerProcess) -> None:
    done = lanchat("send", server.address, "Build 41 is green", "--nick", "ci")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    with Person(server.address, "Ana") as ana:
        assert ana.until_said("Build 41 is green").nick == "ci"


def test_a_pipe_is_said_to_its_end(server: ServerProcess) -> None:
    with Person(server.address, "Ana") as ana:
        ana.until(Joined)
        done = lanchat(
            "join", server.address, "--nick", "Zoë", said=b"one\n\ntwo \x1b[31m\nlast, without a newline" + b" \xff"
        )
        ana.until_said("last, without a newline �")
        assert ana.texts == ["one", "two [31m", "last, without a newline �"]
    assert done.returncode == 0
    assert "* You are Zoë in “Room”.\n" in done.stdout
    assert re.search(r"^\[\d\d:\d\d\] Zoë: one$", done.stdout, re.MULTILINE)
    assert "\x1b" not in done.stdout


def test_json_is_one_frame_a_line(server: ServerProcess) -> None:
    done = lanchat("join", server.address, "--nick", "Zoë", "--json", said=b"hi\n")
    frames = [json.loads(line) for line in done.stdout.splitlines()]
    assert frames[0]["type"] == "welcome"
    assert [frame["text"] for frame in frames if frame["type"] == "message"] == ["hi"]


def test_what_does_not_work_is_said_in_one_sentence(server: ServerProcess) -> None:
    with Person(server.address, "Ana") as ana:
        ana.until(Joined)
        assert "Try --nick “ana 2”" in sentence(lanchat("send", server.address, "hi", "--nick", "ana"))
        assert "“Ana” is already here" in sentence(lanchat("join", server.address, "--nick", "Ana"))
    assert "cannot hold a colon" in sentence(lanchat("send", server.address, "hi", "--nick", "a:b"))
    assert "at most 8,000 characters" in sentence(lanchat("send", server.address, "x" * 8001))
    assert lanchat("send", server.address).returncode == 2
    server.close()
    assert "Nothing listens at" in sentence(lanchat("send", server.address, "hi"))


def test_output_that_cannot_be_written_is_said(server: ServerProcess) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "lanchat", "join", server.address, "--nick", "z"],
            stdin=subprocess.DEVNULL,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr == "lanchat: The output cannot be written: No space left on device.\n"


class Terminal:
    """`lanchat join` at a terminal of its own."""

    def __init__(self, address: str, ends: ExitStack) -> None:
        self._fd, other = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "lanchat", "--profile", "zoe", "join", address, "--nick", "Zoe"],
            stdin=other,
            stdout=other,
            stderr=other,
            env={**os.environ, "TERM": "xterm"},
        )
        os.close(other)
        ends.callback(os.close, self._fd)
        ends.callback(self.process.wait)
        ends.callback(self.process.kill)
        self.shown = ""

    def until(self, pattern: str) -> None:
        """Waits until what was shown matches."""
        deadline = time.monotonic() + PATIENCE
        while not re.search(pattern, self.shown):
            assert time.monotonic() < deadline, self.shown
            if select.select([self._fd], [], [], 0.1)[0]:
                self.shown += os.read(self._fd, 4096).decode()

    def type(self, keys: str) -> None:
        os.write(self._fd, keys.encode())


def test_a_terminal_edits_its_line_and_keeps_it_while_others_speak(server: ServerProcess) -> None:
    with ExitStack() as ends:
        ana = ends.enter_context(Person(server.address, "Ana"))
        ana.until(Joined)
        terminal = Terminal(server.address, ends)
        terminal.until("Ctrl-D leaves")
        ana.until_here("Zoe")
        terminal.type("half typd")
        terminal.until("half typd")
        ana.client.say("hello")
        terminal.until(r"Ana: hello\r\nhalf typd")
        terminal.type("\x1b[D")  # one to the left
        terminal.type("e\n")
        ana.until_said("half typed")
        terminal.until("Zoe: half typed")
        terminal.type("\x04")
        assert terminal.process.wait(PATIENCE) == 0
