"""Rooms and direct conversations over real sockets: who follows what, who may know of what; nothing is lost."""

from __future__ import annotations

import itertools
import json
from contextlib import ExitStack

import pytest

from lanchat.protocol.limits import MAX_DIRECT, MAX_TOPIC, Code
from lanchat.protocol.rooms import direct_name
from lanchat.server import Server
from lanchat.server.rooms import MAX_ROOMS
from tests.server.conftest import Serve
from tests.server.raw_client import Frame, RawClient
from tests.server.test_conversation import MakeKey

CAPABLE = ["rooms"]


class Talker:
    """A member with a key whose client knows rooms."""

    def __init__(self, stack: ExitStack, server: Server, make_key: MakeKey, nick: str, **hello: object) -> None:
        self.key = make_key(nick)
        self.raw = stack.enter_context(RawClient(server.port, tls=True))
        self.welcome = self.raw.join(nick, key=self.key, capabilities=CAPABLE, **hello)
        self._ids = itertools.count(1)
        self._run = f"r{id(self)}"

    def arrange(self, action: str, **fields: object) -> Frame:
        asked = f"a{next(self._ids)}"
        self.raw.tell(kind="arrange", id=asked, do={"action": action, **fields})
        while (outcome := self.raw.until("outcome"))["id"] != asked:
            pass
        return outcome

    def say(self, text: str, room: str = "", kind: str = "say", **fields: object) -> str:
        said = f"{self._run}-{next(self._ids)}"
        self.raw.tell(kind=kind, id=said, text=text, room=room, **fields)
        return said

    def texts(self, room: str) -> list[str]:
        """What came of a room."""
        self.raw.sync()
        return [m["text"] for m in self.raw.messages() if m["room"] == room and m["type"] == "message"]

    def rooms(self) -> dict[str, Frame]:
        """By the last that was told of each."""
        self.raw.sync()
        return {info["name"]: info for f in self.raw.seen if f["type"] == "rooms" for info in f["rooms"]}

    def until_said(self, text: str) -> Frame:
        """The message with this text, once it is here, live or in a page."""
        while True:
            for entry in self.raw.messages():
                if entry.get("text") == text:
                    return entry
            assert self.raw.next() is not None, "the server closed"


@pytest.fixture
def people(server: Server, clients: ExitStack, make_key: MakeKey) -> list[Talker]:
    """Ana owns nothing; three who know rooms."""
    return [Talker(clients, server, make_key, nick) for nick in ("Ana", "Ben", "Cid")]


def test_a_room_is_made_found_entered_and_left(people: list[Talker]) -> None:
    ana, ben, cid = people
    assert ana.arrange("create", name="#Big Games", topic="what we play")["room"] == "Big-Games"
    assert ben.rooms()["Big-Games"] == {
        "name": "Big-Games", "head": 1, "topic": "what we play", "maker": ana.key.public,
    }  # fmt: skip
    ana.say("before", "Big-Games")
    ana.until_said("before")
    assert ben.arrange("enter", room="Big-Games")["room"] == "Big-Games"
    entered = [frame for frame in ben.raw.seen if frame["type"] == "entered"]
    assert entered == [{"type": "entered", "room": "Big-Games", "head": 2}]
    ben.until_said("before")
    ben.say("hello", "Big-Games")
    ana.until_said("hello")
    assert ben.arrange("part", room="Big-Games")["room"] == "Big-Games"
    ana.say("you missed it", "Big-Games")
    ana.until_said("you missed it")
    assert ben.texts("Big-Games") == ["before", "hello"]
    assert cid.texts("Big-Games") == []


def test_each_room_counts_for_itself_and_all_of_a_batch_is_stored_at_once(people: list[Talker]) -> None:
    ana, ben, _ = people
    ana.arrange("create", name="a")
    ben.arrange("enter", room="a")
    for n in range(20):
        ana.say(f"{n}", "a" if n % 2 else "")
    ben.until_said("19")
    ben.until_said("18")
    by_room: dict[str, list[int]] = {"a": [], "lobby": []}
    for entry in ben.raw.entries():
        by_room[entry["room"]].append(entry["seq"])
    assert by_room == {"a": [*range(1, 12)], "lobby": [*range(1, 11)]}


