"""Parts of what the message list draws: kinds of items, how far a message got, what it answers; plain data."""

from __future__ import annotations

from enum import Enum, auto
from typing import NamedTuple


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
