"""What the person prefers, while the window is open: the dialogs to choose it, light and dark, and where it is kept.

Others are told by `on_change`; what a preference means to them is their business.
"""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from msgspec import structs

from lanchat.client.preferences import ZOOMS, Preferences
from lanchat.client.profile import Profile, Settings
from lanchat.gui.kit.key_bindings import is_mac
from lanchat.gui.kit.popup import PopupMenu
from lanchat.gui.kit.theme import Kit
from lanchat.gui.kit.tokens import Mode
from lanchat.gui.model.keys import of_action, shown
from lanchat.gui.pump import Pump

if TYPE_CHECKING:  # late: 2 ms that no window waits for
    from lanchat.gui.dialogs.key_sheet import KeySheet
    from lanchat.gui.dialogs.settings import SettingsDialog

USUAL: Final = 100  # percent


class Preferring:
    """For the Tk thread. nick: what the person is called now. on_change: others hold now. on_name: the person wants to
    be called so. on_kept: they are on the disk, and so is the name."""

    def __init__(
        self,
        root: tk.Tk,
        kit: Kit,
        pump: Pump,
        profile: Profile,
        preferences: Preferences,
        *,
        nick: Callable[[], str],
        on_change: Callable[[Preferences], object],
        on_name: Callable[[str], object],
        on_kept: Callable[[Settings], object],
    ) -> None:
        self._root, self._kit, self._pump, self._profile = root, kit, pump, profile
        self._on_change, self._on_name, self._on_kept = on_change, on_name, on_kept
        self.held = preferences
        self._nick = nick
        self._menu = PopupMenu(root, kit)
        self.fill_menu(self._menu)
        self._menu.paint()

    @property
    def actions(self) -> dict[str, Callable[[], object]]:
        """By their names in model.keys."""
        return {
            "help": self.show_keys,
            "settings": self.open,
            "larger": lambda: self.zoom(1),
            "smaller": lambda: self.zoom(-1),
            "usual size": lambda: self.zoom(0),
        }

    @property
    def like_system(self) -> bool:
        """Whether light or dark is up to the desktop."""
        return self.held.theme == "system"

    def system_is(self, mode: Mode | None) -> None:
        """The desktop was asked; None: it was not."""
        if mode is not None and self.like_system:
            self._use(mode)

    def fill_menu(self, menu: tk.Menu) -> None:
        """What every menu of the window holds."""
        for label, action in (("Settings …", "settings"), ("Keys …", "help")):
            key = shown(of_action("Everywhere", action), mac=is_mac(menu))
            menu.add_command(label=label, accelerator=key, command=self.actions[action])

    def post_menu(self, widget: tk.Misc) -> None:
        """Above `widget`, which stands at the bottom of the window."""
        x, y = widget.winfo_rootx(), widget.winfo_rooty() - self._menu.winfo_reqheight() - self._kit.px(4)
        self._menu.tk_popup(x, max(0, y))

    def open(self) -> SettingsDialog:
        from lanchat.gui.dialogs.settings import SettingsDialog

        return SettingsDialog(self._root, self._kit, self._nick(), self.held, on_save=self._save)

    def show_keys(self) -> KeySheet:
        from lanchat.gui.dialogs.key_sheet import KeySheet

        return KeySheet(self._root, self._kit)

    def zoom(self, step: int) -> None:
        """One size larger (1), smaller (-1), or the usual one (0)."""
        place = ZOOMS.index(self.held.zoom) + step if step else ZOOMS.index(USUAL)
        zoom = ZOOMS[max(0, min(len(ZOOMS) - 1, place))]
        if zoom != self.held.zoom:
            self._save("", structs.replace(self.held, zoom=zoom))

    def _save(self, nick: str, preferences: Preferences) -> None:
        """nick: empty, if it is not to be another one."""
        self.held = preferences
        if preferences.theme != "system":
            self._use("dark" if preferences.theme == "dark" else "light")
        self._on_change(preferences)
        if nick and nick != self._nick():
            self._on_name(nick)
        job = partial(self._profile.update, nick=nick or None, preferences=preferences)
        self._pump.work("settings", job, self._on_kept)

    def _use(self, mode: Mode) -> None:
        if mode != self._kit.mode:
            self._kit.use(mode)
