"""Shows notices on the desktop and plays a sound, in a thread of its own; when, and what they say, others decide.

notify-send on Linux (it speaks D-Bus), osascript on macOS, nothing on Windows, where a program without an installed
shortcut may show none. A sound is played by what the system has. Only Linux was tried. Texts are arguments, never part
of a command line that somebody parses.
"""

from __future__ import annotations

import io
import logging
import math
import os
import queue
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from lanchat.gui.model.notifying import Notice

_log = logging.getLogger(__name__)
MAX_WAITING: Final = 4  # notices on their way; a desktop that takes so long needs no more
PATIENCE: Final = 3.0  # s that one program may take: a desktop answers in ms
SHOWN: Final = 8_000  # ms that a desktop shows a notice
PLAYERS: Final = (("pw-play",), ("paplay",), ("aplay", "-q"), ("afplay",))  # PipeWire, PulseAudio, ALSA, macOS
_RATE: Final = 22_050  # samples a second of our sound
_TONES: Final = ((880.0, 0.09), (1_318.5, 0.16))  # Hz, s: an A and the E above it
_LOUD: Final = 0.25  # of what 16 bits hold
_OSASCRIPT: Final = (
    *("-e", "on run argv", "-e", "display notification (item 2 of argv) with title (item 1 of argv)"),
    *("-e", "end run"),
)


class _Job(NamedTuple):
    notice: Notice | None
    sound: bool


class Desktop:
    """For the Tk thread, but for `bell`: called in the worker where no program plays sounds; it must only pass the
    word on. Its thread, lanchat-desktop, begins with the first notice and ends by `close`."""

    def __init__(self, bell: Callable[[], object]) -> None:
        self._bell = bell
        self._jobs: queue.Queue[_Job | None] = queue.Queue(MAX_WAITING + 1)
        self._thread: threading.Thread | None = None
        self._ending = threading.Event()
        self._complained = False

    def tell(self, notice: Notice | None, *, sound: bool) -> None:
        """Shows it, if there is one, and plays the sound, if it is wanted. Never blocks; while too many are on their
        way, one more is not shown."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="lanchat-desktop")
            self._thread.start()
        if self._jobs.qsize() < MAX_WAITING:  # this thread alone puts, so there is room
            self._jobs.put_nowait(_Job(notice, sound))

    def close(self) -> None:
        """Waits for what is being told, a few seconds at most; what waits behind it is not told. For a worker."""
        if self._thread is not None:
            self._ending.set()
            self._jobs.put(None)
            self._thread.join()
            self._thread = None
            self._ending.clear()

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            if job.notice is not None and not self._ending.is_set() and (command := notice_command(job.notice)):
                self._call(command)
            if job.sound and not self._ending.is_set():
                self._play()

    def _play(self) -> None:
        if sys.platform == "win32":  # pragma: no cover  # written from the documentation, not run here
            import winsound

            winsound.PlaySound(chime(), winsound.SND_MEMORY)  # type: ignore[attr-defined]
            return
        player = next((words for words in PLAYERS if shutil.which(words[0])), None)
        if player is None:
            self._bell()
            return
        with tempfile.TemporaryDirectory(prefix="lanchat-") as folder:
            file = Path(folder) / "chime.wav"
            file.write_bytes(chime())
            self._call((*player, str(file)))

    def _call(self, command: tuple[str, ...]) -> None:
        """What goes wrong is said once: a desktop without notices has none the next time either."""
        try:
            subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, check=True)
        except (OSError, subprocess.SubprocessError) as error:
            if not self._complained:
                self._complained = True
                _log.warning("%s told nothing: %s", command[0], error)


def notice_command(notice: Notice) -> tuple[str, ...]:
    """What shows it here; empty: nothing does."""
    if sys.platform == "win32":  # pragma: no cover
        return ()
    if sys.platform == "darwin":  # pragma: no cover  # written from the documentation, not run here
        return ("osascript", *_OSASCRIPT, argument(notice.title), argument(notice.body))
    if not shutil.which("notify-send") or not _has_bus():
        return ()
    options = ("--app-name=lanchat", "--category=im.received", f"--expire-time={SHOWN}")
    return ("notify-send", *options, "--", argument(notice.title), argument(as_body(notice.body)))


def argument(text: str) -> str:
    """`text` as an argument that is never taken for an option."""
    return f" {text}" if text.startswith("-") else text


def as_body(text: str) -> str:
    """For notify-send, whose body may hold markup, and which makes characters of what follows a backslash."""
    import html  # late, as wave below: 2 ms that no window waits for

    return html.escape(text, quote=False).replace("\\", "\\\\")


def chime() -> bytes:
    """Two short tones that fade, as the bytes of a WAV file."""
    import wave

    samples = []
    for frequency, length in _TONES:
        count = round(length * _RATE)
        for n in range(count):
            fade = min(1.0, n / 60) * (1 - n / count) ** 2  # 60 samples to begin: a sudden start clicks
            samples.append(round(32_767 * _LOUD * fade * math.sin(2 * math.pi * frequency * n / _RATE)))
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setparams((1, 2, _RATE, len(samples), "NONE", ""))
        out.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return file.getvalue()


def _has_bus() -> bool:
    """Whether the session has a D-Bus; without one, notify-send would start one of its own."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    return "DBUS_SESSION_BUS_ADDRESS" in os.environ or (bool(runtime) and (Path(runtime) / "bus").exists())
