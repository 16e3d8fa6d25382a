"""The promise as a property: whatever a client, a server and the wire between them go through, in any order, each
message is stored once, in its author's order, and the copy equals the journal.

The client is the real Talk with its outbox and replica on disk, the server the real Room with a list for a journal;
the wire is two queues. No socket, no thread, no clock.
"""

from __future__ import annotations

import itertools
from collections import deque
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from lanchat.client.outbox import Outbox
from lanchat.client.profile import Profile
from lanchat.client.replica import Replica
from lanchat.client.sending import STORE_AGAIN
from lanchat.client.talk import Talk
from lanchat.client.unlocking import Unlocking
from lanchat.identity import new_run
from lanchat.protocol import frames
from lanchat.protocol.frames import ClientFrame, Message, ServerFrame
from lanchat.protocol.limits import Code
from lanchat.protocol.rooms import RoomInfo
from lanchat.server.counters import Counters
from lanchat.server.room import Room
from lanchat.server.roster import Line, Roster

SERVER, JOURNAL = "5" * 32, "a" * 32
PAGE = 3  # entries
_profiles = itertools.count()


class ModelServer:
    """The rules of a server around its Room, for one connection; `stored` outlives it."""

    def __init__(self, stored: list[Message]) -> None:
        self.stored = stored
        self.full = False  # its disk
        self.refusing = False
        self._line: Line | None = None
        self.counters = Counters(self._highest)
        self.roster = Roster("lobby", {})
        self.room = Room(RoomInfo("lobby", len(stored)), self.counters, self)

    def _highest(self, key: str, run: str) -> int:
        numbers = [int(e.id.rpartition("-")[2]) for e in self.stored if e.key == key and e.id.startswith(f"{run}-")]
        return max(numbers, default=-1)

    def message(self, _room: str, _seq: int) -> Message | None:
        return None  # nobody answers here

    def edits(self, _room: str, _target: int) -> int:
        return 0

    def reactions(self, _room: str, _target: int) -> tuple[list[str], int]:
        return [], 0

    def hang_up(self) -> None:
        if self._line is not None:
            self.roster.leave(self._line, 0.0, goodbye=True)
        self._line, self.refusing = None, False

    def answer(self, frame: ClientFrame) -> list[ServerFrame]:
        match frame:
            case frames.Hello():
                self._hello = frame
                return [frames.Challenge("nonce", SERVER)]
            case frames.Proof():
                return self._join()
            case frames.Say():
                return self._say(frame)
            case frames.Resend():
                self.refusing = False
        return []

    def _join(self) -> list[ServerFrame]:
        hello = self._hello
        outcome = self.roster.join(hello.nick, hello.key, clear=False)
        assert isinstance(outcome, Line)
        self._line = outcome
        assert hello.key is not None
        highest = {run: self.counters.highest((hello.key, run)) for run in hello.runs}
        head = len(self.stored)
        start = hello.resume.rooms["lobby"] if hello.resume is not None else 0
        pages = [
            frames.Page("lobby", self.stored[n : min(n + PAGE, head)], catchup=True) for n in range(start, head, PAGE)
        ]
        return [frames.Welcome(SERVER, "run", "Room", outcome.nick, "lobby", JOURNAL, head, 9, highest), *pages]

    def _say(self, said: frames.Say) -> list[ServerFrame]:
        assert self._line is not None
        no = frames.Error(Code.NOT_STORED, "Its disk is full.", said.id)
        if self.refusing:
            return [no]
        outcome = self.room.say(self._line, said, 1)
        if outcome is None:
            return []
        assert isinstance(outcome, Message), outcome
        if self.full:
            self.room.not_stored(len(self.stored))
            self.counters.not_stored()
            self.refusing = True
            return [no]
        self.stored.append(outcome)
        self.counters.stored()
        return [outcome]


