"""The picker's side bar: sections, the servers open on this computer, hosting, and who one is; it starts nothing."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Sequence
from functools import partial
from tkinter import ttk
from typing import TYPE_CHECKING, Final

from lanchat.client.hosting import Hosted
from lanchat.gui.kit.line import LineLabel
from lanchat.gui.kit.paint import avatar, elide
from lanchat.gui.kit.row_list import Row, RowList
from lanchat.gui.kit.theme import Kit
from lanchat.gui.model.people import hue_of, initials
from lanchat.gui.model.picker import Section
from lanchat.gui.picker.rows import NAV_HEIGHT, NavPainter

if TYPE_CHECKING:
    from lanchat.gui.picker.screen import Actions

WIDTH: Final = 236  # px at 96 dpi
AVATAR: Final = 36
MAX_HOSTED: Final = 5  # servers of this computer that are listed one by one
NAME_WIDTH: Final = 130  # px at 96 dpi for a name beside a button


class PickerSide(ttk.Frame):
    def __init__(self, master: tk.Misc, kit: Kit, on_section: Callable[[Section], object], actions: Actions) -> None:
        super().__init__(master, style="Side.TFrame", width=kit.px(WIDTH))
        self.pack_propagate(False)
        self._kit, self._actions = kit, actions
        self.me = ("", "", "")
        self.hosted: Sequence[Hosted] = ()
        self.stop_buttons: list[ttk.Button] = []
        self._add_head()
        self.nav: RowList[tuple[Section, int]] = RowList(
            self,
            kit,
            NavPainter(kit).draw,
            ground="side",
            height=kit.px(NAV_HEIGHT * len(Section)),
            on_select=lambda row: on_section(row[0]),
        )
        self.nav.pack(fill="x")
        self._servers = ttk.Frame(self, style="Side.TFrame")
        self._servers.pack(fill="x", padx=kit.px(16), pady=(kit.px(20), 0))
        self._add_me()
        self.host = ttk.Button(
            self, text=" Host a room here", compound="left", style="Accent.TButton", command=actions.host
        )
        self.host.pack(side="bottom", fill="x", padx=kit.px(16), pady=(0, kit.px(4)))
        kit.listen(self.host, lambda: self.host.configure(image=kit.icon("house", 18, "on_accent")))
        self.show_counts(dict.fromkeys(Section, 0))
        self.nav.select(Section.NEARBY)

    def show_counts(self, counts: dict[Section, int]) -> None:
        self.nav.show([Row(section, (section, counts[section]), NAV_HEIGHT) for section in Section])

    def show_me(self, name: str, address: str, key: str) -> None:
        """The name used last, where this computer is reached, and our key, once it is known."""
        self.me = (name, address, key)
        width = self._kit.px(NAME_WIDTH)
        self._nick.say(name or "No name yet", width)
        self._address.configure(text=elide(self._kit.fonts.meta, address, width))
        self._draw_avatar()

    def show_hosted(self, hosted: Sequence[Hosted]) -> None:
        """The servers that run on this computer, each with a button that stops it."""
        if hosted == self.hosted:
            return
        self.hosted = hosted
        self.stop_buttons.clear()
        for child in self._servers.winfo_children():
            child.destroy()
        if hosted:
            heading = ttk.Label(self._servers, text="Open on this computer", style="Side.Meta.TLabel")
            heading.configure(font=self._kit.fonts.meta_bold)
            heading.pack(anchor="w", pady=(0, self._kit.px(4)))
        for server in hosted[:MAX_HOSTED]:
            self._add_server(server)
        if len(hosted) > MAX_HOSTED:
            more = f"and {len(hosted) - MAX_HOSTED} more"
            ttk.Label(self._servers, text=more, style="Side.Meta.TLabel").pack(anchor="w")
        if not hosted:
            ttk.Frame(self._servers, style="Side.TFrame", height=1).pack()  # an empty frame keeps its old height

    def _add_server(self, server: Hosted) -> None:
        kit = self._kit
        line = ttk.Frame(self._servers, style="Side.TFrame")
        line.pack(fill="x", pady=kit.px(2))
        stop = ttk.Button(line, text="Stop", style="Side.TButton", command=partial(self._actions.stop, server))
        stop.pack(side="right")
        self.stop_buttons.append(stop)
        name = LineLabel(line, kit, font="list_bold", ink="text", ground="side", fills=True)  # up to the button
        name.say(server.name)
        name.pack(fill="x")
        ttk.Label(line, text=f"port {server.port}", style="Side.Meta.TLabel").pack(anchor="w")

    def _add_head(self) -> None:
        kit = self._kit
        head = ttk.Frame(self, style="Side.TFrame")
        head.pack(fill="x", padx=kit.px(16), pady=(kit.px(18), kit.px(14)))
        logo = tk.Label(head, text="l", compound="center", font=kit.fonts.title, bd=0)
        logo.pack(side="left")
        kit.listen(
            logo,
            lambda: logo.configure(
                image=kit.shape(26, 26, 8, "accent", under="side"), fg=kit.colors.on_accent, bg=kit.colors.side
            ),
        )
        ttk.Label(head, text="lanchat", style="Side.Title.TLabel").pack(side="left", padx=kit.px(9))

    def _add_me(self) -> None:
        kit = self._kit
        line = ttk.Frame(self, style="Side.TFrame")
        line.pack(side="bottom", fill="x", padx=kit.px(16), pady=kit.px(14))
        self._avatar = tk.Canvas(line, width=kit.px(AVATAR), height=kit.px(AVATAR), highlightthickness=0, bd=0)
        self._avatar.pack(side="left")
        words = ttk.Frame(line, style="Side.TFrame")
        words.pack(side="left", padx=kit.px(10))
        self._nick = LineLabel(words, kit, font="list_bold", ink="text", ground="side")
        self._nick.pack(anchor="w")
        self._address = ttk.Label(words, style="Side.Meta.TLabel")
        self._address.pack(anchor="w")
        self.settings = ttk.Button(line, style="Side.TButton", command=lambda: self._actions.settings(self.settings))
        self.settings.pack(side="right")
        kit.listen(self.settings, lambda: self.settings.configure(image=kit.icon("sliders")))
        kit.listen(self._avatar, self._draw_avatar)

    def _draw_avatar(self) -> None:
        canvas, colors, (name, _, key) = self._avatar, self._kit.colors, self.me
        canvas.configure(bg=colors.side)
        canvas.delete("all")
        color = colors.avatars[hue_of(key)] if name and key else colors.absent
        avatar(canvas, self._kit, (0, 0), initials(name), color, size=AVATAR, under="side")
