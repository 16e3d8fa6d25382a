"""Transcripts, from entries to lines; nothing that people wrote may be taken for markup or for another's words."""

from __future__ import annotations

import json
from datetime import UTC
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from lanchat.protocol.frames import Archived, Entry, Message, Pinned, Topic
from lanchat.transcript import Part, as_html, as_json, as_text, lines_of

DAY = 24 * 3600 * 1000


def entry(seq: int, text: str, *, nick: str = "Ana", day: int = 0) -> Message:
    return Message("lobby", seq, f"r-{seq}", day * DAY + 9 * 3600_000, nick, None, text)


def lobby(*entries: Entry) -> list[Part]:
    return [Part("#lobby", entries)]


class Shape(HTMLParser):
    """The elements and the words of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the name that it is called by
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.words += data


def test_text_names_the_author_of_every_line() -> None:
    lines = list(as_text(lobby(entry(1, "one\ntwo"), entry(2, "")), "Nord", UTC))
    assert lines == [
        "== #lobby ==",
        "[1970-01-01 09:00] Ana: one",
        "[1970-01-01 09:00] Ana: two",
        "[1970-01-01 09:00] Ana: (no longer kept)",
    ]


def test_json_lines_are_the_entries_themselves() -> None:
    (line,) = as_json(lobby(entry(7, "ä \x1b[2J")), "Nord")
    assert json.loads(line) == {
        "type": "message",
        "room": "lobby",
        "seq": 7,
        "id": "r-7",
        "at": 9 * 3600_000,
        "nick": "Ana",
        "key": None,
        "text": "ä \x1b[2J",
    }


def test_html_has_a_heading_for_each_day() -> None:
    page = "\n".join(as_html(lobby(entry(1, "a"), entry(2, "b"), entry(3, "c", day=1)), "Nord", UTC))
    assert Shape(page).tags.count("h3") == 2
    assert Shape(page).tags.count("p") == 3
    assert "1970-01-02" in page


def test_several_rooms_are_one_document_and_each_has_a_heading() -> None:
    parts = [Part("#lobby", [entry(1, "a")]), Part("Direct conversation: Ana, Bo", [entry(1, "b")])]
    page = "\n".join(as_html(parts, "Nord", UTC))
    assert [Shape(page).tags.count(tag) for tag in ("html", "body", "h1", "section", "h2", "h3")] == [1, 1, 1, 2, 2, 2]
    assert page.count("</html>") == 1
    assert "<h1>Nord</h1>" in page
    assert list(as_text(parts, "Nord", UTC)) == [
        "== #lobby ==",
        "[1970-01-01 09:00] Ana: a",
        "",
        "== Direct conversation: Ana, Bo ==",
        "[1970-01-01 09:00] Ana: b",
    ]


@given(st.text(st.characters(exclude_categories=("Cs",))), st.text(st.characters(exclude_categories=("Cs",))))
def test_nothing_that_was_said_becomes_markup(text: str, title: str) -> None:
    plain = Shape("\n".join(as_html([Part("x", [entry(1, "x", nick="Eva")])], "t", UTC)))
    hostile = Shape("\n".join(as_html([Part(title, [entry(1, f"<script>{text}</script>", nick="<i>")])], title, UTC)))
    assert hostile.tags == plain.tags
    assert "<script>" in hostile.words


def test_what_was_made_of_a_room_reads_as_what_it_was() -> None:
    head = (9 * 3600_000, "Ana", None)
    entries: list[Entry] = [
        Topic("games", 1, "", *head, ""),
        Topic("chess", 1, "", *head, "openings"),
        Topic("lobby", 7, "", *head, "what we play"),
        Topic("lobby", 2, "", *head, ""),
        Archived("lobby", 3, "", *head, on=True),
        Archived("lobby", 4, "", *head, on=False),
        Pinned("lobby", 5, "", *head, 1, on=True),
        Pinned("lobby", 6, "", *head, 1, on=False),
    ]
    assert [line for entry in entries for line in lines_of(entry)] == [
        "* Ana made this room",
        "* Ana made this room: openings",
        "* Ana set the topic: what we play",
        "* Ana took the topic away",
        "* Ana archived the room",
        "* Ana opened the room again",
        "* Ana pinned a message",
        "* Ana unpinned a message",
    ]
