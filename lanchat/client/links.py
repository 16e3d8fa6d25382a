"""Finds http and https links in a text; pure, it opens nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple
from urllib.parse import urlsplit

MAX_LINK: Final = 2_000  # characters: what browsers and servers take for sure

_LINK: Final = re.compile(rf"https?://[^\s<>\"“”]{{1,{MAX_LINK}}}", re.IGNORECASE)
_CLOSERS: Final = {")": "(", "]": "[", "}": "{"}
_TAIL: Final = ".,;:!?'’…*~"  # the sentence's, or marks around the link


class Found(NamedTuple):
    start: int
    link: str


def find_links(text: str) -> Iterator[Found]:
    """All of them, in order."""
    for found in _LINK.finditer(text):
        link = _without_tail(found[0])
        if link_target(link) is not None:
            yield Found(found.start(), link)


def link_at(text: str, start: int) -> str:
    """The link that begins there; empty: none does."""
    found = _LINK.match(text, start)
    link = _without_tail(found[0]) if found else ""
    return link if link_target(link) is not None else ""


def link_target(link: str) -> str | None:
    """The address to open; None unless it is http or https to some host."""
    try:
        parts = urlsplit(link)
        host = parts.hostname
    except ValueError:  # a bracket that is no address
        return None
    return link if parts.scheme in ("http", "https") and host else None


def _without_tail(link: str) -> str:
    """A full stop or a closing bracket after a link belongs to the sentence, unless its opener is in the link."""
    while True:
        last = link[-1]
        opener = _CLOSERS.get(last)
        if last in _TAIL or (opener and link.count(last) > link.count(opener)):
            link = link[:-1]
        else:
            return link
