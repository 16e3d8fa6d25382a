"""The palette can be read, and shapes and icons are what they are called; no display needed."""

from __future__ import annotations

import struct
import zlib
from itertools import product

import pytest

from lanchat.gui.chat.block_writer import WAITING_INK
from lanchat.gui.kit.icons import ICONS, icon
from lanchat.gui.kit.shapes import rounded
from lanchat.gui.kit.tokens import PALETTES, Mode, Palette, mix, rgb
from lanchat.gui.kit.wheel import touchpad_rows
from lanchat.gui.model.people import HUES

TEXT = 4.5  # WCAG 2.2, 1.4.3
MARK = 3.0  # 1.4.11
MODES: tuple[Mode, ...] = ("light", "dark")


@pytest.mark.parametrize("mode", MODES)
def test_there_are_as_many_colours_of_people_as_the_model_counts(mode: Mode) -> None:
    assert len(PALETTES[mode].names) == len(PALETTES[mode].avatars) == HUES


def luminance(colour: str) -> float:
    parts = [part / 255 for part in rgb(colour)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def pairs_of_text(p: Palette) -> list[tuple[str, str]]:
    return [
        *product((p.text, p.text2, p.text3), (p.bg, p.side, p.raised)),
        *product((p.text, p.text2), (p.chip,)),
        *product((p.text, p.text2, p.text3, p.link, p.danger, p.warn), (p.sel, p.hover)),
        *product(p.names, (p.bg, p.chip, p.called, p.sel)),  # sel: of a message that was jumped to
        *product((p.text3, p.link, p.danger), (p.chip,)),
        *product((p.on_accent,), (p.accent, p.accent_hover, p.accent_down, p.absent, *p.avatars)),
        *product((p.link, p.danger), (p.bg, p.side)),
        (p.warn, p.warn_bg),
        (p.danger, p.danger_bg),
        (p.text, p.select),
        (p.text, p.thumb),
        (p.code_text, p.code),
        *product((p.text, p.text2, p.text3, p.link, p.danger), (p.called,)),
        (p.text3, p.code),  # the language of a block
        (mix(p.text, p.bg, WAITING_INK), p.bg),
    ]


@pytest.mark.parametrize("mode", MODES)
def test_text_can_be_read_on_every_ground_it_stands_on(mode: Mode) -> None:
    weak = [(ink, ground) for ink, ground in pairs_of_text(PALETTES[mode]) if contrast(ink, ground) < TEXT]
    assert weak == []


@pytest.mark.parametrize("mode", MODES)
def test_marks_and_borders_can_be_seen(mode: Mode) -> None:
    p = PALETTES[mode]
    marks = [
        *product((p.online, p.away, p.busy, p.offline, p.focus, p.danger), (p.bg, p.side, p.raised, p.hover, p.sel)),
        *product((p.called_bar,), (p.bg, p.called)),
        (p.bg, p.busy),  # the bar in the disc
        (p.edge, p.raised),
        (p.accent, p.bg),
    ]
    assert [(ink, ground) for ink, ground in marks if contrast(ink, ground) < MARK] == []


def pixels(image: bytes) -> list[list[tuple[int, ...]]]:
    """Decodes what shapes.py writes: PPM, or PNG with alpha."""
    if image.startswith(b"P6"):
        head, body = image.split(b"\n", 1)
        _, width, height, _ = head.split()
        return rows_of(body, int(width), int(height), 3, 0)
    width, height, _, kind = struct.unpack(">IIBB", image[16:26])
    assert kind == 6
    data = zlib.decompress(image[image.index(b"IDAT") + 4 : image.index(b"IEND") - 8])
    return rows_of(data, width, height, 4, 1)


def rows_of(data: bytes, width: int, height: int, channels: int, lead: int) -> list[list[tuple[int, ...]]]:
    """lead: bytes before each row."""
    size = width * channels + lead
    assert len(data) == height * size
    rows = [data[y * size + lead : (y + 1) * size] for y in range(height)]
    return [[tuple(row[x * channels : (x + 1) * channels]) for x in range(width)] for row in rows]


@pytest.mark.parametrize("size", [(20, 20), (21, 17), (80, 32), (8, 120), (5, 3), (1, 1)])
def test_a_shape_is_symmetric_and_full_in_the_middle(size: tuple[int, int]) -> None:
    width, height = size
    rows = pixels(rounded(width, height, min(size) / 2, [("#102030", 0)]))
    assert (len(rows), {len(row) for row in rows}) == (height, {width})
    assert rows == rows[::-1] == [row[::-1] for row in rows]
    assert rows[height // 2][width // 2][:3] == (0x10, 0x20, 0x30)


def test_corners_are_clear_or_the_ground() -> None:
    layers = [("#FF0000", 0.0), ("#00FF00", 3.0)]
    clear = pixels(rounded(40, 30, 12, layers))
    flat = pixels(rounded(40, 30, 12, layers, "#0000FF"))
    assert (clear[0][0], flat[0][0]) == ((0, 0, 0, 0), (0, 0, 255))
    assert (clear[0][20], flat[0][20]) == ((255, 0, 0, 255), (255, 0, 0))
    assert (clear[15][20], flat[15][20]) == ((0, 255, 0, 255), (0, 255, 0))
    assert any(0 < pixel[3] < 255 for pixel in clear[1])  # antialiased


@pytest.mark.parametrize("name", ICONS)
@pytest.mark.parametrize("size", [12, 18, 36])
def test_icons_fill_their_square_without_touching_its_edge(name: str, size: int) -> None:
    alpha = [[pixel[3] for pixel in row] for row in pixels(icon(name, size, "#123456"))]
    assert len(alpha) == size
    assert sum(map(sum, alpha)) / 255 > size * size * 0.05
    assert max(map(max, alpha)) > 140
    edge = [*alpha[0], *alpha[-1], *(row[0] for row in alpha), *(row[-1] for row in alpha)]
    assert max(edge) < 128


def test_mixing_goes_from_the_ground_to_the_colour() -> None:
    assert (mix("#FFFFFF", "#000000", 0), mix("#FFFFFF", "#000000", 1)) == ("#000000", "#FFFFFF")
    assert mix("#FF0000", "#0000FF", 0.5) == "#800080"


@pytest.mark.parametrize(("delta", "rows"), [(0, 0), (7, 7), (0xFFFB, -5), (0x0003_0002, 2), (0xFFFF_FFFF, -1)])
def test_touchpads_pack_two_signed_halves(delta: int, rows: int) -> None:
    assert touchpad_rows(delta) == rows
