"""Pins, presence, what was read, and the tools at a message, in two windows on a real server, by real events."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from msgspec import structs

from lanchat.client import Client, Profile
from lanchat.client.events import Entered, Lost, Page
from lanchat.client.preferences import Preferences
from lanchat.gui.chat.screen import ChatScreen
from lanchat.gui.dialogs.question import QuestionDialog
from lanchat.gui.kit.dialog import Choice, Dialog
from lanchat.gui.kit.popup import PopupMenu
from lanchat.gui.kit.theme import Kit
from lanchat.gui.model.presence import IDLE_AFTER
from lanchat.gui.model.roster import Person
from lanchat.protocol.frames import Status
from lanchat.protocol.moderation import Delete
from lanchat.protocol.rooms import Keep
from lanchat.server import Config, Server
from tests.gui.conftest import Until
from tests.gui.stand_in import ME, MY_KEY, ROOM, StandInClient, joined, message
from tests.gui.two_windows import Window, is_room

pytestmark = pytest.mark.display
Two = tuple[Window, Window, Until]


@pytest.fixture
def menus(monkeypatch: pytest.MonkeyPatch) -> list[PopupMenu]:
    """Those that were opened: Tk's own wait for the user."""
    opened: list[PopupMenu] = []
    monkeypatch.setattr(PopupMenu, "tk_popup", lambda menu, *_: opened.append(menu))
    return opened


@pytest.fixture
def windows(root: tk.Tk, kit: Kit, until: Until, tmp_path: Path, menus: list[PopupMenu]) -> Iterator[Two]:
    """Sam's and Ana's, with a conversation of the two open, and what waits while both go on."""
    with ExitStack() as stack:
        config = Config("Room", tmp_path / "room", host="127.0.0.1", port=0, mdns=False, beacon=False)
        server = stack.enter_context(Server(config))
        sam, ana = (
            Window(root, kit, stack.enter_context(Client(f"127.0.0.1:{server.port}", nick, profile=Profile(nick))))
            for nick in ("Sam", "Ana")
        )

        def wait(condition: object) -> None:
            until(lambda: [sam.turn(), ana.turn(), condition()][-1])  # type: ignore[operator]

        wait(lambda: all(len(window.screen.model.people()) == 2 for window in (sam, ana)))
        sam.click(lambda content: isinstance(content, Person) and content.nick == "Ana")
        menus[-1].invoke("Write to them alone")
        wait(lambda: sam.screen.model.current.direct)
        sam.say("the code is on the door")
        wait(lambda: len(ana.rooms) == 2)
        wait(lambda: "the code" in sam.content)
        yield sam, ana, wait
        for window in (sam, ana):
            window.screen.destroy()


def dialog(window: Window, kind: type[Dialog]) -> Dialog:
    return next(child for child in _all(window.top) if isinstance(child, kind))


def _all(widget: tk.Misc) -> Iterator[tk.Misc]:
    for child in widget.winfo_children():
        yield child
        yield from _all(child)


def keys(window: Window) -> list[object]:
    """Of what stands in the list of messages."""
    return [one.block.key for one in window.screen.messages.drawn]


def hover(window: Window, seq: int) -> None:
    """The pointer goes to a message."""
    screen = window.screen
    window.top.lift()
    window.top.update()
    drawn = next(one for one in screen.messages.drawn if one.block.key == (seq, 0))
    place = screen.messages.text.dlineinfo(f"{drawn.tag}.last -1c")
    assert place is not None
    screen.messages.text.event_generate("<Motion>", warp=True, x=place[0] + 20, y=place[1] + 5)


def test_who_has_read_a_message_is_said_at_the_pointer_where_they_let_it(windows: Two) -> None:
    sam, ana, wait = windows
    tools = sam.screen.hover

    def look(window: Window) -> None:
        """The person of this window reads on, whichever of the two windows has the keyboard."""
        window.screen.model.set_focused(True)
        window.screen.telling.read()

    sam.click(is_room("lobby"))
    sam.say("who is here?")
    wait(lambda: (1, 0) in keys(sam) and "who is here?" in ana.content)  # before it is acknowledged it has no number
    hover(sam, 1)
    wait(lambda: tools.message is not None)
    assert not tools.seen.winfo_ismapped()
    wait(lambda: [look(ana), tools.seen.winfo_ismapped()][-1])
    assert tools.seen["text"] == "Seen by Ana"
    ana.screen.prefer(Preferences(receipts=False))
    wait(lambda: [look(ana), not tools.seen.winfo_ismapped()][-1])
    assert tools.message is not None


