"""Antialiased rounded rectangles and discs as PNG bytes, by signed distance; no Tk, no Pillow, no files.

Tk draws ovals and arcs without antialiasing, but any image well. Opaque images (flattened on the ground that is
known to lie under them) map far faster than images with alpha, so give `under` whenever the ground is one colour.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Sequence

from lanchat.gui.tokens import rgb


def rounded(
    width: int, height: int, radius: float, layers: Sequence[tuple[str, float]], under: str | None = None
) -> bytes:
    """A rounded rectangle. layers: (colour, inset from the outer edge in px), outermost first: a fill alone is one
    layer, a border is a layer below the fill."""
    channels = 3 if under else 4
    reach = math.ceil(radius + max(inset for _, inset in layers)) + 1
    corner_w, corner_h = min((width + 1) // 2, reach), min((height + 1) // 2, reach)
    paint = _Painter(width, height, radius, layers, under)

    def row(y: int) -> bytes:
        """Only the left end is computed; the middle repeats and the right end mirrors it."""
        left = paint.corner(y, corner_w)
        middle = paint.pixel(width // 2, y) * (width - 2 * corner_w)
        return b"".join(left) + middle + b"".join(left[: width - corner_w][::-1])

    top = [row(y) for y in range(corner_h)]
    middle = [row(height // 2)] * (height - 2 * corner_h) if height > 2 * corner_h else []
    return png(width, height, channels, top + middle + top[: height - corner_h][::-1])


def png(width: int, height: int, channels: int, rows: Sequence[bytes]) -> bytes:
    """A PNG of 8 bits a channel; channels: 3 (RGB) or 4 (RGBA)."""
    kind = 2 if channels == 3 else 6
    raw = b"".join(b"\0" + row for row in rows)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0))
        + _chunk(b"IDAT", zlib.compress(raw, 1))
        + _chunk(b"IEND", b"")
    )


def coverage(distance: float) -> float:
    """How much of a pixel lies inside an edge at `distance` from its centre (negative: inside)."""
    return min(1.0, max(0.0, 0.5 - distance))


def _chunk(tag: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + tag + data + struct.pack(">I", zlib.crc32(tag + data))


class _Painter:
    """Computes single pixels of a layered rounded rectangle."""

    def __init__(
        self, width: int, height: int, radius: float, layers: Sequence[tuple[str, float]], under: str | None
    ) -> None:
        self._half_w, self._half_h, self._radius = width / 2, height / 2, radius
        self._layers = [(rgb(colour), inset) for colour, inset in layers]
        self._under = rgb(under) if under else None
        self._deepest = max(inset for _, inset in layers)
        self._solid = bytes(self._layers[-1][0]) + (b"" if under else b"\xff")

    def corner(self, y: int, width: int) -> list[bytes]:
        """The first pixels of row y; computed up to where the innermost layer covers all."""
        row: list[bytes] = []
        for x in range(width):
            if self._distance(x + 0.5, y + 0.5) + self._deepest <= -0.5:
                return row + [self._solid] * (width - x)
            row.append(self.pixel(x, y))
        return row

    def pixel(self, x: int, y: int) -> bytes:
        """Layers composed in order, at their coverage of pixel (x, y); RGB over a ground, else RGBA."""
        distance = self._distance(x + 0.5, y + 0.5)
        red, green, blue = (float(part) for part in self._under or (0, 0, 0))
        alpha = 1.0 if self._under else 0.0
        for (r, g, b), inset in self._layers:
            share = coverage(distance + inset)
            rest = 1 - share
            red, green, blue = r * share + red * rest, g * share + green * rest, b * share + blue * rest
            alpha = share + alpha * rest
        if self._under:
            return bytes((round(red), round(green), round(blue)))
        if alpha == 0:
            return b"\0\0\0\0"
        return bytes((round(red / alpha), round(green / alpha), round(blue / alpha), round(alpha * 255)))

    def _distance(self, x: float, y: float) -> float:
        """To the outer edge of the rectangle; negative inside."""
        dx = abs(x - self._half_w) - self._half_w + self._radius
        dy = abs(y - self._half_h) - self._half_h + self._radius
        return math.hypot(max(dx, 0), max(dy, 0)) + min(max(dx, dy), 0) - self._radius
