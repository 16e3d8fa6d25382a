"""Banner: one sentence over the full width, with one button; warning or danger. It knows no reason."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from tkinter import ttk
from typing import Literal

from lanchat.gui.kit.line import Paragraph
from lanchat.gui.kit.theme import Kit

Kind = Literal["warn", "danger"]


class Banner(tk.Frame):
    """Built once and packed only while it has something to say; `show` and `hide` cost nothing when nothing changes."""

    def __init__(self, master: tk.Misc, kit: Kit, *, pack: dict[str, object]) -> None:
        super().__init__(master)
        self._kit = kit
        self._pack = pack
        self._kind: Kind = "warn"
        self._shown: tuple[Kind, str, str] | None = None
        self._icon = tk.Label(self, bd=0)
        self._icon.pack(side="left", padx=(kit.px(20), kit.px(8)), pady=kit.px(9))
        self._button = ttk.Button(self)
        self._button.pack(side="right", padx=kit.px(12))
        self._label = Paragraph(self, kit, font="list", ink="warn", ground="warn_bg")
        self._label.pack(side="left", fill="x", expand=True, pady=kit.px(7))
        kit.listen(self, self._paint)

    def show(self, kind: Kind, text: str, action: str, command: Callable[[], object]) -> None:
        if self._shown != (kind, text, action):
            self._kind = kind
            self._label.text = text
            self._button.configure(text=action, command=command)
            self._paint()
            if self._shown is None:
                self.pack(**self._pack)  # type: ignore[arg-type]
            self._shown = (kind, text, action)

    @property
    def text(self) -> str:
        """What it says now; empty: nothing."""
        return self._shown[1] if self._shown else ""

    def hide(self) -> None:
        if self._shown is not None:
            self._shown = None
            self.pack_forget()

    def _paint(self) -> None:
        colors = self._kit.colors
        ink, ground = (colors.warn, colors.warn_bg) if self._kind == "warn" else (colors.danger, colors.danger_bg)
        self.configure(bg=ground)
        image = self._kit.icon("refresh" if self._kind == "warn" else "alert", 16, ink)
        self._icon.configure(bg=ground, image=image)
        self._label.ink, self._label.ground = self._kind, f"{self._kind}_bg"
        self._label.paint()
        self._button.configure(style="Warn.TButton" if self._kind == "warn" else "Danger.TButton")
