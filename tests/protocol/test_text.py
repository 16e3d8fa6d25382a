"""Nicknames, messages and servers' names: what is refused, what is made of the rest."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lanchat.errors import LocalProtocolError
from lanchat.protocol.limits import MAX_NICK, MAX_SERVER_NAME, MAX_TEXT, Code
from lanchat.protocol.text import check_text, clean_nick, clean_server_name, clean_text, fold_nick, free_nick

ANY_TEXT = st.text(st.characters())  # half surrogates included
NAMES = st.text(min_size=1, max_size=MAX_NICK)


def refusal(rule: object, text: str) -> LocalProtocolError | None:
    try:
        rule(text)  # type: ignore[operator]
    except LocalProtocolError as error:
        return error
    return None


def drawn(text: str) -> bool:
    """Whether nothing in it steers a terminal or hides. (A character too new for this Python may be either.)"""
    return all(c.isprintable() or unicodedata.category(c) == "Cn" for c in text)


# Nicknames


@pytest.mark.parametrize(
    ("raw", "nick"),
    [
        ("Ana", "Ana"),
        ("  Ana  ", "Ana"),
        ("Ana   Maria", "Ana Maria"),
        ("Ana\u00a0\u3000Maria", "Ana Maria"),
        ("Ame\u0301lie", "Am\u00e9lie"),
        ("x" * MAX_NICK, "x" * MAX_NICK),
        ("  " + "x" * MAX_NICK + "  ", "x" * MAX_NICK),
        ("e\u0301" * MAX_NICK, "\u00e9" * MAX_NICK),
        ("李小龍", "李小龍"),
        ("한국", "한국"),
        ("नमस्ते", "नमस्ते"),
        ("Ana ❤️", "Ana ❤️"),
        ("😀", "😀"),
        ("O'Brien-Smith_2!", "O'Brien-Smith_2!"),
        ("a*/{@#<b", "a*/{@#<b"),
    ],
)
def test_nicknames_that_are_taken(raw: str, nick: str) -> None:
    assert clean_nick(raw) == nick


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "   ",
        "\u3000",
        "x" * (MAX_NICK + 1),
        "A" + "\u0301" * MAX_NICK + "x",
        "Ana\n",
        "Ana\nBo",
        "Ana\r",
        "Ana\tBo",
        "Ana\0",
        "\x1b[31mAna",
        "Ana\x85",
        "Ana\x7f",
        "Ana\u2028Bo",
        "Ana\u2029",
        "\u202eanA",
        "\u2066Ana\u2069",
        "Ana\u200e",
        "An\u200ba",
        "An\u200da",
        "An\u00ada",
        "\ufeffAna",
        "Ana\ue000",
        "Ana\ud800",
        "Ana\U000e0041",
        "\u3164",
        "Ana\u3164",
        "\u2800\u2800",
        "\u115f",
        "An\uffa0a",
        "\u0301Ana",
        "\u0301",
        "\ufe0f",
        " \u20dd",
        "Ana:",
        ":Ana",
        "A:na",
        "Ana\uff1a",
        "Ana\ufe55 hello",
        "*Ana",
        "/quit",
        "{quit}",
        "@Ana",
        "#lobby",
        "<Ana",
        "\uff0aAna",
        "\ufe6bAna",
        " *Ana",
    ],
    ids=ascii,
)
def test_nicknames_that_are_refused(raw: str) -> None:
    error = refusal(clean_nick, raw)
    assert error is not None
    assert error.code == Code.NICK_INVALID
    assert str(error).startswith(("A name ", "Please "))


@given(st.one_of(ANY_TEXT, st.text(st.characters(categories=["L", "N", "S"]), min_size=1, max_size=MAX_NICK)))
def test_a_nickname_that_is_taken_is_clean(raw: str) -> None:
    if refusal(clean_nick, raw) is not None:  # no assume: most texts are none, and Hypothesis gives up now and then
        return
    nick = clean_nick(raw)
    assert clean_nick(nick) == nick
    assert 0 < len(nick) <= MAX_NICK
    assert ":" not in nick
    assert drawn(nick)
    assert fold_nick(nick)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Ana", "ANA"),
        ("Straße", "STRASSE"),
        ("Ａｎａ", "Ana"),
        ("ﬁn", "Fin"),
        ("ΣΑΣ", "σας"),
        ("ΰ", "ΰ".upper()),
        ("Ana ❤️", "ana ❤"),
        ("An\ufe01a", "Ana"),
        ("A\u034fna", "Ana"),
        ("Ana\U000e0100", "Ana"),
    ],
)
def test_names_that_count_as_the_same(one: str, two: str) -> None:
    assert fold_nick(one) == fold_nick(two)


@pytest.mark.parametrize(("one", "two"), [("Ana", "Anna"), ("Ana", "Aná"), ("Ana 2", "Ana 3"), ("Ana", "An a")])
def test_names_that_differ(one: str, two: str) -> None:
    assert fold_nick(one) != fold_nick(two)


@given(ANY_TEXT)
def test_folding_twice_changes_nothing(nick: str) -> None:
    assert fold_nick(fold_nick(nick)) == fold_nick(nick)


@given(NAMES, st.integers(0, 30))
def test_a_proposed_name_is_free_and_valid(raw: str, others: int) -> None:
    if refusal(clean_nick, raw) is not None:
        return
    taken = {clean_nick(raw)}
    for _ in range(others):
        proposal = free_nick(clean_nick(raw), taken)
        assert proposal not in taken
        assert clean_nick(proposal) == proposal
        taken.add(proposal)


def test_a_proposed_name_stays_near_the_wish() -> None:
    assert free_nick("Ana", {"Ana"}) == "Ana 2"
    assert free_nick("Ana", {"Ana", "Ana 2"}) == "Ana 3"
    assert free_nick("x" * MAX_NICK, {"x" * MAX_NICK}) == "x" * (MAX_NICK - 2) + " 2"
    assert free_nick("x" * 29 + " yz", {"x" * 29 + " 2"}) == "x" * 29 + " 3"


# Messages


@pytest.mark.parametrize(
    "text",
    ["hi", " hi ", "a\nb", "a\tb", "\n\na", "x" * MAX_TEXT, "😀" * MAX_TEXT, "\u202eabc", "👩\u200d👧", "\u2028a"],
)
def test_texts_that_may_be_said(text: str) -> None:
    check_text(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", Code.TEXT_EMPTY),
        (" ", Code.TEXT_EMPTY),
        ("\n\t \u3000\u2028", Code.TEXT_EMPTY),
        ("x" * (MAX_TEXT + 1), Code.TEXT_TOO_LONG),
        (" " * (MAX_TEXT + 1), Code.TEXT_TOO_LONG),
        ("a\0", Code.TEXT_CONTROL),
        ("\x1b[2J", Code.TEXT_CONTROL),
        ("a\rb", Code.TEXT_CONTROL),
        ("a\x0bb", Code.TEXT_CONTROL),
        ("a\x7f", Code.TEXT_CONTROL),
        ("a\x85b", Code.TEXT_CONTROL),
        ("\x9b2J", Code.TEXT_CONTROL),
        ("a\ud800", Code.TEXT_CONTROL),
        ("\udcff", Code.TEXT_CONTROL),
    ],
    ids=lambda value: ascii(value)[:20],
)
def test_texts_that_are_refused(text: str, code: Code) -> None:
    error = refusal(check_text, text)
    assert error is not None
    assert error.code == code


@given(ANY_TEXT)
def test_control_characters_are_those_that_unicode_calls_so(text: str) -> None:
    assume(text.strip())
    error = refusal(check_text, text)
    control = any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\t\n" for c in text)
    assert (error is not None and error.code == Code.TEXT_CONTROL) is control


@given(ANY_TEXT)
def test_a_cleaned_text_holds_no_control_character(raw: str) -> None:
    text = clean_text(raw)
    error = refusal(check_text, text)
    assert error is None or error.code == Code.TEXT_EMPTY
    assert clean_text(text) == text
    assert text.encode().decode() == text


@pytest.mark.parametrize(
    ("raw", "text"),
    [("a\r\nb\rc\nd", "a\nb\nc\nd"), ("a\tb", "a\tb"), ("\x1b[31mred\x1b[0m", "[31mred[0m"), ("a\ud800b\0", "ab")],
)
def test_what_cleaning_makes_of_a_paste(raw: str, text: str) -> None:
    assert clean_text(raw) == text


@given(st.text())
def test_cleaning_keeps_what_may_be_said(text: str) -> None:
    assume(refusal(check_text, text) is None)
    assert clean_text(text) == text


# Servers' names


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("Studio Nord", "Studio Nord"),
        ("  Studio   Nord ", "Studio Nord"),
        ("Caf\u0065\u0301", "Caf\u00e9"),
        ("\u202eStudio\x1b\n", "Studio"),
        ("", "lanchat"),
        ("\n\u200b", "lanchat"),
        ("\u3164", "lanchat"),
        ("\ud800", "lanchat"),
        ("x" * 100, "x" * MAX_SERVER_NAME),
        ("é" * 100, "é" * (MAX_SERVER_NAME // 2)),
        ("x" * 62 + " y", "x" * 62),
    ],
    ids=ascii,
)
def test_servers_names(raw: str, name: str) -> None:
    assert clean_server_name(raw) == name


def test_a_server_without_a_name_gets_the_fallback() -> None:
    assert clean_server_name(" ", fallback="0123abcd") == "0123abcd"


@given(ANY_TEXT)
def test_a_servers_name_fits_one_dns_label(raw: str) -> None:
    name = clean_server_name(raw * 5)
    assert 0 < len(name.encode()) <= MAX_SERVER_NAME
    assert drawn(name)
    assert clean_server_name(name) == name
