"""Searching in the window, by real events: typing, results, jumping there and back."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lanchat.client import Client, Profile
from lanchat.client.events import Found, Page, Rooms
from lanchat.gui.chat.file_card import FileCard
from lanchat.gui.chat.screen import ChatScreen
from lanchat.gui.kit.theme import Kit
from lanchat.gui.model.chat import OLDER
from lanchat.protocol.frames import File, Message
from lanchat.protocol.query import Hit, Line, Query, Spot
from lanchat.protocol.rooms import Person, RoomInfo, direct_name
from tests.gui.stand_in import NOON, ROOM, StandInClient, joined, message
from tests.gui.test_chat_live import Window, serve

pytestmark = pytest.mark.display
Until = Callable[[Callable[[], object]], None]
SOUP = Query(["soup"], begun=True)


class Desk:
    def __init__(self, root: tk.Tk, kit: Kit, until: Until) -> None:
        self.root, self.until, self.client = root, until, StandInClient()
        nothing: Callable[..., None] = lambda *_: None  # noqa: E731
        self.screen = ChatScreen(
            root, kit, self.client, on_leave=nothing, on_forget=nothing, on_title=nothing, clock=lambda: NOON / 1000
        )
        self.screen.pack(fill="both", expand=True)
        self.finding, self.panel = self.screen.finding, self.screen.finding.panel
        self.feed(joined(900), Page(ROOM, [message(seq) for seq in range(801, 901)], catchup=True))

    def feed(self, *events: object) -> None:
        for event in events:
            self.screen.handle(event)  # type: ignore[arg-type]
        self.root.update()

    def open(self) -> None:
        self.finding.open()
        self.root.update()
        self.panel.field.focus_force()
        self.until(lambda: self.root.focus_get() is self.panel.field)

    def press(self, key: str) -> None:
        self.root.focus_get().event_generate(key)  # type: ignore[union-attr]
        self.root.update()

    def search(self, *hits: Hit, text: str = "soup", **found: bool) -> None:
        self.open()
        self.panel.field.value = text
        self.press("<Return>")
        self.feed(Found(f"s{len(self.client.calls)}", SOUP, list(hits), **found))

    def marked(self) -> str:
        """The message that is marked."""
        text = self.screen.messages.text
        ranges = text.tag_ranges("found")
        return text.get(*map(str, ranges[:2])) if ranges else ""

    def in_view(self, words: str) -> bool:
        text = self.screen.messages.text
        place = text.search(words, "1.0")
        return bool(place and text.bbox(place))

    def drawn(self) -> str:
        """The words on the cards."""
        self.root.update()
        rows = self.panel.rows
        return " ".join(rows.itemcget(item, "text") for item in rows.find_all() if rows.type(item) == "text")


@pytest.fixture
def desk(root: tk.Tk, kit: Kit, until: Until) -> Iterator[Desk]:
    desk = Desk(root, kit, until)
    yield desk
    desk.screen.destroy()


def hit(seq: int, text: str = "hot soup", room: str = ROOM) -> Hit:
    return Hit(room, seq, NOON + seq * 60_000, "Ana", None, text, Line("Bo", "what is there?"))


def test_results_show_who_said_what_next_to_what(desk: Desk) -> None:
    desk.search(hit(850, "hot soups for all of us " * 8), hit(3, room="builds"), more=True)
    assert desk.client.calls[-1] == ("search", SOUP, None)
    words = desk.drawn()
    for part in ("Ana", "soup", "…", "#builds", "Bo: what is there?", "Show older results"):
        assert part in words
    assert "2 results, and more" in str(desk.panel._status["text"])
    desk.panel.rows.focus_force()
    desk.press("<End>")
    desk.press("<Return>")
    assert desk.client.calls[-1] == ("search", SOUP, Spot("builds", 3))


def test_return_goes_through_the_results_and_back_returns(desk: Desk) -> None:
    desk.search(hit(830), hit(810))
    assert not desk.panel._back.winfo_manager()
    desk.press("<Return>")
    desk.until(lambda: desk.in_view("message 830\n"))
    assert "message 830" in desk.marked()
    desk.press("<Return>")
    desk.until(lambda: desk.in_view("message 810\n"))
    desk.press("<Shift-Return>")
    desk.until(lambda: desk.in_view("message 830\n"))
    desk.panel._back.invoke()
    desk.until(lambda: desk.in_view("message 900\n"))
    assert not desk.panel._back.winfo_manager()


def test_a_message_that_is_not_here_is_loaded(desk: Desk) -> None:
    desk.search(hit(120))
    desk.client.calls.clear()
    desk.press("<Return>")
    assert desk.client.calls == [("load_older", 801, 681 + OLDER)]
    desk.feed(Page(ROOM, [message(seq) for seq in range(601, 801)]))  # a page of a server
    assert desk.client.calls[1:] == [("load_older", 601, 481 + OLDER)]
    desk.feed(Page(ROOM, [message(seq) for seq in range(101, 601)]))
    desk.until(lambda: desk.in_view("message 120\n"))
    assert "message 120" in desk.marked()
    desk.finding.back()
    desk.until(lambda: desk.in_view("message 900\n"))


def test_far_back_in_a_long_room_the_right_message_stands_there(desk: Desk) -> None:
    desk.feed(Page(ROOM, [message(seq) for seq in range(1, 801)], start=True))
    desk.feed(*(message(seq) for seq in range(901, 1_600)))
    desk.search(hit(20))
    desk.press("<Return>")
    desk.until(lambda: desk.in_view("message 20\n"))
    assert "message 20" in desk.marked()


def test_escape_closes_the_panel_and_then_goes_to_the_newest(desk: Desk) -> None:
    desk.search(hit(810))
    desk.press("<Return>")
    desk.until(lambda: desk.in_view("message 810\n"))
    desk.press("<Escape>")
    assert not desk.finding.is_open
    assert desk.in_view("message 810\n")
    desk.screen.composer.text.focus_force()
    desk.until(lambda: desk.root.focus_get() is desk.screen.composer.text)
    desk.press("<Escape>")
    desk.until(lambda: desk.in_view("message 900\n"))


WRONG = [("  ", "Type a word to look for."), ("from:", "Say who said it, like from:Ana.")]


@pytest.mark.parametrize(("text", "sentence"), WRONG)
def test_what_is_no_query_is_said_below_the_field(desk: Desk, text: str, sentence: str) -> None:
    desk.open()
    desk.panel.field.value = text
    desk.press("<Return>")
    assert desk.panel._status["text"] == sentence
    assert not [call for call in desk.client.calls if call[0] == "search"]


def test_what_is_typed_says_how_it_is_searched(desk: Desk) -> None:
    desk.search(hit(810))
    said = desk.panel._status
    assert said["text"] == "1 result"
    desk.panel.field.value = "bread"
    assert said["text"] == "Enter searches"
    desk.panel.field.value = "soup"
    assert said["text"] == "1 result"
    desk.panel.field.value = "from:"
    desk.press("<Return>")
    assert (said["text"], str(said["style"])) == ("Say who said it, like from:Ana.", "Side.Error.TLabel")
    desk.panel.field.value = "from:Ana"
    assert (said["text"], str(said["style"])) == ("Enter searches", "Side.Meta.TLabel")


def test_a_hit_in_private_says_so_by_its_people(desk: Desk) -> None:
    key, pair = desk.client.key, direct_name([desk.client.key, "a" * 43])
    desk.feed(Rooms([RoomInfo(pair, 1, people=[Person(key, "Me"), Person("a" * 43, "Ana Lind")])]))
    desk.search(hit(1, room=pair))
    assert "Private: Ana Lind · Bo" in desk.drawn()
    desk.press("<Return>")
    assert "@" not in str(desk.panel._status["text"])


def test_a_message_of_a_room_that_is_not_shown(desk: Desk) -> None:
    desk.search(hit(3, room="builds"))
    desk.press("<Return>")
    assert "#builds" in str(desk.panel._status["text"])


def test_found_and_jumped_to_in_a_real_room(root: tk.Tk, kit: Kit, until: Until, tmp_path: Path) -> None:
    with serve(tmp_path / "room") as server:
        address = f"127.0.0.1:{server.port}"
        with Client(address, "Ana", profile=Profile("ana")) as ana:
            for number in range(400):
                ana.say("the soup recipe" if number == 20 else f"line {number}")
            assert ana.flush(20)
        with Client(address, "Sam", profile=Profile("sam")) as sam:
            window = Window(root, kit, sam)

            def seen(words: str) -> Callable[[], object]:
                def look() -> object:
                    window.turn()
                    text = window.screen.messages.text
                    place = text.search(words, "1.0")
                    return place and text.bbox(place)

                return look

            until(seen("line 399"))
            window.screen.finding.open()
            panel = window.screen.finding.panel
            panel.field.value = "recip from:ana"
            panel.submit()

            def found() -> object:
                window.turn()
                return panel.rows.find_withtag("all") and "1 result" in str(panel._status["text"])

            until(found)
            panel.rows.event_generate("<Button-1>", x=60, y=40)
            until(seen("the soup recipe"))
            window.screen.finding.back()
            until(seen("line 399"))
            window.screen.destroy()


@pytest.mark.parametrize("size", [(760, 520), (790, 900), (1_036, 700)])
def test_files_and_pictures_keep_their_place_beside_the_panel(desk: Desk, size: tuple[int, int]) -> None:
    desk.root.geometry("{}x{}".format(*size))
    for seq, width in ((901, 0), (902, 1_200)):
        file = File("plan.png", 9_000, str(seq % 10) * 64, width, width // 2)
        desk.feed(Message(ROOM, seq, "", NOON + seq * 60_000, "Ana", None, file.name, file=file))
    text, side = desk.screen.messages.text, desk.screen.side

    def cards() -> list[tk.Misc]:
        return [widget for widget in text.winfo_children() if isinstance(widget, FileCard)]

    desk.until(lambda: len(cards()) == 2 and desk.root.winfo_width() == size[0])
    assert side.winfo_ismapped()
    desk.open()
    desk.until(lambda: desk.panel.winfo_ismapped() and bool(side.winfo_ismapped()) is (size[0] >= 1_036))
    desk.root.update()
    for card in cards():
        assert card.winfo_x() + card.winfo_reqwidth() <= text.winfo_width()
    desk.press("<Escape>")
    desk.until(side.winfo_ismapped)
    assert side.winfo_x() == 0


def test_the_side_bar_comes_back_when_the_window_has_room_for_both(desk: Desk) -> None:
    desk.root.geometry("800x600")
    desk.until(lambda: desk.root.winfo_width() == 800)
    desk.open()
    desk.until(lambda: not desk.screen.side.winfo_ismapped())
    desk.root.geometry("1200x600")
    desk.until(lambda: desk.screen.side.winfo_ismapped())
