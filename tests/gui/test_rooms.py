"""Rooms and conversations in the window: two windows on a real server, by real keys and clicks."""

from __future__ import annotations

import tkinter as tk

import pytest

from lanchat.client import Client, Profile
from lanchat.gui.dialogs.go import GoDialog
from lanchat.gui.dialogs.question import QuestionDialog
from lanchat.gui.kit.popup import PopupMenu
from lanchat.gui.model.roster import Person
from lanchat.protocol.rooms import Archive
from tests.gui.two_windows import Until, Window, is_room, windows

__all__ = ["windows"]
pytestmark = pytest.mark.display


def test_a_room_is_made_found_and_talked_in(windows: tuple[Window, Window, Until]) -> None:
    sam, ana, wait = windows
    sam.go("Board games")
    wait(lambda: sam.screen.model.room == "Board-games")
    wait(lambda: "Sam made this room" in sam.content and "lobby" in sam.rooms)
    sam.say("who is in?")
    ana.say("still in the lobby")
    wait(lambda: "who is in?" in sam.content and "still in the lobby" in ana.content)
    assert "still in the lobby" not in sam.content
    wait(lambda: sam.screen.model.rooms.first.unread == 1)
    assert sam.top.title().startswith("(1) ")
    ana.go("board")
    wait(lambda: "who is in?" in ana.content)
    assert "still in the lobby" not in ana.content
    ana.say("I am")
    wait(lambda: "I am" in sam.content)
    sam.click(is_room("lobby"))
    assert "still in the lobby" in sam.content
    assert "1 message you missed" in [block.missed for block in sam.screen.messages.shown]
    ana.say("there?")
    wait(lambda: sam.screen.model.rooms.find("Board-games").unread == 1)


def test_a_word_in_private(windows: tuple[Window, Window, Until], monkeypatch: pytest.MonkeyPatch) -> None:
    sam, ana, wait = windows
    menus: list[PopupMenu] = []
    monkeypatch.setattr(PopupMenu, "tk_popup", lambda menu, *_: menus.append(menu))  # Tk's waits for the user
    sam.click(lambda content: isinstance(content, Person) and content.nick == "Ana")
    menus[-1].invoke("Write to them alone")
    wait(lambda: sam.screen.model.current.direct)
    assert "This is the start of your conversation with Ana." in sam.content
    assert len(ana.rooms) == 1
    sam.say("a surprise for Ben")
    wait(lambda: len(ana.rooms) == 2)
    wait(lambda: ana.screen.model.called == 1)
    ana.click(is_room(ana.rooms[1]))
    wait(lambda: "a surprise for Ben" in ana.content)
    ana.screen.composer.text.focus_force()
    wait(lambda: ana.screen.model.unread == 0)
    ana.say("my lips are sealed")
    wait(lambda: "my lips are sealed" in sam.content)
    assert "surprise" not in str(sam.screen.model.rooms.first.timeline.since(0))


def test_a_third_one_is_brought_into_a_conversation_of_its_own(
    windows: tuple[Window, Window, Until], monkeypatch: pytest.MonkeyPatch
) -> None:
    sam, ana, wait = windows
    menus: list[PopupMenu] = []
    monkeypatch.setattr(PopupMenu, "tk_popup", lambda menu, *_: menus.append(menu))
    with Client(f"127.0.0.1:{sam.port}", "Ben", profile=Profile("Ben")) as ben:
        wait(lambda: len(sam.screen.model.people()) == 3)
        sam.go("ana")
        wait(lambda: sam.screen.model.current.direct)
        sam.click(lambda content: isinstance(content, Person) and content.nick == "Ben")
        menus[-1].invoke("Write to them and Ana")
        wait(lambda: len(sam.screen.model.current.info.people) == 3)
        sam.say("the three of us")
        wait(lambda: any(ana.screen.model.label(r) == "Ben, Sam" for r in ana.screen.model.conversations()))
        assert ben.key in {person.key for person in sam.screen.model.current.info.people}


