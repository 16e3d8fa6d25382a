"""The ttk theme of one Kit and mode: every style name that screens use is made here, and nothing is shown.

Frames and labels: “TFrame”, “TLabel”, “Meta.TLabel”, “Sub.TLabel”, “Bold.TLabel”, “Title.TLabel”, “H1.TLabel”,
“Error.TLabel”, each also with “Side.” or “Raised.” in front (“Side.Meta.TLabel”) for that ground; “Card.TFrame”.
Buttons: “Accent.TButton”, “TButton”, “Ghost.TButton” (icon), “Side.TButton” (icon on the side bar),
“Send.TButton” and “Attach.TButton” (icon, on a card), “Card.TButton” (words, on a card), “Pill.TButton” (over text),
“Small.TButton” and “Mine.TButton” (in a line of text), “Warn.TButton” and “Danger.TButton” (in a banner),
“Grave.TButton” (in a dialog: it takes something away).
Fields: “TEntry”, “Side.TEntry”, “Search.TEntry” (room for an icon). “TRadiobutton”, “TCheckbutton”.
“Vertical.TScrollbar”, also with “Side.” and “Raised.”.

Controls are nine-slice images: opaque, with a wide middle. With alpha, or a middle of a few pixels, Tk needs a
second to show a window full of them.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from lanchat.gui.kit.theme import Kit, Layers

RADIUS: Final = 7  # of controls
CARD_RADIUS: Final = 9
MIDDLE: Final = (66, 18)  # px of the nine-slice's middle
RING: Final = 2  # px of the focus ring, outside a gap of 1 px
RIM: Final = 2  # px of the border of a button that is on
RADIO: Final = 16  # px of a radio button's disc, without the focus ring

_serial = itertools.count(1)  # a theme's name is for ever, also when its Kit is gone


def build(kit: Kit) -> str:
    """Makes the theme for the kit's present mode; returns its name."""
    name = f"lanchat-{kit.mode}-{next(_serial)}"
    kit.style.theme_create(name, parent="clam")
    kit.style.theme_use(name)
    colors, fonts = kit.colors, kit.fonts
    kit.style.configure(
        ".",
        background=colors.bg,
        foreground=colors.text,
        font=fonts.body,
        borderwidth=0,
        focuscolor=colors.focus,
        troughcolor=colors.bg,
        selectbackground=colors.select,
        selectforeground=colors.text,
        insertcolor=colors.text,
    )
    _frames_and_labels(kit)
    _buttons(kit)
    _fields(kit)
    _radio_buttons(kit)
    _check_buttons(kit)
    _scrollbars(kit)
    return name


def _frames_and_labels(kit: Kit) -> None:
    colors, fonts, style = kit.colors, kit.fonts, kit.style
    labels = {
        "": (colors.text, fonts.body),
        "Meta.": (colors.text3, fonts.meta),
        "Sub.": (colors.text2, fonts.list),
        "Bold.": (colors.text, fonts.list_bold),
        "Title.": (colors.text, fonts.title),
        "H1.": (colors.text, fonts.h1),
        "Error.": (colors.danger, fonts.meta),
    }
    for prefix, ground in (("", colors.bg), ("Side.", colors.side), ("Raised.", colors.raised)):
        style.configure(f"{prefix}TFrame", background=ground)
        for kind, (colour, font) in labels.items():
            style.configure(f"{prefix}{kind}TLabel", background=ground, foreground=colour, font=font)
    style.configure("Line.TFrame", background=colors.line)
    _nine_slice(
        kit,
        "Card.border",
        CARD_RADIUS,
        colors.bg,
        ((), _bordered(kit, colors.edge, colors.raised)),
        (("invalid",), _bordered(kit, colors.danger, colors.raised)),
        (("focus",), _glowing(kit, colors.accent, colors.sel, colors.raised)),
    )
    style.layout("Card.TFrame", [("Card.border", {"sticky": "nsew"})])
    style.configure("Card.TFrame", background=colors.raised)


def _buttons(kit: Kit) -> None:
    c, f = kit.colors, kit.fonts
    solid = (c.accent, c.accent_hover, c.accent_down)
    quiet = (c.hover, c.line, c.thumb)
    _button(kit, "Accent.TButton", solid, c.on_accent, f.body_bold, (14, 7), c.bg)
    _button(kit, "TButton", quiet, c.text, f.body_bold, (14, 7), c.bg)
    _button(kit, "Grave.TButton", (c.danger_bg, c.hover, c.line), c.danger, f.body_bold, (14, 7), c.bg)
    _button(kit, "Ghost.TButton", (c.bg, c.hover, c.line), c.text2, f.body, (7, 7), c.bg)
    _button(kit, "Side.TButton", (c.side, c.hover, c.line), c.text2, f.list, (7, 7), c.side)
    _button(kit, "Card.TButton", quiet, c.text, f.meta_bold, (8, 2), c.raised)
    _button(kit, "Attach.TButton", (c.raised, c.hover, c.line), c.text2, f.body, (7, 7), c.raised)
    _button(kit, "Tool.TButton", (c.raised, c.hover, c.line), c.text2, f.meta_bold, (6, 4), c.raised)
    _button(kit, "Send.TButton", solid, c.on_accent, f.body, (7, 7), c.raised)
    _button(kit, "Small.TButton", quiet, c.text, f.meta_bold, (8, 2), c.bg)
    _button(kit, "Mine.TButton", (c.sel, c.hover, c.line), c.link, f.meta_bold, (8, 2), c.bg, rim=c.accent)
    _button(kit, "Pill.TButton", solid, c.on_accent, f.meta_bold, (14, 5), c.bg, radius=13)
    _button(kit, "Warn.TButton", (c.warn_bg, c.hover, c.line), c.warn, f.list_bold, (10, 3), c.warn_bg)
    _button(kit, "Danger.TButton", (c.danger_bg, c.hover, c.line), c.danger, f.list_bold, (10, 3), c.danger_bg)


