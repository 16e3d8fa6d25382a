"""What people do with messages, between two windows on a real server, by keys, clicks and the pointer alone."""

from __future__ import annotations

from pathlib import Path
from tkinter import filedialog, ttk

import pytest
from PIL import Image

from lanchat.gui.chat.emoji_picker import EmojiPicker
from lanchat.gui.chat.file_card import FileCard
from lanchat.gui.chat.picture_view import PictureView
from lanchat.gui.chat.pins import PinsDialog
from lanchat.gui.dialogs.question import QuestionDialog
from lanchat.gui.kit.dialog import Choice
from lanchat.paths import downloads
from lanchat.server import Server
from tests.gui.test_app import Other, bo, server, window
from tests.gui.test_app import Window as Whole
from tests.gui.two_windows import Until, Window, is_room, windows

__all__ = ["bo", "server", "window", "windows"]
pytestmark = pytest.mark.display
Two = tuple[Window, Window, Until]


def reactions(window: Window) -> list[str]:
    """What the buttons below messages say."""
    return [str(b["text"]).strip() for b in window.screen.messages.text.winfo_children() if isinstance(b, ttk.Button)]


def test_an_answer_by_the_tools_quotes_and_its_quote_leads_back(windows: Two) -> None:
    sam, ana, wait = windows
    ana.write("lunch at noon?")
    sam.hover("lunch at noon?")
    sam.tool("return")
    wait(lambda: sam.screen.aiming.aimed)
    sam.type("yes, and soup")
    sam.press("<Return>")
    wait(lambda: "↪ Ana: lunch at noon?\nyes, and soup" in ana.content)
    assert not sam.screen.aiming.aimed
    for n in range(40):
        ana.say(f"line {n}")
    wait(lambda: "line 39" in ana.content and "line 39" in sam.content)
    ana.screen.messages.text.see(ana.screen.messages.text.search("↪", "1.0"))
    ana.click_words("↪ Ana: lunch at noon?")
    wait(lambda: ana.screen.messages.top == 1)


def test_an_answer_by_keys(windows: Two) -> None:
    sam, ana, wait = windows
    ana.write("who has the keys?")
    wait(lambda: "who has the keys?" in sam.content)
    sam.screen.messages.text.focus_force()
    wait(lambda: sam.top.focus_get() is sam.screen.messages.text)
    sam.press("<Up>", "<Return>")
    sam.choose("Reply")
    wait(lambda: sam.screen.aiming.aimed and sam.top.focus_get() is sam.screen.composer.text)
    sam.type("me")
    sam.press("<Return>")
    wait(lambda: "↪ Ana: who has the keys?\nme" in ana.content)


def test_a_change_by_up_is_seen_and_what_it_was_can_be_read(windows: Two) -> None:
    sam, ana, wait = windows
    sam.write("frist")
    wait(lambda: "frist" in ana.content)
    wait(lambda: sam.screen.model.timeline.waiting == 0)
    sam.press("<Up>")
    assert sam.screen.composer.draft == "frist"
    sam.press(*["<BackSpace>"] * 4)
    sam.type("irst")
    sam.press("<Return>")
    wait(lambda: "first  edited" in ana.content)
    assert "frist" not in ana.content
    ana.click_words("first", button=3)
    ana.choose("Earlier versions …")
    ana.opened(Choice)
    shown = " ".join(str(label["text"]) for label in ana.all(ttk.Label))
    assert "frist" in shown
    assert "first" in shown
    ana.press("<Escape>")
    wait(lambda: not ana.all(Choice))


def test_what_is_deleted_is_gone_in_both(windows: Two) -> None:
    sam, ana, wait = windows
    sam.write("the code is 4711")
    wait(lambda: "4711" in ana.content)
    sam.click_words("4711", button=3)
    sam.choose("Delete …")
    dialog = sam.opened(QuestionDialog)
    wait(lambda: sam.top.focus_get() is not None and str(sam.top.focus_get()).startswith(str(dialog)))
    dialog.submit.focus_force()
    wait(lambda: sam.top.focus_get() is dialog.submit)
    sam.press("<Return>")
    wait(lambda: "4711" not in sam.content and "4711" not in ana.content)
    assert "Deleted" in ana.content


def test_a_reaction_by_tools_and_picker_is_joined_by_a_click_and_taken_back(windows: Two) -> None:
    sam, ana, wait = windows
    ana.write("it is out!")
    sam.hover("it is out!")
    sam.tool("smile")
    sam.choose("More …")
    picker = sam.opened(EmojiPicker)
    wait(lambda: sam.top.focus_get() is picker.field)
    sam.type("rocket")
    sam.press("<Return>")
    wait(lambda: reactions(ana) == ["1"])
    (button,) = (b for b in ana.screen.messages.text.winfo_children() if isinstance(b, ttk.Button))
    ana.push(button)
    wait(lambda: reactions(sam) == ["2"])
    assert [(r.emoji, r.people) for r in sam.screen.model.timeline.reactions(1)] == [("🚀", ("Sam", "Ana"))]
    (button,) = (b for b in ana.screen.messages.text.winfo_children() if isinstance(b, ttk.Button))
    ana.push(button)
    wait(lambda: reactions(sam) == ["1"])


