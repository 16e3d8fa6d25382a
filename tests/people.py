"""People and servers for tests of the whole way: clients that keep what they hear, and servers as processes."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Self, TypeVar

from lanchat.client import Client, Profile, events
from lanchat.client.events import Event
from lanchat.protocol.frames import Message

PATIENCE: Final = 60.0  # s until a test gives up waiting; nothing here takes a tenth of it
EventT = TypeVar("EventT")


class Person:
    """A started client with a profile of its own, and all the events that it gave so far."""

    def __init__(self, place: Any, nick: str, *, profile: str | None = None, **options: Any) -> None:
        self.client = Client(place, nick, profile=Profile(profile or nick.lower()), **options).start()
        self.heard: list[Event] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def until(self, kind: type[EventT], fits: Callable[[EventT], bool] = lambda _: True) -> EventT:
        """The next event of this kind that fits; what comes before it is heard, too."""
        while True:
            event = self.client.events.get(PATIENCE)
            self.heard.append(event)
            if isinstance(event, kind) and fits(event):
                return event
            assert not isinstance(event, events.Ended), f"ended instead: {event.error}"

    def until_said(self, text: str) -> Message:
        """The entry with this text, once it is heard, live or in a page."""
        while True:
            for entry in self.entries:
                if entry.text == text:
                    return entry
            self.until(object)  # type: ignore[type-abstract]

    def until_here(self, nick: str) -> None:
        """Waits until `nick` is in the room."""
        while nick not in self.here:
            self.until(object)  # type: ignore[type-abstract]

    @property
    def here(self) -> set[str]:
        """Who is in the room, by what was heard."""
        nicks: set[str] = set()
        for event in self.heard:
            if isinstance(event, events.Roster):
                nicks = (set() if event.first else nicks) | {member.nick for member in event.members}
            elif isinstance(event, events.Presence):
                for change in event.changes:
                    nicks -= {change.was, change.nick}
                    nicks |= set() if change.change == "left" else {change.nick}
        return nicks

    @property
    def entries(self) -> list[Message]:
        """All entries in the order in which they were heard; one that was told twice stands there twice."""
        found: list[Message] = []
        for event in self.heard:
            if isinstance(event, Message):
                found.append(event)
            elif isinstance(event, events.Page):
                found += [entry for entry in event.entries if isinstance(entry, Message)]
        return found

    @property
    def texts(self) -> list[str]:
        return [entry.text for entry in self.entries]


class ServerProcess:
    """`lanchat serve` as a process of its own that the test may kill or stop.

    host: the only address on which it listens. start: makes the process, here or on another host.
    """

    def __init__(
        self,
        data: Path,
        port: int = 0,
        *options: str,
        host: str = "127.0.0.1",
        start: Callable[..., subprocess.Popen[str]] = subprocess.Popen,
    ) -> None:
        self.data, self._options, self._host, self._start = data, options, host, start
        self._process = start(
            [
                *(sys.executable, "-m", "lanchat", "serve", "--name", "Room", "--data", str(data)),
                *("--host", host, "--port", str(port), "--no-mdns", "--no-beacon", "--rate-limit", "off"),
                *options,
            ],
            stdout=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert "is open on port" in line, f"the server said {line!r}"
        self.port = int(line.split("port ")[1].split(",")[0])
        self.id = line.split("id ")[1].strip()

    def next_line(self) -> str:
        """What it says after that it is open."""
        assert self._process.stdout is not None
        return self._process.stdout.readline()

    @property
    def address(self) -> str:
        return f"{self._host}:{self.port}"

    @property
    def pid(self) -> int:
        return self._process.pid

    def again(self) -> ServerProcess:
        """Another process on the same data and port, after this one has ended."""
        self.close()
        return ServerProcess(self.data, self.port, *self._options, host=self._host, start=self._start)

    def signal(self, number: signal.Signals) -> None:
        os.kill(self._process.pid, number)

    def kill(self) -> None:
        """As a power cut does to a process."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        if self._process.poll() is None:
            self.signal(signal.SIGCONT)
            self._process.terminate()
        self._process.wait(PATIENCE)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def resident(pid: int) -> int:
    """The memory of a process, in KiB."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1])


def free_port() -> int:
    """A port of the loopback on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        port: int = sock.getsockname()[1]
        return port
