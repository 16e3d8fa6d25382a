"""The search for rooms around us, as the window sees it: starts the finder off Tk's thread, and hands on what it finds;
it shows nothing. For Tk's thread."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from lanchat.client.profile import Settings
from lanchat.discovery.found import Found
from lanchat.gui.pump import Pump

if TYPE_CHECKING:
    from lanchat.discovery import Finder
    from lanchat.discovery.sweep import Progress


class Nearby:
    """on_change: something else was found, the sweep went on, or the search has begun."""

    def __init__(self, pump: Pump, on_change: Callable[[], object]) -> None:
        self._pump, self._on_change = pump, on_change
        self._finder: Finder | None = None
        self._settings = Settings()  # as they are now
        self._networks: tuple[str, ...] = ()  # that the finder asks
        self._visible = True
        self._closed = False

    @property
    def listening(self) -> bool:
        return self._finder is not None

    @property
    def rooms(self) -> tuple[Found, ...]:
        return self._finder.rooms() if self._finder is not None else ()

    @property
    def progress(self) -> Progress | None:
        """Of the sweep; None: there is none."""
        return self._finder.progress if self._finder is not None else None

    def start(self, settings: Settings) -> None:
        """Soon: bringing in the finder takes a while, and the window does not wait for it."""
        self._settings, self._networks = settings, settings.preferences.networks
        self._pump.work("finding", partial(self._make, settings.known, self._networks), self._started)

    def use(self, settings: Settings) -> None:
        """Other networks may be asked from now on; where a finder is on its way, once it has come."""
        self._settings = settings
        if self._finder is not None and settings.preferences.networks != self._networks:
            self._pump.work("closing", self._finder.close)
            self._finder = None
            self.start(settings)

    def refresh(self) -> None:
        if self._finder is not None:
            self._finder.refresh()

    def sweep(self) -> None:
        """Ask every address of this network."""
        if self._finder is not None:
            self._finder.sweep()
            self._on_change()

    def set_visible(self, visible: bool) -> None:
        """Whether anybody sees the list."""
        self._visible = visible
        if self._finder is not None:
            self._finder.set_visible(visible)

    def close(self) -> None:
        self._closed = True
        if self._finder is not None:
            self._pump.work("closing", self._finder.close)

    def _make(self, known: tuple[str, ...], networks: tuple[str, ...]) -> Finder:
        from lanchat.discovery import Finder

        finder = Finder(known=known, subnets=networks, on_change=partial(self._pump.post, self._changed))
        finder.start()
        return finder

    def _started(self, finder: Finder) -> None:
        if self._closed:
            self._pump.work("closing", finder.close)
            return
        self._finder = finder
        self.set_visible(self._visible)
        self.use(self._settings)
        self._on_change()

    def _changed(self) -> None:
        if not self._closed:
            self._on_change()
