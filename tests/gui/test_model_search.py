"""What the search panel shows, without a window."""

from __future__ import annotations

from datetime import UTC, datetime

from lanchat.client.events import Found, Rooms
from lanchat.gui.model.chat import ChatModel
from lanchat.gui.model.search import SearchModel, place
from lanchat.protocol.query import Hit, Query, Spot
from lanchat.protocol.rooms import Person, RoomInfo, direct_name
from tests.gui.stand_in import ME, MY_KEY

SOUP = Query(["soup"], begun=True)


def hit(seq: int, text: str = "hot soups", at: datetime = datetime(2026, 11, 24, 9, 2, tzinfo=UTC)) -> Hit:
    return Hit("lobby", seq, round(at.timestamp() * 1000), "Ana", None, text)


def test_from_asking_to_the_last_page() -> None:
    model = SearchModel(UTC)
    assert model.status == ""
    model.ask("s1", SOUP)
    assert (model.status, model.searching) == ("Searching …", True)
    assert not model.apply(Found("s0", SOUP, [hit(9)]))  # of an earlier search
    assert model.apply(Found("s1", SOUP, [hit(9), hit(8)], more=True))
    assert (model.status, model.below) == ("2 results, and more", Spot("lobby", 8))
    model.ask_more("s2")
    assert model.status == "2 results, and more"
    assert model.apply(Found("s2", SOUP, [hit(8), hit(7)]))  # one came again
    assert ([h.seq for h in model.hits], model.status, model.below) == ([9, 8, 7], "3 results", None)


def test_what_goes_wrong_is_said() -> None:
    model = SearchModel(UTC)
    model.ask("s1", SOUP)
    model.apply(Found("s1", SOUP, code="search_failed", detail="This server cannot search just now."))
    assert model.status == "This server cannot search just now."
    model.refuse("Type a word to look for.")
    assert (model.status, model.hits) == ("Type a word to look for.", [])
    model.ask("s2", SOUP)
    model.apply(Found("s2", SOUP, offline=True))
    assert model.status == "Nothing was found · on this computer"


def test_stepping_goes_round() -> None:
    model = SearchModel(UTC)
    assert model.step(1) is None
    model.ask("s1", SOUP)
    model.apply(Found("s1", SOUP, [hit(9), hit(8)]))
    steps = [model.step(by) for by in (1, 1, 1, -1, -1)]
    assert [h and h.seq for h in steps] == [9, 8, 9, 8, 9]


def test_what_was_looked_for_stands_out() -> None:
    model = SearchModel(UTC)
    model.ask("s1", SOUP)
    assert model.pieces(hit(1, "hot Soups, \u202ecold soup")) == [
        ("hot ", False),
        ("Soup", True),
        ("s, cold ", False),
        ("soup", True),
    ]
    assert model.pieces(hit(1, "salad")) == [("salad", False)]
    assert model.pieces(hit(1, "**hot** `soup`\n> no")) == [("hot ", False), ("soup", True), (" no", False)]


def test_when_it_was() -> None:
    model = SearchModel(UTC)
    now = datetime(2026, 11, 24, 12, tzinfo=UTC).timestamp()
    times = [
        datetime(*day, tzinfo=UTC)
        for day in ((2026, 11, 24, 9, 2), (2026, 11, 20, 16, 20), (2026, 10, 2), (2025, 10, 2))
    ]  # type: ignore[misc,arg-type]
    assert [model.when(hit(1, at=at), now) for at in times] == ["Today 09:02", "Fri 16:20", "2 Oct", "2 Oct 2025"]
    assert model.when(Hit("lobby", 1, 10**17, "Ana", None, "x"), now)  # a server that knows no calendar


def test_what_is_typed_and_not_searched_yet_waits_for_enter() -> None:
    model = SearchModel(UTC)
    model.waiting = True
    assert model.status == "Enter searches"
    model.ask("s1", SOUP)
    assert model.status == "Searching …"
    model.waiting = True
    model.refuse("Type a word to look for.")
    assert model.status == "Type a word to look for."


def test_where_it_was_said_stands_below_it() -> None:
    chat, ana = ChatModel(ME, MY_KEY), "a" * 43
    pair = direct_name([MY_KEY, ana])
    chat.apply(Rooms([RoomInfo("games"), RoomInfo(pair, people=[Person(MY_KEY, ME), Person(ana, "Ana")])]), 1.0)
    assert [place(room, chat) for room in (chat.room, "games", pair)] == ["", "#games", "Private: Ana"]
