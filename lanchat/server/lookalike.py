"""When two nicknames look alike: what the eye keeps of them, by Unicode's table of confusables; it knows no room.

Source: the skeleton of UTS #39 section 4, from the table that the library `confusable-homoglyphs` carries. Names that
fold alike count as one, so letter case is gone: a name has two looks, in small and in capital letters, and two names
look alike when they share either. What the table lacks: “i” counts as “l”, whose capital it looks like, and some pairs.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Final, Generic, TypeVar

from lanchat.protocol.text import fold_nick

ValueT = TypeVar("ValueT")
_PAIRS: Final = (("i\u0307", "i"), ("j\u0307", "j"), ("i", "l"), ("vv", "w"), ("cl", "d"))


def looks(nick: str) -> tuple[str, str]:
    """In small and in capital letters. Of what `fold_nick` made of a name as of the name."""
    folded = fold_nick(nick)
    return _skeleton(folded), "^" + _skeleton(folded.upper())


def alike(one: str, other: str) -> bool:
    return bool({*looks(one)} & {*looks(other)})


def _skeleton(name: str) -> str:
    seen = unicodedata.normalize("NFD", name).translate(_table()).casefold().translate(_table())
    for pair, instead in _PAIRS:
        seen = seen.replace(pair, instead)
    return unicodedata.normalize("NFC", seen)


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


class ByName(Generic[ValueT]):
    """Values under nicknames; a name finds what stands under any that looks like it."""

    def __init__(self) -> None:
        self._values: dict[str, ValueT] = {}  # by folded name
        self._looks: dict[str, str] = {}  # to folded names
        self._new: list[str] = []  # names whose looks nobody has asked for yet

    def __len__(self) -> int:
        return len(self._values)

    def __iter__(self) -> Iterator[ValueT]:
        return iter(self._values.values())

    def __contains__(self, nick: object) -> bool:
        return isinstance(nick, str) and bool(self.find(nick))

    def get(self, nick: str) -> ValueT | None:
        """What stands under exactly this name."""
        return self._values.get(fold_nick(nick))

    def find(self, nick: str) -> list[ValueT]:
        """What stands under this name, and under those that look like it; at most three."""
        self._look()
        folds = dict.fromkeys([fold_nick(nick), *(self._looks.get(look, "") for look in looks(nick))])
        return [self._values[fold] for fold in folds if fold in self._values]

    def put(self, nick: str, value: ValueT) -> None:
        self.remove(nick)
        self._values[fold_nick(nick)] = value
        self._new.append(nick)

    def remove(self, nick: str) -> None:
        """What stands under exactly this name; nothing, where nothing does."""
        fold = fold_nick(nick)
        if self._values.pop(fold, None) is None:
            return
        self._look()
        for look in looks(nick):
            if self._looks.get(look) == fold:
                del self._looks[look]

    def _look(self) -> None:
        """At what was put since. Not at once: the names that a server starts with would wait for the table."""
        for nick in self._new:
            for look in looks(nick):
                self._looks.setdefault(look, fold_nick(nick))
        self._new.clear()
