"""Facts to findings: each fault alone gets its finding, with what to do; a healthy network gets none."""

from __future__ import annotations

import pytest

from lanchat.doctor.facts import Clock, Facts, Firewall, Gateway, Link, Port, PortUse, Refusal, Server, Way
from lanchat.doctor.judge import judge
from lanchat.doctor.report import Finding, Level
from tests.doctor.facts import HEALTHY, healthy, link, port

ALONE = {"servers": (), "neighbours": 0}
CLOSED = Firewall(
    "nftables",
    {"udp/5054": False, "udp/5353": False, "tcp/5055": False, "udp/5055": False},
    ("inet filter input",),
)
UNREAD = Firewall("ufw", readable=False)
OURS = (*port("tcp/5055", PortUse.OURS)[:3], Port("udp/5055", PortUse.OURS))
HERE = (Server(("beacon",), live=True, here=True, near=True),)

HEALTHY_ONES: dict[str, Facts] = {
    "as it is": HEALTHY,
    "ufw with what is needed": healthy(
        firewall=Firewall("ufw", {"udp/5054": True, "udp/5353": True, "tcp/5055": True})
    ),
    "nobody could read the firewall, but all comes back": healthy(firewall=UNREAD),
    "the rules say no, but answers come in": healthy(
        firewall=Firewall("nftables", {"udp/5054": False, "udp/5353": False}, ("inet a b",))
    ),
    "the router was not asked": healthy(gateway=Gateway("eth0", "192.168.1.1")),
    "no router": healthy(gateway=None, default_link=""),
    "two cards": healthy(links=(link(), link(name="wlan0", answers=0))),
    "a card that is unplugged beside one that works": healthy(links=(link(), Link("eth1", "physical", running=False))),
    "docker": healthy(links=(link(), Link("docker0", "container", addresses=("172.17.0.1/16",)))),
    "IPv6 alone": healthy(links=(link(addresses=("fe80::1/64",), asked=(Way.GROUP,), echoed=(Way.GROUP,)),)),
    "its own room": healthy(servers=(*HERE, *HEALTHY.servers), ports=OURS),
    "another mDNS program": healthy(
        responders=("avahi-daemon",), ports=port("udp/5353", PortUse.SHARED, "avahi-daemon")
    ),
    "a container that hears others": healthy(surroundings=("container",)),
    "the clock was set by a second": healthy(clock=Clock(2026, 1.2)),
    "a way that could not be listened to": healthy(links=(link(listening=(), echoed=()),), firewall=UNREAD),
    "a system of which we do not know what comes back": healthy(
        system="darwin", firewall=Firewall("unknown"), links=(link(echoed=()),), ports=OURS
    ),
}

