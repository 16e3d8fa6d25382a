"""One item of the message list as it is drawn: plain data that says everything about it. No widget, no rules."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, NamedTuple

from lanchat.client.fold import Reaction
from lanchat.protocol.files import File

Key = tuple[int, int]  # seq, and a number within it: 0 for the entry itself, then the notices after it
TOP: Final[Key] = (-1, 0)


class Kind(Enum):
    MESSAGE = auto()
    NOTICE = auto()
    TOP = auto()  # the line above the first message


class Sent(Enum):
    YES = auto()
    WAITING = auto()
    FAILED = auto()


class Quote(NamedTuple):
    """One line of a message that another one answers; nick empty: it is not here."""

    seq: int
    nick: str
    text: str


@dataclass(frozen=True, slots=True)
class Block:
    """One item as it is drawn. day: the text of a day line above it; missed: of the line above what came meanwhile.
    nick, time, hue, initials: of the head, which only the first of a group has; guest: in it,
    nobody proved that name. id: of a message of ours that is not
    sent; detail: why it failed. gone: the text only says that there is none any more. quote: what it answers. called:
    it calls us by name. file: what was sent; text is what was said of it then. pinned: it is kept at hand. seen: who
    has read it, where that is said below it. sign: of the line above the first message, the name of an icon."""

    key: Key
    kind: Kind
    text: str
    day: str = ""
    missed: str = ""
    head: bool = False
    nick: str = ""
    time: str = ""
    hue: int = 0
    initials: str = ""
    guest: bool = False
    gone: bool = False
    called: bool = False
    edited: bool = False
    pinned: bool = False
    seen: str = ""
    quote: Quote | None = None
    reactions: tuple[Reaction, ...] = ()
    file: File | None = None
    sent: Sent = Sent.YES
    id: str = ""
    detail: str = ""
    sign: str = ""
