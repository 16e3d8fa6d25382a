"""Where the pictures of emoji come from: the colour font of the system, and the set that lanchat brings; draws nothing.

What the font lacks or breaks apart (by a Pillow that shapes no text; flags on Windows) is taken from the set; what the
set has without the skin tone, is shown so. Pillow is loaded with the first emoji.
"""

from __future__ import annotations

import logging
import re
import sys
from functools import cached_property
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont

_log = logging.getLogger(__name__)

# (file, its only or a good size in px); bitmap fonts exist in one size
FONTS: Final = {
    "win32": (("C:/Windows/Fonts/seguiemj.ttf", 96),),
    "darwin": (("/System/Library/Fonts/Apple Color Emoji.ttc", 96),),
    "linux": (
        ("/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf", 109),
        ("/usr/share/fonts/noto/NotoColorEmoji.ttf", 109),
        ("/usr/share/fonts/google-noto-emoji/NotoColorEmoji.ttf", 109),
        ("/usr/share/fonts/google-noto-color-emoji-fonts/NotoColorEmoji.ttf", 109),
        ("/usr/share/fonts/noto-emoji/NotoColorEmoji.ttf", 109),
    ),
}
# The set: sheet.webp, and index.txt with the sequences of a row of it in each line
SET: Final[Traversable] = resources.files("lanchat.gui.kit") / "emoji_set"
CELL: Final = (68, 64)  # px of a picture in the sheet, in the proportions of the font that it was drawn with
USUAL: Final = "😀"  # every font has it; as wide as any other
TOO_WIDE: Final = 1.4  # times as wide: several signs in a row
_NO_SIGN: Final = "\U0010ffff"  # no font has it: what is drawn for it stands for “missing”
_SELECTOR: Final = "\ufe0f"  # asks for colour; sequences are the same with and without it
_FLAG: Final = re.compile("[\U0001f1e6-\U0001f1ff]{2}")  # Segoe UI Emoji has letters for it
_TONES: Final = re.compile("[\U0001f3fb-\U0001f3ff]")


class EmojiSources:
    """Files are opened with the first emoji that needs them, and once. For one thread."""

    def picture(self, emoji: str) -> Image | None:
        """At the size that the source has it in, cut to the sign's box; None: no source has it."""
        drawn = self._font.picture(emoji) if self._font else None
        return drawn or self._set.picture(emoji) or self._set.picture(_TONES.sub("", emoji))

    @cached_property
    def _font(self) -> ColourFont | None:
        return find_font()

    @cached_property
    def _set(self) -> _Set:
        return _Set()


class ColourFont:
    """shapes: whether joined signs become one."""

    def __init__(self, font: FreeTypeFont, *, shapes: bool) -> None:
        self._font, self._shapes = font, shapes
        self._widest = TOO_WIDE * font.getlength(USUAL)
        self._missing = self._draw(_NO_SIGN)

    def picture(self, emoji: str) -> Image | None:
        sign = emoji if self._shapes else emoji.replace(_SELECTOR, "")
        broken = (len(sign) > 1 and not self._shapes) or self._font.getlength(sign) > self._widest
        if broken or (sys.platform == "win32" and _FLAG.match(sign)):
            return None
        drawn = self._draw(sign)
        return None if drawn is None or drawn == self._missing else drawn

    def _draw(self, sign: str) -> Image | None:
        from PIL import Image, ImageDraw

        left, top, right, bottom = (round(edge) for edge in self._font.getbbox(sign))
        if right <= left or bottom <= top:
            return None
        canvas = Image.new("RGBA", (right - left, bottom - top), (0, 0, 0, 0))
        ImageDraw.Draw(canvas).text((-left, -top), sign, font=self._font, embedded_color=True)
        return canvas if canvas.getbbox() else None


class _Set:
    """What lanchat brings: 8 MB in memory and 50 ms, once something is wanted of it."""

    def picture(self, emoji: str) -> Image | None:
        place = self._places.get(emoji.replace(_SELECTOR, ""))
        if place is None or self._sheet is None:
            return None
        left, top = place[0] * CELL[0], place[1] * CELL[1]
        return self._sheet.crop((left, top, left + CELL[0], top + CELL[1]))

    @cached_property
    def _places(self) -> dict[str, tuple[int, int]]:
        """Column and row of each."""
        try:
            rows = SET.joinpath("index.txt").read_text("utf-8").splitlines()
        except OSError as error:  # whoever packed it left it out
            _log.info("the set of emoji is missing: %s", error)
            return {}
        return {
            emoji.replace(_SELECTOR, ""): (column, row)
            for row, line in enumerate(rows)
            for column, emoji in enumerate(line.split())
        }

    @cached_property
    def _sheet(self) -> Image | None:
        try:
            from PIL import Image

            with SET.joinpath("sheet.webp").open("rb") as file:
                sheet = Image.open(file)
                sheet.load()
        except (ImportError, OSError) as error:  # OSError, too: a Pillow that was built without WebP
            _log.info("the set of emoji is of no use: %s", error)
            return None
        return sheet


def find_font() -> ColourFont | None:
    for path, size in FONTS.get(sys.platform, FONTS["linux"]):
        if Path(path).exists():
            try:
                from PIL import ImageFont

                font = ImageFont.truetype(path, size)
                return ColourFont(font, shapes=font.layout_engine == ImageFont.Layout.RAQM)
            except (ImportError, OSError) as error:  # damaged, or a Pillow that was built without its kind of bitmaps
                _log.info("%s: %s", path, error)
    return None
