"""Cuts text into plain words, links and emoji, and finds its direction; it opens and draws nothing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from enum import Enum, auto
from typing import Final, NamedTuple

from lanchat.client.links import find_links


class Kind(Enum):
    PLAIN = auto()
    LINK = auto()
    EMOJI = auto()  # one picture, of one or more code points


class Span(NamedTuple):
    kind: Kind
    text: str


# Shown as pictures by default (Unicode emoji-data, Emoji_Presentation) below the astral planes
_PICTURES: Final = (
    "\u231a\u231b\u23e9-\u23ec\u23f0\u23f3\u25fd\u25fe\u2614\u2615\u2648-\u2653\u267f\u2693\u26a1\u26aa\u26ab"
    "\u26bd\u26be\u26c4\u26c5\u26ce\u26d4\u26ea\u26f2\u26f3\u26f5\u26fa\u26fd\u2705\u270a\u270b\u2728\u274c\u274e"
    "\u2753-\u2755\u2757\u2795-\u2797\u27b0\u27bf\u2b1b\u2b1c\u2b50\u2b55"
)
_ASTRAL: Final = "\U0001f004\U0001f0cf\U0001f18e\U0001f191-\U0001f19a\U0001f201-\U0001f265\U0001f300-\U0001faff"
# One picture with its variation selector, skin tone and tags (flags of countries within countries)
_ONE: Final = (
    rf"(?:[{_PICTURES}{_ASTRAL}]\ufe0f?|[\u00a9\u00ae\u203c-\u3299\U0001f170-\U0001f19a]\ufe0f)"
    r"[\U0001f3fb-\U0001f3ff]?(?:[\U000e0020-\U000e007e]{1,8}\U000e007f)?"
)
EMOJI: Final = re.compile(
    r"[0-9#*]\ufe0f?\u20e3"  # keycaps
    r"|[\U0001f1e6-\U0001f1ff]{2}"  # flags
    rf"|{_ONE}(?:\u200d{_ONE}){{0,9}}"  # families and professions, joined
)
LONGEST: Final = 130  # characters of an emoji, joined of ten with all that they may have


def spans(text: str) -> Iterator[Span]:
    """The whole text, in order."""
    place = 0
    for start, link in find_links(text):
        yield from with_emoji(text[place:start])
        yield Span(Kind.LINK, link)
        place = start + len(link)
    yield from with_emoji(text[place:])


def cut(text: str, most: int) -> str:
    """The first `most` characters, less the emoji that ends behind them."""
    if len(text) <= most:
        return text
    near = text[: most + LONGEST]
    return text[: next((found.start() for found in EMOJI.finditer(near) if found.start() < most < found.end()), most)]


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
