"""Processes that are killed in the middle of it all: nothing that was acknowledged is lost, nothing comes twice."""

from __future__ import annotations

import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from lanchat.client import dialer, link
from lanchat.client.events import Joined, Lost
from lanchat.client.profile import Profile
from lanchat.client.replica import Replica
from lanchat.journal import Journal
from lanchat.protocol.frames import Message
from tests.people import PATIENCE, Person, ServerProcess

PEOPLE = 5
EACH = 200  # messages of each person

_SAYS_AND_LIVES_ON = """
import sys
from lanchat import Client, Profile, events
client = Client(sys.argv[1], "Ana", profile=Profile("ana"), patient=True).start()
for event in client.events:
    if isinstance(event, events.Lost):
        client.say("said by a process that will be killed")
        client.say("and this")
    elif isinstance(event, events.Queued):
        print(event.text, flush=True)
"""

_SAYS_MANY = """
import sys
from lanchat import Client, Message, Profile
client = Client(sys.argv[1], "Ana", profile=Profile("ana")).start()
for n in range({each}):
    client.say(f"line {{n}}")
for event in client.events:
    if type(event).__name__ == ("Message" if {heard} else "Joined") and getattr(event, "seq", 0) >= {heard}:
        break
print("heard", flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for the next try."""
    monkeypatch.setattr(link, "RETRY_FIRST", 0.05)
    monkeypatch.setattr(link, "RETRY_MOST", 0.2)
    monkeypatch.setattr(dialer, "SEARCH_AGAIN", 0.01)


@pytest.fixture
def ends() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def _journal(path: Path) -> list[Message]:
    journal = Journal.open(path)
    try:
        return journal.after("lobby", 0, 1_000_000, 1_000_000)
    finally:
        journal.close()


def _by_author(entries: list[Message]) -> dict[str | None, list[str]]:
    said: dict[str | None, list[str]] = defaultdict(list)
    for entry in entries:
        said[entry.key].append(entry.text)
    return said


def test_a_server_killed_in_the_middle_loses_nothing(tmp_path: Path, ends: ExitStack) -> None:
    """1,000 messages of 5 people; kill -9 once a third of them was heard; the same data and port again."""
    server = ends.enter_context(ServerProcess(tmp_path / "room"))
    people = [ends.enter_context(Person(server.address, f"Person {n}")) for n in range(PEOPLE)]
    for person in people:
        person.until(Joined)
    for n in range(EACH):
        for person in people:
            person.client.say(f"{person.client.nick} says {n}")
    people[0].until(Message, lambda entry: entry.seq >= PEOPLE * EACH // 3)
    server.kill()
    for person in people:
        person.until(Lost)
    acknowledged = {entry.id: entry.seq for person in people for entry in person.entries}
    second = ends.enter_context(server.again())
    ends.push(lambda *_: [person.client.close() for person in people] and None)
    for person in people:
        assert person.until(Joined).again
        assert person.client.flush(PATIENCE)
    people[0].client.say("the end")
    for person in people:
        person.until_said("the end")

    expected = {person.client.key: [f"{person.client.nick} says {n}" for n in range(EACH)] for person in people}
    expected[people[0].client.key].append("the end")
    for person in people:
        assert [entry.seq for entry in person.entries] == [*range(1, PEOPLE * EACH + 2)]
        assert _by_author(person.entries) == expected
        person.client.close()
    second.close()
    stored = _journal(tmp_path / "room" / "journal.db")
    assert _by_author(stored) == expected
    assert {entry.id: entry.seq for entry in stored}.items() >= acknowledged.items()
    for person in people:
        assert person.entries == stored
        replica = Replica(Profile(person.client.nick.lower()).directory, second.id, "k")
        assert replica.before("lobby", None, 1_000_000) == stored
        replica.close()


def test_what_a_killed_client_said_goes_out_later_once(tmp_path: Path, ends: ExitStack) -> None:
    server = ends.enter_context(ServerProcess(tmp_path / "room"))
    process = ends.enter_context(
        subprocess.Popen([sys.executable, "-c", _SAYS_AND_LIVES_ON, server.address], stdout=subprocess.PIPE, text=True)
    )
    ends.callback(process.kill)
    with Person(server.address, "Ben") as ben:
        ben.until_here("Ana")
    server.kill()
    assert process.stdout is not None
    assert process.stdout.readline() == "said by a process that will be killed\n"
    assert process.stdout.readline() == "and this\n"
    process.kill()
    process.wait()

    second = ends.enter_context(server.again())
    for _ in range(2):  # the second time nothing is left to be said
        with Person(second.address, "Ana") as ana:
            ana.until_said("and this")
            assert ana.client.flush(PATIENCE)
    second.close()
    assert [entry.text for entry in _journal(tmp_path / "room" / "journal.db")] == [
        "said by a process that will be killed",
        "and this",
    ]


@pytest.mark.parametrize("heard", [0, 50])
def test_a_client_killed_while_it_speaks_says_nothing_twice(tmp_path: Path, ends: ExitStack, heard: int) -> None:
    """Whatever the server had of it, and whatever of that the client knew: the heir says the rest."""
    script = _SAYS_MANY.format(each=EACH, heard=heard)
    server = ends.enter_context(ServerProcess(tmp_path / "room"))
    process = ends.enter_context(
        subprocess.Popen([sys.executable, "-c", script, server.address], stdout=subprocess.PIPE, text=True)
    )
    ends.callback(process.kill)
    assert process.stdout is not None
    assert process.stdout.readline() == "heard\n"
    process.kill()
    process.wait()
    with Person(f"lanchat://{server.address}?id={server.id}", "Ana") as ana:
        ana.until(Joined)
        assert ana.client.flush(PATIENCE)
        ana.client.say("the end")
        ana.until_said("the end")
    server.close()
    texts = [entry.text for entry in _journal(tmp_path / "room" / "journal.db")]
    assert texts == [f"line {n}" for n in range(EACH)] + ["the end"]
