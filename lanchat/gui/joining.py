"""From a chosen place to being in its room: the nickname dialog and the client behind it; it shows no chat."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from lanchat.client.event_queue import EventQueue
from lanchat.client.events import Ended, Event, Joined, Lost, PinNeeded, Refused
from lanchat.client.profile import Profile
from lanchat.errors import LanchatError
from lanchat.gui.dialogs.nickname import NicknameDialog
from lanchat.gui.feed import Feed
from lanchat.gui.goal import Goal
from lanchat.gui.kit.theme import Kit
from lanchat.gui.pump import Pump

if TYPE_CHECKING:
    from lanchat.client import Client


class Entered(NamedTuple):
    """In the room. events: what was told so far, Joined last."""

    server_id: str
    client: Client
    feed: Feed
    events: list[Event]
    address: str


class Joining:
    """Shows the dialog at once. on_joined takes the client over; on_end: the attempt is over, either way; on_test: the
    server at this address shall be tested."""

    def __init__(
        self,
        window: tk.Misc,
        kit: Kit,
        pump: Pump,
        profile: Profile,
        goal: Goal,
        nick: str,
        key: str = "",
        *,
        on_joined: Callable[[Entered], object],
        on_end: Callable[[], object],
        on_test: Callable[[str], object],
    ) -> None:
        self._pump, self._profile, self._goal = pump, profile, goal
        self._on_joined, self._on_end = on_joined, on_end
        self._client: Client | None = None
        self._feed: Feed | None = None
        self._events: list[Event] = []
        self._cancelled = False
        self.dialog = NicknameDialog(
            window,
            kit,
            goal.name,
            goal.detail,
            nick,
            on_join=self._try,
            on_cancel=self._on_cancel,
            on_test=partial(on_test, goal.address) if goal.address else None,
            locked=goal.locked and goal.pin is None,
            key=key,
        )

    def _try(self, nick: str, pin: str | None) -> None:
        """With a client whose nickname or PIN was refused, or that waits to try again, goes on; else begins."""
        if self._client is None:
            job = partial(self._make_client, nick, pin or self._goal.pin)
            self._pump.work("joining", job, self._begin, self._failed)
            return
        if pin is not None:
            self._client.unlock(pin)
        self._client.rename(nick)
        self._client.retry_now()

    def _make_client(self, nick: str, pin: str | None) -> Client:
        """In a worker: it reads the profile."""
        from lanchat.client import Client

        return Client(self._goal.place, nick, pin=pin, profile=self._profile)

    def _begin(self, client: Client) -> None:
        self._client, self._events = client, []
        self._feed = Feed(self._pump, client.events, self._handle)
        client.start()
        if self._cancelled:
            self._drop_client()

    def _failed(self, error: LanchatError) -> None:
        if not self._cancelled:
            self.dialog.unreachable(str(error))

    def _handle(self, event: Event) -> None:
        self._events.append(event)
        match event:
            case Joined(welcome=welcome):
                self._joined(welcome.id)
            case Refused():
                self.dialog.refused(event.detail, event.suggestion)
            case PinNeeded():
                self.dialog.ask_pin(event.detail)
            case Lost():
                self.dialog.unreachable(event.detail)
            case Ended(error=error):
                self._drop_client()
                self.dialog.unreachable(str(error) if error else "The room was left.")

    def _joined(self, server_id: str) -> None:
        assert self._client is not None
        assert self._feed is not None
        entered = Entered(server_id, self._client, self._feed, self._events, self._goal.address)
        self.dialog.close()
        self._on_end()
        self._let_nothing_come_for_a_turn(self._client.events)
        self._on_joined(entered)

    def _let_nothing_come_for_a_turn(self, events: EventQueue) -> None:
        """What was missed comes at once; its thread would take turns with ours while the chat is made and painted."""

        def release() -> None:
            events.held = False

        events.held = True
        self._pump.post(release)

    def _on_cancel(self) -> None:
        self._cancelled = True
        self._drop_client()
        self._on_end()

    def _drop_client(self) -> None:
        if self._client is not None and self._feed is not None:
            self._feed.stop()
            self._pump.work("leaving", self._client.close)
        self._client = self._feed = None
