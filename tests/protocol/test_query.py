"""A typed line as a query: words, phrases, filters, days; whatever is typed gives a query or one sentence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lanchat.errors import LocalProtocolError
from lanchat.protocol.codec import client_frames, encode
from lanchat.protocol.limits import MAX_QUERY, MAX_TERM, MAX_TERMS, MAX_WORDS
from lanchat.protocol.query import Query, Search, parse


def ms(*day: int) -> int:
    return round(datetime(*day, tzinfo=UTC).timestamp() * 1000)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("soup", Query(["soup"], begun=True)),
        ("hot  soup", Query(["hot", "soup"], begun=True)),
        ('"hot soup"', Query(["hot soup"])),
        ("“hot soup” now", Query(["hot soup", "now"], begun=True)),
        ('"hot soup', Query(["hot soup"])),  # as somebody types it
        ("soup -cold", Query(["soup"], begun=True, without=["cold"])),
        ('soup -"too cold"', Query(["soup"], begun=True, without=["too cold"])),
        ("soup from:Ana", Query(["soup"], begun=True, nick="Ana")),
        ('from:"Ana L"', Query(nick="Ana L")),
        ("FROM:Ana IN:#builds", Query(nick="Ana", room="builds")),
        ("has:link has:FILE", Query(has=["file", "link"])),
        ("a AND b OR c*", Query(["a", "AND", "b", "OR", "c*"], begun=True)),
        ("NEAR(a, b)", Query(["NEAR(a,", "b)"], begun=True)),
        ("http://x.org/y", Query(["http://x.org/y"], begun=True)),
        ("time:10:30", Query(["time:10:30"], begun=True)),
        ("- -- soup !", Query(["soup"], begun=True)),
        ("soup soup", Query(["soup"])),
        ("soup hot soup", Query(["soup", "hot"])),
        ("hot hot soup -a -a", Query(["hot", "soup"], begun=True, without=["a"])),
        ("会议", Query(["会议"], begun=True)),
        ("🎉", Query(["🎉"], begun=True)),
        ("-soup", Query(without=["soup"])),
    ],
)
def test_what_is_typed(text: str, query: Query) -> None:
    assert parse(text, UTC) == query


def test_days_include_themselves() -> None:
    query = parse("after:2026-11-23 before:2026-11-24", UTC)
    assert (query.since, query.until) == (ms(2026, 11, 23), ms(2026, 11, 25))


def test_a_day_is_that_of_the_zone() -> None:
    east = timezone(timedelta(hours=2))
    assert parse("after:2026-11-24", east).since == ms(2026, 11, 24) - 2 * 3600 * 1000


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "!?",
        '""',
        "from:",
        "from:!!",
        "in:",
        "in:#",
        "has:cheese",
        "before:yesterday",
        "after:2026-02-31",
        "after:0001-01-01",
        "before:9999-12-31",
        "before:2026-11-24T10:00",
        "-from:Ana",
        "x" * (MAX_TERM + 1),
        "x" * 10_000,
        " ".join("x" * (MAX_TERMS + 1)),
        " ".join(["-x"] * (MAX_TERMS + 1)),
        f'"{"x " * (MAX_WORDS + 1)}"',
        f'"{"x " * MAX_WORDS}" -y',
        f'"{"x " * MAX_WORDS}" from:Ana',
        "会" * (MAX_WORDS + 1),
    ],
)
def test_what_cannot_be_gives_one_sentence(text: str) -> None:
    with pytest.raises(LocalProtocolError) as refused:
        parse(text, UTC)
    assert str(refused.value).endswith(".")
    assert len(str(refused.value)) < 80


@given(st.text(st.sampled_from('ab-:"*()“\0\n 会🎉fromhasin2026'), max_size=MAX_QUERY))
def test_whatever_is_typed_gives_a_frame_or_a_sentence(text: str) -> None:
    try:
        query = parse(text, UTC)
    except LocalProtocolError:
        return
    (frame,) = client_frames().receive(encode(Search("1", query)))  # type: ignore[arg-type]
    assert frame == Search("1", query)
