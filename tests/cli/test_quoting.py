"""What a pipe prints of answers, reactions and pins: what they are about, as it reads now, among what came by."""

from __future__ import annotations

import pytest

from lanchat.cli import quoting
from lanchat.cli.quoting import Quoting
from lanchat.protocol.entries import Deleted, Edited, Message, Pinned, Reacted
from lanchat.protocol.limits import MAX_TEXT

ANA, BO = "A" * 43, "B" * 43


def said(seq: int, text: str, *, reply: int = 0, room: str = "lobby", nick: str = "Ana", key: str = ANA) -> Message:
    return Message(room, seq, f"a-{seq}", 1, nick, key, text, reply)


@pytest.fixture
def lines() -> Quoting:
    quotes = Quoting()
    assert quotes.lines(said(1, "lunch?\nat one?")) == ["Ana: lunch?", "Ana: at one?"]
    return quotes


def answers(quotes: Quoting, to: int = 1, room: str = "lobby") -> list[str]:
    return quotes.lines(said(9, "yes", reply=to, room=room, nick="Bo", key=BO))


def test_what_an_entry_is_about_is_quoted(lines: Quoting) -> None:
    assert answers(lines) == ["* Bo answers Ana: “lunch? at one?”", "Bo: yes"]
    assert lines.lines(Reacted("lobby", 2, "b-2", 1, "Bo", BO, 1, "👍", True)) == [
        "* Bo reacted with 👍 to Ana: “lunch? at one?”"
    ]
    assert lines.lines(Reacted("lobby", 3, "b-3", 1, "Bo", BO, 1, "👍", False)) == [
        "* Bo took back 👍 from Ana: “lunch? at one?”"
    ]
    assert lines.lines(Pinned("lobby", 4, "b-4", 1, "Bo", BO, 1, True)) == [
        "* Bo pinned a message, Ana: “lunch? at one?”"
    ]


def test_it_is_quoted_as_it_reads_now(lines: Quoting) -> None:
    lines.lines(Edited("lobby", 2, "b-2", 1, "Bo", BO, 1, "forged"))
    lines.lines(Edited("lobby", 3, "a-3", 1, "Ana", ANA, 1, "dinner?"))
    assert answers(lines)[0] == "* Bo answers Ana: “dinner?”"
    lines.lines(Deleted("lobby", 4, "a-4", 1, "Ana", ANA, 1))
    assert answers(lines) == ["* Bo answers an earlier message", "Bo: yes"]


def test_what_did_not_come_by_is_not_quoted(lines: Quoting, monkeypatch: pytest.MonkeyPatch) -> None:
    assert answers(lines, room="games")[0] == "* Bo answers an earlier message"
    assert answers(lines, to=7)[0] == "* Bo answers an earlier message"
    assert lines.lines(Pinned("lobby", 4, "b-4", 1, "Bo", BO, 7, True)) == ["* Bo pinned a message"]
    lines.lines(said(8, ""))  # deleted, or no longer kept
    assert answers(lines, to=8)[0] == "* Bo answers an earlier message"
    lines.clear()
    assert answers(lines)[0] == "* Bo answers an earlier message"


def test_it_keeps_little(lines: Quoting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quoting, "MAX_KNOWN", 2)
    lines.lines(said(2, "x" * MAX_TEXT))
    assert answers(lines)[0] == "* Bo answers Ana: “lunch? at one?”"  # and comes by itself
    assert answers(lines)[0] == "* Bo answers an earlier message"
    assert len(answers(lines, to=2)[0]) < 120
