"""Moderation, over real sockets: what each action does, to whom, what lasts, and what everybody is told."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from lanchat.identity import MemberKey
from lanchat.journal import Journal
from lanchat.server import Server
from lanchat.server.access import open_database
from lanchat.server.audit import Audit
from lanchat.server.retention import Keep
from tests.server.conftest import Serve
from tests.server.raw_client import Frame, RawClient, wait_until

MakeKey = Callable[[str], MemberKey]
DAY = 86_400


class Room:
    """A server that Olga owns, and people who come into it."""

    def __init__(self, serve: Serve, clients: ExitStack, make_key: MakeKey, data: Path) -> None:
        self._serve, self._clients, self._make_key, self.data = serve, clients, make_key, data
        self.server: Server = serve(owner=lambda: (make_key("Olga").public, "made it"))

    def key(self, nick: str) -> MemberKey:
        return self._make_key(nick)

    def connect(self, **options: Any) -> RawClient:
        return self._clients.enter_context(RawClient(self.server.port, **options))

    def join(self, nick: str, *, guest: bool = False, source: str = "") -> RawClient:
        client = self.connect(tls=True, source=source)
        client.join(nick, key=None if guest else self.key(nick))
        client.sync()
        return client

    def refused(self, nick: str, *, key: MemberKey | None = None, source: str = "") -> Frame:
        with RawClient(self.server.port, tls=True, source=source) as client:
            return client.hello(nick, key=key or self.key(nick))

    def stop(self) -> None:
        """All go before the server does, which need not wait for them."""
        self._clients.close()
        self.server.close()

    def restart(self) -> None:
        """What is not stored is forgotten."""
        self.stop()
        self.server = self._serve()


@pytest.fixture
def room(serve: Serve, clients: ExitStack, make_key: MakeKey, tmp_path: Path) -> Room:
    return Room(serve, clients, make_key, tmp_path / "room")


def ask(client: RawClient, action: str, **fields: Any) -> Frame:
    """The outcome."""
    name = f"{action} {time.monotonic()}"
    client.tell(kind="moderate", id=name, do={"action": action, **fields})
    return client.until("outcome", id=name)


def done(client: RawClient, action: str, **fields: Any) -> Frame:
    outcome = ask(client, action, **fields)
    assert "code" not in outcome, outcome
    return outcome


def denied(client: RawClient, action: str, **fields: Any) -> str:
    outcome = ask(client, action, **fields)
    assert outcome["detail"], outcome
    return str(outcome["code"])


def deeds(room: Room) -> list[tuple[str, str, str]]:
    with open_database(room.data) as database:
        return [(deed.nick, deed.action, deed.who) for deed in Audit(database).read()]


# Roles


def test_who_made_the_room_owns_it_and_all_see_that(room: Room) -> None:
    olga, ana = room.join("Olga"), room.join("Ana")
    (roster,) = [f for f in ana.seen if f["type"] == "roster"]
    assert {m["nick"]: m.get("role", "") for m in roster["members"]} == {"Olga": "owner", "Ana": ""}
    assert (room.data / "owners").stat().st_mode & 0o777 == 0o600
    assert "owner" in str([m for m in olga.seen if m["type"] == "roster"])


def test_a_room_that_is_there_already_gets_no_other_owner(room: Room, serve: Serve) -> None:
    room.server.close()
    room.server = serve(owner=lambda: (room.key("Eve").public, "tries"))
    assert denied(room.join("Eve"), "lock", on=True) == "not_allowed"
    done(room.join("Olga"), "lock", on=True)


def test_a_moderator_is_appointed_and_dismissed_and_stays_one_over_a_restart(room: Room) -> None:
    olga, ana, ben = room.join("Olga"), room.join("Ana"), room.join("Ben")
    assert denied(ana, "kick", who="Ben") == "not_allowed"
    done(olga, "appoint", who="Ana", moderator=True)
    ben.until_change(change="role", nick="Ana", role="moderator", by="Olga")
    room.restart()
    olga, ana, ben = room.join("Olga"), room.join("Ana"), room.join("Ben")
    done(ana, "slow", seconds=0)
    done(olga, "appoint", who=room.key("Ana").public, moderator=False)
    assert ben.until_change(change="role", nick="Ana").get("role", "") == ""
    assert denied(ana, "slow", seconds=0) == "not_allowed"


def test_the_owners_file_counts_at_once(room: Room) -> None:
    ana, ben = room.join("Ana"), room.join("Ben")
    assert denied(ana, "lock", on=True) == "not_allowed"
    with (room.data / "owners").open("a") as file:
        file.write(f"{room.key('Ana').public} by hand\nnonsense\n")
    done(ana, "slow", seconds=0)
    ben.until_change(change="role", nick="Ana", role="owner")
    (room.data / "owners").write_text("")
    assert denied(ana, "slow", seconds=0) == "not_allowed"


# Kick


def test_a_kick_puts_out_every_window_and_leaves_the_way_open(room: Room) -> None:
    olga, ana, ben = room.join("Olga"), room.join("Ana"), room.join("Ben")
    other = room.join("Ana")
    done(olga, "kick", who=room.key("Ana").public, reason="spam \u202e again")
    for window in (ana, other):
        bye = window.until("bye")
        assert (bye["code"], bye["detail"]) == ("kicked", "Olga put you out of the room. spam again")
        assert window.read() == b""
    change = ben.until_change(change="left", nick="Ana")
    assert (change["by"], change["why"]) == ("Olga", "spam again")
    assert ben.roster() == ["Ben", "Olga"]
    room.join("Ana")
    assert deeds(room) == [("Olga", "kick", room.key("Ana").public)]


def test_who_was_kicked_does_nothing_more_on_a_connection_that_they_keep(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("delivery", "session"):
        monkeypatch.setattr(f"lanchat.server.{module}.LINGER", 0.3)
    olga, ana, ben = room.join("Olga"), room.join("Ana"), room.join("Ben")
    done(olga, "kick", who="Ana")
    ana.until("bye")
    try:
        for n in range(50):
            ana.say(f"run-{n}", "still here")
            ana.tell(kind="rename", nick="Ghost")
            ana.tell(kind="moderate", id="x", do={"action": "delete", "seq": 1})
    except OSError:
        assert ana.read() == b""
    wait_until(lambda: room.server.info().users == 2)
    ben.until_here("Ben", "Olga")
    assert ben.texts() == []
    wait_until(lambda: len(room.server._sessions) == 2, "a connection that was put out ends")


def test_a_guest_is_kicked_by_name(room: Room) -> None:
    olga, guest = room.join("Olga"), room.join("Gast", guest=True)
    done(olga, "kick", who="Gast")
    assert guest.until("bye")["code"] == "kicked"


# Ban


def test_a_ban_keeps_the_key_out_until_it_ends_or_is_lifted(room: Room) -> None:
    olga, ana = room.join("Olga"), room.join("Ana")
    done(olga, "ban", who="Ana", seconds=DAY, reason="spam")
    assert ana.until("bye")["code"] == "banned"
    for _ in range(2):
        refused = room.refused("Somebody", key=room.key("Ana"))
        assert refused["code"] == "banned"
        assert "for 1 day. spam" in refused["detail"] or "23 h 59 min. spam" in refused["detail"]
        room.restart()
        olga = room.join("Olga")
    (ban,) = done(olga, "bans")["bans"]
    assert (ban["kind"], ban["nick"], ban["by"], ban["reason"]) == ("ban", "Ana", "Olga", "spam")
    assert "address" not in ban
    done(olga, "unban", who="Ana")
    room.join("Ana")


def test_a_ban_ends_by_itself_and_its_address_is_forgotten(room: Room) -> None:
    olga = room.join("Olga")
    room.join("Ana", source="127.0.0.2")
    done(olga, "ban", who="Ana", seconds=1)
    wait_until(lambda: room.refused("Ana")["type"] == "welcome", "the ban ends")
    room.restart()  # looks at once
    with open_database(room.data) as database:
        wait_until(lambda: database.value("SELECT count(*) FROM sanction") == 0, "it is forgotten")


def test_who_is_away_can_be_banned_by_the_name_they_hold(room: Room) -> None:
    room.join("Ana").close()
    olga = room.join("Olga")
    done(olga, "ban", who="ana", seconds=60)
    assert room.refused("Ana")["code"] == "banned"


def test_an_owner_who_is_banned_by_the_file_of_another_day_comes_in(room: Room) -> None:
    """Ownership is by who may write the server's files; no sanction counts against it."""
    olga = room.join("Olga")
    room.join("Ana")
    done(olga, "ban", who="Ana", seconds=DAY)
    (room.data / "owners").write_text(f"{room.key('Ana').public}\n{room.key('Olga').public}\n")
    done(olga, "slow", seconds=0)
    room.join("Ana")


