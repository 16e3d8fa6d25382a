"""The dialog that lists who is banned or muted, and lifts what is chosen; it asks the server nothing itself."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Sequence
from tkinter import ttk
from typing import Final

from lanchat.client.deeds import ban_in_two
from lanchat.gui.kit import paint
from lanchat.gui.kit.dialog import WIDTH, Dialog
from lanchat.gui.kit.emoji import drawable
from lanchat.gui.kit.row_list import Box, Look, Row, RowList
from lanchat.gui.kit.theme import Kit
from lanchat.protocol.moderation import Sanction

ROW: Final = 48  # px
HEIGHT: Final = 5 * ROW  # px; then it scrolls
NOBODY: Final = "Nobody is banned or muted."


class BansDialog(Dialog):
    """on_lift: called with the one that is to end; the dialog is gone then."""

    def __init__(
        self, master: tk.Misc, kit: Kit, bans: Sequence[Sanction], *, on_lift: Callable[[Sanction], object]
    ) -> None:
        super().__init__(master, kit, "Bans and mutes")
        self._on_lift = on_lift
        self.add_text("Bans and mutes", "Title.TLabel")
        self.add_text("Choose one to end it before its time." if bans else NOBODY, gap=4)
        self.rows: RowList[Sanction] = RowList(
            self.body,
            kit,
            self._draw,
            inset=0,
            on_open=self._lift,
            height=kit.px(HEIGHT if bans else 1),
            width=kit.px(WIDTH),
        )
        bar = ttk.Scrollbar(self.body, orient="vertical")
        self.rows.attach(bar, hide={"side": "right", "fill": "y", "before": self.rows})
        self.rows.show([Row((ban.kind, ban.key, ban.nick), ban, ROW) for ban in bans])
        self.rows.pack(fill="both", expand=True, pady=(kit.px(12), 0))
        self.submit = self.add_button("Lift it", self._lift_selected, "Accent.TButton")
        self.submit.state(["!disabled" if bans else "disabled"])
        self.add_button("Close", self.cancel)
        self.open(self.rows)

    def _draw(self, canvas: RowList[Sanction], ban: Sanction, box: Box, look: Look) -> None:
        kit = self._kit
        who, why = map(drawable, ban_in_two(ban))
        ink = kit.colors.text if look.selected else kit.colors.text2
        for text, font, fill, y in ((who, kit.fonts.list, ink, -10), (why, kit.fonts.caption, kit.colors.text3, 10)):
            shown = paint.elide(font, text, box.width - kit.px(16))
            at = (box.x + kit.px(8), box.middle + kit.px(y))
            canvas.create_text(*at, text=shown, anchor="w", font=font, fill=fill)

    def _lift_selected(self) -> None:
        if (chosen := self.rows.selected) is not None:
            self._lift(chosen)

    def _lift(self, ban: Sanction) -> None:
        self.close()
        self._on_lift(ban)
