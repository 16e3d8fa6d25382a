"""The network check from the window's side: runs it off Tk's thread, one at a time, and keeps its model; it shows
nothing. For Tk's thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from lanchat.client.profile import Profile, Settings
from lanchat.errors import LanchatError, LocalProtocolError
from lanchat.gui import errands
from lanchat.gui.model.check import CheckModel, Outcome
from lanchat.gui.pump import Pump
from lanchat.protocol.target import SCHEME, Address, parse_address, parse_target


class _Run(NamedTuple):
    """server None: of the network. stop: set, when nobody wants it any more."""

    server: Address | None
    stop: threading.Event


class Checking:
    """settings: as they are now. on_change: the model is another one."""

    def __init__(
        self, pump: Pump, profile: Profile, settings: Callable[[], Settings], on_change: Callable[[], object]
    ) -> None:
        self.model = CheckModel()
        self._pump, self._profile, self._settings, self._on_change = pump, profile, settings, on_change
        self._run: _Run | None = None  # whose worker is at work
        self._wanted: _Run | None = None  # what the model is about: the same, or what begins when that has ended
        self._closed = False

    def network(self) -> None:
        """Looks into the network, unless that is under way."""
        if self._wanted is None or self._wanted.server is not None or self._wanted.stop.is_set():
            self._begin(None)

    def server(self, typed: str) -> None:
        """Tests the server there; what is no address is said in the model."""
        try:
            address = parse_target(typed.strip()) if typed.strip().startswith(SCHEME) else parse_address(typed)
        except LocalProtocolError as error:
            self.model.refuse(str(error))
            self._changed()
            return
        assert isinstance(address, Address)  # links lead to nothing else
        self._begin(address)

    def stop(self) -> None:
        """Ends it soon; what it saw until then is shown."""
        if self._wanted is not None and self._run is not None:
            self._run.stop.set()
            self._wanted.stop.set()
            self.model.stop()
            self._changed()

    def leave(self) -> None:
        """Nobody looks at it any more: a server is not tested further. Why no room answers, the list shows."""
        if self._wanted is not None and self._wanted.server is not None:
            self.stop()

    def close(self) -> None:
        self._closed = True
        self.stop()

    def _begin(self, server: Address | None) -> None:
        if self._closed:
            return
        self._wanted = _Run(server, threading.Event())
        self.model.begin("" if server is None else str(server))
        if self._run is None:
            self._start(self._wanted)
        else:
            self._run.stop.set()
        self._changed()

    def _start(self, run: _Run) -> None:
        self._run = run
        tell, cancelled = partial(self._tell_later, run), run.stop.is_set
        if run.server is None:
            settings = self._settings()
            networks = settings.preferences.networks
            job = partial(errands.check_network, settings.known, networks, cancelled, tell)
        else:
            job = partial(errands.check_server, run.server, self._profile, cancelled, tell)
        self._pump.work("checking", job, partial(self._ended, run), partial(self._ended, run))

    def _tell_later(self, run: _Run, step: str) -> None:
        """From the worker."""
        self._pump.post(partial(self._tell, run, step))

    def _tell(self, run: _Run, step: str) -> None:
        if run is self._wanted and not run.stop.is_set():
            self.model.tell(step)
            self._changed()

    def _ended(self, run: _Run, what: Outcome | LanchatError) -> None:
        wanted, self._run = self._wanted, None
        if wanted is not None and wanted is not run and not wanted.stop.is_set():
            self._start(wanted)
            return
        self._wanted = None
        if wanted is not run:
            self.model.fail("It was stopped before it began.")
        elif isinstance(what, Outcome):
            self.model.finish(what)
        else:
            self.model.fail(str(what))
        self._changed()

    def _changed(self) -> None:
        if not self._closed:
            self._on_change()
