"""The icons, drawn from lines, rings, discs and polygons on a grid of 20 x 20; PNG bytes, no Tk, no files.

A stroke touches only the pixels around it, so an icon takes a fraction of a millisecond and none is kept on disk.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from msgspec import Struct

from lanchat.gui.kit.shapes import png
from lanchat.gui.kit.tokens import rgb

GRID: Final = 20
THINNEST: Final = 1.15  # px; a thinner stroke is a grey smear
Point = tuple[float, float]


class Stroke(Struct, frozen=True):
    """A line through points, round at its ends."""

    points: tuple[Point, ...]


class Fill(Struct, frozen=True):
    """A filled polygon."""

    points: tuple[Point, ...]


def _line(*points: Point) -> Stroke:
    return Stroke(points)


def _arc(x: float, y: float, radius: float, start: float, end: float) -> tuple[Point, ...]:
    """Points on a circle, from angle to angle in degrees, clockwise from three o'clock."""
    steps = max(4, math.ceil(abs(end - start) / 14))
    angles = (math.radians(start + (end - start) * i / steps) for i in range(steps + 1))
    return tuple((x + radius * math.cos(a), y + radius * math.sin(a)) for a in angles)


def _ring(x: float, y: float, radius: float) -> Stroke:
    return Stroke(_arc(x, y, radius, 0, 360))


def _disc(x: float, y: float, radius: float) -> Fill:
    return Fill(_arc(x, y, radius, 0, 360))


def _star() -> tuple[Point, ...]:
    radii = (7.4, 3.2) * 5
    return tuple(
        (10 + r * math.sin(math.pi * i / 5), 10.4 - r * math.cos(math.pi * i / 5)) for i, r in enumerate(radii)
    )


ICONS: Final[dict[str, tuple[Stroke | Fill, ...]]] = {
    "alert": (_ring(10, 10, 7), _line((10, 6.2), (10, 10.8)), _disc(10, 13.6, 1.05)),
    "bell_off": (
        Stroke(
            ((4, 14.6), (5.6, 12.4), (5.6, 8.4), *_arc(10, 8.4, 4.4, 180, 360), (14.4, 12.4), (16, 14.6), (4, 14.6))
        ),
        _line((8.6, 17.2), (11.4, 17.2)),
        _line((3.4, 3.4), (16.6, 16.9)),
    ),
    "check": (_line((4.5, 10.5), (8.4, 14.4), (15.8, 6)),),
    "circle": (_ring(10, 10, 7.5),),
    "clock": (_ring(10, 10, 7), _line((10, 5.8), (10, 10), (13, 12))),
    "copy": (
        _line((7, 7), (16.5, 7), (16.5, 16.5), (7, 16.5), (7, 7)),
        _line((4.6, 13), (3.5, 13), (3.5, 3.5), (13, 3.5), (13, 4.6)),
    ),
    "down": (_line((5, 8), (10, 13), (15, 8)),),
    "clip": (
        Stroke(
            (
                (14.6, 6.2),
                (8.2, 12.6),
                *_arc(7.2, 11.6, 1.4, 45, 225),
                (12.2, 4.6),
                *_arc(14.1, 6.5, 2.7, 225, 405),
                (9.2, 15.2),
                *_arc(6.4, 12.4, 3.9, 45, 225),
                (9.6, 3.7),
            )
        ),
    ),
    "file": (
        _line((11.5, 3), (5, 3), (5, 17), (15, 17), (15, 6.5), (11.5, 3)),
        _line((11.5, 3), (11.5, 6.5), (15, 6.5)),
        _line((7.6, 10.4), (12.4, 10.4)),
        _line((7.6, 13.4), (12.4, 13.4)),
    ),
    "half": (_ring(10, 10, 8), Fill(_arc(10, 10, 8, 90, 270))),
    "hash": (
        _line((8, 3.5), (6.4, 16.5)),
        _line((13.6, 3.5), (12, 16.5)),
        _line((3.8, 7.6), (16.8, 7.6)),
        _line((3.2, 12.4), (16.2, 12.4)),
    ),
    "house": (
        _line((3, 10), (10, 3.6), (17, 10)),
        _line((5, 8.6), (5, 16.4), (15, 16.4), (15, 8.6)),
    ),
    "leave": (
        _line((8.5, 3.5), (3.8, 3.5), (3.8, 16.5), (8.5, 16.5)),
        _line((8, 10), (17, 10)),
        _line((13.4, 6.4), (17, 10), (13.4, 13.6)),
    ),
    "lock": (
        Fill(((4.5, 9.6), (5.1, 9), (14.9, 9), (15.5, 9.6), (15.5, 16.2), (14.9, 17), (5.1, 17), (4.5, 16.2))),
        Stroke(((6.6, 9.5), *_arc(10, 7.2, 3.4, 180, 360), (13.4, 9.5))),
    ),
    "more": (_disc(4.6, 10, 1.7), _disc(10, 10, 1.7), _disc(15.4, 10, 1.7)),
    "pencil": (
        _line((4, 16), (4.8, 12.4), (13.4, 3.8), (16.2, 6.6), (7.6, 15.2), (4, 16)),
        _line((11.4, 5.8), (14.2, 8.6)),
    ),
    "people": (
        _disc(7.4, 7.4, 2.7),
        Fill(((2.2, 16), *_arc(7.4, 16, 5.2, 180, 360))),
        Stroke(_arc(13, 7.2, 2.6, -80, 80)),
        Stroke(_arc(13, 16, 5, 290, 352)),
    ),
    "person": (_disc(10, 6.8, 3.2), Fill(((3.8, 16.8), *_arc(10, 16.8, 6.2, 180, 360)))),
    "pin": (
        _line((6.4, 3.4), (13.6, 3.4)),
        Fill(((7.2, 3.4), (12.8, 3.4), (12.8, 8.2), (15.4, 12), (4.6, 12), (7.2, 8.2))),
        _line((10, 12), (10, 17.4)),
    ),
    "plus": (_line((10, 4), (10, 16)), _line((4, 10), (16, 10))),
    "radio": (
        _disc(10, 10, 1.9),
        Stroke(_arc(10, 10, 4.8, -50, 50)),
        Stroke(_arc(10, 10, 4.8, 130, 230)),
        Stroke(_arc(10, 10, 7.8, -50, 50)),
        Stroke(_arc(10, 10, 7.8, 130, 230)),
    ),
    "refresh": (Stroke(_arc(10, 10, 6.2, 15, 318)), _line((15.4, 2.4), (15.2, 6.2), (11.4, 6.2))),
    "return": (_line((16, 5), (16, 11), (4.5, 11)), _line((8, 7.5), (4.5, 11), (8, 14.5))),
    "right": (_line((8, 5), (13, 10), (8, 15)),),
    "search": (_ring(9, 9, 5.3), _line((13, 13), (17, 17))),
    "send": (Fill(((3, 3.6), (17.6, 10), (3, 16.4), (4.6, 10.9), (11, 10), (4.6, 9.1))),),
    "smile": (
        _ring(10, 10, 7.2),
        _disc(7.4, 8.2, 1.05),
        _disc(12.6, 8.2, 1.05),
        Stroke(_arc(10, 10.4, 3.8, 25, 155)),
    ),
    "sliders": (
        _line((3.5, 6.5), (16.5, 6.5)),
        _disc(12.6, 6.5, 2.3),
        _line((3.5, 13.5), (16.5, 13.5)),
        _disc(7.4, 13.5, 2.3),
    ),
    "star": (Stroke((*_star(), _star()[0])),),
    "star_full": (Fill(_star()),),
    "bar": (Fill(((4.6, 8), (15.4, 8), (15.4, 12), (4.6, 12))),),
    "x": (_line((5.2, 5.2), (14.8, 14.8)), _line((14.8, 5.2), (5.2, 14.8))),
}


