"""Rooms from the window: going to one, making, entering and leaving them, their menus; it draws nothing.

It judges nothing: what may not be, the server says, and that stands below the composer.
"""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Sequence
from typing import Protocol

from lanchat.client.commands import Deed
from lanchat.gui.dialogs.go import GoDialog
from lanchat.gui.dialogs.question import QuestionDialog
from lanchat.gui.kit.popup import PopupMenu
from lanchat.gui.kit.theme import Kit
from lanchat.gui.model.chat import ChatModel
from lanchat.gui.model.destinations import Destination, destinations
from lanchat.gui.model.offers import Question
from lanchat.gui.model.room import RoomModel
from lanchat.gui.model.roster import Person
from lanchat.protocol.frames import Outcome
from lanchat.protocol.limits import MAX_DIRECT
from lanchat.protocol.moderation import Role
from lanchat.protocol.rooms import Archive, Create, Direct, Enter, Part, SetTopic

ABOUT = "What the room is about; empty: nothing"


class Asker(Protocol):
    """What it needs of lanchat.client.Client."""

    def do(self, deed: Deed) -> str: ...


class Arranging:
    """window: for dialogs. on_open: a room that we follow is to be shown. on_menu: adds to a room's menu what the
    window has for it, given its name."""

    def __init__(
        self,
        window: tk.Misc,
        kit: Kit,
        model: ChatModel,
        client: Asker,
        *,
        on_open: Callable[[str], object],
        on_menu: Callable[[tk.Menu, str], object],
    ) -> None:
        self._window, self._kit, self._model, self._client = window, kit, model, client
        self._on_open, self._on_menu = on_open, on_menu
        self._going: set[str] = set()  # ids of what was asked, whose room is to be opened then
        self._menu: PopupMenu | None = None

    # Going somewhere

    def ask_where(self) -> GoDialog:
        """Rooms, people, or a new room."""
        return GoDialog(self._window, self._kit, find=lambda typed: destinations(self._model, typed), on_go=self.go)

    def go(self, to: Destination) -> None:
        match to.kind:
            case "open":
                self._on_open(to.name)
            case "enter":
                self._ask(Enter(to.name))
            case "make":
                self._ask(Create(to.name))
            case "person":
                self._ask(Direct([to.name]))

    def ways_to(self, person: Person) -> dict[str, Callable[[], object]]:
        """To talk to somebody in private: alone, or with those whose conversation is open, too."""
        if person.me or not person.has_key:
            return {}
        ways: dict[str, Callable[[], object]] = {"Write to them alone": lambda: self._ask(Direct([person.who]))}
        room = self._model.current
        others = [one.key for one in room.info.people if one.key != self._model.own_key]
        if room.direct and person.who not in others and len(others) < MAX_DIRECT - 1:
            with_them = f"Write to them and {self._model.label(room)}"
            ways[with_them] = lambda: self._ask(Direct([*others, person.who]))
        return ways

    def asked(self, deed: Deed, id: str) -> None:  # noqa: A002 - the wire's word
        """It was typed: a room that comes of it is opened."""
        if isinstance(deed, Enter | Create | Direct):
            self._going.add(id)

    def _ask(self, deed: Enter | Create | Direct) -> None:
        self._going.add(self._client.do(deed))

    def answered(self, outcome: Outcome) -> None:
        if outcome.id in self._going:
            self._going.discard(outcome.id)
            if not outcome.code:
                self._on_open(outcome.room)

    def step(self, by: int, *, unread: bool = False) -> None:
        """To the next conversation in the list, or the one before; unread: that has something new."""
        rooms = self._model.conversations()
        here = rooms.index(self._model.current) if self._model.current in rooms else 0
        others: Sequence[RoomModel] = [rooms[(here + by * n) % len(rooms)] for n in range(1, len(rooms))]
        for room in others:
            if room.counted or not unread:
                self._on_open(room.name)
                return

    def go_to_number(self, number: int) -> None:
        """The n-th conversation of the list, from 1."""
        rooms = self._model.conversations()
        if number <= len(rooms):
            self._on_open(rooms[number - 1].name)

    # A room's menu

    def menu(self, room: RoomModel, x: int, y: int) -> None:
        """At a place of the screen."""
        if self._menu is not None:
            self._menu.destroy()
        menu = self._menu = PopupMenu(self._window, self._kit)
        if room is not self._model.current:
            menu.add_command(label="Open", command=lambda: self._on_open(room.name))
        if self.may_change(room):
            menu.add_command(label="Set the topic …", command=lambda: self._ask_topic(room))
        self._on_menu(menu, room.name)
        if room is not self._model.rooms.first and not room.direct:
            menu.add_separator()
            if self.may_change(room):
                label = "Open it again" if room.info.archived else "Archive it …"
                menu.add_command(label=label, command=lambda: self._archive(room))
            menu.add_command(label="Leave this room", command=lambda: self._client.do(Part(room.name)))
        menu.paint()
        menu.tk_popup(x, y)

    def may_change(self, room: RoomModel) -> bool:
        own = room.info.maker is not None and room.info.maker == self._model.own_key
        return room.direct or own or self._model.role is not Role.MEMBER

    def may_change_open(self) -> bool:
        """The open room."""
        return self.may_change(self._model.current)

    def _ask_topic(self, room: RoomModel) -> None:
        question = Question(f"What is #{room.name} about?", "It stands beside the room's name.", "Save", field=ABOUT)
        name = room.name
        dialog = QuestionDialog(
            self._window, self._kit, question, on_answer=lambda a: self._client.do(SetTopic(name, a[1].strip()))
        )
        if dialog.field is not None:
            dialog.field.value = room.info.topic

    def _archive(self, room: RoomModel) -> None:
        name, on = room.name, not room.info.archived
        if not on:
            self._client.do(Archive(name, on=False))
            return
        question = Question(
            f"Archive #{name}?", "Nothing more is said in it. It can be read, and opened again.", "Archive"
        )
        QuestionDialog(self._window, self._kit, question, on_answer=lambda _: self._client.do(Archive(name)))
