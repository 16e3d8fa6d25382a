"""How people are here, and what is told of their reading: the pure parts, and over real sockets."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from lanchat.protocol.limits import SEEN_EVERY, STATUS_EVERY
from lanchat.protocol.presence import Seen, State, Status
from lanchat.protocol.rooms import direct_name
from lanchat.server import Server
from lanchat.server.receipts import Receipts
from lanchat.server.roster import Roster
from lanchat.server.statuses import Statuses, cleaned, most_present
from tests.server.conftest import Connect, Serve
from tests.server.raw_client import wait_until
from tests.server.test_conversation import MakeKey
from tests.server.test_rooms import Talker

ANA = "a" * 43


@pytest.mark.parametrize(
    ("states", "counts"),
    [
        ([], ""),
        (["idle"], "idle"),
        (["idle", ""], ""),
        (["", "away"], ""),
        (["away", "idle"], "away"),
        (["away", "busy"], "busy"),
        (["busy", "away"], "away"),
    ],
)
def test_the_most_present_connection_counts(states: list[State], counts: str) -> None:
    assert most_present(map(Status, states)).state == counts


def test_a_text_is_one_clean_line_and_only_of_who_said_it() -> None:
    assert cleaned(Status("away", "out\n\u202eto lunch ")) == Status("away", "out to lunch")
    assert cleaned(Status("idle", "x")) == Status("idle")
    assert cleaned(Status("", "x", last=False)) == Status(last=False)


def roster() -> Roster:
    made = Roster("lobby", {})
    made.join("Ana", ANA, clear=False)
    made.presence()
    return made


def told(made: Roster) -> list[tuple[str, str, str]]:
    return [(c.change, c.state, c.text) for frame in made.presence() for c in frame.changes]


def test_a_flood_of_changes_is_told_now_and_then_and_the_last_one_holds() -> None:
    made = roster()
    (ana,), statuses = made.lines(), Statuses(made)
    statuses.note(ana, [Status("away", "1")], 100.0)
    assert told(made) == [("status", "away", "1")]
    for n in range(2, 50):
        statuses.note(ana, [Status("away", str(n))], 100.0 + n / 1000)
    assert told(made) == []
    assert statuses.due == 100.0 + STATUS_EVERY
    statuses.on_time(100.0 + STATUS_EVERY)
    assert told(made) == [("status", "away", "49")]
    assert statuses.due is None
    statuses.note(ana, [Status("away", "49")], 200.0)
    assert told(made) == []  # no news


def test_the_muted_say_nothing_by_it() -> None:
    made = roster()
    (ana,) = made.lines()
    assert made.be(ana, "away", "rude")
    made.mute(ana, 10**13)
    made.presence()
    assert ana.member().text == ""
    assert made.be(ana, "busy", "rude again")
    assert told(made) == [("status", "busy", "")]


def test_who_is_gone_changes_no_more() -> None:
    made = roster()
    (ana,), statuses = made.lines(), Statuses(made)
    statuses.note(ana, [Status("idle")], 100.0)
    statuses.note(ana, [Status("away")], 100.5)
    made.leave(ana, 101.0, goodbye=True)
    made.presence()
    statuses.on_time(110.0)
    assert told(made) == []


def test_read_markers_are_gathered_for_each_person_and_room() -> None:
    receipts = Receipts()
    receipts.note("lobby", ANA, 3, 100.0)
    assert receipts.take(100.0) == [Seen("lobby", ANA, 3)]
    receipts.note("lobby", ANA, 4, 100.1)
    receipts.note("lobby", ANA, 9, 100.2)
    receipts.note("games", ANA, 1, 100.2)
    assert receipts.take(100.3) == [Seen("games", ANA, 1)]
    assert receipts.due == 100.0 + SEEN_EVERY
    assert receipts.take(100.0 + SEEN_EVERY) == [Seen("lobby", ANA, 9)]
    assert receipts.due is None
    receipts.take(200.0)
    assert not receipts._told  # nothing stays of who is silent


# Over real sockets


def test_others_hear_how_somebody_is_and_so_does_who_comes_later(connect: Connect, make_key: MakeKey) -> None:
    ana, ben = connect("Ana", key=make_key("Ana")), connect("Ben", key=make_key("Ben"))
    ana.tell(kind="status", state="away", text="lunch\nuntil one")
    change = ben.until_change(change="status", nick="Ana")
    assert (change["state"], change["text"]) == ("away", "lunch until one")
    late = connect("Late")
    (line,) = [m for f in late.seen if f["type"] == "roster" for m in f["members"] if m["nick"] == "Ana"]
    assert (line["state"], line["text"]) == ("away", "lunch until one")
    ana.tell(kind="status", state="asleep")
    assert ana.until("error")["code"] == "invalid"
    ana.tell(kind="status", state="away", text="x" * 81)
    assert ana.until("error")["code"] == "invalid"


def test_of_two_connections_the_present_one_counts_until_it_goes(connect: Connect, make_key: MakeKey) -> None:
    key = make_key("Ana")
    first, ben = connect("Ana", key=key), connect("Ben")
    first.tell(kind="status", state="away", text="trip")
    ben.until_change(change="status", state="away")
    second = connect("Ana", key=key)
    assert ben.until_change(change="status", nick="Ana", state=None)  # here: the default is left out
    second.tell(kind="bye")
    ben.seen.clear()
    ben.until_change(change="status", state="away", text="trip")


def test_an_old_client_sees_nothing_of_it(server: Server, connect: Connect, make_key: MakeKey) -> None:
    plain = connect()
    plain.send(b"Gast\n")
    wait_until(lambda: len(server._broadcaster._roster) == 1)
    ana = connect("Ana", key=make_key("Ana"))
    ana.tell(kind="status", state="busy")
    ana.until_change(change="status", state="busy")
    ana.say("r-1", "hello")
    got = b""
    while b"hello" not in got:
        got += plain.read()
    assert b"busy" not in got


@pytest.fixture
def pair(server: Server, clients: ExitStack, make_key: MakeKey) -> tuple[Talker, Talker, str]:
    """Ana and Ben, and the room of the two in which something was said."""
    ana, ben = (Talker(clients, server, make_key, nick) for nick in ("Ana", "Ben"))
    room = ana.arrange("direct", keys=[ben.key.public])["room"]
    ana.say("psst", room)
    ben.until_said("psst")
    return ana, ben, room


def test_what_was_read_is_told_where_its_reader_lets_it(pair: tuple[Talker, Talker, str]) -> None:
    ana, ben, room = pair
    ben.raw.tell(kind="read", seq=1, room=room)
    assert ana.raw.until("seen", room=room) == {"type": "seen", "room": room, "key": ben.key.public, "seq": 1}
    ben.raw.tell(kind="read", seq=1, room=room, public=False)
    assert ana.raw.until("seen", room=room)["seq"] == 0
    ana.say("and this?", room)
    ben.until_said("and this?")
    ben.raw.tell(kind="read", seq=2, room=room, public=False)
    ben.raw.sync()
    ana.say("end", room)
    ana.until_said("end")
    assert [f["seq"] for f in ana.raw.seen if f["type"] == "seen" and f["key"] == ben.key.public] == [1, 0]


@pytest.mark.parametrize("public", [True, False])
def test_what_was_read_is_told_to_the_readers_other_device_whatever_others_may_know(
    server: Server, clients: ExitStack, make_key: MakeKey, public: bool
) -> None:
    ana, phone, ben = (Talker(clients, server, make_key, nick) for nick in ("Ana", "Ana", "Ben"))
    for n in (1, 2):
        ana.say(f"{n}")
        ben.until_said(f"{n}")
        ana.raw.tell(kind="read", seq=n, public=public)
        phone.raw.until("seen", key=ana.key.public, seq=n)
    ben.raw.sync()
    told = [f["seq"] for f in ben.raw.seen if f["type"] == "seen" and f["key"] == ana.key.public]
    assert bool(told) == public


def test_who_comes_is_told_what_was_read_and_a_restart_forgets_nothing(
    serve: Serve, clients: ExitStack, make_key: MakeKey
) -> None:
    server = serve()
    ana, ben = (Talker(clients, server, make_key, nick) for nick in ("Ana", "Ben"))
    ana.say("one")
    ben.until_said("one")
    ben.raw.tell(kind="read", seq=1)
    ana.raw.until("seen", key=ben.key.public, seq=1)
    ana.raw.tell(kind="read", seq=1, public=False)
    ana.raw.sync()
    server.close()
    again = serve()
    ana, cid = (Talker(clients, again, make_key, nick) for nick in ("Ana", "Cid"))
    assert ana.welcome["read"] == 1
    cid.raw.sync()
    assert [(f["key"], f["seq"]) for f in cid.raw.seen if f["type"] == "seen"] == [(ben.key.public, 1)]


def test_in_a_large_room_nobody_is_told_who_read(
    connect: Connect, make_key: MakeKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lanchat.server.stage.READERS_ROOM", 1)
    ana, ben = connect("Ana", key=make_key("Ana")), connect("Ben", key=make_key("Ben"))
    ana.say("r-1", "one")
    ben.until("message")
    ben.tell(kind="read", seq=1)
    ben.sync()
    ana.say("r-2", "two")
    ana.until("message", text="two")
    assert not [f for f in ana.seen if f["type"] == "seen"]


def test_when_somebody_was_here_last_is_told_to_who_talks_with_them_alone(
    server: Server, clients: ExitStack, make_key: MakeKey, pair: tuple[Talker, Talker, str]
) -> None:
    ana, ben, room = pair
    ben.raw.tell(kind="bye")
    ana.raw.until_change(change="left", nick="Ben")
    again = Talker(clients, server, make_key, "Ana")
    (person,) = [p for p in again.rooms()[room]["people"] if p["key"] == ben.key.public]
    assert person["last"] > 1_700_000_000_000
    ben = Talker(clients, server, make_key, "Ben")
    ben.raw.tell(kind="status", last=False)
    ben.raw.tell(kind="bye")
    ana.raw.seen.clear()
    ana.raw.until_change(change="left", nick="Ben")
    again = Talker(clients, server, make_key, "Ana")
    (person,) = [p for p in again.rooms()[room]["people"] if p["key"] == ben.key.public]
    assert "last" not in person


def test_departures_survive_a_restart(serve: Serve, clients: ExitStack, make_key: MakeKey) -> None:
    server = serve()
    ana, ben = (Talker(clients, server, make_key, nick) for nick in ("Ana", "Ben"))
    room = ana.arrange("direct", keys=[ben.key.public])["room"]
    ana.say("psst", room)
    ben.until_said("psst")
    server.close()
    again = Talker(clients, serve(), make_key, "Ana")
    assert direct_name([ana.key.public, ben.key.public]) == room
    (person,) = [p for p in again.rooms()[room]["people"] if p["key"] == ben.key.public]
    assert person["last"] > 1_700_000_000_000
