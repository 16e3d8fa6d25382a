"""The race of addresses: who wins, and what each way of failing is called; all against real sockets."""

from __future__ import annotations

import errno
import http.server
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from lanchat import identity
from lanchat.client import dial as dial_module
from lanchat.client.dial import Dial
from lanchat.errors import ConnectError, HostRefused, HostSilent, HostUnknown, NotLanchat, ServerKeyChanged
from lanchat.protocol.target import Address, parse_address
from lanchat.server import Server
from tests.client.conftest import Serve
from tests.people import free_port
from tests.strangers import Answer, stranger

Listen = Callable[[Answer], Address]


@pytest.fixture
def listen() -> Iterator[Listen]:
    """Something that answers each connection in its own way, until the test ends."""
    with ExitStack() as stack:
        yield lambda answer: parse_address(stack.enter_context(stranger(answer)))


def _silent(_: socket.socket) -> None:
    """Takes the connection, and says nothing."""


def _hangs_up(sock: socket.socket) -> None:
    sock.close()


def _speaks_first(sock: socket.socket) -> None:
    sock.sendall(b"SSH-2.0-OpenSSH_9.6\r\n")


def _address(server: Server) -> Address:
    return Address("127.0.0.1", server.port)


def _error(*addresses: Address, expected: str | None = None) -> ConnectError:
    with pytest.raises(ConnectError) as caught:
        Dial(addresses, expected).race()
    return caught.value


def test_it_connects(serve: Serve) -> None:
    server = serve()
    dialed = Dial([_address(server)], server.id).race()
    with closing(dialed.channel):
        assert dialed.channel.encrypted
        assert (dialed.id, dialed.address) == (server.id, _address(server))


def test_any_key_will_do_where_none_is_expected(serve: Serve) -> None:
    server = serve()
    dialed = Dial([_address(server)], None).race()
    dialed.channel.close()
    assert dialed.id == server.id


def test_dead_addresses_do_not_hold_it_up(serve: Serve, listen: Listen, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that refuses, one that is silent, one that does not resolve, one that speaks something else: then ours."""
    monkeypatch.setattr(dial_module, "STAGGER", 0.01)
    server = serve()
    addresses = [
        Address("127.0.0.1", free_port()),
        listen(_silent),
        Address("no-such-host.invalid", 5055),
        listen(_speaks_first),
        _address(server),
    ]
    dialed = Dial(addresses, server.id).race()
    dialed.channel.close()
    assert dialed.address == _address(server)


def test_the_right_key_wins_the_race(serve: Serve, tmp_path: Path) -> None:
    other, server = serve(data=tmp_path / "other"), serve()
    dialed = Dial([_address(other), _address(server)], server.id).race()
    dialed.channel.close()
    assert dialed.id == server.id


def test_a_wrong_key_is_told_with_both_words(serve: Serve) -> None:
    server = serve()
    known = "0123456789abcdef" * 2
    error = _error(_address(server), expected=known)
    assert isinstance(error, ServerKeyChanged)
    assert (error.expected, error.found) == (known, server.id)
    assert identity.words(known) in str(error)
    assert identity.words(server.id) in str(error)
    assert f"lanchat trust 127.0.0.1:{server.port}" in str(error)


def test_refused() -> None:
    assert isinstance(_error(Address("127.0.0.1", free_port())), HostRefused)


def test_unknown() -> None:
    error = _error(Address("no-such-host.invalid", 5055))
    assert isinstance(error, HostUnknown)
    assert "no-such-host.invalid" in str(error)


def test_no_way_there() -> None:
    """Reserved for documentation; an error of the system at once, or no answer."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dial_module, "CONNECT_TIMEOUT", 0.05)
        assert isinstance(_error(Address("192.0.2.1", 5055)), HostSilent | HostRefused)


def test_silent(listen: Listen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dial_module, "HANDSHAKE_TIMEOUT", 0.05)
    assert isinstance(_error(listen(_silent)), HostSilent)


@pytest.mark.parametrize("answer", [_speaks_first, _hangs_up])
def test_something_else(listen: Listen, answer: Answer) -> None:
    error = _error(listen(answer))
    assert isinstance(error, NotLanchat)
    assert "not lanchat" in str(error)


def test_a_web_server() -> None:
    class Quiet(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as web:
        thread = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        error = _error(Address("127.0.0.1", web.server_port))
        web.shutdown()
        thread.join()
    assert isinstance(error, NotLanchat)


def test_old_tls_is_not_ours(listen: Listen, tmp_path: Path) -> None:
    identity.ServerKey(tmp_path).tls_context()  # writes key and certificate
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(tmp_path / "server.crt", tmp_path / "server.key")

    def answer(sock: socket.socket) -> None:
        with pytest.raises(ssl.SSLError):
            context.wrap_socket(sock, server_side=True)

    assert isinstance(_error(listen(answer)), NotLanchat)


def test_the_most_telling_error_counts(serve: Serve, listen: Listen) -> None:
    refused, foreign = Address("127.0.0.1", free_port()), listen(_speaks_first)
    assert isinstance(_error(refused, foreign), NotLanchat)
    assert isinstance(_error(refused, foreign, _address(serve()), expected="0" * 32), ServerKeyChanged)
    assert isinstance(_error(Address("no-such-host.invalid", 1), refused), HostRefused)


def test_no_address_at_all() -> None:
    assert isinstance(_error(), HostSilent)


def test_cancelled_before_it_began(serve: Serve) -> None:
    dial = Dial([_address(serve())], None)
    dial.cancel()
    with pytest.raises(HostSilent):
        dial.race()


def test_cancelled_while_under_way(listen: Listen) -> None:
    """The fixture that looks for threads sees whether the attempts end, too."""
    connected = threading.Event()
    dial = Dial([listen(lambda _: connected.set())], None)
    outcome: list[ConnectError] = []

    def race() -> None:
        with pytest.raises(ConnectError) as caught:
            dial.race()
        outcome.append(caught.value)

    racing = threading.Thread(target=race)
    racing.start()
    assert connected.wait(30)
    dial.cancel()
    racing.join(30)
    assert isinstance(outcome[0], HostSilent)


def test_a_machine_out_of_sockets_says_so(listen: Listen, monkeypatch: pytest.MonkeyPatch) -> None:
    """The attempt's thread must tell, or the race would wait for ever."""
    dial = Dial([listen(_silent)], None)

    class Full(socket.socket):
        def __init__(self, *_: object, **__: object) -> None:
            raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(socket, "socket", Full)
    with pytest.raises(ConnectError, match="Too many open files"):
        dial.race()