def test_a_direct_conversation_is_known_to_its_people_alone(people: list[Talker]) -> None:
    ana, ben, cid = people
    name = ana.arrange("direct", keys=[ben.key.public])["room"]
    assert name == direct_name([ben.key.public, ana.key.public])
    assert name not in ben.rooms()  # as long as nothing was said: nobody can fill another's list
    ana.say("psst", name)
    said = ben.until_said("psst")
    people_of_it = {(p["nick"], p["key"]) for p in ben.rooms()[name]["people"]}
    assert people_of_it == {("Ana", ana.key.public), ("Ben", ben.key.public)}
    ben.say("yes?", name, reply=said["seq"])
    ana.until_said("yes?")
    assert ben.arrange("direct", keys=[ana.key.public])["room"] == name
    for action, fields in (
        ("enter", {"room": name}), ("part", {"room": name}), ("topic", {"room": name, "text": "t"}),
        ("archive", {"room": name}),
    ):  # fmt: skip
        assert cid.arrange(action, **fields)["code"] == Code.ROOM_UNKNOWN
    cid.say("let me in", name)
    assert cid.raw.until("error")["code"] == Code.ROOM_UNKNOWN
    for kind, fields in (("history", {}), ("read", {"seq": 1}), ("typing", {})):
        cid.raw.tell(kind=kind, room=name, **fields)
        assert cid.raw.until("error")["code"] == Code.ROOM_UNKNOWN
    cid.raw.tell(kind="moderate", id="d", do={"action": "delete", "seq": 1, "room": name})
    assert cid.raw.until("outcome")["code"] == Code.NOBODY
    cid.say("x", name, kind="edit", target=1)
    assert cid.raw.until("error")["code"] == Code.ROOM_UNKNOWN
    assert cid.texts(name) == []
    assert name not in cid.rooms()


def test_a_direct_word_waits_for_who_is_away(
    server: Server, clients: ExitStack, make_key: MakeKey, people: list[Talker]
) -> None:
    ana, ben, _ = people
    ben.raw.tell(kind="bye")
    ben.raw.until_end()
    name = ana.arrange("direct", keys=[ben.key.public])["room"]
    ana.say("when you are back", name)
    ana.until_said("when you are back")
    back = Talker(clients, server, make_key, "Ben")
    back.until_said("when you are back")
    assert back.raw.messages()[-1]["room"] == name


def test_people_of_a_conversation_are_told_by_the_names_that_they_hold_now(
    server: Server, clients: ExitStack, make_key: MakeKey, people: list[Talker]
) -> None:
    """Else who was “Ben” once goes by that name in Ana's list when another one is Ben."""
    ana, ben, _ = people
    name = ben.arrange("direct", keys=[ana.key.public])["room"]
    ben.say("it is me", name)
    ana.until_said("it is me")
    ben.raw.tell(kind="rename", nick="Mal")
    ben.raw.sync()
    ana.arrange("topic", room=name, text="news")
    while ana.rooms()[name].get("topic") != "news":
        pass
    assert {p["nick"] for p in ana.rooms()[name]["people"]} == {"Ana", "Mal"}
    ben.raw.tell(kind="bye")
    ben.raw.until_end()
    again = Talker(clients, server, make_key, "Ana")
    assert {p["nick"] for p in again.rooms()[name]["people"]} == {"Ana", "Mal"}


def test_after_a_restart_who_is_not_here_is_called_as_they_wrote_it(serve: Serve, make_key: MakeKey) -> None:
    server = serve()
    with ExitStack() as clients:
        ana, root = (Talker(clients, server, make_key, nick) for nick in ("Ana", "Ro"))
        root.raw.tell(kind="rename", nick="Root Lind")
        root.raw.sync()
        name = ana.arrange("direct", keys=[root.key.public])["room"]
        ana.say("hello", name)
        root.until_said("hello")
        root.raw.tell(kind="rename", nick="ROOT")
        root.raw.sync()
    server.close()
    server = serve()
    with ExitStack() as clients:
        ana = Talker(clients, server, make_key, "Ana")
        ana.until_said("hello")
        assert {p["nick"] for p in ana.rooms()[name]["people"]} == {"Ana", "ROOT"}


