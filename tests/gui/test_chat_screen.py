"""The chat screen over a client that only takes note: keys, composer, side bar, banner, title."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Iterator
from tkinter import ttk

import pytest

from lanchat.client.events import Connecting, Ended, Entered, Error, Failed, Lost, Page, Queued, Refused
from lanchat.errors import ConnectionLost
from lanchat.gui.chat.message_list import MessageList
from lanchat.gui.chat.screen import ChatScreen
from lanchat.gui.chat.side_bar import SideBar
from lanchat.gui.kit.dialog import Choice
from lanchat.gui.kit.line import LineLabel, Paragraph
from lanchat.gui.kit.theme import Kit
from lanchat.identity import words
from lanchat.protocol.frames import Change, Member, Message
from lanchat.protocol.limits import MAX_TEXT, Code
from tests.gui.stand_in import ME, MY_KEY, NOON, ROOM, StandInClient, joined, message, presence, roster

pytestmark = pytest.mark.display
Until = Callable[[Callable[[], object]], None]


class Stage:
    """A chat screen that fills the window, its client and what it told its owner."""

    def __init__(self, root: tk.Tk, kit: Kit, until: Until) -> None:
        self.root, self.until = root, until
        self.client = StandInClient()
        self.now = NOON / 1000
        self.left = 0
        self.titles: list[str] = []
        self.screen = ChatScreen(
            root,
            kit,
            self.client,
            on_leave=self._leave,
            on_forget=self._leave,
            on_title=self.titles.append,
            address="192.168.1.23:5055",
            clock=lambda: self.now,
            on_link=lambda _: None,
        )
        self.screen.pack(fill="both", expand=True)
        self.text = self.screen.composer.text
        root.update()

    def feed(self, *events: object) -> None:
        for event in events:
            self.screen.handle(event)  # type: ignore[arg-type]
        self.root.update()

    def press(self, *keys: str) -> None:
        """Real key events to whatever has the keyboard; a lower-case word is typed."""
        for key in keys:
            for one in [key] if key.startswith("<") else [f"<Key-{'space' if c == ' ' else c}>" for c in key]:
                focus = self.root.focus_get()
                assert focus is not None
                focus.event_generate(one)
                self.root.update()

    def take_keyboard(self) -> None:
        self.text.focus_force()
        self.until(lambda: self.root.focus_get() is self.text)

    def labels(self, parent: tk.Misc | None = None) -> list[str]:
        """Every label and button that is shown."""
        found: list[str] = []
        for child in (parent or self.screen).winfo_children():
            if isinstance(child, ttk.Label | ttk.Button | tk.Label) and child.winfo_ismapped():
                found.append(str(child["text"]))
            elif isinstance(child, LineLabel | Paragraph) and child.winfo_ismapped():
                found.append(child.text)
            found += self.labels(child)
        return found

    def button(self, text: str) -> ttk.Button:
        def search(parent: tk.Misc) -> Iterator[ttk.Button]:
            for child in parent.winfo_children():
                if isinstance(child, ttk.Button) and child["text"] == text and child.winfo_ismapped():
                    yield child
                yield from search(child)

        return next(search(self.screen))

    @property
    def said(self) -> list[object]:
        return [call[1] for call in self.client.calls if call[0] == "say"]

    def _leave(self) -> None:
        self.left += 1


@pytest.fixture
def stage(root: tk.Tk, kit: Kit, until: Until) -> Stage:
    stage = Stage(root, kit, until)
    stage.take_keyboard()
    return stage


# The composer


def test_enter_sends_what_was_typed(stage: Stage) -> None:
    stage.feed(joined())
    stage.press("hello all", "<Return>")
    assert stage.said == ["hello all"]
    assert stage.text.get("1.0", "end-1c") == ""


def test_shift_enter_breaks_the_line_and_the_composer_grows(stage: Stage) -> None:
    heights = []
    for _ in range(8):
        stage.press("a", "<Shift-Return>")
        heights.append(int(str(stage.text["height"])))
    assert heights == [2, 3, 4, 5, 6, 6, 6, 6]
    stage.press("b", "<Return>")
    assert stage.said == ["a\n" * 8 + "b"]
    stage.root.update()
    assert int(str(stage.text["height"])) == 1


def test_typing_while_reading_goes_to_the_composer(stage: Stage) -> None:
    stage.feed(joined(), message(1))
    stage.screen.messages.text.focus_force()
    stage.root.update()
    stage.press("hi", "<Return>")
    assert stage.said == ["hi"]


def test_nothing_is_sent_when_nothing_is_written(stage: Stage) -> None:
    stage.press("<Return>", "   ", "<Return>", "<Shift-Return>", "<Return>")
    assert stage.said == []


def test_a_text_that_is_refused_stays_and_says_why(stage: Stage) -> None:
    stage.text.insert("1.0", "x" * (MAX_TEXT + 1))
    stage.press("<Return>")
    assert "A message has at most 8,000 characters, this one 8,001." in stage.labels()
    assert len(stage.text.get("1.0", "end-1c")) == MAX_TEXT + 1
    stage.press("<BackSpace>", "<Return>")
    assert len(stage.said) == 1
    assert not any("at most" in label for label in stage.labels())


def test_a_paste_is_cleaned_not_refused(stage: Stage) -> None:
    stage.text.insert("1.0", "one\r\ntwo\x1b\x07")
    stage.press("<Return>")
    assert stage.said == ["one\ntwo"]


def test_tab_leaves_the_composer_and_every_control_can_be_reached(stage: Stage) -> None:
    stage.feed(joined(), message(1))
    reached = []
    for _ in range(12):
        stage.press("<Tab>")
        reached.append(stage.root.focus_get())
    names = {type(widget).__name__ for widget in reached}
    assert stage.text in reached
    assert stage.screen.messages.text in reached
    assert stage.screen.side.rows in reached
    assert names >= {"Button", "Text", "RowList"}


def test_sending_jumps_to_the_newest(stage: Stage) -> None:
    stage.feed(joined(100), Page(ROOM, [message(seq) for seq in range(1, 101)], catchup=True, start=True))
    stage.press("<Prior>", "<Prior>")
    stage.until(lambda: not stage.screen.messages.following)
    stage.press("hi", "<Return>")
    stage.feed(Queued("r-1", "hi", NOON))
    stage.until(lambda: stage.screen.messages.following)


def test_the_composer_works_while_the_connection_is_lost(stage: Stage) -> None:
    stage.feed(joined(), Lost("gone", 3))
    stage.press("later", "<Return>")
    stage.feed(Queued("r-1", "later", NOON))
    assert stage.said == ["later"]
    assert "1 message waiting to be sent" in stage.labels()


# The link


def test_the_banner_counts_and_tries_now(stage: Stage) -> None:
    stage.feed(joined(), Lost("gone", 3))
    assert any("Trying again in 3 s." in label for label in stage.labels())
    stage.now += 1.5
    stage.until(lambda: any("Trying again in 2 s." in label for label in stage.labels()))
    stage.button("Try now").invoke()
    assert ("retry_now",) in stage.client.calls
    assert "  Reconnecting" in stage.labels()
    stage.feed(Connecting("nord"), joined(again=True))
    assert not any("Trying again" in label for label in stage.labels())
    assert "  Connected · 2 ms" in stage.labels()


def test_after_the_end_history_can_be_read_and_the_way_back_is_shown(stage: Stage) -> None:
    stage.feed(joined(), message(1, "readable"), Ended(ConnectionLost(detail="the room was closed")))
    assert "The connection was lost: the room was closed" in stage.labels()
    assert "You are no longer in this room." in stage.labels()
    assert "readable" in stage.screen.messages.text.get("1.0", "end")
    stage.press("x", "<Return>")
    assert stage.said == []
    stage.button("Back to rooms").invoke()
    assert stage.left == 1


def test_older_entries_are_asked_for_when_the_top_comes_near(stage: Stage) -> None:
    stage.feed(joined(300), Page(ROOM, [message(seq) for seq in range(201, 301)], catchup=True))
    asked = [call for call in stage.client.calls if call[0] == "load_older"]
    assert asked == []
    for _ in range(20):
        stage.press("<Prior>")
    assert ("load_older", 201, 100) in stage.client.calls
    assert stage.client.calls.count(("load_older", 201, 100)) == 1


def test_a_failed_message_is_retried_or_deleted(stage: Stage) -> None:
    stage.feed(joined(), Queued("r-1", "a", NOON), Failed("r-1", "a", "The disk is full."))
    stage.button("Retry").invoke()
    stage.feed(Queued("r-2", "a", NOON), Failed("r-2", "a", "The disk is full."))
    stage.button("Delete").invoke()
    stage.root.update()
    assert stage.client.calls[-2:] == [("resend", "r-1"), ("discard", "r-2")]
    assert "The disk is full." not in stage.screen.messages.text.get("1.0", "end")


# The side bar


def test_people_are_listed_and_follow_presence(stage: Stage) -> None:
    stage.feed(joined(), roster(Member(ME, MY_KEY), Member("Ana")))
    stage.feed(presence(Change("joined", "Ben", clear=True), Change("left", "Ana")))
    rows = stage.screen.side.rows
    drawn = [rows.itemcget(item, "text") for item in rows.find_all() if rows.type(item) == "text"]
    assert [name for name in drawn if name in (ME, "Ana", "Ben")] == [ME, "Ben"]
    assert {"People · 2", "guest · not encrypted", "you", "lobby"} <= set(drawn)


def test_beside_what_is_unusual_the_name_stands_whole(stage: Stage) -> None:
    stage.feed(
        joined(), roster(Member("Priya Nair", "p", new=True, state="busy"), Member("Anastasia " * 3, "a", new=True))
    )
    rows = stage.screen.side.rows
    drawn = [rows.itemcget(item, "text") for item in rows.find_all() if rows.type(item) == "text"]
    assert "Priya Nair" in drawn
    assert any(text.startswith("Anast") and text.endswith("…") for text in drawn)
    assert "new here" in drawn


def test_renaming_from_the_keyboard(stage: Stage) -> None:
    stage.feed(joined())
    stage.screen.side.me.edit()
    stage.root.update()
    stage.press("<Control-slash>", "zoe", "<Return>")
    assert stage.client.calls[-1] == ("rename", "zoe")
    stage.feed(presence(Change("renamed", "zoe", MY_KEY, was=ME)))
    assert not stage.screen.side.me.editing
    assert "zoe" in stage.labels()
    assert "zoe is now" not in stage.screen.messages.text.get("1.0", "end")


def test_a_taken_name_is_said_under_the_field_with_a_free_one(stage: Stage) -> None:
    stage.feed(joined())
    stage.screen.side.me.edit()
    stage.root.update()
    stage.press("<Control-slash>", "ana", "<Return>")
    stage.feed(Error(Code.NICK_TAKEN, "“ana” is taken.", suggestion="ana 2"))
    assert "“ana” is taken." in stage.labels()
    stage.press("<Return>")
    assert stage.client.calls[-1] == ("rename", "ana 2")
    stage.press("<Escape>")
    assert not stage.screen.side.me.editing
    assert ME in stage.labels()


def test_a_malformed_name_is_not_even_asked_for(stage: Stage) -> None:
    stage.feed(joined())
    stage.screen.side.me.edit()
    stage.root.update()
    stage.press("<Control-slash>", "<BackSpace>", "<Return>")
    assert "Please enter a name." in stage.labels()
    assert stage.client.calls == []


def test_a_name_lost_while_away_is_chosen_anew(stage: Stage) -> None:
    stage.feed(joined(), Lost("gone", 1), Connecting("nord"), Refused(Code.NICK_TAKEN, "“Sam” is taken.", "Sam 2"))
    stage.button("Choose a name").invoke()
    stage.root.update()
    stage.press("<Return>")
    assert stage.client.calls[-1] == ("rename", "Sam 2")
    stage.feed(Connecting("nord"), joined(nick="Sam 2", again=True))
    assert "Sam 2" in stage.labels()
    assert not stage.screen.side.me.editing


def test_the_address_is_copied_from_the_menu(stage: Stage) -> None:
    stage.feed(joined())
    stage.screen.side._menu.invoke("Copy address")
    assert stage.root.clipboard_get() == "192.168.1.23:5055"
    stage.screen.side._menu.invoke("Leave the room")
    assert stage.left == 1


def test_the_words_of_the_server_are_there_to_be_compared(stage: Stage) -> None:
    menu = stage.screen.side._menu
    stage.root.update()
    assert menu.entrycget("*Compare its words …", "state") == "disabled"
    stage.feed(joined())
    menu.invoke("Compare its words …")
    (choice,) = [child for child in stage.root.winfo_children() if isinstance(child, Choice)]
    choice.answers["Copy"].invoke()
    assert stage.root.clipboard_get() == words(stage.screen.model.server_id)


# The window


def test_unread_messages_are_counted_in_the_title_until_the_window_is_in_front(stage: Stage) -> None:
    stage.feed(joined())
    assert stage.titles[-1] == "lobby – Studio Nord – lanchat"
    other = tk.Toplevel(stage.root)
    stage.root.withdraw()
    other.destroy()
    stage.until(lambda: stage.root.focus_displayof() is None)
    stage.feed(message(1), message(2))
    assert stage.titles[-1] == "(2) lobby – Studio Nord – lanchat"
    stage.root.deiconify()
    stage.take_keyboard()
    stage.until(lambda: stage.titles[-1] == "lobby – Studio Nord – lanchat")


def test_a_muted_room_is_quiet_in_the_list_and_has_a_sign(stage: Stage, kit: Kit) -> None:
    stage.feed(joined(), Entered("games", 0), Message("games", 1, "", NOON, "Ana", None, f"@{ME} come"))
    stage.take_keyboard()
    rows, sign = stage.screen.side.rows, str(kit.icon("bell_off", 14, "text3", 1.6))

    def drawn(kind: str, option: str) -> dict[str, str]:
        return {
            rows.itemcget(item, "text"): rows.itemcget(item, option)
            for item in rows.find_all()
            if rows.type(item) == kind
        }

    def images() -> list[str]:
        return [rows.itemcget(item, "image") for item in rows.find_all() if rows.type(item) == "image"]

    stage.until(lambda: "@1" in drawn("text", "font"))
    assert drawn("text", "font")["games"] == str(kit.fonts.list_bold)
    assert sign not in images()
    stage.screen.mark_levels({"games": "nothing"})
    stage.until(lambda: sign in images())
    assert "@1" not in drawn("text", "font")
    assert drawn("text", "font")["games"] == str(kit.fonts.list)
    assert drawn("text", "fill")["games"] == kit.colors.text3
    stage.until(lambda: stage.titles[-1] == "lobby – Studio Nord – lanchat")


def test_light_and_dark_while_it_is_open(stage: Stage, kit: Kit) -> None:
    stage.feed(joined(), roster(Member("Ana")), message(1), Lost("gone", 3))
    for mode in ("dark", "light"):
        kit.use(mode)
        stage.root.update()
        assert stage.text["bg"] == kit.colors.raised
        assert stage.screen.side.rows["bg"] == kit.colors.side


def test_a_closed_screen_leaves_nothing_that_still_runs(stage: Stage) -> None:
    stage.feed(joined(), message(1))
    stage.screen.handle(message(2))
    stage.screen.destroy()
    stage.root.update()
    assert stage.root.tk.splitlist(stage.root.tk.call("after", "info")) == ()


def test_a_storm_of_events_is_shown_in_one_turn(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.feed(joined())
    listed, written = SideBar.refresh_people, MessageList.refresh
    turns: list[str] = []
    monkeypatch.setattr(SideBar, "refresh_people", lambda side: [turns.append("people"), listed(side)])
    monkeypatch.setattr(MessageList, "refresh", lambda messages: [turns.append("messages"), written(messages)])
    stage.feed(*(message(seq) for seq in range(1, 2_001)), roster(Member("Ana")))
    assert turns == ["people", "messages"]
    assert stage.screen.messages.shown[-1].text == "message 2000"
