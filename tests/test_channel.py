"""One TCP stream, clear and TLS, over socket pairs: whole lines, in order, from any thread, to a clean end."""

from __future__ import annotations

import contextlib
import itertools
import select
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from lanchat.channel import MAX_UNSENT, Channel
from lanchat.identity import ServerKey, client_context

TIMEOUT = 10.0  # s that a read may take; a test that needs it has failed
Pair = tuple[Channel, Channel]


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    return ServerKey(tmp_path_factory.mktemp("server")).tls_context()


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def sockets(stack: ExitStack, buffer: int = 0) -> tuple[socket.socket, socket.socket]:
    pair = socket.socketpair()
    for sock in pair:
        stack.callback(sock.close)
        if buffer:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, buffer)
    return pair


def in_thread(call: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=call)
    thread.start()
    return thread


@pytest.fixture(params=["clear", "tls"])
def make(request: pytest.FixtureRequest, stack: ExitStack, tls: ssl.SSLContext) -> Callable[..., Pair]:
    """Pairs of connected channels, the server's end first. buffer: bytes that each socket takes."""

    def pair(buffer: int = 0) -> Pair:
        server, client = (Channel(sock) for sock in sockets(stack, buffer))
        stack.callback(server.close)
        stack.callback(client.close)
        if request.param == "tls":
            server.start_tls(tls, server=True)
            client.start_tls(client_context(), server=False)
            other = in_thread(lambda: server.handshake(TIMEOUT))
            client.handshake(TIMEOUT)
            other.join()
        assert server.encrypted is client.encrypted is (request.param == "tls")
        return server, client

    return pair


