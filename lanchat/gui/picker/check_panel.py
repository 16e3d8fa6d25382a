"""The panel of the network check: how it goes, the verdict, the findings with what to do, and a field to test one
server. It looks into nothing itself."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from tkinter import ttk
from typing import Final, NamedTuple

from lanchat.doctor.report import Finding, Level
from lanchat.gui.kit.emoji import drawable
from lanchat.gui.kit.field import Field
from lanchat.gui.kit.key_bindings import Part
from lanchat.gui.kit.scrolled import Scrolled
from lanchat.gui.kit.theme import Kit
from lanchat.gui.model.check import CheckModel
from lanchat.protocol.limits import DEFAULT_TCP_PORT

INSET: Final = 24  # px at 96 dpi left and right of everything, as in the list of rooms
MARK: Final = 18
MARKS: Final = {  # icon and colour: told by shape, too
    Level.PROBLEM: ("alert", "danger"),
    Level.NOTE: ("circle", "away"),
    Level.OK: ("check", "online"),
    Level.UNTRIED: ("bar", "text3"),
}
NOW: Final = ("radio", "accent")  # of what is done now
GROUNDS: Final = {Level.PROBLEM: ("danger_bg", "danger"), Level.NOTE: ("warn_bg", "warn"), None: ("code", "text")}


class CheckActions(NamedTuple):
    """What the panel asks for; none of it may block. test: the server that was typed."""

    again: Callable[[], object]
    test: Callable[[str], object]
    stop: Callable[[], object]
    back: Callable[[], object]


class CheckPanel(ttk.Frame):
    """In the place of a list of rooms. Say `refresh` when the model is another one."""

    def __init__(self, master: tk.Misc, kit: Kit, model: CheckModel, actions: CheckActions) -> None:
        super().__init__(master)
        self._kit, self._model, self._actions = kit, model, actions
        self._drawn: object = None  # what the column was filled with
        self._copied: tuple[ttk.Button, str] | None = None  # the button pressed last, and what it said before
        self._add_head()
        self._add_foot()
        self.body = Scrolled(self, kit)
        self.body.pack(fill="both", expand=True, pady=(kit.px(4), 0))
        for widget in (self.body.canvas, self.copy, self.again, self.close, self.host, self.test):
            widget.bind("<Escape>", self._back)
        self.refresh()

    @property
    def parts(self) -> list[Part]:
        """For F6."""
        return [Part(self._head, self.again), Part(self.body, self.body.canvas), Part(self._foot, self.host)]

    def take_focus(self) -> None:
        self.body.canvas.focus_set()

    def refresh(self) -> None:
        model = self._model
        self._title.configure(text=drawable(model.title))
        self.again.configure(text="Stop" if model.running else "Check again")
        self.again.state(["disabled" if model.stopping else "!disabled"])
        self.copy.state(["!disabled" if model.outcome else "disabled"])
        self.complaint.configure(text=drawable(model.complaint))
        self.host.mark(bool(model.complaint))
        if model.complaint:
            self.complaint.pack(anchor="w", pady=(self._kit.px(8), 0))
        else:
            self.complaint.pack_forget()
        shown = (model.headline, model.steps, model.outcome)
        if shown != self._drawn:
            self._drawn = shown
            self._fill()

    # The parts

    def _add_head(self) -> None:
        kit = self._kit
        self._head = head = ttk.Frame(self)
        head.pack(fill="x", padx=kit.px(INSET), pady=(kit.px(20), kit.px(4)))
        self.close = ttk.Button(head, style="Ghost.TButton", command=self._actions.back)
        self.close.pack(side="right", padx=(kit.px(6), 0))
        kit.listen(self.close, lambda: self.close.configure(image=kit.icon("x")))
        self.again = ttk.Button(head, command=self._again)
        self.again.pack(side="right", padx=(kit.px(8), 0))
        self.copy = ttk.Button(head, text="Copy report", width=len("Copy report"))
        self.copy.configure(command=lambda: self._copy(self.copy, self._report()))
        self.copy.pack(side="right", padx=(kit.px(8), 0))
        for button in (self.copy, self.again, self.close):  # Tab goes from left to right
            button.lift()
        self._title = ttk.Label(head, style="H1.TLabel")
        self._title.pack(side="left")

    def _add_foot(self) -> None:
        kit = self._kit
        self._foot = foot = ttk.Frame(self)
        foot.pack(side="bottom", fill="x", padx=kit.px(INSET), pady=kit.px(16))
        line = ttk.Frame(foot)
        line.pack(fill="x")
        ttk.Label(line, text="Test one server:", style="Sub.TLabel").pack(side="left")
        self.host = Field(line, kit, f"host or address:{DEFAULT_TCP_PORT}", width=20)
        self.host.pack(side="left", padx=kit.px(10))
        for key in ("<Return>", "<KP_Enter>"):
            self.host.bind(key, lambda _: self._actions.test(self.host.value))
        self.test = ttk.Button(line, text="Test", command=lambda: self._actions.test(self.host.value))
        self.test.pack(side="left")
        self.complaint = ttk.Label(foot, style="Error.TLabel", justify="left")  # packed only while there is one
        foot.bind("<Configure>", lambda event: self.complaint.configure(wraplength=event.width))
        ttk.Frame(self, style="Line.TFrame", height=1).pack(side="bottom", fill="x")

    # What is shown

    def _fill(self) -> None:
        """The column anew: verdict and findings, or what was done so far."""
        column, model = self.body.column, self._model
        inside = str(self.focus_get() or "").startswith(str(column))
        self._put_back()
        for child in column.winfo_children():
            child.destroy()
        ttk.Frame(column, height=self._kit.px(8)).pack()
        if model.running:
            for step in model.steps[:-1]:
                self._line(column, *MARKS[Level.OK], step, "Sub.TLabel")
            self._line(column, *NOW, model.headline, "Bold.TLabel")
        else:
            self._verdict(column)
            for finding in model.findings:
                self._finding(column, finding)
        self.body.filled()
        if inside:
            self.take_focus()  # the button that had it is gone
        self.body.go_to(0)

    def _verdict(self, column: ttk.Frame) -> None:
        kit, level = self._kit, self._model.level
        if not self._model.headline:
            return
        box = tk.Frame(column)
        box.pack(fill="x", padx=kit.px(INSET - 2), pady=(0, kit.px(8)))
        mark = tk.Label(box, bd=0)
        mark.pack(side="left", anchor="n", padx=(kit.px(14), kit.px(10)), pady=kit.px(11))
        words = tk.Label(box, bd=0, justify="left", anchor="w", font=kit.fonts.body_bold)
        words.configure(text=drawable(self._model.headline))
        words.pack(side="left", fill="x", expand=True, pady=kit.px(10), padx=(0, kit.px(14)))
        _wrap(words)

        def paint() -> None:
            ground, ink = (kit.color(name) for name in GROUNDS.get(level, GROUNDS[None]))
            icon, color = MARKS[level or Level.PROBLEM]
            box.configure(bg=ground)
            mark.configure(bg=ground, image=kit.icon(icon, MARK, color, 1.8))
            words.configure(bg=ground, fg=ink)

        kit.listen(box, paint)

    def _finding(self, column: ttk.Frame, finding: Finding) -> None:
        style = {Level.PROBLEM: "Bold.TLabel", Level.NOTE: "Bold.TLabel"}.get(finding.level, "Sub.TLabel")
        words = self._line(column, *MARKS[finding.level], finding.sentence, style)
        if finding.advice:
            advice = ttk.Label(words, text=drawable(finding.advice), style="Sub.TLabel", justify="left", anchor="w")
            advice.pack(fill="x", pady=(self._kit.px(2), 0))
            _wrap(advice)
        for command in finding.commands:
            self._command(words, command)

    def _line(self, column: ttk.Frame, icon: str, color: str, text: str, style: str) -> ttk.Frame:
        """A sentence beside its mark; returns the frame of its words, for what belongs below it."""
        kit = self._kit
        line = ttk.Frame(column)
        line.pack(fill="x", padx=kit.px(INSET + 12), pady=kit.px(6))
        mark = tk.Label(line, bd=0)
        mark.pack(side="left", anchor="n", padx=(0, kit.px(10)))
        kit.listen(mark, lambda: mark.configure(image=kit.icon(icon, MARK, color, 1.8), bg=kit.colors.bg))
        words = ttk.Frame(line)
        words.pack(side="left", fill="x", expand=True)
        sentence = ttk.Label(words, text=drawable(text), style=style, justify="left", anchor="w")
        sentence.pack(fill="x")
        _wrap(sentence)
        return words

    def _command(self, master: ttk.Frame, command: str) -> None:
        """To be typed as it stands, or copied."""
        kit = self._kit
        line = tk.Frame(master)
        line.pack(fill="x", pady=(kit.px(6), 0))
        copy = ttk.Button(line, text="Copy", width=len("Copied"), style="Small.TButton")
        copy.configure(command=lambda: self._copy(copy, command))
        copy.pack(side="right", padx=kit.px(8), pady=kit.px(6))
        copy.bind("<Escape>", self._back)
        words = tk.Label(line, text=command, bd=0, justify="left", anchor="w", font=kit.fonts.mono)
        words.pack(side="left", fill="x", expand=True, padx=(kit.px(10), 0), pady=kit.px(6))
        _wrap(words)

        def paint() -> None:
            line.configure(bg=kit.colors.code)
            words.configure(bg=kit.colors.code, fg=kit.colors.code_text)

        kit.listen(line, paint)

    # From the user

    def _back(self, _: object) -> str:
        self._actions.back()
        return "break"

    def _again(self) -> None:
        """The same button stops what runs. What was a test of one server, is one again."""
        if self._model.running:
            self._actions.stop()
        elif self._model.server:
            self._actions.test(self._model.server)
        else:
            self._actions.again()

    def _report(self) -> str:
        return self._model.outcome.shareable if self._model.outcome else ""

    def _copy(self, button: ttk.Button, text: str) -> None:
        """The clipboard holds one thing: the button that says so is the one that was pressed last."""
        self.clipboard_clear()
        self.clipboard_append(text)
        self._put_back()
        self._copied = (button, str(button["text"]))
        button.configure(text="Copied")

    def _put_back(self) -> None:
        if self._copied is not None:
            button, text = self._copied
            button.configure(text=text)
        self._copied = None


def _wrap(label: tk.Label | ttk.Label) -> None:
    """No line is longer than the place there is."""
    label.bind("<Configure>", lambda event: label.configure(wraplength=event.width), add="+")
