"""Plain text on the one port: people with nc, the classic tutorial client, browsers; and who may talk in clear."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from lanchat.protocol.detect import HTTP_ANSWER
from lanchat.protocol.limits import MAX_TEXT
from lanchat.protocol.plain import HELP, PROMPT
from lanchat.server import Server, limits
from lanchat.server import server as module
from tests.lan import Host, Lan, why_unavailable
from tests.server.conftest import Connect
from tests.server.raw_client import RawSocket

Nc = Callable[..., RawSocket]
# What `printf … | nc HOST PORT` does
TALK = """
import socket, sys
sock = socket.create_connection((sys.argv[1], int(sys.argv[2])), 10)
sock.sendall(sys.argv[3].encode())
sock.shutdown(socket.SHUT_WR)
while data := sock.recv(4096):
    sys.stdout.buffer.write(data)
"""


@pytest.fixture
def nc(server: Server, clients: ExitStack) -> Nc:
    def connect(*lines: str) -> RawSocket:
        sock = clients.enter_context(RawSocket(server.port))
        for line in lines:
            sock.send(line.encode())
        return sock

    return connect


def read_to(sock: RawSocket, line: str) -> list[str]:
    """The lines up to this one."""
    found: list[str] = []
    while line not in found:
        got = sock.read_line()
        assert got is not None, f"closed, without “{line}”: {found}"
        found.append(got.decode())
    return found


def test_somebody_with_nc_talks_in_the_room(connect: Connect, nc: Nc) -> None:
    ana = connect("Ana", tls=True)
    ana.say("1", "before")
    ana.until("message")
    nico = nc("Nico\n")
    assert read_to(nico, "* Here now: Ana, Nico") == [
        "* Welcome to Room, Nico. /quit leaves, /help tells more.",
        "* Before you came:",
        "Ana: before",
        "* Here now: Ana, Nico",
    ]
    nico.send(b"/help\n")
    read_to(nico, f"* {HELP}")
    nico.send(b"hello there\nsecond line\r\n\n")
    assert [ana.until("message")["text"] for _ in range(2)] == ["hello there", "second line"]
    message = ana.messages()[-1]
    assert (message["nick"], message["key"]) == ("Nico", None)
    ana.say("2", "hi\nNico: forged?")
    lines = read_to(nico, "Ana: Nico: forged?")
    assert lines[-4:] == ["Nico: hello there", "Nico: second line", "Ana: hi", "Ana: Nico: forged?"]
    nico.send(b"{quit}\n")
    assert nico.read_all() == b""
    ana.until_here("Ana")


def test_the_classic_tutorial_client(connect: Connect, nc: Nc) -> None:
    """A bare nickname without a newline, bare messages, {quit}: each recv is one message."""
    ana = connect("Ana")
    tutor = nc("Tutor")
    read_to(tutor, "* Here now: Ana, Tutor")
    ana.until_here("Ana", "Tutor")
    for text in ("hello", "ça va?"):
        tutor.send(text.encode())
        assert ana.until("message")["text"] == text
    tutor.send(b"{quit}")
    ana.until_here("Ana")
    assert "{quit}" not in ana.texts()


def test_it_is_never_sent_more_than_it_can_decode_in_one_piece(connect: Connect, nc: Nc) -> None:
    """1,024 bytes at a time, decoded one by one: what is written at once stays below, and ends between characters."""
    ana = connect("Ana")
    tutor = nc("Tutor\n")
    read_to(tutor, "* Here now: Ana, Tutor")
    for n, sign in enumerate(("é", "語", "🙂"), start=1):
        ana.say(str(n), sign * 1500)
        line = f"Ana: {sign * 1500}"
        got = ""
        while line not in got:  # news of who joined may come before it
            piece = tutor.read()
            assert piece, f"closed, without the line: {got}"
            got += piece.decode()


def test_a_name_that_is_taken_or_malformed_is_asked_for_again(connect: Connect, nc: Nc) -> None:
    connect("Ana")
    nico = nc("ana\n")
    assert nico.read_line() == "* “ana” is already here. How about “ana 2”?".encode()
    nico.send(b"a:b\n")
    line = nico.read_line()
    assert line is not None
    assert line.startswith(b"* A name cannot hold a colon")
    nico.send(b"Nico\n")
    read_to(nico, "* Welcome to Room, Nico. /quit leaves, /help tells more.")


@pytest.mark.parametrize("name", ["G", "GET", "P", "{", "OPTIONS"])
def test_a_bare_name_that_might_become_something_else_is_waited_for(
    connect: Connect, nc: Nc, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(limits, "PROMPT_AFTER", 0.1)
    somebody = nc(name)
    line = somebody.read_line()
    assert line is not None
    assert line.startswith(b"* A name cannot" if name == "{" else f"* Welcome to Room, {name}.".encode())


def test_who_says_nothing_is_asked_for_a_name(connect: Connect, nc: Nc, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PROMPT_AFTER", 0.1)
    nico = nc()
    assert nico.read_line() == PROMPT.rstrip(b"\n")
    nico.send(b"Nico\n")
    read_to(nico, "* Here now: Nico")


def test_who_gives_no_name_is_not_waited_for_for_ever(nc: Nc, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PROMPT_AFTER", 0.1)
    monkeypatch.setattr(limits, "PLAIN_TIMEOUT", 0.2)
    assert nc().read_all() == PROMPT + b"* No word from you for too long.\n"
    nico = nc("*bad*\n")
    assert nico.read_all().decode().split("\n")[-2] == "* No word from you for too long."


def test_a_line_that_is_too_long_is_told_and_never_said_in_parts(connect: Connect, nc: Nc) -> None:
    ana = connect("Ana")
    nico = nc("Nico\n")
    read_to(nico, "* Here now: Ana, Nico")
    nico.send(b"x" * (MAX_TEXT * 5) + b"\nfine\n")
    read_to(nico, f"* A message has at most {MAX_TEXT:,} characters, this one {MAX_TEXT + 1:,}.")
    ana.until("message")
    assert ana.texts() == ["fine"]


def test_bytes_that_are_no_text_become_text(connect: Connect, nc: Nc) -> None:
    ana = connect("Ana")
    nico = nc("Nico\n")
    read_to(nico, "* Here now: Ana, Nico")
    nico.send(b"caf\xe9 \x1b[31mred\x07\n")
    assert ana.until("message")["text"] == "caf\ufffd [31mred"


def test_changes_of_the_roster_are_lines(connect: Connect, nc: Nc) -> None:
    nico = nc("Nico\n")
    read_to(nico, "* Here now: Nico")
    ana = connect("Ana")
    read_to(nico, "* Ana joined")
    ana.tell(kind="rename", nick="Eva")
    read_to(nico, "* Ana is now Eva")
    ana.close()
    read_to(nico, "* Eva left")


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"])
def test_a_browser_is_told_what_this_is_and_says_nothing_in_the_room(
    connect: Connect, server: Server, method: str
) -> None:
    ana = connect("Ana")
    with RawSocket(server.port) as browser:
        browser.send(f"{method} / HTTP/1.1\r\nHost: localhost\r\n\r\nhello room\r\n".encode())
        assert browser.read_all() == HTTP_ANSWER
    ana.sync()
    assert ana.texts() == []
    assert ana.roster() == ["Ana"]


def test_a_pipe_into_nc(server: Server, connect: Connect) -> None:
    """With the end of its input it leaves; what it said has arrived."""
    ana = connect("Ana")
    command = [sys.executable, "-c", TALK, "127.0.0.1", str(server.port), "Pipe\nfrom a pipe\n"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    assert ana.until("message")["text"] == "from a pipe"
    ana.until_here("Ana")


# Who may talk in clear


@pytest.mark.parametrize(
    ("peer", "here", "own"),
    [
        ("127.0.0.1", "127.0.0.1", True),
        ("127.0.0.1", "127.9.9.9", True),
        ("::1", "::1", True),
        ("::ffff:127.0.0.1", "::ffff:127.0.0.1", True),
        ("192.168.1.5", "192.168.1.5", True),
        ("fe80::1%eth0", "fe80::1%eth0", True),
        ("192.168.1.6", "192.168.1.5", False),
        ("::ffff:10.0.0.1", "::ffff:10.0.0.2", False),
        ("fe80::1%eth1", "fe80::1%eth0", False),
        ("1270::1", "::1", False),
    ],
)
def test_who_counts_as_this_machine(peer: str, here: str, own: bool) -> None:
    class Connected(socket.socket):
        """Says that it was reached at `here`: addresses that this machine has not."""

        def getsockname(self) -> tuple[str, int]:
            return here, 5055

    with Connected() as sock:
        assert module._is_own(sock, peer) is own


@pytest.fixture
def lan() -> Iterator[Lan]:
    if reason := why_unavailable():
        pytest.skip(reason)
    with Lan() as lan:
        yield lan


JSON_HELLO = '{"type":"hello","version":1,"nick":"Ana"}\n'


def talk(host: Host, to: Host, said: str) -> str:
    return host.run([sys.executable, "-c", TALK, to.ip, "5055", said]).stdout


def serve_on(host: Host, *options: str) -> None:
    command = [sys.executable, "-m", "lanchat", "serve", "--name", "Room", "--no-mdns", "--no-beacon", *options]
    process = host.popen(command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert "is open on port 5055" in process.stdout.readline()


@pytest.mark.lan
def test_clear_text_of_other_machines_is_refused_with_a_sentence(lan: Lan) -> None:
    nord, sued = lan.host(), lan.host()
    serve_on(nord)
    for said in (JSON_HELLO, "Nico\n"):
        answer = talk(sued, nord, said)
        assert "only encrypted connections" in answer
        assert ('"code":"clear_text"' in answer) is (said == JSON_HELLO)
    assert "Welcome to Room, Nico" in talk(nord, nord, "Nico\n")  # by its LAN address, from the machine itself
    assert "This is a lanchat server" in talk(sued, nord, "GET / HTTP/1.1\r\n\r\n")


@pytest.mark.lan
def test_clear_text_of_other_machines_is_taken_where_it_is_allowed(lan: Lan) -> None:
    nord, sued = lan.host(), lan.host()
    serve_on(nord, "--allow-clear")
    assert '"type":"welcome"' in talk(sued, nord, JSON_HELLO)
    assert "Welcome to Room, Nico" in talk(sued, nord, "Nico\n")
