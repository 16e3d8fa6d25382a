"""The tags by which a Text draws marked lines: styles, margins, blocks of code; it writes nothing."""

from __future__ import annotations

import tkinter as tk
from typing import Any, Final

from lanchat.client.markup import Line, Run, Style
from lanchat.gui.kit.theme import Kit

DEEPEST: Final = 5  # quotes and lists within each other that are drawn apart
QUOTE: Final = 14  # px a quote stands to the right of what is around it; its bar is drawn there
LIST: Final = 26  # px of a list: room for “10.”
CODE: Final = 12  # px from the edge of a block of code to its text
EDGE: Final = 6  # px above and below it


def line_tags(line: Line, before: Line | None, after: Line | None) -> tuple[str, ...]:
    """Of all of a line, the line break behind it included. before, after: its neighbours in the same message."""
    quotes, lists = min(line.quotes, DEEPEST), min(line.lists, DEEPEST)
    tags = [f"quoted{level}" for level in range(1, quotes + 1)]
    if line.code:
        tags.append(f"code{quotes}{lists}")
        tags += ["code_first"] if before is None or not before.code else []
        tags += ["code_last"] if after is None or not after.code else []
    elif quotes or lists:
        tags.append(f"{'item' if line.bullet else 'inside'}{quotes}{lists}")
    return tuple(tags)


def run_tags(run: Run) -> tuple[str, ...]:
    style = run.style
    if not style:
        return ()
    bold, italic = Style.BOLD in style, Style.ITALIC in style
    tags = ["bold_italic" if bold and italic else "bold" if bold else "italic"] if bold or italic else []
    tags += ["struck"] if Style.STRUCK in style else []
    if Style.CODE in style:
        tags.append("label" if Style.LABEL in style else "code")
    return tuple(tags)


def configure(text: tk.Text, kit: Kit, margin: int) -> None:
    """In the kit's colours; again after each change of them. margin: px of this screen to the right of all text."""
    set_tag, px, colors, fonts = text.tag_configure, kit.px, kit.colors, kit.fonts
    for level in range(1, DEEPEST + 1):
        set_tag(f"quoted{level}", foreground=colors.text2)
    block: dict[str, Any] = {
        "font": fonts.mono,
        "background": colors.code,
        "lmargincolor": colors.code,
        "rmargincolor": colors.bg,
        "foreground": colors.code_text,
        "wrap": "char",
        "spacing1": 0,
        "spacing2": px(2),
        "spacing3": px(2),
        "rmargin": margin,
    }
    for quotes in range(DEEPEST + 1):
        for lists in range(DEEPEST + 1):
            left = px(QUOTE) * quotes + px(LIST) * lists
            set_tag(f"inside{quotes}{lists}", lmargin1=left, lmargin2=left)
            if lists:
                set_tag(f"item{quotes}{lists}", lmargin1=left - px(LIST) + px(3), lmargin2=left, tabs=(left,))
            set_tag(f"code{quotes}{lists}", lmargin1=left + px(CODE), lmargin2=left + px(CODE), **block)
    set_tag("code_first", spacing1=px(EDGE))
    set_tag("code_last", spacing3=px(EDGE))
    set_tag("bold", font=fonts.body_bold)
    set_tag("italic", font=fonts.body_italic)
    set_tag("bold_italic", font=fonts.body_bold_italic)
    set_tag("struck", overstrike=True)
    set_tag("code", font=fonts.mono, background=colors.code, foreground=colors.code_text)
    set_tag("label", font=fonts.caption, foreground=colors.text3)
    set_tag("bullet", foreground=colors.text2)