def _button(
    kit: Kit,
    style: str,
    fills: tuple[str, str, str],
    foreground: str,
    font: Any,
    padding: tuple[float, float],
    ground: str,
    radius: int = RADIUS,
    rim: str = "",
) -> None:
    """fills: at rest, under the pointer, pressed. rim: the colour of a border, which says that it is on."""
    rest, hover, down = fills
    edge: Layers = ((rim, 0.0),) if rim else ()
    inner = float(kit.px(RIM)) if rim else 0.0
    disabled = kit.colors.hover if rest != ground else ground
    focus = kit.colors.focus
    element = style.removesuffix(".TButton") + ".face"
    _nine_slice(
        kit,
        element,
        radius,
        ground,
        ((), (*edge, (rest, inner))),
        (("disabled",), ((disabled, 0.0),)),
        (("pressed",), (*edge, (down, inner))),
        (("focus", "active"), _ringed(kit, focus, ground, hover)),
        (("focus",), _ringed(kit, focus, ground, rest)),
        (("active",), (*edge, (hover, inner))),
    )
    label: Any = ("Button.padding", {"sticky": "nsew", "children": [("Button.label", {"sticky": "nsew"})]})
    kit.style.layout(style, [(element, {"sticky": "nsew", "children": [label]})])
    kit.style.configure(
        style,
        foreground=foreground,
        background=ground,
        font=font,
        padding=[kit.px(padding[0]), kit.px(padding[1])],
        anchor="center",
    )
    kit.style.map(style, foreground=[("disabled", kit.colors.text3)], background=[])


def _fields(kit: Kit) -> None:
    colors = kit.colors
    for style, ground, fill in (
        ("TEntry", colors.bg, colors.raised),
        ("Side.TEntry", colors.side, colors.bg),
    ):
        element = style.removesuffix("TEntry") + "field"
        _nine_slice(
            kit,
            element,
            RADIUS,
            ground,
            ((), _bordered(kit, colors.edge, fill)),
            (("invalid",), _bordered(kit, colors.danger, fill)),
            (("focus",), _glowing(kit, colors.accent, colors.sel, fill)),
            (("active",), _bordered(kit, colors.text2, fill)),
        )
        text: Any = ("Entry.padding", {"sticky": "nsew", "children": [("Entry.textarea", {"sticky": "nsew"})]})
        kit.style.layout(style, [(element, {"sticky": "nsew", "children": [text]})])
        kit.style.configure(
            style,
            foreground=colors.text,
            background=fill,
            fieldbackground=fill,
            insertwidth=kit.px(1.5),
            padding=[kit.px(11), kit.px(7)],
        )
        kit.style.map(style, foreground=[("disabled", colors.text3)], fieldbackground=[], background=[])
    kit.style.layout("Search.TEntry", kit.style.layout("TEntry"))
    kit.style.configure(
        "Search.TEntry",
        foreground=colors.text,
        insertwidth=kit.px(1.5),
        padding=[kit.px(34), kit.px(7), kit.px(10), kit.px(7)],
    )


def _radio_buttons(kit: Kit) -> None:
    """A disc with a dot in it when chosen; around it there is room for the focus ring."""
    c, px = kit.colors, kit.px
    margin = RING + 1  # px at 96 dpi

    def disc(rim: str, inside: str, inset: float, ring: str = c.bg) -> Any:
        """inset: px of the rim."""
        around = (ring, 0.0), (c.bg, float(px(RING)))
        layers = (*around, (rim, float(px(margin))), (inside, float(px(margin) + px(inset))))
        size = RADIO + 2 * margin
        return kit.layered(size, size, size / 2, layers, c.bg)

    kit.style.element_create(
        "radio.disc",
        "image",
        disc(c.edge, c.raised, 1),
        ("disabled", "selected", disc(c.edge, c.raised, 5)),
        ("disabled", disc(c.thumb, c.bg, 1)),
        ("selected", "focus", disc(c.accent, c.on_accent, 5, c.focus)),
        ("selected", "active", disc(c.accent_hover, c.on_accent, 5)),
        ("selected", disc(c.accent, c.on_accent, 5)),
        ("focus", disc(c.edge, c.raised, 1, c.focus)),
        ("active", disc(c.text2, c.raised, 1)),
        width=px(RADIO + 2 * margin) + px(5),
        sticky="w",
    )
    parts: Any = [("radio.disc", {"side": "left", "sticky": ""}), ("Radiobutton.label", {"side": "left"})]
    kit.style.layout("TRadiobutton", [("Radiobutton.padding", {"sticky": "nsew", "children": parts})])
    kit.style.configure("TRadiobutton", padding=[0, px(2)], background=c.bg, foreground=c.text, font=kit.fonts.body)
    kit.style.map("TRadiobutton", foreground=[("disabled", c.text3)], background=[])