# Mute and slow mode


def test_what_a_muted_member_says_is_refused_until_they_may_speak(room: Room) -> None:
    olga, ana, ben = room.join("Olga"), room.join("Ana"), room.join("Ben")
    done(olga, "mute", who="Ana", seconds=600, reason="calm down")
    change = ben.until_change(change="muted", nick="Ana")
    assert (change["muted"], change["by"], change["why"]) == (True, "Olga", "calm down")
    ana.say("run-0", "hm")
    error = ana.until("error", id="run-0")
    assert error["code"] == "muted"
    again = room.join("Ana")
    again.say("other-0", "by another window")
    assert again.until("error", id="other-0")["code"] == "muted"
    done(olga, "unmute", who="Ana")
    ben.until_change(change="unmuted", nick="Ana")
    ana.say("run-1", "thank you")
    ben.until("message", text="thank you")
    assert ben.texts() == ["thank you"]


def test_a_mute_lasts_over_coming_back_and_ends_by_itself(room: Room) -> None:
    olga, ana = room.join("Olga"), room.join("Ana")
    done(olga, "mute", who="Ana", seconds=2)
    ana.tell(kind="bye")
    ana.until_end()
    ana = room.join("Ana")
    numbers = iter(range(1_000_000))

    def may_speak() -> bool:
        n = next(numbers)
        ana.say(f"run-{n}", "again")
        while (frame := ana.next()) is not None:
            if frame["type"] in ("message", "error") and frame["id"] == f"run-{n}":
                return frame["type"] == "message"
        raise AssertionError("closed")

    assert not may_speak()
    wait_until(may_speak, "the mute ends")


