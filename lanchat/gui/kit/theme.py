"""Kit: colours, fonts, images and ttk styles of one window at its scale, in light and dark; no layout, no screens.

Tk images die with their Python object, so the Kit must outlive the window. All methods are for the Tk thread.
"""

from __future__ import annotations

import sys
import tkinter as tk
import tkinter.font as tkfont
from collections.abc import Callable
from tkinter import ttk
from types import SimpleNamespace

from lanchat.gui.kit import icons, shapes, styles
from lanchat.gui.kit.emoji import EmojiPictures
from lanchat.gui.kit.scale import detect, zoomed
from lanchat.gui.kit.tokens import MONO, PALETTES, SANS, TYPE, Mode, Palette

Layers = tuple[tuple[str, float], ...]


class Fonts(SimpleNamespace):
    """One named font for each role of tokens.TYPE, so kit.fonts.body."""

    caption: tkfont.Font
    meta: tkfont.Font
    meta_bold: tkfont.Font
    list: tkfont.Font
    list_bold: tkfont.Font
    body: tkfont.Font
    body_bold: tkfont.Font
    body_italic: tkfont.Font
    body_bold_italic: tkfont.Font
    title: tkfont.Font
    h1: tkfont.Font
    badge: tkfont.Font
    initials: tkfont.Font
    initials_small: tkfont.Font
    mono: tkfont.Font


class Kit:
    """What every widget draws with. scale None: as the screen asks (see gui.scale). zoom: percent of that."""

    def __init__(self, root: tk.Tk, mode: Mode, scale: float | None = None, zoom: int = 100) -> None:
        self.root = root
        self._asked = scale or detect(root)
        self.scale = zoomed(self._asked, zoom)
        self.fonts = self._make_fonts()
        self.style = ttk.Style(root)
        self.colors: Palette = PALETTES[mode]
        self.mode: Mode = mode
        self.emoji = EmojiPictures(self)
        self._images: dict[object, tk.PhotoImage] = {}
        self._themes: dict[tuple[Mode, float], str] = {}  # Tk forgets none, so their images are kept, too
        self._listeners: dict[tk.Misc, list[Callable[[], object]]] = {}
        self.use(mode)

    def px(self, size: float) -> int:
        """Pixels of this screen for `size` pixels at 96 dpi; never 0 for a size that is not."""
        return round(size * self.scale) or (1 if size > 0 else 0)

    def use(self, mode: Mode) -> None:
        """Switch to light or dark; every listener repaints."""
        self.mode, self.colors = mode, PALETTES[mode]
        look = (mode, self.scale)
        if look not in self._themes:
            self._themes[look] = styles.build(self)
        self.style.theme_use(self._themes[look])
        self.root.configure(bg=self.colors.bg)
        for listeners in list(self._listeners.values()):
            for listener in listeners:
                listener()

    def zoom(self, percent: int) -> bool:
        """Everything is so large from now on; False: it was already. Fonts and styles follow; widgets that took lengths
        in pixels when they were made are to be made anew."""
        scale = zoomed(self._asked, percent)
        if scale == self.scale:
            return False
        self.scale = scale
        for role, (size, _) in TYPE.items():
            getattr(self.fonts, role).configure(size=-self.px(size))
        self.use(self.mode)
        return True

    def listen(self, widget: tk.Misc, repaint: Callable[[], object]) -> None:
        """Call `repaint` now and after each switch, as long as `widget` lives. For what ttk styles do not reach."""
        if widget not in self._listeners:
            self._listeners[widget] = []
            widget.bind("<Destroy>", lambda event: self._forget(event.widget), add="+")
        self._listeners[widget].append(repaint)
        repaint()

    def color(self, name: str) -> str:
        """A role of the palette, or “#RRGGBB” as it is."""
        return name if name.startswith("#") else str(getattr(self.colors, name))

    def icon(self, name: str, size: float = 18, color: str = "text2", weight: float = 1.5) -> tk.PhotoImage:
        shade = self.color(color)
        return self._image((name, size, shade, weight), lambda: icons.icon(name, self.px(size), shade, weight))

    def shape(
        self,
        width: float,
        height: float,
        radius: float,
        fill: str,
        *,
        border: str | None = None,
        under: str | None = None,
    ) -> tk.PhotoImage:
        """A rounded rectangle; border: 1 px. under: the colour that lies beneath, if it is one."""
        layers: tuple[tuple[str, float], ...] = ((self.color(fill), 0),)
        if border:
            layers = ((self.color(border), 0), (self.color(fill), self.px(1)))
        return self.layered(width, height, radius, layers, under)

    def disc(self, size: float, color: str, *, ring: str | None = None, under: str | None = None) -> tk.PhotoImage:
        """A disc; ring: the colour of a 2 px rim, which sets it off from what it lies on."""
        layers: tuple[tuple[str, float], ...] = ((self.color(color), 0),)
        if ring:
            layers = ((self.color(ring), 0), (self.color(color), self.px(2)))
        return self.layered(size, size, size / 2, layers, under)

    def layered(
        self, width: float, height: float, radius: float, layers: Layers, under: str | None = None
    ) -> tk.PhotoImage:
        """See shapes.rounded; width, height and radius at 96 dpi, insets in pixels of this screen."""
        ground = self.color(under) if under else None
        w, h = self.px(width), self.px(height)
        return self._image(
            (w, h, radius, layers, ground),
            lambda: shapes.rounded(w, h, min(radius * self.scale, w / 2, h / 2), layers, ground),
        )

    def blank(self, width: float, height: float) -> tk.PhotoImage:
        """An image that is not seen."""
        w, h = self.px(width), self.px(height)
        return self._image(("blank", w, h), lambda: shapes.png(w, h, [bytes(4 * w)] * h))

    def stacked(self, below: tk.PhotoImage, above: tk.PhotoImage) -> tk.PhotoImage:
        """One picture over the middle of another, which is the larger one."""
        key = ("stacked", str(below), str(above))
        if key not in self._images:
            image = tk.PhotoImage(master=self.root, width=below.width(), height=below.height())
            left, top = (below.width() - above.width()) // 2, (below.height() - above.height()) // 2
            image.tk.call(image, "copy", below)
            image.tk.call(image, "copy", above, "-to", left, top)
            self._images[key] = image
        return self._images[key]

    def _image(self, key: object, make: Callable[[], bytes]) -> tk.PhotoImage:
        key = (self.scale, key)
        if key not in self._images:
            self._images[key] = tk.PhotoImage(master=self.root, data=make())
        return self._images[key]

    def _forget(self, widget: tk.Misc) -> None:
        self._listeners.pop(widget, None)

    def _make_fonts(self) -> Fonts:
        platform = sys.platform if sys.platform in SANS else "linux"
        sans, mono = (
            next((f for f in families[platform] if self._is_installed(f)), families[platform][-1])
            for families in (SANS, MONO)
        )
        return Fonts(
            **{
                role: tkfont.Font(
                    self.root,
                    family=mono if role == "mono" else sans,
                    size=-self.px(size),
                    weight=weight,
                    slant="italic" if role.endswith("italic") else "roman",
                )
                for role, (size, weight) in TYPE.items()
            }
        )

    def _is_installed(self, family: str) -> bool:
        """Asks for this one: the list of all of them takes 10 ms, and more where there are many."""
        given: str = tkfont.Font(self.root, family=family, size=-self.px(TYPE["body"][0])).actual("family")
        return given.casefold() == family.casefold()
