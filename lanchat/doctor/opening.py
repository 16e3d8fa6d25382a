"""How each firewall is opened for some ports: the exact commands, or the steps where there is none. Pure.

Those of Windows and macOS are written from their documentation, and were not tried.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Final

from lanchat.doctor.facts import MDNS, Firewall

UNTRIED: Final = "These steps are from the system's documentation; we could not try them."
_KEEP_NFT: Final = "The rule lasts until the next start of the machine; to keep it, put it into /etc/nftables.conf."
_KEEP_IPTABLES: Final = "The rule lasts until the next start of the machine; how to keep it depends on the system."
_ROOT: Final = "Run “sudo lanchat doctor”, which may read the rules and names the command."


def how_to_open(firewall: Firewall, places: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """Advice, and the commands that let in `places` (`udp/5054`)."""
    match firewall.kind:
        case "ufw":
            return "Let it in:", tuple(f"sudo ufw allow {_reversed(place)}" for place in places)
        case "firewalld":
            zone = f" --zone={shlex.quote(firewall.at[0])}" if firewall.at else ""
            opened = [f"sudo firewall-cmd --permanent{zone} {_firewalld(place)}" for place in places]
            return "Let it in:", (*opened, "sudo firewall-cmd --reload")
        case "nftables" if firewall.at:
            chains = [" ".join(map(shlex.quote, chain.split())) for chain in firewall.at]
            rules = [f"sudo nft insert rule {chain} {rule}" for chain in chains for rule in _nft(places)]
            return f"Let it in. {_KEEP_NFT}", tuple(rules)
        case "iptables":
            programs = ("iptables", "ip6tables")
            rules = [f"sudo {name} -I INPUT {rule} -j ACCEPT" for name in programs for rule in _iptables(places)]
            return f"Let it in. {_KEEP_IPTABLES}", tuple(rules)
        case "windows":
            return f"Let it in, in a PowerShell that runs as administrator. {UNTRIED}", tuple(_windows(places))
        case "macos":
            return (
                "In System Settings, Network, Firewall, Options, allow incoming connections for Python; in Privacy & "
                f"Security, Local Network, allow the program that starts lanchat. {UNTRIED}",
                (),
            )
    ports = ", ".join(place.upper().replace("/", " ") for place in places)
    return (f"Its rules are shown to root only. {_ROOT}" if not firewall.readable else f"Let in {ports} there."), ()


def _reversed(place: str) -> str:
    protocol, _, port = place.partition("/")
    return f"{port}/{protocol}"


def _firewalld(place: str) -> str:
    return "--add-service=mdns" if place == MDNS else f"--add-port={_reversed(place)}"


def _by_protocol(places: Sequence[str]) -> list[tuple[str, list[str]]]:
    protocols = dict.fromkeys(place.partition("/")[0] for place in places)
    return [(name, sorted(p.partition("/")[2] for p in places if p.startswith(f"{name}/"))) for name in protocols]


def _nft(places: Sequence[str]) -> list[str]:
    """Quoted, since shells have a meaning of their own for braces."""
    return [
        f"'{protocol} dport {{ {', '.join(ports)} }} accept'"
        if len(ports) > 1
        else f"{protocol} dport {ports[0]} accept"
        for protocol, ports in _by_protocol(places)
    ]


def _iptables(places: Sequence[str]) -> list[str]:
    return [f"-p {protocol} -m multiport --dports {','.join(ports)}" for protocol, ports in _by_protocol(places)]


def _windows(places: Sequence[str]) -> list[str]:
    return [
        f"New-NetFirewallRule -DisplayName 'lanchat {protocol}' -Direction Inbound -Profile Private "
        f"-Protocol {protocol.upper()} -LocalPort {','.join(ports)} -Action Allow"
        for protocol, ports in _by_protocol(places)
    ]
