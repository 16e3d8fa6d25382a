"""Who is who: keys that are proved, names that belong to them, and guests."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lanchat.identity import MemberKey, verify
from lanchat.protocol import frames
from lanchat.protocol.handshake import proof_text
from lanchat.protocol.limits import MAX_CAPABILITIES
from lanchat.server import Server
from tests.server.conftest import Connect, Serve
from tests.server.raw_client import Frame, RawClient

MakeKey = Callable[[str], MemberKey]


@pytest.fixture
def ana_key(make_key: MakeKey) -> MemberKey:
    return make_key("ana")


def challenge(client: RawClient, key: MemberKey, nick: str = "Ana", **fields: object) -> tuple[Frame, frames.Hello]:
    hello = {"version": 1, "nick": nick, "key": key.public, **fields}
    client.tell(kind="hello", **hello)
    return client.until("challenge"), frames.Hello(**hello)  # type: ignore[arg-type]


def ended(client: RawClient, code: str) -> None:
    """The connection ended with this refusal."""
    last = client.until_end()[-1]
    assert (last["type"], last["code"]) == ("refused", code)
    assert last["detail"].endswith(".")


def test_a_proved_key_stands_behind_every_message(server: Server, connect: Connect, ana_key: MemberKey) -> None:
    ana = connect("Ana", key=ana_key, capabilities=["b", "a"])
    eva = connect("Eva")
    ana.say("run-0", "it is me")
    message = eva.until("message")
    assert (message["nick"], message["key"], message["id"]) == ("Ana", ana_key.public, "run-0")
    eva.until_here("Ana", "Eva")
    [roster] = [f for f in eva.seen if f["type"] == "roster"]
    assert {"nick": "Ana", "key": ana_key.public, "new": True} in roster["members"]
    assert ana.seen[0] == {"type": "challenge", "nonce": ana.seen[0]["nonce"], "id": server.id}


def test_a_wrong_signature_is_refused(connect: Connect, ana_key: MemberKey, make_key: MakeKey) -> None:
    client = connect(tls=True)
    asked, hello = challenge(client, ana_key)
    forged = make_key("mallory").sign(proof_text(asked["id"], asked["nonce"], hello))
    client.tell(kind="proof", signature=forged)
    ended(client, "proof_wrong")


@pytest.mark.parametrize("changed", ["id", "nonce", "version", "capabilities", "nothing"])
def test_a_proof_covers_server_nonce_version_and_capabilities(
    connect: Connect, ana_key: MemberKey, changed: str
) -> None:
    client = connect(tls=True)
    asked, hello = challenge(client, ana_key, capabilities=["files"])
    said = {
        "id": (("0" * 32), asked["nonce"], hello),
        "nonce": (asked["id"], "0" * 32, hello),
        "version": (asked["id"], asked["nonce"], frames.Hello(0, "Ana", capabilities=["files"])),
        "capabilities": (asked["id"], asked["nonce"], frames.Hello(1, "Ana")),
        "nothing": (asked["id"], asked["nonce"], hello),
    }[changed]
    client.tell(kind="proof", signature=ana_key.sign(proof_text(*said)))
    if changed == "nothing":
        client.until("welcome")
    else:
        ended(client, "proof_wrong")


def test_a_proof_is_no_use_on_another_connection(connect: Connect, ana_key: MemberKey) -> None:
    first, second = connect(tls=True), connect(tls=True)
    asked, hello = challenge(first, ana_key)
    signature = ana_key.sign(proof_text(asked["id"], asked["nonce"], hello))
    first.tell(kind="proof", signature=signature)
    first.until("welcome")
    other, _ = challenge(second, ana_key)
    assert other["nonce"] != asked["nonce"]
    second.tell(kind="proof", signature=signature)
    ended(second, "proof_wrong")


def test_a_proof_that_nobody_asked_for_is_an_error(connect: Connect, ana_key: MemberKey) -> None:
    client = connect()
    client.tell(kind="proof", signature="x")
    assert client.until("error")["code"] == "proof_unasked"
    client.join("Ana")
    client.tell(kind="proof", signature="x")
    assert client.until("error")["code"] == "proof_unasked"


def test_while_a_proof_is_owed_nothing_else_counts(connect: Connect, ana_key: MemberKey) -> None:
    client = connect(tls=True)
    asked, hello = challenge(client, ana_key)
    client.say("run-0", "let me in")
    assert client.until("error")["code"] == "hello_first"
    client.tell(kind="hello", version=1, nick="Guest")
    assert client.until("error")["code"] == "hello_again"
    client.tell(kind="proof", signature=ana_key.sign(proof_text(asked["id"], asked["nonce"], hello)))
    assert client.until("welcome")["nick"] == "Ana"


def test_a_key_in_clear_text_is_refused(connect: Connect, ana_key: MemberKey) -> None:
    client = connect()
    client.tell(kind="hello", version=1, nick="Ana", key=ana_key.public)
    ended(client, "key_in_clear")


@pytest.mark.parametrize("key", ["", "short", "=" * 43, "A" * 44, "é" * 43])
def test_what_is_no_key_is_refused(connect: Connect, key: str) -> None:
    client = connect(tls=True)
    client.tell(kind="hello", version=1, nick="Ana", key=key)
    ended(client, "key_invalid")


def test_too_many_capabilities_are_refused(connect: Connect, ana_key: MemberKey) -> None:
    client = connect(tls=True)
    words = [f"c{n}" for n in range(MAX_CAPABILITIES + 1)]
    client.tell(kind="hello", version=1, nick="Ana", key=ana_key.public, capabilities=words)
    ended(client, "invalid")


@pytest.mark.parametrize("signature", ["", "x", "A" * 86, "é"])
def test_what_is_no_signature_is_refused(connect: Connect, ana_key: MemberKey, signature: str) -> None:
    client = connect(tls=True)
    challenge(client, ana_key)
    client.tell(kind="proof", signature=signature)
    ended(client, "proof_wrong")


def test_a_guest_never_gets_a_name_that_belongs_to_a_key_even_after_a_restart(serve: Serve, ana_key: MemberKey) -> None:
    server = serve()
    with RawClient(server.port, tls=True) as ana:
        ana.join("Ana", key=ana_key)
        ana.tell(kind="bye")
        ana.until_end()
    server.close()
    again = serve()
    with RawClient(again.port) as guest, RawClient(again.port, tls=True) as ana:
        refused = guest.hello("ANA")
        assert (refused["code"], refused["suggestion"]) == ("nick_taken", "ANA 2")
        guest.join("Guest")
        guest.tell(kind="rename", nick="ana")
        assert guest.until("error")["code"] == "nick_taken"
        assert ana.join("Ana", key=ana_key)["nick"] == "Ana"


def test_after_a_taken_name_a_key_proves_itself_anew(connect: Connect, ana_key: MemberKey) -> None:
    connect("Ana")
    client = connect(tls=True)
    refused = client.hello("Ana", key=ana_key)
    assert (refused["code"], refused["suggestion"]) == ("nick_taken", "Ana 2")
    assert client.join("Ana 2", key=ana_key)["nick"] == "Ana 2"


def test_two_connections_of_a_key_are_one_line_with_one_name(connect: Connect, ana_key: MemberKey) -> None:
    eva = connect("Eva")
    window = connect("Ana", key=ana_key)
    terminal = connect(tls=True)
    assert terminal.join("Other", key=ana_key)["nick"] == "Ana"
    terminal.sync()
    assert terminal.roster() == ["Ana", "Eva"]
    terminal.tell(kind="rename", nick="Ana Maria")
    eva.until_here("Ana Maria", "Eva")
    window.say("w-0", "from the window")
    assert eva.until("message")["nick"] == "Ana Maria"
    window.tell(kind="bye")
    window.until_end()
    terminal.say("t-0", "still here")
    eva.until("message")
    eva.until_here("Ana Maria", "Eva")
    terminal.tell(kind="bye")
    eva.until_here("Eva")
    assert [c["change"] for c in eva.changes() if c.get("key")] == ["joined", "renamed", "left"]


# Counters


def test_sending_again_is_harmless_and_welcome_tells_what_arrived(connect: Connect, ana_key: MemberKey) -> None:
    ana = connect("Ana", key=ana_key)
    for n in (0, 1, 4, 4, 1, 0, 5):
        ana.say(f"run-{n}", f"number {n}")
    ana.until("message", id="run-5")
    assert ana.texts() == ["number 0", "number 1", "number 4", "number 5"]
    ana.close()
    again = connect(tls=True)
    welcome = again.join("Ana", key=ana_key, runs=["run", "other"])
    assert welcome["highest"] == {"run": 5, "other": -1}
    again.say("run-5", "number 5")
    again.say("other-0", "new")
    again.until("message", id="other-0", seq=5)


def test_counters_last_over_a_restart(serve: Serve, ana_key: MemberKey) -> None:
    server = serve()
    with RawClient(server.port, tls=True) as ana:
        ana.join("Ana", key=ana_key)
        ana.say("run-7", "once")
        ana.until("message")
    server.close()
    with RawClient(serve().port, tls=True) as ana:
        assert ana.join("Ana", key=ana_key, runs=["run"])["highest"] == {"run": 7}
        ana.say("run-7", "once")
        ana.say("run-8", "twice")
        ana.until("message", id="run-8", seq=2)
        assert ana.texts() == ["once", "twice"]


def test_a_guest_learns_no_counters_and_may_use_any_id(connect: Connect, ana_key: MemberKey) -> None:
    ana = connect("Ana", key=ana_key)
    ana.say("run-3", "mine")
    ana.until("message")
    guest = connect()
    assert guest.join("Guest", runs=["run"])["highest"] == {}
    for _ in range(2):
        guest.say("run-3", "any id")
    guest.until("message", seq=3, id="run-3")


def test_a_key_must_count(connect: Connect, ana_key: MemberKey) -> None:
    ana = connect("Ana", key=ana_key)
    ana.say("hello", "text")
    error = ana.until("error")
    assert (error["code"], error["id"]) == ("id_invalid", "hello")


def test_what_a_member_signs_is_nothing_else(ana_key: MemberKey) -> None:
    """The signed bytes begin with a label: no other thing that is ever signed can pass for them."""
    text = proof_text("i" * 32, "n" * 32, frames.Hello(1, "Ana"))
    assert text.startswith(b"22:lanchat member proof 1,")
    assert verify(ana_key.public, text, ana_key.sign(text))
