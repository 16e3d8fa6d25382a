"""The message list on a real display: order, window, view, links, copying, emoji."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Iterator
from tkinter import ttk

import pytest

from lanchat.client.events import Failed, Page, Queued
from lanchat.gui.chat import message_list
from lanchat.gui.chat.message_list import MessageList
from lanchat.gui.kit import emoji
from lanchat.gui.kit.emoji import EmojiPictures
from lanchat.gui.kit.theme import Kit
from lanchat.gui.model.chat import ChatModel
from lanchat.protocol.frames import Change
from tests.gui.stand_in import ME, MY_KEY, NOON, ROOM, joined, message, presence

pytestmark = pytest.mark.display
Until = Callable[[Callable[[], object]], None]


class Stage:
    """A list over a model, in a window of 700 x 500."""

    def __init__(self, root: tk.Tk, kit: Kit) -> None:
        root.geometry("700x500")
        self.root = root
        self.model = ChatModel(ME, MY_KEY)
        self.calls: list[tuple[str, object]] = []
        self.older: list[int | None] = []  # below which seq older entries were asked for
        self.list = MessageList(
            root,
            kit,
            self.model,
            on_older=lambda: self.older.append(self.model.timeline.first_seq),
            on_retry=lambda id_: self.calls.append(("retry", id_)),
            on_delete=lambda id_: self.calls.append(("delete", id_)),
            on_menu=lambda *_: None,
            on_react=lambda seq, emoji: self.calls.append((emoji, str(seq))),
            on_link=lambda link: self.calls.append(("link", link)),
        )
        self.text = self.list.text
        self.list.pack(fill="both", expand=True)
        root.update()

    def feed(self, *events: object) -> None:
        for event in events:
            self.model.apply(event, NOON / 1000)  # type: ignore[arg-type]
        self.list.refresh()
        self.settle()

    def settle(self) -> None:
        """Until Tk has nothing left to do."""
        while self.list._pacing._resting:
            self.root.update()
        self.root.update()
        self.text.tk.call(str(self.text), "sync")
        self.root.update()

    def history(self, first: int, last: int) -> None:
        self.feed(Page(ROOM, [message(seq, f"message {seq} " * 9) for seq in range(first, last + 1)], catchup=True))

    @property
    def seqs(self) -> list[int]:
        return [block.key[0] for block in self.list.shown if block.key[1] == 0]

    @property
    def content(self) -> str:
        return self.text.get("1.0", "end-1c")

    @property
    def pill(self) -> str:
        button: ttk.Button = self.list._pill
        return str(button["text"]).strip() if button.winfo_manager() else ""

    def height_of(self, seq: int) -> int | None:
        """Pixels from the top of the view to the message."""
        drawn = next(d for d in self.list._drawn if d.block.key == (seq, 0))
        place = self.text.dlineinfo(f"{drawn.tag}.first")
        return place[1] if place else None

    def in_view(self) -> list[int]:
        return [d.block.key[0] for d in self.list._visible()]


@pytest.fixture
def stage(root: tk.Tk, kit: Kit) -> Iterator[Stage]:
    stage = Stage(root, kit)
    yield stage
    stage.list.destroy()


def test_a_group_has_one_head(stage: Stage) -> None:
    stage.feed(message(1, "one", at=NOON), message(2, "two", at=NOON), message(3, "three", "Ben", at=NOON))
    lines = stage.content.split("\n")
    assert [line.split("  ")[0] for line in lines if line.startswith(("Ana", "Ben"))] == ["Ana", "Ben"]
    assert [line for line in lines if line in ("one", "two", "three")] == ["one", "two", "three"]


def test_whatever_the_order_the_text_is_the_same(stage: Stage, root: tk.Tk, kit: Kit) -> None:
    for seq in (5, 1, 3, 2, 4, 3):
        stage.feed(message(seq, at=NOON))
    jumbled = stage.content
    stage.list.destroy()
    ordered = Stage(root, kit)
    ordered.feed(*(message(seq, at=NOON) for seq in range(1, 6)))
    assert jumbled == ordered.content
    ordered.list.destroy()


def test_the_text_is_frozen_and_takes_the_keyboard(stage: Stage) -> None:
    stage.feed(message(1, "hello"))
    before = stage.content
    stage.text.focus_force()
    stage.text.event_generate("<Key-x>")
    stage.settle()
    assert stage.content == before
    assert str(stage.text["takefocus"]) == "1"


def test_a_ring_shows_where_a_key_took_the_keyboard_and_no_click_or_program(
    stage: Stage, kit: Kit, until: Until
) -> None:
    other = ttk.Button(stage.root)
    other.pack()
    stage.root.update()
    stage.text.focus_force()
    until(lambda: stage.root.focus_get() is stage.text)
    stage.settle()
    assert stage.list["highlightbackground"] == kit.colors.bg
    other.focus_force()
    until(lambda: stage.root.focus_get() is other)
    other.event_generate("<Shift-Tab>")
    until(lambda: stage.root.focus_get() is not other)
    while stage.root.focus_get() is not stage.text:  # past what stands between
        stage.root.focus_get().event_generate("<Shift-Tab>")  # type: ignore[union-attr]
        stage.root.update()
    until(lambda: stage.list["highlightbackground"] == kit.colors.focus)
    other.focus_force()
    until(lambda: stage.list["highlightbackground"] == kit.colors.bg)
    stage.text.event_generate("<Button-1>", x=5, y=5)
    stage.text.event_generate("<ButtonRelease-1>", x=5, y=5)
    until(lambda: stage.root.focus_get() is stage.text)
    stage.settle()
    assert stage.list["highlightbackground"] == kit.colors.bg


def test_the_view_follows_the_newest(stage: Stage) -> None:
    stage.history(1, 100)
    assert stage.text.yview()[1] == 1.0
    stage.feed(message(101))
    assert 101 in stage.in_view()
    assert stage.pill == ""


def test_a_reader_of_old_messages_is_left_alone_and_told(stage: Stage) -> None:
    stage.history(1, 100)
    stage.text.yview_scroll(-900, "pixels")
    stage.settle()
    seen = stage.in_view()[1]
    before = stage.height_of(seen)
    stage.feed(message(101), message(102))
    assert stage.height_of(seen) == before
    assert stage.pill == "2 new"
    stage.list._pill.invoke()
    stage.settle()
    assert 102 in stage.in_view()
    assert stage.pill == ""


def test_the_view_stays_at_the_end_when_the_window_shrinks(stage: Stage, until: Until) -> None:
    stage.history(1, 100)
    stage.root.geometry("500x300")
    until(lambda: stage.text.winfo_height() < 350)
    stage.settle()
    assert 100 in stage.in_view()


def test_older_pages_do_not_move_the_view(stage: Stage) -> None:
    stage.history(701, 800)
    for last in range(700, 0, -100):
        stage.text.yview_moveto(0.0)
        stage.settle()
        assert last + 1 in stage.older
        first = stage.in_view()[1]
        before = stage.height_of(first)
        stage.feed(Page(ROOM, [message(seq, f"old {seq} " * 7) for seq in range(last - 99, last + 1)]))
        assert stage.height_of(first) == before
    assert stage.seqs == list(range(1, 801))


def test_a_head_that_a_page_takes_away_does_not_move_the_view(stage: Stage) -> None:
    stage.feed(Page(ROOM, [message(seq, f"{seq} " * 50, at=NOON) for seq in range(101, 160)], catchup=True))
    stage.text.yview_moveto(0.0)
    stage.settle()
    before = stage.height_of(103)
    stage.feed(Page(ROOM, [message(seq, at=NOON) for seq in range(1, 101)]))
    assert stage.height_of(103) == before


def test_the_window_is_bounded_while_the_reader_follows(stage: Stage) -> None:
    for start in range(1, 3_001, 500):
        stage.history(start, start + 499)
    assert len(stage.list.shown) <= message_list.WINDOW
    assert stage.seqs[-1] == 3_000
    assert 3_000 in stage.in_view()


def test_the_window_moves_with_the_reader(stage: Stage) -> None:
    for start in range(1, 3_001, 500):
        stage.history(start, start + 499)
    while stage.seqs[0] > 1:
        stage.text.yview_moveto(0.0)
        stage.settle()
    assert len(stage.list.shown) <= message_list.WINDOW + 1
    assert stage.seqs == list(range(1, stage.seqs[-1] + 1))
    stage.feed(message(3_001))
    assert stage.pill == "1 new"
    while stage.seqs[-1] < 3_001:
        stage.text.yview_moveto(1.0)
        stage.settle()
    assert len(stage.list.shown) <= message_list.WINDOW + 1
    stage.text.yview_moveto(1.0)
    stage.settle()
    assert stage.pill == ""


def test_jumping_to_the_end_from_far_above(stage: Stage) -> None:
    for start in range(1, 2_501, 500):
        stage.history(start, start + 499)
    while stage.seqs[0] > 1:
        stage.text.yview_moveto(0.0)
        stage.settle()
    stage.list.to_end()
    stage.settle()
    assert 2_500 in stage.in_view()
    assert len(stage.list.shown) <= message_list.WINDOW


def test_a_burst_is_written_in_few_turns(stage: Stage) -> None:
    for seq in range(1, 3_001):
        stage.model.apply(message(seq), NOON / 1000)
        stage.list.refresh()
    stage.settle()
    assert stage.seqs[-1] == 3_000
    assert len(stage.list.shown) <= message_list.WINDOW


def test_in_a_flood_most_is_never_written(stage: Stage, until: Until, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(message_list, "REST", 10_000)  # longer than the test
    for start in range(1, 10_001, 200):
        page = Page(ROOM, [message(seq) for seq in range(start, start + 200)], catchup=True)
        stage.model.apply(page, NOON / 1000)
        stage.list.refresh()
        stage.root.update()
    assert stage.seqs[-1] < 1_000  # it rests
    stage.list._pacing.rest(0, stage.list._sync)
    until(lambda: stage.seqs[-1] == 10_000)
    assert stage.seqs == list(range(10_001 - len(stage.seqs), 10_001))
    stage.list._pacing.close()


def test_in_a_flood_a_key_is_not_held_up(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(message_list, "REST", 10_000)
    for start in range(1, 1_601, 200):
        stage.model.apply(Page(ROOM, [message(seq) for seq in range(start, start + 200)], catchup=True), NOON / 1000)
        stage.list.refresh()
        stage.root.update()
    assert stage.seqs[-1] < 1_600
    stage.list.to_end()  # as Escape and sending do
    assert stage.seqs[-1] == 1_600
    stage.list._pacing.close()


def test_what_a_person_reads_comes_at_once_after_one_page(stage: Stage) -> None:
    stage.model.apply(Page(ROOM, [message(seq) for seq in range(1, 201)], catchup=True), NOON / 1000)
    stage.list.refresh()
    stage.root.update()
    stage.model.apply(message(201), NOON / 1000)
    stage.list.refresh()
    stage.root.update()
    assert stage.seqs[-1] == 201


def test_own_messages_change_in_place(stage: Stage) -> None:
    stage.feed(joined(), message(1), Queued("r-1", "mine", NOON))
    assert "waiting" in stage.text.tag_names(stage.text.search("mine", "1.0"))
    stage.feed(message(2, "theirs"))
    assert stage.content.index("theirs") < stage.content.index("mine")
    stage.feed(message(3, "mine", ME, entry_id="r-1", key=MY_KEY))
    assert "waiting" not in stage.text.tag_names(stage.text.search("mine", "1.0"))
    assert stage.content.count("mine") == 1


def test_a_failed_message_can_be_retried_and_deleted(stage: Stage) -> None:
    stage.feed(Queued("r-1", "mine", NOON), Failed("r-1", "mine", "The disk is full."))
    assert "Not sent: The disk is full." in stage.content
    for button in [child for child in stage.text.winfo_children() if isinstance(child, ttk.Button)]:
        button.invoke()
    assert stage.calls == [("retry", "r-1"), ("delete", "r-1")]
    stage.model.delete("r-1")
    stage.feed()
    assert stage.content.strip() == ""
    assert stage.text.winfo_children() == []


def test_notices_and_the_start_are_lines_of_their_own(stage: Stage) -> None:
    stage.feed(joined(0), presence(Change("joined", "Ana"), Change("joined", "Ben")))
    assert "This is the start of #lobby.\n" in stage.content
    assert "Ana and Ben joined\n" in stage.content
    stage.feed(presence(Change("joined", "Cleo")))
    assert "Ana and 2 others joined\n" in stage.content
    assert "Ana and Ben joined" not in stage.content


def click(stage: Stage, word: str) -> None:
    box = stage.text.bbox(stage.text.search(word, "1.0"))
    assert box
    for event in ("<Motion>", "<Button-1>", "<ButtonRelease-1>"):
        stage.text.event_generate(event, x=box[0] + 3, y=box[1] + box[3] // 2)
        stage.settle()


def test_only_web_links_can_be_clicked(stage: Stage) -> None:
    stage.feed(message(1, "see https://a.example/x (not ftp://b.example or javascript:alert(1)) http://c.example."))
    for word in ("https://a", "ftp://b", "javascript", "http://c", "see"):
        click(stage, word)
    assert stage.calls == [("link", "https://a.example/x"), ("link", "http://c.example")]


def test_links_go_with_their_message(stage: Stage) -> None:
    stage.feed(Queued("r-1", "https://a.example", NOON))
    stage.model.delete("r-1")
    stage.feed()
    assert not stage.list._writer._links
    assert [name for name in stage.text.tag_names() if name[1:].isdigit()] == []


def test_copying_gives_emoji_back(stage: Stage) -> None:
    text = "well 👍🏽 done 👩‍👩‍👧‍👦!"
    stage.feed(message(1, text))
    start = stage.text.search("well", "1.0")
    stage.text.tag_add("sel", start, f"{start} lineend")
    stage.text.focus_force()
    stage.text.event_generate("<<Copy>>")
    assert stage.root.clipboard_get() == text


def test_copying_nothing_keeps_the_clipboard(stage: Stage) -> None:
    stage.root.clipboard_clear()
    stage.root.clipboard_append("before")
    stage.text.event_generate("<<Copy>>")
    assert stage.root.clipboard_get() == "before"


def test_emoji_never_end_the_process(stage: Stage) -> None:
    pictures = [chr(code) for code in range(0x1F300, 0x1FB00)]
    lines = [" ".join(pictures[i : i + 40]) for i in range(0, len(pictures), 40)]
    stage.feed(*(message(seq, line) for seq, line in enumerate(lines, 1)))
    for _ in range(10):
        stage.text.yview_scroll(-400, "pixels")
        stage.settle()
    assert len(stage.list.shown) == len(lines)


def test_without_pictures_and_a_safe_libxft_emoji_are_words(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EmojiPictures, "picture", lambda *_: None)
    monkeypatch.setattr(emoji, "tk_is_safe", lambda: False)
    stage.feed(message(1, "well 👍🏽 done", "Ana 🙂"))
    assert "well :thumbsup: done" in stage.content
    assert "Ana :slightly_smiling:" in stage.content
    assert max(map(ord, stage.content)) < 0x10000


def test_lines_from_right_to_left_stand_right(stage: Stage) -> None:
    stage.feed(message(1, "hello\nשלום"))
    assert "rtl" in stage.text.tag_names(stage.text.search("ש", "1.0"))
    assert "rtl" not in stage.text.tag_names(stage.text.search("hello", "1.0"))


def test_a_message_of_line_breaks_takes_bounded_room(stage: Stage) -> None:
    stage.feed(message(1, "\n" * 7_999 + "x"))
    assert int(stage.text.index("end").split(".")[0]) < 500
    assert "… and 7,600 more lines" in stage.content


def test_both_modes_paint(stage: Stage, kit: Kit) -> None:
    stage.history(1, 30)
    kit.use("dark")
    stage.settle()
    assert stage.text["bg"] == kit.colors.bg
    assert stage.text.tag_cget("body", "foreground") == kit.colors.text


def test_no_widget_is_left_behind_by_trimming(stage: Stage) -> None:
    day = 86_400_000
    for start in range(0, 3_000, 300):
        stage.feed(*(message(seq, at=NOON + seq * day) for seq in range(start + 1, start + 301)))
    assert len(stage.text.winfo_children()) == len(stage.list.shown)
