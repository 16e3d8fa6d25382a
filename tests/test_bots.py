"""The bot of docs/bots.md, as it stands there, on a real server."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from lanchat.client import Profile
from lanchat.client.events import Entered, Joined, Reacted
from lanchat.protocol.frames import Message
from lanchat.protocol.rooms import Create, Direct
from tests.people import Person, ServerProcess

DOCUMENT = Path(__file__).parent.parent / "docs" / "bots.md"
(CODE,) = re.findall(r"^```python\n(.*?)^```", DOCUMENT.read_text(), re.MULTILINE | re.DOTALL)
HELP = "I throw dice"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path / "room") as process:
        yield process


@pytest.fixture
def bot(server: ServerProcess, tmp_path: Path) -> Iterator[str]:
    """It runs; its key."""
    file = tmp_path / "dice.py"
    file.write_text(CODE)
    key = Profile("dice").key.public
    with subprocess.Popen([sys.executable, str(file), server.address]) as process:
        yield key
        assert process.poll() is None, "it has ended"
        process.kill()


def test_it_is_as_short_as_an_example_should_be() -> None:
    assert len(CODE.splitlines()) <= 60
    assert max(map(len, CODE.splitlines())) <= 120


def answer(person: Person, to: Message) -> Message:
    return person.until(Message, lambda m: m.reply == to.seq and m.room == to.room)


def test_it_answers_who_calls_it_and_goes_where_it_is_invited(server: ServerProcess, bot: str) -> None:
    with Person(server.address, "Ana") as ana:
        ana.until(Joined)
        ana.until_here("dice")
        ana.client.say("2d6 is not for the bot")
        ana.client.say("@dice 2d6")
        thrown = answer(ana, ana.until_said("@dice 2d6"))
        assert (thrown.nick, thrown.key) == ("dice", bot)
        assert re.fullmatch(r"[1-6] \+ [1-6] = \d+", thrown.text)
        ana.client.do(Create("games"))
        ana.until(Entered)
        ana.client.say("@dice join games")
        ana.until(Reacted)
        ana.client.say("@Dice: 1d1!", room="games")
        assert answer(ana, ana.until_said("@Dice: 1d1!")).text == "1 = 1"
        assert len(ana.entries) == 6, "nothing else was said"


def test_alone_with_it_every_word_counts_and_an_echo_ends(server: ServerProcess, bot: str) -> None:
    with ExitStack() as ends:
        ana = ends.enter_context(Person(server.address, "Ana"))
        ana.until(Joined)
        ana.until_here("dice")
        ana.client.do(Direct([bot]))
        room = ana.until(Entered).room
        ana.client.say("hello", room=room)
        told = answer(ana, ana.until_said("hello"))
        assert told.text.startswith(HELP)
        echo = ana.client.say(told.text, room=room)  # as another bot might
        ana.until(Message, lambda m: m.id == echo)
        ana.client.say("3d1", room=room)
        assert answer(ana, ana.until_said("3d1")).text == "1 + 1 + 1 = 3"
        assert sum(entry.text.startswith(HELP) for entry in ana.entries) == 2, "it answers no echo"
