"""Answering, changing and reacting in the window, by real events."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Iterator
from tkinter import ttk

import pytest
from msgspec import structs
from PIL import ImageGrab

from lanchat.gui.chat.screen import ChatScreen
from lanchat.gui.kit.dialog import Choice
from lanchat.gui.kit.popup import PopupMenu
from lanchat.gui.kit.theme import Kit
from lanchat.gui.kit.tokens import Mode, rgb
from lanchat.gui.model.chat import ChatModel
from lanchat.protocol.frames import Deleted, Edit, Edited, Member, Message, React, Reacted, Say, Typed
from lanchat.protocol.moderation import Rules
from tests.gui.stand_in import ME, MY_KEY, NOON, ROOM, StandInClient, joined, message, roster

pytestmark = pytest.mark.display
Until = Callable[[Callable[[], object]], None]
ANA = "a" * 43


def edited(seq: int, target: int, text: str, key: str = ANA) -> Edited:
    return Edited(ROOM, seq, "", NOON, "Ana", key, target, text)


def reacted(seq: int, target: int, emoji: str, nick: str = "Ana", key: str = ANA, *, on: bool = True) -> Reacted:
    return Reacted(ROOM, seq, "", NOON, nick, key, target, emoji, on)


class Stage:
    def __init__(self, root: tk.Tk, kit: Kit, until: Until) -> None:
        self.root, self.until = root, until
        self.client = StandInClient()
        nothing: Callable[..., None] = lambda *_: None  # noqa: E731
        self.screen = ChatScreen(
            root, kit, self.client, on_leave=nothing, on_forget=nothing, on_title=nothing, clock=lambda: NOON / 1000
        )
        self.screen.pack(fill="both", expand=True)
        root.update()
        self.feed(joined(), roster(Member(ME, MY_KEY), Member("Ana", ANA)))
        self.text = self.screen.messages.text

    def feed(self, *events: object) -> None:
        for event in events:
            self.screen.handle(event)  # type: ignore[arg-type]
        self.root.update()

    @property
    def content(self) -> str:
        return self.text.get("1.0", "end")

    def see(self, words: str) -> tuple[int, int]:
        """Where they stand, once they are in view."""
        self.until(lambda: words in self.content)
        self.until(lambda: self.text.bbox(self.text.search(words, "1.0")))
        x, y, *_ = self.text.bbox(self.text.search(words, "1.0")) or (0, 0)
        return x + 2, y + 4

    def click(self, words: str, button: int) -> None:
        x, y = self.see(words)
        self.text.event_generate("<Enter>", x=x, y=y)
        self.text.event_generate("<Motion>", x=x, y=y)
        self.text.event_generate(f"<Button-{button}>", x=x, y=y)
        self.text.event_generate(f"<ButtonRelease-{button}>", x=x, y=y)
        self.root.update()

    def write(self, words: str) -> None:
        self.screen.composer.draft = words
        self.screen.composer.submit()
        self.root.update()

    def aim(self) -> str:
        """What the composer says that it is about."""
        composer = self.screen.composer
        return composer._aim_label.text if composer._aim.winfo_manager() else ""

    def buttons(self) -> list[str]:
        return [str(w["text"]).strip() for w in self.text.winfo_children() if isinstance(w, ttk.Button)]


@pytest.fixture
def stage(root: tk.Tk, kit: Kit, until: Until) -> Iterator[Stage]:
    stage = Stage(root, kit, until)
    yield stage
    stage.screen.destroy()


@pytest.fixture
def menus(monkeypatch: pytest.MonkeyPatch) -> list[PopupMenu]:
    """Those that were posted. Tk's own posting waits in the window system until the user has chosen."""
    posted: list[PopupMenu] = []
    monkeypatch.setattr(PopupMenu, "tk_popup", lambda menu, *_: posted.append(menu))
    return posted


