"""Searching from the client library: at the server, and in the copy while there is none."""

from __future__ import annotations

import pytest

from lanchat.client.events import Found, Lost
from lanchat.errors import LocalProtocolError
from lanchat.protocol import frames
from lanchat.protocol.limits import Code
from lanchat.protocol.query import Hit, Query, Search, Spot
from tests.client.conftest import Join, Serve
from tests.client.test_talk import ELSE, Wire, other
from tests.people import Person

ASKED = Query(["his"], begun=True)


def found(person: Person, text: str) -> Found:
    id = person.client.search(text)  # noqa: A001 - the wire's word
    return person.until(Found, lambda event: event.id == id)


def test_at_the_server_and_then_in_the_copy(serve: Serve, join: Join) -> None:
    server = serve()
    ana, ben = join(server, "Ana"), join(server, "Ben")
    ana.client.say("hot soup")
    ana.client.say("salad")
    ben.until_said("salad")
    there = found(ben, "soup from:ana")
    assert ([hit.text for hit in there.hits], there.offline) == (["hot soup"], False)
    server.close()
    ben.until(Lost)
    here = found(ben, "soup from:ana")
    assert (here.hits, here.offline, here.detail) == (there.hits, True, "")
    assert found(ben, "in:Lobby sal").hits[0].text == "salad"
    assert found(ben, "in:kitchen soup").code == Code.ROOM_UNKNOWN


def test_what_is_no_query_is_said_at_once(serve: Serve, join: Join) -> None:
    with pytest.raises(LocalProtocolError, match="Type a word"):
        join(serve(), "Ana").client.search("  ")


def run(wire: Wire) -> list[Found]:
    """All steps, as the link does them between others."""
    while wire.talk.searching.busy:
        wire.talk.searching.step()
    return [event for event in wire.take()[1] if isinstance(event, Found)]


@pytest.fixture
def wire() -> Wire:
    return Wire()


def hit(seq: int) -> Hit:
    return Hit("lobby", seq, 1, "Ben", ELSE, f"his {seq}")


def test_the_servers_answer_is_told_once(wire: Wire) -> None:
    wire.join()
    wire.take()
    wire.talk.search("s1", ASKED, Spot("lobby", 9))
    assert wire.take()[0] == [Search("s1", ASKED, Spot("lobby", 9))]
    wire.receive(frames.Found("s1", [hit(3)], more=True), frames.Found("s1", [hit(2)]), frames.Found("s9"))
    assert wire.take()[1] == [Found("s1", ASKED, [hit(3)], more=True)]
    wire.talk.close()


@pytest.mark.parametrize("older", [False, True])
def test_one_that_does_not_answer_is_stood_in_for_by_the_copy(wire: Wire, older: bool) -> None:
    wire.join()
    wire.receive(other(1), other(2))
    wire.talk.search("s1", ASKED, None)
    if older:
        wire.receive(frames.Error(Code.UNKNOWN_TYPE, "unknown type 'search'"))
    else:
        wire.talk.ended()
    (answer,) = run(wire)
    assert (answer.offline, [(h.seq, h.text) for h in answer.hits]) == (True, [(2, "his 2"), (1, "his 1")])
    wire.talk.close()


def test_the_copy_follows_what_comes_in_whatever_order(wire: Wire) -> None:
    wire.join()
    wire.receive(other(11), frames.Edited("lobby", 12, "b12", 2, "Ben", ELSE, 10, "his changed"))
    wire.talk.ended()
    wire.talk.search("s1", ASKED, None)
    assert [h.seq for h in run(wire)[0].hits] == [11]
    wire.join()
    wire.receive(frames.Page("lobby", [other(9), other(10)]))
    wire.talk.ended()
    wire.talk.search("s2", ASKED, None)
    assert [(h.seq, h.text) for h in run(wire)[0].hits] == [(11, "his 11"), (10, "his changed"), (9, "his 9")]
    wire.join()
    wire.receive(frames.Deleted("lobby", 13, "", 1, "Ben", ELSE, 10))
    wire.talk.ended()
    wire.talk.search("s3", ASKED, None)
    assert [h.seq for h in run(wire)[0].hits] == [11, 9]
    wire.talk.close()


def test_without_a_copy_it_is_said_so(wire: Wire) -> None:
    wire.talk.search("s1", ASKED, None)
    (answer,) = run(wire)
    assert (answer.code, answer.offline) == (Code.SEARCH_FAILED, True)
    assert answer.detail.endswith(".")
    wire.talk.close()
