"""Who is called by name, and what Tab makes of a name that was begun."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lanchat.client.mentions import Completion, complete, mentions

PEOPLE = ["Ana", "Ana Lindqvist", "Bo", "Zoë"]


@pytest.mark.parametrize(
    ("text", "nick", "called"),
    [
        ("@Ana lunch?", "Ana", True),
        ("lunch, @ana?", "Ana", True),
        ("@room lunch?", "Ana", True),
        ("Ana, lunch?", "Ana", False),
        ("@Anabel lunch?", "Ana", False),
        ("me@ana.example", "Ana", False),
        ("@@Ana", "Ana", False),
        ("@Zoe\u0308!", "Zoë", True),
        ("(@Ana Lindqvist)", "Ana Lindqvist", True),
        ("@Ana Lindqvist", "Ana", True),
        ("@roommate", "Ana", False),
        ("@C++ (x) rocks", "C++ (x)", True),
        ("", "Ana", False),
    ],
)
def test_who_is_called(text: str, nick: str, called: bool) -> None:
    assert mentions(text, nick) is called


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@an", Completion(0, ["@Ana ", "@Ana Lindqvist "])),
        ("hi @zo", Completion(3, ["@Zoë "])),
        ("@Ana L", Completion(0, ["@Ana Lindqvist "])),
        ("an", Completion(0, ["@Ana ", "@Ana Lindqvist "])),
        ("hi an", None),
        ("hi @", Completion(3, ["@Ana ", "@Ana Lindqvist ", "@Bo ", "@Zoë ", "@room "])),
        ("@ro", Completion(0, ["@room "])),
        ("@x", None),
        ("me@an", None),
        ("", None),
        ("two\n@bo", Completion(4, ["@Bo "])),
    ],
)
def test_what_tab_proposes(text: str, expected: Completion | None) -> None:
    assert complete(text, len(text), PEOPLE) == expected


@given(st.text(), st.lists(st.text(min_size=1, max_size=32), max_size=5), st.text(min_size=1, max_size=32))
def test_nothing_breaks_it(text: str, people: list[str], nick: str) -> None:
    mentions(text, nick)
    for cursor in range(len(text) + 1):
        completion = complete(text, cursor, people)
        assert completion is None or 0 <= completion.start <= cursor
