"""Moderating in the window, by real events: menus, dialogs, commands in the composer, and what the server is asked."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest

from lanchat.client.events import Outcome
from lanchat.gui.chat.screen import ChatScreen
from lanchat.gui.dialogs.bans import BansDialog
from lanchat.gui.dialogs.invite import InviteDialog
from lanchat.gui.dialogs.question import QuestionDialog
from lanchat.gui.kit.dialog import Choice
from lanchat.gui.kit.popup import PopupMenu
from lanchat.gui.kit.theme import Kit
from lanchat.protocol import moderation as acts
from lanchat.protocol.frames import Deleted, Member
from lanchat.protocol.limits import MAX_REASON, Code
from lanchat.protocol.moderation import Rules, Sanction
from lanchat.protocol.target import parse_target
from tests.gui.stand_in import ME, MY_KEY, NOON, ROOM, StandInClient, joined, message, roster

pytestmark = pytest.mark.display
Until = Callable[[Callable[[], object]], None]
WidgetT = TypeVar("WidgetT", bound=tk.Misc)
ANA = "a" * 43


class Stage:
    """A chat screen of somebody with a role, and the client that takes note."""

    def __init__(self, root: tk.Tk, kit: Kit, until: Until, role: str) -> None:
        self.root, self.until = root, until
        self.client = StandInClient()
        nothing: Callable[..., None] = lambda *_: None  # noqa: E731
        self.screen = ChatScreen(
            root,
            kit,
            self.client,
            on_leave=nothing,
            on_forget=nothing,
            on_title=nothing,
            address="192.168.1.23:5055",
            clock=lambda: NOON / 1000,
        )
        self.screen.pack(fill="both", expand=True)
        root.update()
        self.feed(joined(), roster(Member(ME, MY_KEY, role=role), Member("Ana", ANA), Member("Gast")))

    def feed(self, *events: object) -> None:
        for event in events:
            self.screen.handle(event)  # type: ignore[arg-type]
        self.root.update()

    @property
    def asked(self) -> list[object]:
        return [call[1] for call in self.client.calls if call[0] == "moderate"]

    def answer(self, **facts: object) -> None:
        """To what was asked last."""
        self.feed(Outcome(f"m{len(self.client.calls)}", **facts))  # type: ignore[arg-type]

    def find(self, kind: type[WidgetT]) -> WidgetT:
        """The widget of this kind, once it is there."""
        found: list[WidgetT] = []

        def search(parent: tk.Misc) -> Iterator[WidgetT]:
            for child in parent.winfo_children():
                if isinstance(child, kind):
                    yield child
                yield from search(child)

        self.until(lambda: found.extend(search(self.root)) or found)  # type: ignore[func-returns-value]
        return found[-1]

    def person(self, place: int) -> tuple[int, int]:
        """Where the row of a person stands in the side bar; 0 is ourselves."""
        rows = self.screen.side.rows
        top = rows._tops[4 + place]
        return 40, top + 10

    def type(self, text: str) -> None:
        self.screen.composer.draft = text
        self.screen.composer.submit()
        self.root.update()


@pytest.fixture
def stage(root: tk.Tk, kit: Kit, until: Until) -> Iterator[Stage]:
    stage = Stage(root, kit, until, "owner")
    yield stage
    stage.screen.destroy()


@pytest.fixture
def member_stage(root: tk.Tk, kit: Kit, until: Until) -> Iterator[Stage]:
    stage = Stage(root, kit, until, "")
    yield stage
    stage.screen.destroy()


def entries(menu: tk.Menu) -> list[str]:
    last = menu.index("end")
    return [menu.entrycget(i, "label") for i in range((last or 0) + 1) if menu.type(i) != "separator"]


@pytest.fixture
def menus(monkeypatch: pytest.MonkeyPatch) -> list[tuple[PopupMenu, list[str]]]:
    """The menus that were posted. Tk's own posting waits in the window system until the user has chosen."""
    posted: list[tuple[PopupMenu, list[str]]] = []
    monkeypatch.setattr(PopupMenu, "tk_popup", lambda menu, *_: posted.append((menu, entries(menu))))
    return posted


