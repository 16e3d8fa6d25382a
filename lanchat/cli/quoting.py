"""What a pipe prints of an entry, with what it answers or is about as that reads now; pure.

It knows the latest messages that came by, and asks nobody for older ones.
"""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from lanchat.protocol.entries import Deleted, Edited, Entry, Message, Pinned, Reacted
from lanchat.protocol.plain import about_what, quoted
from lanchat.transcript import lines_of

MAX_KNOWN: Final = 1_000  # messages: hardly anybody answers what is older
_MAX_TEXT: Final = 400  # characters kept of one: more than is quoted, whatever becomes of breaks and spaces


class Quoting:
    """Of all rooms. Entries of a room come by in their order."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int], Message] = {}  # by room and seq, the oldest first

    def clear(self) -> None:
        """The numbers mean other messages from now on."""
        self._known.clear()

    def lines(self, entry: Entry) -> list[str]:
        """As people read it, like transcript.lines_of."""
        about = self._known.get((entry.room, about_what(entry)))
        of = f" {quoted(about)}" if about is not None and about.text else ""
        lines = lines_of(entry)
        match entry:
            case Message(nick=nick, reply=seq) if seq:
                lines.insert(0, f"* {nick} answers{of or ' an earlier message'}")
            case Reacted(on=on) if of:
                lines[0] += f" {'to' if on else 'from'}{of}"
            case Pinned() if of:
                lines[0] += f",{of}"
        self._note(entry)
        return lines

    def _note(self, entry: Entry) -> None:
        match entry:
            case Message():
                self._known[entry.room, entry.seq] = replace(entry, text=entry.text[:_MAX_TEXT])
                if len(self._known) > MAX_KNOWN:
                    del self._known[next(iter(self._known))]
            case Edited(target=seq, text=text):
                before = self._known.get((entry.room, seq))
                if before is not None and text and before.key is not None and before.key == entry.key:
                    self._known[entry.room, seq] = replace(before, text=text[:_MAX_TEXT])
            case Deleted(target=seq):
                self._known.pop((entry.room, seq), None)
