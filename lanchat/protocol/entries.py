"""What lasts: the entries of a room's journal, as they go over the wire; no rules, no bytes.

Each bears room, seq, id, at (ms since 1970, the server's clock), nick and key (None: a guest).
"""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct

from lanchat.protocol.fields import Count, Time
from lanchat.protocol.files import File


class _Entry(Struct, frozen=True, tag_field="type"):
    """What all share, in this order."""

    room: str
    seq: Count
    id: str
    at: Time
    nick: str
    key: str | None


class Message(_Entry, frozen=True, tag="message", omit_defaults=True):
    """An entry of the journal: what somebody said. Every field is always there, but for reply: the seq of what it
    answers, where it answers something, and file: what was sent with it; `text` is its name then, or what was said of
    it."""

    text: str
    reply: Count = 0
    file: File | None = None


class Edited(_Entry, frozen=True, tag="edited"):
    """An entry: the message `target` reads `text` from now on. Empty: it was deleted, or is no longer kept."""

    target: Count
    text: str


class Reacted(_Entry, frozen=True, tag="reacted"):
    """An entry: somebody put an emoji below the message `target`, or took theirs away."""

    target: Count
    emoji: str
    on: bool


class Deleted(_Entry, frozen=True, tag="deleted"):
    """An entry of the journal: the text of the entry `target` is no more. nick, key: who deleted it. Every field is
    always there."""

    target: Count


class Topic(_Entry, frozen=True, tag="topic"):
    """An entry: what the room is about from now on; empty: nothing is said of it. As the first entry of a room it also
    says who made it. (The lobby nobody made.)"""

    text: str


class Archived(_Entry, frozen=True, tag="archived"):
    """An entry: nothing more is said in the room; on false: again."""

    on: bool


class Pinned(_Entry, frozen=True, tag="pinned"):
    """An entry: the message `target` is kept at hand for all; on false: no longer."""

    target: Count
    on: bool


Entry: TypeAlias = Message | Edited | Reacted | Deleted | Topic | Archived | Pinned