def test_after_a_restart_rooms_are_there_and_are_followed_from_where_one_was(serve: Serve, make_key: MakeKey) -> None:
    server = serve()
    with ExitStack() as clients:
        ana, ben = (Talker(clients, server, make_key, nick) for nick in ("Ana", "Ben"))
        ana.arrange("create", name="games", topic="old")
        ana.arrange("topic", room="games", text="new")
        ben.arrange("enter", room="games")
        ana.say("one", "games")
        seq = ben.until_said("one")["seq"]
        ben.raw.tell(kind="read", room="games", seq=seq)
        ben.raw.sync()
    server.close()
    server = serve()
    with ExitStack() as clients:
        ana = Talker(clients, server, make_key, "Ana")
        ana.until_said("one")
        ana.say("two", "games")
        ana.until_said("two")
        resume = {"journal": ana.welcome["journal"], "rooms": {"lobby": 0, "games": seq}}
        ben = Talker(clients, server, make_key, "Ben", resume=resume)
        assert ben.rooms()["games"]["topic"] == "new"
        ben.until_said("two")
        assert ben.texts("games") == ["two"]
        [entered] = [frame for frame in ben.raw.seen if frame["type"] == "entered"]
        assert (entered["head"], entered["read"]) == (seq + 1, seq)


def test_topic_and_archive_are_for_who_made_the_room(people: list[Talker]) -> None:
    ana, ben, _ = people
    ana.arrange("create", name="games")
    ben.arrange("enter", room="games")
    for action, fields in (("topic", {"text": "mine"}), ("archive", {})):
        assert ben.arrange(action, room="games", **fields)["code"] == Code.NOT_ALLOWED
        assert ben.arrange(action, room="lobby", **fields)["code"] == Code.NOT_ALLOWED
    assert "code" not in ana.arrange("archive", room="games")
    assert ben.rooms()["games"]["archived"]
    ben.say("too late", "games")
    assert ben.raw.until("error")["code"] == Code.ROOM_ARCHIVED
    ana.arrange("archive", room="games", on=False)
    ben.say("in time", "games")
    ben.until_said("in time")
    assert [e["on"] for e in ben.raw.entries() if e["type"] == "archived"] == [True, False]


def test_an_owner_may_change_any_room_and_the_first_has_a_topic_too(
    serve: Serve, clients: ExitStack, make_key: MakeKey
) -> None:
    server = serve(owner=lambda: (make_key("Olga").public, "Olga"))
    olga, ben = (Talker(clients, server, make_key, nick) for nick in ("Olga", "Ben"))
    ben.arrange("create", name="games")
    assert "code" not in olga.arrange("topic", room="games", text="of ours")
    assert "code" not in olga.arrange("topic", room="lobby", text="welcome")
    ben.raw.until("topic")
    assert {name: info.get("topic") for name, info in ben.rooms().items()} == {"games": "of ours", "lobby": "welcome"}
    assert olga.arrange("archive", room="lobby")["code"] == Code.NOT_ALLOWED


