"""The finder as others use it, on this machine: snapshots, waiting, news, and its end."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator

import pytest

from lanchat.discovery import Announcer, Finder, Found, State, find
from lanchat.discovery.finder import COALESCE
from lanchat.protocol.frames import ServerInfo
from tests.discovery.conftest import PATIENCE, announced, new_info


@pytest.fixture
def info() -> Iterator[ServerInfo]:
    """The facts of a server that is there."""
    info = new_info()
    with announced(info):
        yield info


def ours(rooms: tuple[Found, ...] | list[Found], info: ServerInfo) -> list[Found]:
    return [room for room in rooms if room.id == info.id and room.state is State.LIVE]


def test_a_server_of_this_machine_is_found(info: ServerInfo) -> None:
    with Finder(mdns=False) as finder:
        assert ours(finder.wait(lambda rooms: bool(ours(rooms, info)), PATIENCE), info)
        assert ours(finder.rooms(), info)


def test_find_returns_what_answers(info: ServerInfo) -> None:
    assert ours(find(PATIENCE), info)


def test_without_zeroconf_the_beacon_works_alone(info: ServerInfo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "zeroconf", None)
    with Finder() as finder:
        assert ours(finder.wait(lambda rooms: bool(ours(rooms, info)), PATIENCE), info)


def test_an_announcer_without_zeroconf_works_by_the_beacon_alone(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "zeroconf", None)
    info = new_info()
    announcer = Announcer(lambda: info)
    announcer.start()
    try:
        with Finder(mdns=False) as finder:
            assert ours(finder.wait(lambda rooms: bool(ours(rooms, info)), PATIENCE), info)
    finally:
        announcer.close()
    assert "mDNS is left out" in caplog.text


def test_news_is_told_in_the_finders_thread_and_not_too_often() -> None:
    threads: list[str] = []
    began = time.monotonic()
    with Finder(on_change=lambda: threads.append(threading.current_thread().name), mdns=False) as finder:
        for _ in range(4):
            info = new_info()
            with announced(info):  # a row that comes
                assert ours(finder.wait(lambda rooms, info=info: bool(ours(rooms, info)), PATIENCE), info)  # type: ignore[misc]
            finder.wait(lambda rooms, info=info: not ours(rooms, info), PATIENCE)  # type: ignore[misc]  # and goes
    assert set(threads) == {"lanchat-finder"}
    assert len(threads) <= 1 + (time.monotonic() - began) / COALESCE


def test_waiting_ends_with_the_finder() -> None:
    finder = Finder(mdns=False)
    finder.start()
    waited = threading.Thread(target=finder.wait, args=(lambda _: False, 10 * PATIENCE))
    waited.start()
    finder.close()
    finder.close()  # idempotent
    waited.join(PATIENCE)
    assert not waited.is_alive()


def test_waiting_in_vain_returns_what_there_is() -> None:
    with Finder(mdns=False) as finder:
        assert finder.wait(lambda _: False, 0.01) == finder.rooms()


def test_a_finder_that_never_started_can_be_closed() -> None:
    Finder().close()


def test_everything_may_be_asked_at_any_time() -> None:
    finder = Finder(known=["127.0.0.1:1", "[::1]:1", "nonsense:nonsense:1"], mdns=False)
    finder.refresh()
    finder.set_visible(False)
    with finder:
        finder.refresh()
        finder.set_visible(True)
    finder.refresh()
    finder.set_visible(False)
    assert finder.rooms() == () or all(room.addresses for room in finder.rooms())
