"""“:tada:” for an emoji: what a name that was begun may become, and the emoji for those that a text holds; pure.

Only names of the table count, only in full between two colons, and not in code, in a link or behind a backslash.
“10:30:x:” is no name: neither a letter nor a digit stands beside the colons.
"""

from __future__ import annotations

import re
from typing import Final

from lanchat.client.emoji_names import BY_NAME, NAMES
from lanchat.client.markup import colons
from lanchat.client.mentions import MAX_CHOICES, Completion

LEAST: Final = 2  # letters behind the colon before Tab proposes anything: “:s” may be a face
LONGEST: Final = max(map(len, BY_NAME))
_CODE: Final = re.compile(r"(?<!\w):([a-z0-9_]+|[+-]1):(?!\w)")


def expand(text: str) -> str:
    """The text with emoji for the names in it."""
    if ":" not in text:
        return text
    parts, place = [], 0
    for colon in colons(text) if _CODE.search(text) else ():
        found = _CODE.match(text, colon) if colon >= place else None
        if found and (emoji := BY_NAME.get(found[1])):
            parts += [text[place:colon], emoji]
            place = found.end()
    return "".join((*parts, text[place:]))


def complete(text: str, cursor: int) -> Completion | None:
    """For the name that stands before `cursor`; None: none does. Names that begin so come before those that hold it."""
    before = text[max(0, cursor - LONGEST - 2) : cursor]
    found = re.search(rf"(?<!\w):([a-z0-9_]{{{LEAST},}}|[+-]1)$", before)
    if found is None:
        return None
    begun = found[1]
    fitting = [name for name in BY_NAME if name.startswith(begun)]
    fitting += [name for name in BY_NAME if f"_{begun}" in name and name not in fitting]
    choices = list(dict.fromkeys(f"{BY_NAME[name]} " for name in sorted(fitting, key=lambda n: n != begun)))
    return Completion(cursor - len(found[0]), choices[:MAX_CHOICES]) if choices else None


def named(emoji: str) -> str:
    """“:tada:”; empty: it has no short name."""
    return f":{NAMES[emoji][0]}:" if emoji in NAMES else ""
