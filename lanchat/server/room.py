"""A room's rules: what may be said in it, by whom, and which number it gets; pure.

Words in, entries out. It stores nothing and sends nothing: the broadcaster does. Who is on the server, roster.py knows;
which rooms there are, rooms.py; whether somebody may delete what others said, moderation.py.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, Protocol

from lanchat.errors import LocalProtocolError
from lanchat.protocol import text
from lanchat.protocol.entries import Archived, Pinned, Topic
from lanchat.protocol.frames import Deleted, Edit, Edited, Entry, Error, Message, React, Reacted, Say, Word
from lanchat.protocol.limits import MAX_EDITS, MAX_ID, MAX_REACTED, MAX_REACTIONS, NEWCOMER_HISTORY, Code
from lanchat.protocol.rooms import Person, RoomInfo
from lanchat.server.counters import Counters, number
from lanchat.server.roster import Line

FIRST_ROOM: Final = "lobby"


class Record(Protocol):
    """What is stored of a room. Raises StoreError."""

    def message(self, room: str, seq: int) -> Message | None:
        """What stands there and has a text."""

    def pins(self, room: str) -> list[int]:
        """The seqs of what is kept at hand."""

    def edits(self, room: str, target: int) -> int:
        """How many changes of a message there are, up to MAX_EDITS."""

    def reactions(self, room: str, target: int) -> tuple[Collection[str], int]:
        """The different emoji that were ever put below a message; how many entries say so, up to MAX_REACTED."""


def refers(said: Word) -> bool:
    """Whether it means another message, which is looked up then."""
    return type(said) is not Say or said.reply > 0


class Room:
    """One room. info: as it is stored. people: of a direct conversation, which nobody else may know of."""

    def __init__(self, info: RoomInfo, counters: Counters, record: Record) -> None:
        self.name, self.maker, self.topic, self.archived = info.name, info.maker, info.topic, info.archived
        self.direct = info.direct
        self.people: dict[str, str] = {person.key: person.nick for person in info.people}
        self.head = info.head
        self._counters, self._record = counters, record
        self._pins: list[int] | None = None  # read when they are asked for first

    def info(self) -> RoomInfo:
        people = [Person(key, nick) for key, nick in self.people.items()]
        return RoomInfo(self.name, self.head, self.topic, self.maker, self.archived, people)

    def pins(self) -> list[Message]:
        """The messages that are kept at hand, those that still have a text. Raises StoreError."""
        known = self._record.pins(self.name) if self._pins is None else self._pins
        messages = [message for seq in known if (message := self._record.message(self.name, seq)) is not None]
        self._pins = [message.seq for message in messages]
        return messages

    @property
    def newcomer(self) -> int:
        """The last seq that who enters now need not have."""
        return max(0, self.head - NEWCOMER_HISTORY)

    def visible(self, key: str | None) -> bool:
        """Whether this key may know of it."""
        return not self.direct or key in self.people

    # What is said

    def say(self, line: Line, said: Word, at: int) -> Entry | Error | None:
        """The next entry; None: it is stored already (a repetition of what was acknowledged). Raises StoreError."""
        objection = self._object_to_word(said)
        if objection is not None:
            return objection
        numbered = None
        if line.key is not None:
            numbered = number(line.key, said.id)
            if numbered is None:
                return Error(Code.ID_INVALID, "an id of a member with a key is <run>-<n>", said.id)
            if numbered[1] <= self._counters.highest(numbered[0]):
                return None
        if self.archived:
            return Error(Code.ROOM_ARCHIVED, "This room is archived: nothing more is said in it.", said.id)
        if refers(said) and (objection := self._object_to_target(line, said)):
            return objection
        if numbered is not None:
            self._counters.count(*numbered)
        self.head += 1
        if isinstance(said, Say):
            return Message(self.name, self.head, said.id, at, line.nick, line.key, said.text, said.reply, said.file)
        head = (self.name, self.head, said.id, at, line.nick, line.key, said.target)
        return Edited(*head, said.text) if isinstance(said, Edit) else Reacted(*head, said.emoji, said.on)

    def _object_to_word(self, said: Word) -> Error | None:
        """Why it can be said by nobody."""
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
        message = self._record.message(self.name, seq)
        if message is None:
            return Error(Code.TARGET_UNKNOWN, "That message is not there any more.", said.id)
        if isinstance(said, Edit) and (line.key is None or line.key != message.key):
            return Error(Code.NOT_ALLOWED, "You can only change what you said yourself.", said.id)
        if isinstance(said, Edit) and self._record.edits(self.name, seq) >= MAX_EDITS:
            return Error(Code.TOO_MANY, "That message was changed too often.", said.id)
        if isinstance(said, React):
            known, count = self._record.reactions(self.name, seq)
            if count >= MAX_REACTED or (said.on and said.emoji not in known and len(known) >= MAX_REACTIONS):
                return Error(Code.TOO_MANY, "There are too many different reactions to that message.", said.id)
        return None

    # What comes of an action that was allowed: the next entry, to be stored at once

    def delete(self, line: Line, at: int, target: int) -> Deleted:
        self.head += 1
        return Deleted(self.name, self.head, "", at, line.nick, line.key, target)

    def describe(self, line: Line, at: int, topic: str) -> Topic:
        self.head += 1
        return Topic(self.name, self.head, "", at, line.nick, line.key, topic)

    def archive(self, line: Line, at: int, *, on: bool) -> Archived:
        self.head += 1
        return Archived(self.name, self.head, "", at, line.nick, line.key, on)

    def keep(self, line: Line, at: int, target: int, *, on: bool) -> Pinned:
        self.head += 1
        return Pinned(self.name, self.head, "", at, line.nick, line.key, target, on)

    def stored(self, entry: Topic | Archived | Pinned | Deleted) -> None:
        """It holds from now on."""
        match entry:
            case Topic():
                self.topic = entry.text
            case Archived():
                self.archived = entry.on
            case _ if self._pins is not None:
                others = [seq for seq in self._pins if seq != entry.target]
                self._pins = [*others, entry.target] if isinstance(entry, Pinned) and entry.on else others

    def not_stored(self, head: int) -> None:
        """The entries after `head` could not be stored: their numbers are free again."""
        self.head = head
