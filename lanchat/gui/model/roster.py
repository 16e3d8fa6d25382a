"""The list of people: who is in the room, with what is unusual about each; no messages, no link."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from lanchat.client import events
from lanchat.client.around import member_of
from lanchat.gui.model import wording
from lanchat.gui.model.people import Names, hue_of
from lanchat.gui.model.presence import in_words
from lanchat.protocol.frames import Change, Member
from lanchat.protocol.moderation import Role
from lanchat.protocol.rooms import Person as RoomPerson
from lanchat.protocol.text import fold_nick

MAX_MEMBERS: Final = 10_000  # lines of the roster; a server that tells more is not believed


@dataclass(frozen=True, slots=True)
class Person:
    """A line of the list. note: what is unusual about them, in few words. who: how the server knows them, a key or a
    guest's name. state, text: how they are here (see protocol.presence)."""

    nick: str
    hue: int
    me: bool
    note: str
    who: str = ""
    role: Role = Role.MEMBER
    muted: bool = False
    has_key: bool = False
    state: str = ""
    text: str = ""


class Roster:
    """own_key: ours, by which we know ourselves in it."""

    def __init__(self, own_key: str) -> None:
        self._own_key = own_key
        self._members: dict[str, Member] = {}
        self._names: Names | None = None  # of them; None: they changed
        self._met: dict[str, str] = {}  # folded nicknames to the keys that were met under them last
        self._last: dict[str, int] = {}  # keys that are not here, and when they were last (ms since 1970)
        self._other: set[str] = set()  # keys that came under a name that was met with another one

    def meet(self, nick: str, key: str | None) -> None:
        """Somebody is here."""
        if key is None:
            return
        fold = fold_nick(nick)
        if self._met.setdefault(fold, key) != key:
            self._met[fold] = key
            self._other.add(key)
        if len(self._met) > MAX_MEMBERS:
            del self._met[next(iter(self._met))]

    def said_before(self, nick: str, key: str | None) -> None:
        """Somebody said something under this name, some time ago."""
        present = self._met.get(fold_nick(nick))
        if present is None:
            self.meet(nick, key)
        elif key is not None and key != present:
            self._other.add(present)

    def replace(self, roster: events.Roster) -> None:
        self._names = None
        if roster.first:
            self._members = {}
        for member in roster.members[: MAX_MEMBERS - len(self._members)]:
            self._members[member.nick] = member
            self.meet(member.nick, member.key)

    def apply(self, change: Change, at: int = 0) -> bool:
        """Whether it means anything to us. at: ms since 1970."""
        self._names = None
        if change.change in ("joined", "renamed"):
            self.meet(change.nick, change.key)
        match change.change:
            case "joined" if len(self._members) < MAX_MEMBERS:
                self._members[change.nick] = member_of(change)
            case "left":
                self._members.pop(change.nick, None)
                self._note_last(change.key, at)
            case "renamed":
                self._members.pop(change.was, None)
                self._members[change.nick] = member_of(change)
            case "role" | "muted" | "unmuted" | "status" if change.nick in self._members:
                self._members[change.nick] = member_of(change)
            case _:  # of a newer server
                return False
        return True

    def list(self) -> list[Person]:
        """Ourselves first, then by name."""
        members = sorted(self._members.values(), key=lambda m: (not self._is_me(m), fold_nick(m.nick)))
        return [self._person(member) for member in members]

    @property
    def names(self) -> Names:
        """Of keys that are here."""
        if self._names is None:
            self._names = Names((m.key, m.nick) for m in self._members.values() if m.key is not None)
        return self._names

    @property
    def states(self) -> dict[str, str]:
        """How keys are here that are."""
        return {m.key: m.state for m in self._members.values() if m.key is not None}

    def in_words(self, key: str) -> str:
        """The same of one; empty: they are not."""
        return next((in_words(m.state, m.text) for m in self._members.values() if m.key == key), "")

    def were_here(self, people: Iterable[RoomPerson]) -> None:
        """When some were here last, as the server tells it."""
        for person in people:
            self._note_last(person.key, person.last)

    def last(self, key: str) -> int:
        """When somebody was here last who is not (ms since 1970); 0: unknown."""
        return self._last.get(key, 0)

    def _note_last(self, key: str | None, at: int) -> None:
        if key is not None and (key in self._last or len(self._last) < MAX_MEMBERS):
            self._last[key] = at

    @property
    def role(self) -> Role:
        """Ours."""
        return next((_role(m.role) for m in self._members.values() if self._is_me(m)), Role.MEMBER)

    def _person(self, member: Member) -> Person:
        return Person(
            wording.name(member.nick),
            hue_of(member.key, member.nick),
            self._is_me(member),
            self._note(member),
            member.key or member.nick,
            _role(member.role),
            member.muted,
            member.key is not None,
            member.state,
            member.text,
        )

    def _is_me(self, member: Member) -> bool:
        return member.key is not None and member.key == self._own_key

    def _note(self, member: Member) -> str:
        role = _role(member.role).value
        marks = {
            "you": self._is_me(member),
            role: role,
            "guest": member.key is None,
            "muted": member.muted,
            "new device": member.key in self._other and not self._is_me(member),
            "new here": member.new and member.key not in self._other and not self._is_me(member),
            "not encrypted": member.clear,
        }
        words = in_words(member.state, member.text)
        marks[words[0].lower() + words[1:]] = bool(member.state)
        return " · ".join(word for word, holds in marks.items() if holds)


def _role(word: str) -> Role:
    """Of a newer server, one that we do not know."""
    return next((role for role in Role if role.value == word), Role.MEMBER)
