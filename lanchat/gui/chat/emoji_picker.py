"""EmojiPicker: a card over the window with a search and rows of emoji, for one choice; it inserts and sends nothing.

It is a part of the window rather than a window of its own, so that no window manager comes between it and the
keyboard. All of it works from the search field: arrows, Enter, Escape.
"""

from __future__ import annotations

import time
import tkinter as tk
from collections.abc import Callable, Sequence
from tkinter import ttk
from typing import Final, NamedTuple

from lanchat.gui.kit.emoji import EmojiPictures, drawable
from lanchat.gui.kit.field import Field
from lanchat.gui.kit.paint import pill
from lanchat.gui.kit.theme import Kit
from lanchat.gui.kit.wheel import bind_wheel
from lanchat.gui.model.emoji_choice import COLUMNS, Choice, said

CELL: Final = 36  # px
PICTURE: Final = 22  # px
TITLE: Final = 26  # px of a row with words
HEIGHT: Final = 7.5 * CELL  # of what is seen at once: half a row says that there is more
BUDGET: Final = 0.008  # s of drawing new pictures at a time
GAP: Final = 8  # px to the edges of the window


class Corner(NamedTuple):
    """px of the screen; the upper left one, or the lower right one."""

    x: int
    y: int
    lower_right: bool = False


