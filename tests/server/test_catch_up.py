"""What a newcomer gets, paging back to the first entry, and resuming with exactly what is missing."""

from __future__ import annotations

from typing import Any

import pytest

from lanchat.protocol.limits import MAX_COUNTER, MAX_FRAME, MAX_PAGE, MAX_TEXT, NEWCOMER_HISTORY
from lanchat.server import Server, limits
from tests.server.conftest import Connect
from tests.server.raw_client import RawClient


def fill(connect: Connect, count: int, text: str = "entry {}") -> RawClient:
    """A member that has said `count` messages and seen them all."""
    ana = connect("Ana")
    for n in range(1, count + 1):
        ana.say(str(n), text.format(n))
    if count:
        ana.until("message", seq=count)
    return ana


def seqs(frame: dict[str, Any]) -> list[int]:
    return [entry["seq"] for entry in frame["entries"]]


def ask(client: RawClient, **fields: Any) -> dict[str, Any]:
    client.tell(kind="history", **fields)
    return client.until("page", catchup=None)


def caught_up(client: RawClient, seq: int) -> list[int]:
    """The seqs of all entries that came, once `seq` is among them."""
    while seq not in [m["seq"] for m in client.messages()]:
        assert client.next() is not None
    client.sync()
    return [m["seq"] for m in client.messages()]


def test_a_newcomer_gets_the_last_entries_in_order(connect: Connect) -> None:
    fill(connect, 150)
    bob = connect()
    assert bob.join("Bob")["head"] == 150
    assert caught_up(bob, 150) == list(range(150 - NEWCOMER_HISTORY + 1, 151))
    assert [f["type"] for f in bob.seen[:3]] == ["welcome", "roster", "page"]
    assert bob.messages()[-1] == fill_last(bob)


def fill_last(client: RawClient) -> dict[str, Any]:
    """The last entry, as a page shows it: with its type, like a live one."""
    entry = client.messages()[-1]
    assert entry["type"] == "message"
    assert (entry["room"], entry["id"], entry["nick"], entry["text"]) == ("lobby", "150", "Ana", "entry 150")
    return entry


@pytest.mark.parametrize(("wanted", "first"), [(0, 8), (3, 5), (7, 1), (1_000_000, 1), (MAX_COUNTER, 1)])
def test_a_newcomer_says_how_many_it_wants(connect: Connect, wanted: int, first: int) -> None:
    ana = fill(connect, 7)
    bob = connect("Bob", history=wanted)
    ana.say("8", "live")
    assert caught_up(bob, 8) == list(range(first, 9))


def test_a_newcomer_misses_nothing_that_is_said_while_it_reads_pages(connect: Connect) -> None:
    ana = fill(connect, 500)
    bob = connect()
    bob.join("Bob", history=500)
    for n in range(501, 601):
        ana.say(str(n), "meanwhile")
    assert caught_up(bob, 600) == list(range(1, 601))


def test_history_before_after_and_to_the_first(connect: Connect) -> None:
    ana = fill(connect, 450)
    assert seqs(ask(ana, before=11, limit=4)) == [7, 8, 9, 10]
    assert seqs(ask(ana, after=11, limit=4)) == [12, 13, 14, 15]
    assert seqs(ask(ana, limit=2)) == [449, 450]
    assert seqs(ask(ana, after=449, limit=10)) == [450]
    assert seqs(ask(ana, after=450, limit=10)) == []
    assert seqs(ask(ana, before=MAX_COUNTER, limit=1)) == [450]
    assert seqs(ask(ana, after=MAX_COUNTER, limit=1)) == []
    assert len(seqs(ask(ana, limit=MAX_COUNTER))) == MAX_PAGE
    assert len(seqs(ask(ana, limit=0))) == 1
    page, found = ask(ana, limit=200), []
    while True:
        found = [*seqs(page), *found]
        if page.get("start"):
            break
        page = ask(ana, before=found[0], limit=200)
    assert found == list(range(1, 451))
    assert ask(ana, before=1, limit=5) == {"type": "page", "room": "lobby", "entries": [], "start": True}


def test_both_directions_at_once_go_back(connect: Connect) -> None:
    ana = fill(connect, 10)
    assert seqs(ask(ana, before=5, after=5, limit=2)) == [3, 4]


def test_history_of_an_unknown_room_and_of_no_room_at_all(connect: Connect) -> None:
    ana = fill(connect, 1)
    ana.tell(kind="history", room="cellar")
    assert ana.until("error")["code"] == "room_unknown"
    assert seqs(ask(ana, room="lobby")) == [1]


