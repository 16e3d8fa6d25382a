"""The roster: who is on this server, and under which name; pure.

Events in (join, leave, rename, expel …), changes out. It stores nothing and sends nothing: the broadcaster does.
Whether somebody may do to others what they ask for, moderation.py knows; what they say, room.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from lanchat.errors import LocalProtocolError
from lanchat.protocol import text
from lanchat.protocol.frames import Change, Error, Member, Presence, Refused
from lanchat.protocol.frames import Roster as Listing
from lanchat.protocol.limits import MAX_CHANGES, MAX_ROSTER_CHUNK, Code
from lanchat.protocol.moderation import Role
from lanchat.protocol.presence import State
from lanchat.server.limits import Rate
from lanchat.server.lookalike import ByName

GRACE: Final = 15.0  # s for a member with a key to come back after its connection broke, before it counts as gone
_IS_IT_YOU: Final = "If it is yours, this is a new device to the room: bring your key along (lanchat key export)."


class Line:
    """One line of the roster. A key has one, however many connections it has. holds: nobody else may have its name,
    also when it is not here. new: its key held no name here before. expelled: it is in no more, whatever its
    connections still say. muted_until: ms since 1970, 0: not muted. addresses: where its last connections came from."""

    __slots__ = (
        "addresses",
        "clear",
        "connections",
        "expelled",
        "holds",
        "key",
        "muted_until",
        "new",
        "nick",
        "pardoned",
        "rate",
        "role",
        "state",
        "status_at",
        "text",
        "told",
        "typed_at",
    )

    def __init__(self, nick: str, key: str | None, clear: bool, holds: bool, new: bool) -> None:
        self.nick = nick
        self.key = key
        self.clear = clear
        self.holds = holds and key is not None
        self.new = new and key is not None
        self.role = Role.MEMBER
        self.muted_until = 0
        self.connections = 1
        self.expelled = False
        self.addresses: tuple[str, ...] = ()
        self.pardoned = False
        self.rate: Rate | None = None  # at which it enters, leaves and makes rooms
        self.state: State = ""  # how they are here
        self.text = ""
        self.status_at = float("-inf")  # s, monotonic: when that was told last
        self.typed_at = 0.0  # s, monotonic: when all were told that they write something
        self.told = self.member()  # as of its last change: each who comes gets all lines

    @property
    def known(self) -> bool:
        """The room knew its key before it came, or somebody said that it may stay."""
        return self.key is not None and (self.pardoned or not self.new)

    def member(self) -> Member:
        """What all may know."""
        return Member(
            self.nick,
            self.key,
            self.clear,
            self.role.value,
            self.muted_until > 0,
            self.new and not self.role.rank,
            self.state,
            self.text,
        )


class Whom(NamedTuple):
    """Somebody who is in (line), or who holds a name here."""

    nick: str
    key: str | None
    line: Line | None


class _Taken:
    """The names of both."""

    def __init__(self, *names: ByName[Line] | ByName[str]) -> None:
        self._names = names

    def __contains__(self, nick: object) -> bool:
        return any(nick in names for names in self._names)


class Roster:
    """Everybody, whichever rooms they follow. room: where its changes are told, the first one. holders: nicknames,
    and the keys that they belong to."""

    def __init__(self, room: str, holders: Mapping[str, str]) -> None:
        self.room = room
        self.changes: list[Change] = []  # not told yet, in order
        self._lines: ByName[Line] = ByName()
        self._by_key: dict[str, Line] = {}
        self._absent: dict[str, float] = {}  # key to when it counts as gone (s, monotonic): its connection broke
        self._holders: ByName[str] = ByName()  # keys
        self._held = {key: nick for nick, key in holders.items()}  # keys to their names
        for nick, key in holders.items():
            self._holders.put(nick, key)

    def __len__(self) -> int:
        return len(self._lines) - len(self._absent)

    # Who is in

    def is_here(self, key: str) -> bool:
        return key in self._by_key

    def holds_name(self, key: str | None) -> bool:
        """Whether a name is this key's already."""
        return key in self._held

    def join(
        self, nick: str, key: str | None, clear: bool, holds: bool = True, role: Role = Role.MEMBER
    ) -> Line | Refused:
        """holds: the name shall be the key's. A second connection of a key shares its line, name included; one that
        comes back in time goes on with it."""
        line = self._by_key.get(key) if key else None
        if line is not None:
            refused = self.rename(line, nick) if line.key in self._absent else None
            if refused is not None:
                return Refused(refused.code, refused.detail, refused.suggestion)
            self._absent.pop(line.key or "", None)
            line.connections += 1
            return line
        refused = self._object_to(nick, key)
        if refused is not None:
            return Refused(refused.code, refused.detail, refused.suggestion)
        line = Line(text.clean_nick(nick), key, clear, holds, new=not self.holds_name(key))
        line.role = role
        self._enter(line)
        self._note("joined", line)
        return line

    def leave(self, line: Line, now: float, *, goodbye: bool) -> None:
        """A connection ended at `now` (s, monotonic). goodbye: it said so; else its owner may come back."""
        line.connections -= 1
        if line.connections or line.expelled:
            return
        if goodbye or line.key is None:
            self._part(line)
        else:
            self._absent[line.key] = now + GRACE

    def expire(self, now: float) -> None:
        """Who did not come back in time is gone."""
        for key in [key for key, until in self._absent.items() if now >= until]:
            del self._absent[key]
            self._part(self._by_key[key])

    @property
    def due(self) -> float | None:
        """When `expire` has something to do."""
        return next(iter(self._absent.values()), None)  # all wait equally long, so the first is due first

    def _part(self, line: Line) -> None:
        self._remove(line)
        self._note("left", line)

    def _note(self, change: str, line: Line, was: str = "", *, by: str = "", why: str = "", ban: bool = False) -> None:
        m = line.told = line.member()
        told = (m.nick, m.key, m.clear, was, m.role, m.muted, m.new, by, why, ban, m.state, m.text)
        self.changes.append(Change(change, *told))

    # What those with a role do to others

    def whom(self, who: str) -> Whom | None:
        """Whom a key or a nickname means: who is in, else who holds the name."""
        line = self._by_key.get(who) or self._lines.get(who)
        if line is not None:
            return Whom(line.nick, line.key, line)
        key = who if who in self._held else self._holders.get(who)
        return None if key is None else Whom(self._held[key], key, None)

    def lines(self) -> list[Line]:
        return list(self._lines)

    def expel(self, line: Line, by: str, why: str, *, ban: bool = False) -> None:
        """It is in no more; its connections are to be ended."""
        line.expelled = True
        self._absent.pop(line.key or "", None)
        self._remove(line)
        self._note("left", line, by=by, why=why, ban=ban)

    def be(self, line: Line, state: State, text: str) -> bool:
        """It is here like this from now on; whether that is news. What a muted one has to say is not told."""
        text = "" if line.muted_until else text
        if (state, text) == (line.state, line.text):
            return False
        line.state, line.text = state, text
        self._note("status", line)
        return True

    def mute(self, line: Line, until: int, by: str = "", why: str = "") -> None:
        """until: ms since 1970, 0: no more."""
        line.muted_until = until
        line.text = "" if until else line.text
        self._note("muted" if until else "unmuted", line, by=by, why=why)

    def give(self, line: Line, role: Role, by: str = "") -> None:
        if line.role != role:
            line.role = role
            self._note("role", line, by=by)

    def rename(self, line: Line, nick: str) -> Error | None:
        """Gives `line` another name; the reason, if it cannot have it."""
        refused = self._object_to(nick, line.key, line)
        if refused is not None:
            return refused
        was = line.nick
        self._remove(line)
        line.nick = text.clean_nick(nick)
        self._enter(line)
        if was != line.nick:
            self._note("renamed", line, was)
        return None

    def _enter(self, line: Line) -> None:
        self._lines.put(line.nick, line)
        if line.key:
            self._by_key[line.key] = line
        if line.key and line.holds:
            self._holders.remove(self._held.get(line.key, ""))  # one held name for each key
            self._holders.put(line.nick, line.key)
            self._held[line.key] = line.nick

    def _remove(self, line: Line) -> None:
        self._lines.remove(line.nick)
        if line.key:
            del self._by_key[line.key]

    def _object_to(self, nick: str, key: str | None, line: Line | None = None) -> Error | None:
        try:
            nick = text.clean_nick(nick)
        except LocalProtocolError as error:
            return Error(error.code, str(error))
        here = next((other for other in self._lines.find(nick) if other is not line), None)
        if here is not None:
            same = text.fold_nick(here.nick) == text.fold_nick(nick)
            detail = f"“{nick}” is already here." if same else f"“{nick}” looks too much like “{here.nick}”."
        elif any(holder != key for holder in self._holders.find(nick)):
            detail = f"“{nick}” belongs to somebody else here, or looks like a name that does. {_IS_IT_YOU}"
        else:
            return None
        return Error(Code.NICK_TAKEN, detail, suggestion=text.free_nick(nick, _Taken(self._lines, self._holders)))

    def listing(self) -> list[Listing]:
        """All who are in, in as few frames as hold them."""
        members = [line.told for line in self._lines]
        starts = range(0, max(1, len(members)), MAX_ROSTER_CHUNK)
        return [Listing(self.room, members[i : i + MAX_ROSTER_CHUNK], first=i == 0) for i in starts]

    def presence(self) -> list[Presence]:
        """What changed since the last call, gathered into as few frames as hold it."""
        changes, self.changes = self.changes, []
        return [Presence(self.room, changes[i : i + MAX_CHANGES]) for i in range(0, len(changes), MAX_CHANGES)]
