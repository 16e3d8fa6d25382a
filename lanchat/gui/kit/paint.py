"""Small things that several Canvases draw: pills, avatars, badges, text cut to a width; no widgets, no bindings."""

from __future__ import annotations

import tkinter as tk
import tkinter.font as tkfont

from lanchat.gui.kit.theme import Kit

AVATAR_LARGE = 26  # px from which initials are set in the larger type


def pill(
    canvas: tk.Canvas,
    kit: Kit,
    box: tuple[int, int, int, int],
    radius: float,
    fill: str,
    ring: str | None = None,
) -> None:
    """A filled rounded rectangle of any size; ring: the colour of a 2 px rim. box: left, top, right, bottom."""
    if ring:
        pill(canvas, kit, box, radius, ring)
        rim = kit.px(2)
        box = (box[0] + rim, box[1] + rim, box[2] - rim, box[3] - rim)
        radius -= 2
    left, top, right, bottom = box
    reach = kit.px(radius)
    corner = kit.disc(2 * radius, fill)
    size = corner.width()
    colour = kit.color(fill)
    canvas.create_rectangle(left + reach, top, right - reach, bottom, fill=colour, width=0)
    canvas.create_rectangle(left, top + reach, right, bottom - reach, fill=colour, width=0)
    for x in (left, right - size):
        for y in (top, bottom - size):
            canvas.create_image(x, y, image=corner, anchor="nw")


def avatar(
    canvas: tk.Canvas,
    kit: Kit,
    at: tuple[int, int],
    initials: str,
    color: str,
    *,
    size: float,
    under: str | None = None,
    radius: float | None = None,
) -> None:
    """A disc (or a tile of `radius`) with initials; at: its upper left corner. under: the colour beneath, if one."""
    x, y = at
    image = kit.shape(size, size, size / 2 if radius is None else radius, color, under=under)
    canvas.create_image(x, y, image=image, anchor="nw")
    font = kit.fonts.initials if size > AVATAR_LARGE else kit.fonts.initials_small
    middle = image.width() // 2
    canvas.create_text(x + middle, y + middle, text=initials, fill=kit.colors.on_accent, font=font)


def presence(
    canvas: tk.Canvas, kit: Kit, at: tuple[int, int], state: str | None, ground: str, *, size: float = 11
) -> None:
    """A dot at the lower right of an avatar, with a rim in the colour of the ground; how somebody is (see
    protocol.presence) by its colour and its shape: disc, half, bar, ring. None: not here."""
    whole = {"idle": ground, "away": ground, "busy": "busy", None: ground}.get(state, "online")
    disc = kit.disc(size, whole, ring=ground)
    canvas.create_image(*at, image=disc, anchor="nw")
    drawn = {
        "idle": ("half", "away", 4.5),
        "away": ("half", "away", 4.5),
        "busy": ("bar", "bg", 4.5),
        None: ("circle", "offline", 5),
    }
    if state in drawn:
        icon, color, weight = drawn[state]
        inside = kit.icon(icon, size - 3, color, weight)
        canvas.create_image(at[0] + disc.width() // 2, at[1] + disc.width() // 2, image=inside, anchor="center")


def badge(canvas: tk.Canvas, kit: Kit, right: int, middle: int, text: str, *, loud: bool = False) -> int:
    """A number in a pill that ends at `right`; loud: in the accent's colour. Returns its width."""
    width = max(kit.px(20), kit.fonts.badge.measure(text) + kit.px(12))
    half = kit.px(9)
    pill(canvas, kit, (right - width, middle - half, right, middle + half), 9, "accent" if loud else "thumb")
    colour = kit.colors.on_accent if loud else kit.colors.text
    canvas.create_text(right - width // 2, middle, text=text, font=kit.fonts.badge, fill=colour)
    return width


def elide(font: tkfont.Font, text: str, width: int) -> str:
    """`text`, cut with an ellipsis where it is wider than `width` pixels."""
    if font.measure(text) <= width:
        return text
    fits, too_long = 0, len(text)
    while too_long - fits > 1:
        half = (fits + too_long) // 2
        if font.measure(text[:half].rstrip() + "…") <= width:
            fits = half
        else:
            too_long = half
    return text[:fits].rstrip() + "…"
