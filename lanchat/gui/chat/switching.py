"""Switching rooms: what stands in the list and the composer when another one is opened, and where the user was in each.

It opens nothing by itself and draws nothing.
"""

from __future__ import annotations

from typing import Final, Protocol

from lanchat.client.profile import Place, Visit
from lanchat.gui.chat.composer import Composer
from lanchat.gui.chat.message_list import MessageList
from lanchat.gui.model.chat import OLDER, ChatModel

FARTHEST: Final = 2_000  # entries loaded at most to go back to where the user was
JUMP: Final = 20_000  # the same, to go to what they chose: some seconds
TOO_FAR: Final = "That message is too far back to go to at once. Scroll up to it."


class Loader(Protocol):
    """What it needs of lanchat.client.Client."""

    def load_older(self, before: int | None, limit: int, room: str) -> object: ...


class Switching:
    """Over one list of messages and one composer."""

    def __init__(self, model: ChatModel, client: Loader, messages: MessageList, composer: Composer) -> None:
        self._model, self._client, self._messages, self._composer = model, client, messages, composer
        self._shown = model.current
        self._wanted = 0  # the seq to scroll to once it is there; 0: none
        self._farthest = FARTHEST
        self._lowest: int | None = None  # which may be loaded for that; None: until something is there to count from
        self._asked = 0  # the seq below which more was asked for
        self._reopen = ""  # the room that was open last time

    def open(self, name: str) -> bool:
        """Shows another room that we follow; False: there is none."""
        self._note_place()
        opened = self._model.open(name)
        self.follow()
        return opened

    def follow(self) -> None:
        """The open room may be another one, whoever opened it."""
        if self._reopen and self._model.open(self._reopen):
            self._reopen = ""
        room = self._model.current
        if room is self._shown:
            return
        self._shown = room
        self._messages.start_over()
        self._composer.draft = room.draft
        if not self._model.timeline.last_seq:
            self._client.load_older(None, OLDER, self._model.target)
        self._go_back_to(room.view_top)
        self.show_wanted()

    def go_on(self, before: Switching) -> None:
        """Over another list and composer, where the user was over those of before; its `visit` was asked for last."""
        self._wanted, self._asked, self._reopen = before._wanted, before._asked, before._reopen
        self._farthest, self._lowest = before._farthest, before._lowest
        room = self._model.current
        self._composer.draft = room.draft
        if room.view_top and not self._wanted:
            self._go_back_to(room.view_top)
        self.show_wanted()

    @property
    def visit(self) -> Visit:
        """Where the user is now."""
        self._note_place()
        first, others = self._model.rooms.first, {}
        for room in self._model.rooms:
            if room is not first and room.followed and (room.draft or room.seen):
                others[room.name] = Place(room.draft, room.seen, room.view_top)
        opened = "" if self._model.current is first else self._model.room
        return Visit(first.draft, first.seen, first.view_top, others, opened)

    def restore(self, visit: Visit) -> None:
        """Where the user was last; what came since then is marked."""
        if visit.draft and not self._composer.draft:
            self._composer.draft = visit.draft
        self._model.rooms.first.resume_at(visit.seen)
        for name, place in visit.rooms.items():
            room = self._model.rooms.find(name)
            room.draft, room.view_top = place.draft, place.top
            room.resume_at(place.seen)
        self._reopen = visit.open
        self._messages.refresh()
        self._go_back_to(visit.top)
        self.show_wanted()
        self.follow()

    def jump(self, seq: int) -> None:
        """To an entry of the open room, once it is there."""
        self._go_back_to(seq, JUMP)
        if seq <= (self._lowest or 0):
            self._model.problem = TOO_FAR
        self.show_wanted()

    def show_wanted(self) -> None:
        """Scrolls to where the user was, once that is loaded."""
        first = self._model.timeline.first_seq
        if self._wanted and first is not None and first <= self._wanted <= self._model.timeline.last_seq:
            self._messages.show(self._wanted)
            self._wanted = 0
        self._load_wanted()

    def _go_back_to(self, top: int, farthest: int = FARTHEST) -> None:
        """To where the user was in the open room; 0: to what came since then, if anything did."""
        self._wanted = top or ((self._model.timeline.missed or -1) + 1)
        self._asked = 0
        self._farthest, self._lowest = farthest, None
        self._load_wanted()

    def _load_wanted(self) -> None:
        """Page by page, as a server gives them; given up, where it is too far."""
        first = self._model.timeline.first_seq
        if first is None:
            return
        if self._lowest is None:
            self._lowest = max(0, first - self._farthest)
        if self._wanted <= self._lowest:
            self._wanted = 0
        if self._wanted and self._wanted < first and first != self._asked:
            self._asked = first
            self._client.load_older(first, min(first - self._wanted + OLDER, FARTHEST), self._model.target)

    def _note_place(self) -> None:
        self._shown.draft, self._shown.view_top = self._composer.draft, self._messages.top