# facts: (code, level, a piece of what to do or of the sentence)
FAULTS: dict[str, tuple[Facts, str, Level, str]] = {
    "no interface": (healthy(links=(), **ALONE), "no-network", Level.PROBLEM, "Connect it"),
    "unplugged": (
        healthy(links=(Link("eth0", "physical", running=False),), **ALONE),
        "no-network",
        Level.PROBLEM,
        "Plug the cable in",
    ),
    "no address": (healthy(links=(Link("eth0", "physical"),), **ALONE), "no-network", Level.PROBLEM, "DHCP"),
    "self-given": (healthy(links=(link(addresses=("169.254.7.7/16",)),)), "no-dhcp", Level.NOTE, "gave itself"),
    "not allowed to ask": (
        healthy(links=(link(asked=(), refused=(Refusal(Way.MDNS, "Operation not permitted", forbidden=True),)),)),
        "not-sent",
        Level.PROBLEM,
        "allow lanchat there",
    ),
    "unable to ask": (
        healthy(links=(link(asked=(), refused=(Refusal(Way.BROADCAST, "Network is down"),)),)),
        "not-sent",
        Level.PROBLEM,
        "really connected",
    ),
    "routes lead away": (healthy(links=(link(astray=True),)), "astray", Level.PROBLEM, "VPN"),
    "vpn": (
        healthy(links=(link(), Link("tun0", "tunnel", addresses=("10.8.0.2/24",))), default_link="tun0"),
        "vpn",
        Level.NOTE,
        "VPN's settings",
    ),
    "router mute": (
        healthy(gateway=Gateway("eth0", "192.168.1.1", answers=False), links=(link(answers=0),), **ALONE),
        "gateway-mute",
        Level.PROBLEM,
        "right network",
    ),
    "router mute, others not": (
        healthy(gateway=Gateway("eth0", "192.168.1.1", answers=False)),
        "gateway-mute",
        Level.NOTE,
        "though others do",
    ),
    "firewall, by its rules": (
        healthy(firewall=CLOSED, links=(link(answers=0),), servers=()),
        "firewall-deaf",
        Level.PROBLEM,
        "sudo nft insert rule inet filter input 'udp dport { 5054, 5353 } accept'",
    ),
    "firewall, by what does not come back": (
        healthy(firewall=UNREAD, links=(link(echoed=(), answers=0),), servers=()),
        "firewall-deaf",
        Level.PROBLEM,
        "sudo ufw allow 5054/udp",
    ),
    "firewall of a server": (
        healthy(firewall=CLOSED, ports=OURS, servers=HERE),
        "firewall-door",
        Level.PROBLEM,
        "sudo nft insert rule inet filter input tcp dport 5055 accept",
    ),
    "unread firewall of a server": (
        healthy(firewall=UNREAD, ports=OURS, servers=HERE, links=(link(echoed=(), answers=0),)),
        "firewall-door",
        Level.PROBLEM,
        "sudo ufw allow 5055/tcp",
    ),
    "firewall where one may be opened": (
        healthy(firewall=Firewall("firewalld", {"tcp/5055": False, "udp/5353": True}, ("public",))),
        "firewall-door",
        Level.NOTE,
        "sudo firewall-cmd --permanent --zone=public --add-port=5055/tcp",
    ),
    "windows": (
        healthy(system="win32", firewall=Firewall("windows", readable=False)),
        "firewall-unread",
        Level.NOTE,
        "could not try",
    ),
    "beacon's port": (
        healthy(ports=port("udp/5054", PortUse.TAKEN, "othergame")),
        "port-taken",
        Level.PROBLEM,
        "held by othergame",
    ),
    "mDNS port": (healthy(ports=port("udp/5353", PortUse.TAKEN)), "mdns-taken", Level.NOTE, "by the beacon"),
    "room's port": (healthy(ports=port("tcp/5055", PortUse.TAKEN, "nc")), "door-taken", Level.NOTE, "next free port"),
    "a room that does not answer": (
        healthy(servers=(Server(("mdns",), live=False, here=False, near=True),)),
        "room-mute",
        Level.PROBLEM,
        "on the computer that holds the room",
    ),
    "only when asked alone": (
        healthy(servers=(Server(("manual",), live=True, here=False, near=True),), links=(link(answers=0),)),
        "only-alone",
        Level.PROBLEM,
        "client isolation",
    ),
    "alone with the router": (healthy(links=(link(answers=0),), **ALONE), "isolation", Level.NOTE, "guest Wi-Fi"),
    "no room": (healthy(servers=(), links=(link(answers=0),)), "no-rooms", Level.NOTE, "lanchat serve"),
    "newer room": (
        healthy(servers=(Server(("mdns",), live=True, here=False, near=True, version=2),)),
        "version",
        Level.NOTE,
        "Update lanchat here",
    ),
    "1970": (healthy(clock=Clock(1970)), "clock", Level.NOTE, "Set it"),
    "clock set meanwhile": (healthy(clock=Clock(2026, 3600.0)), "clock-jump", Level.NOTE, "time service"),
    "wsl": (healthy(surroundings=("wsl",), links=(link(answers=0),)), "wsl", Level.NOTE, "networkingMode=mirrored"),
    "container": (
        healthy(surroundings=("container",), links=(link(answers=0),)),
        "container",
        Level.NOTE,
        "--network host",
    ),
}
FOLLOWS = {"no-rooms", "isolation", "firewall-door"}  # what other faults bring along