def read(channel: Channel, size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = channel.receive(TIMEOUT)
        assert piece, f"ended after {len(data)} bytes"
        data += piece
    return data


def send_all(channel: Channel, data: bytes) -> None:
    """Sends as the broadcaster does: takes up where the socket was full."""
    while data:
        data = data[channel.send(data) :]
        while channel.flush():
            select.select([], [channel], [], TIMEOUT)


def lines(count: int, size: int = 50) -> bytes:
    return b"".join(b"%d %s\n" % (n, b"x" * (size + n % 13)) for n in range(count))


@pytest.mark.parametrize("chunk", [1, 7, 1000, 10**6])
def test_what_is_sent_arrives_both_ways_however_it_is_cut(make: Callable[..., Pair], chunk: int) -> None:
    server, client = make()
    data = lines(20 if chunk == 1 else 500)
    for sender, reader in ((server, client), (client, server)):
        thread = in_thread(lambda s=sender: [send_all(s, data[i : i + chunk]) for i in range(0, len(data), chunk)])  # type: ignore[misc]
        assert read(reader, len(data)) == data
        thread.join()


def test_a_full_socket_takes_whole_lines_and_no_more(make: Callable[..., Pair]) -> None:
    server, client = make(buffer=4096)
    data = lines(20_000)
    taken = server.send(data)
    assert 0 < taken < len(data)
    assert data[:taken].endswith(b"\n")
    assert server.unsent
    assert server.send(b"not now\n") == 0
    received: list[bytes] = []
    reader = in_thread(lambda: received.append(read(client, taken)))
    while server.flush():
        select.select([], [server], [], TIMEOUT)
    reader.join()
    assert received == [data[:taken]]
    assert not server.unsent


def test_a_member_that_never_reads_costs_bounded_memory(make: Callable[..., Pair]) -> None:
    server, _ = make(buffer=4096)
    for _ in range(100):
        server.send(lines(5000))
    assert len(server._unsent) <= MAX_UNSENT + MAX_UNSENT // 8


def test_a_line_longer_than_all_buffers_goes_through_whole(make: Callable[..., Pair]) -> None:
    server, client = make(buffer=4096)
    data = b"y" * (3 * MAX_UNSENT) + b"\nnext\n"
    sender = in_thread(lambda: send_all(server, data))
    assert read(client, len(data)) == data
    sender.join()


def test_a_view_is_as_good_as_bytes(make: Callable[..., Pair]) -> None:
    server, client = make()
    assert server.send(memoryview(b"one\ntwo\n")[4:]) == 4
    assert read(client, 4) == b"two\n"


def test_lines_of_two_writers_never_mix_while_the_other_side_talks_too(make: Callable[..., Pair]) -> None:
    """Two threads write and a third reads at each end; with records out of order TLS would end in BAD_RECORD_MAC."""
    server, client = make(buffer=8192)

    def write(channel: Channel, name: bytes) -> None:
        for n in range(1500):
            line = b"%s %d %s\n" % (name, n, b"z" * (n % 200))
            while not channel.send(line):
                channel.flush()
                select.select([], [channel], [], TIMEOUT)

    def check(channel: Channel) -> None:
        data = b""
        while data.count(b"\n") < 3000:
            piece = channel.receive(TIMEOUT)
            assert piece
            data += piece
        for name in (b"a", b"b"):
            mine = [line.split(b" ") for line in data.split(b"\n") if line.startswith(name)]
            assert [int(number) for _, number, _ in mine] == list(range(1500))
            assert all(len(fill) == int(number) % 200 for _, number, fill in mine)
        checked.append(channel)

    checked: list[Channel] = []
    threads = [
        in_thread(lambda c=channel, n=name: write(c, n))  # type: ignore[misc]
        for channel, name in itertools.product((server, client), (b"a", b"b"))
    ]
    threads += [in_thread(lambda c=channel: check(c)) for channel in (server, client)]  # type: ignore[misc]
    stop = threading.Event()
    pushing = in_thread(lambda: [c.flush() for _ in iter(lambda: stop.wait(0.002), True) for c in (server, client)])
    for thread in threads:
        thread.join()
    stop.set()
    pushing.join()
    assert len(checked) == 2


def test_finish_lets_the_peer_read_to_the_end_and_answer(make: Callable[..., Pair]) -> None:
    server, client = make()
    server.send(b"goodbye\n")
    server.finish()
    assert read(client, 8) == b"goodbye\n"
    assert client.receive(TIMEOUT) == b""
    client.send(b"bye\n")
    assert read(server, 4) == b"bye\n"
    server.finish()  # again: nothing happens
    with pytest.raises(OSError):  # noqa: PT011  # which one differs between clear and TLS
        server.send(b"more\n")


@pytest.mark.parametrize("end", ["shutdown", "peer"])
def test_a_reader_is_woken_by_the_end(make: Callable[..., Pair], end: str) -> None:
    server, client = make()
    woken: list[bytes] = []
    reader = in_thread(lambda: woken.append(server.receive(60)))
    (server.shutdown if end == "shutdown" else client.close)()
    reader.join(TIMEOUT)
    assert woken == [b""]


def test_after_close_all_calls_fail_by_oserror_and_closing_again_is_nothing(make: Callable[..., Pair]) -> None:
    server, _ = make()
    server.close()
    server.close()
    server.shutdown()
    server.finish()
    with pytest.raises(OSError, match="closed here"):
        server.send(b"x\n")
    with pytest.raises(OSError):  # noqa: PT011  # a closed descriptor
        server.receive(TIMEOUT)


def test_closing_from_another_thread_while_writing_harms_nobody(make: Callable[..., Pair]) -> None:
    for _ in range(20):
        server, client = make()

        def write(channel: Channel = server) -> None:
            with contextlib.suppress(OSError):  # what the closing is answered with
                while True:
                    channel.send(lines(20))

        writer = in_thread(write)
        client.receive(TIMEOUT)
        server.shutdown()
        writer.join(TIMEOUT)
        assert not writer.is_alive()
        server.close()
        client.close()


def test_silence_is_a_timeout_and_reading_goes_on(make: Callable[..., Pair]) -> None:
    server, client = make()
    with pytest.raises(TimeoutError):
        server.receive(0.01)
    client.send(b"late\n")
    assert read(server, 5) == b"late\n"


# TLS alone


@pytest.fixture
def half(stack: ExitStack, tls: ssl.SSLContext) -> tuple[Channel, socket.socket]:
    """A server's end that waits for a handshake, and the bare socket at the other one."""
    mine, theirs = sockets(stack)
    channel = Channel(mine)
    stack.callback(channel.close)
    channel.start_tls(tls, server=True)
    return channel, theirs


def client_hello() -> bytes:
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    with contextlib.suppress(ssl.SSLWantReadError):  # it waits for the answer, which nobody gives
        client_context().wrap_bio(incoming, outgoing).do_handshake()
    return outgoing.read()


def test_half_a_handshake_times_out(half: tuple[Channel, socket.socket]) -> None:
    channel, theirs = half
    theirs.sendall(client_hello()[:100])
    with pytest.raises(TimeoutError):
        channel.handshake(0.05)


def test_a_handshake_byte_by_byte_gains_no_time(half: tuple[Channel, socket.socket]) -> None:
    channel, theirs = half
    stop = threading.Event()
    dripping = in_thread(lambda: [theirs.send(b"\x16") for _ in iter(lambda: stop.wait(0.01), True)])
    try:
        with pytest.raises(OSError):  # noqa: PT011  # the time-out, or the flaw that comes first
            channel.handshake(0.2)
    finally:
        stop.set()
        dripping.join()


def test_a_handshake_that_ends_is_a_reset(half: tuple[Channel, socket.socket]) -> None:
    channel, theirs = half
    theirs.sendall(client_hello()[:100])
    theirs.close()
    with pytest.raises(ConnectionResetError):
        channel.handshake(TIMEOUT)


@pytest.mark.parametrize(
    "sent", [b"\x16\x03\x01\x00\x05hello", b"GET / HTTP/1.1\r\n\r\n", b"\x15\x03\x03\x00\x02\x02\x28"]
)
def test_garbage_instead_of_a_handshake_is_an_oserror(half: tuple[Channel, socket.socket], sent: bytes) -> None:
    channel, theirs = half
    theirs.sendall(sent)
    with pytest.raises(ssl.SSLError):
        channel.handshake(TIMEOUT)


def test_who_no_longer_waits_ends_the_handshake(half: tuple[Channel, socket.socket]) -> None:
    channel, _ = half
    reader, waker = socket.socketpair()
    with reader, waker:
        waker.send(b"x")
        with pytest.raises(ConnectionAbortedError):
            channel.handshake(TIMEOUT, cancel=reader)


def test_garbage_behind_the_handshake_is_an_oserror(stack: ExitStack, tls: ssl.SSLContext) -> None:
    mine, theirs = sockets(stack)
    server, client = Channel(mine), Channel(theirs)
    stack.callback(server.close)
    stack.callback(client.close)
    server.start_tls(tls, server=True)
    client.start_tls(client_context(), server=False)
    other = in_thread(lambda: server.handshake(TIMEOUT))
    client.handshake(TIMEOUT)
    other.join()
    theirs.sendall(b"\x17\x03\x03\x00\x20" + b"\xaa" * 32)
    with pytest.raises(ssl.SSLError):
        server.receive(TIMEOUT)


def test_what_was_read_to_find_out_the_dialect_is_part_of_the_handshake(stack: ExitStack, tls: ssl.SSLContext) -> None:
    mine, theirs = sockets(stack)
    server, client = Channel(mine), Channel(theirs)
    stack.callback(server.close)
    stack.callback(client.close)

    client.start_tls(client_context(), server=False)
    first: list[bytes] = []

    def accept() -> None:
        first.append(server.receive(TIMEOUT))
        server.start_tls(tls, server=True, first=first[0])
        server.handshake(TIMEOUT)

    other = in_thread(accept)
    certificate = client.handshake(TIMEOUT)
    other.join()
    assert first[0].startswith(b"\x16")
    assert certificate is not None
