"""Emoji in names: what is one sequence stays whole; joiners and tags anywhere else are refused or taken out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lanchat.discovery.announcement import MAX_INSTANCE, instance_name
from lanchat.errors import LocalProtocolError
from lanchat.protocol.emoji import EMOJI, cut, cut_bytes, sequences
from lanchat.protocol.limits import MAX_NICK, MAX_SERVER_NAME
from lanchat.protocol.rooms import clean_name
from lanchat.protocol.text import clean_nick, clean_server_name, fold_nick, free_nick, one_line
from lanchat.server.lookalike import alike

FAMILY = "👨\u200d👩\u200d👧"
RAINBOW = "🏳\ufe0f\u200d🌈"
ENGLAND = "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
CODER = "🧑🏽\u200d💻"
SEQUENCES = (FAMILY, RAINBOW, ENGLAND, CODER, "🇩🇪", "1\ufe0f\u20e3", "❤\ufe0f\u200d🔥", "👍🏽")
# Joiners and tags where nothing is joined
HOSTILE = (
    "\u200d",
    "Ana\u200d",
    "\u200dAna",
    "A\u200dna",
    "👍\u200d",
    "👍\u200d\u200d👍",
    "👍\u200da",
    "\u200d👍",
    "👍" + "\u200d" * 50,
    "\u200d".join("👍" * 11),  # of ten at the most
    "a\ufe0f\u200db\ufe0f",
    "あ\ufe0f\u200dあ\ufe0f",
    "👍\U000e0061\U000e0062\U000e0063\U000e007f",  # a text that nobody sees
    "🏴\U000e0067\U000e0062\U000e0065",  # never ended
    "🏴\U000e0061\U000e007f",
    ENGLAND + "\U000e007f",
    "👍\u200b\u200d👍",
    "\U0001fafe\u200d\U0001fafe",  # not assigned: may draw nothing
)


@pytest.mark.parametrize("emoji", SEQUENCES, ids=ascii)
def test_a_name_keeps_its_emoji_whole(emoji: str) -> None:
    assert clean_nick(f"  Ana  {emoji}") == f"Ana {emoji}"
    assert clean_nick(emoji) == emoji
    assert clean_name(f"Ana {emoji}") == f"Ana-{emoji}"
    assert clean_server_name(f"Studio {emoji} Nord") == f"Studio {emoji} Nord"
    assert one_line(f"All of {emoji}\nhere") == f"All of {emoji} here"


@pytest.mark.parametrize("raw", HOSTILE, ids=ascii)
def test_elsewhere_what_joins_is_refused_or_taken_out(raw: str) -> None:
    for rule in (clean_nick, clean_name):
        with pytest.raises(LocalProtocolError, match="invisible"):
            rule(raw)
    for cleaned in (clean_server_name(f"a{raw}"), one_line(f"a{raw}")):
        left = EMOJI.sub("", cleaned)
        assert not any(c == "\u200d" or "\U000e0000" <= c <= "\U000e007f" for c in left), ascii(cleaned)


@pytest.mark.parametrize("emoji", SEQUENCES, ids=ascii)
def test_nobody_imitates_a_name_by_what_draws_nothing(emoji: str) -> None:
    bare = "".join(c for c in emoji if c not in "\u200d\ufe0f" and not "\U000e0000" <= c <= "\U000e007f")
    assert fold_nick(f"Ana {emoji}") == fold_nick(f"Ana {bare}")
    assert alike(f"Ana {emoji}", f"ana {bare}")


def test_joined_or_not_different_pictures_differ() -> None:
    assert not alike("Ana 👩\u200d🚀", "Ana 👩\u200d🔬")
    assert not alike("Ana 👍🏽", "Ana 👍")


@pytest.mark.parametrize("emoji", SEQUENCES, ids=ascii)
def test_no_cut_goes_through_an_emoji(emoji: str) -> None:
    for before in range(70):
        text = "x" * before + emoji * 3
        name = clean_server_name(text)
        for shorter in (name, instance_name(name), cut(text, 50), cut_bytes(text, 50)):
            assert set(shorter.lstrip("x").replace(emoji, "")) == set(), ascii(shorter)
        assert len(name.encode()) <= MAX_SERVER_NAME
        assert len(instance_name(name).encode()) <= MAX_INSTANCE


def test_a_number_behind_a_name_cuts_no_emoji() -> None:
    nick = clean_nick("x" * (MAX_NICK - len(FAMILY)) + FAMILY)
    assert free_nick(nick, {nick}) == "x" * (MAX_NICK - len(FAMILY)) + " 2"
    whole = clean_nick("\u200d".join(["👩🏽"] * 10))
    assert free_nick(whole, {whole}) == whole + " 2"


PIECES = st.lists(st.sampled_from(["a", " ", "👩", "🏽", "\u200d", "\ufe0f", "❤", "🏴", "\U000e0067", "\U000e007f"]))


@given(PIECES.map("".join))
def test_whatever_is_put_together_the_rules_hold(raw: str) -> None:
    name = clean_server_name(raw)
    assert clean_server_name(name) == name
    assert one_line(one_line(raw)) == one_line(raw)
    try:
        nick = clean_nick(raw)
    except LocalProtocolError:
        return
    assert clean_nick(nick) == nick
    joiners = sum(found[0].count("\u200d") for found in sequences(nick))
    assert joiners == nick.count("\u200d")
    assert clean_nick(free_nick(nick, {nick}))
    assert fold_nick(nick) == fold_nick(nick.replace("\u200d", "").replace("\ufe0f", ""))
