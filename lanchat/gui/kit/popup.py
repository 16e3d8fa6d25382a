"""PopupMenu: Tk's own menu, flat, in the colours of the theme, with a thin border; it has no entries of its own."""

from __future__ import annotations

import tkinter as tk
from typing import Final

from lanchat.gui.kit.theme import Kit

HEIGHT: Final = 28  # px of an entry
LEFT: Final = 8  # px to its words
MARK: Final = 16  # px of the mark of what is chosen
INDENT: Final = "  "  # about as wide


def menu_button(widget: tk.Misc) -> int:
    """The number of the pointer's button that asks for a menu."""
    return 2 if widget.tk.call("tk", "windowingsystem") == "aqua" else 3


class PopupMenu(tk.Menu):
    """Add entries before it is first shown. Keys and screen readers work as the system has it."""

    def __init__(self, master: tk.Misc, kit: Kit) -> None:
        super().__init__(master, tearoff=False, font=kit.fonts.list, relief="flat", activeborderwidth=0)
        self._kit = kit
        self._blanks: set[str] = set()  # names of images that are only room
        self._padded: dict[str, tk.PhotoImage] = {}  # pictures with room, by name; Tk forgets what nobody holds
        kit.listen(self, self.paint)

    def paint(self) -> None:
        """In the colours of the kit's mode; once more when entries were added."""
        colors = self._kit.colors
        self.configure(
            bd=self._kit.px(1),
            bg=colors.line,  # what the entries leave free: the border
            fg=colors.text,
            activebackground=colors.sel,
            activeforeground=colors.text,
            disabledforeground=colors.text3,
            selectcolor=colors.text,  # the mark of what is chosen
        )
        while self.index("end") is not None and self.type(0) == "separator":
            self.delete(0)  # there is nothing above it
        last = self.index("end")
        draws_itself = self.tk.call("tk", "windowingsystem") == "x11"  # elsewhere the system draws it
        for entry in range(0 if last is None else last + 1):
            self.entryconfigure(entry, background=colors.raised)
            if draws_itself and self.type(entry) != "separator":
                self._make_room(entry)

    def _make_room(self, entry: int) -> None:
        """Around an entry, by its image: Tk draws a bevel into the room that a menu gives by itself; and a grid over
        the image of an entry that cannot be chosen, which is therefore not seen."""
        if key := self.entrycget(entry, "accelerator").strip():
            self.entryconfigure(entry, accelerator=f"{key}{INDENT}")  # else it touches the border
        if self.type(entry) == "radiobutton":
            self._make_mark(entry)
        elif self.entrycget(entry, "state") == "disabled":
            label, image = f"{INDENT}{str(self.entrycget(entry, 'label')).strip()}", self._kit.blank(0.1, HEIGHT)
            self._blanks.add(str(image))
            self.entryconfigure(entry, label=label, image=image, compound="left")
        else:
            self.entryconfigure(entry, image=self._with_room(str(self.entrycget(entry, "image"))), compound="left")

    def _make_mark(self, entry: int) -> None:
        """At what is chosen, and as much room at what is not: Tk's own mark is a dot of a few pixels."""
        mark = self._with_room(str(self._kit.icon("check", MARK, "text", 2)))
        empty = self._kit.blank(mark.width() / self._kit.scale, HEIGHT)
        self.entryconfigure(entry, indicatoron=False, image=empty, selectimage=mark, compound="left")

    def _with_room(self, shown: str) -> tk.PhotoImage:
        kit = self._kit
        blank = kit.blank(LEFT, HEIGHT)
        if not shown or shown in self._blanks:
            self._blanks.add(str(blank))
            return blank
        if shown not in self._padded:
            wide, high = (int(self.tk.call("image", side, shown)) for side in ("width", "height"))
            padded = tk.PhotoImage(master=kit.root, width=blank.width() + wide, height=max(blank.height(), high))
            padded.tk.call(padded, "copy", shown, "-to", blank.width(), (padded.height() - high) // 2)
            shown = str(padded)
            self._padded[shown] = padded
        return self._padded[shown]
