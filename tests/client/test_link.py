"""The link against real servers: it comes back, resumes, notices silence, and leaves nothing behind."""

from __future__ import annotations

import errno
import json
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

from lanchat.channel import Channel
from lanchat.client import Client, Profile, event_queue, link
from lanchat.client.events import (
    Connecting,
    Delay,
    Ended,
    Error,
    Joined,
    Lost,
    Page,
    Presence,
    Queued,
    Refused,
    Rooms,
    Roster,
)
from lanchat.errors import ConnectError, HostRefused, LocalProtocolError, NotLanchat, SomebodyBetween
from lanchat.protocol import frames
from lanchat.protocol.codec import encode
from lanchat.protocol.frames import Message
from lanchat.protocol.limits import MAX_TEXT
from lanchat.server import Config, Server
from tests.client.conftest import Join, Serve
from tests.people import PATIENCE, Person, ServerProcess, free_port
from tests.strangers import Talk, impostor, says


@pytest.fixture
def process(tmp_path: Path) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path / "room") as server:
        yield server


def _again(server: Server, tmp_path: Path) -> Server:
    """The same room on the same port once more."""
    return Server(Config("Room", tmp_path / "room", "127.0.0.1", server.port, rate=None, mdns=False, beacon=False))


# Coming in


def test_events_come_in_the_order_of_what_happened(serve: Serve, join: Join) -> None:
    server = serve()
    ana = join(server, "Ana")
    ana.client.say("early")
    ana.until_said("early")
    kinds = [type(event) for event in ana.heard if not isinstance(event, Presence | Page | Roster | Rooms)]
    assert kinds == [Connecting, Queued, Joined, Message] or kinds == [Connecting, Joined, Queued, Message]


def test_two_people_talk(serve: Serve, join: Join) -> None:
    server = serve()
    ana, ben = join(server, "Ana"), join(server, "Ben")
    ana.until(Joined)
    ben.until(Joined)
    ana.client.say("hello Ben")
    entry = ben.until_said("hello Ben")
    assert (entry.nick, entry.key) == ("Ana", ana.client.key)
    ben.client.say("hello\nAna")
    assert ana.until_said("hello\nAna").nick == "Ben"


def test_a_newcomer_reads_back_to_the_first_entry(serve: Serve, join: Join) -> None:
    server = serve()
    ana = join(server, "Ana")
    for n in range(250):
        ana.client.say(f"line {n}")
    assert ana.client.flush(PATIENCE)
    ben = join(server, "Ben")
    ben.until_said("line 249")
    assert len(ben.entries) == 100
    while not (page := ben.heard[-1] if ben.heard else None) or not (isinstance(page, Page) and page.start):
        ben.client.load_older(min(entry.seq for entry in ben.entries))
        ben.until(Page)
    assert sorted(entry.seq for entry in ben.entries) == [*range(1, 251)]


def test_a_taken_name_can_be_changed(serve: Serve, join: Join) -> None:
    server = serve()
    join(server, "Ana").until(Joined)
    other = join(server, "Ana", profile="other")
    refused = other.until(Refused)
    assert refused.suggestion is not None
    other.client.say("waits for the name")
    other.client.rename(refused.suggestion)
    assert other.until(Joined).welcome.nick == refused.suggestion
    assert other.until_said("waits for the name").nick == refused.suggestion


def test_renaming_in_the_room(serve: Serve, join: Join) -> None:
    server = serve()
    ana, ben = join(server, "Ana"), join(server, "Ben")
    ana.until(Joined)
    ben.until(Joined)
    ana.client.rename("Ben")
    assert ana.until(Error).code == "nick_taken"
    ana.client.rename("Anna")
    ben.until(Presence, lambda presence: any(change.nick == "Anna" for change in presence.changes))
    ana.until(Presence, lambda presence: any(change.nick == "Anna" for change in presence.changes))
    assert ana.client.nick == "Anna"


