"""The kit on a real display: sizes, styles, images, the switch between light and dark."""

from __future__ import annotations

import tkinter as tk
from tkinter import ttk

import pytest

from lanchat.gui.kit.theme import Kit
from lanchat.gui.kit.tokens import DARK, LIGHT, TYPE

pytestmark = pytest.mark.display

STYLES = [
    *(
        f"{ground}{kind}TLabel"
        for ground in ("", "Side.", "Raised.")
        for kind in ("", "Meta.", "Sub.", "Title.", "H1.")
    ),
    *("TFrame", "Side.TFrame", "Raised.TFrame", "Card.TFrame"),
    *("Accent.TButton", "TButton", "Ghost.TButton", "Side.TButton", "Send.TButton", "Small.TButton"),
    *("TEntry", "Side.TEntry", "Search.TEntry", "Vertical.TScrollbar", "Side.Vertical.TScrollbar"),
]


@pytest.mark.parametrize(("scale", "sizes"), [(1.0, (1, 7, 56, 0)), (1.5, (2, 10, 84, 0)), (2.0, (2, 14, 112, 0))])
def test_px_follows_the_scale(root: tk.Tk, scale: float, sizes: tuple[int, ...]) -> None:
    kit = Kit(root, "light", scale)
    assert tuple(kit.px(size) for size in (1, 7, 56, 0)) == sizes
    assert kit.fonts.body.cget("size") == -kit.px(TYPE["body"][0])


def test_px_never_loses_a_line(kit: Kit) -> None:
    assert kit.px(0.3) == 1


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("style", STYLES)
def test_every_style_stands_in_both_modes(kit: Kit, style: str, mode: str) -> None:
    kit.use("light" if mode == "light" else "dark")
    assert kit.style.layout(style)
    if style != "Card.TFrame":
        assert kit.style.lookup(style, "background")


def test_switching_repaints_listeners_until_their_widget_dies(root: tk.Tk, kit: Kit) -> None:
    label = tk.Label(root)
    kit.listen(label, lambda: label.configure(bg=kit.colors.bg))
    assert label["bg"] == LIGHT.bg
    kit.use("dark")
    assert label["bg"] == DARK.bg
    assert root["bg"] == DARK.bg
    label.destroy()
    kit.use("light")  # a listener of a dead widget would raise here


def test_images_are_made_once_for_each_look(kit: Kit) -> None:
    assert kit.icon("hash", 16, "text") is kit.icon("hash", 16, "text")
    assert kit.icon("hash", 16, "text") is not kit.icon("hash", 16, "text3")
    assert (kit.icon("hash", 16).width(), kit.disc(24, "online").height()) == (16, 24)


def test_controls_show_with_their_own_faces(root: tk.Tk, kit: Kit) -> None:
    button = ttk.Button(root, text="Join", style="Accent.TButton")
    button.pack()
    root.update()
    assert button.winfo_height() == pytest.approx(kit.px(14) + kit.fonts.body_bold.metrics("linespace"), abs=3)
