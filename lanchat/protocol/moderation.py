"""What people with a role may ask the server to do, as typed actions, and the role that each needs; it does nothing.

The server checks the role and acts (server/moderation.py); clients read the same table to offer what is allowed.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final, TypeAlias

from msgspec import Meta, Struct

from lanchat.protocol import limits


class Role(StrEnum):
    """Of a member key in a room, the word of the wire. Guests have none."""

    MEMBER = ""
    MODERATOR = "moderator"
    OWNER = "owner"

    @property
    def rank(self) -> int:
        """Who ranks higher may do more, and act on who ranks lower."""
        return list(Role).index(self)


Seconds: TypeAlias = Annotated[int, Meta(ge=0, le=limits.MAX_SANCTION)]
Who: TypeAlias = Annotated[str, Meta(min_length=1, max_length=limits.MAX_WHO)]  # a key, or a nickname
Reason: TypeAlias = Annotated[str, Meta(max_length=limits.MAX_REASON)]  # shown to all


class _Action(Struct, frozen=True, tag_field="action", tag=str.lower, omit_defaults=True):
    """What all share."""


class Kick(_Action, frozen=True):
    """Puts out all connections of `who`, who may come back."""

    who: Who
    reason: Reason = ""


class Ban(_Action, frozen=True):
    """Puts out and keeps out: the key and, where `who` is here, the address against keys that are new."""

    who: Who
    seconds: Seconds
    reason: Reason = ""


class Unban(_Action, frozen=True):
    who: Who


class Bans(_Action, frozen=True):
    """Asks who is banned or muted: `bans` of the outcome."""


class Mute(_Action, frozen=True):
    """Whatever `who` says is refused until then."""

    who: Who
    seconds: Seconds
    reason: Reason = ""


class Unmute(_Action, frozen=True):
    who: Who


class Slow(_Action, frozen=True):
    """From now on a member says one thing in so many seconds; 0: as many as they like."""

    seconds: Annotated[int, Meta(ge=0, le=limits.MAX_SLOW)]


class Lock(_Action, frozen=True):
    """on: nobody new comes in, only keys that hold a name here."""

    on: bool


class Delete(_Action, frozen=True):
    """Blanks the text of the message `seq`. Members may do it to their own. room: empty: the first."""

    seq: Annotated[int, Meta(ge=1, le=limits.MAX_COUNTER)]
    room: Annotated[str, Meta(max_length=limits.MAX_ROOM_NAME)] = ""


class Invite(_Action, frozen=True):
    """Makes an invitation: `token` of the outcome. uses: None: any number."""

    seconds: Seconds
    uses: Annotated[int, Meta(ge=1, le=limits.MAX_USES)] | None = 1


class Appoint(_Action, frozen=True):
    """moderator: `who` is one from now on, or no more. (Owners stand in a file on the server.)"""

    who: Who
    moderator: bool


class Pin(_Action, frozen=True):
    """The PIN from now on; empty: none. Who is in stays in."""

    pin: Annotated[str, Meta(max_length=limits.MAX_REASON)]


class Close(_Action, frozen=True):
    """Puts everybody out, and ends the server."""

    reason: Reason = ""


Action: TypeAlias = Kick | Ban | Unban | Bans | Mute | Unmute | Slow | Lock | Delete | Invite | Appoint | Pin | Close

NEEDS: Final[dict[type, Role]] = {
    Kick: Role.MODERATOR,
    Ban: Role.MODERATOR,
    Unban: Role.MODERATOR,
    Bans: Role.MODERATOR,
    Mute: Role.MODERATOR,
    Unmute: Role.MODERATOR,
    Slow: Role.MODERATOR,
    Lock: Role.MODERATOR,
    Delete: Role.MEMBER,  # of one's own; of others' as a moderator
    Invite: Role.MODERATOR,
    Appoint: Role.OWNER,
    Pin: Role.OWNER,
    Close: Role.OWNER,
}


class Sanction(Struct, frozen=True, omit_defaults=True):
    """A ban or a mute that holds. kind: “ban” or “mute”. until: ms since 1970. key None: a guest, by address."""

    kind: str
    nick: str
    key: str | None
    until: Annotated[int, Meta(ge=0, le=limits.MAX_TIME)]
    by: str
    reason: str = ""


class Rules(Struct, frozen=True, tag_field="type", tag="rules"):
    """What holds in a room from now on; at joining it is told where it is unusual. slow: s between two messages of one
    member, 0: none. closed: nobody new comes in."""

    room: str
    slow: Annotated[int, Meta(ge=0, le=limits.MAX_SLOW)] = 0
    closed: bool = False