def test_slow_mode_spaces_out_members_and_nobody_with_a_role(room: Room) -> None:
    olga, ana, ben = room.join("Olga"), room.join("Ana"), room.join("Ben")
    done(olga, "slow", seconds=3600)
    assert ben.until("rules", slow=3600)["closed"] is False
    ana.say("run-0", "first")
    ana.say("run-1", "second")
    ana.say("run-2", "third")
    error = ana.until("error", id="run-1")
    assert error["code"] == "slow"
    assert 3590 < error["wait"] <= 3600
    assert ana.until("error", id="run-2")["code"] == "slow"
    for n in range(3):
        olga.say(f"run-{n}", f"owner {n}")
    ben.until("message", text="owner 2")
    assert ben.texts() == ["first", "owner 0", "owner 1", "owner 2"]
    again = room.join("Ana")
    assert [f["slow"] for f in again.seen if f["type"] == "rules"] == [3600]
    again.say("other-0", "another window is the same person")
    assert again.until("error", id="other-0")["code"] == "slow"


def test_in_slow_mode_nothing_overtakes_what_waits(room: Room) -> None:
    olga, ana = room.join("Olga"), room.join("Ana")
    done(olga, "slow", seconds=3600)
    for n in range(3):
        ana.say(f"run-{n}", f"{n}")
    ana.until("error", id="run-2")
    done(olga, "slow", seconds=0)
    ana.say("run-2", "2")  # an outbox that went on, and did not say so
    assert ana.until("error", id="run-2")["code"] == "slow"
    ana.tell(kind="resend")
    for n in (1, 2):
        ana.say(f"run-{n}", f"{n}")
    olga.until("message", text="2")
    assert olga.texts() == ["0", "1", "2"]


# The room


def test_a_room_that_takes_nobody_new_lets_in_whom_it_knows(room: Room) -> None:
    room.join("Ana").close()
    olga = room.join("Olga")
    done(olga, "lock", on=True)
    assert room.refused("Eve")["code"] == "no_newcomers"
    with RawClient(room.server.port) as guest:
        assert guest.hello("Gast")["code"] == "no_newcomers"
    room.restart()
    assert room.refused("Eve")["code"] == "no_newcomers"
    assert [f["closed"] for f in room.join("Ana").seen if f["type"] == "rules"] == [True]
    done(room.join("Olga"), "lock", on=False)
    room.join("Eve")


