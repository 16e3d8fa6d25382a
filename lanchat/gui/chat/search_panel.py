"""The search panel: a field, one line on how it goes, and the results as cards; what a result means, others decide."""

from __future__ import annotations

import time
import tkinter as tk
from collections.abc import Callable
from tkinter import ttk
from typing import Final

from lanchat.gui.kit import paint
from lanchat.gui.kit.emoji import drawable
from lanchat.gui.kit.field import Field
from lanchat.gui.kit.focus import go_by_key
from lanchat.gui.kit.line import draw_line, line_width
from lanchat.gui.kit.row_list import Box, Look, Row, RowList
from lanchat.gui.kit.theme import Kit
from lanchat.gui.model import wording
from lanchat.gui.model.people import hue_of, initials
from lanchat.gui.model.search import SearchModel, plain
from lanchat.protocol.query import Hit

WIDTH: Final = 316  # px
NARROW: Final = 252  # px, where the window has little room
ROOMY: Final = 1_036  # px of a window that has some: beside side bar and panel, a picture of full width fits
ROOMY_ALONE: Final = ROOMY - 244  # the same without the side bar
CARD: Final = 104  # px, the gap below included
LINES: Final = 2  # of a message in its card
AVATAR: Final = 24
PAD: Final = 12
MORE: Final = "Show older results"
NOTHING: Final = (
    "Words stand for what begins with them. “In quotes” is as it stands, -word leaves out.\n\n"
    "from:Ana   in:builds   has:link   has:file\nafter:2026-11-01   before:2026-11-24"
)


