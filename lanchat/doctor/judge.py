"""What the facts mean: a table of rules, each of which knows one fault and says what to do about it. Pure.

A healthy network gives no problem, and silence alone none either: who is alone on a network hears nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from lanchat.doctor import judge_computer as computer
from lanchat.doctor import judge_network as network
from lanchat.doctor.facts import Facts
from lanchat.doctor.judge_network import count
from lanchat.doctor.report import Finding, Level, Report, by_weight

Rule: TypeAlias = Callable[[Facts], Iterator[Finding]]


def judge(facts: Facts) -> Report:
    """The report on a network check."""
    findings = by_weight(finding for rule in RULES for finding in rule(facts))
    return Report(_verdict(facts, findings), findings)


def _verdict(facts: Facts, findings: tuple[Finding, ...]) -> str:
    problems = [finding for finding in findings if finding.level is Level.PROBLEM]
    live = sum(server.live for server in facts.servers)
    if facts.cancelled:
        return "The check was stopped before its end; what it saw until then:"
    if len(problems) == 1:
        return f"One thing is in the way: {problems[0].sentence}"
    if problems:
        return f"{len(problems)} things are in the way. First: {problems[0].sentence}"
    if live:
        return (
            f"All is well: {count(live, 'room answers', 'rooms answer')}, and nothing on this computer is in the way."
        )
    return "Nothing on this computer is in the way, but no room answers on this network."


RULES: Final[tuple[Rule, ...]] = (
    network.no_network,
    network.not_sent,
    network.astray,
    computer.deaf,
    computer.closed_door,
    computer.ports,
    network.gateway,
    network.only_alone,
    network.mute_servers,
    network.vpn,
    network.self_given,
    computer.door_taken,
    network.nobody,
    network.versions,
    computer.clock,
    computer.surroundings,
    network.servers,
    network.links,
    computer.firewall_open,
    computer.responders,
    computer.program,
)
