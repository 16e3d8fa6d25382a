"""Keys made once, ids that real TLS proves, words, and signatures that take no damage."""

from __future__ import annotations

import os
import re
import socket
import ssl
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lanchat import identity
from lanchat.channel import Channel
from lanchat.errors import IdentityError
from lanchat.identity import MemberKey, ServerKey

MAKERS: list[tuple[str, Callable[[Path], MemberKey | ServerKey]]] = [
    ("member.key", lambda directory: MemberKey(directory / "member.key")),
    ("server.key", ServerKey),
]
KINDS = pytest.mark.parametrize(("name", "make"), MAKERS, ids=["member", "server"])


def public(key: MemberKey | ServerKey) -> str:
    return key.public if isinstance(key, MemberKey) else key.id


@KINDS
def test_a_key_is_made_once_and_for_its_owner_alone(
    tmp_path: Path, name: str, make: Callable[[Path], MemberKey | ServerKey]
) -> None:
    first, again = make(tmp_path), make(tmp_path)
    assert public(first) == public(again)
    assert os.listdir(tmp_path) == [name]
    assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


@KINDS
@pytest.mark.parametrize("damage", [b"", b"garbage", b"\xff" * 200, None])
def test_a_damaged_key_is_said_and_never_replaced(
    tmp_path: Path, name: str, make: Callable[[Path], MemberKey | ServerKey], damage: bytes | None
) -> None:
    make(tmp_path)
    path = tmp_path / name
    content = path.read_bytes()[:-60] if damage is None else damage
    path.write_bytes(content)
    with pytest.raises(IdentityError, match=rf"{name} cannot be used: it is damaged"):
        make(tmp_path)
    assert path.read_bytes() == content


@KINDS
def test_another_kind_of_key_is_said(tmp_path: Path, name: str, make: Callable[[Path], MemberKey | ServerKey]) -> None:
    [(other, make_other)] = [(n, m) for n, m in MAKERS if n != name]
    make_other(tmp_path)
    (tmp_path / other).rename(tmp_path / name)
    with pytest.raises(IdentityError, match="another kind of key"):
        make(tmp_path)


@KINDS
def test_a_place_that_takes_no_file_is_said(
    tmp_path: Path, name: str, make: Callable[[Path], MemberKey | ServerKey]
) -> None:
    with pytest.raises(IdentityError, match=name):
        make(tmp_path / "nowhere")
    (tmp_path / name).mkdir()
    with pytest.raises(IdentityError, match=name):
        make(tmp_path)


