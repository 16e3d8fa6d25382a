"""What stands in the place of an empty list of rooms: why it may be empty, and what to do; it asks nothing."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Sequence
from tkinter import ttk
from typing import Final

from lanchat.gui.kit.emoji import drawable
from lanchat.gui.kit.theme import Kit
from lanchat.gui.model.picker import Section
from lanchat.protocol.limits import DEFAULT_TCP_PORT, DISCOVERY_UDP_PORT

ADDRESS: Final = f"Know the address? Type it below, for example 192.168.1.23:{DEFAULT_TCP_PORT}."
CAUSES: Final = (
    "Both computers must be on the same network; guest Wi-Fi often keeps devices apart.",
    f"A firewall may block UDP 5353, {DISCOVERY_UDP_PORT} and {DEFAULT_TCP_PORT} (discovery), or TCP "
    f"{DEFAULT_TCP_PORT} (chat).",
    ADDRESS,
)
WIDEST: Final = 560  # px at 96 dpi of a line that is easy to read


class EmptyList(ttk.Frame):
    """Placed over the middle of `master` while there is nothing to list. on_details: what the network check found is
    to be seen."""

    def __init__(
        self, master: tk.Misc, kit: Kit, on_host: Callable[[], object], on_details: Callable[[], object]
    ) -> None:
        super().__init__(master)
        self._kit = kit
        self._icon = tk.Label(self, bd=0)
        self._icon.pack(pady=(0, kit.px(14)))
        kit.listen(
            self._icon, lambda: self._icon.configure(image=kit.icon("radio", 56, "thumb", 1.1), bg=kit.colors.bg)
        )
        self._title = ttk.Label(self, style="Title.TLabel")
        self._title.pack()
        self._text = ttk.Label(self, style="Sub.TLabel", justify="center")
        self._text.pack(pady=(kit.px(4), 0))
        self._help = ttk.Frame(self)
        self._said: Sequence[str] = ()
        self._causes: list[ttk.Label] = []
        self._list = ttk.Frame(self._help)
        self._list.pack()
        self._width = 0  # px that there are
        self._explain(CAUSES)
        buttons = ttk.Frame(self._help)
        buttons.pack(pady=(kit.px(20), 0))
        self.host = ttk.Button(buttons, text="Host a room here", style="Accent.TButton", command=on_host)
        self.host.pack(side="left")
        self.details = ttk.Button(buttons, text="Details …", command=on_details)  # packed only while there are any
        self._help_gap, self._margin = kit.px(16), kit.px(64)
        master.bind("<Configure>", lambda event: self._wrap(event.width), add="+")

    def show(self, section: Section, query: str, *, empty: bool, reasons: Sequence[str] = ()) -> None:
        """reasons: what the network check found; without them there is what it may be."""
        if not empty:
            self.place_forget()
            return
        if query:
            self._say(drawable(f"No room matches “{query}”"), "Escape clears the search.")
        elif section is Section.RECENT:
            self._say("No rooms yet", "Rooms that you join are remembered here.")
        elif section is Section.FAVOURITES:
            self._say("No favourites yet", "Right-click a room that you joined before, or press the menu key on it.")
        else:
            self._say(
                "No rooms found yet", "We keep listening. Rooms show up here within a few seconds of being opened."
            )
        self._explain((*reasons, ADDRESS) if reasons else CAUSES)
        if reasons:
            self.details.pack(side="left", padx=(self._kit.px(8), 0))
        else:
            self.details.pack_forget()
        if not query and section is Section.NEARBY:
            self._help.pack(pady=(self._help_gap, 0))
        else:
            self._help.pack_forget()
        self.place(relx=0.5, rely=0.46, anchor="center")
        self.lift()

    @property
    def words(self) -> str:
        """All that is said now."""
        causes = self._causes if self._help.winfo_manager() else []
        return "\n".join(str(label["text"]) for label in (self._title, self._text, *causes))

    def _say(self, title: str, text: str) -> None:
        self._title.configure(text=title)
        self._text.configure(text=text)

    def _explain(self, sentences: Sequence[str]) -> None:
        if sentences == self._said:
            return
        self._said = sentences
        self._causes.clear()
        for line in self._list.winfo_children():
            line.destroy()
        for sentence in sentences:
            self._add_cause(self._kit, drawable(sentence))
        self._wrap(self._width)

    def _add_cause(self, kit: Kit, cause: str) -> None:
        line = ttk.Frame(self._list)
        line.pack(anchor="w", pady=kit.px(3))
        dot = tk.Label(line, bd=0)
        dot.pack(side="left", anchor="n", padx=(0, kit.px(10)), pady=kit.px(6))
        kit.listen(dot, lambda: dot.configure(image=kit.disc(5, kit.colors.thumb, under="bg"), bg=kit.colors.bg))
        words = ttk.Label(line, text=cause, style="Sub.TLabel", justify="left")
        words.pack(side="left")
        self._causes.append(words)

    def _wrap(self, width: int) -> None:
        """No line is longer than the place there is."""
        self._width = width
        for label in (self._text, *self._causes) if width else ():
            label.configure(wraplength=max(1, min(width - self._margin, self._kit.px(WIDEST))))
