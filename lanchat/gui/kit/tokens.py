"""The design as numbers: palettes, type and font families; it draws nothing.

Sizes are pixels at 96 dpi and are multiplied by the scale of the screen. The contrast of each text colour on the
grounds where it stands is at least 4.5, of marks and borders 3.0 (WCAG 2.2); a test measures them.
"""

from __future__ import annotations

from typing import Final, Literal

from msgspec import Struct

Mode = Literal["light", "dark"]


class Palette(Struct, frozen=True):
    """Colours by role. bg, side and raised are grounds: the canvas, the side bar, fields and cards."""

    bg: str
    side: str
    raised: str
    hover: str
    sel: str  # the selected row
    row: str  # the message under the pointer
    line: str  # dividers
    edge: str  # the border of a field
    thumb: str  # scroll bars, quiet badges
    text: str
    text2: str
    text3: str
    accent: str
    accent_hover: str
    accent_down: str
    on_accent: str
    link: str
    focus: str
    online: str
    away: str
    busy: str
    offline: str
    absent: str  # avatars of who and what is not here, under white initials
    danger: str
    danger_bg: str
    warn: str
    warn_bg: str
    chip: str
    code: str  # ground of code
    code_text: str
    called: str  # ground of a message that calls us by name
    called_bar: str  # beside it
    select: str  # selected text
    names: tuple[str, ...]  # of people, on bg
    avatars: tuple[str, ...]  # their grounds, under white initials


LIGHT: Final = Palette(
    bg="#FFFFFF",
    side="#F4F5F8",
    raised="#FFFFFF",
    hover="#EAECF1",
    sel="#E3E7FB",
    row="#F8F9FB",
    line="#E0E3EA",
    edge="#8D95A6",
    thumb="#C9CED9",
    text="#1A1E29",
    text2="#525A6B",
    text3="#5F6778",
    accent="#4255D4",
    accent_hover="#3748BC",
    accent_down="#2E3DA3",
    on_accent="#FFFFFF",
    link="#3A4CC9",
    focus="#6D7CE0",
    online="#1B9755",
    away="#B87400",
    busy="#CF3B42",
    offline="#7D8495",
    absent="#6E7686",
    danger="#C03139",
    danger_bg="#FDECEC",
    warn="#8A5A00",
    warn_bg="#FFF4DA",
    chip="#F0F2F6",
    code="#F4F5F8",
    code_text="#2A2F3C",
    called="#FFF6DD",
    called_bar="#B88400",
    select="#C9D2FA",
    names=("#B3352B", "#A1520A", "#7A6400", "#1E773B", "#0B727E", "#2F62C9", "#6A45C9", "#A8327F"),
    avatars=("#C8473C", "#AD5D16", "#8A7413", "#27824A", "#15808C", "#3D71D6", "#7B57D6", "#B8428E"),
)

DARK: Final = Palette(
    bg="#16181D",
    side="#1C1F26",
    raised="#20242C",
    hover="#272B34",
    sel="#2B3260",
    row="#1A1D23",
    line="#2B2F39",
    edge="#6B7385",
    thumb="#3B414E",
    text="#E8EAF0",
    text2="#A9B0BE",
    text3="#969FAF",
    accent="#5567E8",
    accent_hover="#4A5CDA",
    accent_down="#4051C6",
    on_accent="#FFFFFF",
    link="#9AA8FF",
    focus="#7685F5",
    online="#3CC97D",
    away="#F0B03F",
    busy="#F2666D",
    offline="#78808F",
    absent="#6B7385",
    danger="#FF8087",
    danger_bg="#3A1F23",
    warn="#F2C666",
    warn_bg="#37301C",
    chip="#23272F",
    code="#1C1F26",
    code_text="#D5DAE5",
    called="#2E2A1B",
    called_bar="#E0A92E",
    select="#3A4690",
    names=("#F28B82", "#F0A868", "#D9C35A", "#7FD39A", "#67CBD8", "#8DB4FF", "#B79CFF", "#F08FC8"),
    avatars=("#B8433A", "#A65C1C", "#7F6B16", "#2C7F49", "#1A7782", "#3A68C4", "#6E4FC2", "#A63D81"),
)

PALETTES: Final[dict[Mode, Palette]] = {"light": LIGHT, "dark": DARK}

# role: (size in px at 96 dpi, weight); those that end so are slanted
TYPE: Final[dict[str, tuple[int, Literal["normal", "bold"]]]] = {
    "caption": (11, "normal"),
    "meta": (12, "normal"),
    "meta_bold": (12, "bold"),
    "list": (13, "normal"),
    "list_bold": (13, "bold"),
    "body": (14, "normal"),
    "body_bold": (14, "bold"),
    "body_italic": (14, "normal"),
    "body_bold_italic": (14, "bold"),
    "title": (15, "bold"),
    "h1": (22, "bold"),
    "badge": (11, "bold"),
    "initials": (13, "bold"),
    "initials_small": (9, "bold"),
    "mono": (13, "normal"),
}

# By sys.platform, best first; Tk has an answer of its own when none is installed
SANS: Final = {
    "win32": ("Segoe UI Variable Text", "Segoe UI"),
    "darwin": (".AppleSystemUIFont", "Helvetica Neue"),
    "linux": ("Inter", "Cantarell", "Ubuntu", "Noto Sans", "DejaVu Sans"),
}
MONO: Final = {
    "win32": ("Cascadia Mono", "Consolas"),
    "darwin": ("SF Mono", "Menlo"),
    "linux": ("JetBrains Mono", "DejaVu Sans Mono", "Noto Sans Mono"),
}


def mix(colour: str, ground: str, share: float) -> str:
    """`colour` at `share` (0 to 1) of opacity over `ground`."""
    pairs = zip(rgb(colour), rgb(ground), strict=True)
    return "#{:02X}{:02X}{:02X}".format(*(round(a * share + b * (1 - share)) for a, b in pairs))


def rgb(colour: str) -> tuple[int, int, int]:
    """The three bytes of “#RRGGBB”."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
