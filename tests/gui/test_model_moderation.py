"""What the window shows of roles and deeds, and what it offers to do: models alone."""

from __future__ import annotations

from datetime import date

import pytest

from lanchat.client.deeds import ban_in_words, deed, rules_in_words
from lanchat.client.events import Error, Joined, Outcome, Page, Queued, Roster
from lanchat.errors import LocalProtocolError
from lanchat.gui.model import offers
from lanchat.gui.model.chat import ChatModel
from lanchat.gui.model.roster import Person
from lanchat.gui.model.timeline import Timeline
from lanchat.protocol import moderation as acts
from lanchat.protocol.frames import Change, Deleted, Member, Message
from lanchat.protocol.limits import Code
from lanchat.protocol.moderation import Role, Rules, Sanction
from tests.gui.stand_in import ME, MY_KEY, NOON, ROOM, joined, message, presence, roster

NOW = NOON / 1000
DAY = date(2026, 9, 21)
ANA = "a" * 43


@pytest.fixture
def model() -> ChatModel:
    return ChatModel(ME, MY_KEY, "192.168.1.23:5055")


def feed(model: ChatModel, *events: Joined | Roster | object, now: float = NOW) -> None:
    for event in events:
        model.apply(event, now)  # type: ignore[arg-type]


def deleted(seq: int, target: int, nick: str = "Olga", key: str | None = "o") -> Deleted:
    return Deleted(ROOM, seq, "", NOON, nick, key, target)


def texts(line: Timeline) -> list[tuple[str, bool]]:
    return [(block.text, block.gone) for block in line.blocks(0, len(line), DAY)]


# Deleted messages


def test_a_deleted_message_becomes_a_tombstone_whatever_comes_first() -> None:
    said = [message(1, "one", key=ANA), message(2, "two", key=ANA)]
    for entries in ([*said, deleted(3, 1)], [deleted(3, 1), *said], [said[1], deleted(3, 1), said[0]]):
        line = Timeline()
        line.blocks(0, len(line), DAY)
        for entry in entries:
            line.add([entry])
            line.blocks(0, len(line), DAY)
        assert texts(line) == [("Deleted by Olga", True), ("two", False)]
        assert line.message((1, 0)) is None
        assert line.message((2, 0)) == said[1]
        assert line.last_seq == max(entry.seq for entry in entries)


def test_whoever_deletes_their_own_is_not_named() -> None:
    line = Timeline()
    line.add([message(1, "one", "Ana", key=ANA), deleted(2, 1, "Ana", ANA)])
    assert texts(line) == [("Deleted", True)]


def test_the_latest_message_of_somebody_is_found_by_name() -> None:
    line = Timeline()
    line.add([message(1, "one", "Ana"), message(2, "two", "ANA"), message(3, "x", "Bo"), message(4, "", "Bo")])
    line.add([Message(ROOM, 5, "", NOON, "Ana", None, "")])  # no longer kept
    assert line.last_of("ana") == message(2, "two", "ANA")
    line.add([deleted(6, 2)])
    assert line.last_of("Ana") == message(1, "one", "Ana")
    assert line.last_of("Eva") is None


