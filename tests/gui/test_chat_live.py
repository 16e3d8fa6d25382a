"""Two people in a real room: what is typed in the window arrives at the other, and back."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from lanchat.client import Client, Profile
from lanchat.client.events import Message
from lanchat.gui.chat.screen import ChatScreen
from lanchat.gui.dialogs.question import QuestionDialog
from lanchat.gui.kit.popup import PopupMenu
from lanchat.gui.kit.theme import Kit
from lanchat.gui.model.chat import Link
from lanchat.gui.model.timeline import Sent
from lanchat.protocol.moderation import Role
from lanchat.server import Config, Server

pytestmark = pytest.mark.display
Until = Callable[[Callable[[], object]], None]
KEYSYMS = {" ": "space", "/": "slash"}
SLICE = 200  # events handed over between two looks of Tk


def serve(data: Path, port: int = 0) -> Server:
    return Server(Config("Studio Nord", data, host="127.0.0.1", port=port, rate=None, mdns=False, beacon=False))


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Server]:
    with serve(tmp_path / "room") as server:
        yield server


@pytest.fixture
def people(room: Server) -> Iterator[Callable[[str], Client]]:
    """Lets somebody in, with a profile of their own; they leave before the room closes."""
    with ExitStack() as stack:

        def enter(nick: str) -> Client:
            client = Client(f"127.0.0.1:{room.port}", nick, profile=Profile(nick))
            return stack.enter_context(client)

        yield enter


class Window:
    """A chat screen that is fed from its client's queue, in the thread of Tk."""

    def __init__(self, root: tk.Tk, kit: Kit, client: Client) -> None:
        self.root, self.client = root, client
        self.screen = ChatScreen(root, kit, client, on_leave=client.close, on_forget=client.close, on_title=root.title)
        self.screen.pack(fill="both", expand=True)

    def turn(self) -> None:
        for event in self.client.events.drain(SLICE):
            self.screen.handle(event)
        self.root.update()

    def type(self, words: str) -> None:
        text = self.screen.composer.text
        text.focus_force()
        for character in words:
            text.event_generate(f"<Key-{KEYSYMS.get(character, character)}>")
        text.event_generate("<Return>")

    @property
    def content(self) -> str:
        return self.screen.messages.text.get("1.0", "end")


def test_what_is_typed_arrives_and_what_is_answered_is_shown(
    root: tk.Tk, kit: Kit, until: Until, people: Callable[[str], Client]
) -> None:
    other = people("Ana")
    heard: list[str] = []

    def listen() -> None:
        heard.extend(event.text for event in other.events.drain(SLICE) if isinstance(event, Message))

    window = Window(root, kit, people("Sam"))

    def wait(condition: Callable[[], object]) -> None:
        until(lambda: [listen(), window.turn(), condition()][-1])

    wait(lambda: [person.nick for person in window.screen.model.people()] == ["Sam", "Ana"])
    window.type("hello ana")
    wait(lambda: heard == ["hello ana"])
    wait(lambda: [b.sent for b in window.screen.messages.shown if b.text == "hello ana"] == [Sent.YES])
    other.say("hello Sam 👋")
    wait(lambda: any(block.text == "hello Sam 👋" for block in window.screen.messages.shown))
    other.rename("Anna")
    wait(lambda: "Ana is now Anna" in window.content)
    other.close()
    wait(lambda: "Ana is now Anna · Anna left" in window.content)
    assert [person.nick for person in window.screen.model.people()] == ["Sam"]


def test_an_owner_deletes_bans_and_the_other_window_says_so(
    root: tk.Tk, kit: Kit, until: Until, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    posted: list[PopupMenu] = []
    monkeypatch.setattr(PopupMenu, "tk_popup", lambda menu, *_: posted.append(menu))  # Tk's waits for the user
    sam_profile = Profile("Sam")
    with ExitStack() as stack:
        config = Config("Room", tmp_path / "own", host="127.0.0.1", port=0, mdns=False, beacon=False)
        config = replace(config, owner=lambda: (sam_profile.key.public, ""))
        room = stack.enter_context(Server(config))
        clients = [
            stack.enter_context(Client(f"127.0.0.1:{room.port}", nick, profile=Profile(nick)))
            for nick in ("Sam", "Ana")
        ]
        tops = [tk.Toplevel(root), tk.Toplevel(root)]
        for top in tops:
            top.geometry("900x600")  # as the program does: else it follows what it holds, and the banner follows it
        sam, ana = (Window(top, kit, client) for top, client in zip(tops, clients, strict=True))  # type: ignore[arg-type]

        def wait(condition: Callable[[], object]) -> None:
            until(lambda: [sam.turn(), ana.turn(), condition()][-1])

        wait(lambda: len(sam.screen.model.people()) == 2)
        assert sam.screen.model.role is Role.OWNER
        ana.client.say("buy my stuff")
        wait(lambda: "buy my stuff" in sam.content)
        sam.type("/delete Ana")
        wait(lambda: "Deleted by Sam" in ana.content and "Deleted by Sam" in sam.content)
        rows = sam.screen.side.rows
        rows.event_generate("<Button-3>", x=60, y=rows._tops[5] + 10)
        posted[-1].invoke("Ban …")
        (dialog,) = (w for w in sam.screen.winfo_children() if isinstance(w, QuestionDialog))
        assert dialog.field is not None
        dialog.field.value = "advertising"
        dialog.submit.invoke()
        wait(lambda: ana.screen.model.link is Link.ENDED)
        banner = ana.screen.model.banner(0)
        assert banner is not None
        assert banner.kind == "danger"
        assert banner.text.startswith("Sam banned you from the room for ")
        assert banner.text.endswith("advertising")
        wait(lambda: "Sam banned Ana (advertising)" in sam.content)
        for window in (sam, ana):
            window.screen.destroy()


def test_a_long_history_is_read_back_to_its_start(
    root: tk.Tk, kit: Kit, until: Until, people: Callable[[str], Client]
) -> None:
    writer = people("Ana")
    for number in range(1, 451):
        writer.say(f"line {number}")
    assert writer.flush(20)
    window = Window(root, kit, people("Sam"))
    until(lambda: [window.turn(), "line 450\n" in window.content][-1])
    assert "line 1\n" not in window.content

    def scroll() -> bool:
        window.turn()
        window.screen.messages.text.yview_moveto(0.0)
        return "This is the start of #lobby." in window.content

    until(scroll)
    texts = [block.text for block in window.screen.messages.shown if block.text.startswith("line")]
    assert texts == [f"line {number}" for number in range(1, 451)]


def test_what_is_written_while_the_server_is_away_is_sent_when_it_is_back(
    root: tk.Tk, kit: Kit, until: Until, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        with serve(tmp_path / "room") as first:
            port = first.port
            client = stack.enter_context(Client(f"127.0.0.1:{port}", "Sam", profile=Profile("Sam")))
            window = Window(root, kit, client)
            until(lambda: [window.turn(), window.screen.model.link is Link.JOINED][-1])
        until(lambda: [window.turn(), window.screen.model.banner(0.0)][-1])
        window.type("after the tunnel")
        until(lambda: [window.turn(), window.screen.model.timeline.waiting == 1][-1])
        with serve(tmp_path / "room", port):
            until(lambda: [window.turn(), window.screen.model.timeline.waiting == 0][-1])
            client.close()
        block = next(b for b in window.screen.messages.shown if b.text == "after the tunnel")
        assert block.sent is Sent.YES
