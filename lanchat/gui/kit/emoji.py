"""Emoji as pictures from the colour font of the system, and the guard that keeps Tk from dying of them.

Tk on X11 knows no joined emoji, mixes black and white with colour, and with a libXft below 2.3.5 a colour glyph ends
the process. So emoji are images, made by Pillow, wherever images can stand; and where Tk itself draws text (menus,
titles, fields), words stand for what it would break apart, and for all if that libXft is not known to be safe.
"""

from __future__ import annotations

import io
import re
import sys
import time
import tkinter as tk
import unicodedata
from collections.abc import Callable
from functools import cache, cached_property
from typing import TYPE_CHECKING, Final

from lanchat.protocol.emoji import EMOJI

if TYPE_CHECKING:
    from lanchat.gui.kit.emoji_sources import EmojiSources
    from lanchat.gui.kit.theme import Kit  # which holds the pictures

SAFE_LIBXFT: Final = 20305  # 2.3.5 scales colour glyphs; before, X answers BadLength and Xlib ends the process
MAX_PICTURES: Final = 3_000  # kept in memory, 2 KB each; while as many are seen, others are drawn as text
MAX_AT_ONCE: Final = 150  # pictures drawn without a pause, 2 ms each; a flood of ever new ones is drawn as text
REFILL: Final = 25.0  # a second, afterwards: a twentieth of the time
_LETTER_A: Final = 0x1F1E6
_TONES: Final = re.compile("[\U0001f3fb-\U0001f3ff]")
_ASTRAL: Final = re.compile("[\U00010000-\U0010ffff]")


def drawable(text: str) -> str:
    """`text` as a Tk widget may draw it by itself; to be seen, not to be kept."""
    if text.isascii() or not on_x11():
        return text
    if tk_is_safe():
        return EMOJI.sub(_unbroken, text)
    return _ASTRAL.sub(_name, EMOJI.sub(_name, text))


def typable(text: str) -> str:
    """As it may stand in a field, where people write on: the short names become emoji when they are sent."""
    return text if tk_is_safe() else drawable(text)


def on_x11() -> bool:
    return sys.platform not in ("win32", "darwin")


@cache
def tk_is_safe() -> bool:
    """May Tk be given a colour glyph? On X11 the version of libXft decides; an unknown one is not trusted."""
    if not on_x11():
        return True
    import ctypes  # late: 2 ms, and the first window shows no sign that asks for it

    try:
        return int(ctypes.CDLL("libXft.so.2").XftGetVersion()) >= SAFE_LIBXFT
    except (OSError, AttributeError):
        return False


def _name(found: re.Match[str]) -> str:
    """“:thumbsup:”, “:flag de:”; what joins and colours has no name of its own here."""
    from lanchat.client.shortcodes import named  # late, as the sources below: 5 ms, and many a window shows no emoji

    emoji = found[0]
    plain = _TONES.sub("", emoji)
    if short := named(emoji) or named(plain) or named(f"{plain}\ufe0f"):
        return short
    if len(emoji) == 2 and all(map(_is_letter, emoji)):
        return f":flag {''.join(chr(ord(letter) - _LETTER_A + ord('a')) for letter in emoji)}:"
    return f":{unicodedata.name(emoji[0], 'symbol').lower()}:"


def _unbroken(found: re.Match[str]) -> str:
    """One sign as it is, without its tone; several by name."""
    plain = _TONES.sub("", found[0]).replace("\ufe0f", "")
    return plain if len(plain) == 1 else _name(found)


def _is_letter(sign: str) -> bool:
    """Of those that flags are made of."""
    return _LETTER_A <= ord(sign) < _LETTER_A + 26


class EmojiPictures:
    """Images of one Kit's scale. For the Tk thread."""

    def __init__(self, kit: Kit, clock: Callable[[], float] = time.monotonic) -> None:
        self._kit, self._clock = kit, clock
        self._allowance = float(MAX_AT_ONCE)
        self._counted_at = clock()
        self._pictures: dict[tuple[str, int], tk.PhotoImage | None] = {}
        self._texts: dict[str, str] = {}

    def tried(self, emoji: str, size: float) -> bool:
        """Whether asking for it costs nothing."""
        return (emoji, self._kit.px(size)) in self._pictures

    def picture(self, emoji: str, size: float, *, asked: bool = False) -> tk.PhotoImage | None:
        """None where neither the system nor our set has this one, or too many others were asked for just now. asked:
        the user wants to see it, so that it does not count among what others flood us with."""
        height = self._kit.px(size)
        key = (emoji, height)
        if key not in self._pictures:
            if not asked and not (self._may_draw() and self._has_room()):
                return None
            data = self._draw(emoji, height)
            image = tk.PhotoImage(master=self._kit.root, data=data, format="png") if data else None
            self._pictures[key] = image
            if image:
                self._texts[str(image)] = emoji
        return self._pictures[key]

    @cached_property
    def _sources(self) -> EmojiSources:
        from lanchat.gui.kit.emoji_sources import EmojiSources

        return EmojiSources()

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

    def _has_room(self) -> bool:
        """When it is full, what is seen nowhere goes: the window may be open for weeks, and one room flooded it."""
        if len(self._pictures) >= MAX_PICTURES:
            tcl = self._kit.root.tk
            seen = {
                k: one for k, one in self._pictures.items() if one and tcl.getboolean(tcl.call("image", "inuse", one))
            }
            names = set(map(str, seen.values()))
            self._pictures = {**seen}
            self._texts = {name: emoji for name, emoji in self._texts.items() if name in names}
        return len(self._pictures) < MAX_PICTURES

    def _draw(self, emoji: str, height: int) -> bytes | None:
        drawn = self._sources.picture(emoji)
        if drawn is None:
            return None
        from PIL import Image  # late: 80 ms, and many talks hold no emoji

        width = max(1, round(drawn.width * height / drawn.height))
        png = io.BytesIO()
        drawn.resize((width, height), Image.Resampling.LANCZOS).save(png, "PNG", compress_level=1)
        return png.getvalue()