def test_history_of_an_empty_room(connect: Connect) -> None:
    assert ask(connect("Ana")) == {"type": "page", "room": "lobby", "entries": [], "start": True}


@pytest.mark.parametrize("text", ["🙂" * MAX_TEXT, '"' * MAX_TEXT, "\n" * (MAX_TEXT - 1) + "x"])
def test_no_page_exceeds_the_frame_limit(connect: Connect, text: str) -> None:
    """The longest texts that are, and those that JSON makes longer."""
    ana = fill(connect, 9, text.replace("{", ""))
    bob = connect()
    bob.join("Bob", history=0)
    found: list[int] = []
    while not found or found[0] > 1:
        bob.tell(kind="history", before=found[0] if found else None, limit=200)
        while (line := bob.read_line()) is not None and not line.startswith(b'{"type":"page"'):
            continue
        assert line is not None
        assert len(line) < MAX_FRAME
        bob.buffer = line + b"\n" + bob.buffer
        found = [*seqs(bob.until("page")), *found]
    assert found == list(range(1, 10))
    assert {m["text"] for m in bob.messages()} == {text}
    assert ana.texts()[-1] == text


def test_resume_gives_exactly_what_is_missing(connect: Connect) -> None:
    ana = fill(connect, 300)
    journal = ana.seen[0]["journal"]
    bob = connect()
    assert bob.join("Bob", resume={"journal": journal, "rooms": {"lobby": 42}})["head"] == 300
    ana.say("301", "live")
    assert caught_up(bob, 301) == list(range(43, 302))


def test_resume_with_nothing_missing_sends_nothing(connect: Connect) -> None:
    ana = fill(connect, 5)
    bob = connect("Bob", resume={"journal": ana.seen[0]["journal"], "rooms": {"lobby": 5}})
    ana.say("6", "live")
    assert caught_up(bob, 6) == [6]


def test_resume_from_the_beginning_gives_all(connect: Connect) -> None:
    ana = fill(connect, 250)
    bob = connect("Bob", resume={"journal": ana.seen[0]["journal"], "rooms": {}})
    assert caught_up(bob, 250) == list(range(1, 251))


def test_resume_of_another_journal_is_a_newcomers_start(connect: Connect) -> None:
    """The server was set up anew: what the replica has is of no use, and its seq says nothing here."""
    fill(connect, 150)
    bob = connect("Bob", resume={"journal": "0" * 32, "rooms": {"lobby": 149}})
    assert caught_up(bob, 150) == list(range(51, 151))


def test_resume_beyond_the_head_goes_on_from_the_head(connect: Connect) -> None:
    """A server that was restored from a copy knows less than its clients."""
    ana = fill(connect, 3)
    bob = connect("Bob", resume={"journal": ana.seen[0]["journal"], "rooms": {"lobby": MAX_COUNTER}})
    ana.say("4", "live")
    assert caught_up(bob, 4) == [4]


@pytest.mark.parametrize("seq", [10**18, 10**30, -1, 1.5, "3"])
def test_resume_with_a_number_that_none_is_is_an_error(connect: Connect, seq: object) -> None:
    client = connect()
    client.tell(kind="hello", version=1, nick="Bob", resume={"journal": "0" * 32, "rooms": {"lobby": seq}})
    error = client.until("error")
    assert error["code"] == "invalid"
    assert "rooms" in error["detail"]
    client.join("Bob")


def test_more_questions_than_answers_are_refused_not_queued(connect: Connect) -> None:
    ana = fill(connect, 300)
    asked = 200
    ana.send(b'{"type":"history","limit":200}\n' * asked)
    ana.sync()
    frames = [f for f in ana.seen if f["type"] in ("page", "error")]
    while len(frames) < asked:
        ana.next()
        frames = [f for f in ana.seen if f["type"] in ("page", "error")]
    assert {f["code"] for f in frames if f["type"] == "error"} <= {"history_busy"}
    pages = [f for f in frames if f["type"] == "page"]
    assert len(pages) >= limits.MAX_ASKED
    assert all(seqs(p) == list(range(101, 301)) for p in pages)
    assert len(seqs(ask(ana, limit=5))) == 5  # and later it may ask again


def test_a_restart_goes_on_counting_and_keeps_the_journal(server: Server, connect: Connect, serve: Any) -> None:
    ana = fill(connect, 3)
    journal = ana.seen[0]["journal"]
    ana.close()
    server.close()
    again = serve()
    assert again.id == server.id
    assert again.run != server.run
    with RawClient(again.port) as bob:
        assert bob.join("Bob")["journal"] == journal
        bob.say("1", "after")
        assert caught_up(bob, 4) == [1, 2, 3, 4]