def test_another_pin_keeps_who_is_in_and_asks_everybody_else(room: Room) -> None:
    olga, ana = room.join("Olga"), room.join("Ana")
    gast = room.join("Gast", guest=True)
    room.join("Ben").tell(kind="bye")
    wait_until(lambda: room.server.info().users == 3)
    done(olga, "pin", pin="123 456")
    assert gast.until("bye")["code"] == "kicked"
    assert room.server.info().locked
    ana.close()
    room.join("Ana")
    assert room.refused("Ben")["type"] == "locked"
    assert denied(olga, "pin", pin="1") == "pin_invalid"
    assert room.refused("Ben")["type"] == "locked"
    done(olga, "pin", pin="")
    assert not room.server.info().locked
    room.join("Ben")
    assert b"123456" not in b"".join(path.read_bytes() for path in room.data.iterdir() if path.is_file())


def test_closing_the_room_puts_all_out_and_tells_who_runs_it(
    serve: Serve, clients: ExitStack, make_key: MakeKey
) -> None:
    told: list[bool] = []
    server = serve(owner=lambda: (make_key("Olga").public, ""), on_close=lambda: told.append(True))
    olga = clients.enter_context(RawClient(server.port, tls=True))
    olga.join("Olga", key=make_key("Olga"))
    ana = clients.enter_context(RawClient(server.port))
    ana.join("Ana")
    olga.tell(kind="moderate", id="1", do={"action": "close", "reason": "good night"})
    for client in (ana, olga):
        bye = client.until("bye")
        assert (bye["code"], bye["detail"]) == ("room_closed", "Olga closed the room. good night")
    wait_until(lambda: told == [True])
    with RawClient(server.port) as late:
        assert late.hello("Late")["code"] == "closing"


def test_an_invitation_is_made_over_the_wire(room: Room) -> None:
    olga = room.join("Olga")
    done(olga, "pin", pin="123456")
    token = done(olga, "invite", seconds=60, uses=1)["token"]
    with RawClient(room.server.port, tls=True) as ana:
        assert ana.hello("Ana", key=room.key("Ana"))["type"] == "locked"
        ana.tell(kind="redeem", token=token)
        ana.until("welcome")
    assert denied(olga, "invite", seconds=0) == "invalid"
    assert token not in str(deeds(room))


# What an attacker found: around bans and mutes. (The loopback's addresses but 127.0.0.1 stand for other machines.)


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """127.0.0.0/8 is many machines."""
    monkeypatch.setattr("lanchat.server.server._is_own", lambda *_: False)


EVE, NEIGHBOUR = "127.0.0.2", "127.0.0.3"


@pytest.mark.usefixtures("elsewhere")
def test_a_new_key_does_not_speak_for_a_muted_one_however_often_it_comes(room: Room) -> None:
    olga, _ = room.join("Olga"), room.join("Eve", source=EVE)
    done(olga, "mute", who="Eve", seconds=3_600)
    for _ in range(2):
        again = room.join("Eve 2", source=EVE)
        again.say("run-0", "me again")
        assert again.until("error", id="run-0")["code"] == "muted"
        again.tell(kind="bye")
        again.until_end()
    room.restart()
    again = room.join("Eve 2", source=NEIGHBOUR)
    again.say("run-0", "and from another machine")
    assert again.until("error", id="run-0")["code"] == "muted"
    room.join("Ben", source=EVE).say("run-0", "a newcomer at her machine")
    guest = room.join("Gast", guest=True, source=EVE)
    guest.say("1", "a guest there")
    assert guest.until("error", id="1")["code"] == "muted"


