"""Avahi both ways: it sees us, we see what it publishes."""

from __future__ import annotations

import time

import pytest

from lanchat.discovery.found import State, Via
from tests.discovery.conftest import PATIENCE, finder_on, live, serve, wait
from tests.lan import Host, Lan

pytestmark = [pytest.mark.lan, pytest.mark.avahi, pytest.mark.usefixtures("avahi")]


def browse(host: Host) -> list[list[str]]:
    """What `avahi-browse` resolves: interface, protocol, name, type, domain, host name, address, port, TXT."""
    command = ["avahi-browse", "-rpt", "_lanchat._tcp"]
    lines = host.run(command, env=host.environment(), timeout=PATIENCE).stdout.splitlines()
    return [line.split(";")[1:] for line in lines if line.startswith("=")]


def test_avahi_resolves_our_server_at_its_lan_address_although_docker0_is_there(lan: Lan) -> None:
    nord, sued = lan.host(), lan.host()
    nord.add_docker0()
    sued.start_avahi()
    serve(nord, "Nord v1.2")
    deadline = time.monotonic() + PATIENCE
    while not (resolved := [line for line in browse(sued) if line[1] == "IPv4"]):
        assert time.monotonic() < deadline
    (line,) = resolved
    assert line[0] == "eth0"
    assert line[6:8] == [nord.ip, "5055"]
    assert '"name=Nord v1.2"' in line[8]


def test_our_server_and_avahi_share_a_machine(lan: Lan) -> None:
    nord, sued = lan.host(), lan.host()
    nord.start_avahi()
    serve(nord, "Nord")
    for host in (nord, sued):
        with finder_on(host, beacon=False) as finder:
            assert live(wait(finder, live)) == ["Nord"]


def test_what_avahi_publishes_is_a_grey_candidate_until_it_is_withdrawn(lan: Lan) -> None:
    nord, sued = lan.host(), lan.host()
    nord.start_avahi()
    publisher = nord.popen(["avahi-publish", "-s", "Old Lab", "_lanchat._tcp", "5999"], env=nord.environment())
    with finder_on(sued) as finder:
        (room,) = wait(finder, lambda rooms: rooms and nord.ip in [a.partition(":")[0] for a in rooms[0].addresses])
        assert (room.name, room.port, room.id, room.via) == ("Old Lab", 5999, None, (Via.MDNS,))
        assert (room.state, room.users, room.latency_ms) == (State.CANDIDATE, None, None)
        publisher.terminate()
        wait(finder, lambda rooms: not rooms)
