"""Draws the rows of the side bar: headings, rooms with what is unread, conversations, people; it decides nothing."""

from __future__ import annotations

from typing import Final, NamedTuple

from lanchat.gui.kit import paint
from lanchat.gui.kit.line import draw_line, line_width
from lanchat.gui.kit.row_list import Box, Look, Row, RowList
from lanchat.gui.kit.theme import Kit
from lanchat.gui.model.chat import ChatModel, Link
from lanchat.gui.model.people import hue_of, initials
from lanchat.gui.model.room import RoomModel
from lanchat.gui.model.roster import Person

AVATAR: Final = 24
NOTE_WIDTH: Final = 124  # px for what is unusual about a person
SHORT_NOTE: Final = 56  # px that it keeps beside a long name
MOST: Final = 99  # unread messages that are counted in the list
ROOM_ROW: Final = 34  # px
HEADING: Final = 40  # px


class Heading(NamedTuple):
    text: str


class Finder(NamedTuple):
    """The row below the rooms, to find another one or make it."""

    text: str = "Find or make a room"


Content = Heading | Finder | RoomModel | Person


def side_rows(model: ChatModel) -> list[Row[Content]]:
    """All rows, from the top."""
    conversations, people = model.conversations(), model.people()
    rows: list[Row[Content]] = [Row("rooms", Heading("Rooms"), 30, selectable=False)]
    rows += [Row(("room", room.name), room, ROOM_ROW) for room in conversations if not room.direct]
    rows.append(Row("find", Finder(), ROOM_ROW))
    if directs := [room for room in conversations if room.direct]:
        rows.append(Row("direct", Heading("Direct"), HEADING, selectable=False))
        rows += [Row(("room", room.name), room, ROOM_ROW) for room in directs]
    heading = f"People · {len(people)}" if people else "People"
    rows.append(Row("people", Heading(heading), HEADING, selectable=False))
    return rows + [Row(("person", person.who), person) for person in people]


class SideRows:
    """`draw` is for a RowList."""

    def __init__(self, kit: Kit, model: ChatModel) -> None:
        self._kit, self._model = kit, model

    def draw(self, canvas: RowList[Content], content: Content, box: Box, look: Look) -> None:
        match content:
            case Person():
                self._draw_person(canvas, content, box, look)
            case RoomModel():
                self._draw_room(canvas, content, box, look)
            case Finder(text):
                self._draw_line(canvas, "plus", text, box, "text3")
            case Heading(text):
                kit, px = self._kit, self._kit.px
                y = box.y + box.height - px(14)
                font, ink = kit.fonts.meta_bold, kit.colors.text3
                canvas.create_text(box.x + px(8), y, text=text, anchor="w", font=font, fill=ink)

    def _draw_line(self, canvas: RowList[Content], icon: str, text: str, box: Box, ink: str) -> None:
        kit, px = self._kit, self._kit.px
        canvas.create_image(box.x + px(8), box.middle, image=kit.icon(icon, 16, ink, 1.6), anchor="w")
        shown = paint.elide(kit.fonts.list, text, box.width - px(40))
        at = (box.x + px(32), box.middle)
        canvas.create_text(*at, text=shown, anchor="w", font=kit.fonts.list, fill=kit.color(ink))

    def _draw_room(self, canvas: RowList[Content], room: RoomModel, box: Box, look: Look) -> None:
        kit, px = self._kit, self._kit.px
        here = room is self._model.current
        loud = here or room.counted > 0
        ink = "text3" if (room.info.archived or room.muted) and not loud else "text" if loud else "text2"
        right = box.right - px(8)
        if room.counted:
            count = f"{room.counted}" if room.counted <= MOST else f"{MOST}+"
            count = f"@{count}" if room.called and not room.direct else count
            right -= paint.badge(canvas, kit, right, box.middle, count, loud=room.called > 0) + px(6)
        if room.muted:
            sign = kit.icon("bell_off", 14, "text2" if here else "text3", 1.6)
            canvas.create_image(right, box.middle, image=sign, anchor="e")
            right -= sign.width() + px(6)
        if room.direct and len(room.info.people) == 2:
            self._draw_partner(canvas, room, box, look)
        else:
            canvas.create_image(box.x + px(8), box.middle, image=kit.icon(room.sign, 16, ink, 1.6), anchor="w")
        font = kit.fonts.list_bold if loud else kit.fonts.list
        left = box.x + px(38 if room.direct else 32)
        at, name = (left, box.middle), self._model.label(room)
        draw_line(canvas, kit, at, name, font=font, fill=kit.color(ink), width=right - left)

    def _draw_partner(self, canvas: RowList[Content], room: RoomModel, box: Box, look: Look) -> None:
        """With whom one talks alone."""
        key = next((p.key for p in room.info.people if p.key != self._model.own_key), "")
        hue = hue_of(key)
        self._draw_face(canvas, box, look, self._model.label(room), hue, self._model.state_of(key))

    def _draw_face(
        self, canvas: RowList[Content], box: Box, look: Look, name: str, hue: int, state: str | None
    ) -> None:
        kit, px = self._kit, self._kit.px
        joined = self._model.link is Link.JOINED
        disc = kit.colors.avatars[hue] if joined else kit.colors.absent
        at = (box.x + px(5), box.middle - px(AVATAR / 2))
        paint.avatar(canvas, kit, at, initials(name), disc, size=AVATAR, under=look.ground)
        paint.presence(canvas, kit, (box.x + px(20), box.middle + px(2)), state if joined else None, look.ground)

    def _draw_person(self, canvas: RowList[Content], person: Person, box: Box, look: Look) -> None:
        kit, px, colors = self._kit, self._kit.px, self._kit.colors
        self._draw_face(canvas, box, look, person.nick, person.hue, person.state)
        room, name_font, font = box.width - px(38 + 8), kit.fonts.list, kit.fonts.caption
        beside = room - line_width(kit, name_font, person.nick) - px(8)  # the name first
        most = min(px(NOTE_WIDTH), max(px(SHORT_NOTE), beside))
        at = (box.right - px(8), box.middle)
        taken = draw_line(canvas, kit, at, person.note, font=font, fill=colors.text3, anchor="e", width=most)
        taken += px(8) if taken else 0
        ink = colors.text if self._model.link is Link.JOINED else colors.text3
        at, width = (box.x + px(38), box.middle), box.width - px(38 + 8) - taken
        draw_line(canvas, kit, at, person.nick, font=kit.fonts.list, fill=ink, width=width)