def test_a_message_is_pinned_found_and_unpinned(windows: Two, menus: list[PopupMenu]) -> None:
    sam, ana, wait = windows
    assert not sam.screen.bar.pins.winfo_manager()
    hover(sam, 1)
    wait(lambda: sam.screen.hover.message is not None)
    sam.screen.hover.buttons["more"].invoke()
    menus[-1].invoke("Pin")
    wait(lambda: "Sam pinned a message" in sam.content and "pinned\n" in sam.content)
    assert sam.screen.bar.pins.cget("text") == " 1 pinned"
    ana.click(is_room(sam.screen.model.room))
    wait(lambda: ana.screen.bar.pins.winfo_manager())
    for n in range(40):
        sam.say(f"line {n}")
    wait(lambda: "line 39" in ana.content)
    assert ana.screen.messages.following
    opened = ana.screen.bar.pins.open()
    ana.top.update()
    opened.rows.focus_force()
    opened.rows.event_generate("<Return>")
    wait(lambda: not ana.screen.messages.following and ana.screen.messages.top <= 1)
    opened = ana.screen.bar.pins.open()
    opened.unpin.invoke()
    wait(lambda: not ana.screen.bar.pins.winfo_manager() and not sam.screen.bar.pins.winfo_manager())
    wait(lambda: "Ana unpinned a message" in sam.content)


def test_the_tools_follow_the_pointer_and_react_and_answer(windows: Two, menus: list[PopupMenu]) -> None:
    sam, _, wait = windows
    tools = sam.screen.hover
    sam.say("second")
    wait(lambda: sam.screen.model.timeline.last_seq == 2)
    wait(lambda: "second" in sam.content)
    hover(sam, 1)
    wait(lambda: tools.message is not None and tools.message.seq == 1)
    assert tools.frame.winfo_manager()
    hover(sam, 2)
    wait(lambda: tools.message is not None and tools.message.seq == 2)
    tools.buttons["return"].invoke()
    assert sam.screen.aiming.aimed
    assert not tools.frame.winfo_manager()
    sam.screen.aiming.drop()
    hover(sam, 1)
    wait(lambda: tools.message is not None)
    tools.buttons["like"].invoke()
    wait(lambda: [r.emoji for r in sam.screen.model.timeline.reactions(1)] == ["👍"])
    hover(sam, 1)
    wait(lambda: tools.message is not None)
    tools.buttons["smile"].invoke()
    assert menus[-1].index("end") == 9  # eight, a line, and more
    sam.top.event_generate("<Motion>", warp=True, x=5, y=5)  # it leaves
    hover(sam, 2)
    wait(lambda: tools.message is not None)
    for n in range(60):
        sam.say(f"line {n}")
    wait(lambda: "line 59" in sam.content and not tools.frame.winfo_manager())


def test_how_somebody_is_is_chosen_and_seen(windows: Two, menus: list[PopupMenu]) -> None:
    sam, ana, wait = windows
    ana.screen.side.me._state.event_generate("<Button-1>")
    menus[-1].invoke("Away …")
    question = dialog(ana, QuestionDialog)
    assert isinstance(question, QuestionDialog)
    assert question.field is not None
    question.field.value = "lunch until one"
    question.submit.invoke()
    assert ana.screen.side.me._state.text == "Away: lunch until one"
    wait(lambda: [p.state for p in sam.screen.model.people()] == ["", "away"])
    wait(lambda: sam.screen.bar._topic.text == "Away: lunch until one")
    ana.say("/back")
    wait(lambda: sam.screen.bar._topic.text == "Online")
    ana.client.close()
    wait(lambda: sam.screen.bar._topic.text.startswith("Last here at "))


def test_seen_stands_below_what_the_other_has_read(windows: Two) -> None:
    sam, ana, wait = windows
    assert "Seen" not in sam.content
    ana.click(is_room(sam.screen.model.room))
    ana.top.focus_force()
    wait(lambda: "\nSeen\n" in sam.content)
    sam.say("and this?")
    sam.top.focus_force()
    wait(lambda: "and this?" in ana.content and "and this?" in sam.content)
    wait(lambda: "\nSeen\n" not in sam.content)  # the last one is not
    ana.top.focus_force()
    wait(lambda: sam.content.rstrip().endswith("Seen"))


# With a client that only takes note


