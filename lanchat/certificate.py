"""The certificate that a server shows, and what one says: its key; nobody asks more of it. It opens no file.

Imported where one is made or read, since the library's package for certificates takes 25 to 30 ms to import, a fifth of
what a server needs until it listens.
"""

from __future__ import annotations

import datetime
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

# Since before lanchat was, and for ever (RFC 5280, 4.1.2.5): the key is what is pinned, and no machine's clock matters
_BEGIN: Final = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
_END: Final = datetime.datetime(9999, 12, 31, 23, 59, 59, tzinfo=datetime.UTC)
_NAME: Final = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "lanchat")])


def self_signed(key: ec.EllipticCurvePrivateKey) -> bytes:
    """A certificate for `key`, X.509 v3 in PEM."""
    return (
        x509.CertificateBuilder()
        .subject_name(_NAME)
        .issuer_name(_NAME)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_BEGIN)
        .not_valid_after(_END)
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )


def public_key_of(certificate: bytes) -> bytes:
    """The key (SubjectPublicKeyInfo, DER) in a certificate (DER). Raises ValueError."""
    try:
        key = x509.load_der_x509_certificate(certificate).public_key()
    except (UnsupportedAlgorithm, x509.InvalidVersion, TypeError) as error:
        raise ValueError("not a certificate of ours") from error
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
