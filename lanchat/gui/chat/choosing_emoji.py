"""Choosing an emoji, for the text or below a message: opens the picker, and keeps what was used lately."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Sequence

from lanchat.gui.chat.emoji_picker import Corner, EmojiPicker
from lanchat.gui.kit.emoji import EmojiPictures
from lanchat.gui.kit.theme import Kit
from lanchat.gui.model.emoji_choice import remember


class ChoosingEmoji:
    """window: over which it opens. on_recents: called with those used lately, the latest first, when they change."""

    def __init__(
        self,
        window: tk.Misc,
        kit: Kit,
        pictures: EmojiPictures,
        recents: Sequence[str],
        on_recents: Callable[[Sequence[str]], object],
    ) -> None:
        self._window, self._kit, self._pictures = window, kit, pictures
        self.recents, self._on_recents = tuple(recents), on_recents
        self.picker: EmojiPicker | None = None

    def above(self, button: tk.Misc, on_pick: Callable[[str], object], back: tk.Misc) -> None:
        """Opens over a button, or closes what is open: it is pressed for both."""
        if self.picker is not None:
            self.picker.close()
            return
        x, y = button.winfo_rootx() + button.winfo_width(), button.winfo_rooty() - self._kit.px(8)
        self.open(Corner(x, y, lower_right=True), on_pick, back)

    def open(self, at: Corner, on_pick: Callable[[str], object], back: tk.Misc) -> None:
        """at: where it opens. back: gets the keyboard when it is gone."""
        if self.picker is not None:
            self.picker.close()

        def picked(emoji: str) -> None:
            recents = remember(self.recents, emoji)
            if recents != self.recents:
                self.recents = recents
                self._on_recents(recents)
            on_pick(emoji)

        def closed(had_keyboard: bool) -> None:
            self.picker = None
            if had_keyboard:
                back.focus_set()

        self.picker = EmojiPicker(
            self._window, self._kit, self._pictures, self.recents, at, on_pick=picked, on_close=closed
        )
