"""Cutting texts into words, links and emoji."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lanchat.client.links import link_target
from lanchat.gui.model import wording
from lanchat.gui.model.spans import Kind, is_rtl, spans
from lanchat.protocol.emoji import cut


def links(text: str) -> list[str]:
    return [span.text for span in spans(text) if span.kind is Kind.LINK]


def emoji(text: str) -> list[str]:
    return [span.text for span in spans(text) if span.kind is Kind.EMOJI]


@given(st.text() | st.text(alphabet="htps:/.)([]abc \u200d\ufe0f\U0001f469\U0001f3fd\U0001f1e9#3\u20e3"))
def test_nothing_is_lost_or_moved(text: str) -> None:
    assert "".join(span.text for span in spans(text)) == text


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see http://a.example/b.", ["http://a.example/b"]),
        ("(https://a.example/x)", ["https://a.example/x"]),
        ("https://a.example/x_(y)", ["https://a.example/x_(y)"]),
        ("“https://a.example”, he said", ["https://a.example"]),
        ("HTTPS://A.example and http://[fe80::1]:80/", ["HTTPS://A.example", "http://[fe80::1]:80/"]),
        ("http://a.example,http://b.example", ["http://a.example,http://b.example"]),
        ("ftp://a.example javascript:alert(1) file:///etc/passwd www.a.example", []),
        ("http:// http://. https://...", []),
        ("http://[broken", []),
    ],
)
def test_links_are_http_and_https_alone(text: str, found: list[str]) -> None:
    assert links(text) == found


def test_a_link_is_opened_only_if_it_has_a_host() -> None:
    assert link_target("https://a.example/x") == "https://a.example/x"
    assert link_target("javascript:alert(1)//http://a.example") is None
    assert link_target("http:///nowhere") is None


@pytest.mark.parametrize(
    "picture",
    [
        "👍",
        "👍🏽",
        "👩‍👩‍👧‍👦",
        "🇩🇪",
        "3️⃣",
        "❤️",
        "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
        "⚡",
        "🏳️‍🌈",
    ],
)
def test_joined_emoji_are_one_picture(picture: str) -> None:
    assert emoji(f"a{picture}b") == [picture]


def test_signs_that_are_text_by_default_stay_text() -> None:
    assert emoji("© ✓ ☺ → 3 # *") == []


@pytest.mark.parametrize(
    ("line", "rtl"), [("שלום", True), ("12: مرحبا", True), ("hello שלום", False), ("", False), ("123 !", False)]
)
def test_the_first_strong_letter_decides_the_direction(line: str, rtl: bool) -> None:
    assert is_rtl(line) is rtl


FAMILY = "👩‍👩‍👧‍👦"


@pytest.mark.parametrize(
    ("most", "kept"), [(1, "a"), (2, "a "), (5, "a "), (8, "a "), (9, f"a {FAMILY}"), (10, f"a {FAMILY} ")]
)
def test_a_cut_goes_beside_an_emoji(most: int, kept: str) -> None:
    assert cut(f"a {FAMILY} b", most) == kept


@given(st.text(alphabet="ab \u200d\ufe0f\U0001f469\U0001f3fd\U0001f1e9#\u20e3"), st.integers(0, 40))
def test_a_cut_is_a_beginning_of_whole_spans(text: str, most: int) -> None:
    short = cut(text, most)
    assert text.startswith(short)
    assert len(short) <= most
    assert emoji(text)[: len(emoji(short))] == emoji(short)


def test_in_one_line_emoji_stay_whole_and_nothing_else_is_unseen() -> None:
    assert wording.sentence(
        f"the\u200d {FAMILY}\n\u202e🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f \u200b!"
    ) == (f"the {FAMILY} 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f !")
    assert wording.one_line(f"ab {FAMILY}", 6) == "ab…"
