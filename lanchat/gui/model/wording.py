"""Words that come from outside, made fit for one line of the screen; a hostile server may send anything."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from lanchat.gui.model.spans import Kind, with_emoji
from lanchat.protocol.emoji import cut
from lanchat.protocol.entries import Archived, Pinned, Topic
from lanchat.protocol.text import MADE_ROOM, PINNED_ONE, UNPINNED_ONE

MAX_NAME: Final = 63  # characters of a name on the screen: the longest that our own rules allow is a server's
MAX_SENTENCE: Final = 300  # characters of a reason or an error: three lines of a banner


@lru_cache(maxsize=4_000)  # the same few names stand at every message
def name(raw: str) -> str:
    """Without line breaks, invisible characters and marks that turn the direction of what follows."""
    return one_line(raw, MAX_NAME) or "?"


def sentence(raw: str) -> str:
    return one_line(raw, MAX_SENTENCE)


def change_of_room(entry: Topic | Archived | Pinned) -> str:
    """What somebody made of a room."""
    who = name(entry.nick)
    if isinstance(entry, Pinned):
        return f"{who} {PINNED_ONE if entry.on else UNPINNED_ONE}"
    if isinstance(entry, Archived):
        return f"{who} archived the room" if entry.on else f"{who} opened the room again"
    about = sentence(entry.text)
    if entry.seq == 1:
        return f"{who} {MADE_ROOM}" + (f": {about}" if about else "")
    return f"{who} set the topic: {about}" if about else f"{who} took the topic away"


def one_line(raw: str, limit: int) -> str:
    """At most `limit` characters, without line breaks, invisible characters and direction marks; emoji stay whole."""
    parts = with_emoji(raw[: 4 * limit])
    seen = "".join(part if kind is Kind.EMOJI else _visible(part) for kind, part in parts)
    line = " ".join(seen.split())
    return line if len(line) <= limit else cut(line, limit - 1).rstrip() + "…"


def _visible(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)
