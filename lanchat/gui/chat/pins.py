"""What is pinned in the open room: the button above the messages, and the dialog that lists it; it pins nothing."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Sequence
from tkinter import ttk
from typing import Final

from lanchat.gui.kit.dialog import WIDTH, Dialog
from lanchat.gui.kit.line import draw_line
from lanchat.gui.kit.row_list import Box, Look, Row, RowList
from lanchat.gui.kit.theme import Kit
from lanchat.gui.model.block import Quote
from lanchat.gui.model.chat import ChatModel

ROW: Final = 48  # px
MOST_ROWS: Final = 6  # then it scrolls


class PinsButton(ttk.Button):
    """Seen only where something is pinned. on_jump: told the seq of a message. on_unpin: the same,
    where `may_unpin`."""

    def __init__(
        self,
        master: tk.Misc,
        kit: Kit,
        model: ChatModel,
        *,
        on_jump: Callable[[int], object],
        on_unpin: Callable[[int], object],
        may_unpin: Callable[[], bool],
    ) -> None:
        super().__init__(master, style="Ghost.TButton", compound="left", command=self.open)
        self._kit, self._model = kit, model
        self._on_jump, self._on_unpin, self._may_unpin = on_jump, on_unpin, may_unpin
        kit.listen(self, lambda: self.configure(image=kit.icon("pin", 16)))

    def refresh(self) -> None:
        count = len(self._model.timeline.pins())
        if not count:
            self.pack_forget()
        elif not self.winfo_manager() or self.cget("text") != f" {count} pinned":
            self.configure(text=f" {count} pinned")
            self.pack(side="right", padx=(self._kit.px(8), 0))

    def open(self) -> PinsDialog:
        return PinsDialog(
            self.winfo_toplevel(),
            self._kit,
            self._model.timeline.pins(),
            on_jump=self._on_jump,
            on_unpin=self._on_unpin if self._may_unpin() else None,
        )


class PinsDialog(Dialog):
    """on_unpin None: we may not."""

    def __init__(
        self,
        master: tk.Misc,
        kit: Kit,
        pins: Sequence[Quote],
        *,
        on_jump: Callable[[int], object],
        on_unpin: Callable[[int], object] | None,
    ) -> None:
        super().__init__(master, kit, "Pinned messages")
        self._on_jump, self._on_unpin = on_jump, on_unpin
        self.add_text("Pinned messages", "Title.TLabel")
        self.rows: RowList[Quote] = RowList(
            self.body,
            kit,
            self._draw,
            inset=0,
            on_open=self._jump,
            on_click=lambda pin, _: self._jump(pin),
            height=kit.px(ROW * max(1, min(len(pins), MOST_ROWS))),
            width=kit.px(WIDTH),
        )
        bar = ttk.Scrollbar(self.body, orient="vertical")
        self.rows.attach(bar, hide={"side": "right", "fill": "y", "before": self.rows})
        self.rows.show([Row(pin.seq, pin, ROW) for pin in pins])
        if pins:
            self.rows.select(pins[-1].seq)
        self.rows.pack(fill="both", expand=True, pady=(kit.px(12), 0))
        self.submit = self.add_button("Go to it", lambda: self._with_selected(self._jump), "Accent.TButton")
        if on_unpin is not None:
            self.unpin = self.add_button("Unpin", lambda: self._with_selected(self._take_away))
        self.add_button("Close", self.cancel)
        self.open(self.rows)

    def _draw(self, canvas: RowList[Quote], pin: Quote, box: Box, look: Look) -> None:
        kit = self._kit
        ink = kit.colors.text2 if look.selected else kit.colors.text3
        lines = (
            (pin.nick or "Somebody", kit.fonts.caption, ink, -10),
            (pin.text, kit.fonts.list, kit.colors.text, 9),
        )
        for text, font, fill, y in lines:
            at = (box.x + kit.px(8), box.middle + kit.px(y))
            draw_line(canvas, kit, at, text, font=font, fill=fill, width=box.width - kit.px(16))

    def _with_selected(self, act: Callable[[Quote], object]) -> None:
        if (chosen := self.rows.selected) is not None:
            act(chosen)

    def _jump(self, pin: Quote) -> None:
        self.close()
        self._on_jump(pin.seq)

    def _take_away(self, pin: Quote) -> None:
        self.close()
        if self._on_unpin is not None:
            self._on_unpin(pin.seq)
