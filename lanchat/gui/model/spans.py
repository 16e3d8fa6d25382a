"""Cuts text into plain words, links and emoji, and finds its direction; it opens and draws nothing."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from enum import Enum, auto
from typing import NamedTuple

from lanchat.client.links import find_links
from lanchat.protocol.emoji import EMOJI


class Kind(Enum):
    PLAIN = auto()
    LINK = auto()
    EMOJI = auto()  # one picture, of one or more code points


class Span(NamedTuple):
    kind: Kind
    text: str


def spans(text: str) -> Iterator[Span]:
    """The whole text, in order."""
    place = 0
    for start, link in find_links(text):
        yield from with_emoji(text[place:start])
        yield Span(Kind.LINK, link)
        place = start + len(link)
    yield from with_emoji(text[place:])


def is_rtl(line: str) -> bool:
    """Does the line's first strong letter belong to a script that runs from right to left?"""
    for character in line:
        match unicodedata.bidirectional(character):
            case "R" | "AL":
                return True
            case "L":
                return False
    return False


def with_emoji(text: str) -> Iterator[Span]:
    """The whole text, in order, without a look for links."""
    place = 0
    for found in EMOJI.finditer(text):
        if found.start() > place:
            yield Span(Kind.PLAIN, text[place : found.start()])
        yield Span(Kind.EMOJI, found[0])
        place = found.end()
    if place < len(text):
        yield Span(Kind.PLAIN, text[place:])
