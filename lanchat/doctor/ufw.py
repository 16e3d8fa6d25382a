"""What `ufw status verbose` prints. Pure; runs nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from lanchat.doctor.facts import MDNS

_RULE: Final = re.compile(
    r"(?P<to>.+?)\s{2,}(?P<action>ALLOW|LIMIT|DENY|REJECT)(?: (?P<way>IN|OUT|FWD))?\s{2,}(?P<source>.+)"
)
_PORTS: Final = re.compile(r"(?P<ports>[\d,:]+)(?:/(?P<protocol>tcp|udp))?(?: on \S+)?")


def is_active(text: str) -> bool:
    return re.search(r"^Status: active", text, re.MULTILINE) is not None


def lets_in(text: str, places: Iterable[str]) -> dict[str, bool]:
    """Which of `places` (`udp/5054`) are let in. The first rule that fits decides, as in ufw itself; what a rule for
    some sources alone decides is left out."""
    default = re.search(r"^Default: (\w+) \(incoming\)", text, re.MULTILINE)
    allowed = default is not None and default[1] == "allow"
    # ufw lets mDNS in as it is shipped (/etc/ufw/before.rules), and never shows that
    found = {place: allowed or place == MDNS for place in places}
    decided: set[str] = set()
    narrow: set[str] = set()
    for line in text.splitlines():
        rule = _RULE.match(line)
        if rule is None or rule["way"] in ("OUT", "FWD") or "(v6)" in rule["to"]:
            continue
        for place in found:
            if place not in decided and _fits(rule["to"].strip(), place):
                decided.add(place)
                found[place] = rule["action"] in ("ALLOW", "LIMIT")
                if not rule["source"].startswith("Anywhere"):
                    narrow.add(place)
    return {place: is_open for place, is_open in found.items() if place not in narrow}


def _fits(to: str, place: str) -> bool:
    protocol, _, port = place.partition("/")
    if to.startswith("Anywhere"):
        return True
    match = _PORTS.fullmatch(to)
    if match is None or match["protocol"] not in (None, protocol):
        return False
    for part in match["ports"].split(","):
        first, _, last = part.partition(":")
        if first.isdigit() and int(first) <= int(port) <= int(last or first):
            return True
    return False
