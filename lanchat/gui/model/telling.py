"""Telling the server what we read and that we write, as far as the settings let others know; it draws nothing."""

from __future__ import annotations

from typing import Protocol

from lanchat.client.preferences import Preferences
from lanchat.gui.model.chat import ChatModel, Link


class Server(Protocol):
    """What it needs of lanchat.client.Client."""

    def typing(self, room: str) -> object: ...
    def read(self, seq: int, room: str, *, public: bool) -> object: ...


class Telling:
    """For one screen."""

    def __init__(self, model: ChatModel, client: Server) -> None:
        self._model, self._client = model, client
        self._preferences = Preferences()
        self._told: dict[str, int] = {}  # by room, the seq up to which the server knows that we have read

    def prefer(self, preferences: Preferences) -> None:
        self._preferences = preferences
        self.anew()  # whether others may know, too

    def anew(self) -> None:
        """What was told counts no more."""
        self._told.clear()

    def read(self) -> None:
        """What was seen since the last call."""
        if self._model.link is not Link.JOINED:
            return
        for name, seq in self._model.read():
            if seq > self._told.get(name, 0):
                self._told[name] = seq
                self._client.read(seq, name, public=self._preferences.receipts)

    def typing(self) -> None:
        """Somebody writes in the open room just now."""
        if self._preferences.typing:
            self._client.typing(self._model.target)
