"""Servers and networks that come, change and go while somebody looks at the list."""

from __future__ import annotations

import signal

import pytest

from lanchat.discovery.found import State, Via
from tests.discovery.conftest import announce, finder_on, live, live_at, serve, wait
from tests.lan import Lan

pytestmark = pytest.mark.lan

ONE = "1" * 32


def test_a_goodbye_removes_the_room_at_once(lan: Lan) -> None:
    nord, sued = lan.host(), lan.host()
    server = serve(nord, "Nord")
    with finder_on(sued) as finder:
        wait(finder, live)
        server.send_signal(signal.SIGTERM)
        states = []
        wait(finder, lambda rooms: states.append([room.state for room in rooms]) or not rooms)
        assert [State.QUIET] not in states
        assert server.wait() == 0


def test_a_goodbye_by_mdns_alone_removes_the_room(lan: Lan) -> None:
    nord, sued = lan.host(), lan.host()
    server = announce(nord, "Nord")
    with finder_on(sued, beacon=False) as finder:
        wait(finder, live)
        server.terminate()
        wait(finder, lambda rooms: not rooms)


def test_a_killed_server_goes_as_soon_as_it_is_asked(lan: Lan) -> None:
    nord, sued = lan.host(), lan.host()
    server = serve(nord, "Nord")
    with finder_on(sued) as finder:
        wait(finder, live)
        server.kill()
        server.wait()
        finder.refresh()
        wait(finder, lambda rooms: not rooms)


def test_a_restarted_server_is_one_room_again(lan: Lan) -> None:
    nord, sued = lan.host(), lan.host()
    first = announce(nord, "Nord", 5055, ONE, "11111111")
    with finder_on(sued) as finder:
        wait(finder, live)
        first.kill()
        first.wait()
        announce(nord, "Nord", 5055, ONE, "22222222")
        rooms = wait(finder, lambda rooms: [room.run for room in rooms] == ["22222222"] and live(rooms))
        assert not rooms[0].clone


def test_a_frozen_server_turns_grey_and_comes_back(lan: Lan) -> None:
    nord, sued = lan.host(), lan.host()
    server = announce(nord, "Nord")
    with finder_on(sued) as finder:
        wait(finder, live)
        server.send_signal(signal.SIGSTOP)
        finder.refresh()
        wait(finder, lambda rooms: [room.state for room in rooms] == [State.QUIET])
        server.send_signal(signal.SIGCONT)
        finder.refresh()
        wait(finder, live)


def test_a_server_without_a_network_is_announced_once_there_is_one(lan: Lan) -> None:
    nord, sued = lan.host(), lan.host()
    nord.link(up=False)
    announce(nord, "Nord")
    with finder_on(nord) as finder:  # through its loopback
        wait(finder, lambda rooms: live_at(rooms) == {"127.0.0.1"})
    with finder_on(sued) as finder:
        nord.link(up=True)
        wait(finder, lambda rooms: rooms and set(rooms[0].via) == {Via.MDNS, Via.BEACON})


def test_a_finder_without_a_network_begins_once_there_is_one(lan: Lan) -> None:
    nord, sued = lan.host(), lan.host()
    announce(nord, "Nord")
    sued.link(up=False)
    with finder_on(sued) as finder:
        sued.link(up=True)
        wait(finder, lambda rooms: rooms and set(rooms[0].via) == {Via.MDNS, Via.BEACON})


def test_a_server_is_found_at_its_new_address(lan: Lan) -> None:
    nord, sued = lan.host(), lan.host()
    announce(nord, "Nord")
    with finder_on(sued) as finder:
        wait(finder, live)
        nord.change_ip(50)
        wait(finder, lambda rooms: rooms and rooms[0].host == nord.ip and live(rooms))
