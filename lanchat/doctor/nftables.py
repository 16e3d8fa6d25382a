"""What `nft -j list ruleset` prints (libnftables-json(5)), as chains of a packet filter. Pure; runs nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from lanchat.doctor.packet_filter import (
    ACCEPT,
    DROP,
    GO_ON,
    GOTO,
    JUMP,
    RETURN,
    Chain,
    Condition,
    Packet,
    Rule,
    lets_in,
)

HOOKS: Final = ("prerouting", "input")  # where packets for this computer pass
_FAMILIES: Final = {4: ("ip", "inet"), 6: ("ip6", "inet")}
_TRANSPORTS: Final = ("tcp", "udp", "icmp", "icmpv6", "sctp", "dccp", "udplite", "igmp")
_FIELDS: Final = {
    ("meta", "iif"): "iif",
    ("meta", "iifname"): "iif",
    ("meta", "l4proto"): "protocol",
    ("meta", "pkttype"): "cast",
    ("ct", "state"): "state",
    ("th", "dport"): "dport",
    ("ip", "protocol"): "protocol",
    ("ip6", "nexthdr"): "protocol",
}
_SAME: Final = {"host": "unicast", "ipv6-icmp": "icmpv6", "ipv4": "4", "ipv6": "6"}  # other words for the same
_VERDICTS: Final = {"accept": ACCEPT, "drop": DROP, "reject": DROP, "return": RETURN, "queue": ACCEPT}


class _Said(msgspec.Struct):
    nftables: list[Any]


class Ruleset:
    """chains: all, by `family table name`. bases: those that the kernel calls for packets for this computer."""

    def __init__(self, text: str) -> None:
        """Raises ValueError for what is not the output of nft."""
        items = msgspec.json.decode(text, type=_Said).nftables
        self.chains: dict[str, Chain] = {}
        self.bases: list[str] = []
        rules: dict[str, list[Rule]] = {}
        sets = _sets(items)
        for item in items:
            match item:
                case {"chain": {"family": str(family), "table": str(table), "name": str(name), **more}}:
                    key = f"{family} {table} {name}"
                    policy = DROP if more.get("policy") == "drop" else ACCEPT
                    self.chains[key] = Chain(key, rules.setdefault(key, []), policy)
                    if more.get("hook") in HOOKS and more.get("type") == "filter":
                        self.bases.append(key)
                case {"rule": {"family": str(family), "table": str(table), "chain": str(name), "expr": list(expr)}}:
                    found = (_with_sets(rule, f"{family} {table}", sets) for rule in _rules(expr, f"{family} {table}"))
                    rules.setdefault(f"{family} {table} {name}", []).extend(found)

    @property
    def is_empty(self) -> bool:
        return not self.bases

    def keeps_out(self, packet: Packet) -> tuple[bool | None, list[str]]:
        """Whether the packet is kept out, None: not certain; and the chains that do it."""
        families = _FAMILIES[packet.version]
        results = {
            base: lets_in(self.chains, base, packet) for base in self.bases if base.partition(" ")[0] in families
        }
        closed = [base for base, result in results.items() if result is False]
        return True if closed else None if None in results.values() else False, closed


def _sets(items: list[Any]) -> dict[str, tuple[str, ...]]:
    """The elements of sets with a name, by `family table @name`."""
    found = {}
    for item in items:
        match item:
            case {"set": {"family": str(family), "table": str(table), "name": str(name), **more}}:
                found[f"{family} {table} @{name}"] = tuple(_values(more.get("elem", [])))
    return found


def _with_sets(rule: Rule, table: str, sets: dict[str, tuple[str, ...]]) -> Rule:
    """The rule with the elements of sets in place of their names."""

    def resolved(test: Condition) -> Condition:
        elements = sets.get(f"{table} {test.values[0]}") if len(test.values) == 1 else None
        return test if elements is None else test._replace(values=elements)

    return rule._replace(tests=tuple(map(resolved, rule.tests)))


def _rules(expr: list[Any], table: str) -> Iterator[Rule]:
    """One rule of nft; a verdict map makes several."""
    tests: list[Condition] = []
    for statement in expr:
        match statement:
            case {"match": {"op": op, "left": left, "right": right}}:
                tests += _tests(left, right, negated=op == "!=", known=op in ("==", "!=", "in"))
            case {"vmap": {"key": key, "data": {"set": list(pairs)}}}:
                for pair in pairs:
                    if isinstance(pair, list) and len(pair) == 2 and isinstance(pair[1], dict):
                        yield _ended([*tests, *_tests(key, pair[0])], pair[1], table)
                return
            case {"vmap": _}:
                yield Rule((*tests, Condition("")), DROP)
                yield Rule((*tests, Condition("")), ACCEPT)
                return
            case {"limit": _} | {"xt": _} | {"ct count": _} | {"set": _}:
                tests.append(Condition(""))
            case dict() if _is_verdict(statement):
                yield _ended(tests, statement, table)
                return
            case None | {"counter": _} | {"log": _} | {"comment": _}:
                continue
    # Rules of iptables that libnftables cannot name have their verdict in what it leaves out
    if any(isinstance(statement, dict) and "xt" in statement for statement in expr):
        yield Rule((*tests, Condition("")), DROP)
        yield Rule((*tests, Condition("")), ACCEPT)


def _is_verdict(statement: dict[str, Any]) -> bool:
    return bool(statement.keys() & {*_VERDICTS, "jump", "goto"})


def _ended(tests: list[Condition], statement: dict[str, Any], table: str) -> Rule:
    (word, value), *_ = statement.items()
    if word in (JUMP, GOTO):
        target = value.get("target") if isinstance(value, dict) else None
        return Rule(tuple(tests), word, f"{table} {target}")
    return Rule(tuple(tests), _VERDICTS.get(word, GO_ON))


def _tests(left: Any, right: Any, *, negated: bool = False, known: bool = True) -> list[Condition]:
    """What one match demands; a payload demands its protocol as well."""
    values = tuple(_values(right))
    match left:
        case {"meta": {"key": "nfproto" | "protocol"}}:
            versions = tuple({"ip": "4", "ip6": "6"}.get(v, _SAME.get(v, v)) for v in values)
            return [Condition("version", versions, negated)]
        case {"meta": {"key": str(key)}}:
            field = _FIELDS.get(("meta", key), "")
        case {"ct": {"key": str(key)}}:
            field = _FIELDS.get(("ct", key), "")
        case {"payload": {"protocol": str(protocol), "field": str(name)}}:
            return [*_implied(protocol), Condition(_payload(protocol, name) if known else "", values, negated)]
        case _:
            field = ""
    return [Condition(field if known else "", tuple(_SAME.get(value, value) for value in values), negated)]


def _payload(protocol: str, name: str) -> str:
    if name in ("daddr", "saddr") and protocol in ("ip", "ip6"):
        return name
    return "dport" if name == "dport" else _FIELDS.get((protocol, name), "")


def _implied(protocol: str) -> list[Condition]:
    if protocol in _TRANSPORTS:
        return [Condition("protocol", (protocol,))]
    return [Condition("version", ("4" if protocol == "ip" else "6",))] if protocol in ("ip", "ip6") else []


def _values(right: Any) -> Iterator[str]:
    match right:
        case {"set": list(items)} | list(items):
            for item in items:
                yield from _values(item)
        case {"range": [first, last]}:
            yield f"{first}-{last}"
        case {"prefix": {"addr": address, "len": length}}:
            yield f"{address}/{length}"
        case {"elem": {"val": value}}:
            yield from _values(value)
        case str() | int():
            yield str(right)
        case _:
            yield "@"
