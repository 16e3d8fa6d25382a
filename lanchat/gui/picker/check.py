"""The network check in the picker: its panel in the place of the list, and a look unasked where no room answers."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple

from lanchat.gui.kit.theme import Kit
from lanchat.gui.model.check import CheckModel
from lanchat.gui.picker.check_panel import CheckActions, CheckPanel

if TYPE_CHECKING:
    from lanchat.gui.picker.screen import Actions

CALM: Final = 3_000  # ms without a room after which we look: one that goes may be back in a moment


class Kept(NamedTuple):
    """Of a panel that is made anew: what was typed, and how far it was scrolled."""

    typed: str
    scrolled: float


class PickerCheck:
    """alone: whether no room answers. on_close: the list is back, and gets the keyboard. Say `watch` after each
    change."""

    def __init__(
        self,
        picker: tk.Misc,
        kit: Kit,
        model: CheckModel,
        actions: Actions,
        *,
        alone: Callable[[], bool],
        on_close: Callable[[], object],
    ) -> None:
        self._picker, self._kit, self.model, self._actions = picker, kit, model, actions
        self._alone, self._on_close = alone, on_close
        self._list: tk.Pack | None = None
        self._pending = ""  # the pending call of look_unasked
        self.panel: CheckPanel | None = None

    # Unasked

    def watch(self) -> None:
        if not self._alone():
            self.model.forget()
        elif not self._pending and not self.model.looked:
            self._pending = self._picker.after(CALM, self.look_unasked)

    def look_unasked(self) -> None:
        """No room answers for a while."""
        self.cancel()
        if self._alone() and self.model.due(seen=bool(self._picker.winfo_viewable())):
            self._actions.check()

    def cancel(self) -> None:
        if self._pending:
            self._picker.after_cancel(self._pending)
        self._pending = ""

    # By the user's wish

    def look(self) -> None:
        """What is known already is shown."""
        known = self.model.show_network()
        self._open()
        if not known:
            self._actions.check()

    def test(self, server: str) -> None:
        """host:port, for all to see."""
        self._open()
        self._actions.test(server)

    def close(self) -> None:
        if self.panel is not None and self._list is not None:
            self.panel.destroy()
            self.panel = None
            self._list.pack(side="left", fill="both", expand=True)
            self._actions.leave_check()
            self._on_close()

    # When the picker's widgets are made anew

    def kept(self) -> Kept | None:
        """None: there was no panel."""
        panel, self.panel = self.panel, None
        return Kept(panel.host.value, panel.body.position) if panel is not None else None

    def stand_for(self, rooms: tk.Pack, kept: Kept | None = None) -> None:
        """rooms: what gives way to the panel."""
        self._list = rooms
        if kept is not None:
            panel = self._open()
            panel.host.value = kept.typed
            panel.body.go_to(kept.scrolled)

    def _open(self) -> CheckPanel:
        if self.panel is None:
            assert self._list is not None
            self._list.pack_forget()
            actions = CheckActions(self._actions.check, self._actions.test, self._actions.stop_check, self.close)
            self.panel = CheckPanel(self._picker, self._kit, self.model, actions)
            self.panel.pack(side="left", fill="both", expand=True)
            self.panel.take_focus()
        return self.panel