@pytest.mark.usefixtures("elsewhere")
def test_a_mute_and_a_ban_hit_the_new_keys_that_are_in_already(room: Room) -> None:
    room.join("Known", source=EVE).tell(kind="bye")
    olga, mal, spare = room.join("Olga"), room.join("Mal", source=EVE), room.join("Spare", source=EVE)
    known, guest = room.join("Known", source=EVE), room.join("Gast", guest=True, source=EVE)
    far = room.join("Far", source=NEIGHBOUR)
    done(olga, "mute", who="Mal", seconds=3_600)
    olga.until_change(change="muted", nick="Spare")
    done(olga, "ban", who="Mal", seconds=3_600)
    for client in (mal, spare, guest):
        assert client.until("bye")["code"] == "banned"
    for nick in ("Mal", "Spare", "Another"):
        assert room.refused(nick, source=EVE)["code"] == "banned"
    assert room.refused("Spare", source=NEIGHBOUR)["code"] == "banned"
    for client in (known, far):
        client.say("run-0", "still in")
        client.until("message")


@pytest.mark.usefixtures("elsewhere")
def test_who_spams_and_breaks_off_is_banned_with_every_address(room: Room) -> None:
    olga, first, second = room.join("Olga"), room.join("Mal", source=EVE), room.join("Mal", source=NEIGHBOUR)
    first.reset()
    second.reset()
    olga.sync()
    done(olga, "ban", who="Mal", seconds=3_600)
    for source in (EVE, NEIGHBOUR):
        assert room.refused(f"Fresh {source[-1]}", source=source)["code"] == "banned"


@pytest.mark.usefixtures("elsewhere")
def test_guests_of_one_name_are_told_apart_and_of_one_machine_are_not(room: Room) -> None:
    olga, one, two = (
        room.join("Olga"),
        room.join("Gast", guest=True, source=EVE),
        room.join("Gast 2", guest=True, source=EVE),
    )
    done(olga, "ban", who="Gast", seconds=3_600)
    assert [client.until("bye")["code"] for client in (one, two)] == ["banned", "banned"]
    other = room.join("Gast", guest=True, source=NEIGHBOUR)
    done(olga, "ban", who="Gast", seconds=3_600)
    other.until("bye")
    for source in (EVE, NEIGHBOUR):
        with RawClient(room.server.port, tls=True, source=source) as guest:
            assert guest.hello("Again")["code"] == "banned"


def test_to_unmute_one_frees_nobody_else(room: Room) -> None:
    olga, pat, quin = room.join("Olga"), room.join("Pat"), room.join("Quin")
    for who in ("Pat", "Quin"):
        done(olga, "mute", who=who, seconds=3_600)
    quin.reset()
    done(olga, "unmute", who="Pat")
    pat.say("run-0", "free")
    pat.until("message")
    quin = room.join("Quin")
    quin.say("run-0", "me too?")
    assert quin.until("error", id="run-0")["code"] == "muted"


@pytest.mark.usefixtures("elsewhere")
def test_to_unmute_frees_those_too_who_only_shared_the_address(room: Room) -> None:
    olga, fay, gus = room.join("Olga"), room.join("Fay", source=EVE), room.join("Gus", source=EVE)
    told = done(olga, "mute", who="Fay", seconds=3_600)["detail"]
    assert told == "Fay is muted for 1 h. So is who is new and at the same address: “Gus”."
    done(olga, "unmute", who="Fay")
    for n, client in enumerate((fay, gus)):
        client.say(f"run-{n}", "free")
        client.until("message", id=f"run-{n}")
    assert "bans" not in done(olga, "bans")


@pytest.mark.usefixtures("elsewhere")
def test_a_bystander_is_freed_alone_and_stays_free(room: Room) -> None:
    olga, fay, gus = room.join("Olga"), room.join("Fay", source=EVE), room.join("Gus", source=EVE)
    done(olga, "mute", who="Fay", seconds=3_600)
    done(olga, "unmute", who="Gus")
    gus.say("run-0", "free")
    gus.until("message")
    fay.say("run-0", "not me")
    assert fay.until("error", id="run-0")["code"] == "muted"
    gus.tell(kind="bye")
    gus.until_end()
    again = room.join("Gus", source=EVE)
    again.say("run-1", "still free")
    again.until("message", text="still free")


@pytest.mark.usefixtures("elsewhere")
def test_to_lift_a_ban_lets_all_come_back_whom_it_hit(room: Room) -> None:
    olga = room.join("Olga")
    room.join("Fay", source=EVE)
    room.join("Gus", source=EVE)
    done(olga, "ban", who="Fay", seconds=3_600)
    assert room.refused("Gus", source=EVE)["code"] == "banned"
    done(olga, "unban", who="Fay")
    room.join("Gus", source=EVE)
    room.join("Fay", source=EVE)


