"""Aiming: what is written now is meant as an answer to a message, or instead of one of ours; it draws nothing."""

from __future__ import annotations

from typing import Final, Protocol

from msgspec import structs

from lanchat.client.commands import Deed
from lanchat.client.markup import words as plain
from lanchat.gui.chat.composer import Composer
from lanchat.gui.model import wording
from lanchat.gui.model.chat import ChatModel
from lanchat.protocol.emoji import cut
from lanchat.protocol.frames import Edit, Message, React, Say

SHOWN: Final = 80  # characters of what is answered
CHANGING: Final = "Changing what you said. The earlier versions can still be read."


class Sayer(Protocol):
    """What it needs of lanchat.client.Client."""

    def do(self, deed: Deed) -> str: ...


class Aiming:
    """Over one composer."""

    def __init__(self, model: ChatModel, client: Sayer, composer: Composer) -> None:
        self._model, self._client, self._composer = model, client, composer
        self._aim: Say | Edit | None = None
        self._words = ""  # what the composer says of it

    @property
    def aimed(self) -> bool:
        return self._aim is not None

    def go_on(self, before: Aiming) -> None:
        """Over another composer, with what the one before was aimed at."""
        self._take(before._aim, before._words)

    def reply(self, message: Message) -> None:
        said = plain(self._model.timeline.versions(message)[-1][1])
        words = f"Replying to {wording.name(message.nick)}: {cut(said, SHOWN)}"
        self._take(Say("", "", self._model.target, message.seq), words)
        self._composer.focus_text()

    def edit(self, message: Message) -> None:
        self._take(Edit("", message.seq, "", self._model.target), CHANGING)
        self._composer.draft = self._model.timeline.versions(message)[-1][1]
        self._composer.focus_text()

    def edit_last(self) -> None:
        """The latest of ours."""
        message = self._model.timeline.last_by(self._model.own_key)
        if message is not None:
            self.edit(message)

    def drop(self) -> None:
        """What is written is meant for nothing again; a change that was begun is given up."""
        if isinstance(self._aim, Edit):
            self._composer.draft = ""
        self._take(None, "")
        self._composer.focus_text()

    def send(self, text: str) -> None:
        """Raises LocalProtocolError for what the rules forbid; then it stays aimed."""
        assert self._aim is not None
        self._client.do(structs.replace(self._aim, text=text))
        self._take(None, "")

    def _take(self, aim: Say | Edit | None, words: str) -> None:
        self._aim, self._words = aim, words
        self._composer.aim(words)

    def add(self, seq: int, emoji: str) -> None:
        """Ours is put below a message, if it is not there."""
        if not any(r.emoji == emoji and r.mine for r in self._model.timeline.reactions(seq)):
            self.toggle(seq, emoji)

    def toggle(self, seq: int, emoji: str) -> None:
        """Ours is put below a message, or taken away."""
        mine = any(r.emoji == emoji and r.mine for r in self._model.timeline.reactions(seq))
        self._client.do(React("", seq, emoji, not mine, self._model.target))
