"""The fold over a room's entries: any order gives the same state, and twice is once."""

from __future__ import annotations

import random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lanchat.client import fold
from lanchat.client.fold import Fold, Reaction
from lanchat.protocol.frames import Deleted, Edited, Message, Pinned, Reacted

ANA, BEN = "a" * 43, "b" * 43
About = Edited | Reacted | Deleted | Pinned


def edited(seq: int, target: int, text: str, key: str | None = ANA) -> Edited:
    return Edited("lobby", seq, "", 1000 + seq, "Ana", key, target, text)


def reacted(
    seq: int, target: int, emoji: str = "👍", *, key: str | None = ANA, nick: str = "Ana", on: bool = True
) -> Reacted:
    return Reacted("lobby", seq, "", 1000 + seq, nick, key, target, emoji, on)


def message(seq: int, key: str | None = ANA) -> Message:
    return Message("lobby", seq, "", 1000 + seq, "Ana", key, f"text {seq}")


def entries() -> st.SearchStrategy[list[About]]:
    """As a server may tell them: each seq once."""
    key = st.sampled_from([ANA, BEN, None])
    target = st.integers(1, 3)
    made = st.one_of(
        st.builds(lambda t, k, text: edited(0, t, text, k), target, key, st.sampled_from(["x", "y", ""])),
        st.builds(
            lambda t, k, e, n, on: reacted(0, t, e, key=k, nick=n, on=on),
            target,
            key,
            st.sampled_from("👍🎉"),
            st.sampled_from(["Ana", "Ben"]),
            st.booleans(),
        ),
        st.builds(lambda t: Deleted("lobby", 0, "", 1, "Olga", None, t), target),
        st.builds(lambda t, on: Pinned("lobby", 0, "", 1, "Olga", None, t, on), target, st.booleans()),
    )
    return st.lists(made, max_size=12).map(
        lambda found: [msgspec.structs.replace(entry, seq=4 + i) for i, entry in enumerate(found)]
    )


def state(folded: Fold) -> object:
    return [
        (folded.deleted(seq), folded.versions(message(seq)), folded.versions(message(seq, None)), folded.reactions(seq))
        for seq in (1, 2, 3)
    ], folded.pins()


@given(entries(), st.randoms(use_true_random=False))
def test_any_order_and_any_repetition_give_the_same_state(found: list[About], chance: random.Random) -> None:
    one, other = Fold(ANA), Fold(ANA)
    for entry in found:
        one.add(entry)
    shuffled = [*found, *chance.sample(found, len(found) // 2)]
    chance.shuffle(shuffled)
    for entry in shuffled:
        other.add(entry)
    assert state(one) == state(other)


def test_versions_are_those_of_the_author_alone() -> None:
    folded = Fold()
    for entry in (edited(9, 1, "three"), edited(5, 1, "two"), edited(7, 1, "hacked", BEN), edited(8, 1, "")):
        folded.add(entry)
    assert [text for _, text in folded.versions(message(1))] == ["text 1", "two", "three"]
    assert [text for _, text in folded.versions(message(1, None))] == ["text 1"], "nobody changes what a guest said"


def test_reactions_stand_in_order_of_their_first_and_go_with_their_last() -> None:
    folded = Fold(ANA)
    for entry in (
        reacted(2, 1, "🎉", key=BEN, nick="Ben"),
        reacted(3, 1, "👍", key=None, nick="Gast"),
        reacted(4, 1, "👍"),
        reacted(5, 1, "🙈"),
        reacted(6, 1, "🙈", on=False),
        reacted(7, 1, "🎉", key=BEN, nick="Benjamin"),
    ):
        folded.add(entry)
    assert folded.reactions(1) == (
        Reaction("👍", ("Gast", "Ana"), mine=True),
        Reaction("🎉", ("Benjamin",), mine=False),
    )
    assert folded.reactions(2) == ()


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fold, "MAX_TARGETS", 10)
    monkeypatch.setattr(fold, "MAX_EACH", 5)
    folded = Fold()
    for n in range(100):
        folded.add(edited(n, 10**6 + n, "x"))
        folded.add(edited(n, 1, "x"))
        folded.add(reacted(n, 2, chr(0x1F600 + n)))
    assert len(folded._about) <= 10
    assert all(len(about.edits) <= 5 and len(about.reactions) <= 5 for about in folded._about.values())
