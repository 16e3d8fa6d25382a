"""The settings dialog: name, look, keys, notices, files, networks; it keeps and applies nothing itself."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Mapping
from tkinter import ttk
from typing import Final, TypeVar

from msgspec import structs

from lanchat.client.preferences import ZOOMS, Preferences, names_a_folder, what_is_wrong_with_subnets
from lanchat.errors import LocalProtocolError
from lanchat.gui.desktop.file_dialogs import ask_folder
from lanchat.gui.kit.dialog import WIDTH, Dialog
from lanchat.gui.kit.emoji import drawable
from lanchat.gui.kit.field import Field
from lanchat.gui.kit.options import Options
from lanchat.gui.kit.theme import Kit
from lanchat.protocol.text import clean_nick

THEMES: Final = {"Like the system": "system", "Light": "light", "Dark": "dark"}
SIZES: Final = {f"{zoom} %": zoom for zoom in ZOOMS}
SEND_KEYS: Final = {"Enter": "enter", "Ctrl+Enter": "ctrl-enter"}
LEVELS: Final = {"All messages": "all", "Only what calls me": "mentions", "Nothing": "nothing"}
T = TypeVar("T")


class SettingsDialog(Dialog):
    """on_save: called with a name, empty if there is none yet, and with the preferences; then it is closed."""

    def __init__(
        self,
        window: tk.Misc,
        kit: Kit,
        nick: str,
        preferences: Preferences,
        *,
        on_save: Callable[[str, Preferences], object],
    ) -> None:
        super().__init__(window, kit, "Settings")
        self._held, self._on_save = preferences, on_save
        self._rows = 0
        self.add_text("Settings", "Title.TLabel")
        self._grid = ttk.Frame(self.body)
        self._grid.pack(fill="x", pady=(kit.px(12), 0))
        self._grid.columnconfigure(1, weight=1)
        self._add_fields(nick, preferences)
        self.complaint = ttk.Label(self.body, style="Error.TLabel", wraplength=kit.px(WIDTH), justify="left")
        self.complaint.pack(anchor="w", pady=(kit.px(6), 0))
        self.save = self.add_button("Save", self._submit, "Accent.TButton")
        self.add_button("Cancel", self.cancel)
        self.open(self.name)

    @property
    def preferences(self) -> Preferences:
        """As chosen just now."""
        return structs.replace(
            self._held,
            theme=self.theme.value,
            zoom=self.zoom.value,
            send_key=self.send_key.value,
            notify=self.notify.value,
            downloads=self.downloads.value.strip(),
            subnets=self.subnets.value.strip(),
            **{name: variable.get() for name, variable in self.switches.items()},
        )

    def _add_fields(self, nick: str, held: Preferences) -> None:
        kit = self._kit
        self.name = Field(self._grid, kit, "For example Ana")
        self.name.value = nick
        self.name.selection_range(0, "end")
        self.name.bind("<Return>", lambda _: self._submit())
        self._add("Your name", self.name, fill=True)
        self.theme = self._add_options("Look", THEMES, held.theme)
        self.zoom = self._add_options("Size", SIZES, held.zoom)
        self.send_key = self._add_options("Messages go out by", SEND_KEYS, held.send_key)
        self.notify = self._add_options("Tell me about", LEVELS, held.notify)
        explained = "While I look elsewhere. A room may have its own choice, in its menu."
        self._add("", ttk.Label(self._grid, text=explained, style="Meta.TLabel"), gap=0)
        self.switches: dict[str, tk.BooleanVar] = {}
        self.boxes: dict[str, ttk.Checkbutton] = {}
        self._add_switch("", "desktop", "Show it on the desktop", held.desktop)
        self._add_switch("", "sound", "Play a sound", held.sound)
        self._add_switch("Others see", "receipts", "What I have read", held.receipts)
        self._add_switch("", "typing", "That I am writing", held.typing)
        self._add_switch("", "presence", "That I am idle, and when I was here last", held.presence)
        line = ttk.Frame(self._grid)
        self.downloads = Field(line, kit, str(Preferences().download_folder))
        self.downloads.value = held.downloads
        self.downloads.bind("<Return>", lambda _: self._submit())
        self.choose = ttk.Button(line, text="Choose …", command=self._choose)
        self.choose.pack(side="right", padx=(kit.px(8), 0))
        self.downloads.pack(side="left", fill="x", expand=True)
        self.choose.lift()  # Tab comes to it after the field
        self._add("Files are saved in", line, fill=True)
        self.subnets = Field(self._grid, kit, "Other networks, like 192.168.3.0/24")
        self.subnets.value = held.subnets
        self.subnets.bind("<Return>", lambda _: self._submit())
        self._add("Look for rooms in", self.subnets, fill=True)

    def _add(self, words: str, widget: tk.Widget, *, fill: bool = False, gap: float = 8) -> None:
        """A row: words on the left, and what they are about."""
        above = (self._kit.px(gap), 0)
        ttk.Label(self._grid, text=words, style="Sub.TLabel").grid(
            row=self._rows, column=0, sticky="w", padx=(0, self._kit.px(16)), pady=above
        )
        widget.grid(row=self._rows, column=1, sticky="ew" if fill else "w", pady=above)
        self._rows += 1

    def _add_options(self, words: str, answers: Mapping[str, T], held: T) -> Options[T]:
        options = Options(self._grid, self._kit, answers, across=True, on_return=self._submit)
        options.value = held
        self._add(words, options)
        return options

    def _add_switch(self, words: str, name: str, what: str, held: bool) -> None:
        self.switches[name] = tk.BooleanVar(self, held)
        box = self.boxes[name] = ttk.Checkbutton(self._grid, text=what, variable=self.switches[name])
        self._add(words, box, gap=8 if words else 0)

    def _choose(self) -> None:
        """By the system's own dialog."""
        folder = ask_folder(self, "Files are saved in", self.preferences.download_folder)
        if folder:
            self.downloads.value = str(folder)

    def _submit(self) -> None:
        nick = self.name.value
        try:
            nick = clean_nick(nick) if nick.strip() else ""
        except LocalProtocolError as error:
            self._complain(self.name, str(error))
            return
        if not names_a_folder(self.downloads.value.strip()):
            self._complain(self.downloads, "Please give the folder by its full path, or leave it empty.")
            return
        preferences = self.preferences
        if wrong := what_is_wrong_with_subnets(preferences.subnets):
            self._complain(self.subnets, wrong)
            return
        self.close()
        self._on_save(nick, preferences)

    def _complain(self, field: Field, sentence: str) -> None:
        for one in (self.name, self.downloads, self.subnets):
            one.mark(one is field)
        self.complaint.configure(text=drawable(sentence))
        field.focus_set()
