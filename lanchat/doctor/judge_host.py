"""What became of a visit to one server, as a report: one finding for each step, in their order. Pure.

The first step that fails says what to do; those after it were not tried.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from typing import Final, NamedTuple

from lanchat.doctor.facts import KeyState, Step, Visit
from lanchat.doctor.report import Finding, Level, Report
from lanchat.protocol.limits import PROTOCOL_VERSION

_AREA: Final = "server"
_SLOW: Final = 200.0  # ms: above it a talk on one network feels slow


class _Stage(NamedTuple):
    code: str
    title: str
    judge: Callable[[Visit], Finding | None]  # None: not tried


def judge_visit(visit: Visit) -> Report:
    findings = [
        stage.judge(visit) or Finding(stage.code, _AREA, Level.UNTRIED, f"Not tried: {stage.title}.")
        for stage in _STAGES
    ]
    problems = [finding for finding in findings if finding.level is Level.PROBLEM]
    if problems:
        verdict = problems[0].sentence
    elif visit.cancelled:
        verdict = "The check was stopped before its end."
    else:
        verdict = f"All is well: {visit.shown} can be joined."
    return Report(verdict, tuple(findings))


def _ok(code: str, sentence: str) -> Finding:
    return Finding(code, _AREA, Level.OK, sentence)


def _problem(code: str, sentence: str, advice: str, *commands: str) -> Finding:
    return Finding(code, _AREA, Level.PROBLEM, sentence, advice, commands)


def _name(visit: Visit) -> Finding | None:
    if visit.resolved is None:
        return None
    if visit.resolved is Step.OK and visit.address in visit.shown:
        return _ok("name", "Name: an address was given, there is nothing to look up.")
    if visit.resolved is Step.OK:
        return _ok("name", f"Name: {visit.shown} is {visit.address}.")
    return _problem(
        "name",
        f"No computer called “{visit.shown}” is known here.",
        "Check the spelling, or type its IP address: whoever runs it sees it with “lanchat doctor” there.",
    )


def _route(visit: Visit) -> Finding | None:
    if visit.routed is None:
        return None
    if visit.routed is Step.OK:
        return _ok("route", f"Route: by {visit.link or 'an interface'}, from our address {visit.own}.")
    return _problem(
        "route",
        f"No way leads from this computer to {visit.address}.",
        "Join the network that the server is in; “lanchat doctor” without an address tells more.",
    )


def _udp(visit: Visit) -> Finding | None:
    if visit.udp is None:
        return None
    if visit.udp is Step.OK:
        return _ok("udp", "UDP: it answers our question.")
    if visit.udp is Step.REFUSED or visit.tcp is not Step.OK:
        return Finding("udp", _AREA, Level.NOTE, "UDP: our question got no answer.")
    return Finding(
        "udp",
        _AREA,
        Level.NOTE,
        f"UDP: our question got no answer, so something between keeps out UDP 5054 and {visit.port}.",
        "The room can be joined by its address, but is not found by itself: let these ports in on its computer.",
    )


def _tcp(visit: Visit) -> Finding | None:
    match visit.tcp:
        case None:
            return None
        case Step.OK:
            return _ok("tcp", f"TCP: port {visit.port} takes our connection.")
        case Step.REFUSED:
            sentence = f"{visit.address} is there, but nothing listens at TCP port {visit.port}."
            advice = "Check the port, and that the room is still open; “lanchat serve” there prints both."
        case Step.UNREACHABLE:
            sentence = f"{visit.address} cannot be reached: no computer with that address answers."
            advice = "Check the address, and that the computer is on and in this network."
        case _ if visit.udp is Step.OK:
            sentence = f"The server answers over UDP, but TCP port {visit.port} is closed to us by a firewall."
            advice = f"Let TCP {visit.port} in on its computer: “lanchat doctor” there names the command."
        case _ if visit.awake:
            sentence = f"{visit.address} is on, but a firewall there keeps us out of TCP port {visit.port}."
            advice = "Run “lanchat doctor” on that computer: it names the command that lets us in."
        case _:
            sentence = f"{visit.address} does not answer at TCP port {visit.port}."
            advice = "Either no such computer is on, or a firewall keeps us out: run “lanchat doctor” on that computer."
    if visit.other_port not in (None, visit.port):
        advice = f"A room answers there at port {visit.other_port}: use that one."
    return _problem("tcp", sentence, advice)


def _tls(visit: Visit) -> Finding | None:
    match visit.tls:
        case None:
            return None
        case Step.OK:
            return _ok("tls", "TLS: the connection is encrypted.")
        case Step.SILENT:
            sentence = f"Something at port {visit.port} takes connections, but says nothing."
        case _:
            sentence = f"What answers at port {visit.port} is not lanchat: it does not speak TLS 1.3 as we do."
    return _problem("tls", sentence, "Check the address and the port.")


def _key(visit: Visit) -> Finding | None:
    match visit.key:
        case None:
            return None
        case KeyState.KNOWN:
            return _ok("key", f"Key: it is the server that you know ({visit.found_words}).")
        case KeyState.NEW:
            return _ok("key", f"Key: this server is new to you ({visit.found_words}).")
    return _problem(
        "key",
        f"The server there is not the one you knew: its key says “{visit.found_words}”, and you knew "
        f"“{visit.known_words}”.",
        "Somebody may be pretending to be it, or it was set up anew. Ask whoever runs it to read its words aloud, and "
        "only if they match:",
        f"lanchat trust {visit.shown}",
    )


def _said(visit: Visit) -> Finding | None:
    match visit.said:
        case None:
            return None
        case Step.OK:
            return _ok("hello", "Hello: it answers as a lanchat server.")
        case Step.SILENT:
            return _problem(
                "hello", "The server does not answer inside TLS.", "It hangs, or it is no lanchat: start it anew."
            )
    return _problem("hello", "What answers inside TLS is not lanchat.", "Check the address and the port.")


def _version(visit: Visit) -> Finding | None:
    if visit.said is not Step.OK:
        return None
    if visit.version == PROTOCOL_VERSION:
        return _ok("version", f"Version: both speak version {visit.version} of the protocol.")
    newer = visit.version > PROTOCOL_VERSION
    return _problem(
        "version",
        f"The server speaks version {visit.version} of the protocol, and this lanchat version {PROTOCOL_VERSION}.",
        "Update lanchat here." if newer else "Update lanchat on its computer.",
    )


def _room(visit: Visit) -> Finding | None:
    if visit.said is not Step.OK:
        return None
    if visit.max_users and visit.users >= visit.max_users:
        return _problem(
            "room",
            f"The room is full: {visit.users} of {visit.max_users} people are in it.",
            "Wait until somebody leaves, or ask its owner for more room (“lanchat serve --max-clients”).",
        )
    lock = "; it asks newcomers for its PIN" if visit.locked else ""
    return _ok("room", f"Room: {visit.users} of at most {visit.max_users} people are in it{lock}.")


def _round_trip(visit: Visit) -> Finding | None:
    if not visit.delays:
        return None
    delay = statistics.median(visit.delays)
    sentence = f"Round trip: {delay:.1f} ms (the middle one of {len(visit.delays)})."
    if delay <= _SLOW:
        return _ok("round-trip", sentence)
    return Finding(
        "round-trip", _AREA, Level.NOTE, sentence, "The network between is slow or busy; on Wi-Fi go nearer."
    )


_STAGES: Final = (
    _Stage("name", "the name", _name),
    _Stage("route", "the route", _route),
    _Stage("udp", "UDP", _udp),
    _Stage("tcp", "TCP", _tcp),
    _Stage("tls", "TLS", _tls),
    _Stage("key", "the key", _key),
    _Stage("hello", "hello", _said),
    _Stage("version", "the version", _version),
    _Stage("room", "the room", _room),
    _Stage("round-trip", "the round trip", _round_trip),
)