def test_an_answer_is_aimed_sent_and_shown_with_what_it_answers(stage: Stage, menus: list[PopupMenu]) -> None:
    stage.feed(message(1, "lunch at\nnoon?", "Ana", key=ANA))
    stage.click("noon?", 3)
    menus[-1].invoke("Reply")
    assert stage.aim() == "Replying to Ana: lunch at noon?"
    stage.write("yes")
    assert stage.client.calls[-1] == ("do", Say("", "yes", reply=1))
    assert stage.aim() == ""
    stage.write("and soup")
    assert stage.client.calls[-1] == ("say", "and soup")
    stage.feed(Message(ROOM, 2, "", NOON, ME, MY_KEY, "yes", reply=1))
    stage.see("↪ Ana: lunch at noon?")
    stage.feed(edited(3, 1, "lunch at one?"))
    stage.see("↪ Ana: lunch at one?")
    stage.feed(Deleted(ROOM, 4, "", NOON, "Ana", ANA, 1))
    stage.see("↪ Ana: deleted")
    stage.feed(Message(ROOM, 5, "", NOON, ME, MY_KEY, "to what is not here", reply=0), message(6, "x"))
    stage.feed(Message(ROOM, 9, "", NOON, "Ana", ANA, "hm", reply=7))
    stage.see("↪ an earlier message")
    stage.feed(message(10, "word " * 30), Message(ROOM, 11, "", NOON, "Ana", ANA, "long!", reply=10))
    stage.see("word…\nlong!")


def test_a_click_on_the_quote_leads_to_what_is_answered(stage: Stage) -> None:
    stage.feed(*(message(n, f"line {n}") for n in range(1, 150)))
    stage.feed(Message(ROOM, 150, "", NOON, "Ana", ANA, "about the third", reply=3))
    stage.until(lambda: stage.screen.messages.following)
    stage.click("↪ Ana: line 3", 1)
    stage.until(lambda: stage.screen.messages.top == 3)


def test_the_view_stays_at_the_end_when_an_answer_begins(stage: Stage, menus: list[PopupMenu]) -> None:
    stage.feed(*(message(n, f"line {n}", "Ana", key=ANA) for n in range(1, 60)))
    stage.feed(reacted(60, 59, "👍"))
    stage.until(lambda: stage.screen.messages.following)
    stage.click("line 59", 3)
    menus[-1].invoke("Reply")
    stage.root.update()
    stage.until(lambda: stage.screen.messages.following)
    assert not stage.screen.messages._pill.winfo_manager()


def test_up_changes_the_last_of_ours_and_escape_leaves_it(stage: Stage) -> None:
    stage.feed(message(1, "frist", ME, key=MY_KEY), message(2, "hers", "Ana", key=ANA))
    composer = stage.screen.composer
    composer.text.focus_force()
    stage.until(lambda: stage.root.focus_get() is composer.text)
    composer.text.event_generate("<Up>")
    assert composer.draft == "frist"
    assert stage.aim().startswith("Changing what you said")
    composer.text.event_generate("<Up>")
    assert composer.draft == "frist"
    composer.text.event_generate("<Escape>")
    assert (composer.draft, stage.aim()) == ("", "")
    composer.text.event_generate("<Up>")
    stage.write("first")
    assert stage.client.calls[-1] == ("do", Edit("", 1, "first"))
    stage.feed(edited(3, 1, "first", MY_KEY))
    stage.see("first  edited")
    assert "frist" not in stage.content


def test_a_refused_answer_stays_to_be_mended(stage: Stage, menus: list[PopupMenu]) -> None:
    stage.feed(message(1, "hers", "Ana", key=ANA))
    stage.click("hers", 3)
    menus[-1].invoke("Reply")
    stage.write("x" * 8_001)
    assert stage.aim()
    assert len(stage.screen.composer.draft) == 8_001


def test_reactions_are_counted_and_toggled(stage: Stage, menus: list[PopupMenu]) -> None:
    stage.feed(message(1, "done", "Ana", key=ANA), reacted(2, 1, "👍"), reacted(3, 1, "👍", ME, MY_KEY))
    stage.feed(reacted(4, 1, "🎉"))
    stage.until(lambda: stage.buttons() == ["2", "1"])
    thumb, hooray = (w for w in stage.text.winfo_children() if isinstance(w, ttk.Button))
    assert (str(thumb["style"]), str(hooray["style"])) == ("Mine.TButton", "Small.TButton")
    thumb.invoke()
    hooray.invoke()
    assert [call[1] for call in stage.client.calls if call[0] == "do"] == [
        React("", 1, "👍", on=False),
        React("", 1, "🎉", on=True),
    ]
    stage.click("done", 3)
    names = [menus[-1].entrycget(i, "label").strip() for i in range(6) if menus[-1].type(i) == "command"]
    assert f"Ana, {ME}" in names
    reactions = menus[-1].nametowidget(menus[-1].entrycget("React", "menu"))
    reactions.invoke(1)
    assert stage.client.calls[-1] == ("do", React("", 1, "❤️"))
    stage.feed(reacted(5, 1, "👍", on=False), reacted(6, 1, "👍", ME, MY_KEY, on=False))
    stage.until(lambda: stage.buttons() == ["1"])


