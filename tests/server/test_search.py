"""Search over real sockets: who finds what; bad questions hurt nobody; what was deleted leaves the index."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from lanchat.protocol.limits import MAX_HITS, Code
from lanchat.server import Server
from lanchat.server.limits import MAX_ASKED
from tests.server.conftest import Connect, Serve
from tests.server.raw_client import Frame, wait_until
from tests.server.test_conversation import MakeKey
from tests.server.test_rooms import Talker


def search(talker: Talker, *words: str, below: Frame | None = None, **query: Any) -> Frame:
    fields = {"below": below} if below else {}
    talker.raw.tell(kind="search", id="q", query={"words": words, **query}, **fields)
    return talker.raw.until("found")


def texts(found: Frame) -> list[str]:
    return [hit["text"] for hit in found.get("hits", [])]


@pytest.fixture
def people(server: Server, clients: ExitStack, make_key: MakeKey) -> list[Talker]:
    return [Talker(clients, server, make_key, nick) for nick in ("Ana", "Ben", "Cid")]


def test_what_was_said_is_found_at_once(people: list[Talker]) -> None:
    ana, ben, _ = people
    ana.say("hot soup")
    ana.say("salad")
    ben.until_said("salad")
    found = search(ben, "soup")
    (hit,) = found["hits"]
    assert (found["id"], hit["room"], hit["seq"], hit["nick"], hit["key"]) == ("q", "lobby", 1, "Ana", ana.key.public)
    assert (hit["text"], hit["after"]) == ("hot soup", {"nick": "Ana", "text": "salad"})
    assert texts(search(ben, "sal", begun=True)) == ["salad"]
    assert texts(search(ben, "sal")) == []
    assert texts(search(ben, nick="ana", without=["soup"])) == ["salad"]


def test_a_direct_conversation_is_found_by_its_people_alone(people: list[Talker]) -> None:
    ana, ben, cid = people
    room = ana.arrange("direct", keys=[ben.key.public])["room"]
    ana.say("secret soup", room)
    ana.arrange("create", name="kitchen")
    ana.say("open soup", "kitchen")
    ana.until_said("open soup")
    assert texts(search(ben, "soup")) == ["open soup", "secret soup"]
    assert texts(search(ben, "soup", room=room)) == ["secret soup"]
    assert texts(search(cid, "soup")) == ["open soup"]  # it may know of the room, though it does not follow it
    assert texts(search(cid, "soup", room="Kitchen")) == ["open soup"]
    assert search(cid, "soup", room=room)["code"] == Code.ROOM_UNKNOWN
    assert search(cid, "soup", room="nowhere")["code"] == Code.ROOM_UNKNOWN
    assert texts(search(cid, "soup", below={"room": room, "seq": 1})) == ["open soup"]  # it tells no time of it either


def test_pages(people: list[Talker]) -> None:
    ana, ben, _ = people
    for number in range(MAX_HITS + 5):
        ana.say(f"soup {number}")
    ben.until_said(f"soup {MAX_HITS + 4}")
    first = search(ben, "soup")
    last = first["hits"][-1]
    rest = search(ben, "soup", below={"room": last["room"], "seq": last["seq"]})
    assert [len(first["hits"]), first["more"], len(rest["hits"]), rest.get("more", False)] == [MAX_HITS, True, 5, False]
    assert texts(first) + texts(rest) == [f"soup {number}" for number in reversed(range(MAX_HITS + 5))]


def test_what_is_changed_or_deleted_is_found_so(people: list[Talker], tmp_path: Path) -> None:
    ana, ben, _ = people
    ana.say("xylophone")
    ana.say("soup")
    seq = ben.until_said("soup")["seq"]
    assert texts(search(ben, "xylophone")) == ["xylophone"]
    ana.say("stew", kind="edit", target=seq)
    ben.raw.until("edited")
    assert (texts(search(ben, "soup")), texts(search(ben, "stew"))) == ([], ["stew"])
    ana.raw.tell(kind="moderate", id="m", do={"action": "delete", "seq": 1})
    ben.raw.until("deleted")
    assert texts(search(ben, "xylophone")) == []
    files = [tmp_path / "room" / f"search.db{suffix}" for suffix in ("", "-wal")]
    wait_until(lambda: b"xylophone" not in b"".join(f.read_bytes() for f in files if f.exists()), "a clean index")


@pytest.mark.parametrize(
    "query",
    [
        {"words": ['"', '" OR text:*', "NEAR(a b)", "a\0b", "*", "^x", "{a b}:c"]},
        {"words": ["x" * 100] * 16, "without": ["y" * 100] * 16, "begun": True},
        {"nick": '"', "room": "lobby"},
        {},
    ],
)
def test_hostile_questions_are_questions(people: list[Talker], query: Frame) -> None:
    people[0].raw.tell(kind="search", id="q", query=query)
    assert "code" not in people[0].raw.until("found")
    people[0].say("still here")
    people[1].until_said("still here")


def test_too_many_words_are_refused_with_a_sentence(people: list[Talker]) -> None:
    found = search(people[0], *("a " * length for length in range(2, 18)))
    assert found["code"] == Code.SEARCH_FAILED
    assert "at most 32 words" in found["detail"]


@pytest.mark.parametrize(
    "query",
    [
        {"words": ["x" * 10_000]},
        {"words": ["x"] * 17},
        {"words": "soup"},
        {"words": [1]},
        {"has": ["cheese"]},
        {"since": -1},
        {"until": 2**62},
        {"words": ["\ud800"]},
    ],
)
def test_what_is_no_question_is_refused(people: list[Talker], query: Frame) -> None:
    raw = people[0].raw
    raw.send(b'{"type":"search","id":"q","query":' + json.dumps(query).encode() + b"}\n")
    assert raw.until("error")["code"] in (Code.INVALID, Code.NOT_JSON)


def test_only_some_at_once(people: list[Talker]) -> None:
    raw = people[0].raw
    lines = b"".join(b'{"type":"search","id":"q%d","query":{"words":["x"]}}\n' % n for n in range(50))
    raw.send(lines)
    answers = [raw.until("found") for _ in range(50)]
    assert {a.get("code", "") for a in answers} <= {"", Code.HISTORY_BUSY}
    assert sum("code" not in a for a in answers) >= MAX_ASKED


def test_guests_search_too_and_nobody_before_joining(connect: Connect) -> None:
    guest = connect("Guest")
    guest.say("1", "soup")
    guest.until("message")
    guest.tell(kind="search", id="q", query={"words": ["soup"]})
    assert texts(guest.until("found")) == ["soup"]
    stranger = connect()
    stranger.tell(kind="search", id="q", query={"words": ["soup"]})
    assert stranger.until("error")["code"] == Code.HELLO_FIRST


def test_what_was_said_before_a_restart_is_found(serve: Serve, clients: ExitStack, make_key: MakeKey) -> None:
    server = serve()
    ana = Talker(clients, server, make_key, "Ana")
    ana.say("soup")
    ana.until_said("soup")
    assert texts(search(ana, "soup")) == ["soup"]
    ana.raw.close()
    server.close()
    assert texts(search(Talker(clients, serve(), make_key, "Ben"), "soup")) == ["soup"]
