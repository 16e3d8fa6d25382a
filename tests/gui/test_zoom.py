"""Another size while the window is open, by real keys: everything follows, and the user stays where they were."""

from __future__ import annotations

import gc
import tkinter as tk

import pytest

from lanchat.client import Profile
from lanchat.client.preferences import Preferences
from lanchat.gui.chat.screen import ChatScreen
from lanchat.gui.dialogs.go import GoDialog
from lanchat.gui.dialogs.key_sheet import KeySheet
from lanchat.gui.dialogs.settings import SettingsDialog
from lanchat.gui.kit.on_screen import place_of
from lanchat.gui.kit.popup import PopupMenu
from lanchat.gui.model.picker import Room
from lanchat.gui.window_size import read
from lanchat.server import Server
from tests.gui.test_app import Other, Window, bo, server, window

__all__ = ["bo", "server", "window"]
pytestmark = pytest.mark.display


def entered(window: Window, server: Server) -> ChatScreen:
    """With the keyboard in the composer."""
    window.join(server.id, "Ana")
    chat = window.app.chat
    assert chat is not None
    window.until(lambda: window.root.focus_get() is chat.composer.text)
    return chat


def zoom(window: Window, key: str, percent: int) -> None:
    window.press(f"<Control-{key}>")
    window.until(lambda: Profile.open().settings.preferences.zoom == percent)
    window.until(lambda: window.root.focus_get() is not None)
    window.root.update()


def sizes(chat: ChatScreen) -> tuple[int, ...]:
    """Of a font, a row, an image and a distance."""
    image = chat.tk.call("image", "height", chat.composer.emoji["image"][0])
    font = chat._kit.fonts.body.metrics("linespace")
    return font, chat.side.rows._tops[1], int(image), chat.side.winfo_width()


def test_keys_make_all_of_the_open_window_larger_and_smaller(window: Window, server: Server, bo: Other) -> None:
    chat = entered(window, server)
    bo.client.say("hello")
    window.until(lambda: "hello" in window.shown())
    window.until(lambda: chat.side.winfo_width() > 1)
    usual = sizes(chat)
    zoom(window, "plus", 125)
    larger = sizes(chat)
    assert all(after == pytest.approx(1.25 * before, abs=2) for before, after in zip(usual, larger, strict=True))
    assert "hello" in window.shown()
    zoom(window, "plus", 150)
    assert all(after > before for before, after in zip(larger, sizes(chat), strict=True))
    zoom(window, "minus", 125)
    assert sizes(chat) == larger
    zoom(window, "Key-0", 100)
    assert sizes(chat) == usual
    bo.client.say("still here")
    window.until(lambda: "still here" in window.shown())
    window.type("yes")
    window.press("<Return>")
    window.until(lambda: "yes" in bo.texts())


def test_draft_cursor_aim_search_and_place_stay(window: Window, server: Server, bo: Other) -> None:
    for n in range(120):
        bo.client.say(f"line {n}")
    bo.client.flush(20)
    chat = entered(window, server)
    window.until(lambda: "line 119" in window.shown())
    window.type("half a thought")
    window.press("<Left>", "<Left>")
    message = chat.model.timeline.message((100, 0))
    assert message is not None
    chat.aiming.reply(message)
    window.press("<Control-f>")
    window.until(lambda: window.root.focus_get() is chat.finding.panel.field)
    window.type("soup")
    chat.messages.show(60)
    window.until(lambda: chat.messages.top == 60)
    zoom(window, "plus", 125)
    window.until(lambda: chat.messages.top == 60)
    assert (chat.composer.draft, chat.composer.text.index("insert")) == ("half a thought", "1.12")
    assert chat.composer._aim_label.text == "Replying to Bo: line 99"
    assert (chat.finding.is_open, chat.finding.panel.field.value) == (True, "soup")
    window.until(lambda: window.root.focus_get() is chat.finding.panel.field)
    window.press("<Return>")
    window.until(lambda: str(chat.finding.panel._status["text"]) == "Nothing was found")
    window.press("<Escape>")
    window.until(lambda: window.root.focus_get() is chat.composer.text)
    window.press("<Return>")
    window.until(lambda: "half a thought" in bo.texts())
    window.until(lambda: "↪ Bo: line 99" in window.shown())


