"""Who has read a message, in words; pure. What somebody's client does not let be told is not known here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lanchat.gui.model import wording
from lanchat.protocol.frames import Message, Seen

MAX_READERS: Final = 200  # keys of one room whose markers are remembered: several times what a server tells
MAX_NAMED: Final = 3


class Readers:
    """Of one room: how far each key has read. own_key: ours, whose marker is no news of others."""

    def __init__(self, own_key: str) -> None:
        self._own_key = own_key
        self._markers: dict[str, int] = {}

    def take(self, seen: Seen) -> None:
        if not seen.seq:
            self._markers.pop(seen.key, None)
        elif seen.key != self._own_key and (seen.key in self._markers or len(self._markers) < MAX_READERS):
            self._markers[seen.key] = max(seen.seq, self._markers.get(seen.key, 0))

    def clear(self) -> None:
        self._markers.clear()

    def of(self, message: Message) -> list[str]:
        """The keys that have read it, its author's left out."""
        return [key for key, seq in self._markers.items() if seq >= message.seq and key != message.key]

    def in_words(self, message: Message, names: Mapping[str, str]) -> str:
        """“Seen by Ana, Ben and 3 more”; empty: by nobody that we know of. names: of keys, where they are known."""
        keys = self.of(message)
        named = sorted((wording.name(names[key]) for key in keys if key in names), key=str.casefold)
        more = len(keys) - len(named[:MAX_NAMED])
        if not named:
            return f"Seen by {more}" if more else ""
        if more:
            return f"Seen by {', '.join(named[:MAX_NAMED])} and {more} more"
        *first, last = named
        return f"Seen by {', '.join(first)} and {last}" if first else f"Seen by {last}"
