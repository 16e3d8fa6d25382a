"""What a Client tells: frames of the server that pass through, and what happens to the link; plain data.

A bot, a terminal and the window read the same stream and handle it with `match`.
"""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct

from lanchat.errors import LanchatError
from lanchat.protocol.frames import (
    Archived,
    Deleted,
    Edited,
    Entered,
    Error,
    Message,
    Outcome,
    Page,
    Parted,
    Pinned,
    Pins,
    Presence,
    Reacted,
    Refused,
    Rooms,
    Roster,
    Seen,
    Topic,
    Typed,
    Welcome,
)
from lanchat.protocol.moderation import Rules
from lanchat.protocol.query import Hit, Query


class Connecting(Struct, frozen=True):
    """Addresses are being tried."""

    host: str


class Joined(Struct, frozen=True):
    """In the room. again: after a break, so what was known still counts. new_journal: the server's data was
    replaced since last time, so what was known does not. latency_ms: of the connection's first answer."""

    welcome: Welcome
    latency_ms: float
    again: bool = False
    new_journal: bool = False


class PinNeeded(Struct, frozen=True):
    """The room has a PIN: answer with Client.unlock. detail: why it is asked again; empty: it was not tried yet."""

    detail: str = ""


class Lost(Struct, frozen=True):
    """The link broke or did not come about; another try follows after retry_in seconds, by itself."""

    detail: str
    retry_in: float


class Queued(Struct, frozen=True):
    """A message was said here and is kept on disk until the server has it (its own Message comes back with
    this id). It comes again after a restart for what still waits."""

    id: str
    text: str
    at: int  # ms since 1970, our clock
    reply: int = 0  # the seq of what it answers
    room: str = ""  # the first one


class Failed(Struct, frozen=True):
    """The server will not take this message; it waits no longer."""

    id: str
    text: str
    detail: str
    room: str = ""  # the first one


class Progress(Struct, frozen=True):
    """Of a file on its way. id: of the transfer. state: "waiting" (for its turn, or the server), "reading" (here,
    to know its digest), "moving", "done", "failed", "cancelled". done, size: bytes; speed: bytes a second; left: s,
    None: unknown. detail: why it failed. message: id of the message that an upload became. path: of a download."""

    id: str
    name: str
    upload: bool
    state: str
    done: int = 0
    size: int = 0
    speed: float = 0.0
    left: float | None = None
    detail: str = ""
    message: str = ""
    path: str = ""

    @property
    def over(self) -> bool:
        return self.state in ("done", "failed", "cancelled")


class Delay(Struct, frozen=True):
    """The round trip to the server and back, measured now."""

    latency_ms: float


class Found(Struct, frozen=True):
    """What a Client.search found, the newest first. more: there may be others, to be asked for with the last as
    `below`. offline: in the copy of the room, for no server answered. code, detail: why nothing was looked for."""

    id: str
    query: Query
    hits: list[Hit] = []
    more: bool = False
    offline: bool = False
    code: str = ""
    detail: str = ""


class Ended(Struct, frozen=True):
    """The last event. error None: we left."""

    error: LanchatError | None = None


# Refused (the nickname, before joining): answer with Client.rename(another).
# Error: a later rename was refused (code nick_taken, nick_invalid), or a history request; code not_stored or slow: what
# was said waits here, and is sent when it can. Outcome: of a Client.do. Rules: what holds on the server now. Rooms:
# which there are; Entered, Parted: which of them we follow, besides the first. Pins: what
# is pinned in a room; Seen: how far somebody has read in it.
Event: TypeAlias = (
    Connecting
    | PinNeeded
    | Joined
    | Refused
    | Lost
    | Queued
    | Failed
    | Message
    | Edited
    | Reacted
    | Deleted
    | Topic
    | Archived
    | Pinned
    | Pins
    | Seen
    | Rooms
    | Entered
    | Parted
    | Page
    | Presence
    | Roster
    | Rules
    | Typed
    | Error
    | Outcome
    | Progress
    | Found
    | Delay
    | Ended
)

__all__ = [
    "Archived",
    "Connecting",
    "Delay",
    "Deleted",
    "Edited",
    "Ended",
    "Entered",
    "Error",
    "Event",
    "Failed",
    "Found",
    "Joined",
    "Lost",
    "Message",
    "Outcome",
    "Page",
    "Parted",
    "PinNeeded",
    "Pinned",
    "Pins",
    "Presence",
    "Progress",
    "Queued",
    "Reacted",
    "Refused",
    "Rooms",
    "Roster",
    "Rules",
    "Seen",
    "Topic",
    "Typed",
    "Welcome",
]
