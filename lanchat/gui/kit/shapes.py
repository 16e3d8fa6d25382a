"""Antialiased rounded rectangles and discs as PNG or PPM bytes, by signed distance; no Tk, no Pillow, no files.

Tk draws ovals and arcs without antialiasing, but any image well. Opaque images (flattened on the ground that is
known to lie under them) map far faster than images with alpha, so give `under` whenever the ground is one colour.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Sequence
from functools import lru_cache

from lanchat.gui.kit.tokens import rgb


def rounded(
    width: int, height: int, radius: float, layers: Sequence[tuple[str, float]], under: str | None = None
) -> bytes:
    """A rounded rectangle. layers: (colour, inset from the outer edge in px), outermost first: a fill alone is one
    layer, a border is a layer below the fill. PNG with alpha; over a ground PPM, which is made and read in a fifth of
    the time."""
    reach = math.ceil(radius + max(inset for _, inset in layers)) + 1
    corner_w, corner_h = min((width + 1) // 2, reach), min((height + 1) // 2, reach)
    ink = _Ink(layers, under)

    def row(y: int) -> bytes:
        """Only the left end is computed; the middle repeats and the right end mirrors it."""
        left = [ink[distance] for distance in _distances(width, height, radius, y, corner_w)]
        middle = ink[_distance(width // 2, y, width, height, radius)] * (width - 2 * corner_w)
        return b"".join(left) + middle + b"".join(left[: width - corner_w][::-1])

    top = [row(y) for y in range(corner_h)]
    middle = [row(height // 2)] * (height - 2 * corner_h) if height > 2 * corner_h else []
    rows = top + middle + top[: height - corner_h][::-1]
    return b"P6 %d %d 255\n" % (width, height) + b"".join(rows) if under else png(width, height, rows)


def png(width: int, height: int, rows: Sequence[bytes | bytearray]) -> bytes:
    """A PNG of 8 bits a channel, RGBA."""
    raw = b"".join(b"\0" + row for row in rows)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0))
        + _chunk(b"IDAT", zlib.compress(raw, 1))
        + _chunk(b"IEND", b"")
    )


def coverage(distance: float) -> float:
    """How much of a pixel lies inside an edge at `distance` from its centre (negative: inside)."""
    return min(1.0, max(0.0, 0.5 - distance))


def _chunk(tag: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + tag + data + struct.pack(">I", zlib.crc32(tag + data))


@lru_cache(maxsize=2_000)
def _distances(width: int, height: int, radius: float, y: int, count: int) -> tuple[float, ...]:
    """Of the first `count` pixels of row y to the edge; the same for all colours of one shape."""
    return tuple(_distance(x, y, width, height, radius) for x in range(count))


def _distance(x: int, y: int, width: int, height: int, radius: float) -> float:
    """From the centre of pixel (x, y) to the outer edge; negative inside."""
    dx = abs(x + 0.5 - width / 2) - width / 2 + radius
    dy = abs(y + 0.5 - height / 2) - height / 2 + radius
    return math.hypot(max(dx, 0), max(dy, 0)) + min(max(dx, dy), 0) - radius


class _Ink(dict[float, bytes]):
    """The colour of a pixel by its distance to the edge: RGB over a ground, else RGBA. Many pixels have the same
    distance, so each colour is kept."""

    def __init__(self, layers: Sequence[tuple[str, float]], under: str | None) -> None:
        super().__init__()
        self._layers = [(rgb(colour), inset) for colour, inset in layers]
        self._under = rgb(under) if under else None
        self._outside = bytes(self._under or (0, 0, 0, 0))
        self._deepest = max(inset for _, inset in layers)
        self._inside = bytes(self._layers[-1][0]) + (b"" if under else b"\xff")

    def __missing__(self, distance: float) -> bytes:
        if distance >= 0.5:
            colour = self._outside
        elif distance + self._deepest <= -0.5:
            colour = self._inside
        else:
            colour = self._blend(distance)
        self[distance] = colour
        return colour

    def _blend(self, distance: float) -> bytes:
        """The layers in order, each at its coverage."""
        red, green, blue = (float(part) for part in self._under or (0, 0, 0))
        alpha = 1.0 if self._under else 0.0
        for (r, g, b), inset in self._layers:
            share = coverage(distance + inset)
            rest = 1 - share
            red, green, blue = r * share + red * rest, g * share + green * rest, b * share + blue * rest
            alpha = share + alpha * rest
        if self._under:
            return bytes((round(red), round(green), round(blue)))
        return bytes((round(red / alpha), round(green / alpha), round(blue / alpha), round(alpha * 255)))
