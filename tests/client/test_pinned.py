"""Pinned messages and presence in the client library: the fold in any order, and two people over a real server."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from lanchat.client import events
from lanchat.client.fold import Fold
from lanchat.protocol.frames import Deleted, Pinned, Pins, Status
from lanchat.protocol.limits import MAX_PINS, Code
from lanchat.protocol.presence import Pin
from lanchat.protocol.rooms import Create, Direct, Enter, Keep
from lanchat.server import Server
from tests.client.conftest import Join, Serve
from tests.client.test_rooms import both, outcome


def pinned(seq: int, target: int, *, on: bool = True) -> Pinned:
    return Pinned("lobby", seq, "", seq, "Ana", None, target, on)


def state(fold: Fold) -> object:
    return sorted(pin.seq for pin in fold.pins()), [fold.pinned(seq) for seq in range(1, 5)]


@given(
    st.lists(st.tuples(st.integers(1, 4), st.booleans()), max_size=10), st.integers(0, 10), st.randoms(), st.booleans()
)
def test_any_order_gives_the_same_pins(
    said: list[tuple[int, bool]], head: int, chance: random.Random, deleted: bool
) -> None:
    entries: list[Pinned | Deleted | Pins] = [pinned(10 + n, target, on=on) for n, (target, on) in enumerate(said)]
    holding: dict[int, Pin] = {}
    for target, on in said[:head]:  # the list that the server tells when we come in
        holding.pop(target, None)
        if on:
            holding[target] = Pin(target, "Ana", "text")
    entries.append(Pins("lobby", 9 + head, list(holding.values())))
    entries += [Deleted("lobby", 30, "", 1, "Ana", None, 2)] if deleted else []
    states = []
    for _ in range(3):
        fold = Fold()
        for entry in chance.sample(entries, len(entries)) * 2:
            fold.told(entry) if isinstance(entry, Pins) else fold.add(entry)
        states.append(state(fold))
    last = dict(said)
    wanted = [seq for seq in sorted(last) if last[seq] and not (deleted and seq == 2)]
    assert states[0] == states[1] == states[2] == (wanted, [seq in wanted for seq in range(1, 5)])


def test_a_server_that_pins_everything_is_not_believed() -> None:
    fold = Fold()
    fold.told(Pins("lobby", 1, [Pin(seq, "Ana", "x") for seq in range(1, 1_000)]))
    assert len(fold.pins()) == MAX_PINS


def test_two_people_pin_and_a_newcomer_and_the_copy_know_it(serve: Serve, join: Join) -> None:
    server = serve()
    ana, ben = both(server, join)
    outcome(ana, ana.client.do(Create("games")))
    outcome(ben, ben.client.do(Enter("games")))
    ana.client.say("the rules", room="games")
    seq = ben.until_said("the rules").seq
    outcome(ana, ana.client.do(Keep(seq, room="games")))
    assert ben.until(events.Pinned).target == seq
    cid = join(server, "Cid")
    cid.until(events.Joined)
    cid.client.do(Enter("games"))
    assert cid.until(events.Pins).pins == [Pin(seq, "Ana", "the rules")]
    ben.client.close()
    server.close()
    offline = join(server, "Ben", patient=True)
    assert offline.until(events.Pins).pins == [Pin(seq, "Ana", "the rules")]


def test_how_somebody_is_is_told_anew_after_a_break(serve: Serve, join: Join) -> None:
    server = serve()
    ana, _ = both(server, join)
    ana.client.be(Status("busy", "exam"))
    server.close()
    ana.until(events.Lost)
    serve(port=server.port)
    dora = join(server, "Dora")
    told = dora.until(
        (events.Roster, events.Presence),  # type: ignore[arg-type]
        lambda e: any((m.state, m.text) == ("busy", "exam") for m in getattr(e, "members", getattr(e, "changes", []))),
    )
    assert told


def test_a_deed_whose_answer_never_came_is_not_lost_in_silence(serve: Serve, join: Join) -> None:
    server = serve()
    ana, _ = both(server, join)
    ana.client._link.post(
        lambda: ana.client._talk.outcomes._asked.update({"m99": "moderate"})
    )  # asked, and the answer is on its way
    server.close()
    told = ana.until(events.Outcome, lambda o: o.id == "m99")
    assert told.code == Code.NOT_STORED
    assert "try again" in told.detail
    ana.until(events.Lost)
    asked = ana.client.do(Keep(1))
    assert ana.until(events.Outcome, lambda o: o.id == asked).code == Code.NOT_STORED


def test_what_was_read_is_told_to_the_other(serve: Serve, join: Join) -> None:
    server: Server = serve()
    ana, ben = both(server, join)
    room = outcome(ana, ana.client.do(Direct([ben.client.key]))).room
    ana.client.say("psst", room=room)
    seq = ben.until_said("psst").seq
    ben.client.read(seq, room)
    seen = ana.until(events.Seen, lambda e: e.key == ben.client.key)
    assert (seen.room, seen.seq) == (room, seq)
