"""Who wants to pass for somebody else: under their name, or under one that nobody can tell from it."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest

from lanchat.protocol.limits import Code
from lanchat.protocol.text import clean_server_name
from lanchat.server import Server
from lanchat.server.holding import DAY, MAX_NEW, MAX_REMEMBERED, Holding
from lanchat.server.lookalike import alike
from tests.client.conftest import Serve
from tests.server.conftest import make_key
from tests.server.raw_client import RawClient

__all__ = ["make_key"]
ALIKE = [
    ("Bernd", "bernd"),
    ("Bernd", "ＢＥＲＮＤ"),
    ("Bernd", "Bemd"),
    ("Ana", "Аnа"),
    ("Bill", "BiII"),
    ("Bill", "B1ll"),
    ("Zoë", "Zоё"),
    ("Otto", "0tto"),
    ("Bob", "ℬob"),
    ("Ana", "A\ufe0fna"),
    ("Tim", "Τim"),
    ("Nina", "Νina"),
    ("Hans", "Нans"),
    ("Max", "Маx"),
    ("Bill", "Bi\u0307ll"),
    ("Will", "VViIl"),
    ("Claus", "daus"),
]
APART = [("Ana", "Anna"), ("Mia", "Mila"), ("Ana 2", "Ana 3"), ("Иван", "Иvан"), ("Tom", "Tim"), ("Jo", "Joe")]


@pytest.fixture
def server(serve: Serve) -> Server:
    return serve()


@pytest.mark.parametrize(("name", "other"), ALIKE)
def test_names_that_look_alike_are_one(name: str, other: str) -> None:
    assert alike(name, other)


@pytest.mark.parametrize(("name", "other"), APART)
def test_names_that_can_be_told_apart_are_two(name: str, other: str) -> None:
    assert not alike(name, other)


@pytest.mark.parametrize(("name", "other"), ALIKE)
def test_nobody_takes_the_name_of_a_key_that_is_here_or_was(
    server: Server, make_key: Any, name: str, other: str
) -> None:
    with RawClient(server.port, tls=True) as owner, RawClient(server.port, tls=True) as eve:
        owner.join(name, key=make_key("owner"))
        for away in (False, True):
            if away:
                owner.tell(kind="bye")
                owner.until_end()
            refused = eve.hello(other)  # as a guest
            assert refused["code"] == Code.NICK_TAKEN
            assert not alike(refused["suggestion"], name)
            refused = eve.hello(other, key=make_key("eve"))
            assert refused["code"] == Code.NICK_TAKEN
        eve.join("Eve", key=make_key("eve"))
        eve.tell(kind="rename", nick=other)
        assert eve.until("error")["code"] == Code.NICK_TAKEN
    with RawClient(server.port, tls=True) as again:
        again.join(name, key=make_key("owner"))


def test_plain_text_takes_no_name_of_a_key(server: Server, make_key: Any) -> None:
    with RawClient(server.port, tls=True) as owner:
        owner.join("Bernd", key=make_key("owner"))
        with RawClient(server.port) as eve:
            eve.send(b"Bemd\n")
            data = b""
            while b"looks too much like" not in data:
                piece = eve.read()
                assert piece, data
                data += piece
        assert "Bemd" not in owner.roster()


def test_keys_made_by_the_hundred_take_no_hundred_names(server: Server, make_key: Any) -> None:
    for n in range(MAX_NEW + 3):
        with RawClient(server.port, tls=True) as eve:
            eve.join(f"Name{n}", key=make_key(f"eve{n}"))
            eve.tell(kind="bye")
            eve.until_end()
    with RawClient(server.port, tls=True) as ana:
        assert ana.hello(f"Name{MAX_NEW - 1}")["code"] == Code.NICK_TAKEN
        ana.join(f"Name{MAX_NEW}")


def test_the_quota_of_an_address_is_back_after_a_day_and_all_of_them_are_bounded() -> None:
    holding = Holding()

    def take(source: str, now: float) -> bool:
        allowed = holding.allows(source, now)
        if allowed:
            holding.count(source, now)
        return allowed

    assert [take("eve", 0.0) for _ in range(MAX_NEW + 1)] == [True] * MAX_NEW + [False]
    assert take("ana", 0.0)
    assert take("eve", DAY)
    assert sum(take(str(n), DAY) for n in range(MAX_REMEMBERED + 5)) == MAX_REMEMBERED - 1


def test_refused_joins_take_no_names(server: Server, make_key: Any) -> None:
    with RawClient(server.port, tls=True) as owner:
        owner.join("Bob", key=make_key("owner"))
        for n in range(MAX_NEW + 1):
            with RawClient(server.port, tls=True) as eve:
                assert eve.hello("Bob", key=make_key(f"eve{n}"))["code"] == Code.NICK_TAKEN
    with RawClient(server.port, tls=True) as ana:
        ana.join("Ana", key=make_key("ana"))
        ana.tell(kind="bye")
        ana.until_end()
    with RawClient(server.port, tls=True) as eve:
        assert eve.hello("Ana")["code"] == Code.NICK_TAKEN


@pytest.mark.parametrize("kind", ["hello", "rename"])
def test_names_that_take_long_to_normalize_are_refused_unread(
    server: Server, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """16,000 accents out of order take 1.5 s: the square of their number."""
    lengths: list[int] = []
    normalize = unicodedata.normalize
    monkeypatch.setattr(unicodedata, "normalize", lambda form, text: lengths.append(len(text)) or normalize(form, text))
    long = "a" + "\u0301" * 8_000 + "\u0323" * 8_000
    with RawClient(server.port, tls=True) as eve:
        if kind == "hello":
            assert eve.hello(long)["code"] == Code.NICK_INVALID
        else:
            eve.join("Eve")
            eve.tell(kind="rename", nick=long)
            assert eve.until("error")["code"] == Code.NICK_INVALID
    assert max(lengths, default=0) < 1_000
    assert len(clean_server_name(long)) <= 63
    assert max(lengths) < 1_000