def test_processes_that_start_at_once_get_one_key(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from lanchat.identity import MemberKey\n"
        "print(MemberKey(Path(sys.argv[1])).public)"
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", script, tmp_path / "key"], stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    keys = {process.communicate()[0].strip() for process in processes}
    assert keys == {MemberKey(tmp_path / "key").public}
    assert os.listdir(tmp_path) == ["key"]


def handshake(key: ServerKey) -> bytes:
    """The certificate that a client sees."""
    server, client = (Channel(sock) for sock in socket.socketpair())
    server.start_tls(key.tls_context(), server=True)
    client.start_tls(identity.client_context(), server=False)
    thread = threading.Thread(target=server.handshake, args=(10,))
    thread.start()
    certificate = client.handshake(10)
    thread.join()
    server.close()
    client.close()
    assert certificate is not None
    return certificate


def test_tls_proves_the_id_by_a_certificate_that_is_kept(tmp_path: Path) -> None:
    key = ServerKey(tmp_path)
    first = handshake(key)
    assert handshake(ServerKey(tmp_path)) == first
    assert identity.id_of(first) == key.id
    assert re.fullmatch("[0-9a-f]{32}", key.id)
    assert stat.S_IMODE((tmp_path / "server.crt").stat().st_mode) == 0o600


@pytest.mark.parametrize("kept", ["", "damaged", "of another key"])
def test_a_certificate_that_does_not_fit_is_made_anew(tmp_path: Path, kept: str) -> None:
    (tmp_path / "other").mkdir()
    other = handshake(ServerKey(tmp_path / "other"))
    if kept == "of another key":
        (tmp_path / "other" / "server.crt").rename(tmp_path / "server.crt")
    else:
        (tmp_path / "server.crt").write_text(kept)
    key = ServerKey(tmp_path)
    assert identity.id_of(handshake(key)) == key.id != identity.id_of(other)


def test_no_certificate_is_a_value_error() -> None:
    for data in (b"", b"\x30\x03\x02\x01\x01", b"x" * 500):
        with pytest.raises(ValueError):  # noqa: PT011  # what it says is the library's business
            identity.id_of(data)


# Words


def test_words_are_proquints() -> None:
    """The examples of the paper: 127.0.0.1 and 63.84.220.193."""
    assert identity.words("7f000001" + "3f54dcc1" + "0" * 16) == "lusab-babad-gutih-tugad"


@given(st.integers(0, 2**128 - 1), st.integers(0, 127))
def test_words_are_speakable_and_tell_ids_apart(number: int, bit: int) -> None:
    spoken = identity.words(f"{number:032x}")
    assert re.fullmatch(r"(?:[bdfghjklmnprstvz][aiou][bdfghjklmnprstvz][aiou][bdfghjklmnprstvz](-|$)){4}", spoken)
    other = identity.words(f"{number ^ (1 << bit):032x}")
    assert (spoken == other) is (bit < 64)


def test_runs_and_nonces_are_new_each_time() -> None:
    assert len({identity.new_run() for _ in range(100)}) == len({identity.new_nonce() for _ in range(100)}) == 100
    assert re.fullmatch("[0-9a-f]{16}", identity.new_run())
    assert re.fullmatch("[0-9a-f]{32}", identity.new_nonce())


# Signatures


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> MemberKey:
    return MemberKey(tmp_path_factory.mktemp("key") / "key")


ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def flip(text: str, position: int, bit: int) -> str:
    """`text` with one of the six bits of one base64 character changed."""
    position %= len(text)
    changed = ALPHABET[ALPHABET.index(text[position]) ^ (1 << bit)]
    return text[:position] + changed + text[position + 1 :]


@settings(deadline=None)
@given(st.binary(max_size=100), st.integers(0, 10_000), st.integers(0, 5), st.integers(0, 10_000))
def test_no_bit_of_key_data_or_signature_may_change(
    key: MemberKey, data: bytes, position: int, bit: int, place: int
) -> None:
    signature = key.sign(data)
    assert identity.verify(key.public, data, signature)
    assert not identity.verify(key.public, data, flip(signature, position, bit))
    assert not identity.verify(flip(key.public, position, bit), data, signature)
    changed = bytearray(data or b"\0")
    changed[place % len(changed)] ^= 1 << bit
    assert not identity.verify(key.public, bytes(changed) if data else b"x", signature)


@settings(deadline=None)
@given(st.text(max_size=100), st.text(max_size=100))
def test_whatever_is_called_a_key_or_a_signature_is_just_wrong(key: MemberKey, public: str, signature: str) -> None:
    assert not identity.verify(public, b"data", signature)
    assert not identity.verify(key.public, b"data", signature)
    assert not identity.is_key(public)


def test_a_key_has_one_spelling(key: MemberKey) -> None:
    """43 characters hold two bits more than 32 bytes: changed, they spell the same bytes, and no key."""
    assert identity.is_key(key.public)
    assert len(key.public) == 43
    signature = key.sign(b"data")
    for other in (
        flip(key.public, 42, 0),
        flip(key.public, 42, 1),
        key.public + "=",
        key.public + "\n",
        " " + key.public,
    ):
        assert not identity.is_key(other)
        assert not identity.verify(other, b"data", signature)
    for other in (flip(signature, 85, 0), signature + "==", signature.replace("-", "+").replace("_", "/") + "\n"):
        assert not identity.verify(key.public, b"data", other)


def test_a_certificate_of_no_known_version_is_a_value_error(tmp_path: Path) -> None:
    """A library's own kind of error must not get through: whoever connects waits for an answer."""
    ServerKey(tmp_path).tls_context()
    pem = (tmp_path / "server.crt").read_text()
    der = bytearray(ssl.PEM_cert_to_DER_cert(pem))
    place = der.index(b"\xa0\x03\x02\x01\x02") + 4
    der[place] = 5
    with pytest.raises(ValueError, match="not a certificate of ours"):
        identity.id_of(bytes(der))


def test_a_key_that_may_not_even_be_looked_for_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a home of somebody else; root may look everywhere, so the system's answer is given here."""
    monkeypatch.setattr(Path, "exists", _refuses)
    with pytest.raises(IdentityError, match="Permission denied"):
        MemberKey(tmp_path / "member.key")


def _refuses(path: Path) -> bool:
    raise PermissionError(13, "Permission denied", str(path))
