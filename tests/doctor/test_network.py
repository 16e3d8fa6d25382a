"""`lanchat doctor` on hosts of a network of their own: each fault set there gets its verdict, and no other."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lanchat.client import Profile
from tests.discovery.conftest import serve
from tests.doctor.conftest import Checked, doctor, end, start
from tests.lan import Host, Lan, why_unavailable

pytestmark = pytest.mark.lan

MDNS_RULE = "ip daddr 224.0.0.251 udp dport 5353"  # as ufw is shipped
HOLD = """
import socket, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
    sock.bind(("", 5054))
    print("held", flush=True)
    sys.stdin.read()
"""


def _nothing(_: Host) -> None:
    pass


def _firewall(host: Host) -> None:
    host.firewall()


def _firewall_with_mdns(host: Host) -> None:
    host.firewall(MDNS_RULE)


def _firewall_with_beacon(host: Host) -> None:
    host.firewall("udp dport 5054")


def _nothing_leaves(host: Host) -> None:
    host.run('nft "add table inet out; add chain inet out output { type filter hook output priority 0; policy drop; }"')


def _unplug(host: Host) -> None:
    host.link(up=False)


def _no_address(host: Host) -> None:
    host.run("ip addr flush dev eth0")


def _vpn(host: Host) -> None:
    host.run(
        "ip link add tun0 type veth peer name far; ip link set far up; ip addr add 10.8.0.2/24 dev tun0; "
        "ip link set tun0 up; "
        "ip route add 0.0.0.0/1 dev tun0; ip route add 128.0.0.0/1 dev tun0"
    )


def _vpn_takes_all(host: Host) -> None:
    _vpn(host)
    host.run("ip rule add pref 10 to 10.77.0.0/24 lookup 77; ip route add 10.77.0.0/24 dev tun0 table 77")


def _hold_port(host: Host) -> None:
    held = host.popen([sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert held.stdout is not None
    assert held.stdout.readline() == "held\n"


def _no_router(host: Host) -> None:
    host.run("ip route replace default via 10.77.0.250 dev eth0")


def _only_ipv6(host: Host) -> None:
    host.run("ip -4 addr flush dev eth0")


def _docker(host: Host) -> None:
    host.add_docker0()


def _avahi(host: Host) -> None:
    host.start_avahi()


# (fault, problems, notes): the whole of what may be found, “ok” left out
FAULTS: dict[str, tuple[Callable[[Host], None], list[str], list[str]]] = {
    "healthy": (_nothing, [], []),
    "firewall": (_firewall, ["firewall-deaf"], ["firewall-door", "no-rooms"]),
    "firewall that may not be read": (_firewall, ["firewall-deaf"], ["firewall-door", "no-rooms"]),
    "firewall with mdns": (_firewall_with_mdns, [], ["firewall-door"]),
    "firewall with beacon": (_firewall_with_beacon, [], ["firewall-door"]),
    "nothing leaves": (_nothing_leaves, ["not-sent"], ["no-rooms"]),
    "unplugged": (_unplug, ["no-network"], []),
    "no address": (_no_address, ["no-network"], []),
    "vpn": (_vpn, [], ["vpn"]),
    "vpn takes all": (_vpn_takes_all, ["astray"], ["vpn"]),
    "port held": (_hold_port, ["port-taken"], []),
    "router mute": (_no_router, [], ["gateway-mute"]),
    "only ipv6": (_only_ipv6, [], []),
    "docker": (_docker, [], []),
    "avahi": (_avahi, [], []),
}
UNPRIVILEGED = ("setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin")


@pytest.fixture(scope="module")
def checked() -> Iterator[dict[str, Checked]]:
    """All faults, each on a host of its own beside one healthy server; the doctors work at the same time."""
    if reason := why_unavailable("dbus-daemon", "avahi-daemon"):
        pytest.skip(reason)
    with Lan() as lan:
        server = lan.host("server")
        serve(server, "Nord")
        doctors = {"server": start(server, "--json")}
        for number, (name, (fault, _, _)) in enumerate(FAULTS.items()):
            host = lan.host(f"fault{number}")
            fault(host)
            before = UNPRIVILEGED if name.endswith("may not be read") else ()
            doctors[name] = start(host, "--json", before=before)
        yield {name: end(process) for name, process in doctors.items()}


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_gets_its_verdict_and_no_other(checked: dict[str, Checked], name: str) -> None:
    _, problems, notes = FAULTS[name]
    found = checked[name]
    assert (found.problems, sorted(found.notes)) == (problems, sorted(notes)), found.report
    assert found.code == (1 if problems else 0)
    assert found.report["healthy"] == (not problems)


def test_what_a_healthy_network_shows(checked: dict[str, Checked]) -> None:
    healthy = checked["healthy"]
    assert healthy.report["verdict"].startswith("All is well: 1 room answers")
    sentence = healthy["interface"]["sentence"]
    assert "asked by broadcast, multicast, mDNS; 1 other computer answered" in sentence
    own = checked["server"]
    assert (own.code, own.problems) == (0, [])
    assert "1 on this computer" in own["rooms"]["sentence"]


def test_a_program_that_holds_our_port_is_named(checked: dict[str, Checked]) -> None:
    assert "held by python" in checked["port held"]["port-taken"]["sentence"]


def test_another_answerer_of_mdns_is_named(checked: dict[str, Checked]) -> None:
    assert checked["avahi"]["responder"]["sentence"].startswith("avahi-daemon")


def test_a_firewall_is_noticed_by_who_may_not_read_it(checked: dict[str, Checked]) -> None:
    finding = checked["firewall that may not be read"]["firewall-deaf"]
    assert finding["commands"] == []
    assert "sudo lanchat doctor" in finding["advice"]
    (command,) = checked["firewall"]["firewall-deaf"]["commands"]
    assert re.fullmatch(r"sudo nft insert rule inet host \w+ 'udp dport \{ 5054, 5353 \} accept'", command)


def test_the_commands_for_a_server_behind_its_firewall_open_it(lan: Lan) -> None:
    nord, sued = lan.host(), lan.host()
    nord.firewall()
    serve(nord, "Nord")
    closed, here = map(end, [start(sued, nord.ip, "--json"), start(nord, "--json")])
    assert closed.problems == ["tcp"]
    assert f"{nord.ip} is on, but a firewall there" in closed["tcp"]["sentence"]
    assert here.problems == ["firewall-door"]
    commands = here["firewall-door"]["commands"]
    assert commands
    for command in commands:
        nord.run(command.removeprefix("sudo "))
    after = [start(nord, "--json"), start(sued, "--json"), start(sued, nord.ip, "--json")]
    reports = list(map(end, after))
    for found in reports:
        assert (found.problems, found.code) == ([], 0), found.report
    wrong = doctor(sued, f"{nord.ip}:5058")
    assert "A room answers there at port 5055" in wrong["tcp"]["advice"]
    assert reports[1].report["verdict"].startswith("All is well: 1 room answers")


def test_a_room_that_only_announces_itself_is_behind_a_firewall(lan: Lan) -> None:
    nord, sued = lan.host(), lan.host()
    nord.firewall(MDNS_RULE)
    serve(nord, "Nord")
    found = doctor(sued)
    assert found.problems == ["room-mute"]


def test_a_switch_that_passes_nothing_to_all(lan: Lan, own_home: Path) -> None:
    nord, sued = lan.host(), lan.host()
    lan.block("multicast", "broadcast")
    serve(nord, "Nord")
    Profile("default").remember("1" * 32, "Nord", f"{nord.ip}:5055", None)  # joined once: asked alone, it answers
    lonely, known = map(end, [start(sued, "--json"), start(sued, "--json", home=own_home)])
    assert (lonely.problems, lonely.notes, lonely.code) == ([], ["no-rooms"], 0)
    assert lonely.report["verdict"].startswith("Nothing on this computer is in the way")
    assert known.problems == ["only-alone"]


def test_alone_with_a_router(lan: Lan) -> None:
    router, sued = lan.host(), lan.host()
    sued.run("ip route replace default via 10.77.0.77 dev eth0")  # nobody is there
    mute = doctor(sued)
    assert (mute.problems, mute.notes) == (["gateway-mute"], ["no-rooms"])
    sued.run(f"ip route replace default via {router.ip} dev eth0")
    alone = doctor(sued)
    assert (alone.problems, alone.notes) == ([], ["isolation"])


def test_a_host_behind_which_udp_is_blocked(lan: Lan) -> None:
    nord, sued = lan.host(), lan.host()
    lan.block("udp")
    serve(nord, "Nord")
    found = doctor(sued, nord.ip)
    assert (found.problems, found.notes, found.code) == ([], ["udp"], 0)
    assert "not found by itself" in found["udp"]["advice"]


def test_a_host_that_is_not_there(lan: Lan) -> None:
    sued = lan.host()
    away, nameless = start(sued, "10.77.0.99", "--json"), start(sued, "no-such-machine", "--json")
    found = end(away)
    assert found.problems == ["tcp"]
    assert "cannot be reached" in found["tcp"]["sentence"]
    assert [f["level"] for f in found.report["findings"][4:]] == ["untried"] * 6
    found = end(nameless)
    assert found.problems == ["name"]
    assert found.report["findings"][1]["level"] == "untried"
    sued.link(up=False)
    assert doctor(sued, "10.77.0.99").problems == ["route"]
