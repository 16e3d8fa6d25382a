"""The dialog to go somewhere on the server: rooms, people, a new room, found while typing; it only says which.

Up and Down choose while the field keeps the keyboard, Enter goes there.
"""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from tkinter import ttk
from typing import Final

from lanchat.gui.kit import paint
from lanchat.gui.kit.dialog import WIDTH, Dialog
from lanchat.gui.kit.field import Field
from lanchat.gui.kit.line import draw_line
from lanchat.gui.kit.row_list import Box, Look, Row, RowList
from lanchat.gui.kit.theme import Kit
from lanchat.gui.model.destinations import Destination

ROW: Final = 34  # px
HEIGHT: Final = 9 * ROW  # px; then it scrolls
NOTHING: Final = "Nothing fits. A room's name has letters and digits, and at most 32 of them."
BUTTONS: Final = {"open": "Open", "enter": "Enter", "make": "Make it", "person": "Write"}


class GoDialog(Dialog):
    """find: from what is typed to where one may go. on_go: called with what was chosen, the dialog is gone then."""

    def __init__(
        self,
        master: tk.Misc,
        kit: Kit,
        *,
        find: Callable[[str], list[Destination]],
        on_go: Callable[[Destination], object],
    ) -> None:
        super().__init__(master, kit, "Rooms and people")
        self._find, self._on_go = find, on_go
        self.add_text("Rooms and people", "Title.TLabel")
        self.field = Field(self.body, kit, "Find one, or name a new room", icon="search", on_change=self._show)
        self.field.pack(fill="x", pady=(kit.px(12), kit.px(8)))
        self.rows: RowList[Destination] = RowList(
            self.body,
            kit,
            self._draw,
            inset=0,
            on_open=self._go,
            on_select=self._chosen,
            height=kit.px(HEIGHT),
            width=kit.px(WIDTH),
        )
        bar = ttk.Scrollbar(self.body, orient="vertical")
        self.rows.attach(bar, hide={"side": "right", "fill": "y", "before": self.rows})
        self.rows.pack(fill="both", expand=True)
        self.complaint = self.add_text("", gap=4)
        self.submit = self.add_button(BUTTONS["open"], self._go_selected, "Accent.TButton")
        self.add_button("Cancel", self.cancel)
        self.field.bind("<Return>", lambda _: self._go_selected())
        for key in ("<Up>", "<Down>", "<Prior>", "<Next>"):
            self.field.bind(key, self._choose)
        self._show("")
        self.open(self.field)

    def _show(self, typed: str) -> None:
        found = self._find(typed)
        self.rows.show([Row((d.kind, d.name), d, ROW) for d in found])
        self.rows.select((found[0].kind, found[0].name) if found else None)
        self.complaint.configure(text="" if found else NOTHING)
        self._chosen(found[0] if found else None)

    def _choose(self, event: tk.Event[tk.Misc]) -> str:
        self.rows.event_generate(f"<{event.keysym}>")
        return "break"

    def _chosen(self, destination: Destination | None) -> None:
        self.submit.state(["disabled" if destination is None else "!disabled"])
        if destination is not None:
            self.submit.configure(text=BUTTONS[destination.kind])

    def _go_selected(self) -> None:
        if (chosen := self.rows.selected) is not None:
            self._go(chosen)

    def _go(self, destination: Destination) -> None:
        self.close()
        self._on_go(destination)

    def _draw(self, canvas: RowList[Destination], d: Destination, box: Box, look: Look) -> None:
        kit, px, colors = self._kit, self._kit.px, self._kit.colors
        icon = {"make": "plus", "person": "person"}.get(d.kind, "person" if not d.label.startswith("#") else "hash")
        canvas.create_image(box.x + px(8), box.middle, image=kit.icon(icon, 16, "text2", 1.6), anchor="w")
        right = box.right - px(8)
        if d.unread:
            right -= paint.badge(canvas, kit, right, box.middle, f"{d.unread}" if d.unread < 100 else "99+") + px(8)
        at, label = (box.x + px(32), box.middle), d.label.removeprefix("#")
        start = at[0] + px(12)
        start += draw_line(canvas, kit, at, label, font=kit.fonts.list, fill=colors.text, width=px(190))
        at, ink = (right, box.middle), colors.text2 if look.selected else colors.text3
        draw_line(canvas, kit, at, d.note, font=kit.fonts.caption, fill=ink, anchor="e", width=right - start)
