"""`lanchat` as its users run it: a command to its end, or a chat in a terminal of its own."""

from __future__ import annotations

import codecs
import contextlib
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, Final

from tests.cli.screen import Screen
from tests.people import PATIENCE

ROWS: Final = 30
COLUMNS: Final = 100
_WHERE: Final = "\x1b[6n"  # asks where the cursor is
_ESCAPES: Final = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


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

    def __init__(
        self, address: str, ends: ExitStack, nick: str = "Zoe", profile: str = "zoe", **environment: Any
    ) -> None:
        self._fd, other = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "lanchat", "--profile", profile, "join", address, "--nick", nick],
            stdin=other,
            stdout=other,
            stderr=other,
            env={**os.environ, "TERM": "xterm", **environment},
        )
        os.close(other)
        ends.callback(os.close, self._fd)
        ends.callback(self.process.wait)
        ends.callback(self.process.kill)
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self.shown = ""
        self._screen = Screen(ROWS, COLUMNS)
        self._answered = 0  # questions where the cursor is
        self._utf8 = codecs.getincrementaldecoder("utf-8")()  # a read may end within a letter

    def until(self, pattern: str, *, once: bool = False) -> None:
        """Waits until what was shown, without colours and moves of the cursor, matches. once: only what comes from
        now on counts. Not for the line below the prompt: what stands there already is not written again."""
        start = len(self.text) if once else 0
        self._until(pattern, lambda: self.text[start:])

    def until_there(self, pattern: str) -> None:
        """Waits until what stands on the screen matches."""
        self._until(pattern, lambda: self._screen.text)

    def _until(self, pattern: str, text: Callable[[], str]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not re.search(pattern, text()):
            assert time.monotonic() < deadline, text()
            if select.select([self._fd], [], [], 0.1)[0]:
                try:
                    self._read()
                except OSError:  # it has ended
                    raise AssertionError(f"ended ({self.process.wait(PATIENCE)}): {self.text}") from None

    def _read(self) -> None:
        came = self._utf8.decode(os.read(self._fd, 4096))
        self.shown += came
        self._screen.write(came)
        while self.shown.count(_WHERE) > self._answered:
            self._answered += 1
            os.write(self._fd, f"\x1b[{self._screen.row + 1};{self._screen.column + 1}R".encode())

    @property
    def text(self) -> str:
        """What was shown, one after the other."""
        return _ESCAPES.sub("", self.shown).replace("\r", "")

    def leave(self, keys: str) -> int:
        """Types these keys, and reads on until it has ended; its exit code."""
        self.type(keys)
        deadline = time.monotonic() + PATIENCE
        while self.process.poll() is None:
            assert time.monotonic() < deadline, self.text
            if select.select([self._fd], [], [], 0.1)[0]:
                with contextlib.suppress(OSError):  # it has ended
                    self._read()
        return self.process.returncode

    def type(self, keys: str) -> None:
        os.write(self._fd, keys.encode())
