"""TransferRows: the uploads under way, each with a bar and a button that ends it; it ends none itself."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Mapping
from tkinter import ttk
from typing import Any

from lanchat.client.events import Progress
from lanchat.client.pace import in_words
from lanchat.gui.kit.emoji import drawable
from lanchat.gui.kit.theme import Kit
from lanchat.gui.model.transfers import MAX_ROWS


class TransferRows(ttk.Frame):
    """on_end: called with the id of a transfer to be ended, or put away. pack: where it stands while there are any."""

    def __init__(self, master: tk.Misc, kit: Kit, on_end: Callable[[str], object], pack: Mapping[str, object]) -> None:
        super().__init__(master)
        self._kit, self._on_end, self._pack = kit, on_end, pack
        self._rows: dict[str, _Row] = {}
        self._more = ttk.Label(self, style="Meta.TLabel")

    def show(self, uploads: Mapping[str, Progress]) -> None:
        shown = dict(list(uploads.items())[:MAX_ROWS])
        for gone in self._rows.keys() - shown.keys():
            self._rows.pop(gone).destroy()
        for transfer_id, progress in shown.items():
            if transfer_id not in self._rows:
                self._rows[transfer_id] = _Row(self, self._kit, lambda which=transfer_id: self._on_end(which))  # type: ignore[misc]
            self._rows[transfer_id].show(progress)
        if len(uploads) > len(shown):
            self._more.configure(text=f"and {len(uploads) - len(shown)} more")
            self._more.pack(side="bottom", anchor="w")
        else:
            self._more.pack_forget()
        if shown and not self.winfo_manager():
            self.pack(**self._pack)  # type: ignore[arg-type]
        elif not shown:
            self.pack_forget()


class _Row(ttk.Frame):
    def __init__(self, master: tk.Misc, kit: Kit, on_end: Callable[[], object]) -> None:
        super().__init__(master)
        self._kit, self._share = kit, 0.0
        px = kit.px
        self._button = ttk.Button(self, style="Small.TButton", command=on_end)
        self._button.pack(side="right")
        self._label = ttk.Label(self, style="Meta.TLabel", width=1)
        self._label.pack(fill="x", expand=True)
        self._bar = tk.Canvas(self, height=px(3), width=px(60), highlightthickness=0, bd=0)
        self._place: Any = {"fill": "x", "padx": (0, px(12)), "pady": (px(2), px(4))}
        self._bar.bind("<Configure>", lambda _: self._draw())
        self.pack(fill="x")
        kit.listen(self, self._draw)

    def show(self, progress: Progress) -> None:
        self._share = progress.done / progress.size if progress.size else 0.0
        words = f"{progress.name}: {in_words(progress)}"
        self._label.configure(text=drawable(words), style="Error.TLabel" if progress.over else "Meta.TLabel")
        self._button.configure(text="Dismiss" if progress.over else "Cancel")
        self._bar.pack_forget() if progress.over else self._bar.pack(**self._place)
        self._draw()

    def _draw(self) -> None:
        self._bar.delete("all")
        self._bar.configure(bg=self._kit.colors.line)
        width = round(self._bar.winfo_width() * min(1.0, self._share))
        self._bar.create_rectangle(0, 0, width, self._kit.px(3), fill=self._kit.colors.accent, width=0)
