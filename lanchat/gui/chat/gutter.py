"""The gutter beside the messages: an avatar at the first message of each group, a bar at those that call us by name;
it follows what the Text shows."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Sequence
from typing import Final

from lanchat.gui.chat.block_writer import CALLED, GROUP_GAP, Drawn
from lanchat.gui.chat.quote_bars import BAR, runs_in_view
from lanchat.gui.kit.paint import avatar
from lanchat.gui.kit.theme import Kit
from lanchat.gui.model.block import Kind

WIDTH: Final = 72  # px
AVATAR: Final = 38  # px


class Gutter(tk.Canvas):
    """text: what it stands beside."""

    def __init__(self, master: tk.Misc, kit: Kit, text: tk.Text) -> None:
        super().__init__(master, width=kit.px(WIDTH), highlightthickness=0, bd=0)
        self._kit, self._text = kit, text
        kit.listen(self, lambda: self.configure(bg=kit.colors.bg))

    def draw(self, visible: Sequence[Drawn]) -> None:
        """For the blocks in view."""
        kit, px = self._kit, self._kit.px
        self.delete("all")
        for top, bottom in runs_in_view(self._text, CALLED):
            self.create_rectangle(0, top, px(WIDTH), bottom, fill=kit.colors.called, width=0)
            self.create_rectangle(0, top, px(BAR), bottom, fill=kit.colors.called_bar, width=0)
        for drawn in visible:
            block = drawn.block
            if block.kind is Kind.NOTICE or not (block.head or block.kind is Kind.TOP):
                continue
            y = self._height(drawn)
            if y is None:
                continue
            at = (px(20), y + px(GROUP_GAP))
            colour = "chip" if block.kind is Kind.TOP else kit.colors.avatars[block.hue]
            avatar(self, kit, at, block.initials, colour, size=AVATAR, under="called" if block.called else "bg")
            if block.kind is Kind.TOP:
                middle = px(AVATAR / 2)
                self.create_image(at[0] + middle, at[1] + middle, image=kit.icon(block.sign, 18, "text3", 1.8))

    def _height(self, drawn: Drawn) -> int | None:
        """Of the name, in the view."""
        block = drawn.block
        head = f"{drawn.tag}.first" + f" +{bool(block.day) + bool(block.missed)} lines"
        if place := self._text.dlineinfo(head):
            return place[1]
        if body := self._text.dlineinfo(f"{head} +1 lines"):  # the name has scrolled out, the avatar not yet
            return body[1] - self._kit.px(GROUP_GAP) - self._kit.fonts.body_bold.metrics("linespace")
        return None
