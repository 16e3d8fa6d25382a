"""The dialect of a connection, byte by byte: decided as early as possible, and never changed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lanchat.protocol.codec import encode
from lanchat.protocol.detect import HTTP_ANSWER, Dialect, detect
from lanchat.protocol.frames import Hello

CLIENT_HELLO = bytes.fromhex("16030100c8010000c40303")


@pytest.mark.parametrize(
    ("stream", "undecided", "dialect"),
    [
        (CLIENT_HELLO, 0, Dialect.TLS),
        (encode(Hello(1, "Ana")), 1, Dialect.JSON),
        (b"GET / HTTP/1.1\r\n", 3, Dialect.HTTP),
        (b"POST / HTTP/1.1\r\n", 4, Dialect.HTTP),
        (b"Ana\n", 0, Dialect.PLAIN),
        (b"{quit}", 1, Dialect.PLAIN),
        (b"Gerda", 1, Dialect.PLAIN),
        (b"GEorge", 2, Dialect.PLAIN),
        (b"GETTY", 3, Dialect.PLAIN),
        (b"post / HTTP/1.1\r\n", 0, Dialect.PLAIN),
        (b" \n", 0, Dialect.PLAIN),
        ("Żaneta".encode(), 0, Dialect.PLAIN),
        (b"\x80.\x01\x00\x02", 0, Dialect.PLAIN),  # SSL 2: nobody speaks it any more
        (b"\0\0\0\0", 0, Dialect.PLAIN),
    ],
)
def test_every_prefix_of_a_dialect(stream: bytes, undecided: int, dialect: Dialect) -> None:
    for length in range(len(stream) + 1):
        assert detect(stream[:length]) is (None if length <= undecided else dialect)


STREAMS = st.builds(
    bytes.__add__,
    st.sampled_from([b"", b"{", b'{"', b"G", b"GE", b"GET", b"GET ", b"OPTIONS", b"\x16", b"\n"]),
    st.binary(),
)


@given(STREAMS)
def test_a_decision_is_never_changed(stream: bytes) -> None:
    decided = [detect(stream[:length]) for length in range(len(stream) + 1)]
    first = next((i for i, dialect in enumerate(decided) if dialect is not None), len(decided))
    assert first <= 8, "eight bytes tell"
    assert len(set(decided[first:])) <= 1


@given(st.binary(min_size=8))
def test_eight_bytes_always_tell(stream: bytes) -> None:
    assert detect(stream) is not None


def test_a_browser_gets_a_whole_answer() -> None:
    head, _, body = HTTP_ANSWER.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    assert b"lanchat" in body
