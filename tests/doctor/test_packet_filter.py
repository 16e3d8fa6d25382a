"""Rules of firewalls: what they print, as recorded or documented, and whether a stranger's packet passes."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lanchat.doctor import firewalld, iptables, ufw
from lanchat.doctor.nftables import Ruleset
from lanchat.doctor.packet_filter import ACCEPT, DROP, JUMP, RETURN, Chain, Condition, Packet, Rule, lets_in

PLACES = ("udp/5054", "udp/5055", "udp/5353", "tcp/5055")


def packet(place: str, **changes: object) -> Packet:
    protocol, _, port = place.partition("/")
    return Packet(protocol, int(port), "192.168.1.23", "unicast", "192.168.1.9", "eth0")._replace(**changes)


# The evaluator


@pytest.mark.parametrize(
    ("condition", "fits"),
    [
        (Condition("dport", ("5054",)), True),
        (Condition("dport", ("1000-6000",)), True),
        (Condition("dport", ("22", "80")), False),
        (Condition("dport", ("5054",), negated=True), False),
        (Condition("dport", ("domain",)), None),
        (Condition("protocol", ("tcp",)), False),
        (Condition("saddr", ("192.168.0.0/16",)), True),
        (Condition("saddr", ("192.168.1.1-192.168.1.20",)), True),
        (Condition("saddr", ("10.0.0.0/8", "fe80::/10")), False),
        (Condition("daddr", ("@friends",)), None),
        (Condition("iif", ("eth*",)), True),
        (Condition("iif", ("lo",)), False),
        (Condition("state", ("established", "related")), False),
        (Condition("state", ("new",)), True),
        (Condition("cast", ("broadcast",)), False),
        (Condition("version", ("6",)), False),
        (Condition("mark", ("1",)), None),
    ],
)
def test_one_condition(condition: Condition, fits: bool | None) -> None:
    assert condition.fits(packet("udp/5054")) is fits


def verdict(*rules: Rule, policy: str = DROP, **others: list[Rule]) -> bool | None:
    chains = {"input": Chain("input", rules, policy)} | {name: Chain(name, found) for name, found in others.items()}
    return lets_in(chains, "input", packet("udp/5054"))


UNSURE = (Condition("mark"),)


def test_the_first_rule_that_fits_decides() -> None:
    assert verdict(Rule((), ACCEPT), Rule((), DROP)) is True
    assert verdict(Rule((), DROP), Rule((), ACCEPT), policy=ACCEPT) is False
    assert verdict() is False
    assert verdict(policy=ACCEPT) is True


def test_what_depends_on_the_unknown_is_unknown() -> None:
    assert verdict(Rule(UNSURE, ACCEPT)) is None
    assert verdict(Rule(UNSURE, ACCEPT), Rule((), ACCEPT)) is True
    assert verdict(Rule(UNSURE, DROP)) is False


def test_jumps_come_back_and_end_where_a_verdict_is() -> None:
    assert verdict(Rule((), JUMP, "own"), own=[Rule((), ACCEPT)]) is True
    assert verdict(Rule((), JUMP, "own"), Rule((), ACCEPT), own=[Rule((), RETURN), Rule((), DROP)]) is True
    assert verdict(Rule((), "goto", "own"), Rule((), ACCEPT), own=[]) is False  # past its end the policy counts
    assert verdict(Rule((), JUMP, "nowhere"), Rule((), ACCEPT)) is True


def test_chains_that_call_each_other_end() -> None:
    assert verdict(Rule((), JUMP, "own"), own=[Rule((), JUMP, "own"), Rule((), JUMP, "own")]) is None


# nft: printed by nft 1.0.6 for a ruleset of a usual kind

NFT = """
{"nftables": [{"metainfo": {"version": "1.0.6", "release_name": "Lester Gooch #5", "json_schema_version": 1}},
{"table": {"family": "inet", "name": "filter", "handle": 1}},
{"set": {"family": "inet", "name": "friends", "table": "filter", "type": "ipv4_addr", "handle": 5,
 "elem": ["192.168.1.7"]}},
{"chain": {"family": "inet", "table": "filter", "name": "services", "handle": 1}},
{"chain": {"family": "inet", "table": "filter", "name": "input", "handle": 2, "type": "filter", "hook": "input",
 "prio": 0, "policy": "drop"}},
{"chain": {"family": "inet", "table": "filter", "name": "forward", "handle": 3, "type": "filter", "hook": "forward",
 "prio": 0, "policy": "drop"}},
{"rule": {"family": "inet", "table": "filter", "chain": "services", "handle": 7, "expr": [{"match": {"op": "==",
 "left": {"payload": {"protocol": "tcp", "field": "dport"}}, "right": {"set": [22, 80, {"range": [5050, 5060]}]}}},
 {"accept": null}]}},
{"rule": {"family": "inet", "table": "filter", "chain": "services", "handle": 9, "expr": [{"vmap": {"key": {"payload":
 {"protocol": "udp", "field": "dport"}}, "data": {"set": [[5054, {"drop": null}], [5353, {"accept": null}]]}}}]}},
{"rule": {"family": "inet", "table": "filter", "chain": "input", "handle": 11, "expr": [{"vmap": {"key": {"ct":
 {"key": "state"}}, "data": {"set": [["invalid", {"drop": null}], ["established", {"accept": null}]]}}}]}},
{"rule": {"family": "inet", "table": "filter", "chain": "input", "handle": 12, "expr": [{"match": {"op": "==",
 "left": {"meta": {"key": "iifname"}}, "right": "lo"}}, {"accept": null}]}},
{"rule": {"family": "inet", "table": "filter", "chain": "input", "handle": 13, "expr": [{"match": {"op": "==",
 "left": {"payload": {"protocol": "ip", "field": "protocol"}}, "right": "icmp"}}, {"limit": {"rate": 5, "burst": 5,
 "per": "second"}}, {"accept": null}]}},
{"rule": {"family": "inet", "table": "filter", "chain": "input", "handle": 15, "expr": [{"match": {"op": "==",
 "left": {"meta": {"key": "l4proto"}}, "right": {"set": ["tcp", "udp"]}}}, {"match": {"op": "==", "left": {"payload":
 {"protocol": "th", "field": "dport"}}, "right": 4000}}, {"counter": {"packets": 0, "bytes": 0}}, {"accept": null}]}},
{"rule": {"family": "inet", "table": "filter", "chain": "input", "handle": 16, "expr": [{"match": {"op": "==",
 "left": {"payload": {"protocol": "ip", "field": "saddr"}}, "right": "@friends"}}, {"accept": null}]}},
{"rule": {"family": "inet", "table": "filter", "chain": "input", "handle": 17, "expr": [{"match": {"op": "==",
 "left": {"payload": {"protocol": "ip", "field": "saddr"}}, "right": {"prefix": {"addr": "192.168.1.0", "len": 24}}}},
 {"jump": {"target": "services"}}]}},
{"rule": {"family": "inet", "table": "filter", "chain": "input", "handle": 18, "expr": [{"counter": {"packets": 0,
 "bytes": 0}}, {"log": {"prefix": "dropped "}}]}},
{"rule": {"family": "inet", "table": "filter", "chain": "input", "handle": 19, "expr": [{"reject": {"type": "icmpx",
 "expr": "admin-prohibited"}}]}},
{"table": {"family": "ip6", "name": "six", "handle": 2}},
{"chain": {"family": "ip6", "table": "six", "name": "input", "handle": 1, "type": "filter", "hook": "input",
 "prio": 0, "policy": "drop"}},
{"rule": {"family": "ip6", "table": "six", "chain": "input", "handle": 2, "expr": [{"match": {"op": "==", "left":
 {"payload": {"protocol": "udp", "field": "dport"}}, "right": 5353}}, {"accept": null}]}}]}