def test_nobody_undoes_what_ranks_above_them_nor_their_own(room: Room) -> None:
    olga, max_, _ = room.join("Olga"), room.join("Max"), room.join("Ben")
    done(olga, "appoint", who="Max", moderator=True)
    done(olga, "mute", who="Max", seconds=3_600)
    done(olga, "ban", who="Ben", seconds=3_600)
    assert denied(max_, "unmute", who="Max") == "not_allowed"
    assert denied(max_, "unban", who="Ben") == "not_allowed"
    done(olga, "unban", who="Ben")


def test_a_muted_member_says_nothing_by_their_name(room: Room) -> None:
    olga, ana = room.join("Olga"), room.join("Ana")
    done(olga, "mute", who="Ana", seconds=3_600)
    ana.tell(kind="rename", nick="But I say this")
    error = ana.until("error")
    assert (error["code"], error["detail"]) == ("nick_invalid", "Your name stays as it is while you are muted.")


def test_in_slow_mode_names_count_and_what_is_refused_does_not(room: Room) -> None:
    olga, ana = room.join("Olga"), room.join("Ana")
    done(olga, "slow", seconds=3_600)
    ana.say("run-0", "")
    assert ana.until("error", id="run-0")["code"] == "text_empty"
    ana.tell(kind="rename", nick="Anna")
    ana.until_change(change="renamed", nick="Anna")
    ana.say("run-0", "hello")
    assert ana.until("error", id="run-0")["code"] == "slow"
    ana.tell(kind="rename", nick="Annah")
    assert ana.until("error", id=None)["code"] == "nick_invalid"


@pytest.mark.usefixtures("elsewhere")
def test_in_slow_mode_fresh_keys_of_one_machine_count_as_one(room: Room) -> None:
    olga = room.join("Olga")
    done(olga, "slow", seconds=3_600)
    for n in range(3):
        mal = room.join(f"Mal {n}", source=EVE)
        mal.say("run-0", f"{n}")
        if n:
            assert mal.until("error", id="run-0")["code"] == "slow"
        else:
            mal.until("message")
        mal.tell(kind="bye")
        mal.until_end()


def test_a_moderator_cannot_wash_the_audit_journal(room: Room) -> None:
    olga = room.join("Olga")
    for _ in range(3):
        done(olga, "slow", seconds=5)
    assert len(deeds(room)) == 1, "what changes nothing is not written"
    codes = [ask(olga, "slow", seconds=n % 7).get("code") for n in range(40)]
    assert codes.count("too_many") >= 40 - 31
    assert not codes[0]


def test_another_pin_takes_invitations_back(room: Room) -> None:
    olga = room.join("Olga")
    done(olga, "pin", pin="123456")
    token = done(olga, "invite", seconds=60, uses=None)["token"]
    done(olga, "pin", pin="654321")
    with RawClient(room.server.port, tls=True) as ana:
        assert ana.hello("Ana", key=room.key("Ana"))["type"] == "locked"
        ana.tell(kind="redeem", token=token)
        assert ana.until("refused")["code"] == "not_invited"


def test_a_directory_in_place_of_the_owners_file_changes_nothing(room: Room, caplog: pytest.LogCaptureFixture) -> None:
    olga = room.join("Olga")
    (room.data / "owners").unlink()
    (room.data / "owners").mkdir()
    done(olga, "slow", seconds=5)
    (room.data / "owners").rmdir()
    assert denied(olga, "slow", seconds=6) == "not_allowed"
    caplog.clear()