def _check_buttons(kit: Kit) -> None:
    """A box with a hook in it when chosen; around it there is room for the focus ring."""
    c, px = kit.colors, kit.px
    margin = RING + 1  # px at 96 dpi
    size = RADIO + 2 * margin

    def box(rim: str, inside: str, ring: str = c.bg) -> Any:
        around = (ring, 0.0), (c.bg, float(px(RING)))
        layers = (*around, (rim, float(px(margin))), (inside, float(px(margin) + px(1))))
        return kit.layered(size, size, 4 + margin, layers, c.bg)

    def hooked(fill: str, ring: str = c.bg) -> Any:
        return kit.stacked(box(fill, fill, ring), kit.icon("check", 14, "on_accent", 2.2))

    kit.style.element_create(
        "check.box",
        "image",
        box(c.edge, c.raised),
        ("selected", "focus", hooked(c.accent, c.focus)),
        ("selected", "active", hooked(c.accent_hover)),
        ("selected", hooked(c.accent)),
        ("focus", box(c.edge, c.raised, c.focus)),
        ("active", box(c.text2, c.raised)),
        width=px(size) + px(5),
        sticky="w",
    )
    parts: Any = [("check.box", {"side": "left", "sticky": ""}), ("Checkbutton.label", {"side": "left"})]
    kit.style.layout("TCheckbutton", [("Checkbutton.padding", {"sticky": "nsew", "children": parts})])
    kit.style.configure("TCheckbutton", padding=[0, px(2)], background=c.bg, foreground=c.text, font=kit.fonts.body)
    kit.style.map("TCheckbutton", foreground=[("disabled", c.text3)], background=[])


def _scrollbars(kit: Kit) -> None:
    """A thumb alone: no arrows, and a trough in the colour of the ground."""
    colors = kit.colors
    for prefix, ground in (("", colors.bg), ("Side.", colors.side), ("Raised.", colors.raised)):

        def thumb(colour: str, ground: str = ground) -> Any:
            return kit.shape(8, 120, 4, colour, under=ground)

        kit.style.element_create(
            f"{prefix}thumb",
            "image",
            thumb(colors.line),
            ("disabled", thumb(ground)),  # everything is in view
            ("pressed", thumb(colors.edge)),
            ("active", thumb(colors.thumb)),
            border=(0, kit.px(6)),
            height=kit.px(28),
            sticky="ns",
        )
        style = f"{prefix}Vertical.TScrollbar"
        trough: Any = {"sticky": "ns", "children": [(f"{prefix}thumb", {"expand": 1, "sticky": "ns"})]}
        kit.style.layout(style, [("Vertical.Scrollbar.trough", trough)])
        kit.style.configure(
            style,
            background=ground,
            troughcolor=ground,
            bordercolor=ground,
            lightcolor=ground,
            darkcolor=ground,
            relief="flat",
            troughrelief="flat",
            borderwidth=0,
            width=kit.px(8),
        )


def _nine_slice(kit: Kit, element: str, radius: int, ground: str, *states: tuple[tuple[str, ...], Layers]) -> None:
    """A stretching image element. states: ttk states and the layers then; the first, without states, is the default."""
    width, height = 2 * radius + MIDDLE[0], 2 * radius + MIDDLE[1]
    images: list[Any] = [(*names, kit.layered(width, height, radius, layers, ground)) for names, layers in states]
    kit.style.element_create(
        element,
        "image",
        images[0][0],
        *images[1:],
        border=kit.px(radius + 1),
        width=kit.px(2 * radius + 2),
        height=kit.px(2 * radius + 2),
        sticky="nsew",
        padding=0,
    )


def _bordered(kit: Kit, border: str, fill: str) -> Layers:
    return ((border, 0.0), (fill, float(kit.px(1))))


def _glowing(kit: Kit, border: str, glow: str, fill: str) -> Layers:
    """A field with the keyboard: as large as without it, since the glow lies within the border."""
    return ((border, 0.0), (glow, float(kit.px(1))), (fill, float(kit.px(1) + kit.px(RING))))


def _ringed(kit: Kit, ring: str, rim: str, fill: str) -> Layers:
    """The focus ring outside, then 1 px of rim (a gap), then the fill."""
    return ((ring, 0.0), (rim, float(kit.px(RING))), (fill, float(kit.px(RING) + kit.px(1))))
