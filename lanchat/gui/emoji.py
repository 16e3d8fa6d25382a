"""Emoji as pictures from the colour font of the system, and the guard that keeps Tk from dying of them.

Tk on X11 knows no joined emoji, mixes black and white with colour, and with a libXft below 2.3.5 a colour glyph ends
the process. So emoji in messages are images, made by Pillow; and where Tk itself would draw them (names, fields),
`drawable` turns them into words if that libXft is not known to be safe.
"""

from __future__ import annotations

import ctypes
import io
import re
import sys
import time
import tkinter as tk
import unicodedata
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Final

from lanchat.client.shortcodes import named
from lanchat.gui.emoji_sources import EmojiSources
from lanchat.gui.model.spans import EMOJI

if TYPE_CHECKING:
    from lanchat.gui.theme import Kit  # which holds the pictures

SAFE_LIBXFT: Final = 20305  # 2.3.5 scales colour glyphs; before, X answers BadLength and Xlib ends the process
MAX_PICTURES: Final = 3_000  # kept in memory, 2 KB each: all single emoji; more combinations are drawn as text
MAX_AT_ONCE: Final = 150  # pictures drawn without a pause, 2 ms each; a flood of ever new ones is drawn as text
REFILL: Final = 25.0  # a second, afterwards: a twentieth of the time
_ASTRAL: Final = re.compile("[\U00010000-\U0010ffff]")


def drawable(text: str) -> str:
    """`text` as a Tk widget may draw it by itself."""
    if text.isascii() or tk_is_safe():
        return text
    return _ASTRAL.sub(_name, EMOJI.sub(_name, text))


def typable(text: str) -> str:
    """As `drawable`, where people write: by the short names that become emoji when they are sent."""
    if text.isascii() or tk_is_safe():
        return text
    return drawable(EMOJI.sub(lambda found: named(found[0]) or _name(found), text))


@cache
def tk_is_safe() -> bool:
    """May Tk be given a colour glyph? On X11 the version of libXft decides; an unknown one is not trusted."""
    if sys.platform in ("win32", "darwin"):
        return True
    try:
        return int(ctypes.CDLL("libXft.so.2").XftGetVersion()) >= SAFE_LIBXFT
    except (OSError, AttributeError):
        return False


def _name(found: re.Match[str]) -> str:
    """“:thumbs up sign:”; what joins and colours has no name of its own here."""
    return f":{unicodedata.name(found[0][0], 'symbol').lower()}:"


class EmojiPictures:
    """Images of one Kit's scale. For the Tk thread."""

    def __init__(self, kit: Kit, clock: Callable[[], float] = time.monotonic) -> None:
        self._kit, self._clock = kit, clock
        self._allowance = float(MAX_AT_ONCE)
        self._counted_at = clock()
        self._pictures: dict[tuple[str, int], tk.PhotoImage | None] = {}
        self._texts: dict[str, str] = {}
        self._sources = EmojiSources()

    def tried(self, emoji: str, size: float) -> bool:
        """Whether asking for it costs nothing."""
        return (emoji, self._kit.px(size)) in self._pictures

    def picture(self, emoji: str, size: float, *, asked: bool = False) -> tk.PhotoImage | None:
        """None where neither the system nor our set has this one, or too many others were asked for just now. asked:
        the user wants to see it, so that it does not count among what others flood us with."""
        height = self._kit.px(size)
        key = (emoji, height)
        if key not in self._pictures:
            if not asked and (len(self._pictures) >= MAX_PICTURES or not self._may_draw()):
                return None
            data = self._draw(emoji, height)
            image = tk.PhotoImage(master=self._kit.root, data=data, format="png") if data else None
            self._pictures[key] = image
            if image:
                self._texts[str(image)] = emoji
        return self._pictures[key]

    def text(self, image: str) -> str:
        """The emoji that the image of this name shows; empty for other images."""
        return self._texts.get(image, "")

    def _may_draw(self) -> bool:
        now = self._clock()
        self._allowance = min(MAX_AT_ONCE, self._allowance + REFILL * (now - self._counted_at))
        self._counted_at = now
        if self._allowance < 1:
            return False
        self._allowance -= 1
        return True

    def _draw(self, emoji: str, height: int) -> bytes | None:
        drawn = self._sources.picture(emoji)
        if drawn is None:
            return None
        from PIL import Image  # late: 80 ms, and many talks hold no emoji

        width = max(1, round(drawn.width * height / drawn.height))
        png = io.BytesIO()
        drawn.resize((width, height), Image.Resampling.LANCZOS).save(png, "PNG", compress_level=1)
        return png.getvalue()
