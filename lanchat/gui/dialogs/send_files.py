"""The dialog that asks before files that were pasted or dropped go out, with words; it sends nothing itself.

A wrong clipboard would otherwise show everybody what was on it.
"""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Sequence
from pathlib import Path
from tkinter import ttk
from typing import Final

from lanchat.errors import LanchatError
from lanchat.gui.kit.dialog import WIDTH, Dialog
from lanchat.gui.kit.emoji import drawable
from lanchat.gui.kit.field import Field
from lanchat.gui.kit.line import LineLabel
from lanchat.gui.kit.theme import Kit

NAMED: Final = 6  # files that are named; of more, how many there are
HEIGHT: Final = 200  # px of a picture

Shrink = Callable[[Path, tuple[int, int], Callable[[bytes | None], object]], object]


class SendFilesDialog(Dialog):
    """where: in words. words: what the field begins with. on_send: called with what stands there; where it raises a
    LanchatError that is shown, else the dialog is gone. shrink: makes a small picture of a file, soon."""

    def __init__(
        self,
        master: tk.Misc,
        kit: Kit,
        paths: Sequence[Path],
        where: str,
        words: str,
        *,
        on_send: Callable[[str], object],
        shrink: Shrink,
    ) -> None:
        super().__init__(master, kit, "Send files")
        self._on_send = on_send
        self.add_text("Send this?" if len(paths) == 1 else f"Send these {len(paths)}?", "Title.TLabel")
        self.add_text(f"To {where}.", gap=4)
        self.picture = tk.Label(self.body, bd=0)
        kit.listen(self.picture, lambda: self.picture.configure(bg=kit.colors.bg))
        self._names = ttk.Frame(self.body)
        self._names.pack(fill="x", pady=(kit.px(12), 0))
        for path in paths[:NAMED]:
            self._add_name(path.name)
        if len(paths) > NAMED:
            self._add_name(f"and {len(paths) - NAMED} more")
        self.field = Field(self.body, kit, "Say something with it")
        self.field.value = drawable(words)
        self.field.pack(fill="x", pady=(kit.px(14), 0))
        self.field.bind("<Return>", lambda _: self._send())
        self.complaint = ttk.Label(self.body, style="Error.TLabel", wraplength=kit.px(WIDTH), justify="left")
        self.complaint.pack(anchor="w", pady=(kit.px(6), 0))
        self.submit = self.add_button("Send", self._send, "Accent.TButton")
        self.add_button("Cancel", self.cancel)
        if len(paths) == 1:
            shrink(paths[0], (kit.px(WIDTH), kit.px(HEIGHT)), self._show)
        self.open(self.field)

    def _add_name(self, name: str) -> None:
        label = LineLabel(self._names, self._kit, font="list", ink="text")
        label.say(name, self._kit.px(WIDTH))
        label.pack(anchor="w")

    def _show(self, data: bytes | None) -> None:
        """The picture has been made, or it is none."""
        if data is not None and self.winfo_exists():
            self._image = tk.PhotoImage(master=self, data=data)
            self.picture.configure(image=self._image)
            self.picture.pack(anchor="w", pady=(self._kit.px(12), 0), before=self._names)
            self.place_over_parent()

    def _send(self) -> None:
        try:
            self._on_send(self.field.value.strip())
        except LanchatError as error:
            self.complaint.configure(text=drawable(str(error)))
            self.field.mark(True)
            return
        self.close()
