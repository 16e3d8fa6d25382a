"""Servers and networks that come, change and go while somebody looks at the list."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable

import pytest

from lanchat.discovery.found import State
from lanchat.discovery.interfaces import current
from tests.discovery.conftest import announce, each_way_on, finder_on, live, live_at, serve, wait
from tests.lan import Host, Lan, repository

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


# Networks that change


def take_link(host: Host) -> None:
    host.link(up=False)


def take_addresses(host: Host) -> None:
    """The card is on, but nobody has told it an address yet."""
    host.run("sysctl -qw net.ipv6.conf.eth0.disable_ipv6=1; ip -4 addr flush dev eth0")


def give_back(host: Host) -> None:
    host.run("sysctl -qw net.ipv6.conf.eth0.disable_ipv6=0; ip link set eth0 up")
    host.set_ipv4(f"{host.ip}/24")


@pytest.mark.parametrize("take", [take_link, take_addresses])
def test_a_server_without_a_network_is_announced_once_there_is_one(lan: Lan, take: Callable[[Host], None]) -> None:
    nord, sued = lan.host(), lan.host()
    take(nord)
    announce(nord, "Nord")
    with finder_on(nord) as finder:  # through its loopback
        wait(finder, lambda rooms: live_at(rooms) == {"127.0.0.1"})
    with each_way_on(sued) as finders:
        give_back(nord)
        for finder in finders:
            wait(finder, live)


@pytest.mark.parametrize("take", [take_link, take_addresses])
def test_a_finder_without_a_network_begins_once_there_is_one(lan: Lan, take: Callable[[Host], None]) -> None:
    nord, sued = lan.host(), lan.host()
    announce(nord, "Nord")
    take(sued)
    with each_way_on(sued) as finders:
        give_back(sued)
        for finder in finders:
            wait(finder, live)


def test_a_server_is_found_at_its_new_address(lan: Lan) -> None:
    nord, sued = lan.host(), lan.host()
    announce(nord, "Nord")
    with each_way_on(sued) as finders:
        for finder in finders:
            wait(finder, live)
        nord.change_ip(50)
        for finder in finders:
            wait(finder, lambda rooms: rooms and rooms[0].host == nord.ip and live(rooms))


def pull_cable(lan: Lan, host: Host) -> None:
    lan.cable(host, plugged=False)


def start_vpn(lan: Lan, host: Host) -> None:
    host.add_vpn()


def start_docker(lan: Lan, host: Host) -> None:
    host.add_docker0()


@pytest.mark.parametrize("change", [pull_cable, start_vpn, start_docker])
def test_a_list_that_is_open_while_its_network_changes_stays_right(
    lan: Lan, change: Callable[[Lan, Host], None]
) -> None:
    nord, sued = lan.host(), lan.host()
    announce(nord, "Nord")
    with each_way_on(sued) as finders:
        for finder in finders:
            wait(finder, live)
        change(lan, sued)
        announce(nord, "Late", 5056)
        lan.cable(sued, plugged=True)
        for finder in finders:
            wait(finder, lambda rooms: live(rooms) == ["Late", "Nord"])
            assert {room.host for room in finder.rooms()} == {nord.ip}


def test_a_finder_that_moves_to_another_network_finds_what_is_there(lan: Lan) -> None:
    west, nord, sued = lan.host(subnet=1), lan.host(), lan.host()
    lan.block("ipv6")  # what is said to all would be heard, and nobody would have to ask from the new address
    announce(west, "West")
    announce(nord, "Nord")
    with each_way_on(sued) as finders:
        for finder in finders:
            wait(finder, lambda rooms: live(rooms) == ["Nord"])
        lan.move(sued, subnet=1)
        for finder in finders:
            wait(finder, lambda rooms: live(rooms) == ["West"])


def test_a_server_whose_cable_was_out_is_back_without_a_restart(lan: Lan) -> None:
    nord, sued = lan.host(), lan.host()
    announce(nord, "Nord")
    with each_way_on(sued) as finders:
        for finder in finders:
            wait(finder, live)
        lan.cable(nord, plugged=False)
        for finder in finders:
            finder.refresh()
            wait(finder, lambda rooms: not live(rooms))
        lan.cable(nord, plugged=True)
        for finder in finders:
            wait(finder, live)


def test_after_a_sleep_the_list_is_right(lan: Lan) -> None:
    nord, sued = lan.host(), lan.host()
    leaves = announce(nord, "Leaves", 5055)
    find = [sys.executable, "-m", "lanchat", "find", "--watch", "--json"]
    with sued.popen(find, stdout=subprocess.PIPE, cwd=repository()) as looks:
        assert looks.stdout is not None
        names = ([room["name"] for room in json.loads(line)] for line in looks.stdout)
        next(now for now in names if now == ["Leaves"])
        with sued.frozen():
            lan.cable(sued, plugged=False)
            leaves.terminate()
            assert leaves.wait() == 0
            announce(nord, "Comes", 5056)
            lan.cable(sued, plugged=True)
        next(now for now in names if now == ["Comes"])
        looks.kill()


def test_an_address_that_is_still_being_checked_counts_once_it_can_be_used(lan: Lan) -> None:
    """For seconds after the cable came in, the system lists it, and lets nobody use it."""
    host = lan.host()
    host.run(
        "sysctl -qw net.ipv6.conf.all.accept_dad=1 net.ipv6.conf.eth0.accept_dad=1; "
        "sysctl -qw net.ipv6.conf.eth0.dad_transmits=600; "
        "ip addr add fd77::7/64 dev eth0"
    )
    with host.network():
        assert "fd77::7" not in {interface.ip for interface in current()}
        host.run("ip addr add fd77::8/64 dev eth0 nodad")
        assert "fd77::8" in {interface.ip for interface in current()}