"""


@pytest.mark.parametrize(
    ("place", "changes", "kept_out", "chains"),
    [
        ("tcp/5055", {}, False, []),
        ("tcp/6000", {}, True, ["inet filter input"]),
        ("udp/5054", {}, True, ["inet filter input"]),
        ("udp/5353", {}, False, []),
        ("tcp/5055", {"source": "10.0.0.9"}, True, ["inet filter input"]),
        ("udp/6000", {"source": "192.168.1.7"}, False, []),
        ("udp/4000", {"source": "10.0.0.9"}, False, []),
        (
            "udp/5054",
            {"version": 6, "source": "fe80::2", "destination": "ff02::1"},
            True,
            ["inet filter input", "ip6 six input"],
        ),
    ],
)
def test_rules_as_nft_prints_them(place: str, changes: dict[str, object], kept_out: bool, chains: list[str]) -> None:
    assert Ruleset(NFT).keeps_out(packet(place, **changes)) == (kept_out, chains)


def test_no_rules_keep_nothing_out() -> None:
    empty = Ruleset('{"nftables": [{"metainfo": {"json_schema_version": 1}}]}')
    assert empty.is_empty
    assert empty.keeps_out(packet("udp/5054")) == (False, [])


XT = {"rule": {"family": "ip", "table": "t", "chain": "c", "expr": [{"xt": {"type": "match", "name": "recent"}}]}}


def test_what_iptables_put_there_is_not_certain() -> None:
    chain = {"family": "ip", "table": "t", "name": "c", "type": "filter", "hook": "input", "policy": "accept"}
    said = msgspec.json.encode({"nftables": [{"chain": chain}, XT]}).decode()
    assert Ruleset(said).keeps_out(packet("udp/5054")) == (None, [])


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=8),
        lambda s: (
            st.lists(s, max_size=4)
            | st.dictionaries(
                st.sampled_from(
                    ("chain", "rule", "expr", "match", "vmap", "left", "right", "payload", "family", "set", "elem")
                ),
                s,
                max_size=4,
            )
        ),
        max_leaves=20,
    )
)
@settings(max_examples=100)
def test_nothing_that_nft_may_print_breaks_it(item: object) -> None:
    said = msgspec.json.encode(
        {"nftables": [item, {"rule": {"family": "ip", "table": "t", "chain": "c", "expr": [item]}}]}
    )
    assert Ruleset(said.decode()).keeps_out(packet("udp/5054"))[0] is not True


@pytest.mark.parametrize("text", ["", "nft: command not found", "[]", '{"nftables": 1}', '{"nftables": '])
def test_what_is_no_ruleset_is_refused(text: str) -> None:
    with pytest.raises(msgspec.DecodeError):
        Ruleset(text)


# iptables-save, in its documented form

IPTABLES = """\
# Generated by iptables-save v1.8.7
*nat
:PREROUTING ACCEPT [0:0]
-A PREROUTING -j DROP
COMMIT
*filter
:INPUT DROP [12:720]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [5:300]
:own - [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -p icmp -m limit --limit 5/sec -j ACCEPT
-A INPUT -s 192.168.1.0/24 -m comment --comment "friends -j DROP" -j own
-A INPUT ! -i eth+ -p tcp -j ACCEPT
-A INPUT -d 224.0.0.251/32 -p udp -m udp --dport 5353 -j ACCEPT
-A INPUT -p tcp -m recent --name x --update -m tcp --dport 7000 -j ACCEPT
-A INPUT -j LOG --log-prefix "dropped: "
-A INPUT -j REJECT --reject-with icmp-port-unreachable
-A own -p udp -m multiport --dports 53,5050:5054 -j ACCEPT
-A own -m addrtype --dst-type BROADCAST -j DROP
COMMIT
"""


@pytest.mark.parametrize(
    ("place", "changes", "passes"),
    [
        ("udp/5054", {}, True),
        ("udp/5055", {}, False),
        ("tcp/5055", {}, False),
        ("tcp/5055", {"interface": "wlan0"}, True),
        ("udp/5353", {"destination": "224.0.0.251", "cast": "multicast"}, True),
        ("udp/5353", {}, False),
        ("udp/5054", {"source": "10.0.0.1"}, False),
        ("tcp/7000", {}, None),
    ],
)
def test_rules_as_iptables_saves_them(place: str, changes: dict[str, object], passes: bool | None) -> None:
    assert lets_in(iptables.parse(IPTABLES), iptables.INPUT, packet(place, **changes)) is passes


@given(st.text(alphabet=":*-A INPUT!j\"'\n", max_size=60))
@settings(max_examples=50)
def test_no_text_breaks_the_reader_of_iptables(text: str) -> None:
    iptables.parse("*filter\n" + text)


# ufw and firewalld, in their documented forms

UFW = """\
Status: active
Logging: on (low)
Default: deny (incoming), allow (outgoing), disabled (routed)
New profiles: skip

To                         Action      From
--                         ------      ----
22/tcp                     ALLOW IN    Anywhere
{rules}
"""


@pytest.mark.parametrize(
    ("rules", "open_ones"),
    [
        ("", {"udp/5353"}),  # ufw lets mDNS in as it is shipped
        ("5054/udp                   ALLOW IN    Anywhere", {"udp/5353", "udp/5054"}),
        (
            "5054:5055/udp              ALLOW IN    Anywhere                   # lanchat",
            {"udp/5353", "udp/5054", "udp/5055"},
        ),
        ("5055                       LIMIT IN    Anywhere", {"udp/5353", "udp/5055", "tcp/5055"}),
        ("Anywhere on eth0           ALLOW IN    Anywhere", set(PLACES)),
        ("5054/udp (v6)              ALLOW IN    Anywhere (v6)", {"udp/5353"}),
        ("5054/udp                   ALLOW OUT   Anywhere", {"udp/5353"}),
        ("5353/udp                   DENY IN     Anywhere", set()),
        (
            "5054/udp                   DENY IN     Anywhere\nAnywhere                   ALLOW IN    Anywhere",
            set(PLACES) - {"udp/5054"},
        ),
    ],
)
def test_what_ufw_lets_in(rules: str, open_ones: set[str]) -> None:
    said = UFW.format(rules=rules)
    assert ufw.is_active(said)
    assert ufw.lets_in(said, PLACES) == {place: place in open_ones for place in PLACES}


def test_what_ufw_lets_in_from_some_alone_is_not_known() -> None:
    said = UFW.format(rules="5055/tcp                   ALLOW IN    192.168.1.0/24")
    assert "tcp/5055" not in ufw.lets_in(said, PLACES)


def test_ufw_that_is_off() -> None:
    assert not ufw.is_active("Status: inactive\n")
    assert set(ufw.lets_in(UFW.format(rules="").replace("deny (incoming)", "allow (incoming)"), PLACES).values()) == {
        True
    }


FIREWALLD = """\
{zone}
  target: {target}
  icmp-block-inversion: no
  interfaces: eth0
  sources: 
  services: {services}
  ports: {ports}
  protocols: 
  forward: yes
  masquerade: no
  forward-ports: 
  source-ports: 
  icmp-blocks: 
  rich rules: 
{rich}"""  # noqa: W291  # as it prints them


@pytest.mark.parametrize(
    ("target", "services", "ports", "open_ones"),
    [
        ("default", "dhcpv6-client ssh", "", set()),
        ("default", "dhcpv6-client mdns ssh", "1025-65535/udp 1025-65535/tcp", set(PLACES)),
        ("default", "mdns", "5055/tcp", {"udp/5353", "tcp/5055"}),
        ("DROP", "", "5054/udp", {"udp/5054"}),
        ("ACCEPT", "", "", set(PLACES)),
    ],
)
def test_what_firewalld_lets_in(target: str, services: str, ports: str, open_ones: set[str]) -> None:
    said = FIREWALLD.format(zone="public (default, active)", target=target, services=services, ports=ports, rich="")
    assert firewalld.zone_of(said) == "public"
    assert firewalld.lets_in(said, PLACES) == {place: place in open_ones for place in PLACES}


def test_rich_rules_may_decide_the_rest() -> None:
    rich = '\trule family="ipv4" source address="192.168.1.0/24" accept\n'
    said = FIREWALLD.format(zone="home", target="default", services="mdns", ports="", rich=rich)
    assert firewalld.lets_in(said, PLACES) == {"udp/5353": True}
