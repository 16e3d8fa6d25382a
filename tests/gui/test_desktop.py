"""Notices on the desktop and sounds, by programs of our own in the PATH that write down what they were given."""

from __future__ import annotations

import io
import logging
import threading
import time
import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lanchat.gui.desktop import notices as desktop_module
from lanchat.gui.desktop.notices import MAX_WAITING, Desktop, argument, as_body, chime, notice_command
from lanchat.gui.model.notifying import Notice

PATIENCE = 10.0  # s until a condition must have come true
WRITES = """#!/bin/sh
for word in "$@"; do printf '%s\\n' "$word" >> "$0.told"; done
echo >> "$0.told"
"""


class Programs:
    """The only programs that are found."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, name: str, script: str = WRITES) -> None:
        path = self.folder / name
        path.write_text(script)
        path.chmod(0o755)

    def told(self, name: str) -> list[list[str]]:
        """The arguments of each call."""
        path = self.folder / f"{name}.told"
        calls = path.read_text().split("\n\n") if path.exists() else []
        return [call.strip("\n").split("\n") for call in calls if call.strip()]


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    return Programs(folder)


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.002)  # yields the core; the condition decides, not this


@pytest.fixture
def rung() -> list[bool]:
    return []


@pytest.fixture
def desktop(rung: list[bool]) -> Iterator[Desktop]:
    desktop = Desktop(bell=lambda: rung.append(True))
    yield desktop
    desktop.close()


def test_a_notice_is_arguments_of_notify_send(programs: Programs, desktop: Desktop) -> None:
    programs.add("notify-send")
    desktop.tell(Notice("Ana in #lobby", "1 < 2 & $(reboot) `x`; 'y'"), sound=False)
    until(lambda: programs.told("notify-send"))
    ((*options, title, body),) = programs.told("notify-send")
    assert options[-1] == "--"
    assert "--app-name=lanchat" in options
    assert (title, body) == ("Ana in #lobby", "1 &lt; 2 &amp; $(reboot) `x`; 'y'")


def test_no_text_is_an_option_or_markup_or_an_escape(programs: Programs) -> None:
    programs.add("notify-send")
    command = notice_command(Notice("-i evil", r"--x \074b\076 <b>"))
    assert command[-2:] == (" -i evil", r" --x \\074b\\076 &lt;b&gt;")
    assert argument("a-b") == "a-b"
    assert as_body('quote " stays') == 'quote " stays'


def test_without_notify_send_or_a_bus_nothing_is_called(programs: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    notice = Notice("a", "b")
    assert notice_command(notice) == ()
    programs.add("notify-send")
    assert notice_command(notice)
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(programs.folder))
    assert notice_command(notice) == ()
    (programs.folder / "bus").touch()
    assert notice_command(notice)


def test_a_sound_is_played_by_what_is_there(programs: Programs, desktop: Desktop, rung: list[bool]) -> None:
    programs.add("aplay", WRITES + '[ -s "$2" ] || exit 1\n')
    desktop.tell(None, sound=True)
    until(lambda: programs.told("aplay"))
    desktop.close()
    ((quiet, file),) = programs.told("aplay")
    assert quiet == "-q"
    assert not Path(file).exists()  # nothing stays behind
    assert rung == []


def test_without_a_player_the_bell_rings(programs: Programs, desktop: Desktop, rung: list[bool]) -> None:
    desktop.tell(Notice("a", "b"), sound=True)
    until(lambda: rung)
    assert rung == [True]


def test_the_sound_is_short_and_neither_silent_nor_cut() -> None:
    with wave.open(io.BytesIO(chime())) as sound:
        samples = memoryview(sound.readframes(sound.getnframes())).cast("h")
        seconds = sound.getnframes() / sound.getframerate()
    assert 0.1 < seconds < 0.5
    assert 1_000 < max(samples) < 32_767
    assert abs(samples[0]) < 100 > abs(samples[-1])


def test_a_desktop_that_refuses_is_said_once(
    programs: Programs, desktop: Desktop, rung: list[bool], caplog: pytest.LogCaptureFixture
) -> None:
    programs.add("notify-send", "#!/bin/sh\nexit 1\n")
    for _ in range(3):
        desktop.tell(Notice("a", "b"), sound=False)
    desktop.tell(None, sound=True)
    until(lambda: rung)  # the last of them
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


def test_a_desktop_that_hangs_is_given_up(
    programs: Programs, desktop: Desktop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(desktop_module, "PATIENCE", 0.05)
    programs.add("notify-send", "#!/bin/sh\nwhile :; do :; done\n")
    desktop.tell(Notice("a", "b"), sound=False)
    until(lambda: "timed out" in caplog.text)


class Slow:
    """A desktop that takes its time for each notice."""

    def __init__(self) -> None:
        self.going, self.begun = threading.Event(), threading.Event()
        self.calls: list[tuple[str, ...]] = []

    def call(self, command: tuple[str, ...]) -> None:
        self.calls.append(command)
        self.begun.set()
        self.going.wait(PATIENCE)


@pytest.fixture
def slow(programs: Programs, monkeypatch: pytest.MonkeyPatch) -> Slow:
    slow = Slow()
    monkeypatch.setattr(Desktop, "_call", lambda _, command: slow.call(command))
    programs.add("notify-send")
    return slow


def test_at_most_so_many_are_on_their_way(slow: Slow, desktop: Desktop) -> None:
    desktop.tell(Notice("first", "b"), sound=False)
    assert slow.begun.wait(PATIENCE)
    for _ in range(100):
        desktop.tell(Notice("a", "b"), sound=False)
    slow.going.set()
    until(lambda: len(slow.calls) == 1 + MAX_WAITING)
    until(desktop._jobs.empty)
    assert len(slow.calls) == 1 + MAX_WAITING


def test_closing_waits_for_nothing_that_was_not_begun(slow: Slow, desktop: Desktop) -> None:
    for _ in range(3):
        desktop.tell(Notice("a", "b"), sound=True)
    assert slow.begun.wait(PATIENCE)
    closing = threading.Thread(target=desktop.close)
    closing.start()
    until(desktop._ending.is_set)
    slow.going.set()
    closing.join()
    assert len(slow.calls) == 1


def test_it_has_no_thread_before_it_is_needed_and_none_afterwards(desktop: Desktop, programs: Programs) -> None:
    def alive() -> bool:
        return any(thread.name == "lanchat-desktop" for thread in threading.enumerate())

    assert not alive()
    desktop.close()
    desktop.tell(None, sound=False)
    assert alive()
    desktop.close()
    assert not alive()
