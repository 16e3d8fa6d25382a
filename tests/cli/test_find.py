"""`lanchat find --watch` in a pipe: what is found comes out at once, though nobody sees a screen."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.cli.terminal import lanchat
from tests.people import ServerProcess


def test_watching_in_a_pipe_tells_what_is_found(tmp_path: Path) -> None:
    with ServerProcess(tmp_path / "room") as server:
        assert lanchat("send", server.address, "hi", "--nick", "Zoe").returncode == 0  # so it is asked
        watch = [sys.executable, "-m", "lanchat", "--profile", "zoe", "find", "--watch"]
        with subprocess.Popen(watch, stdout=subprocess.PIPE, text=True) as watching:
            assert watching.stdout is not None
            assert any(server.address in line for line in watching.stdout)
            watching.terminate()
