"""Short names of emoji: completing them, and emoji for them when something is sent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lanchat.client.emoji_names import BY_NAME, NAMES
from lanchat.client.shortcodes import complete, expand, named
from lanchat.protocol.emoji import EMOJI


def test_the_table_is_one_emoji_for_each_name() -> None:
    assert sum(map(len, NAMES.values())) == len(BY_NAME)
    assert [emoji for emoji in NAMES if not EMOJI.fullmatch(emoji)] == []
    assert all(expand(f":{name}:") == emoji for name, emoji in BY_NAME.items())


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("done :tada:", "done 🎉"),
        (":smile::heart:!", "😄❤️!"),
        ("**:fire:**\n> :x: no\n- (:eyes:)", "**🔥**\n> ❌ no\n- (👀)"),
        ("🎉 @Ana :tada: ünd", "🎉 @Ana 🎉 ünd"),
        ("`:tada:` ``:x:`` :tada:", "`:tada:` ``:x:`` 🎉"),
        ("```\n:tada:\n```\n:tada:", "```\n:tada:\n```\n🎉"),
        (r"\:tada: https://h/:x:/ http://h:80:x:", r"\:tada: https://h/:x:/ http://h:80:x:"),
        (":nothing_known: :TADA: 10:x:30 a:x: :x:b :: :x", ":nothing_known: :TADA: 10:x:30 a:x: :x:b :: :x"),
        ("/react Ana :tada:", "/react Ana 🎉"),
        (":+1: :-1: a:+1: :+2: 1:+1:1 :1+:", "👍 👎 a:+1: :+2: 1:+1:1 :1+:"),
        ("   :tada:  ", "   🎉  "),
    ],
)
def test_known_names_outside_code_become_emoji(text: str, sent: str) -> None:
    assert expand(text) == sent


@given(
    st.lists(st.sampled_from((":tada:", "`", "\n", "> ", " ", "a", "*", "- ", "\t", "```", "\\", "🎉"))).map("".join)
)
def test_nothing_else_changes(text: str) -> None:
    assert expand(text).replace("🎉", ":tada:") == text.replace("🎉", ":tada:")
    assert expand(expand(text)) == expand(text)


@pytest.mark.parametrize(
    ("text", "start", "first"),
    [
        (":tad", 0, "🎉 "),
        ("well :thumbsu", 5, "👍 "),
        ("🎉 :smile", 2, "😄 "),
        ("(:heart", 1, "❤️ "),
        (":sunglasses", 0, "😎 "),
        (":eyes_", 0, None),
        (":+1", 0, "👍 "),
        (":+", 0, None),
        (":s", 0, None),
        ("10:ta", 0, None),
        ("tad", 0, None),
        (":Tad", 0, None),
    ],
)
def test_completing(text: str, start: int, first: str | None) -> None:
    found = complete(text, len(text))
    assert (found and (found.start, found.choices[0])) == (first and (start, first))


def test_names_that_begin_so_come_before_those_that_hold_it() -> None:
    found = complete(":heart", 6)
    assert found
    assert found.choices[:2] == ["❤️ ", "😍 "]
    assert "💔 " in found.choices


def test_naming() -> None:
    assert (named("🎉"), named("👍"), named("🪗")) == (":tada:", ":thumbsup:", "")
