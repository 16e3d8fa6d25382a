"""QuoteBars: the bars beside quotes in a Text, drawn where their lines stand just now; the Text has no such thing."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Iterator
from typing import Final

from lanchat.gui.chat.markup_tags import DEEPEST, QUOTE
from lanchat.gui.kit.theme import Kit

BAR: Final = 3  # px


class QuoteBars:
    """`draw` after each move of the view and each change of what it shows."""

    def __init__(self, text: tk.Text, kit: Kit) -> None:
        self._text, self._kit = text, kit
        self._bars: list[tk.Frame] = []  # as many as were ever in view at once
        kit.listen(text, self._paint)

    def draw(self) -> None:
        kit = self._kit
        wanted = [(level, *edges) for level in range(1, DEEPEST + 1) for edges in self._runs(level)]
        while len(self._bars) < len(wanted):
            self._bars.append(tk.Frame(self._text, bg=kit.colors.thumb, cursor="arrow"))
        for bar, (level, top, bottom) in zip(self._bars, wanted, strict=False):
            left = kit.px(QUOTE) * (level - 1) + kit.px(1)
            bar.place(x=left, y=top, width=kit.px(BAR), height=max(1, bottom - top), bordermode="inside")
        for bar in self._bars[len(wanted) :]:
            bar.place_forget()

    def _runs(self, level: int) -> Iterator[tuple[int, int]]:
        """What is placed is counted from within the Text's padding."""
        pad = int(str(self._text["pady"]))
        return ((top - pad, bottom - pad) for top, bottom in runs_in_view(self._text, f"quoted{level}"))

    def _paint(self) -> None:
        for bar in self._bars:
            bar.configure(bg=self._kit.colors.thumb)


def runs_in_view(text: tk.Text, tag: str) -> Iterator[tuple[int, int]]:
    """Upper and lower edges of the runs of lines that bear the tag, in pixels of the Text."""
    start, end = text.index("@0,0"), text.index(f"@0,{text.winfo_height()} lineend")
    begun = tag in text.tag_names(start)  # above the view
    found = text.tag_prevrange(tag, f"{start} +1c") if begun else text.tag_nextrange(tag, start, end)
    while found:
        first, last = text.dlineinfo(found[0]), text.dlineinfo(f"{found[1]} -1c")
        yield first[1] if first else 0, last[1] + last[3] if last else text.winfo_height()
        found = text.tag_nextrange(tag, found[1], end)
