"""Where the view of the messages stands: at the end as long as nobody scrolls up, and what the pill counts."""

from __future__ import annotations

from tkinter import ttk

import pytest
from msgspec.structs import replace

from lanchat.client.events import Entered, Page, Rooms
from lanchat.client.profile import Visit
from lanchat.gui.chat.file_card import FileCard
from lanchat.gui.chat.hover_tools import HoverTools
from lanchat.gui.kit.theme import Kit
from lanchat.protocol.frames import File, Message
from lanchat.protocol.rooms import RoomInfo
from tests.gui.stand_in import NOON, ROOM, joined
from tests.gui.test_conversation import ANA, Stage, stage

__all__ = ["stage"]
pytestmark = pytest.mark.display
OTHER = "design"


def in_room(room: str, seq: int) -> Message:
    return Message(room, seq, "", NOON + seq, "Ana", ANA, f"words {seq} " * 12)


def history(stage: Stage, room: str, last: int) -> None:
    stage.feed(Page(room, [in_room(room, seq) for seq in range(1, last + 1)], catchup=True))


def pill(stage: Stage) -> str:
    button = stage.screen.messages._pill
    return str(button["text"]).strip() if button.winfo_manager() else ""


def enter_other(stage: Stage, last: int = 40) -> None:
    stage.feed(Rooms([RoomInfo(OTHER)]), Entered(OTHER, last, last))
    history(stage, OTHER, last)


def wheel(stage: Stage, steps: int) -> None:
    for _ in range(steps):
        stage.text.event_generate("<Button-4>", x=100, y=100)
    stage.root.update()


def test_the_pill_counts_what_came_since_the_end_was_in_view(stage: Stage) -> None:
    stage.feed(joined(80))
    history(stage, ROOM, 80)
    enter_other(stage)
    stage.until(lambda: stage.screen.messages.following)
    wheel(stage, 12)
    assert not stage.screen.messages.following
    stage.feed(in_room(ROOM, 81))
    stage.until(lambda: pill(stage) == "1 new")
    stage.screen.open(OTHER)
    stage.root.update()
    assert pill(stage) == ""
    stage.screen.open(ROOM)
    stage.until(lambda: pill(stage))
    assert pill(stage) == "1 new"


def test_the_pill_counts_what_was_missed_of_a_room_not_opened_yet(stage: Stage) -> None:
    stage.feed(joined(80))
    history(stage, ROOM, 80)
    stage.feed(Rooms([RoomInfo(OTHER)]), Entered(OTHER, 120, 60))
    history(stage, OTHER, 120)
    stage.screen.open(OTHER)
    stage.until(lambda: pill(stage) == "60 new")


def test_after_a_restart_the_pill_counts_what_came_since(stage: Stage) -> None:
    history(stage, ROOM, 80)
    stage.screen.restore(Visit("", 75, 10))
    stage.until(lambda: not stage.screen.messages.following)
    assert pill(stage) == ""
    told = joined(80)
    stage.feed(replace(told, welcome=replace(told.welcome, read=75)))
    stage.until(lambda: pill(stage) == "5 new")


def test_what_is_far_back_is_not_loaded_wherever_the_newest_page_comes_from(stage: Stage) -> None:
    """A place is known before there is anything to count from."""
    stage.feed(joined(90_000))
    stage.screen.restore(Visit("", 75, 10))
    page = Page(ROOM, [in_room(ROOM, seq) for seq in range(89_901, 90_001)], catchup=True)
    stage.client.calls.clear()
    stage.feed(page)
    stage.until(lambda: in_view(stage, "words 90000"))
    assert not [call for call in stage.client.calls if call[0] == "load_older"]
    assert stage.screen.messages.following


CARD = File("notes.txt", 900, "c" * 64)
PICTURE = File("w.png", 9_000, "d" * 64, width=400, height=300)


def cards(stage: Stage) -> list[FileCard]:
    return [widget for widget in stage.text.winfo_children() if isinstance(widget, FileCard)]


def in_view(stage: Stage, words: str) -> bool:
    place = stage.text.search(words, "1.0")
    return bool(place) and stage.text.bbox(place) is not None


def settle(stage: Stage) -> None:
    for _ in range(3):
        stage.root.update()
        stage.text.tk.call(str(stage.text), "sync")


