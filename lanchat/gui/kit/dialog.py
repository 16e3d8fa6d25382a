"""Dialog: a small window over the main one that takes the keyboard until it is answered; Choice: one question."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from tkinter import ttk
from typing import Final

from lanchat.gui.kit.emoji import drawable
from lanchat.gui.kit.focus import give_back, holder
from lanchat.gui.kit.key_bindings import press
from lanchat.gui.kit.line import Paragraph
from lanchat.gui.kit.on_screen import largest, on_screen
from lanchat.gui.kit.scrolled import Scrolled
from lanchat.gui.kit.theme import Kit
from lanchat.gui.kit.wheel import bind_wheel
from lanchat.protocol.emoji import EMOJI

Answers = dict[str, Callable[[], object]]  # the words on the buttons, from left to right, and what they do
NAMED: Final = {"Title.TLabel": ("title", "text"), "Sub.TLabel": ("list", "text2")}  # their fonts and colours
GRAVE: Final = "Grave.TButton"  # of the button that takes something away
PADDING: Final = 24  # px at 96 dpi around all of it
GAP: Final = 20  # px at 96 dpi above the buttons
WIDTH: Final = 420  # px at 96 dpi of what a dialog holds: a line of text that is easy to read


class Dialog(tk.Toplevel):
    """Fill `body` and `buttons`, then `open` it. Escape and the window's own button cancel it."""

    def __init__(self, master: tk.Misc, kit: Kit, title: str, on_cancel: Callable[[], object] | None = None) -> None:
        super().__init__(master)
        self.withdraw()  # until it is complete and has its place
        self.title(drawable(title))
        self.resizable(False, False)
        self._kit = kit
        self._parent = master.winfo_toplevel()
        self._before = holder(master)  # what had the keyboard
        self._on_cancel = on_cancel
        frame = ttk.Frame(self, padding=kit.px(PADDING))
        frame.pack(fill="both", expand=True)
        self._line = ttk.Frame(frame, width=kit.px(WIDTH))
        self._line.pack()
        self._room = ttk.Frame(frame)
        self._room.pack(fill="both", expand=True)
        self.body = ttk.Frame(self._room)
        self.body.pack(fill="both", expand=True)
        self._scrolled: Scrolled | None = None  # where the body is higher than the screen lets it be
        self.buttons = ttk.Frame(frame)
        self.buttons.pack(fill="x", pady=(kit.px(GAP), 0))
        self.protocol("WM_DELETE_WINDOW", self.cancel)
        self.bind("<Escape>", lambda _: self.cancel())
        self.body.bind("<Configure>", lambda _: self._fit())
        kit.listen(self, lambda: self.configure(bg=kit.colors.bg))

    def open(self, focus: tk.Misc) -> None:
        """Shows it in the middle of its parent, with the keyboard in `focus`."""
        self.place_over_parent()
        self.transient(self._parent)
        self.bind("<Map>", self._mapped)
        self.deiconify()
        self.lift()
        focus.focus_set()

    def place_over_parent(self) -> None:
        """Moves it to the middle of its parent, all of it on the screen; once more when it has another size."""
        self.update_idletasks()
        self._fit()
        self.update_idletasks()
        parent = self._parent
        x = parent.winfo_rootx() + (parent.winfo_width() - self.winfo_reqwidth()) // 2
        y = parent.winfo_rooty() + (parent.winfo_height() - self.winfo_reqheight()) // 3
        x, y = on_screen(parent, (x, y), (self.winfo_reqwidth(), self.winfo_reqheight()))
        self.geometry(f"+{x}+{y}")

    def _fit(self) -> None:
        """Where all of it would be higher than the screen, the body scrolls: the buttons stay in view."""
        high = self.body.winfo_reqheight()
        around = (
            self._kit.px(2 * PADDING)
            + self._kit.px(GAP)
            + self._line.winfo_reqheight()
            + self.buttons.winfo_reqheight()
        )
        most = largest(self._parent)[1] - around
        if self._scrolled is None and high <= most:
            return
        if self._scrolled is None:
            self._scrolled = self._scroll()
        wide = self.body.winfo_reqwidth() + self._scrolled.extra_width
        self._room.configure(width=wide, height=min(high, most))

    def _scroll(self) -> Scrolled:
        """The body, where it is, in one that scrolls; by the wheel anywhere, and to whatever gets the keyboard."""
        self.body.pack_forget()
        self._room.pack_propagate(False)
        scrolled = Scrolled(self._room, self._kit, self.body)
        scrolled.pack(fill="both", expand=True)
        self.body.lift()
        bind_wheel(self, scrolled.scroll, self._kit.scale)
        for key, step in (("Prior", -1), ("Next", 1)):
            self.bind(f"<{key}>", lambda _, step=step: scrolled.canvas.yview_scroll(step, "pages"))  # type: ignore[misc]
        self.bind("<FocusIn>", lambda event: scrolled.reveal(event.widget), add="+")
        return scrolled

    @property
    def widest(self) -> int:
        """px that the body can be wide on this screen."""
        return largest(self._parent)[0] - 2 * self._kit.px(PADDING)

    def add_button(self, text: str, command: Callable[[], object], style: str = "TButton") -> ttk.Button:
        """A button to the left of those that are there; Return presses it while it has the keyboard."""
        button = ttk.Button(self.buttons, text=text, command=command, style=style)
        button.bind("<Return>", press)
        button.pack(side="right", padx=(self._kit.px(8), 0))
        button.lower()  # Tab goes from left to right, the button made first is the rightmost
        return button

    def add_text(self, text: str, style: str = "Sub.TLabel", gap: float = 0) -> ttk.Label:
        """A paragraph; gap: px above it."""
        wrap = self._kit.px(WIDTH)
        label = ttk.Label(self.body, text=drawable(text), style=style, wraplength=wrap, justify="left")
        label.pack(anchor="w", pady=(self._kit.px(gap), 0))
        return label

    def add_named(self, text: str, style: str = "Sub.TLabel", gap: float = 0) -> None:
        """A paragraph that may hold what people are called, with emoji as pictures. style: one of NAMED."""
        if EMOJI.search(text) is None:
            self.add_text(text, style, gap)
            return
        font, ink = NAMED[style]
        words = Paragraph(self.body, self._kit, font=font, ink=ink, width=self._kit.px(WIDTH))
        words.say(text)
        words.pack(anchor="w", pady=(self._kit.px(gap), 0))

    def close(self) -> None:
        """Ends it without a word to anyone; the keyboard goes back to where it was."""
        if self.winfo_exists():
            self.grab_release()
            self.destroy()
            give_back(self._parent, self._before)

    def cancel(self) -> None:
        self.close()
        if self._on_cancel:
            self._on_cancel()

    def _mapped(self, event: tk.Event[tk.Misc]) -> None:
        if event.widget is self:
            self.grab_set()  # before it is seen, Tk refuses


class Choice(Dialog):
    """A question and its answers, the likeliest last; the last one has the keyboard. Cancelling answers nothing.
    grave: the last one takes something away."""

    def __init__(
        self, master: tk.Misc, kit: Kit, title: str, text: str, answers: Answers, *, grave: bool = False
    ) -> None:
        super().__init__(master, kit, title)
        self.add_named(title, "Title.TLabel")
        self.add_named(text, gap=8)
        self.answers: dict[str, ttk.Button] = {}
        self._style = GRAVE if grave else "Accent.TButton"
        for word, act in reversed(answers.items()):
            self._add_answer(word, act)
        self.open(next(iter(self.answers.values())))

    def _add_answer(self, word: str, act: Callable[[], object]) -> None:
        def answer() -> None:
            self.close()
            act()

        self.answers[word] = self.add_button(word, answer, "TButton" if self.answers else self._style)
