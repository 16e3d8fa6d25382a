"""Finding: ties the search panel, what it shows, and the jumps to its results to one chat screen."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from tkinter import ttk
from typing import Protocol

from lanchat.client.events import Found
from lanchat.errors import LocalProtocolError
from lanchat.gui.chat.jumping import Jumping, Loader
from lanchat.gui.chat.message_list import MessageList
from lanchat.gui.chat.search_panel import SearchPanel
from lanchat.gui.kit.theme import Kit
from lanchat.gui.model.chat import ChatModel
from lanchat.gui.model.search import SearchModel, place
from lanchat.protocol.query import Hit, Query, Spot, parse


class Searcher(Loader, Protocol):
    """What it needs of lanchat.client.Client."""

    def search(self, query: Query | str, below: Spot | None = ...) -> str: ...


class Finding:
    """The panel stands at the right of `talk`, in the same master, while it is open; in a narrow window it takes
    the room of `side`, the side bar."""

    def __init__(
        self,
        talk: ttk.Frame,
        kit: Kit,
        model: ChatModel,
        client: Searcher,
        messages: MessageList,
        found: SearchModel,
        side: ttk.Frame,
        *,
        on_close: Callable[[], object],
        open_room: Callable[[str], bool],
        clock: Callable[[], float],
    ) -> None:
        """found: what the panel shows. on_close: the keyboard is wanted elsewhere again. open_room: see Jumping."""
        self._talk, self._side, self._client, self._on_close = talk, side, client, on_close
        self._model = found
        self.jumping = Jumping(model, client, messages, open_room)
        self.panel = SearchPanel(
            talk.master,
            kit,
            self._model,
            on_search=self._search,
            on_step=self._step,
            on_hit=self._show,
            on_more=self._more,
            on_back=self.back,
            on_close=self.close,
            place=lambda hit: place(hit.room, model),
            clock=clock,
        )
        self._line = ttk.Frame(talk.master, style="Line.TFrame", width=kit.px(1))
        talk.master.bind("<Configure>", lambda _: self._fit(), add="+")

    @property
    def is_open(self) -> bool:
        return bool(self.panel.winfo_manager())

    def open(self) -> None:
        """Shows the panel, and the keyboard goes there."""
        self.show()
        self.panel.take_focus()

    def show(self) -> None:
        if not self.is_open:
            self.panel.pack(side="right", fill="y", before=self._talk)
            self._line.pack(side="right", fill="y", before=self._talk)
        self._fit()
        self._refresh()

    def _fit(self) -> None:
        """The window has another width, or the panel came or went."""
        if not self.is_open or self.panel.fit():
            if not self._side.winfo_manager():
                self._side.pack(side="left", fill="y", before=self._side.master.pack_slaves()[0])
        else:
            self._side.pack_forget()

    def close(self) -> bool:
        """False: it was not open."""
        if not self.is_open:
            return False
        self.panel.pack_forget()
        self._line.pack_forget()
        self._fit()
        self.jumping.forget()
        self._refresh()
        self._on_close()
        return True

    def handle(self, event: Found) -> None:
        """What the client found."""
        if self._model.apply(event):
            self._refresh()

    def look(self) -> None:
        """More messages are here than before."""
        self._say(self.jumping.look())

    def back(self) -> None:
        self.jumping.back()
        self._refresh()

    def _search(self, text: str) -> None:
        try:
            query = parse(text)
        except LocalProtocolError as error:
            self._model.refuse(str(error))
        else:
            self._model.ask(self._client.search(query), query)
        self._refresh()

    def _more(self) -> None:
        if self._model.query is not None and not self._model.searching:
            self._model.ask_more(self._client.search(self._model.query, self._model.below))
            self._refresh()

    def _step(self, by: int) -> None:
        hit = self._model.step(by)
        if hit is not None:
            self._show(hit)

    def _show(self, hit: Hit) -> None:
        self._say(self.jumping.to(hit.room, hit.seq))
        self._refresh()

    def _say(self, sentence: str) -> None:
        if sentence:
            self._model.problem = sentence
            self._refresh()

    def _refresh(self) -> None:
        self.panel.refresh(away=self.jumping.away)


def search_button(master: tk.Misc, kit: Kit, command: Callable[[], object]) -> ttk.Button:
    """The sign that opens the panel."""
    button = ttk.Button(master, style="Ghost.TButton", command=command)
    kit.listen(button, lambda: button.configure(image=kit.icon("search")))
    return button
