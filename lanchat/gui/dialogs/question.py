"""The dialog that asks what a deed needs to know (how long, why) before it is done; it does nothing itself."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from tkinter import ttk

from lanchat.errors import LocalProtocolError
from lanchat.gui.kit.dialog import GRAVE, WIDTH, Dialog
from lanchat.gui.kit.field import Field
from lanchat.gui.kit.options import Options
from lanchat.gui.kit.theme import Kit
from lanchat.gui.model.offers import Answers, Question
from lanchat.protocol.limits import MAX_REASON


class QuestionDialog(Dialog):
    """on_answer: called with the answers; where it raises LocalProtocolError that is shown, else the dialog is gone."""

    def __init__(
        self, master: tk.Misc, kit: Kit, question: Question, *, on_answer: Callable[[Answers], object]
    ) -> None:
        super().__init__(master, kit, question.title)
        self._question, self._on_answer = question, on_answer
        self.add_named(question.title, "Title.TLabel")
        self.add_named(question.text, gap=4)
        self.times: Options[int] | None = None
        if question.times:
            self.times = Options(self.body, kit, question.times, across=True, on_return=self._submit)
            self.times.value = question.usual
            self.times.pack(anchor="w", pady=(kit.px(14), 0))
        self.field: Field | None = None
        if question.field:
            self.field = Field(self.body, kit, question.field, on_change=self._shorten)
            self.field.pack(fill="x", pady=(kit.px(14), 0))
            self.field.bind("<Return>", lambda _: self._submit())
        self.complaint = ttk.Label(self.body, style="Error.TLabel", wraplength=kit.px(WIDTH), justify="left")
        self.complaint.pack(anchor="w", pady=(kit.px(6), 0))
        self.submit = self.add_button(question.button, self._submit, GRAVE if question.grave else "Accent.TButton")
        self.add_button("Cancel", self.cancel)
        self.open(self.field or (self.times.chosen if self.times else self.submit))

    def _shorten(self, text: str) -> None:
        """As long as may be said."""
        if self.field is not None and len(text) > MAX_REASON:
            self.field.value = text[:MAX_REASON]

    def _submit(self) -> None:
        try:
            self._on_answer((self.times.value if self.times else 0, self.field.value if self.field else ""))
        except LocalProtocolError as error:
            self.complaint.configure(text=str(error))
            if self.field is not None:
                self.field.mark(True)
            return
        self.close()
