"""Marked texts on a real display: what the list draws, what is copied, and that it stays quick."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Iterator

import pytest

from lanchat.client.events import Queued
from lanchat.gui.kit.theme import Kit
from lanchat.protocol.frames import Deleted, Edited
from tests.client.test_markup import HOSTILE
from tests.gui.stand_in import NOON, ROOM, message
from tests.gui.test_message_list import Stage, click

pytestmark = pytest.mark.display
ANA = "a" * 43
Until = Callable[[Callable[[], object]], None]


@pytest.fixture
def stage(root: tk.Tk, kit: Kit) -> Iterator[Stage]:
    stage = Stage(root, kit)
    yield stage
    stage.list.destroy()


def tags(stage: Stage, word: str) -> set[str]:
    return set(stage.text.tag_names(stage.text.search(word, "1.0")))


def bars(stage: Stage) -> list[tk.Frame]:
    return [child for child in stage.text.winfo_children() if isinstance(child, tk.Frame) and child.winfo_manager()]


def copy(stage: Stage, start: str, end: str) -> str:
    """What a selection from the one word to behind the other gives."""
    text = stage.text
    first, last = text.search(start, "1.0"), text.search(end, "1.0")
    text.tag_remove("sel", "1.0", "end")
    text.tag_add("sel", first, f"{last} +{len(end)} chars")
    text.focus_force()
    text.event_generate("<<Copy>>")
    return str(stage.root.clipboard_get())


def test_styles_are_drawn_and_marks_are_not(stage: Stage) -> None:
    stage.feed(message(1, "**bold** *slant* ***both*** ~~struck~~ `code` 👍 plain"))
    wanted = {"bold": "bold", "slant": "italic", "both": "bold_italic", "struck": "struck", "code": "code"}
    assert {word: wanted[word] in tags(stage, word) for word in wanted} == dict.fromkeys(wanted, True)
    assert not tags(stage, "plain") & set(wanted.values())
    assert not set("*~`") & set(stage.content)


def test_a_guest_is_marked(stage: Stage) -> None:
    stage.feed(message(1, nick="Ana", key=ANA), message(2, nick="Nico", key=None))
    assert stage.content.count("· guest\n") == 1
    assert stage.content.index("Nico") < stage.content.index("· guest")


def test_links_are_followed_in_bold_and_not_in_code(stage: Stage) -> None:
    stage.feed(message(1, "**https://a.example/_x_** `https://b.example` [c](https://c.example) <https://d.example>"))
    for word in ("https://a", "https://b", "https://c", "https://d"):
        click(stage, word)
    hosts = ("a.example/_x_", "c.example", "d.example")
    assert stage.calls == [("link", f"https://{host}") for host in hosts]


def test_quotes_have_bars_that_move_with_the_view(stage: Stage, until: Until) -> None:
    stage.feed(message(1, "> quoted\n> > deeper\n> again\nanswer"), message(2, "plain"))
    until(lambda: len(bars(stage)) == 2)
    outer, inner = sorted(bars(stage), key=lambda bar: bar.winfo_x())
    quoted, again = (stage.text.dlineinfo(stage.text.search(word, "1.0")) for word in ("quoted", "again"))
    assert quoted
    assert again
    assert outer.winfo_y() == quoted[1]
    assert outer.winfo_height() == again[1] + again[3] - quoted[1]
    assert outer.winfo_y() < inner.winfo_y() < inner.winfo_y() + inner.winfo_height() <= again[1]
    stage.feed(*(message(seq) for seq in range(3, 80)))
    until(lambda: bars(stage) == [])
    stage.text.yview_moveto(0.0)
    until(lambda: len(bars(stage)) == 2)
    stage.text.yview_scroll((quoted[3] * 3) // 2, "pixels")
    until(lambda: all(bar.winfo_y() <= again[1] for bar in bars(stage)))


def test_code_has_a_ground_of_its_own_up_to_its_last_line(stage: Stage) -> None:
    stage.feed(message(1, "```py\n*a*\n\n    b\n```"), message(2, "after"))
    assert "*a*\n\n    b\n" in stage.content
    assert {"code00", "code_first"} <= tags(stage, "py")
    assert {"code00", "code_last"} <= set(stage.text.tag_names(f"{stage.text.search('    b', '1.0')} lineend"))
    assert "code00" not in tags(stage, "after")


def test_what_stands_behind_a_message_stands_below_its_code(stage: Stage) -> None:
    stage.feed(message(1, "```\na\n```", key=ANA), Edited(ROOM, 2, "", NOON, "Ana", ANA, 1, "```\nb\n```"))
    assert "b\n  edited\n" in stage.content
    assert "code00" not in tags(stage, "edited")
    stage.feed(Queued("r-1", "```\nc\n```", NOON))
    assert "c\n " in stage.content


def test_lists_have_bullets(stage: Stage) -> None:
    stage.feed(message(1, "- one\n  more\n- **two**\n  1. three"))
    lines = [line for line in stage.content.split("\n") if line]
    assert lines[1:] == ["•\tone", "more", "•\ttwo", "1.\tthree"]
    assert "item01" in tags(stage, "one")
    assert "inside01" in tags(stage, "more")
    assert "item02" in tags(stage, "three")


def test_a_message_is_copied_as_it_was_typed_and_a_piece_as_it_is_read(stage: Stage) -> None:
    text = "**well** 👍🏽\n- `done`\n> yes"
    stage.feed(message(1, text), message(2, "*next*", "Ben"), message(3, "~~last~~", "Cleo"))
    assert copy(stage, "well", "yes") == text
    assert copy(stage, "ell", "yes") == "ell 👍🏽\n• done\nyes"
    whole = copy(stage, "well", "ast")
    assert whole.startswith(text + "\n")
    assert "\n*next*\n" in whole
    assert whole.endswith("\n~~last~~")
    assert copy(stage, "well", "las").endswith("\nlas")
    stage.text.tag_add("sel", "1.0", "end")
    stage.text.event_generate("<<Copy>>")
    assert "~~last~~" in stage.root.clipboard_get()


def test_a_hidden_end_is_copied_too(stage: Stage) -> None:
    text = "\n".join(f"- line {n}" for n in range(500))
    stage.feed(message(1, text), message(2, "after"))
    stage.text.tag_add("sel", "1.0", "end")
    stage.text.event_generate("<<Copy>>")
    assert text in stage.root.clipboard_get()


def test_whatever_is_sent_is_drawn_and_erased(stage: Stage) -> None:
    stage.feed(*(message(seq, text[:8_000]) for seq, text in enumerate(HOSTILE.values(), 1)))
    assert stage.seqs == list(range(1, len(HOSTILE) + 1))
    stage.model.timeline.clear()
    stage.feed()
    assert stage.content.strip() == ""


def test_a_deleted_message_is_no_marked_text(stage: Stage) -> None:
    stage.feed(message(1, "secret"), Deleted(ROOM, 2, "", NOON, "**Mod**", ANA, 1))
    assert "Deleted by **Mod**" in stage.content