def test_the_view_stays_at_the_end_while_cards_grow_and_the_window_changes(stage: Stage) -> None:
    stage.feed(joined(30))
    history(stage, ROOM, 30)
    for seq in range(31, 40):
        file = PICTURE if seq % 2 else CARD
        stage.screen.handle(Message(ROOM, seq, "", NOON + seq, "Ana", ANA, file.name, file=file))
        stage.root.update_idletasks()
        stage.root.geometry(f"900x{600 - seq % 3 * 20}")
        stage.screen.messages.text.configure(height=4 + seq % 2)
        stage.root.update()
    stage.feed(in_room(ROOM, 40))
    settle(stage)
    assert stage.screen.messages.following
    assert in_view(stage, "words 40")
    assert pill(stage) == ""


def test_a_card_that_grows_after_a_resize_in_the_same_breath_does_not_end_following(stage: Stage) -> None:
    stage.feed(joined(30))
    history(stage, ROOM, 30)
    stage.screen.handle(Message(ROOM, 31, "", NOON + 31, "Ana", ANA, CARD.name, file=CARD))
    stage.until(lambda: stage.text.winfo_children())
    settle(stage)
    (card,) = cards(stage)
    for extra in range(1, 9):  # as a progress bar, a longer line of words, and a picture do, one after the other
        card.configure(pady=8 * extra)
        stage.root.update_idletasks()
        stage.screen.composer.draft = "line\n" * (extra % 4)
        stage.root.update()
    settle(stage)
    assert stage.screen.messages.following
    stage.feed(in_room(ROOM, 32))
    settle(stage)
    assert in_view(stage, "words 32")


def point_at(stage: Stage, seq: int) -> HoverTools:
    """The pointer goes to a message."""
    drawn = next(one for one in stage.screen.messages.drawn if one.block.key == (seq, 0))
    place = stage.text.dlineinfo(f"{drawn.tag}.last -1c")
    assert place is not None
    stage.text.event_generate("<Motion>", warp=True, x=place[0] + 4, y=place[1] + place[3] - 4)
    stage.until(lambda: stage.screen.hover.message is not None and stage.screen.hover.message.seq == seq)
    stage.root.update()
    return stage.screen.hover


def test_the_tools_stand_in_the_row_that_is_meant_and_it_is_marked(stage: Stage, kit: Kit) -> None:
    stage.feed(*(Message(ROOM, seq, "", NOON + seq, "Ana", ANA, f"words {seq}") for seq in range(1, 9)))
    for seq in (1, 5, 8):
        frame = point_at(stage, seq).frame
        box = stage.text.bbox(stage.text.search(f"words {seq}" if seq > 1 else "Ana", "1.0"))
        assert box is not None
        middle = box[1] + box[3] // 2
        top = frame.winfo_y() - stage.text.winfo_y()
        assert abs(top + frame.winfo_height() // 2 - middle) <= 4
        marked = stage.text.get(*map(str, stage.text.tag_ranges("hovered")))
        assert f"words {seq}" in marked
        assert marked.count("words") == 1
        assert stage.text.tag_cget("hovered", "background") == kit.colors.row
    stage.screen.hover.hide()
    assert not stage.text.tag_ranges("hovered")


@pytest.mark.parametrize("width", [1000, 640])
def test_the_tools_cover_no_button_of_a_card(stage: Stage, width: int) -> None:
    stage.root.geometry(f"{width}x600")
    stage.feed(*(Message(ROOM, seq, "", NOON + seq, "Ana", ANA, f"words {seq}") for seq in range(1, 4)))
    for seq in (4, 5):
        stage.feed(Message(ROOM, seq, "", NOON + seq, "Ana", ANA, CARD.name, file=CARD))
    settle(stage)
    frame = point_at(stage, 5).frame
    buttons = [w for card in cards(stage) for w in card.everything() if isinstance(w, ttk.Button)]
    assert len(buttons) == 2
    for button in buttons:
        beside = frame.winfo_rootx() >= button.winfo_rootx() + button.winfo_width()
        above = frame.winfo_rooty() + frame.winfo_height() <= button.winfo_rooty()
        below = frame.winfo_rooty() >= button.winfo_rooty() + button.winfo_height()
        assert beside or above or below
