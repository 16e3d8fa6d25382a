"""FileCard: a file in the talk: its picture, name, size, what can be done with it, and how far it is; moves nothing."""

from __future__ import annotations

import tkinter as tk
import tkinter.font as tkfont
from collections.abc import Callable
from tkinter import ttk
from typing import Final, NamedTuple

from lanchat.client.events import Progress
from lanchat.gui.kit.emoji import drawable
from lanchat.gui.kit.paint import elide
from lanchat.gui.kit.theme import Kit
from lanchat.gui.model.transfers import is_shown, thumbnail_size
from lanchat.protocol.files import File, safe_name

WIDTH: Final = 340  # px at 96 dpi: beside an open search too, in a window of the size that it opens with
BESIDE: Final = 150  # px of it that the icon and the widest button take
BAR: Final = 4  # px of the line that grows
END: Final = 12  # characters at the end of a name that are always shown: what kind of file it is


class Deeds(NamedTuple):
    """What the buttons of one card do."""

    save: Callable[[], object]
    cancel: Callable[[], object]
    show_folder: Callable[[], object]
    view: Callable[[], object]


class FileCard(tk.Frame):
    """`show` says how it stands; `show_picture` what it looks like."""

    def __init__(self, master: tk.Misc, kit: Kit, file: File, deeds: Deeds) -> None:
        super().__init__(master, cursor="arrow", bd=0, highlightthickness=0)
        self._kit, self._file, self._deeds = kit, file, deeds
        self._image: tk.PhotoImage | None = None  # lives as long as the card
        self._share: float | None = None
        self._picture: tk.Label | None = None
        if is_shown(file):
            self._add_picture()
        self._add_card()
        kit.listen(self, self._paint)

    def _add_picture(self) -> None:
        """A place of the right size, before the picture is here: nothing moves when it comes."""
        kit, (width, height) = self._kit, thumbnail_size(self._file)
        place = tk.Frame(self, width=kit.px(width), height=kit.px(height))
        place.pack_propagate(False)
        place.pack(anchor="w", pady=(0, kit.px(4)))
        self._picture = tk.Label(place, bd=0)
        self._picture.pack(fill="both", expand=True)

    def _add_card(self) -> None:
        px = self._kit.px
        card = ttk.Frame(self, style="Card.TFrame", padding=(px(10), px(7)))
        card.pack(anchor="w")
        ttk.Frame(card, style="Raised.TFrame", width=px(WIDTH), height=0).pack()
        self._icon = ttk.Label(card, style="Raised.TLabel")
        self._icon.pack(side="left", padx=(0, px(10)))
        self._buttons = ttk.Frame(card, style="Raised.TFrame")
        self._buttons.pack(side="right", padx=(px(8), 0))
        self._first = ttk.Button(self._buttons, style="Card.TButton", cursor="arrow")
        self._first.pack(side="left")
        words = ttk.Frame(card, style="Raised.TFrame")
        words.pack(side="left", fill="x", expand=True)
        name = _shortened(self._kit.fonts.list_bold, drawable(safe_name(self._file.name)), px(WIDTH - BESIDE))
        ttk.Label(words, text=name, style="Raised.Bold.TLabel").pack(anchor="w")
        self._words = ttk.Label(words, style="Raised.Meta.TLabel", wraplength=px(WIDTH - BESIDE))
        self._words.pack(anchor="w")
        self._bar = tk.Canvas(words, height=px(BAR), width=px(WIDTH - BESIDE), highlightthickness=0, bd=0)

    def show(self, words: str, saving: Progress | None, *, saved: bool) -> None:
        """words: below the name. saving: it is on its way, or failed. saved: it lies in a folder."""
        under_way = saving is not None and not saving.over
        self._words.configure(text=words)
        if under_way:
            self._offer("Cancel", self._deeds.cancel)
        elif saved:
            self._offer("Show in folder", self._deeds.show_folder)
        else:
            self._offer("Try again" if saving else "Save", self._deeds.save)
        self._share = saving.done / saving.size if saving is not None and under_way and saving.size else None
        if self._share is None:
            self._bar.pack_forget()
        else:
            self._bar.pack(anchor="w", pady=(self._kit.px(3), self._kit.px(2)))
        self._draw_bar()

    def _offer(self, words: str, deed: Callable[[], object]) -> None:
        """Not at each step of a transfer: tkinter keeps every command that it was ever given."""
        if self._first.cget("text") != words:
            self._first.configure(text=words, command=deed)

    def show_picture(self, data: bytes) -> None:
        """Its small self, as PPM or PNG."""
        if self._picture is not None and self.winfo_exists():
            self._image = tk.PhotoImage(master=self._kit.root, data=data)
            self._picture.configure(image=self._image, cursor="hand2", bg=self._kit.colors.bg)
            self._picture.bind("<ButtonRelease-1>", lambda _: self._deeds.view())

    @property
    def top_of_buttons(self) -> int:
        """px below its upper edge."""
        return self._buttons.winfo_rooty() - self.winfo_rooty()

    def everything(self) -> list[tk.Misc]:
        """Itself and all in it: what the wheel and the menu shall reach."""
        found: list[tk.Misc] = [self]
        for widget in found:
            found += widget.winfo_children()
        return found

    def _paint(self) -> None:
        colors = self._kit.colors
        self.configure(bg=colors.bg)
        self._icon.configure(image=self._kit.icon("file", 24, "text2"))
        self._bar.configure(bg=colors.line)
        if self._picture is not None:
            self._picture.configure(bg=colors.bg if self._image else colors.chip)
        self._draw_bar()

    def _draw_bar(self) -> None:
        self._bar.delete("all")
        if self._share is not None:
            width = round(self._kit.px(WIDTH - BESIDE) * min(1.0, self._share))
            self._bar.create_rectangle(0, 0, width, self._kit.px(BAR), fill=self._kit.colors.accent, width=0)


def _shortened(font: tkfont.Font, name: str, width: int) -> str:
    """name: as drawn. width: px that it may take."""
    if font.measure(name) <= width:
        return name
    return elide(font, name[:-END], width - font.measure(name[-END:])) + name[-END:]
