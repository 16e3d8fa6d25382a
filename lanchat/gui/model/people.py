"""Names as the screen shows them, with initials and colours of avatars; no drawing."""

from __future__ import annotations

import zlib
from functools import cached_property
from typing import Final

from lanchat.gui.model import wording
from lanchat.protocol.rooms import Person
from lanchat.protocol.text import fold_nick

ANOTHER: Final = " (another key)"  # behind a name that somebody else bears now
HUES: Final = 8  # colours of people, as many as the palettes have
MAX_KNOWN: Final = 2_000  # people whose colour is remembered; of a room with more, the rest may share by chance


def initials(name: str) -> str:
    """One or two capitals: “Ana Lindqvist” is AL."""
    letters = [next((c for c in word if c.isalnum()), "") for word in name.removesuffix(ANOTHER).split()]
    letters = [letter for letter in letters if letter]
    if not letters:
        return "?"
    chosen = letters[0] + (letters[-1] if len(letters) > 1 else "")
    return "".join(letter.upper()[:1] for letter in chosen)


class Names(dict[str, str]):
    """The nicknames of the keys that are here; it does not change."""

    @cached_property
    def _bearers(self) -> dict[str, str]:
        """Folded nicknames to keys: made for the first who is not here, since most lists name none."""
        return {fold_nick(nick): key for key, nick in self.items()}

    def of(self, person: Person) -> str:
        """What to call one of a conversation: who is not here goes by the name they had, which may be another one's
        by now."""
        if person.key in self:
            return wording.name(self[person.key])
        taken = fold_nick(person.nick) in self._bearers
        return wording.name(person.nick) + (ANOTHER if taken else "")


class Hues:
    """A colour for each person, the same in every window; moved on where two of the first few would share one."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}

    def of(self, person: str) -> int:
        """A number below HUES. person: what stays the same when the name changes, if there is such a thing."""
        if person in self._known:
            return self._known[person]
        first = zlib.crc32(person.encode()) % HUES
        if len(self._known) >= MAX_KNOWN:
            return first
        taken = set(self._known.values())
        hue = next((h % HUES for h in range(first, first + HUES) if h % HUES not in taken), first)
        self._known[person] = hue
        return hue