def test_what_cannot_be_is_refused_at_once() -> None:
    for place, nick in (("", "Ana"), ("1.2.3.4:99999", "Ana"), ("1.2.3.4:5055", ""), ("1.2.3.4:5055", "A:B")):
        with pytest.raises(LocalProtocolError):
            Client(place, nick, profile=Profile("ana"))


# A first try that fails


def test_a_first_try_that_fails_ends_it(join: Join) -> None:
    ana = join(f"127.0.0.1:{free_port()}", "Ana")
    assert isinstance(ana.until(Ended).error, HostRefused)


def test_a_patient_one_goes_on(serve: Serve, join: Join) -> None:
    port = free_port()
    ana = join(f"127.0.0.1:{port}", "Ana", patient=True)
    ana.client.say("said before there was a room")
    ana.until(Lost)
    serve(port=port)
    ana.client.retry_now()
    ana.until(Joined)
    ana.until_said("said before there was a room")


def test_retry_now_does_not_wait(serve: Serve, join: Join, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link, "RETRY_FIRST", 3600.0)
    monkeypatch.setattr(link, "RETRY_MOST", 3600.0)
    port = free_port()
    ana = join(f"127.0.0.1:{port}", "Ana", patient=True)
    assert ana.until(Lost).retry_in > 60
    serve(port=port)
    ana.client.retry_now()
    ana.until(Joined)


def test_a_machine_without_sockets_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_more() -> NoReturn:
        raise OSError(errno.EMFILE, "Too many open files")

    client = Client(f"127.0.0.1:{free_port()}", "Ana", profile=Profile("ana"))
    monkeypatch.setattr(socket, "socketpair", no_more)
    with client:
        while not isinstance(event := client.events.get(PATIENCE), Ended):
            pass
    assert isinstance(event.error, ConnectError)
    assert "Too many open files" in str(event.error)


# A server that ends and comes back


def test_it_comes_back_and_hears_everything_once(serve: Serve, join: Join, tmp_path: Path) -> None:
    first = serve()
    ana, ben = join(first, "Ana"), join(first, "Ben")
    ana.client.say("before")
    ben.until_said("before")
    ana.until_said("before")
    first.close()
    ben.until(Lost)
    ana.until(Lost)
    ana.client.say("while it was away")
    with _again(first, tmp_path) as second, Person(f"127.0.0.1:{second.port}", "Carl") as carl:
        carl.client.say("by somebody new")
        for person in (ana, ben):
            assert person.until(Joined).again
            person.until_said("while it was away")
            person.until_said("by somebody new")
            seqs = [entry.seq for entry in person.entries]
            assert seqs == [1, 2, 3]
        for person in (ana, ben):
            person.client.close()


def test_goodbye_is_told(serve: Serve, join: Join) -> None:
    server = serve()
    ana = join(server, "Ana")
    ana.until(Roster)
    server.close()
    assert "closes" in ana.until(Lost).detail


def test_replaced_data_is_noticed(serve: Serve, join: Join, tmp_path: Path) -> None:
    first = serve()
    ana = join(first, "Ana")
    ana.client.say("in the old room")
    ana.until_said("in the old room")
    first.close()
    for path in (tmp_path / "room").glob("journal.db*"):
        path.unlink()
    with _again(first, tmp_path):
        joined = ana.until(Joined)
        assert joined.again
        assert joined.new_journal
        ana.client.say("in the new one")
        assert ana.until_said("in the new one").seq == 1
        ana.client.close()


