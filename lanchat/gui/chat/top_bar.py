"""The bar above the messages: which room is open, what it is about, how we stand with the server; decides nothing."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from tkinter import ttk

from lanchat.gui.chat.finding import search_button
from lanchat.gui.chat.pins import PinsButton
from lanchat.gui.chat.side_bar import BAR
from lanchat.gui.kit.line import LineLabel
from lanchat.gui.kit.theme import Kit
from lanchat.gui.model.chat import ChatModel


class TopBar(ttk.Frame):
    """`refresh` follows the model."""

    def __init__(
        self,
        master: tk.Misc,
        kit: Kit,
        model: ChatModel,
        *,
        on_search: Callable[[], object],
        on_jump: Callable[[int], object],
        on_unpin: Callable[[int], object],
        may_unpin: Callable[[], bool],
    ) -> None:
        """on_jump, on_unpin, may_unpin: see PinsButton."""
        super().__init__(master, height=kit.px(BAR))
        self.pack_propagate(False)
        self._kit, self._model = kit, model
        self._shown: object = None
        px = kit.px
        self._status = ttk.Label(self, style="Meta.TLabel", compound="left")
        search_button(self, kit, on_search).pack(side="right", padx=(0, px(14)))
        self._status.pack(side="right", padx=px(10))
        self.pins = PinsButton(self, kit, model, on_jump=on_jump, on_unpin=on_unpin, may_unpin=may_unpin)
        self._sign = ttk.Label(self)
        self._sign.pack(side="left", padx=(px(20), px(6)))
        self._room = LineLabel(self, kit, font="title", ink="text")
        self._room.pack(side="left")
        self._topic = LineLabel(self, kit, font="meta", ink="text3")
        self._topic.pack(side="left", padx=px(12))
        self._about = ""
        self.bind("<Configure>", lambda _: self._fit())
        kit.listen(self, self._paint)

    def refresh(self, now: float) -> None:
        """now: s since 1970."""
        model = self._model
        self.pins.refresh()
        about = model.partner_in_words(now) or model.topic
        shown = (model.label(model.current), about, model.current.direct, model.status)
        if shown != self._shown:
            self._shown = shown
            self._room.say(shown[0])
            self._about = about
            self._fit()
            self._paint()

    def _fit(self) -> None:
        """As much of the topic as there is room for."""
        taken = sum(w.winfo_reqwidth() for w in self.pack_slaves() if w is not self._topic) + self._kit.px(120)
        room = max(self.winfo_width() - taken, self._kit.px(60))
        self._topic.say(self._about, room)

    def _paint(self) -> None:
        status, direct = self._model.status, self._model.current.direct
        self._sign.configure(image=self._kit.icon("person" if direct else "hash", 18, "text3", 1.8))
        self._status.configure(text=f"  {status.text}", image=self._kit.disc(8, status.color, under="bg"))
