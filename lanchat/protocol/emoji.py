"""What is one emoji among text: finds whole sequences, and cuts none of them apart; pure, it draws and refuses nothing.

Joiners and tags draw nothing by themselves. So they count only within a sequence of this pattern; elsewhere they are
characters that nobody sees.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

# Shown as pictures by default (Unicode emoji-data, Emoji_Presentation) below the astral planes
_PICTURES: Final = (
    "\u231a\u231b\u23e9-\u23ec\u23f0\u23f3\u25fd\u25fe\u2614\u2615\u2648-\u2653\u267f\u2693\u26a1\u26aa\u26ab"
    "\u26bd\u26be\u26c4\u26c5\u26ce\u26d4\u26ea\u26f2\u26f3\u26f5\u26fa\u26fd\u2705\u270a\u270b\u2728\u274c\u274e"
    "\u2753-\u2755\u2757\u2795-\u2797\u27b0\u27bf\u2b1b\u2b1c\u2b50\u2b55"
)
_ASTRAL: Final = "\U0001f004\U0001f0cf\U0001f18e\U0001f191-\U0001f19a\U0001f201-\U0001f265\U0001f300-\U0001faff"
# Pictures only with a variation selector behind them
_SIGNS: Final = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u2328\u23cf-\u23fa\u24c2\u25aa-\u25fe\u2600-\u2767"
    "\u2794-\u27bf\u2934\u2935\u2b05-\u2b55\u3030\u303d\u3297\u3299\U0001f170-\U0001f19a"
)
# One picture with its variation selector and skin tone
_ONE: Final = rf"(?:[{_PICTURES}{_ASTRAL}]\ufe0f?|[{_SIGNS}]\ufe0f)[\U0001f3fb-\U0001f3ff]?"
EMOJI: Final = re.compile(
    r"[0-9#*]\ufe0f?\u20e3"  # keycaps
    r"|[\U0001f1e6-\U0001f1ff]{2}"  # flags
    r"|\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f"  # of countries within countries
    rf"|{_ONE}(?:\u200d{_ONE}){{0,9}}"  # families and professions, joined
)
LONGEST: Final = 39  # characters of an emoji, joined of ten with all that they may have


def sequences(text: str) -> Iterator[re.Match[str]]:
    """The emoji in it, in order, but those with a character that is not assigned (it may draw nothing)."""
    if not text.isascii():
        for found in EMOJI.finditer(text):
            if all(unicodedata.category(c) != "Cn" for c in found[0]):
                yield found


def cut(text: str, most: int) -> str:
    """The first `most` characters, less the emoji that ends behind them."""
    if len(text) <= most:
        return text
    near = text[: most + LONGEST]
    return text[: next((found.start() for found in EMOJI.finditer(near) if found.start() < most < found.end()), most)]


def cut_bytes(text: str, most: int) -> str:
    """As many characters as have at most `most` bytes of UTF-8, less the emoji that ends behind them."""
    return cut(text, len(text.encode()[:most].decode(errors="ignore")))
