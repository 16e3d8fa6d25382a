"""The talk of a room over real sockets: joining, speaking, renaming, leaving."""

from __future__ import annotations

import json
import threading

import pytest

from lanchat.protocol.limits import MAX_FRAME, MAX_NICK, MAX_TEXT
from lanchat.server import Server, limits
from lanchat.server.files import MAX_FILE
from tests.server.conftest import Connect, Serve
from tests.server.raw_client import RawClient, wait_until


def test_the_smallest_talk_that_anyone_can_write(server: Server) -> None:
    """As docs/protocol.md shows it; the order of the fields is a promise to programs that look for strings."""
    with RawClient(server.port) as client:
        client.send(b'{"type":"hello","version":1,"nick":"Ana"}\n')
        welcome = client.read_line()
        assert welcome is not None
        assert welcome.startswith(b'{"type":"welcome",')
        client.send(b'{"type":"say","id":"a1","text":"hi"}\n')
        while (line := client.read_line()) is not None and not line.startswith(b'{"type":"message"'):
            continue
        assert line is not None
        message = json.loads(line)
        assert list(message) == ["type", "room", "seq", "id", "at", "nick", "key", "text"]
        assert {**message, "at": 0} == {
            "type": "message", "room": "lobby", "seq": 1, "id": "a1", "at": 0, "nick": "Ana", "key": None, "text": "hi",
        }  # fmt: skip


@pytest.mark.parametrize("tls", [False, True])
def test_welcome_tells_the_server_the_journal_and_the_limits(server: Server, tls: bool) -> None:
    with RawClient(server.port, tls=tls) as client:
        welcome = client.join("Ana")
        client.tell(kind="info")
        info = client.until("info")
    assert welcome["version"] == 1
    assert (welcome["id"], welcome["run"], welcome["name"]) == (server.id, server.run, "Room")
    assert (welcome["nick"], welcome["room"], welcome["head"]) == ("Ana", "lobby", 0)
    assert welcome["max_users"] == limits.MAX_CLIENTS
    assert welcome["highest"] == {}
    assert len(welcome["journal"]) == 32
    assert welcome["limits"] == {
        "frame": MAX_FRAME,
        "text": MAX_TEXT,
        "nick": MAX_NICK,
        "page": 200,
        "rate": None,
        "file": MAX_FILE,
    }
    assert (info["id"], info["port"], info["users"], info["locked"]) == (server.id, server.port, 1, False)


def test_anyone_may_ask_about_the_server_without_joining(connect: Connect) -> None:
    connect("Ana")
    asker = connect()
    asker.tell(kind="info")
    answer = asker.until("info")
    assert (answer["name"], answer["users"], answer["max_users"]) == ("Room", 1, limits.MAX_CLIENTS)


def test_a_message_goes_to_all_its_author_included_with_growing_seq(connect: Connect) -> None:
    ana, bob = connect("Ana"), connect("Bob", tls=True)
    ana.say("1", "hello")
    bob.until("message", id="1")
    bob.say("2", "ça va? 🙂\nsecond line")
    for client in (ana, bob):
        client.until("message", id="2")
        assert [(m["seq"], m["nick"], m["text"]) for m in client.messages()] == [
            (1, "Ana", "hello"),
            (2, "Bob", "ça va? 🙂\nsecond line"),
        ]


