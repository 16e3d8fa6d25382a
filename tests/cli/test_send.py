"""What `lanchat send --file` makes of a message that is settled before it knows which one it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lanchat.cli import send
from lanchat.client.event_queue import EventQueue
from lanchat.client.events import Ended, Event, Failed, Message, Page, Progress

KEY = "k" * 43
DONE = Progress("t1", "plan", True, "done", message="run-1")


def said(key: str | None = KEY) -> Message:
    return Message("lobby", 1, "run-1", 1, "Zoe", key, "plan")


class Told:
    """A client that has told all that it will."""

    key = KEY

    def __init__(self, *told: Event) -> None:
        self.events = EventQueue()
        for event in told:
            self.events.put(event)

    def send_file(self, _path: Path, _text: str) -> str:
        return "t1"


def run(*told: Event) -> str:
    """What it complains of."""
    client: Any = Told(*told)
    with pytest.raises(SystemExit) as ended:
        send._send_file(client, Path("plan"), "")
        raise SystemExit
    return str(ended.value.code or "")


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(send, "FLUSH_TIMEOUT", 0.0)


@pytest.mark.parametrize("early", [said(), Page("lobby", [said()])])
def test_what_was_stored_before_is_stored(early: Event, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(early, DONE) == ""
    assert capsys.readouterr().err == ""


def test_what_was_refused_before_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(Failed("run-1", "plan", "You are muted."), DONE) == "1"
    assert capsys.readouterr().err == "lanchat: You are muted.\n"


@pytest.mark.parametrize("early", [said(key=None), Page("lobby", [said(key=None)]), Failed("run-2", "x", "no")])
def test_what_is_not_settled_is_said_to_wait(early: Event, capsys: pytest.CaptureFixture[str]) -> None:
    """A guest may say anything under our id."""
    assert run(early, DONE) == "1"
    assert "No acknowledgement yet" in capsys.readouterr().err


def test_what_comes_later_is_waited_for(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(send, "FLUSH_TIMEOUT", 60.0)
    assert run(DONE, Page("lobby", [said()])) == ""
    assert run(DONE, Failed("run-1", "plan", "You are muted.")) == "1"
    assert run(DONE, Ended(None)) == "1"
