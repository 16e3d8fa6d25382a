"""Rooms and direct conversations, two people by the client library, over a real server."""

from __future__ import annotations

import shutil

from lanchat import paths
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


def test_what_is_said_into_a_room_that_one_is_not_in_fails_with_a_sentence(serve: Serve, join: Join) -> None:
    ana, ben = both(serve(), join)
    outcome(ana, ana.client.do(Create("games")))
    ana.client.say("one", room="games")
    target = ana.until_said("one").seq
    said = ben.client.say("let me in", room="games")
    failed = ben.until(events.Failed)
    sentence = "You are not in “games”: enter it first."
    assert (failed.id, failed.room, failed.detail) == (said, "games", sentence)
    ben.client.react(target, "👍", room="games")
    assert ben.until(events.Error).detail == sentence
    ben.client.edit(target, "two", "games")
    assert ben.until(events.Error).detail == sentence
    ben.client.say("and here?")
    ana.until_said("and here?")
    assert ben.client.flush(10.0), "something waits for ever"
    outcome(ben, ben.client.do(Enter("games")))
    ben.client.resend(said)
    assert ana.until_said("let me in").room == "games"
    assert ana.texts == ["one", "and here?", "let me in"]


def test_the_last_words_before_one_leaves_do_not_wait_for_ever(serve: Serve, join: Join) -> None:
    ana, ben = both(serve(), join)
    outcome(ana, ana.client.do(Create("games")))
    outcome(ben, ben.client.do(Enter("games")))
    ben.client.say("bye", room="games")
    ben.client.do(Part("games"))
    ben.until(events.Parted)
    assert ben.client.flush(10.0)
    assert "bye" in ben.texts
    ana.until_said("bye")


def test_a_room_left_on_one_device_is_left_on_the_other_at_its_next_start(serve: Serve, join: Join) -> None:
    """What waits there for it fails with a sentence, and holds up nothing else; a conversation without words stays."""
    server = serve()
    ana, laptop = both(server, join)
    for name in ("games", "work"):
        outcome(ana, ana.client.do(Create(name)))
        laptop.client.do(Enter(name))
        laptop.until(events.Page, lambda page, name=name: page.room == name)  # type: ignore[misc]
    direct = outcome(laptop, laptop.client.do(Direct([ana.client.key]))).room
    server.close()
    laptop.until(events.Lost)
    for text, room in (("too late", "games"), ("in time", "work"), ("psst", direct)):
        laptop.client.say(text, room=room)
        laptop.until(events.Queued)
    laptop.client.close()
    serve(port=server.port)
    phone_profile = paths.private_directory(paths.profile_directory("phone"))
    shutil.copy(paths.profile_directory("ben") / "member.key", phone_profile)
    phone = join(server, "Ben", profile="phone")
    phone.until(events.Entered, lambda e: e.room == "games")
    outcome(phone, phone.client.do(Part("games")))
    phone.client.close()
    again = join(server, "Ben")
    failed = again.until(events.Failed)
    assert (failed.text, failed.detail) == ("too late", "You are not in “games”: enter it first.")
    assert again.client.flush(10.0), "something waits for ever"
    assert ana.until_said("in time").room == "work"
    assert ana.until_said("psst").room == direct
    ana.client.say("yes?", room=direct)
    assert again.until_said("yes?").room == direct
    assert [e.room for e in again.heard if isinstance(e, events.Parted)] == ["games"]
    again.client.close()
    offline = join(server, "Ben", patient=True)
    offline.until(events.Entered, lambda e: e.room == direct)
    offline.until(events.Joined)
    assert "games" not in [e.room for e in offline.heard if isinstance(e, events.Entered)]


def test_what_is_read_here_is_told_to_the_same_persons_other_device(serve: Serve, join: Join) -> None:
    server = serve()
    ana, ben = both(server, join)
    phone = join(server, "Ana")
    phone.until(events.Joined)
    ben.client.say("dinner?")
    seq = ana.until_said("dinner?").seq
    ana.client.read(seq, public=False)
    assert phone.until(events.Seen) == events.Seen("lobby", ana.client.key, seq)
