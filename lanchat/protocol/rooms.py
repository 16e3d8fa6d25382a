"""Rooms on the wire: what there is to know about one, and what members may ask for; no rules, no bytes.

A room's name is also its place in the journal. A direct conversation is a room whose members alone know of it; its name
begins with “@”, which no other name does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Annotated, Final, TypeAlias

from msgspec import Meta, Struct

from lanchat.errors import LocalProtocolError
from lanchat.protocol import limits
from lanchat.protocol.fields import Count, Time
from lanchat.protocol.text import clean_nick

DIRECT: Final = "@"  # begins the names of direct conversations
RoomName: TypeAlias = Annotated[str, Meta(min_length=1, max_length=limits.MAX_ROOM_NAME)]
RoomTopic: TypeAlias = Annotated[str, Meta(max_length=limits.MAX_TOPIC)]
MemberKey: TypeAlias = Annotated[str, Meta(min_length=limits.MAX_KEY, max_length=limits.MAX_KEY)]


def direct_name(keys: Iterable[str]) -> str:
    """The room of exactly these keys: the same, whoever of them asks for it first."""
    return DIRECT + hashlib.sha256(",".join(sorted(set(keys))).encode()).hexdigest()[:24]


def clean_name(raw: str) -> str:
    """A room's name in the form that is kept: like a nickname, with hyphens for spaces. Raises
    LocalProtocolError(ROOM_INVALID)."""
    try:
        return clean_nick(raw.removeprefix("#")).replace(" ", "-")
    except LocalProtocolError as error:
        raise LocalProtocolError(code=limits.Code.ROOM_INVALID, detail=str(error)) from error


class Person(Struct, frozen=True, omit_defaults=True):
    """One of a direct conversation, by the name that they hold. last: when they were here last, where they are not (ms
    since 1970); 0: not told."""

    key: MemberKey
    nick: str
    last: Time = 0


class RoomInfo(Struct, frozen=True, omit_defaults=True):
    """A room as those who may know of it see it. head: its last seq. maker: the key of who made it. people: of a direct
    conversation, all of them."""

    name: RoomName
    head: Count = 0
    topic: RoomTopic = ""
    maker: str | None = None
    archived: bool = False
    people: list[Person] = []

    @property
    def direct(self) -> bool:
        return self.name.startswith(DIRECT)


class _Action(Struct, frozen=True, tag_field="action", tag=str.lower, omit_defaults=True):
    """What all share."""


class Create(_Action, frozen=True):
    """Makes a room, and enters it."""

    name: RoomName
    topic: RoomTopic = ""


class Enter(_Action, frozen=True):
    """Follows a room from now on, also after a restart."""

    room: RoomName


class Part(_Action, frozen=True):
    """Follows it no longer."""

    room: RoomName


class SetTopic(_Action, frozen=True, tag="topic"):
    """What the room is about; empty: nothing is said of it."""

    room: RoomName
    text: RoomTopic


class Archive(_Action, frozen=True):
    """on: nothing more is said in the room; it can be read, and opened again."""

    room: RoomName
    on: bool = True


class Direct(_Action, frozen=True):
    """The conversation between oneself and these keys; it is made if there is none."""

    keys: Annotated[list[MemberKey], Meta(min_length=1, max_length=limits.MAX_DIRECT - 1)]


class Keep(_Action, frozen=True):
    """Keeps a message at hand for all, or (on false) no longer: a pin, as people call it."""

    seq: Annotated[int, Meta(ge=1, le=limits.MAX_COUNTER)]
    on: bool = True
    room: Annotated[str, Meta(max_length=limits.MAX_ROOM_NAME)] = ""  # the first


RoomAction: TypeAlias = Create | Enter | Part | SetTopic | Archive | Direct | Keep


# Frames


class Arrange(Struct, frozen=True, tag_field="type", tag="arrange", omit_defaults=True):
    """Do this about a room, if I may; answered by an outcome with the same id."""

    id: Annotated[str, Meta(max_length=limits.MAX_ID)]
    do: RoomAction


class Rooms(Struct, frozen=True, tag_field="type", tag="rooms", omit_defaults=True):
    """Rooms that you may know of, as they are now. first: forget the list that you had."""

    rooms: list[RoomInfo]
    first: bool = False


class Entered(Struct, frozen=True, tag_field="type", tag="entered", omit_defaults=True):
    """You follow this room from here on: what you lack up to `head` comes in pages, entries above it live. read: the
    last seq that your key said it has read."""

    room: str
    head: Count = 0
    read: Count = 0


class Parted(Struct, frozen=True, tag_field="type", tag="parted", omit_defaults=True):
    """You follow it no longer."""

    room: str