def test_earlier_versions_can_be_read(stage: Stage, menus: list[PopupMenu]) -> None:
    stage.feed(message(1, "one", "Ana", key=ANA), edited(2, 1, "two"))
    stage.click("two", 3)
    menus[-1].invoke("Earlier versions …")
    (choice,) = (w for w in stage.root.winfo_children() if isinstance(w, Choice))
    shown = [str(w["text"]) for w in choice.body.winfo_children() if isinstance(w, ttk.Label)]
    assert "one" in shown[-1]
    assert "two" in shown[-1]
    choice.close()
    stage.click("two", 3)
    menus[-1].invoke("Copy the text")
    assert stage.root.clipboard_get() == "two"


def test_ours_can_be_changed_and_others_cannot(stage: Stage, menus: list[PopupMenu]) -> None:
    stage.feed(message(1, "mine", ME, key=MY_KEY), message(2, "hers", "Ana", key=ANA))
    labels = []
    for words in ("mine", "hers"):
        stage.click(words, 3)
        last = menus[-1].index("end") or 0
        labels.append([menus[-1].entrycget(i, "label") for i in range(last + 1) if menus[-1].type(i) != "separator"])
    assert labels == [["Reply", "React", "Change", "Copy the text", "Delete …"], ["Reply", "React", "Copy the text"]]


# Names and typing