class Promise(RuleBasedStateMachine):
    """What may happen to one person's talk."""

    def __init__(self) -> None:
        super().__init__()
        self.profile = Profile(f"p{next(_profiles)}")
        self.stored: list[Message] = []
        self.server = ModelServer(self.stored)
        self.said: list[str] = []
        self.now = 0.0
        self.connected = False
        self.up: deque[ClientFrame] = deque()
        self.down: deque[ServerFrame] = deque()
        self.talk: Talk
        self._begin_life()

    def _begin_life(self) -> None:
        self.run = new_run()
        self.numbers = itertools.count(1)
        self.outbox = Outbox(self.profile, SERVER, self.run)
        self.talk = Talk(
            self.profile.key,
            "Ana",
            Unlocking(None, self.profile.key.public),
            self.outbox,
            lambda server_id: Replica(self.profile.directory, server_id, self.profile.key.public),
            lambda _id: False,
            lambda _name, _proved: None,
            self.up.append,
            lambda _event: None,
        )

    @rule(count=st.integers(1, 4))
    def say(self, count: int) -> None:
        for _ in range(count):
            text = f"message {len(self.said)}"
            self.said.append(text)
            self.talk.sending.say(next(self.numbers), frames.Say("", text), len(self.said))

    @precondition(lambda self: not self.connected)
    @rule(whole=st.sampled_from([True, True, True, False]))
    def connect(self, whole: bool) -> None:
        """whole: up to the welcome; else what is said stays on its way."""
        self.connected = True
        self.talk.begin(SERVER, 0.001)
        while whole and not self.talk.joined:
            self.carry_up(1)
            self.carry_down(1)

    @rule(count=st.integers(1, 20))
    def carry_up(self, count: int) -> None:
        for _ in range(min(count, len(self.up))):
            self.down += self.server.answer(self.up.popleft())

    @rule(count=st.integers(1, 20))
    def carry_down(self, count: int) -> None:
        some = [self.down.popleft() for _ in range(min(count, len(self.down)))]
        if some:
            self.talk.receive(some, self.now)

    @precondition(lambda self: self.connected)
    @rule(fault=st.sampled_from(["cut", "cut", "kill_client", "kill_server"]))
    def fault(self, fault: str) -> None:
        getattr(self, fault)()

    def cut(self) -> None:
        """All that is under way is lost, in both directions."""
        self.connected = False
        self.up.clear()
        self.down.clear()
        self.server.hang_up()
        self.talk.ended()

    def kill_client(self) -> None:
        if self.connected:
            self.cut()
        self.talk.close()
        self._begin_life()

    def kill_server(self) -> None:
        full = self.server.full
        if self.connected:
            self.cut()
        self.server = ModelServer(self.stored)
        self.server.full = full

    @rule()
    def disk(self) -> None:
        """Full, or with room again."""
        self.server.full = not self.server.full

    @rule()
    def time_passes(self) -> None:
        self.now += STORE_AGAIN
        self.talk.sending.on_time(self.now)

    @invariant()
    def nothing_twice_and_nothing_out_of_order(self) -> None:
        texts = [entry.text for entry in self.stored]
        assert texts == [text for text in self.said if text in set(texts)]
        assert texts == self.said[: len(texts)]

    def teardown(self) -> None:
        """When nothing goes wrong any more, everything arrives."""
        self.server.full = False
        if not self.connected:
            self.connect(whole=True)
        for _ in range(20 + len(self.said)):
            self.carry_up(len(self.up) or 1)
            self.carry_down(len(self.down) or 1)
            self.time_passes()
        assert [entry.text for entry in self.stored] == self.said
        assert not len(self.outbox)
        self.talk.close()
        replica = Replica(self.profile.directory, SERVER, self.profile.key.public)
        assert replica.before("lobby", None, 10**6) == self.stored
        replica.close()


@pytest.mark.timeout(600)
def test_whatever_happens_nothing_is_lost_and_nothing_comes_twice() -> None:
    options: Any = settings(
        max_examples=150, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(Promise, settings=options)
