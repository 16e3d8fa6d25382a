"""Presence on the wire: how somebody is here, what was read by whom, what is kept at hand; no rules, no bytes."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from lanchat.protocol import limits
from lanchat.protocol.fields import Count

State: TypeAlias = Literal["", "idle", "away", "busy"]  # empty: here


class Status(Struct, frozen=True, tag_field="type", tag="status", omit_defaults=True):
    """A client's: how its user is here from now on. idle: their hands are elsewhere; away, busy: they said so, with a
    text. last: others may learn when their key was here last."""

    state: State = ""
    text: Annotated[str, Meta(max_length=limits.MAX_STATUS)] = ""
    last: bool = True


class Seen(Struct, frozen=True, tag_field="type", tag="seen"):
    """A server's: this key has read up to this seq; 0: that is no longer told."""

    room: str
    key: str
    seq: Count


class Pin(Struct, frozen=True):
    """A message that is kept at hand: its seq, who said it, and the beginning of what it reads now."""

    seq: Count
    nick: str
    text: str


class Pins(Struct, frozen=True, tag_field="type", tag="pins"):
    """A server's: all that is kept at hand in the room as of the entry `head`; entries above it change that."""

    room: str
    head: Count
    pins: list[Pin]
