"""A journal of which a part cannot be read, over real sockets: whoever asks is told so, and nobody is left half in."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager

import pytest

from lanchat.protocol.limits import Code
from lanchat.server import Server
from tests.server.raw_client import RawClient, wait_until
from tests.server.test_conversation import MakeKey
from tests.server.test_rooms import CAPABLE, Talker, people

__all__ = ["people"]


@contextmanager
def mislaid(server: Server, table: str) -> Iterator[None]:
    """As if the disk gave back nonsense for this table."""
    with closing(sqlite3.connect(server.data / "journal.db", isolation_level=None)) as database:
        database.execute("PRAGMA legacy_alter_table = ON")
        database.execute(f"ALTER TABLE {table} RENAME TO mislaid")
        try:
            yield
        finally:
            database.execute(f"ALTER TABLE mislaid RENAME TO {table}")


def test_who_asks_about_a_conversation_is_told_that_it_cannot_be_read(
    server: Server, people: list[Talker], caplog: pytest.LogCaptureFixture
) -> None:
    ana, ben, cid = people
    name = ana.arrange("direct", keys=[ben.key.public])["room"]
    with mislaid(server, "person"):
        cid.raw.tell(kind="search", id="s", query={"words": ["hello"]})
        assert cid.raw.until("found", id="s")["code"] == Code.SEARCH_FAILED
        cid.raw.tell(kind="fetch", id="f", room=name, seq=1)
        assert cid.raw.until("ticket", id="f")["code"] == Code.NOT_STORED
        cid.raw.tell(kind="history", room=name)
        assert cid.raw.until("error")["code"] == Code.NOT_STORED
        cid.raw.tell(kind="typing", room=name)
        assert [frame for frame in cid.raw.sync() if frame["type"] == "error"] == []
    assert "nothing can be read" in caplog.text
    caplog.clear()


def test_nobody_is_in_whose_rooms_cannot_be_read(
    server: Server, clients: ExitStack, make_key: MakeKey, people: list[Talker], caplog: pytest.LogCaptureFixture
) -> None:
    with mislaid(server, "follower"), RawClient(server.port, tls=True) as eva:
        assert eva.hello("Eva", key=make_key("eva"), capabilities=CAPABLE)["code"] == Code.NOT_STORED
        eva.until_end()
    assert server.info().users == 3
    assert Talker(clients, server, make_key, "Eva").welcome["nick"] == "Eva"
    caplog.clear()
    del people


def test_who_cannot_be_let_into_a_room_comes_back_for_it(
    server: Server, clients: ExitStack, make_key: MakeKey, people: list[Talker], caplog: pytest.LogCaptureFixture
) -> None:
    """Else it would be told that it is not in a room that it follows, and miss what is said there."""
    ana, ben, _ = people
    ana.arrange("create", name="games")
    ben.arrange("enter", room="games")
    ben.raw.tell(kind="bye")
    ben.raw.until_end()
    wait_until(lambda: server.info().users == 2)
    name = ana.arrange("direct", keys=[ben.key.public])["room"]
    again = Talker(clients, server, make_key, "Ben")
    again.raw.until("entered", room="games")
    with mislaid(server, "seen"):
        ana.say("psst", name)
        ana.until_said("psst")
        again.raw.until_end()
    assert "a room cannot be entered" in caplog.text
    caplog.clear()
    back = Talker(clients, server, make_key, "Ben")
    back.until_said("psst")
