"""What lies in the broadcaster's inbox: what sessions, the history reader and the server hand over; plain data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from lanchat.protocol.frames import (
    Arrange,
    Entry,
    Fetch,
    Hello,
    History,
    Moderate,
    Offer,
    Read,
    Rename,
    Resend,
    Search,
    ServerFrame,
    Status,
    Typing,
    Word,
)
from lanchat.server.history import Answer
from lanchat.server.member import Joiner, Member
from lanchat.server.room import Room
from lanchat.server.transfer import Uploaded


class Join(NamedTuple):
    """A session wants in. welcome: makes its frame from (nick, head, highest stored counters, last seq read). by_pin:
    it proved just now that it knows the PIN. invitation: the digest of its token."""

    session: Joiner
    hello: Hello
    welcome: Callable[[str, int, dict[str, int], int], ServerFrame]
    by_pin: bool = False
    invitation: bytes | None = None


class Leave(NamedTuple):
    """goodbye: its client said so; else the connection broke."""

    session: Joiner
    goodbye: bool


class Said(NamedTuple):
    session: Joiner
    said: Sequence[Word]


class Ask(NamedTuple):
    """A frame of a joined session that wants something: a rename, a page of history, a search, saying things again, a
    deed, a ticket for a file."""

    session: Joiner
    frame: Rename | History | Search | Resend | Moderate | Arrange | Typing | Read | Status | Offer | Fetch


class Tell(NamedTuple):
    """A frame for one joined session, made by the session itself. last: the connection ends behind it."""

    session: Joiner
    frame: ServerFrame
    last: bool = False


class Stop(NamedTuple):
    """goodbye: tell members first and go on; else the thread ends."""

    goodbye: bool


class Accepted(NamedTuple):
    """Not stored yet. The room is held, so that no other object counts on from what is stored."""

    entry: Entry
    author: Member
    room: Room


Item = Join | Leave | Said | Ask | Tell | Uploaded | Answer | Stop
