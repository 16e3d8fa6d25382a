"""One run of the torture, whatever the network is made of: people that talk and die, a server that dies, and the
reckoning at the end.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Final

from lanchat.client.profile import Profile
from lanchat.client.replica import Replica
from lanchat.journal import Journal
from lanchat.protocol.frames import Message
from tests.people import Person, ServerProcess
from tests.torture.talker import LAST_WORDS

PATIENCE: Final = 120.0  # s for everything to come to rest
BETWEEN: Final = (0.3, 1.2)  # s between two faults
Start = Callable[..., "subprocess.Popen[str]"]


def lots() -> random.Random:
    """From LANCHAT_TORTURE_SEED, or from a seed of its own; prints which."""
    seed = int(os.environ.get("LANCHAT_TORTURE_SEED") or random.SystemRandom().randrange(10**6))
    print(f"LANCHAT_TORTURE_SEED={seed}")
    return random.Random(seed)


def seconds(usual: float) -> float:
    """How long faults come: LANCHAT_TORTURE_SECONDS, or the usual time."""
    return float(os.environ.get("LANCHAT_TORTURE_SECONDS", usual))


class Talker:
    """A person, and the lives that they had. start: makes their process."""

    def __init__(self, nick: str, place: str, server_id: str, pause: float, start: Start = subprocess.Popen) -> None:
        self.nick, self._place, self._id, self._pause, self._start = nick, place, server_id, pause, start
        self.life = -1
        self.stored: dict[int, int] = {}  # by life: the last number that was stored in the outbox, by its own word
        self.words: list[str] = []

    def begin(self) -> None:
        self.life += 1
        self.stored[self.life] = -1
        self.words = []
        who = (self._place, self._id, self.nick, str(self.life), str(self._pause))
        self.process = self._start(
            [sys.executable, "-m", "tests.torture.talker", *who],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        assert self.process.stdout is not None
        os.set_blocking(self.process.stdout.fileno(), False)
        self._rest = ""

    def listen(self) -> None:
        """Takes note of what it said so far."""
        assert self.process.stdout is not None
        data = b""
        with contextlib.suppress(BlockingIOError):
            while piece := os.read(self.process.stdout.fileno(), 65536):
                data += piece
        *lines, self._rest = (self._rest + data.decode()).split("\n")
        for line in lines:
            if line.startswith("queued "):
                self.stored[self.life] = max(self.stored[self.life], int(line.removeprefix("queued ")))
            else:
                self.words.append(line)

    def tell(self, word: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(word + "\n")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self.listen()
        self.close()

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            assert stream is not None
            if not stream.closed:
                stream.close()


def until(condition: Callable[[], object], what: str, people: list[Talker]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, (
            f"{what}: {[(p.nick, p.life, p.words[-3:], p.process.poll()) for p in people]}"
        )
        for person in people:
            person.listen()
        time.sleep(0.01)


class Torture:
    """A server, people, and the faults that every network has; a network adds its own to `faults`."""

    def __init__(self, folder: Path, lots: random.Random, server: ServerProcess, people: list[Talker]) -> None:
        self._folder, self._lots = folder, lots
        self.server, self.people = server, people
        self.faults: dict[Callable[[], None], int] = {  # how likely each is
            self.kill_server: 2,
            self.kill_person: 4,
            self.copy_journal: 2,
        }
        self.counts: dict[str, int] = defaultdict(int)

    def __enter__(self) -> Torture:
        for person in self.people:
            person.begin()
        return self

    def __exit__(self, *_: object) -> None:
        for person in self.people:
            person.close()
        self.server.close()

    @property
    def said(self) -> int:
        """How many messages were stored in outboxes."""
        return sum(last + 1 for person in self.people for last in person.stored.values())

    def fault(self) -> None:
        (chosen,) = self._lots.choices(list(self.faults), list(self.faults.values()))
        self.counts[chosen.__name__] += 1
        chosen()

    def kill_server(self) -> None:
        self.server.kill()
        self.server = self.server.again()

    def kill_person(self) -> None:
        person = self._lots.choice(self.people)
        person.kill()
        person.begin()
        person.tell("go")

    def copy_journal(self) -> None:
        """What a machine's end would leave, had the system written all it was given: it opens, and is a beginning."""
        self.server.signal(signal.SIGSTOP)
        copy = self._folder / f"copy{self.counts['copy_journal']}"
        copy.mkdir()
        for file in (self._folder / "room").glob("journal.db*"):
            shutil.copy(file, copy / file.name)
        self.server.signal(signal.SIGCONT)

    def run(self, seconds: float, least: int = 0) -> None:
        """Faults, for so long, and until at least so many messages were said."""
        until(lambda: all("joined" in p.words for p in self.people), "everybody joins", self.people)
        for person in self.people:
            person.tell("go")
        ends = time.monotonic() + seconds
        while time.monotonic() < ends or self.said < least:
            pause = time.monotonic() + self._lots.uniform(*BETWEEN)
            until(lambda pause=pause: time.monotonic() >= pause, "time passes", self.people)  # type: ignore[misc]
            self.fault()

    def rest(self, network: AbstractContextManager[None] | None = None) -> None:
        """No fault any more: all comes to an end. network: where the server can be reached."""
        for person in self.people:
            person.tell("stop")
        until(lambda: all("flushed" in p.words for p in self.people), "all is acknowledged", self.people)
        for person in self.people:
            person.tell("end")
        with network or nullcontext(), Person(self.server.address, "Last") as last:
            last.client.say(LAST_WORDS)
            last.until_said(LAST_WORDS)
            until(lambda: all(p.process.poll() is not None for p in self.people), "everybody leaves", self.people)
        assert [p.process.returncode for p in self.people] == [0] * len(self.people)
        self.server.close()


def entries(path: Path) -> list[Message]:
    journal = Journal.open(path)
    try:
        assert journal.flaws() == []
        return journal.after("lobby", 0, 10**7, 10**7)
    finally:
        journal.close()


def _difference(copy: list[Message], stored: list[Message]) -> str:
    """The first entries that one has, and the other has not or has otherwise."""
    missing = [entry for entry in stored if entry not in copy][:3]
    more = [entry for entry in copy if entry not in stored][:3]
    return f"{len(copy)} of {len(stored)}; missing {missing}, more {more}"


def reckon(torture: Torture, folder: Path) -> None:
    """Everything that was said is in the journal once, in its author's order, and everybody has the same."""
    stored = entries(folder / "room" / "journal.db")
    print(f"{len(stored)} messages; {dict(torture.counts)}; lives {[p.life + 1 for p in torture.people]}")
    assert [entry.seq for entry in stored] == [*range(1, len(stored) + 1)]
    for person in torture.people:
        keys = {entry.key for entry in stored if entry.nick == person.nick}
        assert len(keys) == 1
        said = [entry.text for entry in stored if entry.key in keys]
        assert said == sorted(said, key=lambda text: [int(part) for part in text.split(" ")[1:]])
        for life, last in person.stored.items():
            texts = [text for text in said if text.startswith(f"{person.nick} {life} ")]
            assert texts == [f"{person.nick} {life} {n}" for n in range(len(texts))]
            assert len(texts) > last, f"{person.nick} {life}: {last} was stored in the outbox, and is not here"
        replica = Replica(Profile(person.nick).directory, torture.server.id, "k")
        copy = replica.before("lobby", None, 10**7)
        assert copy == stored, f"{person.nick}: {_difference(copy, stored)}"
        replica.close()
    for copy in folder.glob("copy*"):
        held = entries(copy / "journal.db")
        assert held == stored[: len(held)]
