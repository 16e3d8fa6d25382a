"""What the emoji picker offers and how the choice moves; and which pastes are long."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lanchat.client.emoji_names import NAMES
from lanchat.gui.model import paste
from lanchat.gui.model.emoji_choice import COLUMNS, MAX_FOUND, MAX_RECENTS, Choice, read_recents, remember, said, search


@pytest.mark.parametrize(
    ("wanted", "first"),
    [("tada", "🎉"), (":tada:", "🎉"), ("HEART", "❤️"), ("party pop", "🎉"), ("broken h", "💔"), ("accordion", "🪗")],
)
def test_searching(wanted: str, first: str) -> None:
    assert search(wanted)[0] == first


def test_a_search_finds_what_has_all_words_and_is_bounded() -> None:
    assert search("no such thing") == []
    assert search(" : ") == []
    assert {"😀", "😄", "😼"} <= set(search("face")) | set(search("cat face"))
    assert len(search("a")) == MAX_FOUND
    assert not any(emoji in NAMES for emoji in search("face")[len([e for e in search("face") if e in NAMES]) :])


def test_recents() -> None:
    recents: tuple[str, ...] = ()
    for emoji in (*list(NAMES)[:30], "🎉", "👍", "🎉"):
        recents = remember(recents, emoji)
    assert recents[:2] == ("🎉", "👍")
    assert len(set(recents)) == len(recents) == MAX_RECENTS
    assert read_recents(" ".join(recents)) == recents
    assert read_recents("🎉 x 🎉 <b> 👩‍👩‍👧‍👦" + " 👍" * 50) == ("🎉", "👩‍👩‍👧‍👦", "👍")
    assert read_recents("") == ()


def test_rows() -> None:
    choice = Choice(["🎉", "👍"])
    assert choice.rows[0].title == "Used lately"
    assert choice.chosen == "🎉"
    assert Choice([]).rows[0].title == "Faces"
    assert {emoji for row in Choice([]).rows for emoji in row.emoji} == set(NAMES)
    choice.move(1)
    assert choice.chosen == "😀"
    choice.step(-1)
    assert choice.chosen == "👍"
    assert not choice.choose(0, 0)
    assert not choice.choose(1, 2)
    assert choice.choose(1, 0)
    choice.look_for("tada")
    assert (choice.rows[0].title, choice.chosen) == ("", "🎉")
    choice.look_for("no such thing")
    choice.step(1)
    choice.move(1)
    assert choice.chosen == ""


@given(st.lists(st.integers(-30, 30)), st.sampled_from(("", "face", "heart", "tada")))
def test_an_emoji_stays_chosen(moves: list[int], wanted: str) -> None:
    choice = Choice([])
    choice.look_for(wanted)
    for move in moves:
        choice.step(move)
        assert choice.chosen
        choice.move(move)
        assert choice.chosen
        assert choice.column < COLUMNS


def test_saying() -> None:
    assert said("🎉") == ":tada: party popper"
    assert said("🪗") == "accordion"


def test_long_pastes() -> None:
    assert not paste.is_long("a\n" * 199)
    assert paste.is_long("a\n" * 200)
    assert not paste.is_long("a" * 8_000)
    assert paste.is_long("a" * 8_001)
    assert (paste.size("a\n" * 1_240), paste.size("a" * 9_000)) == ("1,240 lines", "9,000 characters")
    assert paste.too_long("a\n" * 300) == ""
    assert "at most 8,000 characters, this one 9,000" in paste.too_long("a" * 9_000)
    assert paste.too_long("a" * 100_001).startswith("100,001 characters")
    assert paste.file_name(datetime(2026, 11, 26, 9, 5, 1)) == "Pasted 2026-11-26 09.05.01.txt"
