"""Discovery between hosts on a network of their own: what each way gets through, and what it does not."""

from __future__ import annotations

import json
import signal
import socket
import sys

import msgspec
import pytest

from lanchat.discovery import ask_host
from lanchat.discovery.announcement import encode_beacon, encode_bye
from lanchat.discovery.directory import MAX_PER_SOURCE
from lanchat.discovery.found import State, Via
from lanchat.errors import HostSilent
from lanchat.protocol.frames import ServerInfo
from lanchat.protocol.limits import DISCOVERY_UDP_PORT
from tests.discovery.conftest import announce, finder_on, live, live_at, serve, wait
from tests.lan import Lan, repository

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


def test_with_multicast_blocked_the_beacon_finds(lan: Lan) -> None:
    nord, sued = lan.host(), lan.host()
    lan.block("multicast")
    announce(nord, "Nord")
    with finder_on(sued) as finder:
        assert wait(finder, live)[0].via == (Via.BEACON,)


def test_with_broadcast_blocked_mdns_finds(lan: Lan) -> None:
    nord, sued = lan.host(), lan.host()
    lan.block("broadcast")
    announce(nord, "Nord")
    with finder_on(sued, beacon=False) as finder:
        wait(finder, lambda rooms: live_at(rooms) == {nord.ip})


def test_with_broadcast_blocked_the_beacon_finds_by_the_groups(lan: Lan) -> None:
    nord, sued = lan.host(), lan.host()
    lan.block("broadcast")
    announce(nord, "Nord", 5055, "--no-mdns")
    with finder_on(sued, mdns=False) as finder:
        (room,) = wait(finder, lambda rooms: rooms and len(rooms[0].addresses) == 2)
        assert room.host == nord.ip  # IPv4's group
        assert room.addresses[1].startswith("[fe80::")  # IPv6's


def test_with_both_blocked_a_typed_or_remembered_address_works(lan: Lan) -> None:
    nord, sued = lan.host(), lan.host()
    lan.block("multicast", "broadcast")
    announce(nord, "Nord")
    with sued.network():
        assert ask_host(nord.ip).name == "Nord"
    with finder_on(sued, known=["not an address", f"{nord.ip}:5055"]) as finder:
        (room,) = wait(finder, live)
        assert (room.name, room.via) == ("Nord", (Via.MANUAL,))


def test_with_udp_blocked_a_typed_or_remembered_address_works_over_tcp(lan: Lan) -> None:
    nord, sued = lan.host(), lan.host()
    lan.block("udp")
    serve(nord, "Nord")
    with sued.network():
        assert ask_host(nord.ip).name == "Nord"
        assert ask_host(nord.ip, 5055).name == "Nord"
    with finder_on(sued, known=[f"{nord.ip}:5055"]) as finder:
        assert live(wait(finder, live)) == ["Nord"]


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


def test_another_subnet_is_answered_when_it_asks_alone(lan: Lan) -> None:
    nord, far = lan.host(), lan.host()
    far.run("ip addr flush dev eth0; ip addr add 10.99.0.1/24 dev eth0; ip route add 10.77.0.0/24 dev eth0")
    nord.run("ip route add 10.99.0.0/24 dev eth0")
    announce(nord, "Nord")
    with far.network():
        assert ask_host(nord.ip).name == "Nord"


MDNS_RULE = ("ip daddr 224.0.0.251 udp dport 5353", "ip6 daddr ff02::fb udp dport 5353")


def test_a_firewall_that_lets_only_answers_in_lets_a_remembered_address_through(lan: Lan) -> None:
    nord, sued = lan.host(), lan.host()
    sued.firewall()
    announce(nord, "Nord")
    with finder_on(sued, known=[nord.ip]) as finder:
        assert wait(finder, live)[0].via == (Via.MANUAL,)


def test_a_firewall_that_lets_mdns_in_leaves_mdns(lan: Lan) -> None:
    nord, sued = lan.host(), lan.host()
    sued.firewall(*MDNS_RULE)
    announce(nord, "Nord")
    with finder_on(sued) as finder:
        assert wait(finder, live)[0].via == (Via.MDNS,)


def test_a_firewall_that_lets_the_shared_port_in_lets_the_servers_own_beacon_through(lan: Lan) -> None:
    nord, sued = lan.host(), lan.host()
    sued.firewall("udp dport 5054")
    announce(nord, "Nord")
    with finder_on(sued, mdns=False) as finder:
        assert wait(finder, live)[0].via == (Via.BEACON,)


