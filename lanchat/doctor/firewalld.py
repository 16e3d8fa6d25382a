"""What `firewall-cmd --list-all` prints of a zone. Pure; runs nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from lanchat.doctor.facts import MDNS

_SERVICES: Final = {"mdns": MDNS}  # those that are ports of ours


def zone_of(text: str) -> str:
    """The zone's name, on the first line: `public (default, active)`."""
    words = text.split(maxsplit=1)
    return words[0] if words else ""


def lets_in(text: str, places: Iterable[str]) -> dict[str, bool]:
    """Which of `places` (`udp/5054`) are let in. What a rich rule may decide is left out."""
    said = {key: value.strip() for key, value in re.findall(r"^  ([\w -]+):(.*)$", text, re.MULTILINE)}
    everything = said.get("target") == "ACCEPT"
    has_rich_rules = "rule " in text.partition("rich rules:")[2]
    ports = [*said.get("ports", "").split(), *_as_ports(said.get("services", "").split())]
    found = {}
    for place in places:
        if everything or any(_fits(port, place) for port in ports):
            found[place] = True
        elif not has_rich_rules:
            found[place] = False
    return found


def _as_ports(services: Iterable[str]) -> list[str]:
    return ["/".join(reversed(_SERVICES[name].split("/"))) for name in services if name in _SERVICES]


def _fits(port: str, place: str) -> bool:
    """port: `5054/udp`, `1025-65535/tcp`."""
    numbers, _, protocol = port.partition("/")
    wanted, _, number = place.partition("/")
    first, _, last = numbers.partition("-")
    return protocol == wanted and first.isdigit() and int(first) <= int(number) <= int(last or first)