class EmojiPicker(tk.Frame):
    """Opens at once. at: where on the screen which of its corners is to be, as far as the window has room. on_pick:
    called with the emoji once it is gone. on_close: it is gone, whatever the reason; whether it had the keyboard."""

    def __init__(
        self,
        window: tk.Misc,
        kit: Kit,
        pictures: EmojiPictures,
        recents: Sequence[str],
        at: Corner,
        *,
        on_pick: Callable[[str], object],
        on_close: Callable[[bool], object],
    ) -> None:
        super().__init__(window, highlightthickness=kit.px(1))
        self._window = window
        self._kit, self._pictures, self._on_pick, self._on_close = kit, pictures, on_pick, on_close
        self._choice = Choice(recents)
        self._tops = [0]
        self._offset = 0  # px that are scrolled out above
        self._waiting = self._looking = ""  # the pending calls that draw pictures, and that look for the keyboard
        self._build()
        self._look_for("")
        kit.listen(self, self._paint)
        self._place(at)
        self.field.focus_set()

    def close(self) -> None:
        if self.winfo_exists():
            had_keyboard = self._has_keyboard()
            self.destroy()
            self._on_close(had_keyboard)

    def destroy(self) -> None:
        for call in (self._waiting, self._looking):
            if call:
                self.after_cancel(call)
        super().destroy()

    @property
    def chosen(self) -> str:
        return self._choice.chosen

    # Building

    def _build(self) -> None:
        kit, px = self._kit, self._kit.px
        self._inside = ttk.Frame(self, padding=px(10), style="Raised.TFrame")
        self._inside.pack(fill="both", expand=True)
        self.field = Field(self._inside, kit, "Search emoji", icon="search", on_change=self._look_for)
        self.field.pack(fill="x", pady=(0, px(8)))
        middle = ttk.Frame(self._inside, style="Raised.TFrame")
        middle.pack(fill="both", expand=True)
        width, height = px(CELL) * COLUMNS, px(HEIGHT)
        self.grid_ = tk.Canvas(middle, width=width, height=height, highlightthickness=0, bd=0, takefocus=False)
        self.grid_.pack(side="left")
        self._bar = ttk.Scrollbar(middle, orient="vertical", style="Raised.Vertical.TScrollbar", command=self._on_bar)
        self._bar.pack(side="right", fill="y", padx=(px(4), 0))
        self._said = ttk.Label(self._inside, style="Raised.Meta.TLabel", width=1)
        self._said.pack(fill="x", pady=(px(8), 0))
        self._bind_events()

    def _bind_events(self) -> None:
        moves: dict[str, Callable[[], object]] = {
            "<Left>": lambda: self._choice.step(-1),
            "<Right>": lambda: self._choice.step(1),
            "<Up>": lambda: self._choice.move(-1),
            "<Down>": lambda: self._choice.move(1),
            "<Prior>": lambda: self._choice.move(-6),
            "<Next>": lambda: self._choice.move(6),
            "<Tab>": lambda: self._choice.step(1),
            "<Shift-Tab>": lambda: self._choice.step(-1),
        }
        for key, move in moves.items():
            self.field.bind(key, lambda _, move=move: self._moved(move))  # type: ignore[misc]
        for key in ("<Return>", "<KP_Enter>"):
            self.field.bind(key, lambda _: self._pick())
        self.field.bind("<Escape>", lambda _: self._cancel())
        self.field.bind("<FocusOut>", lambda _: self._keyboard_leaves(), add="+")
        self.grid_.bind("<Motion>", lambda event: self._point(event.x, event.y))
        self.grid_.bind("<Button-1>", lambda event: self._pick() if self._point(event.x, event.y) else None)
        bind_wheel(self.grid_, lambda pixels: self._scroll_to(self._offset + pixels), self._kit.scale)

    def _place(self, at: Corner) -> None:
        """Within the window."""
        window, gap = self._window, self._kit.px(GAP)
        self.update_idletasks()
        width, height = self.winfo_reqwidth(), self.winfo_reqheight()
        left, top = (at.x - width, at.y - height) if at.lower_right else (at.x, at.y)
        x = min(left - window.winfo_rootx(), window.winfo_width() - width - gap)
        y = min(top - window.winfo_rooty(), window.winfo_height() - height - gap)
        self.place(x=max(gap, x), y=max(gap, y))
        self.lift()

    # The user

    def _look_for(self, wanted: str) -> None:
        self._choice.look_for(wanted)
        self._tops = [0]
        for row in self._choice.rows:
            self._tops.append(self._tops[-1] + self._kit.px(CELL if row.emoji else TITLE))
        self._scroll_to(0)

    def _moved(self, move: Callable[[], object]) -> str:
        move()
        top, bottom = self._tops[self._choice.row : self._choice.row + 2] if self._choice.rows else (0, 0)
        if self._choice.row == 1:
            top = 0  # the first title comes along
        shown = self.grid_.winfo_height()
        self._scroll_to(min(top, max(self._offset, bottom - shown)))
        return "break"

    def _point(self, x: int, y: int) -> bool:
        """The emoji at that place is chosen, if one is there."""
        below = (number for number, top in enumerate(self._tops[1:]) if y + self._offset < top)
        there = self._choice.choose(next(below, -1), x // self._kit.px(CELL))
        if there:
            self._draw()
        return there

    def _pick(self) -> str:
        emoji = self._choice.chosen
        if emoji:
            self.close()
            self._on_pick(emoji)
        return "break"

    def _cancel(self) -> str:
        self.close()
        return "break"

    def _keyboard_leaves(self) -> None:
        self._looking = self._looking or self.after_idle(self._look_at_focus)

    def _look_at_focus(self) -> None:
        """Who goes elsewhere in the window wants no emoji; another window may be a look at something."""
        self._looking = ""
        if self.tk.call("focus") and not self._has_keyboard():
            self.close()

    def _has_keyboard(self) -> bool:
        return f"{self.tk.call('focus')}.".startswith(f"{self}.")

    def _scroll_to(self, offset: int) -> None:
        self._offset = max(0, min(offset, self._tops[-1] - self._kit.px(HEIGHT)))
        self._draw()

    def _on_bar(self, action: str, amount: str, unit: str = "") -> None:
        if action == "moveto":
            self._scroll_to(round(float(amount) * self._tops[-1]))
        else:
            self._scroll_to(self._offset + int(amount) * self._kit.px(HEIGHT if unit == "pages" else CELL))

    # Drawing

    def _paint(self) -> None:
        colors = self._kit.colors
        self.configure(bg=colors.raised, highlightbackground=colors.edge, highlightcolor=colors.edge)
        self.grid_.configure(bg=colors.raised)
        self._draw()

    def _draw(self) -> None:
        """What is in view: with the pictures that there are, the others a little later."""
        canvas, kit = self.grid_, self._kit
        canvas.delete("all")
        height, missing = kit.px(HEIGHT), []
        for number, row in enumerate(self._choice.rows):
            top, bottom = (edge - self._offset for edge in self._tops[number : number + 2])
            if bottom <= 0 or top >= height:
                continue
            if not row.emoji:
                middle = (top + bottom) // 2
                fonts = kit.fonts
                canvas.create_text(
                    kit.px(4), middle, anchor="w", text=row.title, fill=kit.colors.text3, font=fonts.meta
                )
            for column, emoji in enumerate(row.emoji):
                if not self._draw_cell(emoji, number, column, top):
                    missing.append(emoji)
        if not self._choice.rows:
            canvas.create_text(kit.px(4), kit.px(18), anchor="w", text="Nothing is called that.", fill=kit.colors.text2)
        total = max(1, self._tops[-1])
        self._bar.set(self._offset / total, min(1.0, (self._offset + height) / total))
        self._said.configure(text=drawable(said(self.chosen)) if self.chosen else "")
        if missing and not self._waiting:
            self._waiting = self.after(1, self._fetch, missing)

    def _draw_cell(self, emoji: str, row: int, column: int, top: int) -> bool:
        """False: its picture is not drawn yet."""
        canvas, cell = self.grid_, self._kit.px(CELL)
        left, middle = column * cell, top + cell // 2
        if (row, column) == (self._choice.row, self._choice.column):
            gap = self._kit.px(1)
            box = (left + gap, top + gap, left + cell - gap, top + cell - gap)
            pill(canvas, self._kit, box, 7, "sel", "focus")
        if not self._pictures.tried(emoji, PICTURE):
            return False
        picture = self._pictures.picture(emoji, PICTURE)
        if picture:
            canvas.create_image(left + cell // 2, middle, image=picture)
        else:  # no colour font has it
            ink, fonts = self._kit.colors.text, self._kit.fonts
            sign = drawable(emoji)
            font = fonts.title if sign == emoji else fonts.caption
            canvas.create_text(left + cell // 2, middle, text=sign[:5], fill=ink, font=font)
        return True

    def _fetch(self, missing: list[str]) -> None:
        self._waiting = ""
        end = time.monotonic() + BUDGET
        for emoji in missing:
            self._pictures.picture(emoji, PICTURE, asked=True)
            if time.monotonic() > end:
                break
        self._draw()
