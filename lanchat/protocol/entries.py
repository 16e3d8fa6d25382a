"""What lasts: the entries of a room's journal, as they go over the wire; no rules, no bytes.

Each bears room, seq, id, at (ms since 1970, the server's clock), nick and key (None: a guest).
"""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct

from lanchat.protocol.fields import Count, Time


class Message(Struct, frozen=True, tag_field="type", tag="message", omit_defaults=True):
    """An entry of the journal: what somebody said. Every field is always there, but for reply: the seq of what it
    answers, where it answers something."""

    room: str
    seq: Count
    id: str
    at: Time
    nick: str
    key: str | None
    text: str
    reply: Count = 0


class Edited(Struct, frozen=True, tag_field="type", tag="edited"):
    """An entry: the message `target` reads `text` from now on. Empty: it was deleted, or is no longer kept."""

    room: str
    seq: Count
    id: str
    at: Time
    nick: str
    key: str | None
    target: Count
    text: str


class Reacted(Struct, frozen=True, tag_field="type", tag="reacted"):
    """An entry: somebody put an emoji below the message `target`, or took theirs away."""

    room: str
    seq: Count
    id: str
    at: Time
    nick: str
    key: str | None
    target: Count
    emoji: str
    on: bool


class Deleted(Struct, frozen=True, tag_field="type", tag="deleted"):
    """An entry of the journal: the text of the entry `target` is no more. nick, key: who deleted it. Every field is
    always there."""

    room: str
    seq: Count
    id: str
    at: Time
    nick: str
    key: str | None
    target: Count


Entry: TypeAlias = Message | Edited | Reacted | Deleted