def test_a_click_on_somebody_shows_what_can_be_done(stage: Stage, menus: list[tuple[PopupMenu, list[str]]]) -> None:
    rows = stage.screen.side.rows
    x, y = stage.person(1)
    for button in (1, 3):
        rows.event_generate(f"<Button-{button}>", x=x, y=y)
        stage.root.update()
    expected = ["Write to them alone", "Copy the name", "Mute …", "Put out …", "Ban …", "Make a moderator"]
    assert [labels for _, labels in menus] == [expected, expected]
    menus[-1][0].invoke("Make a moderator")
    assert stage.asked == [acts.Appoint(ANA, moderator=True)]
    menus[-1][0].invoke("Copy the name")
    assert stage.root.clipboard_get() == "Ana"


def test_the_keyboard_gets_there_too(stage: Stage, menus: list[tuple[PopupMenu, list[str]]]) -> None:
    rows = stage.screen.side.rows
    rows.focus_force()
    stage.until(lambda: stage.root.focus_get() is rows)
    for key in ("<Home>", "<Down>", "<Down>", "<Down>"):
        rows.event_generate(key)
        stage.root.update()
    stage.feed(message(1, "meanwhile"), roster(Member(ME, MY_KEY, role="owner"), Member("Ana", ANA), Member("Gast")))
    for key in ("<Return>", "<Shift-F10>"):
        rows.event_generate(key)
        stage.root.update()
    assert [labels[2:4] for _, labels in menus] == [["Mute …", "Put out …"]] * 2


def test_a_member_without_a_role_is_offered_nothing(
    member_stage: Stage, menus: list[tuple[PopupMenu, list[str]]]
) -> None:
    x, y = member_stage.person(1)
    member_stage.screen.side.rows.event_generate("<Button-3>", x=x, y=y)
    member_stage.root.update()
    member_stage.screen.side.open_menu()
    assert [labels for _, labels in menus] == [
        ["Write to them alone", "Copy the name"],
        [
            "Change my name",
            "How I am here",
            "Copy address",
            "Compare its words …",
            "Leave the room",
            "Leave and forget it …",
        ],
    ]


def test_a_ban_asks_for_how_long_and_why(stage: Stage, menus: list[tuple[PopupMenu, list[str]]]) -> None:
    x, y = stage.person(1)
    stage.screen.side.rows.event_generate("<Button-3>", x=x, y=y)
    stage.root.update()
    menus[0][0].invoke("Ban …")
    dialog = stage.find(QuestionDialog)
    assert dialog.field is not None
    assert dialog.times is not None
    assert (dialog.title(), str(dialog.submit["style"])) == ("Ban Ana?", "Grave.TButton")
    stage.until(lambda: stage.root.focus_get() is dialog.field)
    dialog.times.value = 3_600
    dialog.field.value = "spam" * 100
    dialog.field.event_generate("<Return>")
    stage.until(lambda: not dialog.winfo_exists())
    assert stage.asked == [acts.Ban(ANA, 3_600, ("spam" * 100)[:MAX_REASON])]
    stage.answer(detail="Ana is banned for 1 h.")
    assert stage.screen.model.footer(NOON / 1000) == "Ana is banned for 1 h."
    assert stage.screen.model.footer(NOON / 1000 + 11) == ""


def test_a_pin_that_is_none_stays_in_the_dialog(stage: Stage, menus: list[tuple[PopupMenu, list[str]]]) -> None:
    stage.screen.side.open_menu()
    (menu, labels) = menus[0]
    assert labels[4:10] == [
        "Invite somebody …",
        "Bans and mutes …",
        "Slow mode …",
        "Let nobody new in",
        "Change the PIN …",
        "Close the room …",
    ]
    menu.invoke("Change the PIN …")
    dialog = stage.find(QuestionDialog)
    assert dialog.field is not None
    dialog.field.value = "12"
    dialog.submit.invoke()
    assert dialog.winfo_exists()
    assert "6 to 64" in str(dialog.complaint["text"])
    dialog.field.value = "123 456"
    dialog.submit.invoke()
    assert not dialog.winfo_exists()
    assert stage.asked == [acts.Pin("123456")]