# Address by address


@pytest.mark.parametrize("blocked", [("multicast", "broadcast"), ("udp",)])
def test_where_nothing_else_gets_through_a_sweep_finds(lan: Lan, blocked: tuple[str, ...]) -> None:
    sued, nord = lan.host(), lan.host()
    lan.block(*blocked)
    serve(nord, "Nord")
    with finder_on(sued) as finder:
        finder.sweep()
        assert finder.progress is not None
        assert wait(finder, live)[0].via == (Via.SWEEP,)
        wait(finder, lambda _: finder.progress is None)


def test_a_firewall_that_lets_only_answers_in_lets_a_sweep_find(lan: Lan) -> None:
    sued, nord = lan.host(), lan.host()
    sued.firewall()
    announce(nord, "Nord")
    with finder_on(sued) as finder:
        finder.sweep()
        assert wait(finder, live)[0].via == (Via.SWEEP,)


def test_a_sweep_that_finds_nobody_ends(lan: Lan) -> None:
    host = lan.host()
    host.run("ip addr flush dev eth0; ip addr add 10.77.0.1/29 dev eth0")
    with finder_on(host) as finder:
        finder.sweep()
        wait(finder, lambda _: finder.progress is None)


def test_another_subnet_of_the_settings_is_found(lan: Lan) -> None:
    nord, far = lan.host(), lan.host()
    far.run("ip addr flush dev eth0; ip addr add 10.99.0.1/24 dev eth0; ip route add 10.77.0.0/24 dev eth0")
    nord.run("ip route add 10.99.0.0/24 dev eth0")
    announce(nord, "Nord")
    with finder_on(far, subnets=["10.77.0.0/28", "no network"], mdns=False) as finder:
        room = wait(finder, live)[0]
        assert Via.SWEEP in room.via
        assert room.host == nord.ip


def test_the_command_finds_by_a_sweep_and_in_another_subnet(lan: Lan) -> None:
    nord, sued = lan.host(), lan.host()
    lan.block("multicast", "broadcast")
    announce(nord, "Nord")
    find = [sys.executable, "-m", "lanchat", "find", "--json", "--timeout", "0.3"]
    told = {
        more: sued.run([*find, *more], cwd=repository(), check=False)
        for more in ((), ("--sweep",), ("--subnet", "10.77.0.0/30"), ("--subnet", "10.0.0.0/8"))
    }
    assert json.loads(told[()].stdout) == []
    assert json.loads(told["--sweep",].stdout)[0]["via"] == ["sweep"]
    assert json.loads(told["--subnet", "10.77.0.0/30"].stdout)[0]["name"] == "Nord"
    assert "too large" in told["--subnet", "10.0.0.0/8"].stderr


# Forgery


def test_ten_thousand_forged_datagrams_leave_the_real_server_and_a_finder_that_works(lan: Lan) -> None:
    nord, sued, west = lan.host(), lan.host(), lan.host()
    announce(nord, "Nord", 5055, ONE, "11111111")
    with finder_on(sued) as finder:
        (real,) = wait(finder, live)
        with west.network(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as flooder:
            flooder.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            for number in range(10_000):
                forged = ServerInfo(f"{number:032x}", "22222222", "Nord", 5055, 0, 0, locked=False)
                claims = msgspec.structs.replace(forged, id=ONE, run="11111111")
                for data in (encode_beacon(forged), encode_beacon(claims), encode_bye(claims)):
                    flooder.sendto(data, ("10.77.0.255", DISCOVERY_UDP_PORT))
        assert real.id in [room.id for room in finder.rooms() if room.host == nord.ip and room.state is State.LIVE]
        assert len(finder.rooms()) <= 1 + MAX_PER_SOURCE
        announce(nord, "Late", 5056)
        wait(finder, lambda rooms: "Late" in live(rooms))


def test_servers_of_two_users_share_a_machine(lan: Lan) -> None:
    nord, sued = lan.host(), lan.host()
    announce(nord, "First", 5055)
    announce(nord, "Second", 5056, "--no-mdns", "--no-root")
    with finder_on(sued, mdns=False) as finder:
        wait(finder, lambda rooms: live(rooms) == ["First", "Second"])


# Coming and going


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
