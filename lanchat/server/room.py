"""A room's rules: who is in, under which name, what may be said, and which number it gets; pure.

Events in (join, leave, rename, say, expel …), frames out. It stores nothing and sends nothing: the broadcaster does.
Whether somebody may do to others what they ask for, moderation.py knows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final, NamedTuple, TypeAlias

from lanchat.errors import LocalProtocolError
from lanchat.protocol import text
from lanchat.protocol.frames import (
    Change,
    Deleted,
    Edit,
    Edited,
    Entry,
    Error,
    Member,
    Message,
    Presence,
    React,
    Reacted,
    Refused,
    Roster,
    Say,
    Word,
)
from lanchat.protocol.limits import MAX_CHANGES, MAX_COUNTER, MAX_ID, MAX_REACTIONS, MAX_ROSTER_CHUNK, MAX_RUN, Code
from lanchat.protocol.moderation import Role
from lanchat.server.lookalike import ByName

FIRST_ROOM: Final = "lobby"
GRACE: Final = 15.0  # s for a member with a key to come back after its connection broke, before it counts as gone
MAX_COUNTERS: Final = 10_000  # outboxes whose counter is kept in memory: 2 MB
_IS_IT_YOU: Final = "If it is yours, this is a new device to the room: bring your key along (lanchat key export)."
_KEYED_ID: Final = re.compile(rf"([0-9A-Za-z]{{1,{MAX_RUN}}})-(0|[1-9][0-9]{{0,15}})")


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
        "role",
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
        self.typed_at = 0.0  # s, monotonic: when all were told that they write something

    @property
    def known(self) -> bool:
        """The room knew its key before it came, or somebody said that it may stay."""
        return self.key is not None and (self.pardoned or not self.new)

    def member(self) -> Member:
        """What all may know."""
        return Member(
            self.nick, self.key, self.clear, self.role.value, self.muted_until > 0, self.new and not self.role.rank
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


Outbox: TypeAlias = tuple[str, str]  # names a row of counters: a member's key and the run of its outbox


def refers(said: Word) -> bool:
    """Whether it means another message, which is looked up then."""
    return type(said) is not Say or said.reply > 0


class Room:
    """One room. `highest` looks up the stored counter of an outbox (-1: none), `message` what stands at a seq, and
    `reactions` which emoji were ever put below it."""

    def __init__(
        self,
        name: str,
        head: int,
        holders: Mapping[str, str],
        highest: Callable[[str, str], int],
        message: Callable[[int], Message | None] = lambda _: None,
        reactions: Callable[[int], Collection[str]] = lambda _: (),
    ) -> None:
        self.name = name
        self.head = head
        self.changes: list[Change] = []  # not told yet, in order
        self._lines: ByName[Line] = ByName()
        self._by_key: dict[str, Line] = {}
        self._absent: dict[str, float] = {}  # key to when it counts as gone (s, monotonic): its connection broke
        self._holders: ByName[str] = ByName()  # keys
        self._held = {key: nick for nick, key in holders.items()}  # keys to their names
        for nick, key in holders.items():
            self._holders.put(nick, key)
        self._lookup, self._message, self._reactions = highest, message, reactions
        self._highest: dict[Outbox, int] = {}

    def __len__(self) -> int:
        return len(self._lines) - len(self._absent)

    # Who is in

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
        m = line.member()
        self.changes.append(Change(change, m.nick, m.key, m.clear, was, m.role, m.muted, m.new, by, why, ban))

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

    def mute(self, line: Line, until: int, by: str = "", why: str = "") -> None:
        """until: ms since 1970, 0: no more."""
        line.muted_until = until
        self._note("muted" if until else "unmuted", line, by=by, why=why)

    def give(self, line: Line, role: Role, by: str = "") -> None:
        if line.role != role:
            line.role = role
            self._note("role", line, by=by)

    def delete(self, line: Line, at: int, target: int) -> Deleted:
        """The next entry."""
        self.head += 1
        return Deleted(self.name, self.head, "", at, line.nick, line.key, target)

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

    def roster(self) -> list[Roster]:
        members = [line.member() for line in self._lines]
        starts = range(0, max(1, len(members)), MAX_ROSTER_CHUNK)
        return [Roster(self.name, members[i : i + MAX_ROSTER_CHUNK], first=i == 0) for i in starts]

    def presence(self) -> list[Presence]:
        """What changed since the last call, gathered into as few frames as hold it."""
        changes, self.changes = self.changes, []
        return [Presence(self.name, changes[i : i + MAX_CHANGES]) for i in range(0, len(changes), MAX_CHANGES)]

    # What is said

    def say(self, line: Line, said: Word, at: int) -> Entry | Error | None:
        """The next entry; None: it is stored already (a repetition of what was acknowledged). Raises StoreError."""
        objection = self._object_to_word(said)
        if objection is not None:
            return objection
        if line.key is not None:
            match = _KEYED_ID.fullmatch(said.id)
            if match is None or int(match[2]) > MAX_COUNTER:
                return Error(Code.ID_INVALID, "an id of a member with a key is <run>-<n>", said.id)
            outbox, n = (line.key, match[1]), int(match[2])
            if n <= self.highest(outbox):
                return None
        if refers(said) and (objection := self._object_to_target(line, said)):
            return objection
        if line.key is not None:
            self._highest[outbox] = n
        self.head += 1
        if isinstance(said, Say):
            return Message(self.name, self.head, said.id, at, line.nick, line.key, said.text, said.reply, said.file)
        head = (self.name, self.head, said.id, at, line.nick, line.key, said.target)
        return Edited(*head, said.text) if isinstance(said, Edit) else Reacted(*head, said.emoji, said.on)

    def _object_to_word(self, said: Word) -> Error | None:
        """Why it can be said by nobody."""
        if said.room not in ("", self.name):
            return Error(Code.ROOM_UNKNOWN, f"there is no room “{said.room[:MAX_ID]}” here", said.id[:MAX_ID])
        try:
            text.check_emoji(said.emoji) if isinstance(said, React) else text.check_text(said.text)
        except LocalProtocolError as error:
            return Error(error.code, str(error), said.id[:MAX_ID])
        if not said.id or len(said.id) > MAX_ID or not said.id.isprintable():
            return Error(Code.ID_INVALID, f"an id has 1 to {MAX_ID} characters that can be seen", said.id[:MAX_ID])
        return None

    def _object_to_target(self, line: Line, said: Word) -> Error | None:
        """Why what `said` refers to cannot be referred to so."""
        seq = said.reply if isinstance(said, Say) else said.target
        message = self._message(seq)
        if message is None:
            return Error(Code.TARGET_UNKNOWN, "That message is not there any more.", said.id)
        if isinstance(said, Edit) and (line.key is None or line.key != message.key):
            return Error(Code.NOT_ALLOWED, "You can only change what you said yourself.", said.id)
        if isinstance(said, React) and said.on:
            known = self._reactions(seq)
            if said.emoji not in known and len(known) >= MAX_REACTIONS:
                return Error(Code.TOO_MANY, "There are too many different reactions to that message.", said.id)
        return None

    def highest(self, outbox: Outbox) -> int:
        """The highest counter of an outbox that is stored or about to be, -1: none."""
        n = self._highest.get(outbox)
        return self._lookup(*outbox) if n is None else n

    def counters(self, said: Sequence[Entry]) -> dict[Outbox, int]:
        """The highest counter of each outbox among `said`, which `say` gave out."""
        highest: dict[Outbox, int] = {}
        for entry in said:
            if entry.key is not None and not isinstance(entry, Deleted):
                run, _, n = entry.id.rpartition("-")
                highest[(entry.key, run)] = int(n)
        return highest

    def stored(self) -> None:
        """All that was said is in the journal: counters can be looked up there again."""
        if len(self._highest) > MAX_COUNTERS:
            self._highest.clear()

    def not_stored(self, head: int) -> None:
        """The entries after `head` could not be stored: their numbers and counters are free again."""
        self.head = head
        self._highest.clear()
