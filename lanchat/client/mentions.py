"""Mentions: who is called by “@name” or “@room” in a text, and what a name that was begun may become; pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache
from typing import Final, NamedTuple

from lanchat.client.markup import outside_code
from lanchat.protocol.limits import MAX_NICK
from lanchat.protocol.text import fold_nick

EVERYBODY: Final = "room"  # “@room”
MAX_CHOICES: Final = 20  # names that are proposed in turn


class Completion(NamedTuple):
    """From `start` up to the cursor stands what was begun; choices: what it may become, the likeliest first."""

    start: int
    choices: list[str]


def mentions(text: str, nick: str) -> bool:
    """Whether `text` calls whoever is called `nick`, or everybody, otherwise than in code."""
    pattern = _pattern(nick)
    if "@" not in text or not pattern.search(unicodedata.normalize("NFC", text)):
        return False
    coded = "`" in text or "~~~" in text
    return not coded or pattern.search(unicodedata.normalize("NFC", outside_code(text))) is not None


@lru_cache(maxsize=64)
def _pattern(nick: str) -> re.Pattern[str]:
    names = "|".join(map(re.escape, (nick, EVERYBODY)))
    return re.compile(rf"(?<![\w@])@(?:{names})(?!\w)", re.IGNORECASE)


def complete(text: str, cursor: int, people: Collection[str]) -> Completion | None:
    """For the name that stands before `cursor`, with “@” or, at the beginning of the text, without; None: none does."""
    before = text[max(0, cursor - MAX_NICK - 1) : cursor]
    found = re.search(r"(?:^|(?<=\s))@([^@\n]{0,32})$", before) or re.fullmatch(r"(\w{1,32})", before)
    if found is None or (not found[0].startswith("@") and len(before) < cursor):
        return None
    begun = fold_nick(found[1]) if found[1] else ""
    names = sorted((nick for nick in people if fold_nick(nick).startswith(begun)), key=lambda nick: fold_nick(nick))
    if found[0].startswith("@") and EVERYBODY.startswith(begun):
        names.append(EVERYBODY)
    return Completion(cursor - len(found[0]), [f"@{name} " for name in names[:MAX_CHOICES]]) if names else None
