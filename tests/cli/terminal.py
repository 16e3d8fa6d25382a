"""`lanchat` as its users run it: a command to its end, or a chat in a terminal of its own."""

from __future__ import annotations

import codecs
import os
import pty
import re
import select
import subprocess
import sys
import time
from contextlib import ExitStack

from tests.people import PATIENCE


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


class Terminal:
    """`lanchat join` at a terminal of its own."""

    def __init__(self, address: str, ends: ExitStack, nick: str = "Zoe", profile: str = "zoe") -> None:
        self._fd, other = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "lanchat", "--profile", profile, "join", address, "--nick", nick],
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
        self._utf8 = codecs.getincrementaldecoder("utf-8")()  # a read may end within a letter

    def until(self, pattern: str) -> None:
        """Waits until what was shown matches."""
        deadline = time.monotonic() + PATIENCE
        while not re.search(pattern, self.shown):
            assert time.monotonic() < deadline, self.shown
            if select.select([self._fd], [], [], 0.1)[0]:
                try:
                    self.shown += self._utf8.decode(os.read(self._fd, 4096))
                except OSError:  # it has ended
                    raise AssertionError(f"ended ({self.process.wait(PATIENCE)}): {self.shown}") from None

    def type(self, keys: str) -> None:
        os.write(self._fd, keys.encode())
