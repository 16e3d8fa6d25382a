"""Where words stand in a text, and the piece of a long one that shows them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lanchat.protocol.words import count_words, excerpt, has_words, spaced, spans


def found(text: str, *terms: str, prefix: bool = False) -> list[str]:
    return [text[start:end] for start, end in spans(text, terms, prefix=prefix)]


@pytest.mark.parametrize(
    ("text", "terms", "where"),
    [
        ("The soup, please", ["soup"], ["soup"]),
        ("Soups and soup", ["soup"], ["soup"]),
        ("Äpfel im CAFÉ", ["apfel", "café"], ["Äpfel", "CAFÉ"]),
        ("cafe\u0301 noir", ["café"], ["cafe\u0301"[:4]]),
        ("hot, hot soup", ["hot soup"], ["hot soup"]),
        ("今天的会议", ["会议"], ["会议"]),
        ("abc会议", ["abc"], ["abc"]),
        ("great🎉", ["great", "🎉"], ["great", "🎉"]),
        ("a.b*c", ["b*c"], ["b*c"]),
        ("nothing", ["!!"], []),
        ("ﬁne", ["fine"], ["ﬁne"]),
    ],
)
def test_terms_stand_where_the_reader_sees_them(text: str, terms: list[str], where: list[str]) -> None:
    assert found(text, *terms) == where


def test_the_last_word_may_be_only_begun() -> None:
    assert found("soups, soup and hotels", "hot", "soup", prefix=True) == ["soup", "soup"]


def test_signs_of_their_own_are_spaced() -> None:
    assert spaced("今天ok❤️").split() == ["今", "天", "ok", "❤"]
    assert spaced("plain text") == "plain text"
    assert [has_words(text) for text in ("!? ", "x", "会", "❤️")] == [False, True, True, True]


def test_an_excerpt_shows_the_word() -> None:
    text = "much ado " * 100 + "about soup\nand more " + "nothing " * 100
    piece = excerpt(text, ["soup"], 60)
    assert "about soup and more" in piece
    assert (piece[0], piece[-1]) == ("…", "…")
    assert excerpt("short\ntext", ["soup"], 60) == "short text"
    assert excerpt("x" * 100, [], 10) == "x" * 10 + "…"


@given(st.text(max_size=200), st.lists(st.text(max_size=10), max_size=4), st.booleans())
def test_any_text_and_terms_give_places_within_the_text(text: str, terms: list[str], prefix: bool) -> None:
    last = 0
    for start, end in spans(text, terms, prefix=prefix):
        assert last <= start < end <= len(text)
        last = start
    assert len(excerpt(text, terms, 20, prefix=prefix)) <= 22


@pytest.mark.parametrize(
    ("text", "words"),
    [("", 0), ("!?", 0), ("hot, hot soup", 3), ("今天 ok", 3), ("a.©.b", 3), ("ﷺ", 4), ("10:30", 2), ("🎉🎉", 2)],
)
def test_words_are_counted_as_they_cost(text: str, words: int) -> None:
    assert count_words(text) == words
