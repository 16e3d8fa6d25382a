"""Who recorded a member's proof, or changes on its way what is agreed on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lanchat.client.events import Ended, Joined
from lanchat.protocol import frames
from lanchat.protocol.handshake import proof_text
from lanchat.protocol.limits import Code
from lanchat.server import Server
from tests.attacks.between import between
from tests.client.conftest import Join, Serve
from tests.server.conftest import make_key
from tests.server.raw_client import RawClient
from tests.strangers import stranger

__all__ = ["make_key"]


@pytest.fixture
def server(serve: Serve) -> Server:
    return serve()


def challenged(client: RawClient, key: str, **fields: Any) -> dict[str, Any]:
    client.tell(kind="hello", version=1, nick="Ana", key=key, **fields)
    return client.until("challenge")


def test_a_recorded_proof_is_worth_nothing_on_another_connection(server: Server, make_key: Any) -> None:
    key = make_key("ana")
    hello = frames.Hello(1, "Ana", key=key.public)
    with RawClient(server.port, tls=True) as ana, RawClient(server.port, tls=True) as eve:
        challenge = challenged(ana, key.public)
        proof = key.sign(proof_text(challenge["id"], challenge["nonce"], hello))
        challenged(eve, key.public)
        eve.tell(kind="proof", signature=proof)
        assert eve.until("refused")["code"] == Code.PROOF_WRONG
        ana.tell(kind="proof", signature=proof)
        ana.until("welcome")


def test_a_proof_for_one_server_is_worth_nothing_at_another(serve: Serve, make_key: Any, tmp_path: Path) -> None:
    one, other = serve(), serve(data=tmp_path / "other")
    key = make_key("ana")
    with RawClient(other.port, tls=True) as eve:
        nonce = challenged(eve, key.public)["nonce"]
        eve.tell(kind="proof", signature=key.sign(proof_text(one.id, nonce, frames.Hello(1, "Ana", key=key.public))))
        assert eve.until("refused")["code"] == Code.PROOF_WRONG


def test_a_proof_covers_what_the_hello_claimed(server: Server, make_key: Any) -> None:
    """Somebody in between who takes capabilities away is found out."""
    key = make_key("ana")
    signed = frames.Hello(1, "Ana", key=key.public, capabilities=["edit", "topic"])
    with RawClient(server.port, tls=True) as eve:
        challenge = challenged(eve, key.public, capabilities=["edit"])
        eve.tell(kind="proof", signature=key.sign(proof_text(server.id, challenge["nonce"], signed)))
        assert eve.until("refused")["code"] == Code.PROOF_WRONG


def test_one_challenge_is_for_one_proof(server: Server, make_key: Any) -> None:
    key = make_key("ana")
    with RawClient(server.port, tls=True) as eve:
        challenged(eve, key.public)
        eve.tell(kind="proof", signature="A" * 86)
        assert eve.until("refused")["code"] == Code.PROOF_WRONG
        assert eve.read_line() is None, "closed"


def test_our_client_says_nothing_in_clear_to_a_server_without_tls(join: Join) -> None:
    heard = []

    def answer(sock: Any) -> None:
        heard.append(sock.recv(65536))
        sock.sendall(b'{"type":"info"}\n* Your name?\n')
        heard.append(sock.recv(65536))

    with stranger(answer) as address:
        join(address, "Ana").until(Ended)
    assert all(piece[:1] in (b"\x16", b"\x15", b"") for piece in heard), "TLS records alone"
    assert not any(b"Ana" in piece or b"hello" in piece for piece in heard)


def test_who_listens_in_between_at_first_contact_has_a_key_that_words_give_away(
    server: Server, join: Join, tmp_path: Path
) -> None:
    with between(tmp_path / "eve", server.port) as (address, _):
        error = join(address, "Ana").until(Ended).error
    assert "passes on the words of another server" in str(error)
    join(server, "Ana").until(Joined)
