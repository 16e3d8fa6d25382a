"""Reading marks: what becomes of them, what stays as typed, and that nothing is lost, whatever the text."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lanchat.client import markup
from lanchat.client.markup import Line, Run, Style, colons, outside_code, parse, words
from lanchat.client.mentions import mentions
from lanchat.protocol.limits import MAX_TEXT
from lanchat.protocol.text import clean_text

BOLD, ITALIC, STRUCK, CODE = Style.BOLD, Style.ITALIC, Style.STRUCK, Style.CODE
MARKS = "*_~`>-+• \t\n"  # what may be taken for a mark, and how a mark of a list is drawn
PIECES = (
    "**",
    "*",
    "_",
    "~~",
    "`",
    "```",
    "> ",
    "- ",
    "+ ",
    "1. ",
    "23) ",
    "\n",
    "\n\n",
    "  ",
    "    ",
    "\t",
    "\\",
    ":",
)
texts = st.lists(st.sampled_from((*PIECES, "a", "b c", "é", "http://h/", "😀", "~~~", "|")), max_size=60).map("".join)


def shape(line: Line) -> tuple[str, int, int, str, bool]:
    return ("".join(run.text for run in line.runs), line.quotes, line.lists, line.bullet, line.code)


def seen(text: str) -> list[str]:
    return [c for c in text if c not in MARKS and not c.isspace()]


@settings(max_examples=300)
@given(texts | st.text(max_size=200))
def test_nothing_that_is_seen_is_lost_or_moved(raw: str) -> None:
    text = clean_text(raw)
    lines = parse(text)
    assert seen("\n".join(line.text for line in lines)) == seen(text)
    assert all("\n" not in run.text and run.text for line in lines for run in line.runs)
    assert any(line.text.strip() for line in lines) == bool(text.strip())


@given(st.text(alphabet="ab c\n.,!?@#", max_size=200))
def test_a_text_without_marks_stays_as_typed(text: str) -> None:
    assert "\n".join(line.text for line in parse(text)) == text


@given(texts)
def test_colons_are_found_where_they_stand(text: str) -> None:
    found = colons(text)
    assert found == sorted(set(found))
    assert all(text[place] == ":" for place in found)


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("**a** *b* _c_ ~~d~~", [("a", BOLD), ("b", ITALIC), ("c", ITALIC), ("d", STRUCK)]),
        ("***a*** ~~**b**~~", [("a", BOLD | ITALIC), ("b", BOLD | STRUCK)]),
        ("`a *b*` ``c`d``", [("a *b*", CODE), ("c`d", CODE)]),
        ("**a `b`**", [("a ", BOLD), ("b", BOLD | CODE)]),
        ("说**重点**内容", [("重点", BOLD)]),
        ("**https://h/_a_b**", [("https://h/_a_b", BOLD)]),
    ],
)
def test_styles(text: str, runs: list[tuple[str, Style]]) -> None:
    (line,) = parse(text)
    assert [tuple(run) for run in line.runs if run.style] == runs


@pytest.mark.parametrize(
    "text",
    [
        "2*3*4 = 24, a ** b, f*** off, * * *",
        r"\\nas\share\*.txt, C:\_new_, ¯\_(ツ)_/¯, \*no\*",
        "__init__.py, snake_case_name, ______",
        ">_< >:( >>> import this",
        "# no heading\n---\n| no | table |\n<b>no</b> &amp; [no](https://h/) ![no](https://h/x.png)",
        "https://h/*a*/_b_/~~c~~ and http://h/`d`",
        "    four spaces\n\ttab",
        "a\n\n\nb\n",
        "-",
        "+",
        ">",
        "```",
        "```\n```",
        "1.",
        "unclosed *marks _and ~~of `all kinds",
    ],
)
def test_what_stays_as_typed(text: str) -> None:
    assert "\n".join(line.text for line in parse(text)).rstrip() == text.rstrip()
    assert not any(run.style for line in parse(text) for run in line.runs)


def test_blocks() -> None:
    text = "> a\n> > b\nc\n- d\n  e\n  2. f\n\n- > g\n```py\nh\n\n  i\n```\nj"
    assert [shape(line) for line in parse(text)] == [
        ("a", 1, 0, "", False),
        ("b", 2, 0, "", False),
        ("c", 0, 0, "", False),
        ("d", 0, 1, "•", False),
        ("e", 0, 1, "", False),
        ("2. f", 0, 1, "", False),
        ("", 0, 0, "", False),
        ("g", 1, 1, "•", False),
        ("py", 0, 0, "", True),
        ("h", 0, 0, "", True),
        ("", 0, 0, "", True),
        ("  i", 0, 0, "", True),
        ("j", 0, 0, "", False),
    ]


def test_numbers_stay_as_typed_and_lists_go_deeper() -> None:
    text = "7. a\n8) b\n- c\n  - d\n    1. e"
    assert [(line.text, line.lists) for line in parse(text)] == [
        ("7. a", 1),
        ("8) b", 1),
        ("• c", 1),
        ("• d", 2),
        ("1. e", 3),
    ]


def test_a_line_belongs_to_a_quote_only_with_its_mark() -> None:
    assert [line.quotes for line in parse("> a\nb\n\n> c\n\n> d\n>\n> e")] == [1, 0, 0, 1, 0, 1, 1, 1]


def test_in_one_line_and_without_code() -> None:
    text = "**a**  @Ana\n> b `@Bo`\n```\n@room\n```"
    assert words(text) == "a @Ana b @Bo @room"
    assert outside_code(text).split() == ["a", "@Ana", "b"]
    assert [mentions(text, nick) for nick in ("Ana", "Bo", "Cleo")] == [True, False, False]
    assert mentions("**@room** `x`", "Cleo")


HOSTILE = {
    "stars": "*" * 10_000,
    "ticks": "`" * 10_000,
    "ticks of all lengths": " ".join("`" * n for n in range(1, 126)),
    "openers": "*a " * 2_666,
    "pairs": "*a* _b_ ~~c~~ " * 570,
    "three": "a**b*c " * 1_142,
    "quotes in quotes": "> " * 1_000 + "x",
    "ever deeper": "\n".join("> " * n + "x" for n in range(80)),
    "lists in lists": "- " * 1_000 + "x",
    "steps": "\n".join("  " * n + "- x" for n in range(80)),
    "many deep": ("- " * 8 + "\n") * 470,
    "many lists": "- a\n" * 2_000,
    "fences": "```\n" * 2_000,
    "links": "http://h/" + ")" * 7_990,
    "colons": ":" * 8_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_work_is_bounded(text: str) -> None:
    """Counted in calls of Python, not in time: a usual text of 8,000 characters takes some 30,000."""
    _, calls = counted(lambda: parse(text))
    assert calls < 250_000
    _, again = counted(lambda: colons(text))
    assert again < 250_000


def counted(call: Callable[[], object]) -> tuple[object, int]:
    calls = 0

    def count(_frame: object, event: str, _: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        return call(), calls
    finally:
        sys.setprofile(before)


def test_beyond_the_limits_a_text_stays_as_typed() -> None:
    long = "**a** " * (MAX_TEXT // 6 + 1)
    deep = "> " * markup.MAX_NESTING + "**a**"
    broad = "- **a**\n" * (markup.MAX_OPENERS + 1)
    many = "*a* " * (markup.MAX_MARKS // 2 + 1)
    for text in (long, deep, broad, many):
        assert "\n".join(line.text for line in parse(text)).rstrip() == text.rstrip()
    assert parse("**a**\n\n" + many)[0] == Line((Run("a", BOLD),))
