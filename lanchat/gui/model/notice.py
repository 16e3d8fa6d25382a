"""A small grey line about who came, left or changed their name, gathered while nobody speaks; no frames, no time."""

from __future__ import annotations

from typing import Final

from lanchat.client.deeds import deed
from lanchat.gui.model import wording
from lanchat.protocol.frames import Change

MAX_CHANGES: Final = 500  # of one line; then another begins
MAX_DEEDS: Final = 5
MAX_RENAMED: Final = 3  # new names that are told one by one


class Notice:
    """Several changes as one sentence. Who leaves and comes back within it is not mentioned at all."""

    def __init__(self) -> None:
        self._changes = 0
        self._joined: dict[str, None] = {}
        self._left: dict[str, None] = {}
        self._renamed: dict[str, str] = {}  # the name before this line, the name now
        self._deeds: list[str] = []  # what those with a role did to others, a sentence each

    def takes(self, change: Change) -> bool:
        """Whether it belongs here: who came and went is gathered, what somebody did to others stands apart, so that
        both keep their order in time."""
        same = not self._changes or bool(self._deeds) is bool(deed(change))
        return same and self._changes < (MAX_DEEDS if self._deeds else MAX_CHANGES)

    def add(self, change: Change) -> None:
        self._changes += 1
        nick = wording.name(change.nick)
        match change.change:
            case "joined":
                self._enter(nick, self._left, self._joined)
            case "left" if change.by:
                self._deeds.append(deed(change))
            case "role" | "muted" | "unmuted":
                self._deeds += filter(None, [deed(change)])
            case "left":
                self._enter(nick, self._joined, self._left)
            case "renamed":
                self._rename(wording.name(change.was), nick)
            case _:  # of a newer server
                pass

    def text(self) -> str:
        """Empty when the changes cancelled each other."""
        renamed = [f"{before} is now {now}" for before, now in self._renamed.items()]
        if (more := len(renamed) - MAX_RENAMED) > 0:
            renamed[MAX_RENAMED:] = [f"{more} more changed their names"]
        joined = [f"{_names(self._joined)} joined"] if self._joined else []
        left = [f"{_names(self._left)} left"] if self._left else []
        return " · ".join([*joined, *renamed, *left, *self._deeds])

    def _enter(self, nick: str, opposite: dict[str, None], own: dict[str, None]) -> None:
        if nick in opposite:
            del opposite[nick]
        else:
            own[nick] = None

    def _rename(self, was: str, nick: str) -> None:
        if was in self._joined:
            self._joined = {nick if name == was else name: None for name in self._joined}
            return
        before = next((old for old, now in self._renamed.items() if now == was), was)
        self._renamed.pop(before, None)
        if before != nick:
            self._renamed[before] = nick


def _names(names: dict[str, None]) -> str:
    first, *others = names
    match len(others):
        case 0:
            return first
        case 1:
            return f"{first} and {others[0]}"
        case count:
            return f"{first} and {count} others"