def test_at_the_end_it_stays_at_the_end(window: Window, server: Server, bo: Other) -> None:
    for n in range(60):
        bo.client.say(f"line {n}")
    bo.client.flush(20)
    chat = entered(window, server)
    window.until(lambda: "line 59" in window.shown())
    zoom(window, "plus", 125)
    bo.client.say("the newest")
    window.until(lambda: "the newest" in window.shown() and chat.messages.following)
    window.until(lambda: chat.messages.text.bbox(chat.messages.text.search("the newest", "1.0")))


WAITING = 3  # calls, each a command of Tcl, that may be about to be made just now; fewer than zooms that leak


def things(window: Window) -> tuple[int, ...]:
    """What may leak: images, fonts, calls that wait, widgets, commands of Tcl."""
    tcl = window.root.tk
    gc.collect()

    def count(*words: str) -> int:
        return len(tcl.splitlist(tcl.call(*words)))

    def widgets(widget: tk.Misc) -> int:
        return 1 + sum(widgets(child) for child in widget.winfo_children())

    images = count("image", "names")
    drawn = images - len(window.app.kit._images)  # the kit keeps its own, of each size, and some are drawn late
    return (drawn, count("font", "names"), widgets(window.root), count("info", "commands") - images)


def test_to_and_fro_leaves_nothing_behind(window: Window, server: Server, bo: Other) -> None:
    chat = entered(window, server)
    bo.client.say("👍 **hello** `x` https://example.org")
    window.until(lambda: "hello" in window.shown())
    tcl = window.root.tk
    tcl.eval("set noted {}; proc note {words _} {lappend ::noted $words}; interp bgerror {} note")

    def to_and_fro(times: int) -> None:
        for _ in range(times):
            zoom(window, "plus", 125)
            zoom(window, "Key-0", 100)
        window.until(lambda: chat.messages.following and not window.app.pump._jobs)

    to_and_fro(2)  # what is drawn at a size for the first time, is kept
    before = things(window)
    to_and_fro(3)
    window.until(lambda: all(now <= then + WAITING for now, then in zip(things(window), before, strict=True)))
    assert tcl.eval("set noted") == ""  # such as a call that waited for a widget that is gone


def test_in_the_list_of_rooms_and_by_the_dialog(window: Window, server: Server) -> None:
    window.find(server.id)
    picker = window.app.picker
    picker.address.value = "10.0.0.7"
    before = picker.side.winfo_width()
    zoom(window, "plus", 125)
    window.until(lambda: picker.side.winfo_width() == pytest.approx(1.25 * before, abs=1))
    window.until(lambda: window.root.focus_get() is picker.list)
    chosen = picker.list.selected
    assert isinstance(chosen, Room)
    assert chosen.key == server.id
    with pytest.MonkeyPatch.context() as patch:
        posted: list[PopupMenu] = []
        patch.setattr(PopupMenu, "tk_popup", lambda menu, *_: posted.append(menu))
        window.press("<Menu>")
        assert posted[0].entrycget(0, "label") == "Join"
    assert picker.address.value == "10.0.0.7"
    window.press("<Control-comma>")
    dialog = window.dialog(SettingsDialog)
    window.until(lambda: window.root.focus_get() is dialog.name)
    dialog.zoom.value = 200
    window.press("<Return>")
    window.until(lambda: picker.side.winfo_width() == pytest.approx(2 * before, abs=1))
    window.until(lambda: Profile.open().settings.preferences.zoom == 200)
    window.until(lambda: window.root.focus_get() is not None)
    picker.take_focus()
    window.until(lambda: window.root.focus_get() is picker.list)
    window.press("<Return>")
    window.until(lambda: window.app.joining)


def test_another_room_is_gone_to_at_another_size(window: Window, server: Server, bo: Other) -> None:
    """What was made once for the screen works with what was made anew."""
    chat = entered(window, server)
    zoom(window, "plus", 125)
    window.press("<Control-k>")
    (dialog,) = (child for child in chat.winfo_children() if isinstance(child, GoDialog))
    window.until(lambda: window.root.focus_get() is dialog.field)
    window.type("games")
    window.press("<Return>")
    window.until(lambda: chat.model.room == "games")
    window.until(lambda: "Ana made this room" in window.shown())
    assert chat.own.shown.state == ""


def test_the_window_opens_as_large_as_it_was(window: Window, display: str) -> None:
    window.root.geometry("900x700")
    window.until(lambda: (window.root.winfo_width(), window.root.winfo_height()) == (900, 700))
    window.close()
    assert Profile.open().settings.window == "900x700"
    again = Window(display)
    try:
        again.until(lambda: (again.root.winfo_width(), again.root.winfo_height()) == (900, 700))
    finally:
        again.close()


