"""What people type as commands, as methods of a Client for programs; each is one call of `do` or `say`, no more."""

from __future__ import annotations

from abc import ABC, abstractmethod

from lanchat.client.commands import FIRST, Deed, in_italics
from lanchat.protocol.moderation import Delete
from lanchat.protocol.presence import Status
from lanchat.protocol.rooms import Archive, Create, Direct, Enter, Keep, Part, SetTopic, direct_name


class Doing(ABC):
    """Where no room is named, the first one is meant. What is asked of the server returns the id of the Outcome that
    tells what became of it; what is said, the id of the message. Raises LocalProtocolError for what the rules forbid,
    and after Ended."""

    key: str  # ours

    @abstractmethod
    def do(self, deed: Deed) -> str: ...

    @abstractmethod
    def say(self, text: str, reply: int = 0, room: str = "") -> str: ...

    # What is said

    def reply(self, seq: int, text: str, room: str = "") -> str:
        """Answers the message with this seq."""
        return self.say(text, seq, room)

    def me(self, text: str, room: str = "") -> str:
        """Says what we do, in italics."""
        return self.say(in_italics(text), room=room)

    def delete(self, seq: int, room: str = "") -> str:
        """Blanks a message of ours, or one that our role lets us."""
        return self.do(Delete(seq, room))

    def keep(self, seq: int, room: str = "", *, on: bool = True) -> str:
        """Pins a message, so that all find it; on false: no longer."""
        return self.do(Keep(seq, on, room))

    # Conversations

    def direct(self, *keys: str) -> str:
        """Opens the conversation with exactly these people; the Outcome names its room, as `room_with` does."""
        return self.do(Direct(list(keys)))

    def message_to(self, key: str, text: str) -> str:
        """Says `text` to one person alone. (Without a connection: in the conversation that there is; where there is
        none yet, Failed tells so.)"""
        self.direct(key)
        return self.say(text, room=self.room_with(key))

    def room_with(self, *keys: str) -> str:
        """The name of the conversation with exactly these people."""
        return direct_name([self.key, *keys])

    # Rooms

    def create_room(self, name: str, topic: str = "") -> str:
        """Makes a room, and enters it; the Outcome names it."""
        return self.do(Create(name, topic))

    def join_room(self, name: str) -> str:
        """Enters a room that there is; the Outcome names it."""
        return self.do(Enter(name))

    def leave_room(self, room: str) -> str:
        return self.do(Part(room))

    def set_topic(self, topic: str, room: str = "") -> str:
        """What the room is about; empty: nothing is said of it."""
        return self.do(SetTopic(room or self.first_room, topic))

    def archive_room(self, room: str, *, on: bool = True) -> str:
        """Nothing more is said in it; on false: again."""
        return self.do(Archive(room, on))

    @property
    def first_room(self) -> str:
        """The name of the room that everybody is in."""
        return FIRST

    # How one is here

    def away(self, text: str = "") -> None:
        """Others see that nobody looks here, and why, until `back`."""
        self.do(Status("away", text))

    def busy(self, text: str = "") -> None:
        """Others see that nobody wants to be disturbed."""
        self.do(Status("busy", text))

    def back(self) -> None:
        self.do(Status())
