"""Whether the rules of a packet filter let a packet in. Pure; knows no program's way of writing rules.

A rule may test what we do not know (a rate, a set, a mark): then both outcomes are possible, and the answer is None.
"""

from __future__ import annotations

import fnmatch
import ipaddress
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

ACCEPT, DROP, RETURN, JUMP, GOTO, GO_ON = "accept", "drop", "return", "jump", "goto", "go on"  # verdicts of a rule
MAX_DEPTH: Final = 16  # jumps within jumps, as many as the kernel allows (NFT_JUMP_STACK_SIZE)
MAX_STEPS: Final = 50_000  # rules looked at for one packet: jumps may lead to one chain a thousand times

_FALL: Final = "fall"  # past the end of a chain


class Packet(NamedTuple):
    """A stranger's packet. version: 4 or 6. cast: unicast, broadcast, multicast."""

    protocol: str
    port: int
    destination: str
    cast: str
    source: str
    interface: str
    version: int = 4


class Condition(NamedTuple):
    """field: version, protocol, dport, daddr, saddr, iif, state, cast; any other: unknown. values: texts; ports are
    `5054` or `1000-2000`, addresses may be networks, interfaces may end in a “*”."""

    field: str
    values: tuple[str, ...] = ()
    negated: bool = False

    def fits(self, packet: Packet) -> bool | None:
        found = self._found(packet)
        return None if found is None else found != self.negated

    def _found(self, packet: Packet) -> bool | None:
        if any(value.startswith("@") for value in self.values):  # a set with a name
            return None
        try:
            match self.field:
                case "dport":
                    return any(_in_range(packet.port, value) for value in self.values)
                case "daddr" | "saddr":
                    address = packet.destination if self.field == "daddr" else packet.source
                    return any(_in_network(address, value) for value in self.values)
                case "iif":
                    return any(fnmatch.fnmatchcase(packet.interface, value) for value in self.values)
        except ValueError:  # a name for a port, or what else we do not know
            return None
        known = {"state": "new", "protocol": packet.protocol, "cast": packet.cast, "version": str(packet.version)}
        value = known.get(self.field)
        return None if value is None else value in self.values


class Rule(NamedTuple):
    tests: tuple[Condition, ...]
    verdict: str
    target: str = ""  # of a jump

    def fits(self, packet: Packet) -> bool | None:
        results = [test.fits(packet) for test in self.tests]
        if False in results:
            return False
        return None if None in results else True


class Chain(NamedTuple):
    """policy: what becomes of packets that no rule decides on, in a chain that the kernel itself calls; else None."""

    name: str
    rules: Sequence[Rule]
    policy: str | None = None


def lets_in(chains: Mapping[str, Chain], base: str, packet: Packet) -> bool | None:
    """Whether the chain `base` accepts the packet; None: that depends on what is not known."""
    try:
        outcomes = _Walk(chains, packet).outcomes(base, 0)
    except RecursionError:
        return None
    if _FALL in outcomes:
        outcomes = (outcomes - {_FALL}) | {chains[base].policy or ACCEPT}
    return outcomes == {ACCEPT} if len(outcomes) == 1 else None


class _Walk:
    def __init__(self, chains: Mapping[str, Chain], packet: Packet) -> None:
        self._chains, self._packet = chains, packet
        self._steps = 0

    def outcomes(self, name: str, depth: int) -> set[str]:
        """All that may become of the packet in the chain `name`: ACCEPT, DROP, _FALL. Raises RecursionError."""
        possible: set[str] = set()
        for rule in self._chains[name].rules if name in self._chains else ():
            self._steps += 1
            if depth > MAX_DEPTH or self._steps > MAX_STEPS:
                raise RecursionError("too many rules")
            fits = rule.fits(self._packet)
            if fits is False or rule.verdict == GO_ON:
                continue
            found = self._of_rule(rule, depth)
            goes_on = rule.verdict == JUMP and _FALL in found
            possible |= found - {_FALL} if goes_on else found
            if fits and not goes_on:
                return possible
        return possible | {_FALL}

    def _of_rule(self, rule: Rule, depth: int) -> set[str]:
        if rule.verdict in (JUMP, GOTO):
            return self.outcomes(rule.target, depth + 1)
        return {_FALL} if rule.verdict == RETURN else {rule.verdict}


def _in_range(port: int, value: str) -> bool:
    """Raises ValueError."""
    first, _, last = value.partition("-")
    return int(first) <= port <= int(last or first)


def _in_network(address: str, value: str) -> bool:
    """Raises ValueError."""
    first, dash, last = value.partition("-")
    ip = ipaddress.ip_address(address)
    if dash:
        low, high = int(ipaddress.ip_address(first)), int(ipaddress.ip_address(last))
        return low <= int(ip) <= high
    return ip in ipaddress.ip_network(value, strict=False)
