"""`lanchat -v`: each command tells on stderr, or in a file, what happens; without it nothing."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

from lanchat.cli import _OneLine
from tests.people import ServerProcess


def lanchat(*arguments: object, said: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lanchat", *map(str, arguments)]
    return subprocess.run(command, input=said, capture_output=True, text=True, timeout=60, check=False)


def test_what_others_sent_moves_no_cursor_and_makes_no_line() -> None:
    record = logging.LogRecord("x", logging.INFO, "", 0, "gone: %s", ("\x1b[2J\nlanchat: forged \u202e",), None)
    assert _OneLine("%(message)s").format(record) == "gone: [2J lanchat: forged "


def test_clients_log_what_they_are_asked_to(tmp_path: Path) -> None:
    with ServerProcess(tmp_path / "room") as server:
        quiet = lanchat("send", server.address, "one", "--nick", "Ana")
        assert (quiet.returncode, quiet.stderr) == (0, "")
        told = lanchat("-v", "send", server.address, "two", "--nick", "Ana").stderr
        assert f"connected to {server.address}, id {server.id}" in told
        assert "in “Room” as Ana" in told
        assert "-> Say" not in told
        log = tmp_path / "join.log"
        done = lanchat("-vv", "--log-file", log, "join", server.address, "--nick", "Ana", said="three\n")
        assert (done.returncode, done.stderr) == (0, "")
        assert "-> Say" in log.read_text(encoding="utf-8")
        assert "<- Welcome" in log.read_text(encoding="utf-8")
        assert "three" not in log.read_text(encoding="utf-8")
        found = lanchat("-v", "find", "--timeout", "5").stderr
        assert f"(id {server.id}) at " in found
