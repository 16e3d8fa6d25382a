"""`lanchat join` and `lanchat send` as their users run them: in pipes, in scripts, and in a terminal."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lanchat.client.events import Joined
from tests.cli.terminal import lanchat, sentence
from tests.people import PATIENCE, Person, ServerProcess


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path / "room") as process:
        yield process


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


def test_a_pipe_reads_what_an_answer_answers(server: ServerProcess) -> None:
    with Person(server.address, "Ana") as ana:
        ana.until(Joined)
        ana.client.say("lunch?")
        ana.client.reply(ana.until_said("lunch?").seq, "at one")
        ana.client.react(1, "👍")
        assert ana.client.flush(PATIENCE)
        done = lanchat("join", server.address, "--nick", "Zoë", said=b"hi\n")
    assert re.search(r"\] \* Ana answers Ana: “lunch\?”\n\[\d\d:\d\d\] Ana: at one\n", done.stdout), done.stdout
    assert "* Ana reacted with 👍 to Ana: “lunch?”\n" in done.stdout


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
    own = lanchat("serve", "--pin", "1234")
    assert own.returncode == 2
    assert "put it into a file, and say --pin-file FILE" in own.stderr
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
