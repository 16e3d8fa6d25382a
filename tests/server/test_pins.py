"""Pinned messages, over real sockets: who may, how many, what newcomers are told, what a restart keeps."""

from __future__ import annotations

from contextlib import ExitStack, closing

import pytest

from lanchat.journal import Journal
from lanchat.protocol.limits import MAX_PIN_TEXT
from lanchat.server import Server
from lanchat.server.retention import Keep
from tests.server.conftest import Connect, Serve
from tests.server.raw_client import Frame, wait_until
from tests.server.test_conversation import MakeKey
from tests.server.test_rooms import Talker


@pytest.fixture
def games(server: Server, clients: ExitStack, make_key: MakeKey) -> tuple[Talker, Talker]:
    """Ana made a room, and Ben is in it; three things were said."""
    ana, ben = (Talker(clients, server, make_key, nick) for nick in ("Ana", "Ben"))
    ana.arrange("create", name="games")
    ben.arrange("enter", room="games")
    for text in ("one", "two", "three"):
        ana.say(text, "games")
        ben.until_said(text)
    return ana, ben


def pins(talker: Talker, room: str) -> list[Frame]:
    """As somebody who comes in anew is told."""
    talker.arrange("part", room=room)
    talker.raw.seen.clear()
    talker.arrange("enter", room=room)
    talker.raw.sync()
    told = [f for f in talker.raw.seen if f["type"] == "pins" and f["room"] == room]
    return [pin for frame in told for pin in frame["pins"]]


def test_a_pin_is_an_entry_and_who_comes_later_is_told(games: tuple[Talker, Talker]) -> None:
    ana, ben = games
    assert ana.arrange("keep", room="games", seq=3)["room"] == "games"
    entry = ben.raw.until("pinned")
    assert (entry["seq"], entry["target"], entry["on"], entry["nick"]) == (5, 3, True, "Ana")
    assert "code" not in ana.arrange("keep", room="games", seq=3)  # again: nothing comes of it
    ana.arrange("keep", room="games", seq=2)
    ana.say("ONE" + "x" * 500, "games", kind="edit", target=2)
    ben.raw.until("edited")
    told = pins(ben, "games")
    assert [(pin["seq"], pin["nick"]) for pin in told] == [(3, "Ana"), (2, "Ana")]
    assert told[1]["text"] == ("ONE" + "x" * 500)[:MAX_PIN_TEXT]
    ana.arrange("keep", room="games", seq=3, on=False)
    assert [pin["seq"] for pin in pins(ben, "games")] == [2]


def test_what_is_deleted_is_pinned_no_more(games: tuple[Talker, Talker]) -> None:
    ana, ben = games
    ana.arrange("keep", room="games", seq=3)
    ana.raw.tell(kind="moderate", id="d", do={"action": "delete", "seq": 3, "room": "games"})
    assert "code" not in ana.raw.until("outcome", id="d")
    assert pins(ben, "games") == []
    assert ana.arrange("keep", room="games", seq=3)["code"] == "nobody"


def test_only_who_has_a_say_in_the_room_pins(games: tuple[Talker, Talker], connect: Connect) -> None:
    ana, ben = games
    assert ben.arrange("keep", room="games", seq=2)["code"] == "not_allowed"
    assert ben.arrange("keep", seq=1)["code"] == "not_allowed"  # in the first room, nobody's
    assert ben.arrange("keep", room="nowhere", seq=1)["code"] == "room_unknown"
    assert ana.arrange("keep", room="games", seq=99)["code"] == "nobody"
    assert ana.arrange("keep", room="games", seq=1)["code"] == "nobody"  # its topic is no message
    guest = connect("Gast")
    guest.tell(kind="arrange", id="1", do={"action": "keep", "room": "games", "seq": 2})
    assert guest.until("outcome")["code"] == "guest"
    guest.tell(kind="arrange", id="2", do={"action": "keep", "room": "games", "seq": -2})
    assert guest.until("error")["code"] == "invalid"
    room = ana.arrange("direct", keys=[ben.key.public])["room"]
    ana.say("psst", room)
    ben.until_said("psst")
    assert "code" not in ben.arrange("keep", room=room, seq=1)
    assert ana.raw.until("pinned", room=room)["nick"] == "Ben"
    stranger = connect("Cid")
    stranger.tell(kind="arrange", id="3", do={"action": "keep", "room": room, "seq": 1})
    assert stranger.until("outcome")["code"] == "guest"


def test_there_are_only_so_many(games: tuple[Talker, Talker], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lanchat.server.arranging.MAX_PINS", 2)
    ana, _ = games
    assert [ana.arrange("keep", room="games", seq=seq).get("code") for seq in (2, 3, 4)] == [None, None, "too_many"]
    ana.arrange("keep", room="games", seq=2, on=False)
    assert "code" not in ana.arrange("keep", room="games", seq=4)


def test_what_is_no_longer_kept_takes_nobodys_place(
    serve: Serve, clients: ExitStack, make_key: MakeKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody could unpin it."""
    monkeypatch.setattr("lanchat.server.arranging.MAX_PINS", 2)
    monkeypatch.setattr("lanchat.server.retention.EVERY", 0.05)
    server = serve(keep=Keep(size=100))
    ana = Talker(clients, server, make_key, "Ana")
    ana.arrange("create", name="games")
    for text in ("one", "two", "x" * 100):
        ana.say(text, "games")
        ana.until_said(text)
        if len(text) == 3:
            ana.arrange("keep", room="games", seq=ana.until_said(text)["seq"])
    with closing(Journal.read(server.data / "journal.db")) as reader:
        wait_until(lambda: reader.message("games", 4) is None)
    assert "code" not in ana.arrange("keep", room="games", seq=ana.until_said("x" * 100)["seq"])


def test_a_restart_keeps_them(serve: Serve, clients: ExitStack, make_key: MakeKey) -> None:
    server = serve()
    ana = Talker(clients, server, make_key, "Ana")
    ana.arrange("create", name="games")
    ana.say("one", "games")
    ana.until_said("one")
    ana.arrange("keep", room="games", seq=2)
    server.close()
    ben = Talker(clients, serve(), make_key, "Ben")
    assert [(p["seq"], p["nick"], p["text"]) for p in pins(ben, "games")] == [(2, "Ana", "one")]


def test_a_plain_text_client_reads_a_line(connect: Connect, server: Server, make_key: MakeKey) -> None:
    owner = make_key("Olga")
    server.data.joinpath("owners").write_text(owner.public + "\n")
    plain = connect()
    plain.send(b"Gast\n")
    olga = connect("Olga", key=owner)
    olga.say("r-1", "the rules")
    olga.until("message")
    olga.tell(kind="arrange", id="1", do={"action": "keep", "seq": 1})
    assert "code" not in olga.until("outcome")
    got = b""
    while "* Olga pinned a message, Olga: “the rules”\n".encode() not in got:
        got += plain.read()
