"""The words that people type, as methods of a Client, over a real server; and what it refuses before it sends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import pytest

from lanchat.client import Client, Profile, events
from lanchat.client.around import Around
from lanchat.errors import LocalProtocolError
from lanchat.protocol.frames import Change, Member, Say, Status, Welcome
from lanchat.protocol.limits import MAX_STATUS, MAX_TEXT, MAX_TOPIC, Code
from lanchat.protocol.moderation import Kick
from lanchat.protocol.rooms import Create, Direct, RoomInfo, SetTopic
from tests.client.conftest import Join, Serve
from tests.client.test_rooms import both, outcome
from tests.people import PATIENCE

LONG = "x" * 1_000_000


def test_a_room_by_methods(serve: Serve, join: Join) -> None:
    ana, ben = both(serve(), join)
    assert outcome(ana, ana.client.create_room("board games", "chess")).room == "board-games"
    ben.until(events.Rooms, lambda told: any(room.name == "board-games" for room in told.rooms))
    outcome(ben, ben.client.join_room("board-games"))
    assert [room.name for room in ben.client.rooms(followed=True)] == ["lobby", "board-games"]
    ben.client.me("moves\na pawn", "board-games")
    said = ana.until_said("_moves a pawn_")
    ana.client.reply(said.seq, "check", "board-games")
    assert ben.until_said("check").reply == said.seq
    outcome(ana, ana.client.keep(said.seq, "board-games"))
    assert ben.until(events.Pinned).target == said.seq
    outcome(ben, ben.client.delete(said.seq, "board-games"))
    assert ana.until(events.Deleted).target == said.seq
    outcome(ana, ana.client.set_topic("chess, no cards", "board-games"))
    assert ben.until(events.Topic, lambda e: e.text == "chess, no cards").room == "board-games"
    outcome(ben, ben.client.leave_room("board-games"))
    assert [room.name for room in ben.client.rooms(followed=True)] == ["lobby"]
    outcome(ana, ana.client.archive_room("board-games"))
    ben.until(events.Rooms, lambda told: told.rooms[0].archived)
    (games,) = (room for room in ben.client.rooms() if room.name == "board-games")
    assert (games.topic, games.archived) == ("chess, no cards", True)


def test_without_a_room_the_first_is_meant(serve: Serve, join: Join) -> None:
    """Only its owners describe it: what comes back says that it was the one that was meant."""
    ana, _ = both(serve(), join)
    asked = ana.client.set_topic("tea")
    assert ana.until(events.Outcome, lambda told: told.id == asked).code == Code.NOT_ALLOWED


def test_a_word_to_one_person_alone(serve: Serve, join: Join) -> None:
    ana, ben = both(serve(), join)
    ana.client.message_to(ben.client.key, "psst")
    said = ben.until_said("psst")
    assert said.room == ben.client.room_with(ana.client.key) == ana.client.room_with(ben.client.key)
    assert outcome(ben, ben.client.direct(ana.client.key)).room == said.room


def test_a_first_word_to_one_person_without_a_connection_fails(serve: Serve, join: Join) -> None:
    """There is no conversation yet, and none was opened; where there is one, the word waits for the server."""
    first = serve()
    ana, ben = both(first, join)
    ana.client.message_to(ben.client.key, "there is one now")
    ben.until_said("there is one now")
    stranger = Profile("carl").key.public
    first.close()
    ana.until(events.Lost)
    waits = ana.client.message_to(ben.client.key, "psst")
    fails = ana.client.message_to(stranger, "psst, stranger")
    for _ in range(2):
        assert ana.until(events.Outcome).code == Code.NOT_STORED
    serve(port=first.port)
    failed = ana.until(events.Failed)
    assert (failed.id, failed.text) == (fails, "psst, stranger")
    assert ben.until_said("psst").id == waits
    assert ana.client.flush(PATIENCE)


def test_who_is_there_and_how(serve: Serve, join: Join) -> None:
    ana, ben = both(serve(), join)
    ana.until_here("Ben")
    assert {member.nick for member in ana.client.people()} == {"Ana", "Ben"}

    def state(wanted: str) -> Callable[[events.Presence], bool]:
        return lambda told: any((c.change, c.nick, c.state) == ("status", "Ben", wanted) for c in told.changes)

    ben.client.away("until one")
    ana.until(events.Presence, state("away"))
    (told,) = (member for member in ana.client.people() if member.nick == "Ben")
    assert (told.state, told.text, told.key) == ("away", "until one", ben.client.key)
    ben.client.busy()
    ana.until(events.Presence, state("busy"))
    ben.client.back()
    ana.until(events.Presence, state(""))
    ben.client.rename("Benno")
    ana.until(events.Presence, lambda told: told.changes[0].change == "renamed")
    assert {member.nick for member in ana.client.people()} == {"Ana", "Benno"}


def test_that_somebody_writes_is_told_where_they_do(serve: Serve, join: Join) -> None:
    ana, ben = both(serve(), join)
    outcome(ana, ana.client.create_room("games"))
    ben.until(events.Rooms, lambda told: any(room.name == "games" for room in told.rooms))
    outcome(ben, ben.client.join_room("games"))
    ana.client.typing("games")
    told = ben.until(events.Typed)
    assert (told.room, told.nick, told.key) == ("games", "Ana", ana.client.key)
    ben.client.typing()
    assert ana.until(events.Typed, lambda e: e.key == ben.client.key).room == "lobby"


def test_what_is_around_is_bounded_and_begins_anew_with_another_journal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lanchat.client.around.MAX_PEOPLE", 2)
    around = Around()
    around.take(events.Rooms([RoomInfo("games")]))
    around.take(events.Entered("games"))
    around.take(events.Roster("lobby", [Member("Ana"), Member("Bo"), Member("Cy")]))
    around.take(
        events.Presence("lobby", [Change("joined", "Di"), Change("role", "Cy"), Change("renamed", "Al", was="Ana")])
    )
    assert [member.nick for member in around.people()] == ["Bo", "Al"]
    around.take(events.Presence("lobby", [Change("left", "Bo"), Change("joined", "Di")]))
    assert [member.nick for member in around.people()] == ["Al", "Di"]
    welcome = Welcome("5" * 32, "s", "Room", "Ana", "lobby", "j", 0, 9)
    around.take(events.Joined(welcome, 1.0, new_journal=True))
    assert [room.name for room in around.rooms(followed=False)] == ["lobby"]


@pytest.fixture
def alone() -> Client:
    """Nobody is there to send anything to."""
    client = Client("127.0.0.1:5055", "Ana", profile=Profile("ana"))
    client.close()
    return client


Call = Callable[[Client], object]
TOO_LONG: Final[Sequence[Call]] = (
    lambda client: client.create_room("games", "t" * (MAX_TOPIC + 1)),
    lambda client: client.do(Create("games", "t" * 5_000)),
    lambda client: client.do(Create("games", LONG)),
    lambda client: client.do(Create(LONG)),
    lambda client: client.do(SetTopic("games", LONG)),
    lambda client: client.do(Direct([LONG])),
    lambda client: client.do(Direct([])),
    lambda client: client.do(Kick("Bo", LONG)),
    lambda client: client.do(Say("", "hi", room=LONG)),
    lambda client: client.say("hi", room=LONG),
    lambda client: client.say("hi", reply=-1),
    lambda client: client.react(1, "👍", room=LONG),
    lambda client: client.away("x" * (MAX_STATUS + 1)),
    lambda client: client.be(Status("away", LONG)),
    lambda client: client.say("x" * (MAX_TEXT + 1)),
)


def test_what_no_server_would_take_is_refused_before_it_is_sent(serve: Serve, join: Join) -> None:
    ana = join(serve(), "Ana")
    ana.until(events.Joined)
    for call in TOO_LONG:
        with pytest.raises(LocalProtocolError) as refused:
            call(ana.client)
        assert len(str(refused.value)) < 200
    ana.client.say("still here")
    ana.until_said("still here")
    assert not [event for event in ana.heard if isinstance(event, events.Lost | events.Error | events.Failed)]


def test_a_topic_that_is_too_long_is_told_in_words(alone: Client) -> None:
    with pytest.raises(LocalProtocolError, match="“topic” has at most 120 characters"):
        alone.do(Create("games", "t" * 5_000))


def test_after_the_end_nothing_is_asked(alone: Client) -> None:
    for call in (
        lambda: alone.do(Create("games")),
        lambda: alone.search("soup"),
        lambda: alone.say("hi"),
        lambda: alone.join_room("games"),
    ):
        with pytest.raises(LocalProtocolError, match="no longer in this room"):
            call()
