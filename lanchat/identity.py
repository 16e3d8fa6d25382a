"""Keys, certificate, ids and their words; makes and checks signatures, decides nothing about trust.

A server is its P-256 key: TLS proves it, the id is its fingerprint. A member is an Ed25519 key.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import os
import secrets
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeAlias

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from lanchat.certificate import self_signed
from lanchat.errors import IdentityError

ID_BYTES: Final = 16  # 128 bits: nobody finds a second key with the same id
_PEM: Final = serialization.Encoding.PEM
_DER: Final = serialization.Encoding.DER
_PKCS8: Final = serialization.PrivateFormat.PKCS8
_SPKI: Final = serialization.PublicFormat.SubjectPublicKeyInfo
_PrivateKey: TypeAlias = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
_RAW: Final = serialization.PublicFormat.Raw


class ServerKey:
    """A server's key in `directory`, made there at first use (server.key, 0600). Raises IdentityError."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / "server.key"
        self._certificate = directory / "server.crt"
        key = _load_or_make(self._path, lambda: ec.generate_private_key(ec.SECP256R1()))
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise IdentityError(path=self._path, detail="it holds another kind of key")
        self._key = key
        self.id = _fingerprint(key.public_key().public_bytes(_DER, _SPKI))

    def tls_context(self) -> ssl.SSLContext:
        """TLS 1.3 for the server's end, with a certificate made now."""
        certificate = ssl.DER_cert_to_PEM_cert(self_signed(self._key))
        _write_private(self._certificate, certificate.encode(), replace=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.num_tickets = 0  # sessions are never resumed: tickets cost a write and memory per client
        context.load_cert_chain(self._certificate, self._path)
        return context


class MemberKey:
    """A member's key in the file `path`, made there at first use (0600). Raises IdentityError."""

    def __init__(self, path: Path) -> None:
        key = _load_or_make(path, ed25519.Ed25519PrivateKey.generate)
        if not isinstance(key, ed25519.Ed25519PrivateKey):
            raise IdentityError(path=path, detail="it holds another kind of key")
        self._key = key
        self.public = _to_text(key.public_key().public_bytes(serialization.Encoding.Raw, _RAW))

    def sign(self, data: bytes) -> str:
        return _to_text(self._key.sign(data))


def copy_member_key(path: Path, copy: Path) -> bool:
    """Writes the key in `path`, made there if there is none, to `copy` (0600); False: that is there already.
    Raises IdentityError."""
    MemberKey(path)
    if copy.exists():
        return False
    _write_private(copy, _read(path), replace=False)
    return True


def take_member_key(source: Path, path: Path) -> Path | None:
    """Puts the key in `source` into `path`; returns where the one is that was there. Raises IdentityError: none is
    in `source`."""
    data = _read(source)
    key = _parse(source, data)
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        raise IdentityError(path=source, detail="it holds another kind of key")
    kept = None
    if path.exists() and _read(path) != data:
        old = hashlib.sha256(_read(path)).hexdigest()[:8]
        kept = path.with_name(f"{path.stem}-{old}{path.suffix}")
        _write_private(kept, _read(path), replace=True)
    _write_private(path, data, replace=True)
    return kept


def client_context() -> ssl.SSLContext:
    """TLS 1.3 for the client's end. No certificate authority is asked: the caller compares `id_of`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def id_of(certificate: bytes) -> str:
    """The id of the server that proved this certificate (DER): SHA-256 of its public key
    (SubjectPublicKeyInfo), first 128 bits, 32 hex digits. Raises ValueError."""
    from cryptography import x509  # late: takes 30 ms, and a server never reads a certificate

    try:
        key = x509.load_der_x509_certificate(certificate).public_key()
    except (UnsupportedAlgorithm, x509.InvalidVersion, TypeError) as error:
        raise ValueError("not a certificate of ours") from error
    return _fingerprint(key.public_bytes(_DER, _SPKI))


def is_key(text: str) -> bool:
    """Whether `text` is a public member key."""
    try:
        ed25519.Ed25519PublicKey.from_public_bytes(_from_text(text))
    except ValueError:
        return False
    return True


def verify(key: str, data: bytes, signature: str) -> bool:
    """Whether the member `key` signed `data`. Any damage to the three is a no."""
    try:
        public = ed25519.Ed25519PublicKey.from_public_bytes(_from_text(key))
        public.verify(_from_text(signature), data)
    except (ValueError, InvalidSignature):
        return False
    return True


def new_run() -> str:
    """The name of one run of a server or of one outbox: 64 random bits, 16 hex digits."""
    return secrets.token_hex(8)


def new_nonce() -> str:
    """128 random bits as 32 hex digits."""
    return secrets.token_hex(16)


_CONSONANTS: Final = "bdfghjklmnprstvz"
_VOWELS: Final = "aiou"


def words(identity: str) -> str:
    """Four pronounceable words for the first 64 bits of an id, to be compared aloud: `lusab-babad-…`.

    Source: D. Wilkerson, “A Proposal for Proquints” (2009): 16 bits are consonant-vowel-consonant-vowel-consonant.
    """
    return "-".join(_proquint(int(identity[i : i + 4], 16)) for i in range(0, 16, 4))


def _proquint(bits: int) -> str:
    return (
        _CONSONANTS[bits >> 12 & 15]
        + _VOWELS[bits >> 10 & 3]
        + _CONSONANTS[bits >> 6 & 15]
        + _VOWELS[bits >> 4 & 3]
        + _CONSONANTS[bits & 15]
    )


def _fingerprint(public_key: bytes) -> str:
    return hashlib.sha256(public_key).hexdigest()[: ID_BYTES * 2]


def _to_text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _from_text(text: str) -> bytes:
    """Base64url without padding. Raises ValueError, also for a second spelling of the same bytes."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("no base64url") from error
    if _to_text(data) != text:
        raise ValueError("not the one spelling of these bytes")
    return data


def _load_or_make(path: Path, make: Callable[[], _PrivateKey]) -> object:
    """The key in `path`; where there is none, a new one. Two processes that start at once get the same."""
    try:
        if not path.exists():
            pem = make().private_bytes(_PEM, _PKCS8, serialization.NoEncryption())
            _write_private(path, pem, replace=False)
    except OSError as error:
        raise IdentityError(path=path, detail=error.strerror or str(error)) from error
    return _parse(path, _read(path))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise IdentityError(path=path, detail=error.strerror or str(error)) from error


def _parse(path: Path, data: bytes) -> object:
    try:
        return serialization.load_pem_private_key(data, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise IdentityError(path=path, detail="it is damaged") from error


def _write_private(path: Path, data: bytes, *, replace: bool) -> None:
    """Whole or not at all, readable by the owner alone. Without replace, what is there already stays."""
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        fd = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(fd, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            os.replace(part, path)
            return
        with contextlib.suppress(FileExistsError):  # another process was faster: its key counts
            os.link(part, path)
        part.unlink()
    except OSError as error:
        raise IdentityError(path=path, detail=error.strerror or str(error)) from error
