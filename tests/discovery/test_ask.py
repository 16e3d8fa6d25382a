"""Asking one machine that somebody typed, over the loopback: what it says, and each way it can go wrong."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import structs

from lanchat.channel import Channel
from lanchat.discovery import State, Via, ask_host
from lanchat.discovery import ask as ask_module
from lanchat.errors import HostRefused, HostUnknown, NotLanchat, SeveralThere
from lanchat.identity import ServerKey
from lanchat.protocol.codec import encode
from lanchat.protocol.frames import Pong, ServerInfo
from lanchat.server import Config, Server
from tests.discovery.conftest import announced, new_info


@contextlib.contextmanager
def something(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """A program that is no lanchat: does `talk` with each who connects; gives its port."""
    listener = socket.create_server(("127.0.0.1", 0))
    connections: list[socket.socket] = []

    def accept() -> None:
        with contextlib.suppress(OSError):  # shut down: the test is over, or the client went away
            while True:
                connection, _ = listener.accept()
                connections.append(connection)
                talk(connection)

    thread = threading.Thread(target=accept)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        for sock in (listener, *connections):
            with contextlib.suppress(OSError):  # closed by `talk`
                sock.shutdown(socket.SHUT_RDWR)
        thread.join()
        for sock in (listener, *connections):
            sock.close()


def test_a_server_answers_by_udp() -> None:
    info = new_info()
    with announced(info, beacon=False):
        found = ask_host("127.0.0.1", info.port)
    assert (found.id, found.name, found.users, found.port) == (info.id, "Nord", 3, info.port)
    assert (found.addresses, found.via, found.state) == ((f"127.0.0.1:{info.port}",), (Via.MANUAL,), State.LIVE)
    assert found.latency_ms is not None


def test_a_server_without_udp_answers_by_tcp(tmp_path: Path) -> None:
    with Server(Config(name="Nord", data=tmp_path, host="127.0.0.1", port=0, mdns=False, beacon=False)) as server:
        found = ask_host("127.0.0.1", server.port)
        assert (found.id, found.name, found.users, found.state) == (server.id, "Nord", 0, State.LIVE)


def test_a_name_is_resolved() -> None:
    info = new_info()
    with announced(info, beacon=False):
        assert ask_host("localhost", info.port).id == info.id


@pytest.mark.parametrize("name", ["x" * 64, "a..b", "256.0.0.1.invalid"])
def test_a_name_that_does_not_resolve(name: str) -> None:
    with pytest.raises(HostUnknown, match="No machine called"):
        ask_host(name, 5055)


def test_a_closed_port() -> None:
    port = new_info().port
    with pytest.raises(HostRefused, match=rf"Nothing listens at 127\.0\.0\.1:{port}"):
        ask_host("127.0.0.1", port)


def test_a_program_that_speaks_first() -> None:
    banner = b"SSH-2.0-OpenSSH_9.2\r\n"
    with something(lambda sock: sock.sendall(banner)) as port, pytest.raises(NotLanchat, match="it is not lanchat"):
        ask_host("127.0.0.1", port)


def test_a_program_that_hangs_up() -> None:
    with something(socket.socket.close) as port, pytest.raises(NotLanchat):
        ask_host("127.0.0.1", port)


def test_a_program_that_says_nothing() -> None:
    with something(lambda _: None) as port, pytest.raises(NotLanchat, match="says nothing"):
        ask_host("127.0.0.1", port, timeout=0.3)


def over_tls(context: ssl.SSLContext, *answers: bytes) -> Callable[[socket.socket], None]:
    """A server with TLS that says these."""

    def talk(sock: socket.socket) -> None:
        channel = Channel(sock)
        try:
            channel.start_tls(context, server=True)
            channel.handshake(10)
            channel.receive(10)
            for answer in answers:
                channel.send(answer)
            channel.finish()
            while channel.receive(10):
                pass
        finally:  # who asks has heard enough, and may be gone before the end
            channel.close()

    return talk


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"220 mail.example.org ESMTP\r\n", "something else"),
        (encode(Pong()), "something else"),
        (encode(new_info()), "an id that is not its own"),
        (b"x" * 70_000, "something else"),
        (b"", "does not speak our protocol"),
    ],
)
def test_tls_that_leads_to_something_else(tmp_path: Path, answer: bytes, why: str) -> None:
    context = ServerKey(tmp_path).tls_context()
    with something(over_tls(context, answer)) as port, pytest.raises(NotLanchat, match=why):
        ask_host("127.0.0.1", port)


def test_facts_out_of_range_are_no_lanchats(tmp_path: Path) -> None:
    key = ServerKey(tmp_path)
    forged = ServerInfo(key.id, "11111111", "Nord", 99999, users=-3, max_users=50, locked=False)
    with something(over_tls(key.tls_context(), encode(forged))) as port, pytest.raises(NotLanchat):
        ask_host("127.0.0.1", port)


@pytest.fixture
def two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Server]]:
    """Servers on the two ports where one is looked for when none was said; the second answers first."""
    with contextlib.ExitStack() as stack:
        configs = [Config(name=n, data=tmp_path / n, host="127.0.0.1", port=0, mdns=False) for n in ("Nord", "Sued")]
        servers = [stack.enter_context(Server(replace(config, beacon=False))) for config in configs]
        servers.sort(key=lambda server: server.port)
        monkeypatch.setattr(ask_module, "TCP_PORTS", tuple(server.port for server in reversed(servers)))
        monkeypatch.setattr(ask_module, "DEFAULT_TCP_PORT", servers[0].port)
        monkeypatch.setattr(ask_module, "DISCOVERY_UDP_PORT", servers[0].port)  # that of this machine is shared
        yield servers


@pytest.mark.parametrize("udp", [False, True])
def test_without_a_port_the_known_one_else_that_on_the_first_port(two: list[Server], udp: bool) -> None:
    first, second = two
    with contextlib.ExitStack() as stack:
        for server in two if udp else ():
            stack.enter_context(announced(structs.replace(new_info(), id=server.id, port=server.port), beacon=False))
        assert {ask_host("127.0.0.1").id for _ in range(5)} == {first.id}
        assert ask_host("127.0.0.1", known=[second.id]).id == second.id
        assert ask_host("127.0.0.1", known=["0" * 32]).id == first.id


def test_without_a_port_several_on_others_are_named(two: list[Server], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ask_module, "DEFAULT_TCP_PORT", 1)
    with pytest.raises(SeveralThere) as caught:
        ask_host("127.0.0.1")
    for server in two:
        assert f"“{server.name}” (127.0.0.1:{server.port})" in str(caught.value)
    monkeypatch.setattr(ask_module, "TCP_PORTS", (two[1].port,))
    monkeypatch.setattr(ask_module, "DISCOVERY_UDP_PORT", two[1].port)
    assert ask_host("127.0.0.1").id == two[1].id
