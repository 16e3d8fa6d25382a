"""Forged moderation: deeds asked for by somebody who may not, however they come. The server alone decides."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from lanchat.identity import MemberKey
from lanchat.protocol.moderation import NEEDS, Role
from lanchat.server import Server
from lanchat.server.access import open_database
from lanchat.server.audit import Audit
from tests.client.conftest import Serve
from tests.server.conftest import make_key
from tests.server.raw_client import Frame, RawClient

__all__ = ["make_key"]
MakeKey = Callable[[str], MemberKey]
DEEDS: dict[str, dict[str, Any]] = {
    "kick": {"who": "Ben"},
    "ban": {"who": "Ben", "seconds": 3_600},
    "unban": {"who": "Ben"},
    "bans": {},
    "mute": {"who": "Ben", "seconds": 3_600},
    "unmute": {"who": "Ben"},
    "slow": {"seconds": 3_600},
    "lock": {"on": True},
    "delete": {"seq": 1},
    "invite": {"seconds": 3_600, "uses": 1},
    "appoint": {"who": "Eve", "moderator": True},
    "pin": {"pin": "123456"},
    "close": {"reason": "mine"},
}


def test_every_deed_is_tried_below() -> None:
    assert sorted(DEEDS) == sorted(kind.__struct_config__.tag for kind in NEEDS)


class Room:
    """Olga owns it, Max moderates it, Ben said something, Eve wants more than she may."""

    def __init__(self, server: Server, make_key: MakeKey, clients: ExitStack) -> None:
        self.server, self._make_key, self._clients = server, make_key, clients
        self.olga, self.max, self.ben = self.join("Olga"), self.join("Max"), self.join("Ben")
        assert "code" not in self.ask(self.olga, "appoint", who="Max", moderator=True)
        self.ben.say("run-0", "his word")
        self.ben.until("message")

    def key(self, nick: str) -> MemberKey:
        return self._make_key(nick)

    def connect(self, *, tls: bool = True) -> RawClient:
        return self._clients.enter_context(RawClient(self.server.port, tls=tls))

    def join(self, nick: str, **hello: Any) -> RawClient:
        client = self.connect()
        client.join(nick, key=self.key(nick), **hello)
        client.sync()
        return client

    @staticmethod
    def ask(client: RawClient, action: str, **fields: Any) -> Frame:
        client.tell(kind="moderate", id="d", do={"action": action, **fields})
        return client.until("outcome", id="d")

    def untouched(self) -> None:
        """Nothing came of it: everybody is in and may speak, nothing is written, the room stands as before."""
        with open_database(self.server.data) as database:
            assert [deed.action for deed in Audit(database).read()] == ["appoint"]
            for table in ("sanction", "rule", "invitation", "pin"):
                assert database.value(f"SELECT count(*) FROM {table}") == 0
        self.ben.say("run-1", "still here")
        assert self.olga.until("message", text="still here")["nick"] == "Ben"
        assert self.join("Late").seen[1]["nick"] == "Late"


@pytest.fixture
def room(serve: Serve, make_key: MakeKey) -> Iterator[Room]:
    with ExitStack() as clients:
        yield Room(serve(owner=lambda: (make_key("Olga").public, "")), make_key, clients)


@pytest.mark.parametrize("action", DEEDS)
def test_a_member_may_do_nothing_to_others(room: Room, action: str) -> None:
    eve = room.join("Eve", capabilities=["owner"])
    outcome = room.ask(eve, action, **DEEDS[action])
    assert outcome["code"] == "not_allowed"
    assert set(outcome) == {"type", "id", "code", "detail"}
    room.untouched()


@pytest.mark.parametrize("action", DEEDS)
@pytest.mark.parametrize("tls", [True, False])
def test_a_guest_may_do_nothing_even_under_the_name_of_nobody(room: Room, action: str, tls: bool) -> None:
    guest = room.connect(tls=tls)
    guest.join("Olga 2")
    assert room.ask(guest, action, **DEEDS[action])["code"] == "not_allowed"
    room.untouched()


@pytest.mark.parametrize("action", DEEDS)
def test_before_joining_nothing_is_heard(room: Room, action: str) -> None:
    stranger = room.connect()
    stranger.tell(kind="moderate", id="d", do={"action": action, **DEEDS[action]})
    assert stranger.until("error")["code"] == "hello_first"
    stranger.tell(kind="hello", version=1, nick="Olga", key=room.key("Olga").public)
    stranger.until("challenge")
    stranger.tell(kind="moderate", id="d", do={"action": action, **DEEDS[action]})
    assert stranger.until("error")["code"] == "hello_first"
    room.untouched()


@pytest.mark.parametrize("action", [kind.__struct_config__.tag for kind, role in NEEDS.items() if role is Role.OWNER])
def test_a_moderator_is_no_owner(room: Room, action: str) -> None:
    assert room.ask(room.max, str(action), **DEEDS[str(action)])["code"] == "not_allowed"
    room.untouched()


@pytest.mark.parametrize("action", ["kick", "ban", "mute"])
@pytest.mark.parametrize("who", ["Olga", "Max", "key of Olga", "key of Max"])
def test_nobody_acts_on_who_ranks_as_high_nor_on_themselves(room: Room, action: str, who: str) -> None:
    fields = {**DEEDS[action], "who": room.key(who.removeprefix("key of ")).public if " " in who else who}
    assert room.ask(room.max, action, **fields)["code"] == "not_allowed"
    if "Olga" in who:
        assert room.ask(room.olga, action, **fields)["code"] == "not_allowed"
    room.untouched()


def test_a_moderator_does_not_delete_what_an_owner_said(room: Room) -> None:
    room.olga.say("run-0", "her word")
    seq = room.max.until("message", text="her word")["seq"]
    assert room.ask(room.max, "delete", seq=seq)["code"] == "not_allowed"
    room.untouched()


def test_a_guest_does_not_delete_what_a_guest_of_that_name_said(room: Room) -> None:
    first = room.connect()
    first.join("Gast")
    first.say("1", "a guest's word")
    seq = first.until("message", text="a guest's word")["seq"]
    first.tell(kind="bye")
    first.until_end()
    room.ben.until_change(change="left", nick="Gast")
    second = room.connect()
    second.join("Gast")
    assert room.ask(second, "delete", seq=seq)["code"] == "not_allowed"


def test_a_role_that_is_gone_counts_no_more_on_a_connection_that_had_it(room: Room) -> None:
    room.max.tell(kind="ping", nonce="before")
    assert "code" not in room.ask(room.olga, "appoint", who="Max", moderator=False)
    assert room.ask(room.max, "kick", who="Ben")["code"] == "not_allowed"
    (room.server.data / "owners").unlink()
    assert room.ask(room.olga, "kick", who="Ben")["code"] == "not_allowed"


@pytest.mark.parametrize(
    "do",
    [
        {"action": "kick"},
        {"action": "kick", "who": ""},
        {"action": "kick", "who": "x" * 44},
        {"action": "kick", "who": ["Ben"]},
        {"action": "kick", "who": "Ben", "reason": "x" * 121},
        {"action": "ban", "who": "Ben", "seconds": -1},
        {"action": "ban", "who": "Ben", "seconds": 10**10},
        {"action": "ban", "who": "Ben", "seconds": 1.5},
        {"action": "slow", "seconds": 3_601},
        {"action": "delete", "seq": 0},
        {"action": "delete", "seq": 2**63},
        {"action": "invite", "seconds": 5, "uses": 0},
        {"action": "pin", "pin": "1" * 121},
        {"action": "reign"},
        {},
        None,
        "kick Ben",
    ],
)
def test_what_is_malformed_is_said_and_not_done(room: Room, do: object) -> None:
    room.olga.tell(kind="moderate", id="d", do=do)
    assert room.olga.until("error")["code"] == "invalid"
    room.untouched()


@pytest.mark.parametrize(
    ("do", "code"),
    [
        ({"action": "kick", "who": "\x00Ben"}, "nobody"),
        ({"action": "kick", "who": "Bеn"}, "nobody"),
        ({"action": "ban", "who": "Ben", "seconds": 0}, "invalid"),
        ({"action": "unban", "who": "Ben"}, "nobody"),
        ({"action": "delete", "seq": 2**53 - 1}, "nobody"),
        ({"action": "appoint", "who": "Nobody", "moderator": True}, "nobody"),
        ({"action": "pin", "pin": "\x00" * 8}, "pin_invalid"),
    ],
)
def test_what_makes_no_sense_is_a_sentence(room: Room, do: dict[str, Any], code: str) -> None:
    outcome = room.ask(room.olga, do.pop("action"), **do)
    assert outcome["code"] == code
    assert "\x00" not in outcome["detail"]
    room.untouched()