class SearchPanel(ttk.Frame):
    """on_search(text): Return, with something new in the field. on_step(by): Return again, or Shift+Return. on_hit:
    a result was chosen. on_more, on_back, on_close: the buttons. place: of a result, see model.search.place."""

    def __init__(
        self,
        master: tk.Misc,
        kit: Kit,
        model: SearchModel,
        *,
        on_search: Callable[[str], object],
        on_step: Callable[[int], object],
        on_hit: Callable[[Hit], object],
        on_more: Callable[[], object],
        on_back: Callable[[], object],
        on_close: Callable[[], object],
        place: Callable[[Hit], str],
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(master, style="Side.TFrame", width=kit.px(WIDTH))
        self.pack_propagate(False)
        self._kit, self._model, self._where, self._clock = kit, model, place, clock
        self._on_search, self._on_step, self._on_hit, self._on_more = on_search, on_step, on_hit, on_more
        self._build(on_back, on_close)
        self.field.value = model.typed
        self.refresh()

    def fit(self) -> bool:
        """As wide as the window allows. False: what can stand elsewhere has no room beside it."""
        width = self.winfo_toplevel().winfo_width()
        self.configure(width=self._kit.px(WIDTH if width >= self._kit.px(ROOMY_ALONE) else NARROW))
        return width >= self._kit.px(ROOMY)

    def take_focus(self) -> None:
        """The keyboard goes into the field."""
        self.field.focus_set()
        self.field.selection_range(0, "end")

    def refresh(self, *, away: bool = False) -> None:
        """As the model is now. away: we jumped, and can go back."""
        model = self._model
        self._show_status()
        if away:
            self._back.pack(side="right")
        else:
            self._back.pack_forget()
        rows: list[Row[int]] = [Row((hit.room, hit.seq), place, CARD) for place, hit in enumerate(model.hits)]
        if model.more:
            rows.append(Row("more", len(model.hits), 44))
        self.rows.show(rows)
        if model.selected is not None:
            self.rows.select(rows[model.selected].key)
        if model.hits or model.searching:
            self._help.pack_forget()
        else:
            self._help.pack(side="top", anchor="w", padx=self._kit.px(16), pady=self._kit.px(12), before=self.rows)

    def _show_status(self) -> None:
        wrong = self._model.problem and not self._model.waiting
        style = "Side.Error.TLabel" if wrong else "Side.Meta.TLabel"
        self._status.configure(text=drawable(self._model.status), style=style)

    def _typed(self, text: str) -> None:
        self._model.typed = text
        self._model.waiting = bool(text.strip()) and text != self._model.searched
        self._show_status()

    # Building

    def _build(self, on_back: Callable[[], object], on_close: Callable[[], object]) -> None:
        kit, px = self._kit, self._kit.px
        head = ttk.Frame(self, style="Side.TFrame")
        head.pack(fill="x", padx=(px(14), px(10)), pady=(px(14), px(6)))
        close = ttk.Button(head, style="Side.TButton", command=on_close)
        close.pack(side="right", padx=(px(4), 0))
        kit.listen(close, lambda: close.configure(image=kit.icon("x", 16)))
        self.field = Field(head, kit, "Search messages", icon="search", on_change=self._typed)
        self.field.pack(side="left", fill="x", expand=True)
        below = ttk.Frame(self, style="Side.TFrame")
        below.pack(fill="x", padx=(px(16), px(12)), pady=(0, px(4)))
        self._status = ttk.Label(below, style="Side.Meta.TLabel", wraplength=px(NARROW - 80))
        self._status.pack(side="left")
        self._back = ttk.Button(below, text="Back", style="Side.TButton", command=on_back)
        self._help = ttk.Label(self, text=NOTHING, style="Side.Meta.TLabel", wraplength=px(NARROW - 32), justify="left")
        self.rows: RowList[int] = RowList(
            self, kit, self._draw, ground="side", on_open=self._open, on_click=lambda place, _: self._open(place)
        )
        bar = ttk.Scrollbar(self, orient="vertical", style="Side.Vertical.TScrollbar")
        self.rows.attach(bar, hide={"side": "right", "fill": "y", "pady": px(8), "before": self.rows})
        self.rows.pack(fill="both", expand=True)
        self.field.bind("<Return>", lambda _: self.submit(1))
        self.field.bind("<KP_Enter>", lambda _: self.submit(1))
        self.field.bind("<Shift-Return>", lambda _: self.submit(-1))
        self.field.bind("<Down>", lambda _: go_by_key(self.rows))
        for widget in (self.field, self.rows, close, self._back):
            widget.bind("<Escape>", lambda _: on_close())

    def submit(self, by: int = 1) -> str:
        """Return: what is new in the field is searched; else to the next result, or the one before (-1)."""
        text = self.field.value
        if text != self._model.searched or self._model.query is None:
            self._model.searched = text
            self._on_search(text)
        else:
            self._on_step(by)
        return "break"

    def _open(self, place: int) -> None:
        if place < len(self._model.hits):
            self._model.selected = place
            self._on_hit(self._model.hits[place])
        else:
            self._on_more()

    # Drawing

    def _draw(self, canvas: RowList[int], place: int, box: Box, look: Look) -> None:
        kit, px = self._kit, self._kit.px
        if place >= len(self._model.hits):
            middle = box.x + box.width // 2
            canvas.create_text(middle, box.middle, text=MORE, font=kit.fonts.list_bold, fill=kit.colors.link)
            return
        hit = self._model.hits[place]
        if not look.selected:
            edges = (box.x, box.y + px(1), box.right, box.y + box.height - px(5))
            paint.pill(canvas, kit, edges, 8, "line")
            rim = px(1)
            inner = (edges[0] + rim, edges[1] + rim, edges[2] - rim, edges[3] - rim)
            paint.pill(canvas, kit, inner, 7, "hover" if look.hovered else "bg")
        self._draw_head(canvas, hit, box)
        self._draw_text(canvas, hit, box)

    def _draw_head(self, canvas: RowList[int], hit: Hit, box: Box) -> None:
        kit, px = self._kit, self._kit.px
        nick = wording.name(hit.nick)
        left, y, right = box.x + px(PAD), box.y + px(10), box.right - px(PAD)
        color = kit.colors.avatars[hue_of(hit.key, hit.nick)]
        paint.avatar(canvas, kit, (left, y), initials(nick), color, size=AVATAR)
        middle = y + px(AVATAR / 2)
        when = self._model.when(hit, self._clock())
        canvas.create_text(right, middle, text=when, anchor="e", font=kit.fonts.caption, fill=kit.colors.text2)
        room = max(0, right - left - px(AVATAR + 16) - kit.fonts.caption.measure(when))
        at = (left + px(AVATAR + 8), middle)
        draw_line(canvas, kit, at, nick, font=kit.fonts.list_bold, fill=kit.colors.text, width=room)

    def _draw_text(self, canvas: RowList[int], hit: Hit, box: Box) -> None:
        """What was looked for stands out in bold, and in another colour; below it, where that was."""
        kit, px, colors = self._kit, self._kit.px, self._kit.colors
        left, width = box.x + px(PAD), box.width - 2 * px(PAD)
        x, y, line = 0, box.y + px(40), 1
        height = kit.fonts.list.metrics("linespace")
        for word, found in _words(self._model.pieces(hit)):
            font = kit.fonts.list_bold if found else kit.fonts.list
            ink = colors.text if found else colors.text2
            seen, wide = line_width(kit, font, word.rstrip()), line_width(kit, font, word)
            if x and x + seen > width:
                if line == LINES:
                    canvas.create_text(left + x, y, text="…", anchor="nw", font=font, fill=ink)
                    break
                x, y, line = 0, y + height, line + 1
            draw_line(canvas, kit, (left + x, y), word.rstrip(), font=font, fill=ink, anchor="nw", width=width)
            if found:
                end = left + x + min(seen, width)
                canvas.create_line(left + x, y + height - px(1), end, y + height - px(1), fill=colors.link)
            x += wide
        where = self._where(hit)
        beside = hit.before or hit.after
        context = f"{wording.name(beside.nick)}: {plain(beside.text)}" if beside else ""
        below = " · ".join(part for part in (where, context) if part)
        at = (left, box.y + box.height - px(12))
        draw_line(canvas, kit, at, below, font=kit.fonts.caption, fill=colors.text3, anchor="sw", width=width)


def _words(pieces: list[tuple[str, bool]]) -> list[tuple[str, bool]]:
    """Cut behind each space, where a line may end."""
    cut = []
    for text, found in pieces:
        *words, last = text.split(" ")
        cut += [(f"{word} ", found) for word in words] + ([(last, found)] if last else [])
    return cut