def test_a_mention_is_completed_stands_out_and_is_counted(windows: Two) -> None:
    sam, ana, wait = windows
    sam.go("games")
    wait(lambda: sam.screen.model.room == "games")
    ana.screen.composer.text.focus_force()
    wait(lambda: ana.top.focus_get() is ana.screen.composer.text)
    ana.type("@sa")
    ana.press("<Tab>")
    assert ana.screen.composer.draft == "@Sam "
    ana.type("look")
    ana.press("<Return>")
    wait(lambda: sam.screen.model.rooms.first.called == 1)
    wait(lambda: sam.top.title().startswith("(@1)"))
    sam.click(is_room("lobby"))
    sam.place("@Sam look")
    text = sam.screen.messages.text
    assert "called" in text.tag_names(text.search("@Sam look", "1.0"))
    wait(lambda: sam.screen.model.rooms.first.called == 0)
    assert "called" not in ana.screen.messages.text.tag_names(ana.screen.messages.text.search("@Sam look", "1.0"))


def test_that_one_writes_is_seen_until_it_is_said(windows: Two) -> None:
    sam, ana, wait = windows
    ana.screen.composer.text.focus_force()
    wait(lambda: ana.top.focus_get() is ana.screen.composer.text)
    ana.type("well")
    wait(lambda: sam.screen.composer._line.text == "Ana is typing …")
    ana.press("<Return>")
    wait(lambda: "well" in sam.content and not sam.screen.composer._line.text)


def test_a_message_is_pinned_and_gone_to(windows: Two) -> None:
    sam, ana, wait = windows
    sam.go("games")
    wait(lambda: sam.screen.model.room == "games")
    ana.go("games")
    wait(lambda: ana.screen.model.room == "games")
    sam.write("rules: be kind")
    wait(lambda: "rules: be kind" in ana.content)
    for n in range(40):
        ana.say(f"line {n}")
    wait(lambda: "line 39" in sam.content and "line 39" in ana.content)
    sam.screen.messages.text.focus_force()
    wait(lambda: sam.top.focus_get() is sam.screen.messages.text)
    sam.press("<Home>", "<Return>")
    sam.choose("Pin")
    wait(lambda: ana.screen.bar.pins.winfo_viewable())
    ana.push(ana.screen.bar.pins)
    dialog = ana.opened(PinsDialog)
    wait(lambda: ana.top.focus_get() is dialog.rows)
    ana.press("<Return>")
    ana.place("rules: be kind")


def card(window: Window, name: str) -> FileCard:
    """As it stands now: it is made anew when its message changes."""
    return next(one for one in window.all(FileCard) if one._file.name == name)


def test_a_file_and_a_picture_are_attached_seen_and_saved(
    windows: Two, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sam, ana, wait = windows
    plan, picture = tmp_path / "plan.txt", tmp_path / "sea.png"
    plan.write_text("first this, then that")
    Image.new("RGB", (600, 400), "#3D71D6").save(picture)
    monkeypatch.setattr(filedialog, "askopenfilenames", lambda **_: (str(plan), str(picture)))  # the system's own
    sam.screen.composer.text.focus_force()
    wait(lambda: sam.top.focus_get() is sam.screen.composer.text)
    sam.press("<Control-u>")
    wait(lambda: len(ana.all(FileCard)) == 2)
    ana.push(card(ana, "plan.txt")._first)
    wait(lambda: str(card(ana, "plan.txt")._first["text"]) == "Show in folder")
    assert (downloads() / "plan.txt").read_text() == "first this, then that"
    wait(lambda: card(ana, "sea.png")._image)
    shown = card(ana, "sea.png")._picture
    assert shown is not None
    ana.push(shown)
    view = ana.opened(PictureView)
    wait(lambda: ana.top.focus_get() is view)
    ana.press("<Escape>")
    wait(lambda: not ana.all(PictureView))


def test_found_by_keys_gone_to_by_a_click_and_back(window: Whole, server: Server, bo: Other) -> None:
    for n in range(200):
        bo.client.say("the soup recipe" if n == 20 else f"line {n}")
    bo.client.flush(20)
    window.join(server.id, "Ana")
    chat = window.app.chat
    assert chat is not None
    text, panel = chat.messages.text, chat.finding.panel

    def seen(words: str) -> object:
        place = text.search(words, "1.0")
        return place and text.bbox(place)

    window.until(lambda: seen("line 199"))
    window.until(lambda: window.root.focus_get() is chat.composer.text)
    window.press("<Control-f>")
    window.until(lambda: window.root.focus_get() is panel.field)
    window.type("recip from:bo")
    window.press("<Return>")
    window.until(lambda: str(panel._status["text"]) == "1 result" and panel.rows.find_all())
    panel.rows.event_generate("<Button-1>", x=60, y=40)
    panel.rows.event_generate("<ButtonRelease-1>", x=60, y=40)
    window.until(lambda: seen("the soup recipe"))
    assert "found" in text.tag_names(text.search("the soup recipe", "1.0"))
    window.press("<Alt-Left>")
    window.until(lambda: seen("line 199"))
    window.press("<Escape>")
    window.until(lambda: window.root.focus_get() is chat.composer.text)
