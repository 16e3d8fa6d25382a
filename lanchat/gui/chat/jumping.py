"""Jumping: to a message wherever it is, once it is loaded, and back to where the reader was; it draws nothing.

The messages between it and those that are here are loaded as well, so that the reader can go on from there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from lanchat.gui.chat.message_list import MessageList
from lanchat.gui.model.chat import OLDER, ChatModel
from lanchat.protocol.rooms import DIRECT

AT_ONCE: Final = 2_000  # entries asked for in one go; a server sends fewer


class Loader(Protocol):
    """What it needs of lanchat.client.Client."""

    def load_older(self, before: int | None, limit: int, room: str) -> object: ...


class Jumping:
    """open_room: goes to a room of that name; False: it cannot be shown."""

    def __init__(
        self, model: ChatModel, client: Loader, messages: MessageList, open_room: Callable[[str], bool]
    ) -> None:
        self._model, self._client, self._messages, self._open_room = model, client, messages, open_room
        self._wanted = 0  # the seq to jump to once it is there; 0: none
        self._left: tuple[str, int] | None = None  # where the reader was: room, and first seq in view; 0: at the end

    def go_on(self, before: Jumping) -> None:
        """Over another list, with the way back of the one before."""
        self._wanted, self._left = before._wanted, before._left

    @property
    def away(self) -> bool:
        """There is somewhere to go back to."""
        return self._left is not None

    def to(self, room: str, seq: int) -> str:
        """Goes there; returns a sentence if that cannot be."""
        if self._left is None:
            self._left = (self._model.room, self._messages.top)
        if room != self._model.room and not self._open_room(room):
            if room.startswith(DIRECT):
                return "That was said in a private conversation, which cannot be shown now."
            return f"That was said in #{room}. Enter that room to see it."
        self._wanted = seq
        return self.look()

    def look(self) -> str:
        """Goes on with it, when more is here; a sentence if it cannot be."""
        line = self._model.timeline
        first = line.first_seq
        if not self._wanted or first is None:
            return ""
        if first <= self._wanted:
            self._messages.jump(self._wanted)
            self._wanted = 0
        elif line.full:
            self._wanted = 0
            return "That is too far back to be shown here."
        elif (before := self._model.ask_older()) is not None:
            limit = max(OLDER, min(before - self._wanted + OLDER, AT_ONCE))
            self._client.load_older(before, limit, self._model.target)
        return ""

    def back(self) -> None:
        """To where the reader was before the first jump."""
        if self._left is None:
            return
        room, seq = self._left
        self._left, self._wanted = None, 0
        if room != self._model.room and not self._open_room(room):
            return
        if seq:
            self._messages.show(seq)
        else:
            self._messages.to_end()

    def forget(self) -> None:
        """The reader stays."""
        self._left, self._wanted = None, 0
