"""The certificate that is written by hand, as the library reads it."""

from __future__ import annotations

import datetime
import warnings

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from lanchat.certificate import self_signed

KINDS = (ec.SECP256R1(), ec.SECP521R1())  # ours; and one of which a length takes more bytes


def test_the_library_reads_what_is_written_by_hand_and_its_key_signed_it() -> None:
    for kind in KINDS:
        key = ec.generate_private_key(kind)
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # also what the library only frowns at
            made = x509.load_der_x509_certificate(self_signed(key))
        spki = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        assert made.public_key().public_bytes(*spki) == key.public_key().public_bytes(*spki)
        made.verify_directly_issued_by(made)  # raises unless names and signature fit
        assert made.version is x509.Version.v3
        assert made.subject.rfc4514_string() == "CN=lanchat"
        assert made.not_valid_before_utc == datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
        assert made.not_valid_after_utc.year == 9999
        assert 0 < made.serial_number < 1 << 159  # RFC 5280: at most 20 bytes


def test_each_has_a_serial_number_of_its_own() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    serials = {x509.load_der_x509_certificate(self_signed(key)).serial_number for _ in range(20)}
    assert len(serials) == 20
    assert {serial.bit_length() for serial in serials} == {129}  # the same length for all, so none is cut
