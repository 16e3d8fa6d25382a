"""The list of messages: one Text that holds a window of the timeline, avatars in a Canvas beside it, the “new” pill.

`refresh` compares what stands in the Text with what the model says and writes the difference, at the end, at the
top or in between; the view stays where the reader is, or at the end if it was there. It sends and loads nothing.
"""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from datetime import date
from tkinter import ttk
from typing import Final

from lanchat.gui.chat.block_writer import BlockWriter, Buttons, Drawn
from lanchat.gui.chat.file_card import FileCard
from lanchat.gui.chat.gutter import Gutter
from lanchat.gui.chat.pacing import Pacing
from lanchat.gui.chat.quote_bars import QuoteBars
from lanchat.gui.desktop.browser import open_link
from lanchat.gui.kit.focus import frame_by_key
from lanchat.gui.kit.popup import menu_button
from lanchat.gui.kit.text_view import restore, rose, upper_edge
from lanchat.gui.kit.theme import Kit
from lanchat.gui.kit.wheel import bind_wheel
from lanchat.gui.model.chat import ChatModel
from lanchat.gui.model.timeline import TOP, Block, Key, Kind
from lanchat.protocol.frames import Message

WINDOW: Final = 1_000  # blocks that stand in the Text at most: more are slow to wrap anew
KEPT: Final = 200  # blocks that stay when it is cut to the newest: two screens of the highest window, quick to write
STEP: Final = 100  # blocks the window moves by
FLOOD: Final = 150  # blocks written at once, twice in a row, make a flood; a reader who scrolls moves by fewer
REST: Final = 100  # ms without writing in a flood: what comes meanwhile pushes most of itself out again, unwritten
NEAR: Final = 15  # blocks to its edge at which it moves, before anybody sees the edge
MOST_TRIES: Final = 5  # to get to the end while what stands there is laid out
MARKED: Final = 2_000  # ms that a message is marked to which somebody jumped


