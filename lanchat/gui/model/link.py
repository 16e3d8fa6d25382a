"""How we stand with the server, in the words and colours of the screen: plain data."""

from __future__ import annotations

from enum import Enum, auto
from typing import Literal, NamedTuple


class Link(Enum):
    """How we stand with the server."""

    CONNECTING = auto()
    JOINED = auto()
    LOST = auto()
    ENDED = auto()


class Banner(NamedTuple):
    kind: Literal["warn", "danger"]
    text: str
    action: Literal["Try now", "Choose a name", "Enter the PIN", "Back to rooms", "Open it again"]


class Status(NamedTuple):
    """color: a role of the palette."""

    text: str
    color: Literal["online", "away", "offline"]


def latency_words(latency_ms: float | None) -> str:
    """Behind “Connected”."""
    if latency_ms is None:
        return ""
    return f" · {latency_ms:.0f} ms" if latency_ms >= 1 else " · <1 ms"
