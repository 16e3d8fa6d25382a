"""Who wants into a locked room without its PIN, or wants to learn it: in between, as a false server, by guessing."""

from __future__ import annotations

import contextlib
import logging
from pathlib import Path
from typing import Any

import pytest

from lanchat.client import Profile
from lanchat.client.events import Ended, Joined, PinNeeded
from lanchat.errors import JoinRefused, SomebodyBetween
from lanchat.identity import MemberKey, ServerKey
from lanchat.pin import Checking, Proving, verifier
from lanchat.protocol import frames
from lanchat.protocol.codec import encode
from lanchat.protocol.handshake import proof_text
from lanchat.protocol.limits import Code
from lanchat.server import Server
from lanchat.server.guesses import FREE_TRIES, MAX_WRONG
from tests.attacks.between import between
from tests.client.conftest import Join, Serve
from tests.server.raw_client import RawClient
from tests.strangers import impostor, lets_in, says

PIN = "482913"


@pytest.fixture
def server(serve: Serve) -> Server:
    return serve(pin=PIN)


def locked(server: Server, name: str, folder: Path, source: str = "127.0.0.1") -> tuple[RawClient, MemberKey]:
    """A connection whose key is proven, and that owes the PIN. source: the address that it comes from."""
    client = RawClient(server.port, tls=True, source=source)
    key = MemberKey(folder / f"{name}.key")
    client.tell(kind="hello", version=1, nick=name, key=key.public)
    challenge = client.next()
    assert challenge is not None
    hello = frames.Hello(1, name, key=key.public)
    client.tell(kind="proof", signature=key.sign(proof_text(challenge["id"], challenge["nonce"], hello)))
    return client, key


def guess(client: RawClient, server: Server, key: MemberKey, pin: bytes) -> str:
    """One try; the code of the verdict, or its type."""
    asked = client.next()
    assert asked is not None
    if asked["type"] != "locked":
        return str(asked.get("code", asked["type"]))
    proving = Proving(pin, server.id, key.public)
    client.tell(kind="pake", element=proving.element)
    answer = client.next()
    assert answer is not None
    if answer["type"] != "pake":
        return str(answer["code"])
    client.tell(kind="confirm", mac=proving.confirm(answer["element"]))
    verdict = client.next()
    assert verdict is not None
    return str(verdict.get("code", verdict["type"]))


# In between, and as a server of their own


def test_who_passes_the_exchange_on_gets_nobody_in(server: Server, join: Join, tmp_path: Path) -> None:
    with between(tmp_path / "eve", server.port) as (address, eve):
        ana = join(address, "Ana", pin=PIN)
        wrong = ana.until(Ended)
    assert isinstance(wrong.error, SomebodyBetween)
    assert server.info().users == 0
    assert PIN.encode() not in eve.seen


def test_who_makes_the_true_server_believe_still_does_not_know_it(server: Server, join: Join, tmp_path: Path) -> None:
    """It changes the ids on their way: then the proof of the member's key is for the wrong server."""
    eve_id = ServerKey(_made(tmp_path / "eve")).id
    change = {"up": lambda data: data.replace(eve_id.encode(), server.id.encode())}
    change["down"] = lambda data: data.replace(server.id.encode(), eve_id.encode())
    with between(tmp_path / "eve", server.port, **change) as (address, _):
        ana = join(address, "Ana", pin=PIN)
        assert isinstance(ana.until(Ended).error, JoinRefused)
    assert server.info().users == 0


def test_a_false_server_that_asks_for_no_pin_is_not_believed(join: Join, tmp_path: Path) -> None:
    with impostor(tmp_path / "eve", lets_in(tmp_path / "eve")) as address:
        error = join(address, "Ana", pin=PIN).until(Ended).error
    assert isinstance(error, JoinRefused)
    assert error.code == Code.PIN_UNASKED
    assert Profile("ana").known_names() == {}, "nothing was pinned"


def test_a_false_server_that_lets_in_before_it_proved_anything_is_not_believed(join: Join, tmp_path: Path) -> None:
    welcome = frames.Welcome("ab" * 16, "run", "Room", "Ana", "lobby", "ab" * 16, 0, 9)
    talk = says(frames.Locked(5), welcome)
    with impostor(tmp_path / "eve", talk) as address:
        error = join(address, "Ana", pin=PIN).until(Ended).error
    assert isinstance(error, JoinRefused)
    assert error.code == Code.PIN_UNASKED