class MessageList(tk.Frame):
    """on_older: the reader is near the first message known. on_retry, on_delete, on_react: see Buttons.
    on_menu(message, x, y): what can be done with it is asked for, at that place of the screen. card: see Buttons."""

    def __init__(
        self,
        master: tk.Misc,
        kit: Kit,
        model: ChatModel,
        *,
        on_older: Callable[[], object],
        on_retry: Callable[[str], object],
        on_delete: Callable[[str], object],
        on_menu: Callable[[Message, int, int], object],
        on_react: Callable[[int, str], object],
        on_link: Callable[[str], object] = open_link,
        card: Callable[[tk.Misc, Block], tk.Widget] | None = None,
        today: Callable[[], date] = date.today,
    ) -> None:
        super().__init__(master, highlightthickness=kit.px(2))
        self._kit, self._model, self._today = kit, model, today
        self._on_older, self._on_link, self._on_menu = on_older, on_link, on_menu
        self._drawn: list[Drawn] = []
        self._places: dict[str, int] = {}  # of each tag in it
        self._first: Key = TOP  # the window begins here …
        self._last: Key | None = None  # … and ends here, or with the newest
        self._following = True  # the view stands at the end
        self._stood = ("1.0", 0)  # the upper edge of the view at the last look
        self._tries = 0  # to get to an end that grows, since it was last seen
        self._pacing = Pacing(self)
        self._much = False  # the last look at the model brought more than FLOOD
        self.emoji = kit.emoji
        self._build()
        self._writer = BlockWriter(self.text, kit, self.emoji, Buttons(on_retry, on_delete, on_react, card))
        self._bars = QuoteBars(self.text, kit)
        kit.listen(self, self._paint)

    @property
    def following(self) -> bool:
        """Is the newest message in view?"""
        return self._following

    @property
    def drawn(self) -> list[Drawn]:
        """What stands in the Text."""
        return self._drawn

    def drawn_at(self, x: int, y: int) -> Drawn | None:
        """The block at a place of the Text."""
        places = (self._places.get(name) for name in self.text.tag_names(f"@{x},{y}"))
        return next((self._drawn[place] for place in places if place is not None), None)

    @property
    def shown(self) -> list[Block]:
        return [drawn.block for drawn in self._drawn]

    def refresh(self) -> None:
        """Bring the Text up to date, once for all calls until Tk is idle; in a flood, once for all during a rest."""
        self._pacing.soon(self._sync)

    def start_over(self) -> None:
        """Another room's messages are shown from now on."""
        self.text.configure(state="normal")
        self._write([])
        self._first, self._last, self._following = TOP, None, True
        self._sync(follow=True)

    def to_end(self) -> None:
        """Jump to the newest message."""
        self._last = None
        self._following = True
        self._sync(follow=True)

    def show(self, seq: int) -> None:
        """Scroll so that the entry `seq`, or what follows it, stands at the top, as far as there is enough below."""
        line = self._model.timeline
        place = line.place((seq, 0))
        if place < line.place(self._first):
            self._first = line.key_at(place - STEP) if place > STEP else TOP
        if len(line) - line.place(self._first) > WINDOW:  # the end is cut off, not what is wanted
            self._last = line.key_at(min(place + KEPT, len(line) - 1))
        self._sync()
        drawn = next((drawn for drawn in self._drawn if drawn.block.key >= (seq, 0)), None)
        if drawn is not None:
            self._following = False
            self.text.yview(f"{drawn.tag}.first")
            self._pacing.soon(self._settle)

    def jump(self, seq: int) -> None:
        """Scroll to the entry `seq`, with some of what stands above it; it is marked for a moment."""
        self.show(seq)
        self.text.yview_scroll(-self.text.winfo_height() // 3, "pixels")
        drawn = next((drawn for drawn in self._drawn if drawn.block.key == (seq, 0)), None)
        self._unmark()
        if drawn is not None:
            rules = bool(drawn.block.day) + bool(drawn.block.missed)
            self.text.tag_add("found", f"{drawn.tag}.first +{rules} lines", f"{drawn.tag}.last")
            self._pacing.later(MARKED, self._unmark)

    def _unmark(self) -> None:
        self.text.tag_remove("found", "1.0", "end")

    @property
    def top(self) -> int:
        """The first seq in view; 0 while the end is in view."""
        visible = [] if self._following else self._visible()
        return next((drawn.block.key[0] for drawn in visible if drawn.block.kind is Kind.MESSAGE), 0)

    def dress(self, card: FileCard, seq: int) -> None:
        """A card in the Text: the wheel and the menu go on working over it."""
        for widget in card.everything():
            bind_wheel(widget, lambda pixels: self.text.yview_scroll(pixels, "pixels"), self._kit.scale)
            widget.bind(f"<Button-{menu_button(widget)}>", lambda event: self._open_menu((seq, 0), event), add="+")

    def scroll_pages(self, pages: int) -> None:
        self.text.yview_scroll(pages, "pages")

    def destroy(self) -> None:
        self._pacing.close()
        super().destroy()

    # Building

    def _build(self) -> None:
        kit, px = self._kit, self._kit.px
        self._bar = ttk.Scrollbar(self, orient="vertical")
        self._bar.pack(side="right", fill="y", padx=(0, px(3)))
        self.text = tk.Text(
            self,
            wrap="word",
            state="disabled",
            cursor="arrow",
            takefocus=True,
            # The last, empty line has this font: all others have one by their tags
            font=(kit.fonts.body.cget("family"), -1),
            bd=0,
            padx=0,
            pady=px(8),
            highlightthickness=0,
            insertwidth=0,
            width=10,
            height=4,
        )
        self._gutter = Gutter(self, kit, self.text)
        self._gutter.pack(side="left", fill="y")
        self.text.pack(side="left", fill="both", expand=True)
        self.text.configure(yscrollcommand=self._scrolled)
        self._bar.configure(command=self.text.yview)
        self._pill = ttk.Button(self, style="Pill.TButton", compound="right", command=self.to_end)
        bind_wheel(self._gutter, lambda pixels: self.text.yview_scroll(pixels, "pixels"), kit.scale)
        self._bind_events()

    def _bind_events(self) -> None:
        text = self.text
        text.bind("<Configure>", lambda _: self._resized())
        text.bind("<Button-1>", lambda _: text.focus_set())  # for copying
        text.bind(f"<Button-{menu_button(text)}>", self._ask_menu)
        frame_by_key(text, self._show_ring)
        text.bind("<<Copy>>", lambda _: self._copy())
        text.tag_bind("link", "<Enter>", lambda _: text.configure(cursor="hand2"))
        text.tag_bind("link", "<Leave>", lambda _: text.configure(cursor="arrow"))
        text.tag_bind("link", "<ButtonRelease-1>", self._follow_link)
        text.tag_bind("quote", "<Enter>", lambda _: text.configure(cursor="hand2"))
        text.tag_bind("quote", "<Leave>", lambda _: text.configure(cursor="arrow"))
        text.tag_bind("quote", "<ButtonRelease-1>", self._follow_quote)

    def _paint(self) -> None:
        colors = self._kit.colors
        self.configure(bg=colors.bg, highlightbackground=colors.bg, highlightcolor=colors.bg)
        self.text.configure(
            bg=colors.bg,
            fg=colors.text,
            selectbackground=colors.select,
            selectforeground=colors.text,
            inactiveselectbackground=colors.select,
        )
        self._pill.configure(image=self._kit.icon("down", 14, "on_accent", 2.2))
        self._pacing.soon(self._settle)

    # The difference between what stands and what should

    def _sync(self, follow: bool = False) -> None:
        """Writes it. follow: to the end, wherever the view stands."""
        follow = follow or self._at_end() or self._clings()
        blocks = self._model.blocks(*self._extent(follow), self._today())
        self.text.configure(state="normal")
        anchor = None if follow else self._anchor({block.key: block for block in blocks})
        before, self._much = self._much, self._write(blocks) > FLOOD
        if before and self._much:
            self._pacing.rest(REST, self._sync)
        self.text.configure(state="disabled")
        if follow:
            self._tries = 0
            self._hold_end()
        elif anchor:
            restore(self.text, *anchor)
        self._following = follow
        self._pacing.soon(self._settle)

    def _extent(self, follow: bool) -> tuple[int, int]:
        """From which place of the timeline to which; the window is cut at the side away from the reader."""
        line = self._model.timeline
        start = line.place(self._first)
        end = len(line) if self._last is None else min(len(line), line.place(self._last) + 1)
        if end - start > WINDOW:
            if follow:
                start = end - KEPT
            else:
                end = start + WINDOW
                self._last = line.key_at(end - 1)
        self._first = line.key_at(start) if start else TOP
        return start, end

    def _write(self, blocks: list[Block]) -> int:
        """Both lists are in order of their keys: one walk along them. Returns how many were not there as they are."""
        old, result, index, stayed = self._drawn, [], 0, 0
        for block in blocks:
            gone = index
            while index < len(old) and old[index].block.key < block.key:
                index += 1
            same = index < len(old) and old[index].block.key == block.key
            stays = same and (old[index].block is block or old[index].block == block)
            if same and not stays:
                index += 1
            if gone < index:
                self._writer.erase(old[gone:index])
            if stays:
                result.append(old[index])
                index += 1
                stayed += 1
            else:
                result.append(self._writer.write(block, old[index] if index < len(old) else None))
        if index < len(old):
            self._writer.erase(old[index:])
        self._writer.finish()
        self._drawn = result
        self._places = {drawn.tag: place for place, drawn in enumerate(result)}
        return len(result) - stayed

    def _anchor(self, coming: dict[Key, Block]) -> tuple[str, int] | None:
        """A block in view that stays as it is, and its height in the view."""
        for drawn in self._visible():
            if coming.get(drawn.block.key) == drawn.block:
                place = self.text.dlineinfo(f"{drawn.tag}.first")
                if place:
                    return f"{drawn.tag}.first", place[1]
        place = self.text.dlineinfo("@0,0")
        self.text.mark_set("anchor", "@0,0")
        return ("anchor", place[1]) if place else None

    # Where the view stands

    def _at_end(self) -> bool:
        """Is the last line seen? (What yview says is a guess while Tk has not measured all lines.)"""
        seen = self.text.dlineinfo("end-1c") is not None or self.text.winfo_height() <= 1
        return self._last is None and seen

    def _scrolled(self, first: float, last: float) -> None:
        self._bar.set(first, last)
        self._pacing.soon(self._settle)

    def _settle(self) -> None:
        """The view moved, or what it shows changed."""
        self._tries = 0 if self._at_end() else self._tries + 1
        self._following = not self._tries or self._clings()
        if self._following and 0 < self._tries <= MOST_TRIES:
            self._hold_end()
            self._pacing.soon(self._settle)
        self._stood = upper_edge(self.text)
        self._update_pill()
        visible = self._visible()
        self._gutter.draw(visible)
        self._bars.draw()
        self.text.event_generate("<<Settled>>")
        if visible:
            self._look_at_edges(visible)

    def _clings(self) -> bool:
        """The view stood at the end, and nobody scrolled up: what is below grew, as cards do when they are laid out."""
        return self._following and self._last is None and not rose(self.text, self._stood)

    def _hold_end(self) -> None:
        self.text.yview_moveto(1.0)
        self._stood = upper_edge(self.text)

    def _resized(self) -> None:
        self._writer.widen()
        if self._following:
            self._tries = 0
            self._hold_end()
        self._pacing.soon(self._settle)

    def _look_at_edges(self, visible: list[Drawn]) -> None:
        """Move the window, or ask for older entries, before the reader gets to its edge."""
        line = self._model.timeline
        start, total = line.place(self._first), len(self._drawn)
        if self._places[visible[0].tag] < NEAR:
            if start:
                self._first = line.key_at(max(0, start - STEP)) if start > STEP else TOP
                self.refresh()
            else:
                self._on_older()
        elif self._last is not None and total - self._places[visible[-1].tag] < NEAR:
            end = line.place(self._last) + 1 + STEP
            self._last = line.key_at(end - 1) if end < len(line) else None
            self._first = line.key_at(max(start, min(end, len(line)) - WINDOW))
            self.refresh()

    def _visible(self) -> list[Drawn]:
        """The blocks in view, from the top."""
        names = self.text.tag_names("@0,0")
        start = next((self._places[name] for name in names if name in self._places), None)
        if start is None:
            return []
        last = self.text.index(f"@0,{self.text.winfo_height()}")
        end = start + 1
        while end < len(self._drawn) and self.text.compare(f"{self._drawn[end].tag}.first", "<=", last):
            end += 1
        return self._drawn[start:end]

    def _update_pill(self) -> None:
        if self._following:
            self._model.current.reach_end()
        if count := self._model.current.below:
            self._pill.configure(text=f"{count:,} new ")
            self._pill.place(in_=self.text, relx=0.5, rely=1.0, y=-self._kit.px(10), anchor="s")
        else:
            self._pill.place_forget()

    # The user

    def _show_ring(self, shown: bool) -> None:
        ring = self._kit.colors.focus if shown else self._kit.colors.bg
        self.configure(highlightbackground=ring, highlightcolor=ring)

    def _copy(self) -> str:
        """What is selected: messages that are so from end to end as they were typed, pieces as they are read."""
        selected = self.text.tag_ranges("sel")
        if selected:
            place, end = map(str, selected[:2])
            parts = []
            for drawn in self._drawn:
                said = self.text.tag_nextrange("said", f"{drawn.tag}.first", f"{drawn.tag}.last")
                if said and self.text.compare(place, "<=", said[0]) and self.text.compare(said[1], "<=", end):
                    parts += [self._writer.read(place, said[0]), drawn.block.text]
                    place = said[1]
            parts.append(self._writer.read(place, end))
            self.clipboard_clear()
            self.clipboard_append("".join(parts))
        return "break"

    def _ask_menu(self, event: tk.Event[tk.Misc]) -> None:
        if (drawn := self.drawn_at(event.x, event.y)) is not None:
            self._open_menu(drawn.block.key, event)

    def _open_menu(self, key: Key, event: tk.Event[tk.Misc]) -> None:
        if (message := self._model.timeline.message(key)) is not None:
            self._on_menu(message, event.x_root, event.y_root)

    def _follow_quote(self, event: tk.Event[tk.Misc]) -> None:
        """To what is answered, if it is here."""
        drawn = self.drawn_at(event.x, event.y)
        quote = None if drawn is None else drawn.block.quote
        if quote is not None and quote.nick:
            self.show(quote.seq)

    def _follow_link(self, event: tk.Event[tk.Misc]) -> None:
        if (link := self._writer.link_at(f"@{event.x},{event.y}")) and not self.text.tag_ranges("sel"):
            self._on_link(link)
