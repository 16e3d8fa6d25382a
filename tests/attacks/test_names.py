"""Who wants to pass for somebody else: under their name, or under one that nobody can tell from it."""

from __future__ import annotations

from typing import Any

import pytest

from lanchat.protocol.limits import Code
from lanchat.server import Server
from lanchat.server.holding import DAY, MAX_NEW, MAX_REMEMBERED, Holding
from lanchat.server.lookalike import look
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
]
APART = [("Ana", "Anna"), ("Mia", "Mila"), ("Ana 2", "Ana 3"), ("Иван", "Иvан"), ("Tom", "Tim"), ("Jo", "Joe")]


@pytest.fixture
def server(serve: Serve) -> Server:
    return serve()


@pytest.mark.parametrize(("name", "other"), ALIKE)
def test_names_that_look_alike_are_one(name: str, other: str) -> None:
    assert look(name) == look(other)


@pytest.mark.parametrize(("name", "other"), APART)
def test_names_that_can_be_told_apart_are_two(name: str, other: str) -> None:
    assert look(name) != look(other)


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
            assert look(refused["suggestion"]) != look(name)
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
    assert [holding.allows("eve", 0.0) for _ in range(MAX_NEW + 1)] == [True] * MAX_NEW + [False]
    assert holding.allows("ana", 0.0)
    assert holding.allows("eve", DAY)
    assert sum(holding.allows(str(n), DAY) for n in range(MAX_REMEMBERED + 5)) == MAX_REMEMBERED - 1