def test_a_false_server_that_does_not_know_the_pin_cannot_confirm(join: Join, tmp_path: Path) -> None:
    folder = _made(tmp_path / "eve")
    eve_id = ServerKey(folder).id

    def talk(channel: Any) -> None:
        heard = channel.receive(10)
        key = heard.split(b'"key":"')[1].split(b'"')[0].decode()
        channel.send(encode(frames.Locked(5)))
        element = channel.receive(10).split(b'"element":"')[1].split(b'"')[0].decode()
        guessed = Checking(verifier("000000", eve_id), eve_id, key, element)
        channel.send(encode(frames.Pake(guessed.element)))
        mac = channel.receive(10).split(b'"mac":"')[1].split(b'"')[0].decode()
        assert guessed.answer(mac) is None
        channel.send(
            encode(frames.Confirm("00" * 32)) + encode(frames.Welcome(eve_id, "r", "Room", "Ana", "l", "ab" * 16, 0, 9))
        )

    with impostor(folder, talk) as address:
        error = join(address, "Ana", pin=PIN).until(Ended).error
    assert isinstance(error, JoinRefused)
    assert error.code == Code.PIN_UNASKED


def test_a_false_server_gets_one_guess_for_each_connection(join: Join, tmp_path: Path) -> None:
    """Each exchange tells it whether one guess was right: it may not ask for a second one."""
    folder = _made(tmp_path / "eve")
    eve_id = ServerKey(folder).id
    macs: list[bytes] = []

    def talk(channel: Any) -> None:
        key = channel.receive(10).split(b'"key":"')[1].split(b'"')[0].decode()
        for _ in range(3):
            channel.send(encode(frames.Locked(5)))
            heard = channel.receive(10)
            if b'"pake"' not in heard:
                return
            element = heard.split(b'"element":"')[1].split(b'"')[0].decode()
            guessed = Checking(verifier("000000", eve_id), eve_id, key, element)
            channel.send(encode(frames.Pake(guessed.element)) * 2)
            macs.append(channel.receive(10))

    with impostor(folder, talk) as address:
        ana = join(address, "Ana", pin=PIN)
        ana.until(Ended)
    assert len(macs) == 1
    assert macs[0].count(b'"confirm"') == 1


def test_who_hangs_up_with_our_proof_gets_no_second_one_by_itself(join: Join, tmp_path: Path) -> None:
    folder = _made(tmp_path / "eve")
    eve_id = ServerKey(folder).id
    exchanges = []

    def talk(channel: Any) -> None:
        key = channel.receive(10).split(b'"key":"')[1].split(b'"')[0].decode()
        channel.send(encode(frames.Locked(5)))
        heard = channel.receive(10)
        if b'"element"' not in heard:
            return
        element = heard.split(b'"element":"')[1].split(b'"')[0].decode()
        channel.send(encode(frames.Pake(Checking(verifier("000000", eve_id), eve_id, key, element).element)))
        exchanges.append(channel.receive(10))
        channel.shutdown()

    with impostor(folder, talk) as address:
        ana = join(address, "Ana", pin=PIN, patient=True)
        assert "before it proved" in ana.until(PinNeeded).detail
        ana.client.close()
    assert len(exchanges) == 1


def test_a_server_that_was_joined_before_must_have_proved_the_pin_then(join: Join, tmp_path: Path) -> None:
    with impostor(tmp_path / "eve", lets_in(tmp_path / "eve")) as address:
        first = join(address, "Ana")
        first.until(Joined)
        first.client.close()
        again = join(address, "Ana", pin=PIN)
        error = again.until(Ended).error
    assert isinstance(error, JoinRefused)
    assert error.code == Code.PIN_UNASKED


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


# Guessing


def test_whether_it_was_right_is_learnt_only_after_the_own_confirmation(server: Server, tmp_path: Path) -> None:
    """And who hangs up before it has used up a try."""
    for n in range(FREE_TRIES):
        client, key = locked(server, f"Eve{n}", tmp_path)
        with client:
            assert (client.next() or {})["tries"] == FREE_TRIES - n
            client.tell(kind="pake", element=Proving(verifier(PIN, server.id), server.id, key.public).element)
            answer = client.next()
            assert answer is not None
            assert answer["type"] == "pake", "the same for every guess"
    client, _ = locked(server, "Eve", tmp_path)
    with client:
        assert (client.next() or {})["code"] == Code.PIN_WAIT


def test_tries_at_the_same_time_count_each(server: Server, tmp_path: Path) -> None:
    wrong = verifier("000000", server.id)
    with contextlib.ExitStack() as ends:
        waiting = [locked(server, f"Eve{n}", tmp_path) for n in range(FREE_TRIES + 3)]
        for client, _ in waiting:
            ends.enter_context(client)
        verdicts = [guess(client, server, key, wrong) for client, key in waiting]
    assert verdicts == [Code.PIN_WRONG] * FREE_TRIES + [Code.PIN_WAIT] * 3


