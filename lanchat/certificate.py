"""The certificate that a server shows: its key, signed by itself, byte by byte; it reads none, and opens no file.

Nobody asks more of it than the key, so it says always the same. Written by hand because the library's package for
certificates takes 30 ms to import, a fifth of what a server needs until it listens.
"""

from __future__ import annotations

import secrets
from typing import Final

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

_SERIAL_BYTES: Final = 16  # of chance; RFC 5280 allows 20


def self_signed(key: ec.EllipticCurvePrivateKey) -> bytes:
    """A certificate for `key`, X.509 v3 in DER (RFC 5280), with a serial number of its own. It never ends."""
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    facts = _sequence(_VERSION, _serial(), _ALGORITHM, _NAME, _VALIDITY, _NAME, public)
    signature = key.sign(facts, ec.ECDSA(hashes.SHA256()))
    return _sequence(facts, _ALGORITHM, _value(0x03, b"\0", signature))  # a bit string: no bit of it is left over


def _serial() -> bytes:
    return _value(0x02, b"\1", secrets.token_bytes(_SERIAL_BYTES))  # above zero, and in no other spelling


def _sequence(*parts: bytes) -> bytes:
    return _value(0x30, *parts)


def _value(tag: int, *parts: bytes) -> bytes:
    """One value in DER (X.690): its tag, how long it is, and what it holds."""
    held = b"".join(parts)
    size = len(held)
    if size < 0x80:
        return bytes((tag, size)) + held
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + held


_VERSION: Final = _value(0xA0, _value(0x02, b"\2"))  # v3
_ALGORITHM: Final = _sequence(_value(0x06, bytes.fromhex("2a8648ce3d040302")))  # ecdsa-with-SHA256, RFC 5758
_COMMON_NAME: Final = _sequence(_value(0x06, bytes.fromhex("550403")), _value(0x0C, b"lanchat"))
_NAME: Final = _sequence(_value(0x31, _COMMON_NAME))
# Since before lanchat was, and for ever (RFC 5280, 4.1.2.5): the clock of no machine matters
_VALIDITY: Final = _sequence(_value(0x17, b"200101000000Z"), _value(0x18, b"99991231235959Z"))