def test_a_stopped_server_is_noticed(process: ServerProcess, join: Join, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that stands still keeps its connections: only its silence tells."""
    monkeypatch.setattr(link, "PING_AFTER", 0.1)
    monkeypatch.setattr(link, "SILENCE", 1.0)
    ana = join(process.address, "Ana")
    ana.until(Delay)
    process.signal(signal.SIGSTOP)
    assert "not answer" in ana.until(Lost).detail
    ana.client.say("meanwhile")
    process.signal(signal.SIGCONT)
    assert ana.until(Joined).again
    ana.until_said("meanwhile")
    assert ana.texts.count("meanwhile") == 1


def test_a_slow_listener_does_not_blame_the_server(serve: Serve, join: Join, monkeypatch: pytest.MonkeyPatch) -> None:
    """While nobody reads our events, we read nothing; afterwards everything is there, in order, over the same
    connection."""
    monkeypatch.setattr(link, "PING_AFTER", 0.02)
    monkeypatch.setattr(link, "SILENCE", 0.1)
    server = serve()
    ana, ben = join(server, "Ana"), join(server, "Ben")
    ana.until(Joined)
    ben.until(Roster)
    monkeypatch.setattr(event_queue, "MAX_UNREAD", 5)
    for n in range(200):
        ana.client.say(f"line {n}")
        ana.until_said(f"line {n}")
    ben.until_said("line 199")
    assert [text for text in ben.texts if text.startswith("line")] == [f"line {n}" for n in range(200)]
    assert not any(isinstance(event, Lost) for event in ben.heard)


# Strange servers


@pytest.mark.parametrize(
    ("talk", "kind"),
    [
        (says(b"HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n", then_closes=True), NotLanchat),
        (says(b"x" * 70_000), NotLanchat),
        (says(frames.Message("lobby", 1, "a", 1, "Eve", None, "too early")), NotLanchat),
        (says(frames.Challenge("n", "6" * 32)), SomebodyBetween),
        (says(then_closes=True), ConnectError),
        (says(frames.Bye("busy", "Too many."), then_closes=True), ConnectError),
    ],
)
def test_who_never_says_welcome_is_not_pinned(tmp_path: Path, join: Join, talk: Talk, kind: type[ConnectError]) -> None:
    """What speaks TLS there today may be another program's; our room may be there tomorrow."""
    with impostor(tmp_path / "strange", talk) as place:
        error = join(place, "Ana").until(Ended).error
    assert isinstance(error, kind)
    assert place in str(error)
    profile = Profile("ana")
    assert profile.pinned(place) is None
    assert profile.settings.recents == ()


def test_who_says_nothing_is_given_up(tmp_path: Path, join: Join, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pings do not count as a welcome."""
    monkeypatch.setattr(link, "WELCOME_TIMEOUT", 0.3)
    enough = threading.Event()

    def talk(channel: Channel) -> None:
        while not enough.wait(0.02):
            channel.send(encode(frames.Ping()))

    with impostor(tmp_path / "strange", talk) as place:
        error = join(place, "Ana").until(Ended).error
        enough.set()
    assert isinstance(error, ConnectError)
    assert "not answer" in str(error)


# Leaving


def test_close_leaves(serve: Serve, join: Join) -> None:
    server = serve()
    ana, ben = join(server, "Ana"), join(server, "Ben")
    ana.until(Joined)
    ben.until(Joined)
    ana.client.close()
    assert ana.until(Ended).error is None
    ben.until(Presence, lambda presence: any((c.change, c.nick) == ("left", "Ana") for c in presence.changes))


def test_after_the_end_nothing_is_taken_and_nothing_hangs(serve: Serve, join: Join) -> None:
    server = serve()
    ana = join(server, "Ana")
    ana.until(Joined)
    ana.client.close()
    ana.client.close()
    with pytest.raises(LocalProtocolError, match="no longer"):
        ana.client.say("too late")
    assert not ana.client.flush()
    ana.client.rename("Anna")
    ana.client.retry_now()
    ana.client.load_older()
    ana.client.discard("x-1")


def test_flush_ends_with_the_talk(join: Join) -> None:
    ana = join(f"127.0.0.1:{free_port()}", "Ana", patient=True)
    ana.client.say("nobody hears it")
    ana.until(Lost)
    closer = threading.Timer(0.05, ana.client.close)
    closer.start()
    assert not ana.client.flush()
    closer.join()


def test_closing_without_starting_gives_everything_back() -> None:
    """Its outbox is free for the next one: what was said in it is adopted."""
    client = Client("127.0.0.1:5055", "Ana", profile=Profile("ana"))
    message_id = client.say("said before the start")
    client.close()
    assert isinstance(client.events.get(PATIENCE), Queued)
    assert isinstance(client.events.get(PATIENCE), Ended)
    again = Client("127.0.0.1:5055", "Ana", profile=Profile("ana"), patient=True)
    with again:
        queued = next(event for event in again.events if isinstance(event, Queued))
    assert queued.id == message_id


def test_closing_while_it_connects(join: Join) -> None:
    """To a silent address, to one that is looked for, and between two tries."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        place = f"127.0.0.1:{silent.getsockname()[1]}"
        ana = join(place, "Ana")
        ana.until(Connecting)
        ana.client.close()
        assert ana.until(Ended).error is None


@pytest.mark.parametrize("listens", [True, False])
def test_the_last_words_go_out(
    process: ServerProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listens: bool
) -> None:
    """More than the system takes at once, and all that comes back unread: leaving waits until it is acknowledged. Where
    nobody reads our events, it reaches the server all the same, and is not said twice."""
    monkeypatch.setattr(link, "FLUSH_TIME", PATIENCE)
    with Person(process.address, "Ana") as ana:
        ana.until(Joined)
        if not listens:
            monkeypatch.setattr(event_queue, "MAX_UNREAD", 0)
        for _ in range(100):
            ana.client.say("😀" * MAX_TEXT)
        ana.client.say("goodbye")
        ana.client.close()
        monkeypatch.undo()
        monkeypatch.setenv("LANCHAT_HOME", str(tmp_path / "home"))
        assert ana.client.settled == (101 if listens else 0)
    with Person(process.address, "Ben") as ben:
        ben.until_said("goodbye")
    with Person(process.address, "Ana") as again:
        again.until_said("goodbye")
        assert again.client.flush(PATIENCE)
        assert max(entry.seq for entry in again.entries) == 101
        assert again.texts.count("goodbye") == 1


def test_leaving_a_server_that_stands_still_keeps_what_it_did_not_take(process: ServerProcess) -> None:
    with Person(process.address, "Ana") as ana:
        ana.until(Roster)
        process.signal(signal.SIGSTOP)
        ana.client.say("nobody hears it")
        ana.client.close()
        assert ana.until(Ended).error is None
        assert not any(isinstance(event, Lost) for event in ana.heard)
    process.signal(signal.SIGCONT)
    with Person(process.address, "Ana") as again:
        again.until_said("nobody hears it")
        assert again.client.flush(PATIENCE)
        assert again.texts == ["nobody hears it"]


def test_a_server_that_is_gone_at_the_goodbye_hurts_nobody(tmp_path: Path, join: Join) -> None:
    """There is something to answer when it refuses us and hangs up. The outbox is free for the next one."""
    hellos: list[dict[str, Any]] = []

    def talk(channel: Channel) -> None:
        hellos.append(json.loads(channel.receive(PATIENCE)))
        channel.send(encode(frames.Ping()) + encode(frames.Refused("full", "No room.")))
        channel._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        channel._sock.close()
        channel._sock.close()

    with impostor(tmp_path / "strange", talk) as place:
        ana = join(place, "Ana")
        ana.client.say("said before it came to nothing")
        assert isinstance(ana.until(Ended).error, ConnectError)
        ana.client.close()
        assert isinstance(join(place, "Ana").until(Ended).error, ConnectError)
    assert [len(hello["runs"]) for hello in hellos] == [1, 2]


@pytest.mark.parametrize("place", ["slow.example:5055", "slow.example"])
def test_closing_while_a_name_server_thinks(monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    """No resolver can be interrupted."""
    asked, thought, answered = threading.Event(), threading.Event(), threading.Event()

    def resolve(*_: object, flags: int = 0, **__: object) -> NoReturn:
        if not flags:
            asked.set()
            thought.wait(PATIENCE)
            answered.set()
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with Person(place, "Ana") as ana:
        assert asked.wait(PATIENCE)
        ana.client.close()
        assert not answered.is_set()
        assert ana.until(Ended).error is None
    thought.set()
    assert answered.wait(PATIENCE)