@pytest.mark.parametrize(("kept", "size"), [("900x700", (900, 700)), ("", None), ("x", None), ("9999999x1", None)])
def test_a_kept_size_is_read_or_left(kept: str, size: tuple[int, int] | None) -> None:
    assert read(kept) == size


@pytest.mark.parametrize("kept", ["99999x99999", "1x1"])
def test_the_window_fits_the_screen_and_what_it_shows(display: str, kept: str) -> None:
    Profile.open().update(window=kept, preferences=Preferences())
    window = Window(display)
    try:
        window.until(lambda: window.root.winfo_width() > 1)
        root = window.root
        window.until(lambda: 760 <= root.winfo_width() <= root.winfo_screenwidth())
        assert 520 <= root.winfo_height() <= root.winfo_screenheight()
    finally:
        window.close()


def on_screen(window: tk.Tk | tk.Toplevel) -> bool:
    """All of it, with its frame."""
    x, y = place_of(window)
    side, top = window.winfo_rootx() - x, window.winfo_rooty() - y
    right, bottom = window.winfo_rootx() + window.winfo_width(), window.winfo_rooty() + window.winfo_height()
    assert side >= 0 <= top
    inside = right + side <= window.winfo_screenwidth() and bottom + side <= window.winfo_screenheight()
    return x >= 0 <= y and inside


def test_larger_at_the_edge_it_is_moved_onto_the_screen_and_back_again(window: Window) -> None:
    root = window.root
    usual = (790, 900)
    root.geometry(f"790x900+{root.winfo_screenwidth() - 800}+200")
    window.until(lambda: (root.winfo_width(), root.winfo_height()) == usual and root.winfo_x() > 1700)
    before = place_of(root)
    for percent in (125, 150, 175, 200):
        zoom(window, "plus", percent)
    window.until(lambda: root.winfo_width() == 2 * 760)
    window.until(lambda: on_screen(root))
    assert root.winfo_height() == 2 * 520
    zoom(window, "Key-0", 100)
    window.until(lambda: (root.winfo_width(), root.winfo_height()) == usual)
    window.until(lambda: place_of(root) == before)
    root.geometry("800x700")  # the user's own hand counts
    window.until(lambda: root.winfo_width() == 800)
    zoom(window, "plus", 125)
    window.until(lambda: root.winfo_width() == 950)
    zoom(window, "Key-0", 100)
    window.until(lambda: (root.winfo_width(), root.winfo_height()) == (800, 700))


def test_a_dialog_higher_than_the_screen_scrolls_and_its_buttons_stay_in_view(window: Window) -> None:
    window.until(lambda: window.root.winfo_width() > 1)
    window.app.kit.zoom(400)  # as 200 % on a screen of half the size
    window.press("<Control-comma>")
    dialog = window.dialog(SettingsDialog)
    window.until(lambda: window.root.focus_get() is dialog.name and dialog.winfo_height() > 1000)
    window.until(lambda: on_screen(dialog))

    def seen(widget: tk.Misc) -> bool:
        room = dialog._room
        top, bottom = (widget.winfo_rooty() - room.winfo_rooty() + edge for edge in (0, widget.winfo_height()))
        return top >= 0 and bottom <= room.winfo_height()

    assert dialog.save.winfo_rooty() + dialog.save.winfo_height() <= window.root.winfo_screenheight()
    assert dialog.body.winfo_height() > dialog._room.winfo_height()
    assert seen(dialog.name)
    assert not seen(dialog.subnets)
    dialog.name.event_generate("<Button-5>")
    window.until(lambda: not seen(dialog.name))
    dialog.subnets.focus_force()  # as Tab does
    window.until(lambda: seen(dialog.subnets))
    window.press("<Escape>", "<F1>")
    sheet = window.dialog(KeySheet)
    window.until(lambda: sheet.winfo_height() > 1000 and on_screen(sheet))
    window.until(lambda: str(window.root.focus_get()).startswith(str(sheet)))
    window.press("<Next>")
    window.until(lambda: sheet.body.winfo_y() < 0)


def test_the_size_is_kept_while_the_window_is_open(window: Window) -> None:
    """A program that is killed does not close."""
    window.root.geometry("910x710")
    window.until(lambda: Profile.open().settings.window == "910x710")
    assert not window.closed