def test_tab_completes_names_and_goes_on_otherwise(stage: Stage) -> None:
    stage.feed(roster(Member(ME, MY_KEY), Member("Ana", ANA), Member("Anton", "t"), Member("🦊 Fox", "f")))
    text = stage.screen.composer.text
    text.focus_force()
    stage.until(lambda: stage.root.focus_get() is text)
    stage.screen.composer.draft = "hi @an"
    text.mark_set("insert", "end-1c")
    drafts = []
    for _ in range(3):
        text.event_generate("<Tab>")
        drafts.append(stage.screen.composer.draft)
    assert drafts == ["hi @Ana ", "hi @Anton ", "hi @Ana "]
    stage.screen.composer.draft = "🎉 @🦊"
    text.mark_set("insert", "end-1c")
    text.event_generate("<Tab>")
    assert stage.screen.composer.draft == "🎉 @🦊 Fox "
    stage.screen.composer.draft = "no name"
    text.mark_set("insert", "end-1c")
    text.event_generate("<Tab>")
    stage.until(lambda: stage.root.focus_get() is not text)
    assert stage.screen.composer.draft == "no name"


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_what_calls_us_and_what_is_ours_is_told_by_shapes_too(stage: Stage, kit: Kit, mode: Mode) -> None:
    """A bar at the left edge of the message, and a border around our own reaction."""
    kit.use(mode)
    stage.feed(message(1, "to nobody", "Ana", key=ANA), reacted(2, 1, "👍"), reacted(3, 1, "🎉", ME, MY_KEY))
    stage.feed(message(4, f"@{ME} look", "Ben"), message(5, "x"))
    stage.until(lambda: stage.buttons() == ["1", "1"])
    theirs, ours = (w for w in stage.text.winfo_children() if isinstance(w, ttk.Button))
    gutter = stage.screen.messages._gutter
    left, top = gutter.winfo_rootx(), stage.text.winfo_rooty()
    rim, bar = rgb(kit.colors.accent), rgb(kit.colors.called_bar)

    def edge_of(button: ttk.Button) -> tuple[int, int, int]:
        return pixel(button, button.winfo_rootx() + 1, button.winfo_rooty() + button.winfo_height() // 2)

    def beside(words: str) -> tuple[int, int, int]:
        return pixel(gutter, left + 1, top + stage.see(words)[1])

    stage.until(lambda: beside(f"@{ME} look") == bar)
    assert bar not in (beside("to nobody"), beside("x"))
    assert edge_of(ours) == rim
    assert edge_of(theirs) != rim


def pixel(widget: tk.Misc, x: int, y: int) -> tuple[int, int, int]:
    """Of the screen."""
    picture = ImageGrab.grab((x, y, x + 1, y + 1), xdisplay=str(widget.winfo_screen()))
    return picture.convert("RGB").getpixel((0, 0))  # type: ignore[return-value]


def test_what_calls_us_stands_out_and_is_counted(stage: Stage) -> None:
    stage.feed(message(1, f"@{ME} look", "Ana", key=ANA), message(2, "@room all", "Ana", key=ANA), message(3, "x"))
    stage.see("@room all")
    blocks = {block.text: block.called for block in stage.screen.messages.shown}
    assert (blocks[f"@{ME} look"], blocks["@room all"], blocks["x"]) == (True, True, False)
    assert "called" in stage.text.tag_names(stage.text.search("@room", "1.0"))
    model = ChatModel(ME, MY_KEY)
    model.apply(joined(), 0)
    model.set_focused(False)
    for event in (message(1, f"@{ME} look"), message(2, "@room all"), message(3, "x"), message(4, "@room", key=MY_KEY)):
        model.apply(event, 0)
    assert model.title.startswith("(3 · @2) ")
    model.set_focused(True)
    assert not model.title.startswith("(")


def test_writing_is_told_and_shown(stage: Stage) -> None:
    text = stage.screen.composer.text
    text.focus_force()
    stage.until(lambda: stage.root.focus_get() is text)
    for key in "hello":
        text.event_generate(f"<Key-{key}>")
        stage.root.update()
    assert stage.client.calls == [("typing",)]
    stage.screen.composer.draft = ""
    stage.feed(Typed(ROOM, "Ana", ANA), Typed(ROOM, ME, MY_KEY))
    model = stage.screen.model
    assert model.footer(NOON / 1000) == "Ana is typing …"
    stage.feed(Typed(ROOM, "Bo", "b"))
    assert model.footer(NOON / 1000) == "Ana and Bo are typing …"
    stage.feed(*(Typed(ROOM, f"P{n}", f"{n}") for n in range(200)))
    assert model.footer(NOON / 1000) == "Several people are typing …"
    assert model.footer(NOON / 1000 + 7) == ""
    stage.feed(Typed(ROOM, "Ana", ANA), message(1, "there", "Ana", key=ANA))
    assert "Ana" not in model.footer(NOON / 1000)


# What was read


def test_what_was_read_on_another_device_is_not_missed_here() -> None:
    model = ChatModel(ME, MY_KEY)
    model.apply(structs.replace(joined(9), welcome=structs.replace(joined(9).welcome, read=7)), 0)
    assert model.timeline.missed == 7
    model.current.resume_at(4)  # this device knew less
    assert model.timeline.missed == 7
    model.current.resume_at(9)  # or more
    assert model.timeline.missed is None
    model.apply(joined(9, again=True), 0)
    assert model.timeline.missed is None


def test_what_is_seen_is_told(stage: Stage) -> None:
    stage.screen.composer.text.focus_force()
    stage.feed(message(1, "one"), message(2, "two"))
    stage.until(lambda: stage.client.reads == [2])
    stage.feed(message(3, "three"))
    stage.until(lambda: stage.client.reads == [2, 3])


def test_a_menu_that_is_filled_anew_leaves_no_menus_behind(stage: Stage) -> None:
    side = stage.screen.side
    before = len(side._menu.winfo_children()), len(stage.screen._kit._listeners)
    for slow in range(1, 6):
        stage.feed(Rules(ROOM, slow=slow))
    assert (len(side._menu.winfo_children()), len(stage.screen._kit._listeners)) == before


def test_what_somebody_is_called_harms_no_old_tk(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """In lines that Tk draws by itself."""
    monkeypatch.setattr("lanchat.gui.kit.emoji.tk_is_safe", lambda: False)
    dialog = Choice(stage.root, stage.screen._kit, "Ana", "", {"Close": lambda: None})
    assert dialog.add_text("Ana 🎉")["text"] == "Ana :tada:"
    dialog.close()
