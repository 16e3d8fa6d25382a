"""Rooms between hosts on a network of their own: which servers are one row, and which address it has."""

from __future__ import annotations

import socket
import time

import pytest
import zeroconf

from lanchat.discovery import ask_host
from lanchat.discovery.announcement import SERVICE_TYPE
from lanchat.discovery.found import Via
from lanchat.errors import HostSilent
from tests.discovery.conftest import PATIENCE, announce, each_way_on, finder_on, live, live_at, serve, wait
from tests.discovery.forger import MDNS, Forger, pointer
from tests.lan import Lan

pytestmark = pytest.mark.lan

ONE = "1" * 32


def test_a_server_is_found_in_both_ways_as_one_room(lan: Lan) -> None:
    nord, sued = lan.host(), lan.host()
    serve(nord, "Studio Nord")
    with finder_on(sued) as finder:
        wait(finder, lambda rooms: rooms and set(rooms[0].via) == {Via.MDNS, Via.BEACON})
        (room,) = wait(finder, lambda rooms: live_at(rooms) == {nord.ip})
        assert (room.name, room.host, room.port, room.users) == ("Studio Nord", nord.ip, 5055, 0)
        assert room.latency_ms is not None
    with finder_on(nord) as finder:  # on its own machine too
        assert live(wait(finder, live)) == ["Studio Nord"]


def test_a_server_that_starts_later_appears_by_its_beacon(lan: Lan) -> None:
    nord, sued = lan.host(), lan.host()
    with finder_on(sued, mdns=False) as finder:
        announce(nord, "Nord")
        assert wait(finder, live)[0].via == (Via.BEACON,)


def test_a_server_that_starts_later_appears_by_mdns(lan: Lan) -> None:
    nord, sued = lan.host(), lan.host()
    with finder_on(sued, beacon=False) as finder:
        announce(nord, "Nord", 5055, "--no-beacon")
        assert wait(finder, live)[0].via == (Via.MDNS,)


def test_a_machine_that_is_not_there_is_silent(lan: Lan) -> None:
    host = lan.host()
    with host.network(), pytest.raises(HostSilent, match=r"10\.77\.0\.99"):
        ask_host("10.77.0.99", timeout=0.5)


def test_two_servers_of_one_name_are_two_rooms(lan: Lan) -> None:
    nord, sued, west = lan.host(), lan.host(), lan.host()
    announce(nord, "Nord")
    announce(sued, "Nord")
    with finder_on(west) as finder:
        rooms = wait(finder, lambda rooms: live_at(rooms) == {nord.ip, sued.ip})
        assert live(rooms) == ["Nord", "Nord"]
        assert not any(room.clone for room in rooms)
    with finder_on(west, beacon=False) as finder:
        rooms = wait(finder, lambda rooms: len(live(rooms)) == 2)
        assert [room.name for room in rooms] == ["Nord", "Nord"]


def test_two_servers_on_one_machine_are_two_rooms(lan: Lan) -> None:
    nord, sued = lan.host(), lan.host()
    announce(nord, "First", 5055)
    announce(nord, "Second", 5056)
    for host in (nord, sued):
        with finder_on(host, mdns=False) as finder:
            wait(finder, lambda rooms: live(rooms) == ["First", "Second"])


def test_servers_of_two_users_share_a_machine(lan: Lan) -> None:
    nord, sued = lan.host(), lan.host()
    announce(nord, "First", 5055)
    announce(nord, "Second", 5056, "--no-mdns", "--no-root")
    with finder_on(sued, mdns=False) as finder:
        wait(finder, lambda rooms: live(rooms) == ["First", "Second"])


def test_a_window_on_the_servers_machine_takes_none_of_its_questions(lan: Lan) -> None:
    nord, sued = lan.host(), lan.host()
    announce(nord, "Nord")
    with finder_on(nord) as first, finder_on(nord) as second, sued.network():
        for finder in (first, second):
            wait(finder, live)
        for _ in range(20):
            assert ask_host(nord.ip).name == "Nord"


