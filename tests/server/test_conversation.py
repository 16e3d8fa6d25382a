"""Answers, edits and reactions, over real sockets: who may, what is stored, what becomes of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from lanchat import journal
from lanchat.identity import MemberKey
from lanchat.protocol.limits import MAX_REACTIONS
from lanchat.server import Server, room
from tests.server.conftest import Connect, Serve
from tests.server.raw_client import Frame, RawClient, wait_until

MakeKey = Callable[[str], MemberKey]


class People:
    def __init__(self, connect: Connect, make_key: MakeKey) -> None:
        self.ana, self.ben = (connect(nick, key=make_key(nick)) for nick in ("Ana", "Ben"))
        self._n = {"Ana": 0, "Ben": 0}

    def say(self, client: RawClient, kind: str, **fields: Any) -> Frame:
        """What becomes of it: an entry, or an error."""
        nick = "Ana" if client is self.ana else "Ben"
        self._n[nick] += 1
        name = f"{nick}-{self._n[nick]}"
        client.tell(kind=kind, id=name, **fields)
        while (frame := client.next()) is not None:
            if frame.get("id") == name:
                return frame
        raise AssertionError("closed")


@pytest.fixture
def people(connect: Connect, make_key: MakeKey) -> People:
    return People(connect, make_key)


def test_an_answer_names_what_it_answers(people: People) -> None:
    said = people.say(people.ana, "say", text="lunch?")
    assert "reply" not in said
    answer = people.say(people.ben, "say", text="yes", reply=said["seq"])
    assert people.ana.until("message", text="yes") == answer
    assert answer["reply"] == said["seq"]


def test_a_message_and_its_edit_in_one_go(people: People, server: Server) -> None:
    for line in (
        '{"type":"say","id":"r-1","text":"tpyo"}',
        '{"type":"edit","id":"r-2","target":1,"text":"typo"}',
        '{"type":"react","id":"r-3","target":1,"emoji":"👍"}',
    ):
        people.ana.send(line.encode() + b"\n")
    assert people.ben.until("edited")["text"] == "typo"
    assert people.ben.until("reacted")["emoji"] == "👍"
    assert server._broadcaster._rooms.first.head == 3


def test_only_the_author_changes_a_message_and_every_version_is_kept(people: People, connect: Connect) -> None:
    seq = people.say(people.ana, "say", text="one")["seq"]
    refused = people.say(people.ben, "edit", target=seq, text="hacked")
    assert (refused["type"], refused["code"]) == ("error", "not_allowed")
    guest = connect("Ana 2")
    guest.tell(kind="edit", id="1", target=seq, text="hacked")
    assert guest.until("error", id="1")["code"] == "not_allowed"
    edited = people.say(people.ana, "edit", target=seq, text="two")
    assert (edited["type"], edited["target"], edited["text"], edited["nick"]) == ("edited", seq, "two", "Ana")
    people.say(people.ana, "edit", target=seq, text="three")
    late = connect("Late")
    pages = [frame for frame in late.seen if frame["type"] == "page"] or [late.until("page")]
    assert [entry["text"] for entry in pages[0]["entries"]] == ["one", "two", "three"]


def test_a_guest_cannot_change_what_a_guest_said(connect: Connect) -> None:
    guest = connect("Gast")
    guest.say("1", "hm")
    seq = guest.until("message")["seq"]
    guest.tell(kind="edit", id="2", target=seq, text="hmm")
    assert guest.until("error", id="2")["code"] == "not_allowed"
    guest.tell(kind="react", id="3", target=seq, emoji="🙈")
    assert guest.until("reacted")["key"] is None


@pytest.mark.parametrize("target", [0, 1, 2, 99, 2**53 - 1])
def test_what_is_not_there_is_said(people: People, target: int) -> None:
    seq = people.say(people.ana, "say", text="one")["seq"]
    people.say(people.ana, "edit", target=seq, text="an edit is no message")
    people.ana.tell(kind="moderate", id="m", do={"action": "delete", "seq": seq})
    people.ana.until("outcome", id="m")
    for kind, fields in (("edit", {"text": "x"}), ("react", {"emoji": "👍"})):
        assert people.say(people.ana, kind, target=target, **fields)["code"] == "target_unknown"
    if target:
        assert people.say(people.ana, "say", text="x", reply=target)["code"] == "target_unknown"


@pytest.mark.parametrize("emoji", ["👍", "👨‍👩‍👧‍👦", "🤷🏽‍♀️", "1️⃣", "🇮🇸", "❤️", "☎"])
def test_one_emoji_is_a_reaction(people: People, emoji: str) -> None:
    seq = people.say(people.ana, "say", text="one")["seq"]
    assert people.say(people.ben, "react", target=seq, emoji=emoji)["emoji"] == emoji
    assert people.say(people.ben, "react", target=seq, emoji=emoji, on=False)["on"] is False


@pytest.mark.parametrize("emoji", ["", "lol", "👍 ok", "👍\n", "1", "\u202e", "👍\x1b", "👍" * 17, "\u3164", "a👍"])
def test_words_are_no_reaction(people: People, emoji: str) -> None:
    seq = people.say(people.ana, "say", text="one")["seq"]
    assert people.say(people.ben, "react", target=seq, emoji=emoji)["code"] == "emoji_invalid"


def test_a_message_is_changed_only_so_often(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each change is one that all readers go through."""
    monkeypatch.setattr("lanchat.server.room.MAX_EDITS", 3)
    seq = people.say(people.ana, "say", text="one")["seq"]
    for n in range(3):
        people.say(people.ana, "edit", target=seq, text=f"version {n}")
    people.ana.tell(kind="edit", id="run-99", target=seq, text="once too often")
    error = people.ana.until("error", id="run-99")
    assert (error["code"], error["detail"]) == ("too_many", "That message was changed too often.")
    people.say(people.ana, "react", target=seq, emoji="x")


