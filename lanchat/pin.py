"""A room's PIN: what is kept of it, and how both ends prove that they know it; it counts no tries.

A password-authenticated key exchange (SPAKE2, RFC 9382, by the library `spake2`): who listens learns nothing that
could be tested, who takes part learns whether one guess was right. The library confirms nothing by itself, so both
ends prove the key that came out by an HMAC, the client first. The server's id is in both identities: an exchange that
somebody in between passes on to the true server fails, since TLS proved another id to the client.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata
from typing import Any, Final

from lanchat.errors import LocalProtocolError
from lanchat.protocol.limits import Code

MIN_PIN: Final = 6  # characters: a million, of which the limits on tries leave a year
MAX_PIN: Final = 64  # characters
ELEMENT: Final = 33  # bytes: which side it is from, and a point of the curve
_DIGITS: Final = 6  # of one that we make
# 16 MiB and 50 ms: what each guess costs who has read the verifier from the server's disk (RFC 7914 section 2)
_SCRYPT: Final = {"n": 2**14, "r": 8, "p": 1, "dklen": 32}
_Q: Final = 2**255 - 19  # the field of the curve
_LABELS: Final = (b"lanchat pin 1 client ", b"lanchat pin 1 server ")


def clean_pin(raw: str) -> str:
    """What counts of a PIN as it was typed: no spaces, hyphens, capitals or ways to write, since it is read aloud.
    Raises LocalProtocolError."""
    raw = raw[: 4 * MAX_PIN]  # normalizing takes time that grows with the square
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", raw).casefold())
    pin = "".join(c for c in plain if not c.isspace() and c != "-")
    if not MIN_PIN <= len(pin) <= MAX_PIN or not pin.isprintable():
        raise LocalProtocolError(code=Code.PIN_INVALID, detail=f"A PIN has {MIN_PIN} to {MAX_PIN} characters.")
    return pin


def new_pin() -> str:
    """Six random digits."""
    return f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}}"


def verifier(pin: str, server_id: str) -> bytes:
    """What the exchange works with, and the server keeps: 32 bytes, another for each server. Takes 50 ms.
    Raises LocalProtocolError."""
    return hashlib.scrypt(clean_pin(pin).encode(), salt=server_id.encode(), **_SCRYPT)


class Proving:
    """The client's end of one exchange, to be used once. server_id: the one that TLS proved. key: the member's."""

    def __init__(self, known: bytes, server_id: str, key: str) -> None:
        from spake2 import SPAKE2_A  # 30 ms that nobody waits for without a PIN

        self._run = SPAKE2_A(known, *_identities(server_id, key))
        self._mine: bytes = self._run.start()
        self.element = self._mine.hex()
        self._macs = ("", "")

    def confirm(self, element: str) -> str:
        """The client's proof, from the server's element. Raises ValueError: no element."""
        theirs = _element(element)
        self._macs = _macs(_finish(self._run, theirs), self._mine, theirs)
        return self._macs[0]

    def holds(self, mac: str) -> bool:
        """Whether this proves that the server knows the PIN."""
        return bool(self._macs[1]) and hmac.compare_digest(mac.encode(), self._macs[1].encode())


class Checking:
    """The server's end of one exchange, to be used once."""

    def __init__(self, known: bytes, server_id: str, key: str, element: str) -> None:
        """element: the client's. Raises ValueError: it is none."""
        from spake2 import SPAKE2_B

        run = SPAKE2_B(known, *_identities(server_id, key))
        mine: bytes = run.start()
        theirs = _element(element)
        self._macs = _macs(_finish(run, theirs), theirs, mine)
        self.element = mine.hex()

    def answer(self, mac: str) -> str | None:
        """The server's proof, if the client's is right; None: wrong PIN, or somebody in between."""
        return self._macs[1] if hmac.compare_digest(mac.encode(), self._macs[0].encode()) else None


def _identities(server_id: str, key: str) -> tuple[bytes, bytes]:
    """Of the client, and of the server."""
    return f"client {key} at {server_id}".encode(), f"server {server_id}".encode()


def _element(text: str) -> bytes:
    element = bytes.fromhex(text)
    if len(element) != ELEMENT or element.hex() != text:  # the library takes short ones, too
        raise ValueError("not the one spelling of an element")
    if int.from_bytes(element[1:], "little") & (1 << 255) - 1 >= _Q:  # and a second spelling of a few (RFC 8032, 5.1.3)
        raise ValueError("not the one spelling of an element")
    return element


def _finish(run: Any, element: bytes) -> bytes:
    from spake2.ed25519_basic import NotOnCurve
    from spake2.spake2 import SPAKEError

    try:
        key: bytes = run.finish(element)
    except (SPAKEError, NotOnCurve) as error:
        raise ValueError(str(error)) from error
    return key


def _macs(key: bytes, client: bytes, server: bytes) -> tuple[str, str]:
    """What the client and what the server say to confirm."""
    first, second = (hmac.digest(key, label + client + server, "sha256").hex() for label in _LABELS)
    return first, second
