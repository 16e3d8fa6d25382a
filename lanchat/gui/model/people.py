"""Names as the screen shows them, with initials and colours of avatars; no drawing."""

from __future__ import annotations

import zlib
from functools import cached_property
from typing import TYPE_CHECKING, Final

from lanchat.gui.model import wording
from lanchat.protocol.text import fold_nick

if TYPE_CHECKING:
    from lanchat.protocol.rooms import Person

ANOTHER: Final = " (another key)"  # behind a name that somebody else bears now
HUES: Final = 8  # colours of people and of servers, as many as the palettes have


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


def hue_of(key: str | None, nick: str = "") -> int:
    """The colour of a person, or of a server by its id: a number below HUES. The same in every window, whoever else is
    there; two may share one. nick: of a guest, who has no key."""
    return zlib.crc32((key or f"guest {nick}").encode()) % HUES