def test_different_reactions_to_one_message_are_bounded(people: People) -> None:
    seq = people.say(people.ana, "say", text="one")["seq"]
    for n in range(MAX_REACTIONS):
        assert people.say(people.ben, "react", target=seq, emoji=chr(0x1F600 + n))["type"] == "reacted"
    assert people.say(people.ana, "react", target=seq, emoji="🚀")["code"] == "too_many"
    assert people.say(people.ana, "react", target=seq, emoji=chr(0x1F600))["type"] == "reacted"


def test_reactions_to_one_message_are_bounded_those_taken_back_included(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (journal, room):
        monkeypatch.setattr(module, "MAX_REACTED", 3)
    seq, other = (people.say(people.ana, "say", text=text)["seq"] for text in ("one", "two"))
    for on in (True, False, True):
        assert people.say(people.ben, "react", target=seq, emoji="👍", on=on)["type"] == "reacted"
    for who, on in ((people.ben, False), (people.ana, True)):
        assert people.say(who, "react", target=seq, emoji="👍", on=on)["code"] == "too_many"
    assert people.say(people.ben, "react", target=other, emoji="👍")["type"] == "reacted"


def test_to_say_it_again_is_harmless(people: People) -> None:
    seq = people.say(people.ana, "say", text="one")["seq"]
    people.say(people.ana, "react", target=seq, emoji="👍")
    people.ana.tell(kind="react", id="Ana-2", target=seq, emoji="👍")
    people.ana.tell(kind="edit", id="Ana-1", target=seq, text="late")
    people.ana.sync()
    assert people.say(people.ana, "say", text="two")["seq"] == 3


def test_a_deletion_takes_all_versions_along(people: People, serve: Serve, server: Server) -> None:
    seq = people.say(people.ana, "say", text="a secret")["seq"]
    people.say(people.ana, "edit", target=seq, text="a secret, really")
    people.ana.tell(kind="moderate", id="m", do={"action": "delete", "seq": seq})
    people.ana.until("outcome", id="m")
    with closing(sqlite3.connect(server.data / "journal.db")) as database:
        assert database.execute("SELECT kind, body FROM entry ORDER BY seq").fetchall() == [
            ("message", ""),
            ("edited", ""),
            ("deleted", ""),
        ]
    files = [server.data / name for name in ("journal.db", "journal.db-wal")]
    wait_until(lambda: not any(b"a secret" in f.read_bytes() for f in files if f.exists()), "it is gone")


def test_who_is_muted_does_not_react_either(
    people: People, connect: Connect, server: Server, make_key: MakeKey
) -> None:
    seq = people.say(people.ana, "say", text="one")["seq"]
    (server.data / "owners").write_text(make_key("Ana").public)
    people.ana.tell(kind="moderate", id="m", do={"action": "mute", "who": "Ben", "seconds": 60})
    assert "code" not in people.ana.until("outcome", id="m")
    assert people.say(people.ben, "react", target=seq, emoji="👍")["code"] == "muted"
    assert people.say(people.ben, "edit", target=seq, text="x")["code"] == "muted"


def test_plain_text_members_read_it_as_lines(people: People, server: Server) -> None:
    with RawClient(server.port) as plain:
        plain.send(b"Nico\n")
        lines: list[str] = []

        def read(end: str) -> list[str]:
            while not lines or lines[-1] != end:
                line = plain.read_line()
                assert line is not None
                lines.append(line.decode())
            return lines

        read("* Here now: Ana, Ben, Nico")
        seq = people.say(people.ana, "say", text="lunch?")["seq"]
        people.say(people.ana, "edit", target=seq, text="lunch at\nnoon?")
        people.say(people.ben, "react", target=seq, emoji="👍")
        people.say(people.ben, "react", target=seq, emoji="👍", on=False)
        people.say(people.ben, "say", text="yes", reply=seq)
        assert read("Ben: yes")[-8:] == [
            "Ana: lunch?",
            "* Ana changed a message:",
            "Ana: lunch at",
            "Ana: noon?",
            "* Ben reacted with 👍 to Ana: “lunch at noon?”",
            "* Ben took back 👍 from Ana: “lunch at noon?”",
            "* Ben answers Ana: “lunch at noon?”",
            "Ben: yes",
        ]


# Typing


def test_all_hear_that_somebody_writes_but_not_too_often_and_nothing_is_kept(people: People, server: Server) -> None:
    for _ in range(20):
        people.ana.tell(kind="typing")
    people.ana.sync()
    people.say(people.ana, "say", text="there")
    people.ben.until("message")
    typed = [frame for frame in people.ben.seen if frame["type"] == "typed"]
    assert [(frame["nick"], frame["room"]) for frame in typed] == [("Ana", "lobby")]
    assert server._broadcaster._rooms.first.head == 1


def test_who_is_muted_is_not_seen_writing(people: People, server: Server, make_key: MakeKey) -> None:
    (server.data / "owners").write_text(make_key("Ana").public)
    people.ana.tell(kind="moderate", id="m", do={"action": "mute", "who": "Ben", "seconds": 60})
    people.ana.until("outcome", id="m")
    people.ben.tell(kind="typing")
    people.ben.sync()
    people.say(people.ana, "say", text="quiet")
    assert not [frame for frame in people.ana.seen if frame["type"] == "typed"]


def test_in_a_large_room_nobody_is_seen_writing(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lanchat.server.stage.TYPING_ROOM", 1)
    people.ana.tell(kind="typing")
    people.ana.sync()
    people.say(people.ana, "say", text="there")
    people.ben.until("message")
    assert not [frame for frame in people.ben.seen if frame["type"] == "typed"]


# Read markers


def test_how_far_somebody_has_read_is_told_to_their_next_device(
    people: People, server: Server, make_key: MakeKey
) -> None:
    for n in range(1, 4):
        people.say(people.ana, "say", text=f"{n}")
    for seq in (2, 1, 99):  # backwards it does not go, nor beyond the end
        people.ben.tell(kind="read", seq=seq)
        people.ben.sync()
        with RawClient(server.port, tls=True) as device:
            assert device.join("Ben", key=make_key("Ben"))["read"] == {2: 2, 1: 2, 99: 3}[seq]
    with RawClient(server.port, tls=True) as other:
        assert other.join("Ana", key=make_key("Ana"))["read"] == 0
    with RawClient(server.port) as guest:
        assert guest.join("Gast")["read"] == 0
        guest.tell(kind="read", seq=3)
        guest.sync()
    assert not [frame for frame in people.ana.seen if "read" in frame["type"]], "nobody else hears of it"


def test_how_far_somebody_has_read_survives_a_restart(
    people: People, serve: Serve, server: Server, make_key: MakeKey
) -> None:
    people.say(people.ana, "say", text="one")
    people.ana.tell(kind="read", seq=1)
    people.ana.sync()
    people.ana.close()
    people.ben.close()
    server.close()
    with RawClient(serve().port, tls=True) as ana:
        assert ana.join("Ana", key=make_key("Ana"))["read"] == 1


def test_it_is_stored_while_the_server_runs(
    people: People, server: Server, make_key: MakeKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lanchat.server.late.DELAY", 0.01)
    people.say(people.ana, "say", text="one")
    people.ana.tell(kind="read", seq=1)

    def stored() -> bool:
        people.ana.sync()
        with closing(sqlite3.connect(server.data / "journal.db")) as database:
            return database.execute("SELECT key, seq FROM seen").fetchall() == [(make_key("Ana").public, 1)]

    wait_until(stored)