def told(finding: Finding) -> str:
    return "\n".join((finding.sentence, finding.advice, *finding.commands))


def not_ok(facts: Facts) -> list[Finding]:
    return [finding for finding in judge(facts).findings if finding.level is not Level.OK]


@pytest.mark.parametrize("name", HEALTHY_ONES)
def test_a_healthy_network_gives_no_alarm(name: str) -> None:
    report = judge(HEALTHY_ONES[name])
    assert report.healthy
    assert report.verdict.startswith("All is well: ")
    assert not [f for f in not_ok(HEALTHY_ONES[name]) if f.code not in ("door-taken", "firewall-door")]


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_alone_is_found_and_says_what_to_do(name: str) -> None:
    facts, code, level, piece = FAULTS[name]
    found = not_ok(facts)
    assert code in [finding.code for finding in found]
    assert {finding.code for finding in found} - {code} <= FOLLOWS
    finding = next(finding for finding in found if finding.code == code)
    assert finding.level is level
    assert piece in told(finding)
    assert judge(facts).healthy == (level is not Level.PROBLEM)


def test_every_rule_has_a_fault_here() -> None:
    codes = {code for _, code, _, _ in FAULTS.values()}
    everything = [
        f for facts in (*HEALTHY_ONES.values(), *(f[0] for f in FAULTS.values())) for f in judge(facts).findings
    ]
    assert {finding.code for finding in everything if finding.level is not Level.OK} == codes


@pytest.mark.parametrize("name", [*HEALTHY_ONES, *FAULTS])
def test_each_finding_is_one_sentence(name: str) -> None:
    facts = HEALTHY_ONES.get(name) or FAULTS[name][0]
    for finding in judge(facts).findings:
        assert finding.sentence.endswith(".")
        assert "\n" not in finding.sentence + finding.advice
        assert finding.level is Level.OK or finding.advice or "though others do" in finding.sentence


def test_the_verdict_names_the_first_problem() -> None:
    facts = healthy(links=(link(astray=True),), ports=port("udp/5054", PortUse.TAKEN))
    assert judge(facts).verdict.startswith("2 things are in the way. First: Packets for the network of eth0")
    assert judge(healthy(links=(link(astray=True),))).verdict.startswith("One thing is in the way: Packets")


def test_no_room_is_no_problem_of_this_computer() -> None:
    report = judge(healthy(servers=(), links=(link(answers=0),)))
    assert report.healthy
    assert report.verdict == "Nothing on this computer is in the way, but no room answers on this network."


def test_a_check_that_was_stopped_says_so() -> None:
    assert "stopped before its end" in judge(healthy(cancelled=True)).verdict


def test_problems_come_first() -> None:
    levels = [f.level for f in judge(healthy(firewall=CLOSED, links=(link(answers=0),), servers=())).findings]
    assert levels == sorted(levels, key=[Level.PROBLEM, Level.NOTE, Level.UNTRIED, Level.OK].index)


def test_a_server_on_another_port_gets_the_command_for_that_one() -> None:
    closed = Firewall("ufw", {"tcp/5057": False, "udp/5057": False, "udp/5054": True, "udp/5353": True})
    ports = (*HEALTHY.ports, Port("tcp/5057", PortUse.OURS), Port("udp/5057", PortUse.OURS))
    (door,) = [f for f in judge(healthy(firewall=closed, ports=ports)).findings if f.code == "firewall-door"]
    assert door.commands == ("sudo ufw allow 5057/tcp", "sudo ufw allow 5057/udp")
