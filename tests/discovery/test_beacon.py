"""A server's UDP side over the loopback: who is answered, what is not, and that a flood passes."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from lanchat.discovery import Announcer
from lanchat.discovery.announcement import Answer, decode, encode_question
from lanchat.protocol.frames import ServerInfo
from lanchat.protocol.limits import DISCOVERY_UDP_PORT
from tests.discovery.conftest import PATIENCE, announced, ask, new_info

A, B = "a" * 16, "b" * 16


@pytest.fixture
def info() -> Iterator[ServerInfo]:
    """The facts of a server that answers."""
    info = new_info()
    with announced(info):
        yield info


def test_a_question_is_answered_with_its_nonce_and_the_facts(info: ServerInfo) -> None:
    assert ask("127.0.0.1", info.port, A) == Answer(A, info)


@pytest.mark.usefixtures("info")
def test_the_shared_port_answers_too() -> None:
    assert ask("127.0.0.1", DISCOVERY_UDP_PORT) is not None  # this one, or another server of this machine


@pytest.mark.parametrize(
    "data", [encode_question(A).rstrip(), b"", b"LCD1Q", encode_question(A)[:-1] + b"x", b"\xff" * 1200]
)
def test_what_is_no_question_or_asks_for_more_than_it_brings_gets_nothing(info: ServerInfo, data: bytes) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(PATIENCE)
        sock.connect(("127.0.0.1", info.port))
        sock.send(data)
        sock.send(encode_question(B))  # whatever came before it would have been answered before it
        assert decode(sock.recv(2000)) == Answer(B, info)


def test_ten_thousand_forged_questions_leave_a_server_that_answers(info: ServerInfo) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as flooder:
        for number in range(10_000):
            flooder.sendto(encode_question(f"{number:016x}")[: 400 - number % 300], ("127.0.0.1", info.port))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:  # who did nothing is answered as ever
        other.bind(("127.0.0.2", 0))
        other.settimeout(0.2)
        said = None
        for _ in range(int(PATIENCE / 0.2)):
            other.sendto(encode_question(A), ("127.0.0.1", info.port))
            try:
                said = decode(other.recv(2000))
            except TimeoutError:  # the question met a full buffer
                continue
            break
    assert said == Answer(A, info)


def test_a_server_that_ends_closes_its_port() -> None:
    info = new_info()
    with announced(info) as announcer:
        announcer.close()
        announcer.close()  # idempotent
        assert ask("127.0.0.1", info.port) is None


def test_an_announcer_that_never_started_can_be_closed() -> None:
    Announcer(new_info).close()
