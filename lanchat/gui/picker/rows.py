"""How the picker's rows are painted on their Canvas: rooms, headings and the entries of the side bar; no events."""

from __future__ import annotations

import tkinter as tk
from typing import Final

from lanchat.gui.kit.line import draw_line
from lanchat.gui.kit.paint import avatar, pill
from lanchat.gui.kit.row_list import Box, Look, Row, RowList
from lanchat.gui.kit.theme import Kit
from lanchat.gui.model.people import hue_of, initials
from lanchat.gui.model.picker import Heading, Mark, Room, Section
from lanchat.gui.model.picker import Row as Shown

ROOM_HEIGHT: Final = 64  # px at 96 dpi, like all below
HEADING_HEIGHT: Final = 40
NAV_HEIGHT: Final = 34
TILE: Final = 40
TEXT_LEFT: Final = 66  # where a room's words begin, from the row's left edge
# Columns, from the row's right edge
LATENCY: Final = 76
PEOPLE: Final = 166
VIA: Final = 186  # where the pill, or the button in its place, ends
BUTTON: Final = 13 + 11 + 14 + 4  # beside the button's words: its margins and the sign of the key
MARGIN: Final = 16  # where the button ends, if there are no columns
BAR: Final = (3, 2)  # width and gap of the bars of a connection
NARROW: Final = 560  # a row in which the name needs the place of the pill
NAV_ICONS: Final = {Section.NEARBY: "radio", Section.FAVOURITES: "star", Section.RECENT: "clock"}


def as_rows(shown: list[Shown]) -> list[Row[Shown]]:
    return [
        Row(row.key, row, ROOM_HEIGHT)
        if isinstance(row, Room)
        else Row(row.text, row, HEADING_HEIGHT, selectable=False)
        for row in shown
    ]


def button_span(kit: Kit, room: Room, width: int) -> tuple[int, int]:
    """Where the button of a row `width` pixels wide begins and ends, from the row's left edge."""
    right = width - kit.px(_columns(room))
    return right - kit.px(BUTTON) - kit.fonts.meta_bold.measure(room.verb), right


def _columns(room: Room) -> int:
    """Beyond the words and the button. A room that is not seen now has no figures, and so the place for words."""
    return MARGIN if room.mark is Mark.ABSENT else VIA