def test_a_deletion_of_what_never_comes_costs_little(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lanchat.client.fold.MAX_TARGETS", 100)
    line = Timeline()
    line.add([deleted(seq, seq + 10**9) for seq in range(1, 1_000)])
    assert len(line._fold._about) == 100
    assert len(line) == 0


def test_a_deletion_is_not_unread(model: ChatModel) -> None:
    feed(model, joined(), message(1, "one"))
    model.set_focused(False)
    feed(model, deleted(2, 1))
    assert model.unread == 0
    feed(model, Page(ROOM, [message(1, "one"), deleted(2, 1)]))
    assert texts(model.timeline) == [("Deleted by Olga", True)]


# People and rules


def test_roles_and_mutes_stand_beside_names_and_follow_changes(model: ChatModel) -> None:
    members = [
        Member(ME, MY_KEY),
        Member("Ana", ANA, role="moderator"),
        Member("Olga", "o", role="owner"),
        Member("Eva", "e", muted=True, new=True),
        Member("Zed", "z", role="emperor"),
    ]
    feed(model, joined(), roster(*members))
    assert {p.nick: p.note for p in model.people()} == {
        ME: "you",
        "Ana": "moderator",
        "Eva": "muted · new here",
        "Olga": "owner",
        "Zed": "",
    }
    assert model.role is Role.MEMBER
    feed(
        model,
        presence(
            Change("role", ME, MY_KEY, role="moderator", by="Olga"),
            Change("unmuted", "Eva", "e", by="Ana"),
            Change("muted", "Nobody", "n", by="Ana", muted=True),
        ),
    )
    assert model.role is Role.MODERATOR
    assert {p.nick: p.note for p in model.people()}["Eva"] == ""
    assert len(model.people()) == 5
    line = model.timeline
    (block,) = line.blocks(0, len(line), DAY)
    assert block.text == f"Olga made {ME} a moderator · Ana let Eva speak again"


def test_a_name_that_comes_with_another_key_is_marked(model: ChatModel) -> None:
    """What is here from last time comes first, the roster of today then, older pages last."""
    feed(model, Page(ROOM, [message(1, "hi", "Ana", key="old")], catchup=True), joined())
    feed(model, roster(Member(ME, MY_KEY), Member("ana", "other", new=True), Member("Eva", "e"), Member("Bo", "b2")))

    def notes() -> dict[str, str]:
        return {p.nick: p.note for p in model.people()}

    assert notes() == {ME: "you", "ana": "new device", "Bo": "", "Eva": ""}
    feed(model, Page(ROOM, [message(2, "I am the first Bo", "Bo", key="b1"), message(3, "x", "Eva")]))
    assert notes() == {ME: "you", "ana": "new device", "Bo": "new device", "Eva": ""}
    feed(model, presence(Change("left", "Eva", "e"), Change("joined", "Eva", "e2", new=True)))
    assert notes()["Eva"] == "new device"
    feed(model, presence(Change("joined", "Zoe", "z", new=True), Change("joined", "Gast")))
    assert (notes()["Zoe"], notes()["Gast"]) == ("new here", "guest")


def test_what_holds_is_told_and_forgotten_at_the_next_joining(model: ChatModel) -> None:
    feed(model, joined(), Rules(ROOM, slow=10, closed=True))
    assert model.topic == "slow mode, one message every 10 s · nobody new comes in"
    feed(model, joined(again=True))
    assert model.topic == ""


def test_in_slow_mode_the_line_below_counts_down(model: ChatModel) -> None:
    feed(model, joined(), Queued("r-1", "mine", NOON), Error(Code.SLOW, "Slow mode", wait=7))
    assert model.footer(NOW + 1) == "Slow mode: your next message goes out in 6 s"
    assert model.banner(NOW) is None
    assert model.footer(NOW + 7.5) == "1 message waiting to be sent"
    feed(model, message(1, "mine", ME, entry_id="r-1", key=MY_KEY))
    assert model.footer(NOW + 1) == ""


def test_the_outcome_is_said_below(model: ChatModel) -> None:
    feed(model, joined(), Outcome("m1", detail="Ana is put out."))
    assert model.footer(NOW) == "Ana is put out."
    feed(model, Outcome("m2", Code.NOT_ALLOWED, "Only owners\nof this room can do that."))
    assert model.footer(NOW) == "Only owners of this room can do that."


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (Change("left", "Ana", by="Olga", why="spam"), "Olga put out Ana (spam)"),
        (Change("left", "Ana", by="Olga", ban=True), "Olga banned Ana"),
        (Change("left", "Ana"), ""),
        (Change("muted", "Ana", by="Olga", why="a\nb\u202e"), "Olga muted Ana (a b)"),
        (Change("unmuted", "Ana", by="Olga"), "Olga let Ana speak again"),
        (Change("unmuted", "Ana"), ""),
        (Change("role", "Ana", by="Olga", role="moderator"), "Olga made Ana a moderator"),
        (Change("role", "Ana", by="Olga"), "Ana is no longer a moderator"),
        (Change("role", "Ana", by="Olga", role="\x1b[31memperor"), ""),
        (Change("dances", "Ana", by="Olga"), ""),
    ],
)
def test_deeds_in_words(change: Change, words: str) -> None:
    assert deed(change) == words