def test_each_room_keeps_its_draft_and_keys_go_from_one_to_the_next(windows: tuple[Window, Window, Until]) -> None:
    sam, _, wait = windows
    sam.go("games")
    wait(lambda: sam.screen.model.room == "games")
    sam.screen.composer.draft = "half a thought"
    sam.screen.arranging.step(1)
    assert (sam.screen.model.room, sam.screen.composer.draft) == ("lobby", "")
    sam.screen.composer.draft = "another"
    sam.screen.arranging.go_to_number(2)
    assert (sam.screen.model.room, sam.screen.composer.draft) == ("games", "half a thought")
    visit = sam.screen.visit
    assert (visit.open, visit.draft, visit.rooms["games"].draft) == ("games", "another", "half a thought")


def test_topic_archive_and_leaving_by_the_menu(
    windows: tuple[Window, Window, Until], monkeypatch: pytest.MonkeyPatch
) -> None:
    sam, ana, wait = windows
    menus: list[PopupMenu] = []
    monkeypatch.setattr(PopupMenu, "tk_popup", lambda menu, *_: menus.append(menu))
    sam.go("games")
    wait(lambda: sam.screen.model.room == "games")
    ana.go("games")
    wait(lambda: ana.screen.model.room == "games")
    sam.click(is_room("games"), button=3)
    menus[-1].invoke("Set the topic …")
    (dialog,) = (w for w in sam.screen.winfo_children() if isinstance(w, QuestionDialog))
    assert dialog.field is not None
    dialog.field.value = "chess and go"
    dialog.submit.invoke()
    wait(lambda: ana.screen.model.topic == "chess and go")
    assert "Sam set the topic: chess and go" in ana.content
    sam.click(is_room("games"), button=3)
    menus[-1].invoke("Archive it …")
    (question,) = (w for w in sam.screen.winfo_children() if isinstance(w, QuestionDialog))
    question.submit.invoke()
    wait(lambda: "archived" in ana.screen.model.topic)
    ana.click(is_room("games"), button=3)
    with pytest.raises(tk.TclError):
        menus[-1].index("Archive it …")
    menus[-1].invoke("Leave this room")
    wait(lambda: ana.rooms == ["lobby"])
    assert ana.screen.model.room == "lobby"


def test_a_name_that_cannot_be_is_said_in_the_dialog(windows: tuple[Window, Window, Until]) -> None:
    sam, _, _ = windows
    dialog: GoDialog = sam.screen.arranging.ask_where()
    dialog.field.value = "x" * 40
    sam.top.update()
    assert dialog.submit.instate(["disabled"])
    assert str(dialog.complaint["text"])
    dialog.event_generate("<Escape>")
    dialog.cancel()


def test_in_an_archived_room_nothing_can_be_written(windows: tuple[Window, Window, Until]) -> None:
    sam, _, wait = windows
    sam.go("games")
    wait(lambda: sam.screen.model.room == "games")
    sam.say("/archive")
    wait(lambda: str(sam.screen.composer.text["state"]) == "disabled")
    sam.click(is_room("lobby"))
    assert str(sam.screen.composer.text["state"]) == "normal"
    sam.click(is_room("games"))
    wait(lambda: str(sam.screen.composer.text["state"]) == "disabled")
    sam.client.do(Archive("games", on=False))
    wait(lambda: str(sam.screen.composer.text["state"]) == "normal")


def test_what_comes_while_a_dialog_of_tk_itself_has_the_keyboard_is_shown(
    windows: tuple[Window, Window, Until],
) -> None:
    """Its widgets are none of Python's."""
    sam, ana, wait = windows
    tcl = sam.top.tk
    tcl.eval("toplevel .foreign; entry .foreign.e; pack .foreign.e; update; focus -force .foreign.e")
    wait(lambda: str(tcl.eval("focus")) == ".foreign.e")
    try:
        ana.say("are you there?")
        wait(lambda: "are you there?" in sam.content)
    finally:
        tcl.eval("destroy .foreign")


def test_after_a_dialog_one_writes_on(windows: tuple[Window, Window, Until]) -> None:
    sam, _, wait = windows
    text = sam.screen.composer.text
    text.focus_force()
    wait(lambda: sam.top.focus_get() is text)
    dialog = sam.screen.arranging.ask_where()
    wait(lambda: sam.top.focus_get() is dialog.field)
    dialog.field.event_generate("<Escape>")
    wait(lambda: sam.top.focus_get() is text)
