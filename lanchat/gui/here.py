"""The rooms that this computer hosts: the dialogs around them and the jobs behind those; no lists, no screens."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from lanchat.client.hosting import Closed, Hosted, Hosting
from lanchat.errors import LanchatError
from lanchat.gui.kit.dialog import Answers, Choice
from lanchat.gui.kit.theme import Kit
from lanchat.gui.pump import Pump

if TYPE_CHECKING:  # late, as the rest that no window needs to be painted: errands.py imports it then
    from lanchat.client.events import Event
    from lanchat.gui.dialogs.host import HostDialog

KEEP_OR_CLOSE = (
    "Keep it open, and others go on talking without you: the list of rooms shows it, with a button that stops it. "
    "Close it, and everybody in it is put out. What was said stays on this computer either way."
)


class Here:
    """profile: whose rooms they are. on_change: told the servers that run here, and the rooms that did. on_join: a room
    was opened, with this PIN, and the user wants in."""

    def __init__(
        self,
        window: tk.Misc,
        kit: Kit,
        pump: Pump,
        profile: str,
        *,
        on_change: Callable[[list[Hosted], list[Closed]], object],
        on_join: Callable[[Hosted, str | None], object],
    ) -> None:
        self._window, self._kit, self._pump = window, kit, pump
        self._on_change, self._on_join = on_change, on_join
        self._hosting = Hosting(profile)
        self._question: Choice | None = None
        self._asking: object = None  # the last call of ask_keep
        self._closed: list[Closed] = []
        self._known: set[str] = set()  # ids of all rooms of this computer
        self._opening: set[str] = set()  # ids of rooms that are being opened again
        self._ours: dict[str, Hosted] = {}  # by id: opened from this window, and not yet asked what becomes of it

    def look(self) -> None:
        """Tells on_change soon."""
        self._pump.work("hosting", lambda: (self._hosting.running(), self._hosting.closed()), self._looked)

    def _looked(self, seen: tuple[list[Hosted], list[Closed]]) -> None:
        running, self._closed = seen
        self._known = {room.id for room in running} | {room.id for room in self._closed}
        self._on_change(running, self._closed)

    def listening(self, server_id: str, handle: Callable[[Event], object]) -> Callable[[Event], object]:
        """`handle`, and a look whether a server of this computer still runs when the connection to it breaks."""
        from lanchat.client.events import Lost

        def heard(event: Event) -> None:
            handle(event)
            if isinstance(event, Lost) and server_id in self._known:
                self.look()

        return heard

    def ours(self, server_id: str | None = None) -> list[Hosted]:
        """The servers that this window opened and that nobody decided about yet; with an id, that one alone."""
        return [hosted for hosted in self._ours.values() if server_id in (None, hosted.id)]

    def host(self, name: str) -> HostDialog:
        """Asks for the room's name, `name` proposed, and those of rooms that were open here, and opens it."""
        from lanchat.gui.dialogs.host import HostDialog

        def open_room(name: str, pin: str | None) -> None:
            job = partial(self._open, name, pin)
            self._pump.work("hosting", job, partial(self._opened, dialog), partial(self._failed, dialog))

        before = [room.name for room in self._closed if room.name != name]
        dialog = HostDialog(self._window, self._kit, name, before, on_open=open_room, on_join=self._on_join)
        return dialog

    def open_again(self, server_id: str, then: Callable[[Hosted], object]) -> None:
        """A room that was open here before; `then` is called once it is."""

        def opened(hosted: Hosted) -> None:
            self._opening.discard(server_id)
            self._ours[hosted.id] = hosted
            self.look()
            then(hosted)

        def failed(error: LanchatError) -> None:
            self._opening.discard(server_id)
            self._not_done(error)

        name = next((room.name for room in self._closed if room.id == server_id), None)
        if name is not None and server_id not in self._opening:
            self._opening.add(server_id)
            self._pump.work("hosting", partial(self._hosting.open, name), opened, failed)

    def ask_stop(self, hosted: Hosted) -> Choice:
        title = f"Stop “{hosted.name}”?"
        text = (
            "Everybody in it is put out. What was said stays on this computer: “Host a room here” proposes its name, "
            "and opens it again with all of it."
        )
        answers: Answers = {"Cancel": lambda: None, "Stop it": lambda: self.stop([hosted])}
        return Choice(self._window, self._kit, title, text, answers, grave=True)

    def ask_keep(self, servers: Sequence[Hosted], then: Callable[[list[Hosted]], object]) -> None:
        """Keep them open, or close them? `then` is told which to stop; at once, where none of them runs any more."""
        self._asking = asked = object()  # asked already, maybe for another reason: the later one counts

        def seen(running: list[Hosted]) -> None:
            runs = {hosted.run for hosted in running}
            for hosted in servers:
                if hosted.run not in runs:
                    self._ours.pop(hosted.id, None)
            if asked is self._asking:
                self._ask_keep([hosted for hosted in servers if hosted.run in runs], then)

        self._pump.work("hosting", self._hosting.running, seen)

    def _ask_keep(self, servers: Sequence[Hosted], then: Callable[[list[Hosted]], object]) -> None:

        def decided(stop: list[Hosted]) -> None:
            for hosted in servers:
                self._ours.pop(hosted.id, None)
            then(stop)

        if self._question is not None:
            self._question.close()
        if not servers:
            decided([])
            return
        names = " and ".join(f"“{hosted.name}”" for hosted in servers)
        title = f"{names} {'runs' if len(servers) == 1 else 'run'} on this computer"
        answers: Answers = {"Close it": lambda: decided(list(servers)), "Keep it open": lambda: decided([])}
        self._question = Choice(self._window, self._kit, title, KEEP_OR_CLOSE, answers)

    def stop(self, servers: Sequence[Hosted]) -> None:
        if servers:
            self._pump.work("hosting", partial(self._stop, servers), lambda _: self.look(), self._not_done)

    # In a worker

    def _open(self, name: str, pin: str | None) -> tuple[Hosted, str]:
        hosted = self._hosting.open(name, pin)
        return hosted, f"{own_address() or 'localhost'}:{hosted.port}"

    def _stop(self, servers: Sequence[Hosted]) -> None:
        for hosted in servers:
            self._hosting.stop(hosted)

    # What came of it

    def _opened(self, dialog: HostDialog, result: tuple[Hosted, str]) -> None:
        hosted, address = result
        if not dialog.winfo_exists():  # cancelled meanwhile
            self.stop([hosted])
            return
        self._ours[hosted.id] = hosted
        dialog.opened(hosted, address)
        self.look()

    def _failed(self, dialog: HostDialog, error: LanchatError) -> None:
        if dialog.winfo_exists():
            dialog.failed(str(error))

    def _not_done(self, error: LanchatError) -> None:
        self.look()
        if self._window.winfo_viewable():
            Choice(self._window, self._kit, "This did not work", str(error), {"Close": lambda: None})


def own_address() -> str:
    """Where others on this network reach this computer, the likeliest first; empty without a network. For a worker."""
    from lanchat.discovery.interfaces import current
    from lanchat.discovery.networks import advertised

    return next((interface.address for interface in advertised(current())), "")
