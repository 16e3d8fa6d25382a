"""Pings, silence and the rate: who is still there, and who talks too fast."""

from __future__ import annotations

import socket

import pytest

from lanchat.server import limits
from tests.server.conftest import Connect, Serve
from tests.server.raw_client import RawClient


def test_a_ping_is_answered_with_its_nonce_at_every_stage(connect: Connect) -> None:
    client = connect()
    for _ in range(2):
        client.tell(kind="ping", nonce="n" * 100)
        assert client.until("pong")["nonce"] == "n" * 64
        client.tell(kind="ping")
        assert "nonce" not in client.until("pong")
        if len(client.seen) < 3:
            client.join("Ana")


def test_who_promised_to_answer_pings_is_pinged_and_kept(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PING_AFTER", 0.1)
    ana = connect("Ana", ping=True)
    for _ in range(4):
        ana.until("ping")
        ana.tell(kind="pong")
    ana.say("1", "still here")
    ana.until("message")


@pytest.mark.parametrize("tls", [False, True])
def test_who_answers_no_ping_is_gone_with_a_word(connect: Connect, monkeypatch: pytest.MonkeyPatch, tls: bool) -> None:
    bob = connect("Bob")
    monkeypatch.setattr(limits, "PING_AFTER", 0.1)
    ana = connect("Ana", ping=True, tls=tls)
    assert [f["type"] for f in ana.until_end() if f["type"] != "presence"] == ["ping", "bye"]
    assert ana.seen[-1]["code"] == "silent"
    ana.close()
    bob.until_here("Bob")


def test_who_promised_nothing_may_be_silent(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PING_AFTER", 0.05)
    monkeypatch.setattr(limits, "IDLE_TIMEOUT", 0.05)
    ana, other = connect("Ana"), connect("Other", ping=True)
    other.until_end()
    ana.until_here("Ana")
    assert not [f for f in ana.seen if f["type"] in ("ping", "bye")]
    ana.say("1", "I only listened")
    ana.until("message")


def test_dead_peers_are_found_by_keepalive(serve: Serve) -> None:
    """Set on every accepted connection: what a pulled cable leaves behind is gone within two minutes."""
    server = serve()
    with RawClient(server.port) as ana:
        ana.join("Ana")
        [session] = server._sessions.values()
        with socket.socket(fileno=session.channel._sock.detach()) as sock:
            assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
            assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1


def test_who_talks_too_fast_is_not_read_for_a_while_and_loses_nothing(serve: Serve) -> None:
    server = serve(rate=1)
    with RawClient(server.port) as ana, RawClient(server.port) as bob:
        assert ana.join("Ana")["limits"]["rate"] == 1
        bob.join("Bob")
        ana.send(b"".join(b'{"type":"say","id":"%d","text":"fast"}\n' % n for n in range(30)))
        ana.until("message", id="29")  # what came at once is said at once; then it waits for half a minute
        ana.tell(kind="ping", nonce="not read yet")
        bob.say("b", "nobody else waits")
        ana.until("message", id="b", seq=31)
        assert not [f for f in ana.seen if f["type"] == "pong"]
