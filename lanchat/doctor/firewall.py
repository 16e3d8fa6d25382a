"""Asks the firewalls of this computer what they let in; changes nothing. What their answers mean, their parsers know.

Each program gets a few seconds and a bounded answer, no shell, and no word of anybody's. Without root most tell
nothing: then the firewall's kind is told by files that all may read.
"""

from __future__ import annotations

import contextlib
import os
import re
import selectors
import shutil
import subprocess  # nosec B404 - fixed programs, no shell
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from lanchat.discovery.networks import Interface
from lanchat.discovery.sockets import EVERYBODY, GROUP
from lanchat.doctor import firewalld, iptables, ufw
from lanchat.doctor.facts import BEACON, MDNS, Firewall
from lanchat.doctor.nftables import Ruleset
from lanchat.doctor.packet_filter import Packet, lets_in

TIMEOUT: Final = 5.0  # s for one program; nft with thousands of rules takes 0.3
MAX_OUTPUT: Final = 16 * 1024 * 1024  # bytes: 50,000 rules
PIECE: Final = 64 * 1024  # bytes read at once: what a pipe holds
PATH: Final = "/usr/sbin:/usr/bin:/sbin:/bin"  # where a system has them; never from a folder of somebody's choice
_UFW_CONFIG: Final = Path("/etc/ufw/ufw.conf")  # all may read it
_MDNS_GROUP: Final = {4: "224.0.0.251", 6: "ff02::fb"}  # RFC 6762 section 3


def read(places: Sequence[str], interfaces: Sequence[Interface]) -> Firewall:
    """What the firewall does with strangers' packets for `places` (`udp/5054`)."""
    if sys.platform == "win32":
        return Firewall("windows", readable=False)
    if sys.platform == "darwin":
        return Firewall("macos", readable=False)
    for ask in (_ask_ufw, _ask_firewalld):
        if (found := ask(places)) is not None:
            return found
    packets = _packets(places, interfaces)
    found = _ask_nft(packets)
    if found is None or found.kind == "none":
        found = _ask_iptables(packets) or found
    return found or Firewall(readable=not any(_program(name) for name in ("nft", "iptables-save")))


def _program(name: str) -> str | None:
    return shutil.which(name, path=PATH)


def run(*command: str) -> str | None:
    """What a program of the system prints; None where there is none, or it fails."""
    program = _program(command[0])
    if program is None:
        return None
    try:
        process = subprocess.Popen(  # nosec B603 - a fixed program, no shell
            [program, *command[1:]],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PATH": PATH, "LC_ALL": "C"},
        )
    except OSError:  # not executable
        return None
    with process:
        try:
            return _read(process, time.monotonic() + TIMEOUT)
        finally:
            process.kill()  # it has ended, or takes longer or says more than anybody waits for


def _read(process: subprocess.Popen[bytes], deadline: float) -> str | None:
    """All that it prints until it ends; None: it failed, took too long, or printed too much."""
    assert process.stdout is not None
    said = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while len(said) <= MAX_OUTPUT and selector.select(max(0.0, deadline - time.monotonic())):
            piece = os.read(process.stdout.fileno(), PIECE)
            if piece:
                said += piece
                continue
            with contextlib.suppress(subprocess.TimeoutExpired):  # it closed its output, and goes on
                if process.wait(max(0.0, deadline - time.monotonic())) == 0:
                    return said.decode(errors="replace")
            return None
    return None


def _ask_ufw(places: Sequence[str]) -> Firewall | None:
    said = run("ufw", "status", "verbose")
    if said is not None:
        return Firewall("ufw", ufw.lets_in(said, places)) if ufw.is_active(said) else None
    try:
        config = _UFW_CONFIG.read_text(errors="replace")
    except OSError:  # not installed
        return None
    return Firewall("ufw", readable=False) if re.search(r"^ENABLED=yes", config, re.MULTILINE) else None


def _ask_firewalld(places: Sequence[str]) -> Firewall | None:
    said = run("firewall-cmd", "--state")
    if said is None or said.strip() != "running":
        return None
    zone = run("firewall-cmd", "--list-all")
    if zone is None:
        return Firewall("firewalld", readable=False)
    return Firewall("firewalld", firewalld.lets_in(zone, places), (firewalld.zone_of(zone),))


def _ask_nft(packets: Iterable[tuple[str, Packet]]) -> Firewall | None:
    said = run("nft", "-j", "list", "ruleset")
    if said is None:
        return None
    try:
        rules = Ruleset(said)
    except ValueError:  # cut, or of another version
        return None
    if rules.is_empty:
        return Firewall("none")
    known: dict[str, bool] = {}
    closed: list[str] = []
    for place, packet in packets:
        kept_out, chains = rules.keeps_out(packet)
        closed += chains
        if kept_out is not None:
            known[place] = not kept_out
    return Firewall("nftables", known, tuple(dict.fromkeys(closed)))


def _ask_iptables(packets: Iterable[tuple[str, Packet]]) -> Firewall | None:
    said = run("iptables-save")
    chains = iptables.parse(said or "")
    if iptables.INPUT not in chains:
        return None
    known: dict[str, bool] = {}
    for place, packet in packets:
        if packet.version == 4 and (allowed := lets_in(chains, iptables.INPUT, packet)) is not None:
            known[place] = allowed
    return Firewall("iptables", known)


def _packets(places: Iterable[str], interfaces: Sequence[Interface]) -> list[tuple[str, Packet]]:
    """A stranger's packet for each place, on the likeliest interface."""
    interface = next((i for i in interfaces if not i.is_v6), next(iter(interfaces), None))
    if interface is None:
        return []
    version = 6 if interface.is_v6 else 4
    stranger = str(interface.network.network_address + 2)
    everybody = ("multicast", GROUP) if interface.is_v6 else ("broadcast", interface.broadcast or EVERYBODY)
    casts = {MDNS: ("multicast", _MDNS_GROUP[version]), BEACON: everybody}
    found = []
    for place in places:
        protocol, _, port = place.partition("/")
        cast, destination = casts.get(place, ("unicast", interface.ip))
        found.append((place, Packet(protocol, int(port), destination, cast, stranger, interface.name, version)))
    return found
