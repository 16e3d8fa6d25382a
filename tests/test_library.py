"""The library as a program uses it: what may be imported, and a bot of ten lines."""

from __future__ import annotations

import inspect
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

import lanchat
from lanchat.client import client as client_module
from lanchat.client.events import Joined
from tests.people import Person, ServerProcess, free_port


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path / "room") as process:
        yield process


def test_the_names_of_the_library() -> None:
    from lanchat import Client, LanchatError, Message, Profile, events, find

    assert all(callable(name) for name in (Client, Message, Profile, find))
    assert issubclass(LanchatError, Exception)
    assert events.Message is Message
    assert {name: getattr(lanchat, name) for name in lanchat.__all__}
    with pytest.raises(AttributeError, match="no attribute 'Nonsense'"):
        lanchat.Nonsense  # noqa: B018


def test_importing_it_imports_nothing_heavy() -> None:
    heavy = ("cryptography", "zeroconf", "sqlite3", "tkinter", "rich")
    code = f"import lanchat, sys; sys.exit(', '.join(name for name in {heavy} if name in sys.modules) or None)"
    subprocess.run([sys.executable, "-c", code], check=True)


def _bot(place: str) -> str:
    """The bot of the library's docstring, for another room."""
    doc = inspect.getdoc(client_module) or ""
    code = textwrap.dedent(doc[doc.index("from lanchat import") :])
    assert '"Studio Nord"' in code
    assert len(code.splitlines()) <= 10
    return code.replace('"Studio Nord"', repr(place))


def test_a_bot_of_ten_lines(server: ServerProcess) -> None:
    with subprocess.Popen([sys.executable, "-c", _bot(server.address)]) as bot:
        try:
            with Person(server.address, "Ana") as ana:
                ana.until(Joined)
                ana.until_here("echo")
                ana.client.say("!echo hello\nthere")
                assert ana.until_said("hello\nthere").nick == "echo"
                ana.client.say("no command")
                ana.client.say("!echo again")
                ana.until_said("again")
                assert ana.texts == ["!echo hello\nthere", "hello\nthere", "no command", "!echo again", "again"]
        finally:
            bot.kill()


def test_a_bot_without_a_room_says_why() -> None:
    """Its ten lines look at messages alone; it does not end as if all were well."""
    place = f"127.0.0.1:{free_port()}"
    bot = subprocess.run([sys.executable, "-c", _bot(place)], capture_output=True, text=True, check=False)
    assert bot.returncode == 1
    assert f"Nothing listens at {place}" in bot.stderr
