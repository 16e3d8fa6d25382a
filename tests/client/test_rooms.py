"""Rooms and direct conversations, two people by the client library, over a real server."""

from __future__ import annotations

from lanchat.client import events
from lanchat.protocol.rooms import Archive, Create, Direct, Enter, Part, SetTopic
from lanchat.server import Server
from tests.client.conftest import Join, Serve
from tests.people import Person


def outcome(person: Person, asked: str) -> events.Outcome:
    told = person.until(events.Outcome, lambda o: o.id == asked)
    assert not told.code, told.detail
    return told


def both(server: Server, join: Join) -> tuple[Person, Person]:
    """Ana and Ben, who are in."""
    ana, ben = join(server, "Ana"), join(server, "Ben")
    for person in (ana, ben):
        person.until(events.Joined)
    return ana, ben


def test_a_room_from_its_making_to_its_end(serve: Serve, join: Join) -> None:
    server = serve()
    ana, ben = both(server, join)
    assert outcome(ana, ana.client.do(Create("Games", "what we play"))).room == "Games"
    told = ben.until(events.Rooms, lambda e: any(room.name == "Games" for room in e.rooms))
    assert [room.topic for room in told.rooms if room.name == "Games"] == ["what we play"]
    ben.client.do(Enter("Games"))
    ben.until(events.Entered)
    ben.client.say("who is in?", room="Games")
    said = ana.until_said("who is in?")
    assert said.room == "Games"
    ana.client.say("me", said.seq, "Games")
    ana.client.react(said.seq, "👍", room="Games")
    ben.until(events.Reacted, lambda e: (e.room, e.target) == ("Games", said.seq))
    ana.client.edit(ben.until_said("me").seq, "I am", "Games")
    assert ben.until(events.Edited).text == "I am"
    ana.client.do(SetTopic("Games", "chess"))
    assert ben.until(events.Topic, lambda e: e.text == "chess").room == "Games"
    ana.client.do(Archive("Games"))
    ben.until(events.Archived)
    ben.client.say("one more", room="Games")
    failed = ben.until(events.Failed)
    assert (failed.room, failed.text) == ("Games", "one more")
    ben.client.do(Part("Games"))
    ben.until(events.Parted)


def test_a_direct_word_reaches_who_was_away_and_its_copy_is_there_offline(serve: Serve, join: Join) -> None:
    server = serve()
    ana, ben = both(server, join)
    ben.client.close()
    room = outcome(ana, ana.client.do(Direct([ben.client.key]))).room
    ana.client.say("for you alone", room=room)
    ana.until_said("for you alone")
    again = join(server, "Ben")
    assert again.until_said("for you alone").room == room
    again.client.close()
    server.close()
    offline = join(server, "Ben", patient=True)
    assert offline.until_said("for you alone").room == room
    [told] = [e for e in offline.heard if isinstance(e, events.Rooms)]
    assert {person.nick for info in told.rooms if info.name == room for person in info.people} == {"Ana", "Ben"}


def test_what_was_said_in_a_room_while_the_server_was_gone_goes_there_afterwards(serve: Serve, join: Join) -> None:
    server = serve()
    ana, ben = both(server, join)
    outcome(ana, ana.client.do(Create("games")))
    outcome(ben, ben.client.do(Enter("games")))
    server.close()
    ana.until(events.Lost)
    ana.client.say("said in the dark", room="games")
    assert ana.until(events.Queued).room == "games"
    serve(port=server.port)
    said = ben.until_said("said in the dark")
    assert (said.room, said.seq) == ("games", 2)


def test_read_markers_are_of_each_room(serve: Serve, join: Join) -> None:
    server = serve()
    ana, ben = both(server, join)
    outcome(ana, ana.client.do(Create("games")))
    outcome(ben, ben.client.do(Enter("games")))
    ana.client.say("one", room="games")
    ben.client.read(ben.until_said("one").seq, "games")
    ben.client.close()
    again = join(server, "Ben")
    assert again.until(events.Joined).welcome.read == 0
    again.until(events.Entered, lambda e: (e.room, e.read) == ("games", 2))


def test_what_is_read_here_is_told_to_the_same_persons_other_device(serve: Serve, join: Join) -> None:
    server = serve()
    ana, ben = both(server, join)
    phone = join(server, "Ana")
    phone.until(events.Joined)
    ben.client.say("dinner?")
    seq = ana.until_said("dinner?").seq
    ana.client.read(seq, public=False)
    assert phone.until(events.Seen) == events.Seen("lobby", ana.client.key, seq)