@pytest.mark.parametrize(
    ("action", "fields", "code"),
    [
        ("create", {"name": "lobby"}, Code.ROOM_TAKEN),
        ("create", {"name": "L\u043ebby"}, Code.ROOM_TAKEN),  # a Cyrillic o
        ("create", {"name": "@ana"}, Code.ROOM_INVALID),
        ("create", {"name": "##"}, Code.ROOM_INVALID),
        ("create", {"name": "a\u202eb"}, Code.ROOM_INVALID),
        ("enter", {"room": "nowhere"}, Code.ROOM_UNKNOWN),
        ("enter", {"room": "@" + "0" * 24}, Code.ROOM_UNKNOWN),
        ("part", {"room": "lobby"}, Code.NOT_ALLOWED),
        ("direct", {"keys": ["k" * 43]}, Code.NOBODY),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(
    people: list[Talker], action: str, fields: dict[str, object], code: Code
) -> None:
    outcome = people[0].arrange(action, **fields)
    assert (outcome["code"], bool(outcome["detail"])) == (code, True)


@pytest.mark.parametrize(
    "do",
    [
        {"action": "create", "name": "x" * 33},
        {"action": "create", "name": "x", "topic": "t" * (MAX_TOPIC + 1)},
        {"action": "topic", "room": "lobby", "text": "t" * 50_000},
        {"action": "direct", "keys": []},
        {"action": "direct", "keys": ["k" * 43] * MAX_DIRECT},
        {"action": "direct", "keys": ["k"]},
        {"action": "burn", "room": "lobby"},
    ],
)
def test_what_is_no_action_is_an_error_and_no_harm(people: list[Talker], do: dict[str, object]) -> None:
    ana = people[0]
    ana.raw.tell(kind="arrange", id="1", do=do)
    assert ana.raw.until("error")["code"] == Code.INVALID
    ana.say("still here")
    ana.until_said("still here")


def test_guests_enter_rooms_and_make_none(people: list[Talker], server: Server, clients: ExitStack) -> None:
    people[0].arrange("create", name="games")
    guest = clients.enter_context(RawClient(server.port))
    guest.join("Gast", capabilities=CAPABLE)
    guest.tell(kind="arrange", id="1", do={"action": "create", "name": "mine"})
    assert guest.until("outcome")["code"] == Code.GUEST
    guest.tell(kind="arrange", id="2", do={"action": "direct", "keys": [people[0].key.public]})
    assert guest.until("outcome")["code"] == Code.GUEST
    guest.tell(kind="arrange", id="3", do={"action": "enter", "room": "games"})
    assert guest.until("outcome")["room"] == "games"
    people[0].say("hi guest", "games")
    while "hi guest" not in [m.get("text") for m in guest.messages()]:
        assert guest.next() is not None


def test_a_flood_of_rooms_ends_at_the_limit(people: list[Talker], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lanchat.server.arranging.MAX_ROOMS", 3)
    ana, ben, _ = people
    codes = [ana.arrange("create", name=f"r{n}").get("code", "") for n in range(4)]
    assert codes == ["", "", Code.TOO_MANY, Code.TOO_MANY]
    codes = [ana.arrange("enter", room="r0").get("code", "") for _ in range(60)]
    assert codes[-1] == Code.TOO_MANY  # no faster than somebody could want it
    assert "code" not in ben.arrange("enter", room="r0")


def test_who_asks_for_ten_thousand_rooms_is_told_so_and_nobody_else_minds(people: list[Talker], server: Server) -> None:
    ana, ben, _ = people
    for n in range(10_000):
        ana.raw.tell(kind="arrange", id=f"{n}", do={"action": "create", "name": f"r{n}"})
        if n % 100 == 99:
            while ana.raw.until("outcome")["id"] != f"{n}":
                pass
    outcomes = [frame for frame in ana.raw.seen if frame["type"] == "outcome"]
    made = [outcome for outcome in outcomes if not outcome.get("code")]
    assert 0 < len(made) <= MAX_ROOMS
    assert {outcome.get("code", Code.TOO_MANY) for outcome in outcomes} == {Code.TOO_MANY}
    assert len(outcomes) == 10_000
    assert len(ben.rooms()) == len(made) + 1
    ben.say("still here")
    ben.until_said("still here")


def test_all_devices_of_a_person_follow_the_same_rooms(
    people: list[Talker], server: Server, clients: ExitStack, make_key: MakeKey
) -> None:
    ana, ben, _ = people
    other = Talker(clients, server, make_key, "Ben")
    ana.arrange("create", name="games")
    ben.arrange("enter", room="games")
    assert other.raw.until("entered")["room"] == "games"
    ana.say("both of you", "games")
    other.until_said("both of you")
    ben.arrange("part", room="games")
    assert other.raw.until("parted")["room"] == "games"


def test_a_client_that_knows_one_room_sees_no_other(people: list[Talker], server: Server, clients: ExitStack) -> None:
    ana, ben, _ = people
    old = clients.enter_context(RawClient(server.port))
    old.join("Old")
    ana.arrange("create", name="games")
    ben.arrange("enter", room="games")
    ana.say("here", "games")
    ben.until_said("here")
    ana.say("there")
    old.until("message")
    assert old.texts() == ["there"]


def test_who_lags_in_one_room_gets_everything_of_all_in_order(
    people: list[Talker], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Edits and reactions at the border of the memory, too."""
    monkeypatch.setattr("lanchat.server.limits.RING_BYTES", 40_000)
    ana, ben, _ = people
    ana.arrange("create", name="games")
    ben.arrange("enter", room="games")
    ben.raw.sync()
    for n in range(60):  # 4 MB, which nobody reads at the other end: more than the sockets of both sides take
        for i in range(10):
            said = ana.say(f"{n}.{i} " + "x" * 6_000, "games" if i % 3 else "")
        ana.raw.until("message", id=said)
        said = ana.say("y" * 5_000, kind="edit", target=1)
        ana.raw.until("edited", id=said)
    ana.say("end", "games")
    ana.say("end of all")
    ben.until_said("end")
    ben.until_said("end of all")
    assert any(frame["type"] == "page" and frame.get("catchup") for frame in ben.raw.seen), "it never fell behind"
    for room, count in (("games", 2 + 60 * 6), ("lobby", 60 * 5 + 1)):
        assert [f["seq"] for f in ben.raw.entries() if f["room"] == room] == [*range(1, count + 1)]


def test_the_first_words_of_a_conversation_survive_a_break_before_them(
    server: Server, clients: ExitStack, make_key: MakeKey, people: list[Talker]
) -> None:
    """Nobody follows it then, and words for another room come in between, all in one batch."""
    ana, ben, _ = people
    name = ana.arrange("direct", keys=[ben.key.public])["room"]
    ana.raw.tell(kind="bye")
    ana.raw.until_end()
    again = Talker(clients, server, make_key, "Ana")
    lines = [{"type": "say", "id": f"x-{n}", "text": f"word {n}", "room": name if n % 2 else ""} for n in range(1, 8)]
    again.raw.send(b"".join(json.dumps(line).encode() + b"\n" for line in lines))
    for talker in (again, ben):
        talker.until_said("word 7")
        assert talker.texts(name) == ["word 1", "word 3", "word 5", "word 7"]
    assert [e["seq"] for e in ben.raw.messages() if e["room"] == name] == [1, 2, 3, 4]


def test_who_is_in_many_rooms_comes_in_all_the_same(
    server: Server, clients: ExitStack, make_key: MakeKey, people: list[Talker], monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than may wait for one member at a time: it is told piece by piece."""
    ana, ben, _ = people
    for n in range(20):
        ana.arrange("create", name=f"room-{n}")
        ana.say("x" * 4_000, f"room-{n}")
    ana.until_said("x" * 4_000)
    ana.say("the last one")
    ana.until_said("the last one")
    monkeypatch.setattr("lanchat.server.member.CONTROL_BYTES", 12_000)
    again = Talker(clients, server, make_key, "Ana")
    again.until_said("the last one")
    while len([frame for frame in again.raw.seen if frame["type"] == "entered"]) < 20:
        assert again.raw.next() is not None, "it was put out"
    assert len(again.rooms()) == 21
    del ben


def test_conversations_that_others_open_keep_nobody_from_opening_one(people: list[Talker]) -> None:
    ana, ben, cid = people
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lanchat.server.rooms.MAX_DIRECTS", 1)
        assert "code" not in ben.arrange("direct", keys=[ana.key.public])
        assert ben.arrange("direct", keys=[cid.key.public])["code"] == Code.TOO_MANY
        assert "code" not in ana.arrange("direct", keys=[cid.key.public])


def pipelined(talker: Talker, *lines: Frame) -> None:
    """All of it in one piece, so that the server meets it in one turn."""
    talker.raw.send(b"".join(json.dumps(line).encode() + b"\n" for line in lines))


def says_and_leaves(talker: Talker, *behind: Frame) -> None:
    do = {"action": "part", "room": "games"}
    word = {"type": "say", "id": "bye-1", "text": "bye", "room": "games"}
    pipelined(talker, word, {"type": "arrange", "id": "out", "do": do}, *behind)


def test_who_says_something_and_leaves_is_told_that_it_was_stored(people: list[Talker]) -> None:
    """Else it would wait for ever at its author's: nobody is told of a room that one is not in."""
    ana, ben, _ = people
    ana.arrange("create", name="games")
    ben.arrange("enter", room="games")
    says_and_leaves(ben)
    ben.raw.until("parted", room="games")
    assert ben.texts("games") == ["bye"]
    ana.until_said("bye")
    ana.say("is he gone?", "games")
    ana.until_said("is he gone?")
    assert ben.texts("games") == ["bye"]


def test_who_leaves_a_room_in_which_it_lags_gets_its_own_words_before(people: list[Talker]) -> None:
    ana, ben, _ = people
    ana.arrange("create", name="games")
    ben.arrange("enter", room="games")
    ben.raw.sync()
    for n in range(800):  # 5 MB, which nobody reads at the other end: more than the sockets of both sides take
        said = ana.say(f"{n} " + "x" * 6_000, "games")
    ana.raw.until("message", id=said)
    says_and_leaves(ben, {"type": "say", "id": "bye-2", "text": "and again", "room": "games"})
    ben.raw.until("parted", room="games")
    assert ben.raw.messages()[-1]["text"] == "bye"
    [refused] = [frame for frame in ben.raw.seen if frame["type"] == "error"]
    assert (refused["code"], refused["id"]) == (Code.ROOM_UNKNOWN, "bye-2")


def test_who_comes_back_before_it_has_left_is_in(people: list[Talker]) -> None:
    ana, ben, _ = people
    ana.arrange("create", name="games")
    ben.arrange("enter", room="games")
    says_and_leaves(ben, {"type": "arrange", "id": "in", "do": {"action": "enter", "room": "games"}})
    ben.raw.until("outcome", id="in")
    ana.until_said("bye")
    ana.say("welcome back", "games")
    ben.until_said("welcome back")
    ben.say("thank you", "games")
    ben.until_said("thank you")
    # Twice where the leave was complete before: who enters is sent the history
    assert list(dict.fromkeys(ben.texts("games"))) == ["bye", "welcome back", "thank you"]


def test_words_for_a_room_that_one_is_not_in_are_refused(people: list[Talker]) -> None:
    ana, ben, cid = people
    ana.arrange("create", name="games")
    ana.say("one", "games")
    target = ana.until_said("one")["seq"]
    for fields in ({}, {"kind": "edit", "target": target}, {"kind": "react", "target": target, "emoji": "x"}):
        said = ben.say("let me", "games", **fields)
        error = ben.raw.until("error")
        assert (error["code"], error["id"]) == (Code.ROOM_UNKNOWN, said)
        assert error["detail"] == "You are not in “games”: enter it first."
    ana.say("two", "games")
    ana.until_said("two")
    assert ana.texts("games") == ["one", "two"]
    del cid


def test_a_room_left_on_another_device_is_told_at_the_next_start(
    server: Server, clients: ExitStack, make_key: MakeKey, people: list[Talker]
) -> None:
    """Of conversations nothing is told, and nothing of rooms that one is in, or has no copy of."""
    ana, ben, _ = people
    for name in ("games", "work", "other"):
        ana.arrange("create", name=name)
    direct = ben.arrange("direct", keys=[ana.key.public])["room"]
    ben.arrange("enter", room="work")
    rooms = {"lobby": 0, "games": 1, "work": 1, "nowhere": 7, direct: 1}
    resume = {"journal": ana.welcome["journal"], "rooms": rooms}
    again = Talker(clients, server, make_key, "Ben", resume=resume)
    again.raw.until("entered", room="work")
    again.raw.sync()
    assert {f["room"] for f in again.raw.seen if f["type"] == "parted"} == {"games", "nowhere"}
    old = clients.enter_context(RawClient(server.port, tls=True))
    old.join("Ben", key=ben.key, resume=resume)
    assert not [frame for frame in old.sync() if frame["type"] == "parted"]


def test_a_word_that_comes_while_one_joins_brings_nothing_twice(
    server: Server, clients: ExitStack, make_key: MakeKey, people: list[Talker]
) -> None:
    """A conversation is entered where one was, though somebody speaks in it before one has come to it."""
    ana, ben, _ = people
    ana.arrange("create", name="games")
    ben.arrange("enter", room="games")
    name = ana.arrange("direct", keys=[ben.key.public])["room"]
    ana.say("before", name)
    ben.until_said("before")
    ben.raw.tell(kind="bye")
    ben.raw.until_end()
    for n in range(800):  # as above
        said = ana.say(f"{n} " + "x" * 6_000, "games")
    ana.raw.until("message", id=said)
    resume = {"journal": ben.welcome["journal"], "rooms": {"lobby": 0, "games": 1, name: 1}}
    again = Talker(clients, server, make_key, "Ben", resume=resume)
    again.raw.until("entered", room="games")
    ana.say("news", name)
    ana.until_said("news")
    again.until_said("news")
    assert again.texts(name) == ["news"]


def test_nobody_is_drowned_in_conversations(people: list[Talker], monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is a cursor of every connection of theirs, and a client believes in so many rooms."""
    monkeypatch.setattr("lanchat.server.rooms.MAX_MET", 1)
    ana, ben, cid = people
    name = ben.arrange("direct", keys=[ana.key.public])["room"]
    refused = cid.arrange("direct", keys=[ana.key.public])
    assert (refused["code"], refused["detail"]) == (Code.TOO_MANY, "“Ana” is in too many conversations.")
    assert ben.arrange("direct", keys=[ana.key.public])["room"] == name, "that one is there"
    assert "code" not in ana.arrange("direct", keys=[cid.key.public]), "she may still open her own"


def test_who_is_not_in_a_room_is_not_told_of_there(people: list[Talker]) -> None:
    ana, ben, cid = people
    ana.arrange("create", name="games")
    cid.arrange("enter", room="games")
    for talker in (ben, cid):
        talker.raw.tell(kind="typing", room="games")
        talker.raw.tell(kind="read", room="games", seq=1)
        talker.raw.sync()
    assert ana.raw.until("seen", room="games")["key"] == cid.key.public
    assert {f["nick"] for f in ana.raw.seen if f["type"] == "typed"} == {"Cid"}
    ben.arrange("enter", room="games")
    [entered] = [frame for frame in ben.raw.seen if frame["type"] == "entered"]
    assert "read" not in entered


def test_in_slow_mode_a_topic_is_a_word(serve: Serve, clients: ExitStack, make_key: MakeKey) -> None:
    server = serve(owner=lambda: (make_key("Olga").public, "Olga"))
    olga, ben = (Talker(clients, server, make_key, nick) for nick in ("Olga", "Ben"))
    ben.arrange("create", name="games")
    olga.raw.tell(kind="moderate", id="m", do={"action": "slow", "seconds": 3_600})
    olga.raw.until("outcome", id="m")
    assert "code" not in ben.arrange("topic", room="games", text="one")
    assert ben.arrange("topic", room="games", text="two")["code"] == Code.SLOW
    assert "code" not in ben.arrange("enter", room="games")
    ben.say("three", "games")
    assert ben.raw.until("error")["code"] == Code.SLOW


def test_who_enters_many_rooms_at_once_is_let_into_all(people: list[Talker], monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where they bring more than may wait for one member, as rooms do in which much is pinned."""
    ana, ben, _ = people
    rooms = [f"room-{n}" for n in range(20)]
    for room in rooms:
        ana.arrange("create", name=room, topic="x" * MAX_TOPIC)
    ben.raw.sync()
    monkeypatch.setattr("lanchat.server.member.CONTROL_BYTES", 4_000)
    pipelined(ben, *({"type": "arrange", "id": room, "do": {"action": "enter", "room": room}} for room in rooms))
    ana.say("the last one", rooms[-1])
    ben.until_said("the last one")
    assert {f["room"] for f in ben.raw.seen if f["type"] == "entered"} == set(rooms)