def icon(name: str, size: int, colour: str, weight: float = 1.5) -> bytes:
    """An icon of `size` px as PNG with alpha. weight: of its strokes, on the grid."""
    pixels = bytearray((*rgb(colour), 0) * (size * size))
    pixels[3::4] = _mask(ICONS[name], size, max(weight * size / GRID, THINNEST))
    return png(size, size, [pixels[y : y + 4 * size] for y in range(0, 4 * size * size, 4 * size)])


def _mask(parts: Sequence[Stroke | Fill], size: int, width: float) -> bytearray:
    """The coverage of each pixel, 0 to 255; of several parts on one pixel the strongest counts."""
    scale = size / GRID
    best: dict[int, float] = {}
    for part in parts:
        points = [(x * scale, y * scale) for x, y in part.points]
        if isinstance(part, Fill):
            _fill(points, size, best)
        else:
            for index, squared in _near(points, size, width / 2 + 0.5):
                best[index] = max(best.get(index, 0.0), width / 2 + 0.5 - math.sqrt(squared))
    mask = bytearray(size * size)
    for index, share in best.items():
        mask[index] = round(min(share, 1.0) * 255)
    return mask


def _near(points: Sequence[Point], size: int, reach: float) -> Iterator[tuple[int, float]]:
    """(pixel, squared distance) of each pixel within `reach` of a line, once for every segment that it is near.
    Reckoned in place: a function for each pixel makes an icon take twice as long."""
    limit = reach * reach
    for (ax, ay), (bx, by) in pairwise(points):
        dx, dy = bx - ax, by - ay
        length = dx * dx + dy * dy or 1.0
        xs = range(max(0, int(min(ax, bx) - reach)), min(size, int(max(ax, bx) + reach + 1)))
        for y in range(max(0, int(min(ay, by) - reach)), min(size, int(max(ay, by) + reach + 1))):
            v = y + 0.5 - ay
            for x in xs:
                u = x + 0.5 - ax
                along = (u * dx + v * dy) / length
                along = 0.0 if along < 0.0 else 1.0 if along > 1.0 else along
                squared = (u - along * dx) ** 2 + (v - along * dy) ** 2
                if squared < limit:
                    yield y * size + x, squared


def _fill(points: Sequence[Point], size: int, best: dict[int, float]) -> None:
    """The polygon's pixels in `best`: whole inside, and where its edge passes by the distance to it."""
    edges = [*points, points[0]]
    edge: dict[int, float] = {}  # squared distance, of pixels that it touches
    for index, squared in _near(edges, size, 0.5):
        edge[index] = min(squared, edge.get(index, squared))
    inside: set[int] = set()
    heights = [y for _, y in points]
    for y in range(max(0, int(min(heights))), min(size, int(max(heights)) + 1)):
        crossings = sorted(
            ax + (y + 0.5 - ay) * (bx - ax) / (by - ay)
            for (ax, ay), (bx, by) in pairwise(edges)
            if (ay > y + 0.5) != (by > y + 0.5)
        )
        for left, right in zip(crossings[::2], crossings[1::2], strict=True):
            inside.update(range(y * size + max(0, math.ceil(left - 0.5)), y * size + min(size, math.ceil(right - 0.5))))
    for index in inside.union(edge):
        distance = math.sqrt(edge.get(index, 0.25))
        best[index] = max(best.get(index, 0.0), 0.5 + distance if index in inside else 0.5 - distance)
