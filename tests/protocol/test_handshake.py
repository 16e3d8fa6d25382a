"""Who may say what when, case by case; and that one signature covers one set of facts."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lanchat.protocol import frames
from lanchat.protocol.handshake import Stage, objection, proof_text
from lanchat.protocol.limits import Code
from lanchat.protocol.moderation import Lock
from lanchat.protocol.query import Query
from lanchat.protocol.rooms import Enter

SAMPLES: list[Any] = [
    frames.Info(),
    frames.Hello(1, "Ana"),
    frames.Proof("s"),
    frames.Pake("ab"),
    frames.Confirm("cd"),
    frames.Redeem("t"),
    frames.Say("a1", "hi"),
    frames.Edit("a2", 1, "ho"),
    frames.React("a3", 1, "👍"),
    frames.History(),
    frames.Search("1", Query(["soup"])),
    frames.Rename("Bo"),
    frames.Resend(),
    frames.Moderate("1", Lock(on=True)),
    frames.Arrange("2", Enter("games")),
    frames.Typing(),
    frames.Read(1),
    frames.Status(),
    frames.Offer("f1", 5, "a" * 64),
    frames.Fetch("f2", 1),
    frames.Transfer("b" * 32),
    frames.Ping(),
    frames.Pong(),
    frames.Bye(),
]
FIRST, AGAIN, UNASKED = Code.HELLO_FIRST, Code.HELLO_AGAIN, Code.PROOF_UNASKED

# Info, Hello; Proof, Pake, Confirm, Redeem; Say, Edit, React, History, Search, Rename, Resend, Moderate, Arrange,
# Typing, Read, Status, Offer, Fetch; Transfer; Ping …
TABLE = {
    Stage.GREETING: [None, None, *[UNASKED] * 4, *[FIRST] * 14, None, None, None, None],
    Stage.CHALLENGED: [None, AGAIN, None, *[UNASKED] * 3, *[FIRST] * 14, AGAIN, None, None, None],
    Stage.LOCKED: [None, AGAIN, UNASKED, None, UNASKED, None, *[FIRST] * 14, AGAIN, None, None, None],
    Stage.CONFIRMING: [None, AGAIN, UNASKED, UNASKED, None, UNASKED, *[FIRST] * 14, AGAIN, None, None, None],
    Stage.JOINED: [None, AGAIN, *[UNASKED] * 4, *[None] * 14, AGAIN, None, None, None],
}


def test_the_table_covers_everything() -> None:
    assert [type(frame) for frame in SAMPLES] == list(get_args(frames.ClientFrame))
    assert list(TABLE) == list(Stage)


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("frame", SAMPLES, ids=lambda frame: type(frame).__name__)
def test_who_may_say_what_when(stage: Stage, frame: Any) -> None:
    objected = objection(stage, frame)
    assert (objected and objected[0]) == TABLE[stage][SAMPLES.index(frame)]


# What a member signs


def test_the_exact_bytes_that_are_signed() -> None:
    hello = frames.Hello(1, "Ana", key="k", capabilities=["topic", "edit"])
    assert proof_text("ab12", "n0nce", hello) == b"22:lanchat member proof 1,4:ab12,5:n0nce,1:1,4:edit,5:topic,"


WORD = st.text(st.sampled_from("a1: ,\nä"), max_size=4)
FACTS = st.tuples(WORD, WORD, st.integers(0, 12), st.lists(WORD, max_size=3))


def signed(facts: tuple[str, str, int, list[str]]) -> bytes:
    server_id, nonce, version, capabilities = facts
    return proof_text(server_id, nonce, frames.Hello(version, "Ana", capabilities=capabilities))


@given(FACTS, FACTS)
def test_other_facts_give_other_bytes(one: Any, two: Any) -> None:
    same = (*one[:3], sorted(one[3])) == (*two[:3], sorted(two[3]))
    assert (signed(one) == signed(two)) is same


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (("i", "n", 1, ["a b"]), ("i", "n", 1, ["a", "b"])),
        (("i", "n", 1, ["a\nb"]), ("i", "n", 1, ["a", "b"])),
        (("i", "n", 1, []), ("i", "n", 1, [""])),
        (("i", "n\n1", 1, []), ("i", "n", 1, ["1"])),
        (("i\nn", "", 1, []), ("i", "n", 1, [])),
        (("i", "n", 1, ["a,1:b"]), ("i", "n", 1, ["a", "b"])),
        (("i", "n", 11, []), ("i", "n", 1, ["1"])),
    ],
)
def test_parts_do_not_run_into_each_other(one: Any, two: Any) -> None:
    assert signed(one) != signed(two)


def test_the_order_of_capabilities_means_nothing() -> None:
    assert signed(("i", "n", 1, ["a", "b"])) == signed(("i", "n", 1, ["b", "a"]))
