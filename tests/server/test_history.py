"""How many entries one page holds; the rest of the history reader is tested over real sockets (test_catch_up)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lanchat.protocol.codec import encode
from lanchat.protocol.frames import Message, Page
from lanchat.protocol.limits import MAX_FRAME, MAX_PAGE, MAX_TEXT
from lanchat.server.history import fitting

SIGNS = st.sampled_from(["x", "🙂", '"', "\n", "\\"])


def entry(seq: int, text: str) -> Message:
    return Message("lobby", seq, "i" * 64, 250_000_000_000_000, "🙂" * 32, "k" * 43, text)


@given(st.lists(st.tuples(st.integers(1, MAX_TEXT), SIGNS), max_size=30))
def test_a_page_is_the_longest_front_that_fits_into_a_frame(sizes: list[tuple[int, str]]) -> None:
    entries = [entry(seq, sign * size) for seq, (size, sign) in enumerate(sizes, start=1)]
    page = fitting(entries)
    assert page == entries[: len(page)]
    assert len(encode(Page("lobby", page, start=True, catchup=True))) <= MAX_FRAME
    if len(page) < len(entries):
        assert len(encode(Page("lobby", entries[: len(page) + 1]))) > MAX_FRAME - 512


def test_ordinary_messages_fill_a_page() -> None:
    entries = [entry(seq, "a line as people write it") for seq in range(MAX_PAGE)]
    assert len(fitting(entries)) > 150


def test_one_always_fits_and_none_is_none() -> None:
    longest = [entry(1, "🙂" * MAX_TEXT)]
    assert fitting(longest) == longest
    assert fitting([]) == []
