"""What later entries made of messages: the fold of edits, reactions, deletions and pins over a room; pure.

The same entries give the same state in whatever order and however often they come: of two that say something about the
same thing, the one with the higher seq counts. A message may come after what is about it. Bounded, whatever a server
tells.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from lanchat.protocol.frames import Deleted, Edited, Message, Pinned, Pins, Reacted
from lanchat.protocol.limits import MAX_PINS
from lanchat.protocol.presence import Pin

MAX_TARGETS: Final = 50_000  # messages about which something is known; of more, those known longest are forgotten
MAX_EACH: Final = 2_000  # entries about one message


class Reaction(NamedTuple):
    """An emoji below a message. people: their nicknames, who came first first. mine: we are among them."""

    emoji: str
    people: tuple[str, ...]
    mine: bool


class _About:
    """What is known about one message."""

    def __init__(self) -> None:
        self.deleted: Deleted | None = None
        self.edits: dict[int, Edited] = {}
        self.reactions: dict[tuple[str, str], Reacted] = {}  # by emoji and person: the latest

    def add(self, entry: Edited | Reacted | Deleted) -> None:
        if isinstance(entry, Deleted):
            if self.deleted is None or entry.seq < self.deleted.seq:
                self.deleted = entry
        elif isinstance(entry, Edited):
            if entry.seq in self.edits or len(self.edits) < MAX_EACH:
                self.edits[entry.seq] = entry
        else:
            place = (entry.emoji, entry.key or f"guest {entry.nick}")
            before = self.reactions.get(place)
            if before.seq < entry.seq if before else len(self.reactions) < MAX_EACH:
                self.reactions[place] = entry


class Fold:
    """own_key: ours, to know which reactions are."""

    def __init__(self, own_key: str | None = None) -> None:
        self._own_key = own_key
        self._about: dict[int, _About] = {}
        self._pinned: dict[int, Pinned] = {}  # by message, the latest
        self._told = Pins("", 0, [])  # the list that a server told last: entries above its head change it

    def add(self, entry: Edited | Reacted | Deleted | Pinned) -> None:
        if isinstance(entry, Pinned):
            before = self._pinned.get(entry.target)
            if before.seq < entry.seq if before else len(self._pinned) < MAX_TARGETS:
                self._pinned[entry.target] = entry
            return
        about = self._about.get(entry.target)
        if about is None:
            about = self._about[entry.target] = _About()
            if len(self._about) > MAX_TARGETS:
                del self._about[next(iter(self._about))]
        about.add(entry)

    def clear(self) -> None:
        self._about.clear()
        self._pinned.clear()
        self._told = Pins("", 0, [])

    def told(self, pins: Pins) -> None:
        """A server says what is pinned as of an entry."""
        if pins.head >= self._told.head:
            self._told = pins

    def pins(self) -> list[Pin]:
        """What is pinned, the first pinned first; of what only an entry tells, with no name and no text."""
        head = self._told.head
        found = {pin.seq: pin for pin in self._told.pins}
        for entry in sorted(self._pinned.values(), key=lambda e: e.seq):
            if entry.seq > head:
                pin = found.pop(entry.target, Pin(entry.target, "", ""))
                if entry.on:
                    found[entry.target] = pin
        return [pin for pin in found.values() if self.deleted(pin.seq) is None][:MAX_PINS]

    def pinned(self, seq: int) -> bool:
        """Whether this message is."""
        if self.deleted(seq) is not None:
            return False
        entry = self._pinned.get(seq)
        if entry is not None and entry.seq > self._told.head:
            return entry.on
        return any(pin.seq == seq for pin in self._told.pins)

    def deleted(self, seq: int) -> Deleted | None:
        about = self._about.get(seq)
        return about.deleted if about else None

    def versions(self, message: Message) -> list[tuple[int, str]]:
        """Its texts from the first to the one that holds, with the times at which they came (ms since 1970). Only its
        author changes a message, by the key."""
        about = self._about.get(message.seq)
        edits = about.edits if about and message.key else {}
        later = [edits[seq] for seq in sorted(edits) if edits[seq].key == message.key and edits[seq].text]
        return [(message.at, message.text), *((edit.at, edit.text) for edit in later)]

    def reactions(self, seq: int) -> tuple[Reaction, ...]:
        """Below the message, in the order in which the first of each came."""
        about = self._about.get(seq)
        found: dict[str, list[Reacted]] = {}
        for entry in sorted(about.reactions.values(), key=lambda e: e.seq) if about else ():
            if entry.on:
                found.setdefault(entry.emoji, []).append(entry)
        return tuple(
            Reaction(emoji, tuple(e.nick for e in entries), any(e.key and e.key == self._own_key for e in entries))
            for emoji, entries in found.items()
        )
