"""What a chat in the terminal knows of the people in it: their names, our role, what each said last; it prints nothing.

Fed by the thread that reads events, asked by the one that reads the keyboard.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable
from typing import Final

from lanchat.client import events
from lanchat.protocol.frames import Deleted, Entry, Member, Message
from lanchat.protocol.text import fold_nick

MAX_PEOPLE: Final = 10_000  # names; a server that tells more is not believed
MAX_SAID: Final = 1_000  # messages of all together that are remembered, to be deleted by name


class Known:
    """own_key: ours."""

    def __init__(self, own_key: str) -> None:
        self._own_key = own_key
        self._lock = threading.Lock()  # over all below
        self._here: dict[str, Member] = {}
        self._said: deque[tuple[str, int]] = deque(maxlen=MAX_SAID)  # folded nickname, seq
        self._role = ""

    def apply(self, event: events.Event) -> None:
        with self._lock:
            match event:
                case events.Roster(members=members):
                    kept = {} if event.first else self._here
                    self._here = {**kept, **{m.nick: m for m in members[: MAX_PEOPLE - len(kept)]}}
                case events.Presence(changes=changes):
                    for change in changes:
                        self._here.pop(change.was, None)
                        self._here.pop(change.nick, None)
                        if change.change != "left" and len(self._here) < MAX_PEOPLE:
                            self._here[change.nick] = Member(change.nick, change.key, change.clear, change.role)
                case events.Message() | events.Deleted():
                    self._note([event])
                case events.Page(entries=entries):
                    self._note(entries)
            mine = [m.role for m in self._here.values() if m.key == self._own_key]
            self._role = mine[0] if mine else self._role

    def _note(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            if isinstance(entry, Message) and entry.text:
                self._said.append((fold_nick(entry.nick), entry.seq))
                if entry.key == self._own_key:
                    self._said.append(("", entry.seq))
            elif isinstance(entry, Deleted):
                self._said = deque((s for s in self._said if s[1] != entry.target), MAX_SAID)

    @property
    def role(self) -> str:
        """Ours, as the server tells it."""
        with self._lock:
            return self._role

    def people(self) -> list[str]:
        """Nicknames of those who are in."""
        with self._lock:
            return list(self._here)

    def last_said(self, nick: str) -> int | None:
        """The seq of the latest message of somebody, empty: of ours, that is not deleted."""
        with self._lock:
            return next((seq for who, seq in reversed(self._said) if who == (nick and fold_nick(nick))), None)
