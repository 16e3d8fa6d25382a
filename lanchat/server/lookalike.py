"""When two nicknames look alike: what the eye keeps of one, by Unicode's table of confusables; it knows no room.

Source: the skeleton of UTS #39 section 4, from the table that the library `confusable-homoglyphs` carries, over names
that are folded already. So letter case is gone, and “I” (the capital, now “i”) has to count as “l” for all.
"""

from __future__ import annotations

import unicodedata
from functools import cache

from lanchat.protocol.text import fold_nick


def look(nick: str) -> str:
    """Equal for names that nobody can tell apart. Names that fold alike look alike, and so does what `fold_nick` made
    of one."""
    folded = unicodedata.normalize("NFD", fold_nick(nick))
    return unicodedata.normalize("NFC", folded.translate(_table()).casefold().translate(_table()).replace("i", "l"))


@cache
def _table() -> dict[int, str]:
    """From each character to the one that stands for all that look like it. Takes 60 ms, once."""
    from confusable_homoglyphs.confusables import confusables_data

    table = {}
    for one, others in confusables_data.items():
        if len(one) != 1 or len(others) != 1:
            continue  # several: it stands for them
        (other,) = (entry["c"] for entry in others)
        back = [entry["c"] for entry in confusables_data.get(other, ())]
        if one in back and (len(back) > 1 or other < one):
            table[ord(one)] = other
    return table
