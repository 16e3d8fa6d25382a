"""Who is in a chat, as sentences about who comes, goes and does what; for the terminal, it prints nothing."""

from __future__ import annotations

from typing import Final

from lanchat.client.deeds import deed
from lanchat.client.events import Roster
from lanchat.protocol.frames import Change

MAX_PEOPLE: Final = 10_000  # names; a server that tells more is not believed


class Here:
    """Each sentence is told once, however often the server says it."""

    def __init__(self) -> None:
        self._nicks: set[str] = set()

    def replace(self, roster: Roster) -> list[str]:
        """All names, in order."""
        here = (set() if roster.first else self._nicks) | {m.nick for m in roster.members}
        self._nicks = here if len(here) <= MAX_PEOPLE else self._nicks
        return sorted(self._nicks, key=str.casefold)

    def change(self, change: Change) -> str | None:
        """What happened; None: nothing that we did not know."""
        known = change.nick in self._nicks
        match change.change:
            case "joined" if not known and len(self._nicks) < MAX_PEOPLE:
                self._nicks.add(change.nick)
                return f"{change.nick} joined"
            case "left" if known:
                self._nicks.discard(change.nick)
                return deed(change) or f"{change.nick} left"
            case "renamed":
                self._nicks = (self._nicks - {change.was}) | {change.nick}
                return f"{change.was} is now {change.nick}"
        return deed(change) or None