def test_docker0_on_both_machines_leads_nobody_to_itself(lan: Lan) -> None:
    nord, sued = lan.host(), lan.host()
    for host in (nord, sued):
        host.add_docker0()
    serve(nord, "Nord")
    serve(sued, "Sued")
    for host, other in ((nord, sued), (sued, nord)):
        for options in ({"mdns": False}, {"beacon": False}):
            with finder_on(host, **options) as finder:
                wait(finder, lambda rooms: live(rooms) == ["Nord", "Sued"])
                rooms = wait(finder, lambda rooms, other=other: other.ip in live_at(rooms))  # type: ignore[misc]
                (found,) = [room for room in rooms if room.host == other.ip]
                assert found.name == ("Sued" if other is sued else "Nord")
                assert "172.17.0.1:5055" not in found.addresses


def test_one_directory_copied_to_two_machines_is_marked(lan: Lan) -> None:
    nord, sued, west = lan.host(), lan.host(), lan.host()
    announce(nord, "Nord", 5055, ONE)
    announce(sued, "Nord", 5055, ONE)
    with finder_on(west) as finder:
        wait(finder, lambda rooms: [room.clone for room in rooms] == [True, True])
        wait(finder, lambda rooms: live_at(rooms) == {nord.ip, sued.ip})


def test_a_question_is_answered_from_the_address_that_was_asked(lan: Lan) -> None:
    nord, sued = lan.host(), lan.host()
    nord.run("ip addr add 10.77.0.200/24 dev eth0; ip -6 addr add fd77::1/64 dev eth0 nodad")
    sued.run("ip -6 addr add fd77::2/64 dev eth0 nodad")
    lan.block("multicast", "broadcast")
    announce(nord, "Nord", 5077)
    with sued.network():  # the socket that asks hears nobody else
        for address in (nord.ip, "10.77.0.200", "fd77::1"):
            assert ask_host(address).host == address
            assert ask_host(address, 5077).host == address


def test_a_service_whose_records_got_lost_is_found_with_the_next_question(
    lan: Lan, caplog: pytest.LogCaptureFixture
) -> None:
    nord, sued = lan.host(), lan.host()
    announce(nord, "Nord", 5055, "--no-beacon")
    lan.block("multicast")
    with Forger(nord) as said, finder_on(sued, beacon=False) as finder, caplog.at_level("DEBUG", "lanchat.discovery"):
        deadline = time.monotonic() + PATIENCE
        while "nobody says more of" not in caplog.text:
            assert time.monotonic() < deadline
            said.say([pointer("Nord")], to=sued.ip)  # its name arrived, and nothing else did
            finder.wait(bool, 0.2)
        lan.block()
        finder.refresh()
        wait(finder, live)


def test_any_name_arrives_in_both_ways(lan: Lan) -> None:
    nord, sued = lan.host(), lan.host()
    names = sorted(["v1.2 of the lab", "Büro 🎉", "ж" * 31, "a;b=c \\ d"])
    for number, name in enumerate(names):
        announce(nord, name, 5055 + number)
    with each_way_on(sued) as finders:
        for finder in finders:
            wait(finder, lambda rooms: sorted(live(rooms)) == names)


def test_the_first_question_by_mdns_wants_an_answer_to_all(lan: Lan) -> None:
    """One to us alone does not get through ufw, and may be taken by another program of our machine."""
    nord, sued = lan.host(), lan.host()
    with nord.network(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as hears:
        member = socket.inet_aton(MDNS) + socket.inet_aton(nord.ip)
        hears.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
        hears.bind((MDNS, 5353))
        hears.settimeout(PATIENCE)
        with finder_on(sued, beacon=False):
            (question,) = zeroconf.DNSIncoming(hears.recv(9000)).questions
    assert (question.name, question.unicast) == (SERVICE_TYPE, False)
