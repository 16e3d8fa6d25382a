"""Pictures of others, opened with care: few formats, a limit of pixels, and never by the thread that paints."""

from __future__ import annotations

import logging
import struct
import warnings
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

if TYPE_CHECKING:
    from PIL.Image import Image

_log = logging.getLogger(__name__)
FORMATS: Final = ("PNG", "JPEG", "GIF", "WEBP")
SUFFIXES: Final = (".png", ".jpg", ".jpeg", ".gif", ".webp")
MAX_PIXELS: Final = 100_000_000  # a camera of 100 megapixels: 400 MB while it is made small
# What the decoders raise at bytes that are no picture
FLAWS: Final = (
    *(OSError, ValueError, SyntaxError, EOFError, MemoryError, ArithmeticError, LookupError, Warning),
    struct.error,  # EXIF whose tags promise more than they hold
)


def may_be_picture(name: str) -> bool:
    """By its ending."""
    return name.lower().endswith(SUFFIXES)


def open_picture(source: Path | BinaryIO) -> Image:
    """Its header alone is read. Raises ValueError: it is none, or too large."""
    from PIL import Image  # takes 80 ms, and only who has pictures needs it

    _set_limit()
    try:
        return Image.open(source, formats=FORMATS)
    except (*FLAWS, Image.DecompressionBombError) as error:
        raise ValueError(f"no picture: {error}") from error


@cache
def _set_limit() -> None:
    """More pixels are an error, not a word to stderr."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    warnings.filterwarnings("error", category=Image.DecompressionBombWarning)


def size_of_picture(path: Path) -> tuple[int, int]:
    """Width and height in pixels; (0, 0): it is no picture that we show."""
    if not may_be_picture(path.name):
        return 0, 0
    try:
        with open_picture(path) as picture:
            return picture.width, picture.height
    except ValueError as error:
        _log.info("%s is sent as a file: %s", path.name, error)
        return 0, 0
