"""Two windows on one real server, and hands that work them by real keys, clicks and steps of the pointer."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TypeVar

import pytest

from lanchat.client import Client, Profile
from lanchat.gui.chat.screen import ChatScreen
from lanchat.gui.kit.popup import PopupMenu
from lanchat.gui.kit.theme import Kit
from lanchat.gui.model.room import RoomModel
from lanchat.server import Config, Server

Until = Callable[[Callable[[], object]], None]
SLICE = 200  # events handed over between two looks of Tk
W = TypeVar("W", bound=tk.Misc)


class Window:
    """A chat screen in a window of its own, fed from its client's queue."""

    def __init__(self, root: tk.Tk, kit: Kit, client: Client) -> None:
        self.top, self.client = tk.Toplevel(root), client
        self.port = 0
        self.wait: Until = lambda _: None  # while both windows go on
        self.top.geometry("900x600")
        leave = client.close
        self.screen = ChatScreen(self.top, kit, client, on_leave=leave, on_forget=leave, on_title=self.top.title)
        self.screen.pack(fill="both", expand=True)

    def turn(self) -> None:
        for event in self.client.events.drain(SLICE):
            self.screen.handle(event)
        self.top.update()

    def say(self, text: str) -> None:
        self.screen.composer.draft = text
        self.screen.composer.submit()

    @property
    def content(self) -> str:
        return self.screen.messages.text.get("1.0", "end")

    @property
    def rooms(self) -> list[str]:
        """The rooms and conversations in the side bar."""
        return [row.content.name for row in self.screen.side.rows._rows if isinstance(row.content, RoomModel)]

    def click(self, wanted: Callable[[object], bool], button: int = 1) -> None:
        """On the row of the side bar that fits."""
        rows = self.screen.side.rows
        place = next(n for n, row in enumerate(rows._rows) if wanted(row.content))
        rows.event_generate(f"<Button-{button}>", x=60, y=rows._tops[place] + 10)
        self.top.update()

    def go(self, typed: str) -> None:
        """By the dialog: types, and presses Enter."""
        dialog = self.screen.arranging.ask_where()
        self.top.update()
        dialog.field.value = typed
        dialog.field.focus_force()
        dialog.field.event_generate("<Return>")
        self.top.update()

    # Keys

    def press(self, *keys: str) -> None:
        """To what has the keyboard in this window, or gets it with the window."""
        for key in keys:
            widget = self.keyboard()
            widget.event_generate(key)
            self.top.update()

    def type(self, text: str) -> None:
        self.press(*(f"<KeyPress-U{ord(letter):04X}>" for letter in text))

    def keyboard(self) -> tk.Misc:
        widget = self.top.focus_get()
        if widget is None or not str(widget).startswith(str(self.top)):
            self.top.lift()
            last = self.top.focus_lastfor()
            assert last is not None
            last.focus_force()
            self.wait(lambda: self.top.focus_get() is last)
            widget = last
        return widget

    def write(self, text: str) -> None:
        """Types it in the composer, and sends it by Enter."""
        self.screen.composer.text.focus_force()
        self.wait(lambda: self.top.focus_get() is self.screen.composer.text)
        self.type(text)
        self.press("<Return>")

    # The pointer

    def place(self, words: str) -> tuple[int, int]:
        """Where they stand in the list of messages, once they are in view."""
        text = self.screen.messages.text
        self.wait(lambda: text.search(words, "1.0") and text.bbox(text.search(words, "1.0")))
        x, y, *_ = text.bbox(text.search(words, "1.0")) or (0, 0)
        return x + 2, y + 4

    def hover(self, words: str) -> None:
        """The pointer comes to the message, and the tools to it."""
        self.top.lift()
        self.top.update()
        x, y = self.place(words)
        self.screen.messages.text.event_generate("<Motion>", warp=True, x=x, y=y)
        self.wait(lambda: self.screen.hover.message is not None and self.screen.hover.frame.winfo_ismapped())

    def tool(self, name: str) -> None:
        self.push(self.screen.hover.buttons[name])

    def push(self, widget: tk.Misc) -> None:
        """A click on it."""
        self.wait(widget.winfo_viewable)
        widget.event_generate("<Enter>")
        widget.event_generate("<Button-1>", x=5, y=5)
        widget.event_generate("<ButtonRelease-1>", x=5, y=5)
        self.top.update()

    def click_words(self, words: str, button: int = 1) -> None:
        text = self.screen.messages.text
        x, y = self.place(words)
        for event in ("<Enter>", "<Motion>", f"<Button-{button}>", f"<ButtonRelease-{button}>"):
            text.event_generate(event, x=x, y=y)
        self.top.update()

    # What opens

    def choose(self, label: str) -> None:
        """In the menu that is open, by its keys."""
        self.wait(lambda: [menu for menu in self.all(PopupMenu) if menu.winfo_viewable()])
        menu = [menu for menu in self.all(PopupMenu) if menu.winfo_viewable()][-1]
        wanted = menu.index(label)
        for _ in range(1 + (menu.index("end") or 0)):
            if menu.index("active") != wanted:
                menu.event_generate("<Down>")
                self.top.update()
        assert menu.index("active") == wanted
        menu.event_generate("<Return>")
        self.top.update()

    def all(self, kind: type[W]) -> list[W]:
        """Every widget of that kind in it."""
        found: list[tk.Misc] = [self.top]
        for widget in found:
            found += widget.winfo_children()
        return [widget for widget in found if isinstance(widget, kind)]

    def opened(self, kind: type[W]) -> W:
        """The one of that kind, once it is seen."""
        self.wait(lambda: any(widget.winfo_viewable() for widget in self.all(kind)))
        return next(widget for widget in self.all(kind) if widget.winfo_viewable())


@pytest.fixture
def windows(root: tk.Tk, kit: Kit, until: Until, tmp_path: Path) -> Iterator[tuple[Window, Window, Until]]:
    """Sam's and Ana's, who are in, and what waits while both go on."""
    with ExitStack() as stack:
        config = Config("Room", tmp_path / "room", host="127.0.0.1", port=0, mdns=False, beacon=False)
        server = stack.enter_context(Server(config))
        sam, ana = (
            Window(root, kit, stack.enter_context(Client(f"127.0.0.1:{server.port}", nick, profile=Profile(nick))))
            for nick in ("Sam", "Ana")
        )
        ana.top.geometry("+950+20")

        def wait(condition: Callable[[], object]) -> None:
            until(lambda: [sam.turn(), ana.turn(), condition()][-1])

        sam.port = ana.port = server.port
        sam.wait = ana.wait = wait
        wait(lambda: all(len(window.screen.model.people()) == 2 for window in (sam, ana)))
        yield sam, ana, wait
        for window in (sam, ana):
            window.screen.destroy()


def is_room(name: str) -> Callable[[object], bool]:
    return lambda content: isinstance(content, RoomModel) and content.name == name