def test_the_address_goes_with_the_ban_also_from_the_log(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lanchat.server.server._is_own", lambda *_: False)
    olga = room.join("Olga")
    room.join("Mal", source="127.7.7.7")
    done(olga, "ban", who="Mal", seconds=3_600)

    def kept() -> bool:
        return any(b"127.7.7.7" in path.read_bytes() for path in room.data.glob("access.db*"))

    assert kept()
    done(olga, "unban", who="Mal")
    assert not kept()


# Deleting


def test_a_deleted_text_is_gone_for_everybody_and_from_the_disk(room: Room) -> None:
    olga, ana = room.join("Olga"), room.join("Ana")
    ana.say("run-0", "a secret that must go")
    seq = olga.until("message")["seq"]
    done(olga, "delete", seq=seq)
    entry = ana.until("deleted")
    assert entry == {
        "type": "deleted",
        "room": "lobby",
        "seq": seq + 1,
        "id": "",
        "at": entry["at"],
        "nick": "Olga",
        "key": room.key("Olga").public,
        "target": seq,
    }
    late = room.join("Late")
    pages = [frame for frame in late.seen if frame["type"] == "page"] or [late.until("page")]
    entries = pages[0]["entries"]
    assert [(e["type"], e.get("text"), e.get("target")) for e in entries] == [
        ("message", "", None),
        ("deleted", None, seq),
    ]
    files = [room.data / name for name in ("journal.db", "journal.db-wal")]
    wait_until(lambda: not any(b"a secret that must go" in f.read_bytes() for f in files if f.exists()), "it is gone")
    assert denied(olga, "delete", seq=seq) == "nobody"
    assert denied(olga, "delete", seq=seq + 1) == "nobody"
    assert denied(olga, "delete", seq=10**6) == "nobody"
    olga.say("run-0", "the room goes on")
    assert ana.until("message", text="the room goes on")["seq"] == seq + 2
    room.stop()
    with_flaws = Journal.open(room.data / "journal.db")
    assert with_flaws.flaws() == []
    with_flaws.close()


def test_a_text_leaves_the_log_though_somebody_reads_it_just_then(room: Room) -> None:
    ana = room.join("Ana")
    ana.say("run-0", "a secret that must go")
    seq = ana.until("message")["seq"]
    log = room.data / "journal.db-wal"
    with closing(sqlite3.connect(room.data / "journal.db")) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM entry").fetchone()
        done(ana, "delete", seq=seq)
        ana.sync()
        assert b"a secret that must go" in log.read_bytes()
    wait_until(lambda: b"a secret that must go" not in log.read_bytes(), "it is gone")


def test_what_is_deleted_does_not_count_against_the_room(serve: Serve, clients: ExitStack, make_key: MakeKey) -> None:
    """Else somebody who says and deletes has everybody's texts removed."""
    server = serve(keep=Keep(size=200_000))
    mal, ben = (clients.enter_context(RawClient(server.port, tls=True)) for _ in range(2))
    ben.join("Ben", key=make_key("Ben"))
    mal.join("Mal", key=make_key("Mal"))
    ben.say("run-0", "his word")
    ben.until("message")
    retention = server._broadcaster._retention
    for n in range(60):
        mal.say(f"run-{n}", "x" * 8_000)
        seq = mal.until("message", id=f"run-{n}")["seq"]
        retention.due = 0.0  # a minute later
        mal.sync()
        mal.tell(kind="moderate", id=f"{n}", do={"action": "delete", "seq": seq})
        mal.until("outcome", id=f"{n}")
    late = clients.enter_context(RawClient(server.port, tls=True))
    late.join("Late", key=make_key("Late"), history=200)
    assert late.until("page")["entries"][0]["text"] == "his word"


def test_members_delete_their_own_alone(room: Room) -> None:
    ana, ben = room.join("Ana"), room.join("Ben")
    ana.say("run-0", "mine")
    seq = ben.until("message")["seq"]
    assert denied(ben, "delete", seq=seq) == "not_allowed"
    done(ana, "delete", seq=seq)
    ben.until("deleted", target=seq)
    assert deeds(room) == []


def test_nobody_is_told_more_than_a_sentence_and_the_audit_tells_all(room: Room) -> None:
    olga = room.join("Olga")
    room.join("Ana")
    done(olga, "mute", who="Ana", seconds=5)
    done(olga, "unmute", who="Ana")
    done(olga, "slow", seconds=1)
    done(olga, "lock", on=True)
    done(olga, "pin", pin="987654")
    done(olga, "ban", who="Ana", seconds=5)
    ana = room.key("Ana").public
    assert deeds(room) == [
        ("Olga", "mute", ana),
        ("Olga", "unmute", ana),
        ("Olga", "slow", ""),
        ("Olga", "lock", ""),
        ("Olga", "pin", ""),
        ("Olga", "ban", ana),
    ]
    with open_database(room.data) as database:
        assert "987654" not in str(Audit(database).read())
