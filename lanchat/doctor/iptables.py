"""What `iptables-save` prints, as chains of a packet filter. Pure; runs nothing."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Final

from lanchat.doctor.packet_filter import ACCEPT, DROP, GO_ON, GOTO, JUMP, RETURN, Chain, Condition, Rule

INPUT: Final = "INPUT"
_VERDICTS: Final = {
    "ACCEPT": ACCEPT,
    "DROP": DROP,
    "REJECT": DROP,
    "RETURN": RETURN,
    "LOG": GO_ON,
    "NFLOG": GO_ON,
    "MARK": GO_ON,
    "CONNMARK": GO_ON,
}
_OPTIONS: Final = {
    "-p": "protocol",
    "-s": "saddr",
    "-d": "daddr",
    "-i": "iif",
    "--dport": "dport",
    "--dports": "dport",
    "--ctstate": "state",
    "--state": "state",
    "--pkt-type": "cast",
    "--dst-type": "cast",
}
_SILENT: Final = ("-m", "--comment", "--reject-with", "--log-prefix", "--log-level", "--set-mark", "--set-xmark")
_CASTS: Final = {"local": "unicast"}  # the rest is called as we do


def parse(text: str) -> dict[str, Chain]:
    """The chains of the table `filter`, by their names; empty where there is none."""
    rules: dict[str, list[Rule]] = {}
    policies: dict[str, str | None] = {}
    table = ""
    for line in text.splitlines():
        if line.startswith("*"):
            table = line[1:].strip()
        elif table == "filter" and line.startswith(":"):
            name, policy, *_ = [*line[1:].split(), "", ""]
            policies[name] = _VERDICTS.get(policy)
            rules.setdefault(name, [])
        elif table == "filter" and line.startswith("-A "):
            words = _split(line)
            if len(words) > 1:
                rules.setdefault(words[1], []).append(_rule(words[2:]))
    return {name: Chain(name, found, policies.get(name)) for name, found in rules.items()}


def _split(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError:  # a quote that never ends
        return line.split()


def _rule(words: list[str]) -> Rule:
    tests: list[Condition] = []
    verdict, target = GO_ON, ""
    for option, values, negated in _options(words):
        if option in ("-j", "-g"):
            name = values[0] if values else ""
            verdict = _VERDICTS.get(name, JUMP if option == "-j" else GOTO)
            target = name
        elif option in _OPTIONS and values:
            tests.append(_condition(_OPTIONS[option], values[0], negated=negated))
        elif option not in _SILENT:
            tests.append(Condition(""))
    return Rule(tuple(tests), verdict, target)


def _options(words: list[str]) -> Iterator[tuple[str, list[str], bool]]:
    """Each option with its values, and whether a “!” stands before it."""
    option, values, negated, next_negated = "", list[str](), False, False
    for word in [*words, "-"]:
        if word == "!":
            next_negated = True
        elif word.startswith("-"):
            if option:
                yield option, values, negated
            option, values, negated, next_negated = word, [], next_negated, False
        else:
            values.append(word)


def _condition(field: str, value: str, *, negated: bool) -> Condition:
    values = value.split(",")
    if field == "dport":
        values = [v.replace(":", "-") for v in values]
    elif field == "iif":
        values = [v.removesuffix("+") + "*" if v.endswith("+") else v for v in values]
    elif field in ("state", "cast", "protocol"):
        values = [_CASTS.get(v.lower(), v.lower()) for v in values]
    if field == "protocol" and "all" in values:
        return Condition("protocol", ("tcp", "udp"), negated)
    return Condition(field, tuple(values), negated)
