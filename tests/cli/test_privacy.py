"""What a terminal tells others of the person at it: as much as the settings of the window allow."""

from __future__ import annotations

from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from lanchat.client import Profile
from lanchat.client.events import Joined, Presence, Typed
from lanchat.client.preferences import Preferences
from lanchat.journal import Journal
from tests.cli.terminal import Terminal, lanchat
from tests.people import Person, ServerProcess


@pytest.fixture
def room(tmp_path: Path) -> Path:
    return tmp_path / "room"


def prefer(preferences: Preferences, name: str = "zoe") -> str:
    """Somebody likes it so; their key."""
    profile = Profile(name)
    profile.update(preferences=preferences)
    return profile.key.public


@pytest.mark.parametrize("open", [True, False])
def test_a_chat_at_a_terminal(room: Path, *, open: bool, tmp_path: Path) -> None:  # noqa: A002 - whether others may know
    key = prefer(Preferences(receipts=open, typing=open, presence=open, downloads=str(tmp_path / "mine")))
    (tmp_path / "plan.txt").write_text("plan")
    with ServerProcess(room) as server, ExitStack() as ends:
        ana = ends.enter_context(Person(server.address, "Ana"))
        ana.until(Joined)
        terminal = Terminal(server.address, ends)
        terminal.until("Ctrl-D leaves")
        ana.client.send_file(tmp_path / "plan.txt")
        terminal.until("/get 1")
        terminal.type("/get 1\n")
        terminal.until(r"\* plan\.txt is in ")
        terminal.type("hello\n")
        ana.until_said("hello")
        assert bool([event for event in ana.heard if isinstance(event, Typed)]) is open
        terminal.type("/away lunch :tada:\n")
        assert ana.until(Presence, lambda e: e.changes[0].state == "away").changes[0].text == "lunch 🎉"
        assert terminal.leave("/quit\n") == 0
    assert (tmp_path / "mine" / "plan.txt").read_text() == "plan"
    with closing(Journal.read(room / "journal.db")) as journal:
        assert journal.seen("lobby", key) == (2 if open else -2)
        assert bool(journal.seen("", key)) is open


def test_scripts(room: Path) -> None:
    """Each of them is here and gone."""
    keys = {}
    with ServerProcess(room) as server:
        for command in (("send", server.address, "hi"), ("admin", "bans", server.address), ("join", server.address)):
            for presence in (True, False):
                profile = f"{command[0]}-{presence}"
                keys[prefer(Preferences(presence=presence), profile)] = presence
                lanchat(*command, "--nick", profile, said="", profile=profile)
    with closing(Journal.read(room / "journal.db")) as journal:
        assert {key: bool(journal.seen("", key)) for key in keys} == keys
