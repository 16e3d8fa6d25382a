"""What a client makes of a server's frames: frames in, frames and events out, with a real outbox and replica."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from lanchat.client import events
from lanchat.client import outbox as outbox_module
from lanchat.client.events import Event, Failed, Joined, Queued
from lanchat.client.outbox import Outbox, Waiting
from lanchat.client.profile import Profile
from lanchat.client.replica import Replica
from lanchat.client.talk import PersonAsked, Talk
from lanchat.client.unlocking import Unlocking
from lanchat.errors import ConnectionLost, JoinRefused, PutOut, RemoteProtocolError, SomebodyBetween, StoreFailed
from lanchat.identity import verify
from lanchat.protocol import frames
from lanchat.protocol.codec import Flaw
from lanchat.protocol.frames import ClientFrame, ServerFrame
from lanchat.protocol.handshake import proof_text
from lanchat.protocol.limits import Code
from lanchat.protocol.moderation import Lock, Rules
from lanchat.protocol.rooms import Create, Person, RoomInfo

SERVER = "5" * 32
ELSE = "k" * 43


class Wire:
    """A talk and what came out of it."""

    def __init__(self, run: str = "r", destination: str = SERVER) -> None:
        self.profile = Profile("ana")
        self.key = self.profile.key.public
        self.sent: list[ClientFrame] = []
        self.told: list[Event] = []
        self.remembered: list[str] = []
        self.outbox = Outbox(self.profile, destination, run)
        self.talk = Talk(
            self.profile.key,
            "Ana",
            Unlocking(None, self.profile.key.public),
            self.outbox,
            lambda server_id: Replica(self.profile.directory, server_id, self.profile.key.public),
            lambda _id: False,
            lambda name, _proved: self.remembered.append(name),
            self.sent.append,
            self.told.append,
        )

    def receive(self, *received: ServerFrame | Flaw, now: float = 0.0) -> None:
        self.talk.receive(received, now)

    def join(self, head: int = 0, **options: Any) -> None:
        """Connects, proves, and is let in."""
        self.talk.begin(SERVER, 0.002)
        self.receive(frames.Challenge("nonce", SERVER), welcome(head, **options))

    def entry(self, seq: int, n: int, run: str = "r") -> frames.Message:
        """One of our own, as the server tells it."""
        return frames.Message("lobby", seq, f"{run}-{n}", 1, "Ana", self.key, f"mine {n}")

    def take(self) -> tuple[list[ClientFrame], list[Event]]:
        """What came out since the last call."""
        out = self.sent[:], self.told[:]
        self.sent.clear()
        self.told.clear()
        return out


def welcome(head: int = 0, *, journal: str = "j1", nick: str = "Ana", **options: Any) -> frames.Welcome:
    chosen = {"id": SERVER, "run": "s", "name": "Room", "room": "lobby", "max_users": 9, **options}
    return frames.Welcome(nick=nick, journal=journal, head=head, **chosen)


def other(seq: int) -> frames.Message:
    return frames.Message("lobby", seq, f"b{seq}", 1, "Ben", ELSE, f"his {seq}")


@pytest.fixture
def wires() -> Iterator[Callable[..., Wire]]:
    with ExitStack() as stack:

        def start(**options: Any) -> Wire:
            wire = Wire(**options)
            stack.callback(wire.talk.close)
            return wire

        yield start


@pytest.fixture
def wire(wires: Callable[..., Wire]) -> Wire:
    return wires()


def test_what_is_in_the_copy_is_shown_though_the_outbox_fails(wire: Wire) -> None:
    """The next connection goes on behind it."""
    wire.join()
    wire.talk.sending.say(1, frames.Say("", "mine 1"), 1)
    wire.take()
    wire.outbox._db.execute("PRAGMA query_only=ON")  # as a disk that is full just now
    with pytest.raises(StoreFailed):
        wire.receive(wire.entry(1, 1))
    wire.outbox._db.execute("PRAGMA query_only=OFF")
    assert wire.take()[1] == [wire.entry(1, 1)]
    wire.talk.ended()
    wire.join(1)
    (hello,) = (frame for frame in wire.sent if isinstance(frame, frames.Hello))
    assert hello.resume == frames.Resume("j1", {"lobby": 1})


# Joining


def test_hello_says_who_we_are_and_what_we_have(wire: Wire) -> None:
    wire.talk.begin(SERVER, 0.002)
    (hello,) = wire.sent
    assert hello == frames.Hello(version=1, nick="Ana", key=wire.key, runs=["r"], ping=True, capabilities=["rooms"])


def test_the_proof_counts(wire: Wire) -> None:
    wire.talk.begin(SERVER, 0.002)
    wire.receive(frames.Challenge("nonce", SERVER))
    hello, proof = wire.sent
    assert isinstance(hello, frames.Hello)
    assert isinstance(proof, frames.Proof)
    assert verify(wire.key, proof_text(SERVER, "nonce", hello), proof.signature)


def test_no_proof_for_another_server(wire: Wire) -> None:
    """A server that passes our proof on could join elsewhere under our name."""
    wire.talk.begin(SERVER, 0.002)
    with pytest.raises(SomebodyBetween):
        wire.receive(frames.Challenge("nonce", "6" * 32))
    assert not any(isinstance(frame, frames.Proof) for frame in wire.sent)


def test_one_proof_for_each_hello(wire: Wire) -> None:
    wire.talk.begin(SERVER, 0.002)
    wire.receive(frames.Challenge("nonce", SERVER))
    with pytest.raises(RemoteProtocolError):
        wire.receive(frames.Challenge("another", SERVER))


def test_joined_tells_what_is_known(wire: Wire) -> None:
    wire.join(nick="Ana 2")
    assert wire.told == [Joined(welcome(nick="Ana 2"), latency_ms=2.0)]
    assert wire.talk.joined
    assert wire.talk.nick == "Ana 2"
    assert wire.remembered == ["Room"]
    wire.talk.ended()
    wire.take()
    wire.join()
    assert wire.told == [Joined(welcome(), latency_ms=2.0, again=True)]


@pytest.mark.parametrize(
    "early",
    [
        other(1),
        frames.Page("lobby", [other(1)]),
        frames.Roster("lobby", []),
        frames.Presence("lobby", []),
    ],
)
def test_nothing_of_the_room_before_the_welcome(wire: Wire, early: ServerFrame) -> None:
    wire.talk.begin(SERVER, 0.002)
    with pytest.raises(RemoteProtocolError):
        wire.receive(early)
    assert wire.told == []


def test_one_welcome_for_each_connection(wire: Wire) -> None:
    wire.join()
    with pytest.raises(RemoteProtocolError):
        wire.receive(welcome(journal="j2"))


def test_a_refused_nickname_asks_for_another(wire: Wire) -> None:
    wire.talk.begin(SERVER, 0.002)
    refused = frames.Refused(Code.NICK_TAKEN, "“Ana” is already here.", "Ana 2")
    with pytest.raises(PersonAsked):
        wire.receive(refused)
    assert wire.told == [refused]
    wire.talk.ended()
    wire.talk.rename("Ana 2")
    wire.talk.begin(SERVER, 0.002)
    assert isinstance(wire.sent[-1], frames.Hello)
    assert wire.sent[-1].nick == "Ana 2"


def test_other_refusals_end_the_talk(wire: Wire) -> None:
    wire.talk.begin(SERVER, 0.002)
    with pytest.raises(JoinRefused, match="Update"):
        wire.receive(frames.Refused(Code.VERSION, "Update the older one."))


def test_a_room_that_was_full_when_we_came_back_is_tried_again(wire: Wire) -> None:
    full = frames.Refused(Code.FULL, "The room is full.")
    wire.talk.begin(SERVER, 0.002)
    with pytest.raises(JoinRefused):
        wire.receive(full)
    wire.join()
    wire.talk.ended()
    wire.talk.begin(SERVER, 0.002)
    with pytest.raises(ConnectionLost):
        wire.receive(full)


def test_bytes_that_are_no_frames_end_the_connection(wire: Wire) -> None:
    wire.join()
    with pytest.raises(RemoteProtocolError):
        wire.receive(Flaw(Code.NOT_JSON, "no", fatal=True))
    wire.receive(Flaw(Code.UNKNOWN_TYPE, "a newer server may say more"))


def test_goodbye_ends_it(wire: Wire) -> None:
    wire.join()
    with pytest.raises(ConnectionLost, match="closes"):
        wire.receive(frames.Bye(Code.CLOSING, "The server closes."))


# Entries


def test_the_copy_holds_what_came_in_one_piece(wire: Wire) -> None:
    """The last page of a catch-up and the first live entry may come in the same bytes."""
    wire.join(head=2)
    page = frames.Page("lobby", [other(1), other(2)], start=True, catchup=True)
    wire.take()
    wire.receive(page, other(3), other(4), frames.Roster("lobby", []), other(5))
    assert wire.told == [page, other(3), other(4), frames.Roster("lobby", []), other(5)]
    wire.talk.ended()
    wire.take()
    wire.join(head=5)
    hello = wire.sent[0]
    assert isinstance(hello, frames.Hello)
    assert hello.resume == frames.Resume("j1", {"lobby": 5})


def test_what_is_here_is_shown_before_anybody_is_asked(wires: Callable[..., Wire]) -> None:
    first = wires()
    first.join()
    first.receive(*[other(seq) for seq in range(1, 151)])
    first.talk.close()
    again = wires(run="s")
    again.talk.look_back(SERVER)
    assert again.told == [frames.Page("lobby", [other(seq) for seq in range(51, 151)], catchup=True)]
    assert again.sent == []


def test_another_journal_makes_what_was_known_void(wires: Callable[..., Wire]) -> None:
    first = wires()
    first.join()
    first.receive(other(1), other(2))
    first.talk.close()
    again = wires(run="s")
    again.join(journal="j2")
    hello = again.sent[0]
    assert isinstance(hello, frames.Hello)
    assert hello.resume == frames.Resume("j1", {"lobby": 2})
    assert again.told[-1] == Joined(welcome(journal="j2"), latency_ms=2.0, new_journal=True)
    again.talk.ended()
    again.take()
    again.talk.begin(SERVER, 0.002)
    assert isinstance(again.sent[0], frames.Hello)
    assert again.sent[0].resume is None


def test_older_entries_come_from_here_first(wire: Wire) -> None:
    wire.join(head=20)
    wire.receive(frames.Page("lobby", [other(seq) for seq in range(11, 21)], catchup=True))
    wire.take()
    wire.talk.load_older("lobby", 15, 3)
    assert wire.take() == ([], [frames.Page("lobby", [other(12), other(13), other(14)])])
    wire.talk.load_older("lobby", 11, 3)
    assert wire.take() == ([frames.History(before=11, limit=3, room="lobby")], [])
    wire.receive(frames.Page("lobby", [other(seq) for seq in range(1, 11)], start=True))
    wire.take()
    wire.talk.load_older("lobby", 4, 100)
    assert wire.take() == ([], [frames.Page("lobby", [other(1), other(2), other(3)], start=True)])


# What we say


def test_said_kept_sent_and_acknowledged(wire: Wire) -> None:
    wire.join()
    wire.take()
    wire.talk.sending.say(1, frames.Say("", "mine 1"), 1000)
    assert wire.take() == ([frames.Say("r-1", "mine 1")], [Queued("r-1", "mine 1", 1000)])
    assert len(wire.outbox) == 1
    wire.receive(wire.entry(1, 1))
    assert wire.take() == ([], [wire.entry(1, 1)])
    assert len(wire.outbox) == 0


def test_somebody_elses_entry_acknowledges_nothing(wire: Wire) -> None:
    """Ids are made by their authors: another one may use ours."""
    wire.join()
    wire.talk.sending.say(1, frames.Say("", "mine 1"), 1000)
    wire.receive(frames.Message("lobby", 1, "r-1", 1, "Ben", ELSE, "forged"))
    wire.receive(frames.Message("lobby", 2, "r-1", 1, "Ana", None, "forged"))
    assert len(wire.outbox) == 1


def test_what_is_said_before_the_welcome_waits_for_it(wire: Wire) -> None:
    wire.talk.sending.say(1, frames.Say("", "early"), 1000)
    wire.talk.begin(SERVER, 0.002)
    wire.talk.sending.say(2, frames.Say("", "still early"), 1001)
    wire.receive(frames.Challenge("nonce", SERVER))
    assert not any(isinstance(frame, frames.Say) for frame in wire.sent)
    wire.receive(welcome())
    assert wire.sent[2:] == [frames.Say("r-1", "early"), frames.Say("r-2", "still early")]


def test_what_the_server_has_is_not_said_again(wire: Wire) -> None:
    wire.join()
    for n in range(1, 5):
        wire.talk.sending.say(n, frames.Say("", f"mine {n}"), 1000)
    wire.receive(wire.entry(1, 1))
    wire.talk.ended()
    wire.take()
    wire.join(highest={"r": 2})
    assert [frame.id for frame in wire.sent if isinstance(frame, frames.Say)] == ["r-3", "r-4"]


def test_rows_found_when_the_server_is_known_are_named_in_hello(wires: Callable[..., Wire]) -> None:
    """Else the server would not tell what it has of them, and they would be said again, and wait for ever."""
    dead = wires(run="dead")
    dead.talk.sending.say(1, frames.Say("", "stored there"), 1000)
    dead.talk.sending.say(2, frames.Say("", "not stored"), 1001)
    dead.talk.close()
    heir = wires(run="r", destination="studio")
    heir.join(highest={"r": -1, "dead": 1})
    hello = heir.sent[0]
    assert isinstance(hello, frames.Hello)
    assert hello.runs == ["r", "dead"]
    assert [frame for frame in heir.sent if isinstance(frame, frames.Say)] == [frames.Say("dead-2", "not stored")]


def test_what_still_waits_is_told_after_a_restart(wires: Callable[..., Wire]) -> None:
    dead = wires(run="dead")
    dead.talk.sending.say(1, frames.Say("", "waits"), 1000)
    dead.talk.close()
    heir = wires()
    heir.talk.sending.tell_waiting()
    assert heir.told == [Queued("dead-1", "waits", 1000)]


def test_a_refused_message_waits_no_longer_and_can_be_said_again(wire: Wire) -> None:
    wire.join()
    wire.talk.sending.say(1, frames.Say("", "too long, say"), 1000)
    wire.take()
    wire.receive(frames.Error(Code.TEXT_TOO_LONG, "Too long.", "r-1"))
    assert wire.told == [Failed("r-1", "too long, say", "Too long.")]
    assert len(wire.outbox) == 0
    assert wire.talk.sending.failed("r-1") == frames.Say("r-1", "too long, say")
    assert wire.talk.sending.failed("r-1") is None


NOT_STORED = [frames.Error(Code.NOT_STORED, "Disk full.", f"r-{n}") for n in range(4)]


def test_a_server_that_cannot_store_is_asked_again(wire: Wire) -> None:
    """The oldest alone, until it is stored; then all that waits, in order."""
    wire.join()
    wire.talk.sending.say(1, frames.Say("", "one"), 1000)
    wire.talk.sending.say(2, frames.Say("", "two"), 1001)
    wire.take()
    wire.receive(NOT_STORED[1], NOT_STORED[2])
    assert wire.told == [frames.Error(Code.NOT_STORED, "Disk full.")]  # once, and of no message: they all wait
    wire.talk.sending.say(3, frames.Say("", "three"), 1002)
    assert wire.talk.sending.due is not None
    wire.talk.sending.on_time(wire.talk.sending.due - 0.1)
    assert wire.sent == []
    for _ in range(2):
        wire.talk.sending.on_time(wire.talk.sending.due)
        assert wire.sent == [frames.Resend(), frames.Say("r-1", "one")]
        wire.take()
        wire.receive(NOT_STORED[1])
        assert wire.told == []
    wire.talk.sending.try_again()
    wire.take()
    wire.receive(wire.entry(1, 1))
    assert wire.sent == [frames.Say("r-2", "two"), frames.Say("r-3", "three")]
    assert wire.talk.sending.due is None


def test_in_slow_mode_the_oldest_is_said_again_when_it_may_be(wire: Wire) -> None:
    wire.join()
    wire.talk.sending.say(1, frames.Say("", "one"), 1000)
    wire.talk.sending.say(2, frames.Say("", "two"), 1001)
    wire.take()
    slow = [frames.Error(Code.SLOW, "Slow mode", f"r-{n}", wait=30) for n in (1, 2)]
    wire.receive(*slow, now=100.0)
    assert wire.told == [frames.Error(Code.SLOW, "Slow mode", wait=30)]
    assert wire.talk.sending.due == 130.0
    wire.talk.sending.on_time(130.0)
    assert wire.sent == [frames.Resend(), frames.Say("r-1", "one")]
    wire.receive(wire.entry(1, 1), now=130.1)
    wire.take()
    wire.receive(slow[1], now=130.2)
    assert wire.talk.sending.due == 160.2
    wire.receive(Rules("lobby"), now=131.0)  # slow no more: all that waits goes out
    assert wire.sent[-2:] == [frames.Resend(), frames.Say("r-2", "two")]
    wire.receive(wire.entry(2, 2), now=131.1)
    assert wire.talk.sending.due is None


def test_a_long_line_of_what_waits_goes_out_one_by_one(wire: Wire) -> None:
    """What was sent behind the first is refused, too; that puts nothing off, and nothing is sent twice at once."""
    wire.join()
    for n in range(1, 101):
        wire.talk.sending.say(n, frames.Say("", str(n)), 1000 + n)
    wire.receive(wire.entry(1, 1), now=100.0)
    wire.take()
    for n in range(2, 101):
        wire.receive(frames.Error(Code.SLOW, "Slow mode", f"r-{n}", wait=10), now=100.0 + n)
    assert wire.talk.sending.due == 112.0
    assert len(wire.told) == 1
    for n in range(2, 5):
        wire.take()
        wire.talk.sending.on_time(1_000.0 * n)
        assert wire.sent == [frames.Resend(), frames.Say(f"r-{n}", str(n))]
        wire.receive(wire.entry(n, n), now=1_000.0 * n)
        assert wire.sent[2:] == [frames.Resend(), frames.Say(f"r-{n + 1}", str(n + 1))]
        wire.receive(frames.Error(Code.SLOW, "Slow mode", f"r-{n + 1}", wait=10), now=1_000.0 * n)


def test_what_a_newer_lanchat_left_here_is_told_once(wires: Callable[..., Wire]) -> None:
    newer = wires(run="dead")
    newer.outbox.add(Waiting("dead", 1, "x", 1000, '{"type":"dance"}'))
    newer.talk.close()
    heir = wires()
    heir.talk.sending.tell_waiting()
    heir.join()
    heir.talk.ended()
    heir.join()
    told = [event for event in heir.told if isinstance(event, frames.Error)]
    assert [event.detail[:26] for event in told] == ["Not sent yet: 1 message th"]
    assert all(not isinstance(frame, frames.Say) for frame in heir.sent)


def test_of_an_older_server_nobody_waits_for_ever(wire: Wire) -> None:
    wire.join()
    tickets: list[frames.Ticket | None] = []
    wire.talk.asking.ask(lambda id: frames.Fetch(id, 7), tickets.append)  # noqa: A006 - the wire's word
    wire.talk.ask(frames.Moderate("m1", Lock(on=True)))
    wire.talk.ask(frames.Arrange("m2", Create("games")))
    wire.talk.ask(frames.Arrange("m3", Create("tea")))
    wire.take()
    wire.receive(Flaw(Code.UNKNOWN_TYPE, "unknown type 'arrange'"))  # of ours, nobody complains
    assert wire.told == []
    for detail in ("unknown type 'arrange'", "unknown type 'status'", "unknown type 'fetch'"):
        wire.receive(frames.Error(Code.UNKNOWN_TYPE, detail))
    wire.receive(frames.Error(Code.INVALID, "arrange: Invalid value 'create' - at `$.do.action`"))
    assert [(told.id, told.code) for told in wire.told if isinstance(told, frames.Outcome)] == [
        ("m2", Code.UNKNOWN_TYPE),
        ("m3", Code.INVALID),
    ]
    assert len(wire.told) == 2
    assert [ticket.code for ticket in tickets if ticket] == [Code.UNKNOWN_TYPE]
    wire.receive(frames.Outcome("m1"))
    assert wire.told[-1] == frames.Outcome("m1")


@pytest.mark.parametrize("code", [Code.KICKED, Code.BANNED, Code.ROOM_CLOSED])
def test_who_was_put_out_does_not_come_back_by_itself(wire: Wire, code: Code) -> None:
    wire.join()
    with pytest.raises(PutOut) as caught:
        wire.receive(frames.Bye(code, "Olga put you out of the room."))
    assert str(caught.value) == "Olga put you out of the room."


def test_nobody_is_put_out_before_they_are_in(wire: Wire) -> None:
    wire.talk.begin(SERVER, 0.002)
    with pytest.raises(ConnectionLost) as caught:
        wire.receive(frames.Bye(Code.KICKED, "x"))
    assert not isinstance(caught.value, PutOut)


def test_a_ban_while_we_were_away_ends_it(wire: Wire) -> None:
    wire.join()
    wire.talk.ended()
    wire.talk.begin(SERVER, 0.002)
    with pytest.raises(PutOut):
        wire.receive(frames.Refused(Code.BANNED, "You are banned from this room for 1 h."))


def test_a_deletion_blanks_our_copy(wire: Wire) -> None:
    wire.join()
    wire.receive(other(1), frames.Deleted("lobby", 2, "", 1, "Olga", ELSE, 1), other(3))
    assert wire.told[-2] == frames.Deleted("lobby", 2, "", 1, "Olga", ELSE, 1)
    wire.take()
    wire.talk.load_older("lobby", None, 10)
    ((page,),) = [wire.told]
    assert isinstance(page, frames.Page)
    assert [getattr(entry, "text", None) for entry in page.entries] == ["", None, "his 3"]


def test_what_needs_a_role_is_asked_only_while_we_are_in(wire: Wire) -> None:
    wire.talk.ask(frames.Moderate("m1", Lock(on=True)))
    ((outcome,), _) = wire.told[:], wire.take()
    assert isinstance(outcome, frames.Outcome)
    assert (outcome.id, bool(outcome.code)) == ("m1", True)
    wire.join()
    wire.take()
    wire.talk.ask(frames.Moderate("m2", Lock(on=True)))
    assert wire.sent == [frames.Moderate("m2", Lock(on=True))]
    wire.receive(frames.Outcome("m2", detail="Done."), Rules("lobby", closed=True))
    wire.receive(frames.Outcome("m2", detail="Twice."), frames.Outcome("m9", detail="Your account is locked."))
    assert wire.told == [frames.Outcome("m2", detail="Done."), Rules("lobby", closed=True)]


def test_when_the_oldest_that_was_not_stored_is_refused_or_discarded_the_rest_goes_on(wire: Wire) -> None:
    wire.join()
    for n in (1, 2, 3):
        wire.talk.sending.say(n, frames.Say("", str(n)), 1000 + n)
    wire.receive(NOT_STORED[1])
    wire.talk.sending.discard("r-1")
    wire.talk.sending.try_again()
    wire.take()
    wire.receive(frames.Error(Code.TEXT_TOO_LONG, "Too long.", "r-2"))
    assert wire.sent == [frames.Say("r-3", "3")]
    wire.receive(NOT_STORED[3])
    wire.talk.sending.discard("r-3")
    assert wire.talk.sending.due is None
    wire.take()
    wire.talk.sending.say(4, frames.Say("", "4"), 1004)
    assert wire.sent == [frames.Say("r-4", "4")]


def test_a_full_outbox_fails_at_once(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox_module, "MAX_WAITING", 1)
    wire.talk.sending.say(1, frames.Say("", "fits"), 1000)
    wire.take()
    wire.talk.sending.say(2, frames.Say("", "does not"), 1001)
    (failed,) = wire.told
    assert isinstance(failed, Failed)
    assert failed.id == "r-2"
    assert wire.talk.sending.failed("r-2") == frames.Say("r-2", "does not")


def test_errors_about_nothing_said_are_told(wire: Wire) -> None:
    wire.join()
    wire.take()
    error = frames.Error(Code.NICK_TAKEN, "taken", suggestion="Ana 2")
    wire.receive(error, frames.Error(Code.TEXT_EMPTY, "of an id that we do not know", "x-1"))
    assert wire.told == [error]


def test_flush_is_answered_when_nothing_waits(wire: Wire) -> None:
    answers: list[bool] = []
    wire.talk.sending.when_empty(answers.append)
    assert answers == [True]
    wire.join()
    wire.talk.sending.say(1, frames.Say("", "mine 1"), 1000)
    wire.talk.sending.say(2, frames.Say("", "mine 2"), 1000)
    wire.talk.sending.when_empty(answers.append)
    wire.receive(wire.entry(1, 1))
    assert answers == [True]
    with pytest.raises(ConnectionLost):
        wire.receive(wire.entry(2, 2), frames.Bye())
    assert answers == [True, True]
    wire.talk.sending.say(3, frames.Say("", "mine 3"), 1000)
    wire.talk.sending.when_empty(answers.append)
    wire.talk.sending.discard("r-3")
    assert answers == [True, True, True]


def test_flush_is_answered_when_the_talk_ends(wire: Wire) -> None:
    answers: list[bool] = []
    wire.talk.sending.say(1, frames.Say("", "mine 1"), 1000)
    wire.talk.sending.when_empty(answers.append)
    wire.talk.close()
    assert answers == [False]


def test_failed_messages_are_forgotten_at_last(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lanchat.client.sending._MAX_FAILED", 2)
    wire.join()
    for n in range(1, 4):
        wire.talk.sending.say(n, frames.Say("", str(n)), 1000)
        wire.receive(frames.Error(Code.TEXT_EMPTY, "no", f"r-{n}"))
    failed = [wire.talk.sending.failed(f"r-{n}") for n in range(1, 4)]
    assert failed == [None, frames.Say("r-2", "2"), frames.Say("r-3", "3")]


# Names and liveness


def test_our_name_may_be_changed_by_another_window_of_ours(wire: Wire) -> None:
    wire.join()
    wire.receive(
        frames.Presence(
            "lobby",
            [
                frames.Change("renamed", "Anna", wire.key, was="Ana"),
                frames.Change("renamed", "Bernd", ELSE, was="Ben"),
                frames.Change("joined", "Carl", None),
            ],
        )
    )
    assert wire.talk.nick == "Anna"


def test_a_rename_goes_out_at_once_when_we_are_in(wire: Wire) -> None:
    wire.join()
    wire.talk.rename("Anna")
    assert wire.sent[-1] == frames.Rename("Anna")
    assert wire.talk.nick == "Ana"


def test_a_rename_between_hello_and_welcome_is_not_lost(wire: Wire) -> None:
    wire.talk.begin(SERVER, 0.002)
    wire.talk.rename("Anna")
    wire.receive(frames.Challenge("nonce", SERVER), welcome())
    assert wire.sent[-1] == frames.Rename("Anna")


def test_pings_are_answered_within_bounds(wire: Wire) -> None:
    wire.receive(frames.Ping("abc"), frames.Ping("x" * 10_000))
    assert wire.sent == [frames.Pong("abc"), frames.Pong("x" * 64)]


def test_the_delay_is_measured_by_our_own_ping(wire: Wire) -> None:
    wire.join()
    wire.take()
    wire.talk.ping(100.0)
    (ping,) = wire.sent
    assert isinstance(ping, frames.Ping)
    for forged in ("", "nan", "-inf", "1e400", "99.0", "soon"):
        wire.receive(frames.Pong(forged), now=100.25)
    assert wire.told == []
    wire.receive(frames.Pong(ping.nonce), now=100.25)
    assert wire.told == [events.Delay(250.0)]


def test_a_row_knows_its_id() -> None:
    assert Waiting("run", 7, "text", 1).id == "run-7"


def test_only_what_is_believed_of_rooms_is_told_and_followed(wire: Wire) -> None:
    wire.join()
    wire.take()
    false = RoomInfo("@" + "0" * 24, people=[Person(wire.key, "Ana"), Person(ELSE, "Boss")])
    wire.receive(frames.Rooms([RoomInfo("games"), false], first=True), frames.Entered(false.name))
    wire.receive(frames.Message(false.name, 1, "b1", 1, "Boss", ELSE, "your PIN, please"))
    assert wire.take() == ([], [frames.Rooms([RoomInfo("games")], first=True)])
