"""Text with emoji as pictures among it: a line cut to a width, on a Canvas or as a label; a paragraph that is wrapped.

Tk would break sequences apart. What the text says, and where it stands, others know.
"""

from __future__ import annotations

import tkinter as tk
import tkinter.font as tkfont
from collections.abc import Sequence
from typing import Any, Final, Literal

from lanchat.gui.kit.emoji import drawable
from lanchat.gui.kit.paint import elide
from lanchat.gui.kit.theme import Kit
from lanchat.gui.model.spans import Kind, with_emoji

GAP: Final = 1  # px on each side of a picture
Piece = str | tk.PhotoImage
Anchor = Literal["nw", "w", "sw", "ne", "e", "se"]
_LEFT: Final[dict[Anchor, Literal["nw", "w", "sw"]]] = {
    "nw": "nw", "w": "w", "sw": "sw", "ne": "nw", "e": "w", "se": "sw"
}  # fmt: skip


def draw_line(
    canvas: tk.Canvas,
    kit: Kit,
    at: tuple[int, int],
    text: str,
    *,
    font: tkfont.Font,
    fill: str,
    anchor: Anchor = "w",
    width: int | None = None,
) -> int:
    """Cut with an ellipsis where it is wider than `width` pixels; returns how wide it is. anchor: of the whole."""
    pieces = _pieces(kit, font, text)
    if width is not None:
        pieces = _cut(font, pieces, width)
    total = sum(_width(font, piece) for piece in pieces)
    x, y = at
    if "e" in anchor:
        x -= total
    for piece in pieces:
        if isinstance(piece, str):
            canvas.create_text(x, y, text=piece, anchor=_LEFT[anchor], font=font, fill=fill)
        else:
            canvas.create_image(x + GAP, y, image=piece, anchor=_LEFT[anchor])
        x += _width(font, piece)
    return total


def line_width(kit: Kit, font: tkfont.Font, text: str) -> int:
    """Pixels that all of it takes."""
    return sum(_width(font, piece) for piece in _pieces(kit, font, text))


class LineLabel(tk.Canvas):
    """As a ttk.Label of one line. font: a role of the type; ink, ground: of the palette. It asks for the width of its
    text, or, if it `fills`, for none; what it does not get it cuts."""

    def __init__(
        self, master: tk.Misc, kit: Kit, *, font: str, ink: str, ground: str = "bg", fills: bool = False, **options: Any
    ) -> None:
        self._kit, self._font, self._ink, self._ground, self._fills = kit, getattr(kit.fonts, font), ink, ground, fills
        height = self._font.metrics("linespace") + 2 * kit.px(1)
        super().__init__(master, highlightthickness=0, bd=0, width=1, height=height, **options)
        self.text = ""
        self.bind("<Configure>", lambda _: self._paint())
        kit.listen(self, self._paint)

    def say(self, text: str, most: int | None = None) -> None:
        """most: px that it asks for, at the most."""
        self.text = text
        if not self._fills:
            wanted = line_width(self._kit, self._font, text)
            self.configure(width=wanted if most is None else min(wanted, most))
        self._paint()

    def _paint(self) -> None:
        self.delete("all")
        self.configure(bg=self._kit.color(self._ground))
        width = self.winfo_width()
        if width > 1:
            place = (0, int(self["height"]) // 2)
            ink = self._kit.color(self._ink)
            draw_line(self, self._kit, place, self.text, font=self._font, fill=ink, width=width)


class Paragraph(tk.Canvas):
    """As a ttk.Label that is wrapped. width: px; None: those that it gets. font, ink, ground: see LineLabel."""

    def __init__(
        self, master: tk.Misc, kit: Kit, *, font: str, ink: str, ground: str = "bg", width: int | None = None
    ) -> None:
        super().__init__(master, highlightthickness=0, bd=0, width=width or 1, height=1)
        self._kit, self._font, self._width_given = kit, getattr(kit.fonts, font), width
        self.ink, self.ground, self.text = ink, ground, ""
        self._drawn: tuple[str, int] | None = None  # what was laid out last, and for which width
        self._lines: list[str] = []
        self.bind("<Configure>", lambda _: self.paint())
        kit.listen(self, self.paint)

    def say(self, text: str) -> None:
        self.text = text
        self.paint()

    def paint(self) -> None:
        """Again, when `ink` or `ground` are others."""
        self.delete("all")
        self.configure(bg=self._kit.color(self.ground))
        width = self._width_given or self.winfo_width()
        if width <= 1:
            return
        step = self._font.metrics("linespace")
        if self._drawn != (self.text, width):
            self._drawn = (self.text, width)
            self._lines = wrapped(self._kit, self._font, self.text, width)
            self.configure(height=max(1, len(self._lines) * step))
        for number, line in enumerate(self._lines):
            place = (0, number * step + step // 2)
            draw_line(self, self._kit, place, line, font=self._font, fill=self._kit.color(self.ink), width=width)


def wrapped(kit: Kit, font: tkfont.Font, text: str, width: int) -> list[str]:
    """Lines that fit into `width` px; broken at spaces, and within words that are wider."""
    lines = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            if line and line_width(kit, font, f"{line} {word}") <= width:
                line = f"{line} {word}"
                continue
            if line:
                lines.append(line)
            line = word
            while len(start := _fitting(kit, font, line, width)) < len(line):
                lines.append(start)
                line = line[len(start) :]
        lines.append(line)
    return lines


def _fitting(kit: Kit, font: tkfont.Font, word: str, width: int) -> str:
    """As much of its beginning as fits; at least one sign."""
    if line_width(kit, font, word) <= width:
        return word
    signs = [sign for kind, part in with_emoji(word) for sign in ([part] if kind is Kind.EMOJI else part)]
    fits = signs[0]
    for sign in signs[1:]:
        if line_width(kit, font, fits + sign) > width:
            break
        fits += sign
    return fits


def _pieces(kit: Kit, font: tkfont.Font, text: str) -> list[Piece]:
    if text.isascii():
        return [text]
    height = font.metrics("linespace") / kit.scale
    return [
        (kit.emoji.picture(part, height) if kind is Kind.EMOJI else None) or drawable(part)
        for kind, part in with_emoji(text)
    ]


def _width(font: tkfont.Font, piece: Piece) -> int:
    return font.measure(piece) if isinstance(piece, str) else piece.width() + 2 * GAP


def _cut(font: tkfont.Font, pieces: Sequence[Piece], width: int) -> list[Piece]:
    """As many as fit, the last one with an ellipsis if there are more."""
    widths = [_width(font, piece) for piece in pieces]
    if sum(widths) <= width:
        return list(pieces)
    shown: list[Piece] = []
    for piece, wide in zip(pieces, widths, strict=True):
        if wide + font.measure("…") > width:
            return [*shown, elide(font, f"{piece}…", width) if isinstance(piece, str) else "…"]
        shown.append(piece)
        width -= wide
    return shown