def test_what_happened_stands_in_the_order_of_time() -> None:
    line = Timeline()
    for change in (
        Change("joined", "Ana"),
        Change("joined", "Bo"),
        Change("left", "Ana", by="Olga", why="spam"),
        Change("muted", "Bo", by="Olga", muted=True),
        Change("joined", "Ana"),
    ):
        line.note(change)
    assert [block.text for block in line.blocks(0, len(line), DAY)] == [
        "Ana and Bo joined",
        "Olga put out Ana (spam) · Olga muted Bo",
        "Ana joined",
    ]


def test_bans_and_rules_in_words() -> None:
    ban = Sanction("ban", "Ana\x1b", ANA, NOON, "Olga", "spam")
    assert ban_in_words(ban).startswith("Ana is banned until 2026-09-21 ")
    assert ban_in_words(ban).endswith(", by Olga: spam")
    assert ban_in_words(Sanction("mute", "Ana", None, 250_000_000_000_000, "Olga")).startswith(
        "Ana is muted until 9892"
    )
    assert rules_in_words(Rules("lobby")) == ""


# What is offered


def person(
    nick: str = "Ana", role: Role = Role.MEMBER, *, who: str = ANA, me: bool = False, muted: bool = False
) -> Person:
    return Person(nick, 0, me, "", who, role, muted)


def labels(offered: list[offers.Offer]) -> list[str]:
    return [offer.label for offer in offered]


def test_nothing_is_offered_against_who_ranks_as_high() -> None:
    for own in Role:
        for role in Role:
            offered = offers.for_person(person(role=role), own)
            assert bool(offered) is (own.rank > role.rank)
    assert offers.for_person(person(me=True), Role.OWNER) == []


def test_what_is_offered_follows_the_state() -> None:
    assert labels(offers.for_person(person(), Role.MODERATOR)) == ["Mute …", "Put out …", "Ban …"]
    assert labels(offers.for_person(person(muted=True), Role.MODERATOR))[0] == "Let them speak again"
    assert labels(offers.for_person(person(), Role.OWNER))[-1] == "Make a moderator"
    assert labels(offers.for_person(person(role=Role.MODERATOR), Role.OWNER))[-1] == "No longer a moderator"
    assert labels(offers.for_person(person("Gast", who="Gast"), Role.OWNER))[-1] == "Ban …"
    assert labels(offers.for_room(Rules(ROOM), Role.MODERATOR)) == ["Slow mode …", "Let nobody new in"]
    assert labels(offers.for_room(Rules(ROOM, closed=True), Role.OWNER)) == [
        "Slow mode …",
        "Let everybody in again",
        "Change the PIN …",
        "Close the room …",
    ]
    assert offers.for_room(Rules(ROOM), Role.MEMBER) == []


def test_every_offer_makes_its_action() -> None:
    offered = [
        *offers.for_person(person(), Role.OWNER),
        *offers.for_person(person(muted=True, role=Role.MODERATOR), Role.OWNER),
        *offers.for_room(Rules(ROOM, slow=30), Role.OWNER),
        *offers.for_room(Rules(ROOM, closed=True), Role.OWNER),
        offers.for_message(17, own=False),
    ]
    made = {offer.label: offer.make((3_600, "123456")) for offer in offered}
    assert made == {
        "Mute …": acts.Mute(ANA, 3_600, "123456"),
        "Put out …": acts.Kick(ANA, "123456"),
        "Ban …": acts.Ban(ANA, 3_600, "123456"),
        "Make a moderator": acts.Appoint(ANA, moderator=True),
        "Let them speak again": acts.Unmute(ANA),
        "No longer a moderator": acts.Appoint(ANA, moderator=False),
        "Slow mode …": acts.Slow(3_600),
        "Let nobody new in": acts.Lock(on=True),
        "Change the PIN …": acts.Pin("123456"),
        "Close the room …": acts.Close("123456"),
        "Let everybody in again": acts.Lock(on=False),
        "Delete …": acts.Delete(17),
    }
    for offer in offered:
        if offer.question and offer.question.times:
            assert offer.question.usual in offer.question.times.values()


def test_a_pin_that_can_be_none_is_refused_before_it_is_sent() -> None:
    (change,) = [offer for offer in offers.for_room(Rules(ROOM), Role.OWNER) if offer.label == "Change the PIN …"]
    assert change.make((0, "  ")) == acts.Pin("")
    with pytest.raises(LocalProtocolError):
        change.make((0, "12"))