def test_all_see_one_order_whoever_speaks_when(connect: Connect) -> None:
    clients = [connect(f"P{i}", tls=i % 2 == 0) for i in range(4)]

    def talk(client: RawClient, number: int) -> None:
        for n in range(50):
            client.say(f"{number}-{n}", f"{number} says {n}")
        while len(client.messages()) < 200:
            client.until("message")

    threads = [threading.Thread(target=talk, args=(c, i)) for i, c in enumerate(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    orders = [[(m["seq"], m["id"]) for m in client.messages()] for client in clients]
    assert orders[0] == orders[1] == orders[2] == orders[3]
    assert [seq for seq, _ in orders[0]] == list(range(1, 201))
    for number in range(4):
        assert [i for _, i in orders[0] if i.startswith(f"{number}-")] == [f"{number}-{n}" for n in range(50)]


def test_a_newcomer_gets_the_roster_and_the_others_hear_of_it(connect: Connect) -> None:
    ana = connect("Ana")
    bob = connect("Bob")
    assert bob.roster() == ["Ana", "Bob"]
    ana.until_change(change="joined", nick="Bob")
    ana.until_here("Ana", "Bob")
    bob.close()
    ana.until_change(change="left", nick="Bob")
    ana.until_here("Ana")


def test_the_roster_says_who_talks_without_encryption(connect: Connect) -> None:
    connect("Ana")
    bob = connect("Bob", tls=True)
    [roster] = [frame for frame in bob.seen if frame["type"] == "roster"]
    members = {m["nick"]: m.get("clear", False) for m in roster["members"]}
    assert members == {"Ana": True, "Bob": False}


def test_who_speaks_has_joined(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    """Presence is gathered, but never told after an entry of who came."""
    monkeypatch.setattr(limits, "PRESENCE_DELAY", 3600.0)
    ana = connect("Ana")
    bob = connect("Bob")
    bob.say("1", "I am here")
    ana.until("message")
    kinds = [f["type"] for f in ana.seen]
    assert kinds[-2:] == ["presence", "message"]
    assert "Bob" in ana.roster()


def test_many_joins_are_told_together(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PRESENCE_DELAY", 3600.0)
    ana = connect("Ana")
    for number in range(20):
        connect(f"Guest {number}")
    ana.say("1", "flush")
    ana.until("message")
    told = [frame for frame in ana.seen if frame["type"] == "presence"]
    assert len(told) == 1
    assert len(ana.roster()) == 21


def test_rename(connect: Connect) -> None:
    ana, bob = connect("Ana"), connect("Bob")
    bob.tell(kind="rename", nick="  Robert   the 2nd ")
    change = ana.until_change(change="renamed", was="Bob")
    assert change == {"change": "renamed", "nick": "Robert the 2nd", "clear": True, "was": "Bob"}
    ana.until_here("Ana", "Robert the 2nd")
    bob.say("1", "still me")
    assert ana.until("message")["nick"] == "Robert the 2nd"
    connect("Bob")  # the old name is free again


def test_rename_to_a_name_that_is_taken_or_malformed_changes_nothing(connect: Connect) -> None:
    ana, bob = connect("Ana"), connect("Bob")
    bob.tell(kind="rename", nick="ana")
    error = bob.until("error")
    assert (error["code"], error["suggestion"]) == ("nick_taken", "ana 2")
    bob.tell(kind="rename", nick="Bo\nb")
    assert bob.until("error")["code"] == "nick_invalid"
    bob.tell(kind="rename", nick="BOB")  # the same name in other letters is still one's own
    ana.until_change(change="renamed", nick="BOB", was="Bob")


@pytest.mark.parametrize("tls", [False, True])
def test_bye_leaves_and_the_name_is_free_at_once(connect: Connect, tls: bool) -> None:
    """Behind all that was said before, though who leaves reads nothing of it till then."""
    ana, bob = connect("Ana"), connect("Bob", tls=tls)
    for n in range(60):
        bob.say(str(n), "😀" * MAX_TEXT)
    bob.say("last", "last words")
    bob.tell(kind="bye")
    bob.until_end()
    assert ana.until("message", id="last")["text"] == "last words"
    ana.until_here("Ana")
    connect("Bob")


def test_a_torn_connection_leaves_too(connect: Connect) -> None:
    ana, bob = connect("Ana"), connect("Bob")
    ana.until_here("Ana", "Bob")
    bob.reset()
    ana.until_here("Ana")


def test_a_taken_name_is_refused_with_a_free_one_and_asked_for_again(connect: Connect) -> None:
    connect("Ana")
    other = connect()
    refused = other.hello("ANA")
    assert (refused["type"], refused["code"], refused["suggestion"]) == ("refused", "nick_taken", "ANA 2")
    assert "ANA" in refused["detail"]
    assert other.join(refused["suggestion"])["nick"] == "ANA 2"


def test_a_second_hello_is_an_error_and_nothing_else(connect: Connect) -> None:
    ana = connect("Ana")
    ana.tell(kind="hello", version=1, nick="Eva")
    assert ana.until("error")["code"] == "hello_again"
    ana.say("1", "still here")
    assert ana.until("message")["nick"] == "Ana"


def test_nothing_can_be_said_before_hello(connect: Connect) -> None:
    client = connect()
    for frame in ({"kind": "say", "id": "1", "text": "x"}, {"kind": "history"}, {"kind": "rename", "nick": "x"}):
        client.tell(**frame)
        assert client.until("error")["code"] == "hello_first"
    assert client.join("Ana")["head"] == 0


def test_another_version_is_refused_with_a_sentence(server: Server, connect: Connect) -> None:
    client = connect()
    refused = client.hello("Ana", version=2)
    assert (refused["type"], refused["code"]) == ("refused", "version")
    assert "Update the older one" in refused["detail"]
    assert client.until_end() == []
    wait_until(lambda: server.info().users == 0)


def test_a_full_room_is_refused_and_has_place_again_when_somebody_leaves(serve: Serve) -> None:
    server = serve(max_clients=2)
    with RawClient(server.port) as ana, RawClient(server.port) as bob, RawClient(server.port) as eva:
        ana.join("Ana")
        bob.join("Bob")
        refused = eva.hello("Eva")
        assert (refused["type"], refused["code"]) == ("refused", "full")
        assert "2" in refused["detail"]
        assert eva.until_end() == []
        bob.tell(kind="bye")
        bob.until_end()
        with RawClient(server.port) as eva_again:
            eva_again.join("Eva")


def test_a_say_for_an_unknown_room_is_answered_with_its_id(connect: Connect) -> None:
    ana = connect("Ana")
    ana.say("7", "anyone?", room="cellar")
    error = ana.until("error")
    assert (error["code"], error["id"]) == ("room_unknown", "7")
    ana.say("8", "here", room="lobby")
    ana.until("message", id="8", seq=1)


def test_unknown_fields_are_ignored(connect: Connect) -> None:
    ana = connect("Ana", colour="green")
    ana.say("1", "hi", mood="good")
    assert "mood" not in ana.until("message", id="1")
