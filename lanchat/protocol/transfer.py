"""The frames that move files: asking for a ticket in the talk, and the few lines of a transfer's own connection.

Between those lines go the file's bytes, as they are: both sides know how many.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from lanchat.protocol import limits
from lanchat.protocol.fields import Count, Digest, Token

TransferId = Annotated[str, Meta(max_length=limits.MAX_ID)]


class _Frame(Struct, frozen=True, tag_field="type", tag=str.lower, omit_defaults=True):
    """What all share."""


# In the talk


class Offer(_Frame, frozen=True):
    """I have a file of this size and digest; answered by a ticket with the same id."""

    id: TransferId
    size: Count
    sha256: Digest


class Fetch(_Frame, frozen=True):
    """I want the file of this entry; answered by a ticket with the same id."""

    id: TransferId
    seq: Count
    room: str = ""


class Ticket(_Frame, frozen=True):
    """Server: for one transfer, begun soon. token empty: without a code the offered file is here already; with one
    there will be no transfer, and `detail` says why."""

    id: TransferId
    token: Token = ""
    code: str = ""
    detail: str = ""


# On the transfer's own connection


class Transfer(_Frame, frozen=True):
    """The first line. offset: where a download shall go on, bytes."""

    token: Token
    offset: Count = 0


class Go(_Frame, frozen=True):
    """Server: bytes from `offset` up to `size` follow, from whoever has them."""

    offset: Count
    size: Count


class Arrived(_Frame, frozen=True):
    """Server: all of an upload is here, and has the digest that was announced."""
