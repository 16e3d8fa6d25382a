"""What somebody on the network makes up: real servers stay, new ones are found, memory has its bounds."""

from __future__ import annotations

import os
from collections.abc import Iterator

import msgspec
import pytest

from lanchat.discovery.announcement import encode_beacon, encode_bye
from lanchat.discovery.directory import MAX_ENTRIES, MAX_PER_SOURCE
from lanchat.discovery.found import Found, State, Via
from lanchat.protocol.frames import ServerInfo
from tests.discovery.conftest import announce, finder_on, live, wait
from tests.discovery.forger import Forger, pointer, service
from tests.lan import Host, Lan
from tests.people import resident

pytestmark = pytest.mark.lan

ONE, RUN = "1" * 32, "11111111"
NORD = ServerInfo(ONE, RUN, "Nord", 5055, 0, 0, locked=False)
FLOOD = 32 * 1024  # KiB that a flood may cost


@pytest.fixture
def nord(lan: Lan) -> Host:
    """A server that is there."""
    host = lan.host()
    announce(host, "Nord", 5055, ONE, RUN)
    return host


@pytest.fixture
def forger(lan: Lan, nord: Host) -> Iterator[Forger]:
    with Forger(lan.host("forger")) as forger:
        yield forger


def real(rooms: tuple[Found, ...], nord: Host) -> bool:
    """Whether the server is there, live, and at its own address."""
    return [room.host for room in rooms if room.id == ONE and room.state is State.LIVE] == [nord.ip]


def test_a_forged_goodbye_removes_nobody(lan: Lan, nord: Host, forger: Forger) -> None:
    with finder_on(lan.host()) as finder:
        wait(finder, lambda rooms: rooms and set(rooms[0].via) == {Via.MDNS, Via.BEACON})
        forger.say([pointer("Nord", ttl=0)])
        forger.beacon(encode_bye(NORD))
        announce(nord, "Late", 5056)  # what it says comes after the goodbyes
        rooms = wait(finder, lambda rooms: "Late" in live(rooms))
        assert "Nord" in live(rooms)
        finder.refresh()
        wait(finder, lambda rooms: [r.state for r in rooms] == [State.LIVE] * 2)


def test_a_forged_service_record_leads_nobody_elsewhere(lan: Lan, nord: Host, forger: Forger) -> None:
    thief = lan.host("thief")
    announce(thief, "Thief", 5999)
    with finder_on(lan.host(), beacon=False) as finder:
        wait(finder, lambda rooms: {"Nord", "Thief"} == set(live(rooms)))
        forger.say(service("Nord", 5999, f"lanchat-{ONE[:8]}-{RUN[:4]}.local.", thief.ip, NORD))
        announce(nord, "Late", 5056)
        wait(finder, lambda rooms: "Late" in live(rooms))
        finder.refresh()
        rooms = wait(finder, lambda rooms: real(rooms, nord))
        (row,) = [room for room in rooms if room.id == ONE]
        assert f"{thief.ip}:5999" not in row.addresses


def test_a_beacon_with_anothers_id_changes_nothing_of_its_row(lan: Lan, nord: Host, forger: Forger) -> None:
    with finder_on(lan.host(), mdns=False) as finder:
        wait(finder, lambda rooms: real(rooms, nord))
        forger.beacon(encode_beacon(msgspec.structs.replace(NORD, name="Evil", port=5999)))
        forger.beacon(encode_beacon(msgspec.structs.replace(NORD, name="Evil", run="22222222")))
        rooms = wait(finder, lambda rooms: len(rooms) == 2)  # a run that nobody knows is a candidate of its own
        assert real(rooms, nord)
        assert [room.name for room in rooms if room.run == RUN] == ["Nord"]
        assert [room.state for room in rooms if room.run != RUN] == [State.CANDIDATE]


def test_three_thousand_forged_services_leave_real_servers_to_be_found(lan: Lan, nord: Host, forger: Forger) -> None:
    with finder_on(lan.host(), beacon=False) as finder:
        wait(finder, lambda rooms: real(rooms, nord))
        before = resident(os.getpid())
        for number in range(3000):
            name = f"Room {number}"
            records = [] if number % 2 else service(name, 5055, f"h{number}.local.", f"10.77.0.{number % 250}")
            forger.say([pointer(name), *records])
        announce(nord, "Late", 5056)
        rooms = wait(finder, lambda rooms: "Late" in live(rooms))
        assert real(rooms, nord)
        assert len(rooms) <= MAX_ENTRIES
        assert resident(os.getpid()) - before < FLOOD


def test_ten_thousand_forged_beacons_leave_real_servers_to_be_found(lan: Lan, nord: Host, forger: Forger) -> None:
    with finder_on(lan.host()) as finder:
        wait(finder, lambda rooms: real(rooms, nord))
        before = resident(os.getpid())
        for number in range(10_000):
            forged = ServerInfo(f"{number:032x}", "22222222", "Nord", 5055, 0, 0, locked=False)
            claims = msgspec.structs.replace(forged, id=ONE, run=RUN)
            for data in (encode_beacon(forged), encode_beacon(claims), encode_bye(claims)):
                forger.beacon(data)
        assert real(finder.rooms(), nord)
        assert len(finder.rooms()) <= 1 + MAX_PER_SOURCE
        announce(nord, "Late", 5056)
        rooms = wait(finder, lambda rooms: "Late" in live(rooms))
        assert real(rooms, nord)
        assert resident(os.getpid()) - before < FLOOD
