"""Asks whether a long text that is pasted shall be sent as a file; it sends nothing by itself."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from datetime import datetime

from lanchat.gui.chat.composer import Composer
from lanchat.gui.kit.dialog import Answers, Choice
from lanchat.gui.kit.theme import Kit
from lanchat.gui.model import paste
from lanchat.protocol.text import clean_text

SendFile = Callable[[str, bytes], object]  # a name without a folder, and what is in it


class LongPaste:
    """send_file: None where there is no way to. It may raise nothing; what becomes of the file, others show."""

    def __init__(
        self,
        window: tk.Misc,
        kit: Kit,
        composer: Composer,
        send_file: SendFile | None,
        now: Callable[[], datetime] = datetime.now,
    ) -> None:
        self._window, self._kit, self._composer, self._now = window, kit, composer, now
        self.send_file = send_file

    def offer(self, text: str) -> bool:
        """A long text is about to be pasted. False: it may be, as any other."""
        if self.send_file is None:
            complaint = paste.too_long(text)
            self._composer.say_error(complaint)
            return len(text) > paste.MAX_HERE
        answers: Answers = {"Cancel": lambda: None}
        if len(text) <= paste.MAX_HERE:
            answers["Paste it here"] = lambda: self._composer.type(text)
        answers["Send as a file"] = lambda: self._send(text)
        words = "Everybody in the room can open it, and what is said around it stays together."
        title = f"Send these {paste.size(text)} as a file?"
        Choice(self._window.winfo_toplevel(), self._kit, title, words, answers)
        return True

    def _send(self, text: str) -> None:
        assert self.send_file is not None
        self.send_file(paste.file_name(self._now()), clean_text(text).encode())
        self._composer.focus_text()
