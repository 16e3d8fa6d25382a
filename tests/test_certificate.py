"""The certificate of a server: whose it is, and that no clock matters."""

from __future__ import annotations

import datetime
import ssl
import warnings

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from lanchat.certificate import public_key_of, self_signed


def test_it_holds_the_key_that_signed_it_and_ends_never() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    pem = self_signed(key)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # also what the library only frowns at
        made = x509.load_pem_x509_certificate(pem)
    made.verify_directly_issued_by(made)  # raises unless names and signature fit
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert public_key_of(ssl.PEM_cert_to_DER_cert(pem.decode())) == public
    assert made.not_valid_before_utc == datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    assert made.not_valid_after_utc.year == 9999