class RoomPainter:
    """Paints the list of rooms. button: the key of the room whose button is on the screen."""

    def __init__(self, kit: Kit) -> None:
        self.button: str | None = None
        self._kit = kit

    def draw(self, canvas: RowList[Shown], row: Shown, box: Box, look: Look) -> None:
        if isinstance(row, Heading):
            kit = self._kit
            at = (box.x + kit.px(12), box.y + box.height - kit.px(12))
            canvas.create_text(*at, text=row.text, anchor="w", font=kit.fonts.meta_bold, fill=kit.colors.text3)
            return
        if look.selected:
            self.button = row.key if row.joinable else None
        self._draw_tile(canvas, row, box, look)
        left_end = self._draw_via(canvas, row, box, look)
        self._draw_words(canvas, row, box, look, left_end - self._kit.px(12))
        if row.mark is not Mark.ABSENT:
            self._draw_people(canvas, row, box)
            self._draw_latency(canvas, row, box)

    def _draw_tile(self, canvas: tk.Canvas, room: Room, box: Box, look: Look) -> None:
        kit = self._kit
        color = kit.colors.absent if room.grey else kit.colors.avatars[hue_of(room.place.id or room.key)]
        at = (box.x + kit.px(12), box.middle - kit.px(TILE) // 2)
        avatar(canvas, kit, at, initials(room.name), color, size=TILE, under=look.ground, radius=11)

    def _draw_words(self, canvas: tk.Canvas, room: Room, box: Box, look: Look, right: int) -> None:
        kit, colors, fonts = self._kit, self._kit.colors, self._kit.fonts
        x, above, below = box.x + kit.px(TEXT_LEFT), box.middle - kit.px(10), box.middle + kit.px(11)
        icons = ["lock"] * room.locked + ["star"] * room.favourite
        ink, width = colors.text2 if room.grey else colors.text, right - x - kit.px(22) * len(icons)
        taken = draw_line(canvas, kit, (x, above), room.name, font=fonts.body_bold, fill=ink, width=width)
        icon_x = x + taken + kit.px(7)
        for icon in icons:
            canvas.create_image(icon_x, above, image=kit.icon(icon, 15, "text3", 1.7), anchor="w")
            icon_x += kit.px(22)
        if room.warning:
            canvas.create_image(x, below, image=kit.icon("alert", 14, "warn", 1.7), anchor="w")
            x += kit.px(19)
        ink = colors.warn if room.warning else colors.text2 if look.selected else colors.text3
        draw_line(canvas, kit, (x, below), room.detail, font=fonts.list, fill=ink, width=right - x)

    def _draw_via(self, canvas: tk.Canvas, room: Room, box: Box, look: Look) -> int:
        """The pill that says how it was found; on a selected row the button that joins it. Returns its left edge."""
        kit, colors, fonts = self._kit, self._kit.colors, self._kit.fonts
        if look.selected and room.joinable:
            left, right = (box.x + edge for edge in button_span(kit, room, box.width))
            pill(canvas, kit, (left, box.middle - kit.px(14), right, box.middle + kit.px(14)), 7, "accent")
            x = left + kit.px(13)
            canvas.create_text(x, box.middle, text=room.verb, anchor="w", font=fonts.meta_bold, fill=colors.on_accent)
            canvas.create_image(
                right - kit.px(11), box.middle, image=kit.icon("return", 14, "on_accent", 1.7), anchor="e"
            )
            return left
        right = box.right - kit.px(_columns(room))
        if not room.via or box.width < kit.px(NARROW):
            return right
        left = right - fonts.caption.measure(room.via) - kit.px(16)
        pill(canvas, kit, (left, box.middle - kit.px(10), right, box.middle + kit.px(10)), 10, "chip")
        canvas.create_text((left + right) // 2, box.middle, text=room.via, font=fonts.caption, fill=colors.text2)
        return left

    def _draw_people(self, canvas: tk.Canvas, room: Room, box: Box) -> None:
        kit, colors, fonts = self._kit, self._kit.colors, self._kit.fonts
        x = box.right - kit.px(PEOPLE)
        full = room.mark is Mark.FULL
        canvas.create_image(x, box.middle, image=kit.icon("person", 15, "text3"), anchor="w")
        canvas.create_text(
            x + kit.px(20),
            box.middle,
            text=room.people,
            anchor="w",
            font=fonts.meta_bold if full else fonts.meta,
            fill=colors.danger if full else colors.text2,
        )

    def _draw_latency(self, canvas: tk.Canvas, room: Room, box: Box) -> None:
        kit, colors = self._kit, self._kit.colors
        x, bottom = box.right - kit.px(LATENCY), box.middle + kit.px(6)
        width, gap = (kit.px(size) for size in BAR)
        lit = colors.online if room.bars >= 3 else colors.away if room.bars == 2 else colors.danger
        for bar in range(4):
            left = x + bar * (width + gap)
            color = lit if bar < room.bars else colors.thumb
            canvas.create_rectangle(left, bottom - kit.px(4 + 3 * bar), left + width, bottom, width=0, fill=color)
        at = (x + kit.px(26), box.middle)
        canvas.create_text(*at, text=room.latency, anchor="w", font=kit.fonts.meta, fill=colors.text2)


class NavPainter:
    """Paints the sections in the side bar."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit

    def draw(self, canvas: RowList[tuple[Section, int]], row: tuple[Section, int], box: Box, look: Look) -> None:
        kit, fonts = self._kit, self._kit.fonts
        section, count = row
        ink = "text" if look.selected else "text2"
        font = fonts.list_bold if look.selected else fonts.list
        icon = kit.icon(NAV_ICONS[section], 18, ink)
        canvas.create_image(box.x + kit.px(10), box.middle, image=icon, anchor="w")
        words = (box.x + kit.px(38), box.middle)
        canvas.create_text(*words, text=section.value, anchor="w", font=font, fill=kit.color(ink))
        number = (box.right - kit.px(12), box.middle)
        canvas.create_text(*number, text=str(count), anchor="e", font=fonts.meta, fill=kit.colors.text3)
