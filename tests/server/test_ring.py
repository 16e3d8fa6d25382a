"""The ring against the plainest model there is: one byte string, and where each message lies in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lanchat.protocol.codec import encode
from lanchat.protocol.frames import Change, Message, Presence
from lanchat.server.ring import Ring

# Each number is one batch: its digits say how many presence lines and how many messages it holds
BATCHES = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 4), st.integers(0, 300)).filter(lambda b: b[0] + b[1]), max_size=40
)


class Model:
    """All lines that ever were, with the head behind each."""

    def __init__(self) -> None:
        self.ring = Ring()
        self.stream = b""
        self.heads = {0: 0}  # place of a line's end: the last seq that who stands there has read
        self.sizes: list[int] = []
        self.seq = 0

    def append(self, presence: int, messages: int, size: int) -> None:
        frames: list[Presence | Message] = [Presence("lobby", [Change("joined", "A")]) for _ in range(presence)]
        start = len(self.stream)
        for frame in frames:
            self.stream += encode(frame)
            self.heads[len(self.stream)] = self.seq
        for _ in range(messages):
            self.seq += 1
            self.stream += encode(Message("lobby", self.seq, "i", 1, "A", None, "x" * (size + self.seq % 7)))
            self.heads[len(self.stream)] = self.seq
        self.ring.append(self.stream[start:], self.seq)
        self.sizes.append(len(self.stream) - start)

    def drop(self) -> None:
        assert self.ring.second() == self.ring.start + self.sizes[0]
        self.ring.drop_oldest()
        del self.sizes[0]

    def check(self, limit: int) -> None:
        ring = self.ring
        assert (ring.end, ring.size) == (len(self.stream), sum(self.sizes))
        for place, head in self.heads.items():
            if place >= ring.start:
                self.check_place(place, head, limit)

    def check_place(self, place: int, head: int, limit: int) -> None:
        got = bytes(self.ring.after(place, limit))
        assert self.stream[place:].startswith(got)
        assert (got == b"") is (place == len(self.stream))
        assert not got or got.endswith(b"\n")
        if place < len(self.stream):
            assert self.ring.seq_at(place) == head


@given(BATCHES, st.lists(st.integers(0, 3), max_size=40), st.sampled_from([1, 200, 65536]))
def test_any_appends_and_drops_give_the_same_bytes_and_places(
    batches: list[tuple[int, int, int]], drops: list[int], limit: int
) -> None:
    model = Model()
    for number, batch in enumerate(batches):
        model.append(*batch)
        for _ in range(drops[number] if number < len(drops) else 0):
            if len(model.sizes) > 1:
                model.drop()
    model.check(limit)


@given(st.integers(1, 40), st.sampled_from([1, 150, 1000, 65536]))
def test_reading_on_and_on_gives_the_whole_stream(count: int, limit: int) -> None:
    model = Model()
    for n in range(count):
        model.append(n % 2, 1, 20)
    cursor, read = 0, b""
    while piece := bytes(model.ring.after(cursor, limit)):
        read += piece
        cursor += len(piece)
    assert read == model.stream


def test_small_batches_are_joined_up_to_the_limit() -> None:
    model = Model()
    for _ in range(10):
        model.append(0, 1, 10)
    line = model.sizes[0]
    assert len(model.ring.after(0, 3 * line + 10)) in range(3 * line - 10, 3 * line + 11)
    assert len(model.ring.after(0, 1)) == line  # at least the rest of one


def test_dropping_thousands_keeps_places_right() -> None:
    """Beyond the point where the lists are cut."""
    model = Model()
    for n in range(3000):
        model.append(0, 1, 0)
        if n >= 10:
            model.drop()
    model.check(65536)
    assert len(model.ring._batches) < 1500


@pytest.mark.parametrize("limit", [1, 10**6])
def test_an_empty_ring_has_nothing(limit: int) -> None:
    assert Ring().after(0, limit) == b""