def test_what_holds_in_the_room_stands_beside_its_name(stage: Stage, menus: list[tuple[PopupMenu, list[str]]]) -> None:
    stage.feed(Rules(ROOM, slow=30, closed=True))
    assert stage.screen.bar._topic.text == "slow mode, one message every 30 s · nobody new comes in"
    stage.screen.side.open_menu()
    menus[0][0].invoke("Let everybody in again")
    assert stage.asked == [acts.Lock(on=False)]


def test_bans_are_listed_and_lifted(stage: Stage, menus: list[tuple[PopupMenu, list[str]]]) -> None:
    stage.screen.side.open_menu()
    menus[0][0].invoke("Bans and mutes …")
    stage.answer(bans=[Sanction("ban", "Eva", "e", NOON, "Olga"), Sanction("mute", "Gast", None, NOON, "Olga")])
    dialog = stage.find(BansDialog)
    stage.until(lambda: stage.root.focus_get() is dialog.rows)
    dialog.rows.event_generate("<Down>")
    dialog.rows.event_generate("<Return>")
    stage.until(lambda: not dialog.winfo_exists())
    menus[0][0].invoke("Bans and mutes …")
    stage.answer(bans=[Sanction("ban", "Eva", "e", NOON, "Olga")])
    again = stage.find(BansDialog)
    again.rows.select(("ban", "e", "Eva"))
    again.submit.invoke()
    assert stage.asked == [acts.Bans(), acts.Unmute("Gast"), acts.Bans(), acts.Unban("e")]
    menus[0][0].invoke("Bans and mutes …")
    stage.answer(code=Code.NOT_ALLOWED, detail="Only moderators and owners of this room can do that.")
    assert not [w for w in stage.screen.winfo_children() if isinstance(w, BansDialog)]


def test_an_invitation_ends_in_a_link(stage: Stage, menus: list[tuple[PopupMenu, list[str]]]) -> None:
    stage.screen.side.open_menu()
    menus[0][0].invoke("Invite somebody …")
    dialog = stage.find(InviteDialog)
    dialog.submit.invoke()
    assert stage.asked == [acts.Invite(86_400, 1)]
    stage.answer(code=Code.TOO_MANY, detail="There are too many.")
    assert str(dialog.complaint["text"]) == "There are too many."
    dialog.submit.invoke()
    stage.answer(token="A" * 22)
    link = dialog.link.value
    assert parse_target(link) == parse_target(f"lanchat://192.168.1.23:5055?id={'0' * 32}&token={'A' * 22}")
    dialog.close()


def test_commands_in_the_composer(stage: Stage) -> None:
    stage.feed(message(7, "hm", "Ana", key=ANA))
    stage.type("/mute Ana 1h loud")
    stage.type("/delete Ana")
    assert stage.asked == [acts.Mute("Ana", 3_600, "loud"), acts.Delete(7)]
    stage.type("/frobnicate")
    assert stage.screen.composer.draft == "/frobnicate"
    assert any("There is no command" in line.text for line in [stage.screen.composer._line])
    stage.type("/usr/bin is a path")
    assert stage.client.calls[-1] == ("say", "/usr/bin is a path")
    stage.type("/help")
    stage.find(Choice).close()
    stage.type("/invite")
    stage.find(InviteDialog).close()


def test_a_message_is_deleted_from_its_menu(stage: Stage, menus: list[tuple[PopupMenu, list[str]]]) -> None:
    stage.feed(message(1, "first"), message(2, "second"))
    text = stage.screen.messages.text

    def click(words: str) -> None:
        stage.until(lambda: text.search(words, "1.0"))
        stage.until(lambda: text.bbox(text.search(words, "1.0")))
        x, y, *_ = text.bbox(text.search(words, "1.0")) or (0, 0)
        text.event_generate("<Button-3>", x=x + 2, y=y + 4)
        stage.root.update()

    click("second")
    assert menus[0][1] == ["Reply", "React", "Copy the text", "Pin", "Delete …"]
    menus[0][0].invoke("Delete …")
    dialog = stage.find(QuestionDialog)
    dialog.submit.invoke()
    assert stage.asked == [acts.Delete(2)]
    stage.feed(Deleted(ROOM, 3, "", NOON, "Olga", "o", 2))
    click("Deleted by Olga")
    assert len(menus) == 1
    click("first")
    assert len(menus) == 2
