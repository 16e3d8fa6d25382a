"""ClipboardOffer: a button for the link on the clipboard, shown while it holds one; it joins nothing by itself.

What is read is looked at and let go; of a link that is offered the button alone knows. Nothing is stored or logged.
"""

from __future__ import annotations

import tkinter as tk
from collections import deque
from collections.abc import Callable, Set
from tkinter import ttk
from typing import Final

from lanchat.gui.desktop.clipboard import clipboard_text
from lanchat.gui.kit.key_bindings import press
from lanchat.gui.kit.theme import Kit
from lanchat.gui.model.clipboard import Offer, offered
from lanchat.protocol.target import Address

SOON: Final = 50  # ms from a reason to look until we do: reasons come in twos and threads, and are over by then
MAX_USED: Final = 100  # links that are remembered as used: more than anybody follows in one window


class ClipboardOffer(ttk.Button):
    """Packed at the bottom of its master while there is something to join. on_join: it was pressed. wanted: whether
    anybody would see it; else the clipboard is left alone."""

    def __init__(
        self, master: tk.Misc, kit: Kit, *, on_join: Callable[[str], object], wanted: Callable[[], bool]
    ) -> None:
        super().__init__(master, style="Small.TButton", command=self._join)
        self.bind("<Return>", press)
        self._kit, self._on_join, self._wanted = kit, on_join, wanted
        self._offer: Offer | None = None
        self._used: deque[Address] = deque(maxlen=MAX_USED)
        self._here: Set[str] = frozenset()
        self._looking = ""  # the timer until we do, kept until that is done
        self._gone = False

    def go_on(self, before: ClipboardOffer) -> None:
        """Instead of another one, which was destroyed."""
        self._used, self._here = before._used, before._here
        self.look()

    def look(self) -> None:
        """Soon, once for all that ask meanwhile. Not at once: reading may wait for another process, and who calls us
        would wait, too."""
        if not self._looking:
            self._looking = self.after(SOON, self._look)

    def used(self, address: Address) -> None:
        """It is being joined, by whatever way: not offered again."""
        self._used.append(address)
        self._show(self._offer.link if self._offer else "")

    def show_here(self, ids: Set[str]) -> None:
        """The servers on this computer, of which no link is offered."""
        self._here = ids
        self._show(self._offer.link if self._offer else "")

    def destroy(self) -> None:
        self._gone = True
        if self._looking:
            self.after_cancel(self._looking)
        super().destroy()

    def _look(self) -> None:
        text = clipboard_text(self) if self._wanted() else ""
        self._looking = ""
        if not self._gone:  # while we read, other events were handled, our end maybe among them
            self._show(text)

    def _show(self, text: str) -> None:
        self._offer = offered(text, self._used, self._here)
        if self._offer is None:
            self.pack_forget()
            return
        self.configure(text=self._offer.words)
        self.pack(side="bottom", anchor="w", pady=(self._kit.px(10), 0))

    def _join(self) -> None:
        if self._offer:
            self._on_join(self._offer.link)