@pytest.fixture
def client() -> StandInClient:
    return StandInClient()


@pytest.fixture
def clock() -> list[float]:
    """The time, which a test may change."""
    return [1_000.0]


@pytest.fixture
def screen(root: tk.Tk, kit: Kit, client: StandInClient, clock: list[float]) -> ChatScreen:
    busy: list[bool] = []
    made = ChatScreen(
        root,
        kit,
        client,
        on_leave=root.quit,
        on_forget=root.quit,
        on_title=root.title,
        on_busy=busy.append,
        clock=lambda: clock[0],
    )
    made.pack(fill="both", expand=True)
    made.handle(joined(1))
    made.handle(message(1, nick=ME, key=MY_KEY))
    root.update()
    made._busy = busy  # type: ignore[attr-defined]
    return made


def test_idle_comes_with_time_and_ends_with_a_touch(
    screen: ChatScreen, client: StandInClient, clock: list[float], root: tk.Tk
) -> None:
    screen.own.tick()
    clock[0] += IDLE_AFTER + 1
    screen.own.tick()
    assert client.statuses == [Status("idle")]
    screen.composer.text.focus_force()
    root.update()
    screen.composer.text.event_generate("<KeyPress-x>")
    screen.own.tick()
    assert client.statuses[-1] == Status()
    screen.prefer(Preferences(presence=False, receipts=False))
    clock[0] += IDLE_AFTER + 1
    screen.own.tick()
    assert client.statuses[-1] == Status(last=False)
    screen.model.set_focused(True)
    screen.telling.read()
    assert client.public[-1:] == [False]


def test_do_not_disturb_tells_who_sends_notices(screen: ChatScreen, client: StandInClient) -> None:
    screen.composer.draft = "/busy exam"
    screen.composer.submit()
    assert client.statuses[-1] == Status("busy", "exam")
    assert screen._busy == [True]  # type: ignore[attr-defined]
    assert ("say", "/busy exam") not in client.calls
    screen.own.say("")
    assert screen._busy == [True, False]  # type: ignore[attr-defined]


def test_what_needs_the_server_says_so_while_there_is_none(
    screen: ChatScreen, client: StandInClient, root: tk.Tk, menus: list[PopupMenu]
) -> None:
    said = screen.model.timeline.message((1, 0))
    assert said is not None
    screen.handle(Lost("gone", 5.0))
    screen.message_menu.open(said, 0, 0)
    menus[-1].invoke("Delete …")
    (told,) = [child for child in _all(root) if isinstance(child, Choice)]
    assert not [call for call in client.calls if call[0] == "moderate"]
    told.answers["Close"].invoke()
    screen._moderating.toggle_pin(1)
    (told,) = [child for child in _all(root) if isinstance(child, Choice)]
    told.answers["Close"].invoke()
    assert not [call for call in client.calls if call[0] == "moderate"]


def test_a_message_of_another_room_is_deleted_there(screen: ChatScreen, client: StandInClient, root: tk.Tk) -> None:
    screen.handle(Entered("games", 1))
    screen.open("games")
    screen._moderating.toggle_pin(1)
    assert client.calls[-1] == ("moderate", Keep(1, on=True, room="games"))
    screen._moderating.ask_delete(message(1))
    (question,) = [child for child in _all(root) if isinstance(child, QuestionDialog)]
    question.submit.invoke()
    assert client.calls[-1] == ("moderate", Delete(1, "games"))
    assert ROOM != "games"


def test_a_pinned_message_is_reached_page_by_page_however_old_it_is(
    screen: ChatScreen, client: StandInClient, root: tk.Tk
) -> None:
    screen.handle(Entered("games", 900))
    screen.open("games")
    screen.handle(Page("games", [structs.replace(message(n), room="games") for n in range(801, 901)], catchup=True))
    root.update()
    client.calls.clear()
    screen.switching.jump(250)
    for first in (601, 401, 201):
        asked = [call for call in client.calls if call[0] == "load_older"]
        assert asked[-1][1] == first + 200
        screen.handle(Page("games", [structs.replace(message(n), room="games") for n in range(first, first + 200)]))
        root.update()
    assert screen.messages.top == 250
    screen.handle(Entered("plans", 90_000))
    screen.open("plans")
    screen.handle(Page("plans", [structs.replace(message(90_000), room="plans")], catchup=True))
    root.update()
    screen.switching.jump(7)
    assert "too far back" in screen.model.footer(0.0)