def test_a_thousand_guesses_from_fifty_addresses(server: Server, join: Join, tmp_path: Path) -> None:
    """The cap holds, nobody new gets in for a while, not even with the PIN, and who was in before does."""
    ana = join(server, "Ana", pin=PIN)
    ana.until(Joined)
    ana.client.close()
    wrong = verifier("000000", server.id)
    verdicts = []
    for n in range(1_000):
        client, key = locked(server, "Eve", tmp_path, f"127.0.0.{2 + n % 50}")
        with client:
            verdicts.append(guess(client, server, key, wrong))
    assert verdicts.count(Code.PIN_WRONG) == MAX_WRONG
    assert verdicts.count(Code.PIN_WAIT) == 1_000 - MAX_WRONG
    late = join(server, "Ben", pin=PIN).until(Ended).error
    assert isinstance(late, JoinRefused)
    assert late.code == Code.PIN_WAIT
    join(server, "Ana").until(Joined)


# What else opens no locked room


def test_neither_guests_nor_clear_text_get_in(serve: Serve, tmp_path: Path) -> None:
    server = serve(pin=PIN, allow_clear=True)
    with RawClient(server.port, tls=True) as guest:
        assert guest.hello("Eve")["code"] == Code.GUEST
    with RawClient(server.port) as clear:
        assert clear.hello("Eve")["code"] == Code.CLEAR_TEXT
    with RawClient(server.port) as plain:
        plain.send(b"Eve\n")
        assert b"only encrypted" in plain.read_all()


def test_a_proof_of_the_key_alone_opens_nothing(server: Server, tmp_path: Path) -> None:
    client, _ = locked(server, "Eve", tmp_path)
    with client:
        assert (client.next() or {})["type"] == "locked"
        for frame in (
            {"kind": "say", "id": "a-1", "text": "hi"},
            {"kind": "confirm", "mac": "00" * 32},
            {"kind": "history"},
        ):
            client.tell(**frame)
            assert (client.next() or {})["type"] == "error"
    assert server.info().users == 0


def test_a_client_that_forgot_the_server_still_has_it_prove_the_pin(server: Server, join: Join) -> None:
    """The server knows the key, the profile does not know the server: another device, or a lost profile."""
    ana = join(server, "Ana", pin=PIN)
    ana.until(Joined)
    ana.client.close()
    Profile("ana").forget(server.id)
    again = join(server, "Ana", pin=PIN)
    again.until(Joined)
    again.client.close()
    assert Profile("ana").proved_pin(server.id)
    Profile("ana").forget(server.id)
    assert "not the PIN" in join(server, "Ana", pin="000000", patient=True).until(PinNeeded).detail


def test_an_owner_needs_no_pin(serve: Serve, join: Join) -> None:
    key = Profile("ana").key.public
    server = serve(pin=PIN, owner=lambda: (key, ""))
    join(server, "Ana").until(Joined)
    join(server, "Ben").until(PinNeeded)


def test_another_pin_has_everybody_asked_again(serve: Serve, join: Join, tmp_path: Path) -> None:
    first = serve(pin=PIN)
    ana = join(first, "Ana", pin=PIN)
    ana.until(Joined)
    first.close()
    serve(pin="another one", port=first.port)
    ana.until(PinNeeded)
    ana.client.unlock("000000")
    assert "not the PIN" in ana.until(PinNeeded).detail
    ana.client.unlock("another one")
    assert ana.until(Joined).again


def test_the_same_pin_again_asks_nobody(serve: Serve, join: Join) -> None:
    first = serve(pin=PIN)
    join(first, "Ana", pin=PIN).until(Joined)
    first.close()
    second = serve(pin=PIN)
    join(second, "Ana").until(Joined)
    second.close()
    join(serve(), "Ana").until(Joined)
    with RawClient(serve(pin="", data=None, name="Other").port, tls=True) as guest:
        guest.join("Guest")


def test_the_pin_stands_nowhere(server: Server, join: Join, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    ana = join(server, "Ana", pin=PIN)
    ana.until(Joined)
    ana.client.say("hello")
    ana.until_said("hello")
    ana.client.close()
    server.close()
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) > 5
    for path in written:
        assert PIN.encode() not in path.read_bytes(), path
    assert PIN not in caplog.text
    assert oct((tmp_path / "room" / "access.db").stat().st_mode & 0o777) == "0o600"
