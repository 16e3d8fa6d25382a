"""Moderating from the window: the menus on people and the room, their dialogs, and what the server answered.

It judges nothing: what is offered comes from model.offers, and the server decides.
"""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Mapping
from typing import Protocol

from lanchat.client.commands import Deed, help_lines, parse
from lanchat.errors import LocalProtocolError
from lanchat.gui.dialogs.bans import BansDialog
from lanchat.gui.dialogs.invite import InviteDialog
from lanchat.gui.dialogs.offline import connected
from lanchat.gui.dialogs.question import QuestionDialog
from lanchat.gui.kit.dialog import Answers, Choice
from lanchat.gui.kit.emoji import drawable
from lanchat.gui.kit.popup import PopupMenu
from lanchat.gui.kit.theme import Kit
from lanchat.gui.model import offers
from lanchat.gui.model.chat import ChatModel
from lanchat.gui.model.offers import Offer
from lanchat.gui.model.presence import in_words
from lanchat.gui.model.roster import Person
from lanchat.protocol import moderation as acts
from lanchat.protocol.frames import Message, Outcome, Status
from lanchat.protocol.moderation import Role, Sanction
from lanchat.protocol.rooms import Keep
from lanchat.protocol.target import Address, invitation_link, parse_address


class Asker(Protocol):
    """What it needs of lanchat.client.Client."""

    def do(self, deed: Deed) -> str: ...


class Moderating:
    """window: for dialogs and the clipboard. on_asked: a typed command was handed over, under this id."""

    def __init__(
        self, window: tk.Misc, kit: Kit, model: ChatModel, client: Asker, on_asked: Callable[[Deed, str], object]
    ) -> None:
        self._window, self._kit, self._model, self._client = window, kit, model, client
        self._on_asked = on_asked
        self._waiting: dict[str, Callable[[Outcome], object]] = {}  # by the id of what was asked
        self._menu: PopupMenu | None = None

    def do(self, deed: Deed) -> None:
        self._client.do(deed)

    def typed(self, line: str) -> bool:
        """Does what a line that begins with “/” wants; False: it is something to say. Raises LocalProtocolError."""
        if line.strip() == "/help":
            words = "\n".join(help_lines(self._model.role))
            answers: Answers = {"Close": lambda: None}
            Choice(self._window.winfo_toplevel(), self._kit, "What can be typed", words, answers)
            return True
        people = [person.nick for person in self._model.people()] if line.startswith("/") else []
        match parse(line, people, self._last_said, self._model.target):
            case None:
                return False
            case acts.Invite():
                self._invite()
            case acts.Bans():
                self._show_bans()
            case Status() as status:
                self._on_asked(status, "")
            case deed:
                self._on_asked(deed, self._client.do(deed))
        return True

    def _last_said(self, nick: str) -> int | None:
        line = self._model.timeline
        message = line.last_of(nick) if nick else line.last_by(self._model.own_key)
        return None if message is None else message.seq

    def answered(self, outcome: Outcome) -> None:
        """The server did it, or said why not."""
        then = self._waiting.pop(outcome.id, None)
        if then is not None:
            then(outcome)

    # Menus

    def person_menu(self, person: Person, x: int, y: int, ways: Mapping[str, Callable[[], object]]) -> None:
        """At a place of the screen. ways: to talk to them, in the words of the menu."""
        menu = self._new_menu()
        for label, go in ways.items():
            menu.add_command(label=drawable(label), command=go)
        menu.add_command(label="Copy the name", command=lambda: self._copy(person.nick))
        self._add(menu, offers.for_person(person, self._model.role))
        if person.state:
            menu.add_separator()
            menu.add_command(label=drawable(in_words(person.state, person.text)), state="disabled")
        self._post(menu, x, y)

    def toggle_pin(self, seq: int) -> None:
        """A message of the open room is pinned from now on, or no longer."""
        if connected(self._window, self._kit, self._model.link):
            self.do(Keep(seq, not self._model.timeline.pinned(seq), self._model.target))

    def ask_delete(self, message: Message) -> None:
        self._take(offers.for_message(message.seq, self._model.target, own=self._model.is_own(message)))

    def fill_room_menu(self, menu: tk.Menu) -> None:
        """What the room's menu holds beside what is for everybody."""
        role = self._model.role
        if role is Role.MEMBER:
            return
        menu.add_separator()
        menu.add_command(label="Invite somebody …", command=self._invite)
        menu.add_command(label="Bans and mutes …", command=self._show_bans)
        self._add(menu, offers.for_room(self._model.rules, role), apart=False)

    def _new_menu(self) -> PopupMenu:
        """The one before is seen no more."""
        if self._menu is not None:
            self._menu.destroy()
        self._menu = PopupMenu(self._window, self._kit)
        return self._menu

    def _add(self, menu: tk.Menu, offered: list[Offer], *, apart: bool = True) -> None:
        if offered and apart:
            menu.add_separator()
        for offer in offered:
            menu.add_command(label=offer.label, command=lambda offer=offer: self._take(offer))  # type: ignore[misc]

    @staticmethod
    def _post(menu: PopupMenu, x: int, y: int) -> None:
        menu.paint()
        menu.tk_popup(x, y)

    def _take(self, offer: Offer) -> None:
        if not connected(self._window, self._kit, self._model.link):
            return
        if offer.question is None:
            self.do(offer.make((0, "")))
        else:
            QuestionDialog(self._window, self._kit, offer.question, on_answer=lambda a: self.do(offer.make(a)))

    def _copy(self, text: str) -> None:
        self._window.clipboard_clear()
        self._window.clipboard_append(text)

    # What needs an answer

    def _show_bans(self) -> None:
        def show(outcome: Outcome) -> None:
            if not outcome.code:
                BansDialog(self._window, self._kit, outcome.bans, on_lift=self._lift)

        self._waiting[self._client.do(acts.Bans())] = show

    def _lift(self, ban: Sanction) -> None:
        who = ban.key or ban.nick
        self.do(acts.Unmute(who) if ban.kind == "mute" else acts.Unban(who))

    def _invite(self) -> None:
        def make(seconds: int, uses: int | None) -> None:
            self._waiting[self._client.do(acts.Invite(seconds, uses))] = made

        def made(outcome: Outcome) -> None:
            if not dialog.winfo_exists():
                return
            if outcome.code:
                dialog.failed(outcome.detail)
            else:
                dialog.made(self._link(outcome.token))

        dialog = InviteDialog(self._window, self._kit, self._model.server, on_make=make)

    def _link(self, token: str) -> str:
        try:
            address = parse_address(self._model.address)
        except LocalProtocolError:  # of another kind than we show
            address = Address("localhost")
        return invitation_link([address], self._model.server_id, token)
