"""docs/discovery.md tells the truth: its datagrams are understood, its limits are those of the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lanchat.discovery import announcement, beacon, caps, directory, entry, networks, sweep
from lanchat.discovery.announcement import Answer, Beacon, Bye, Question, decode
from tests.discovery.networks import NETWORKS, Heard

DOCUMENT = (Path(__file__).parents[2] / "docs" / "discovery.md").read_text()
EXAMPLES = re.findall(r"^LCD1.*$", DOCUMENT, re.MULTILINE)


def test_every_datagram_has_an_example_that_is_understood() -> None:
    assert [type(decode(example.encode())) for example in EXAMPLES] == [Question, Answer, Beacon, Bye]


@pytest.mark.parametrize(
    ("limit", "value"),
    [
        ("datagram", announcement.MAX_DATAGRAM),
        ("question", announcement.QUESTION_SIZE),
        ("answers of a server", int(caps.ANSWERS)),
        ("answers to one address", int(caps.ANSWERS_PER_SOURCE)),
        ("rows", directory.MAX_ENTRIES),
        ("rows that never answered", directory.MAX_HINTS),
        ("new servers heard of", int(directory.NEW_HINTS[0])),
        ("servers of one address", directory.MAX_PER_SOURCE),
        ("addresses of a server", entry.MAX_PLACES),
        ("remembered addresses", directory.MAX_KNOWN),
        ("interfaces", networks.MAX_INTERFACES),
        ("addresses asked one by one", sweep.BATCH),
        ("networks of the settings", sweep.MAX_SUBNETS),
    ],
)
def test_limits_are_those_of_the_code(limit: str, value: int) -> None:
    assert re.search(rf"^\| {limit} \| {value:,}\b", DOCUMENT, re.MULTILINE)


def _times(times: tuple[float, ...]) -> str:
    return ", ".join(f"{time:g}" for time in times) + " s"


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("beacon", f"{_times(beacon.BURST)} after the start"),
        ("beacon", f"every {beacon.EVERY:g} s"),
        ("question to everybody", f"{_times(directory.BURST)} after the start"),
        ("question to everybody", f"every {entry.LOOKED_AT.everybody:g} s, every {entry.UNSEEN.everybody:g} s"),
        ("question to one server", f"every {entry.LOOKED_AT.live:g} s, every {entry.UNSEEN.live:g} s"),
        ("TCP question", f"every {entry.TCP_EVERY:g} s"),
        ("interfaces", f"every {networks.POLL:g} s"),
    ],
)
def test_times_are_those_of_the_code(what: str, said: str) -> None:
    rows = [line for line in DOCUMENT.splitlines() if line.startswith(f"| {what} |")]
    assert said in rows[0]


COLUMNS = {"mDNS": "mdns", "beacon": "beacon", "remembered or typed address": "known", "sweep": "sweep"}


def _what_gets_through() -> dict[str, dict[str, Heard]]:
    """The table: for each network how each way appears, by the first word of its cell."""
    lines = DOCUMENT[DOCUMENT.index("## What gets through") :].split("\n\n")[2].splitlines()
    header, _, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    ways = [COLUMNS[title] for title in header[1:]]
    return {
        name: {way: Heard(re.split(r"\W", cell)[0]) for way, cell in zip(ways, cells, strict=True)}
        for name, *cells in rows
    }


def test_the_networks_of_the_table_are_those_that_are_tried() -> None:
    told = _what_gets_through()
    assert list(told) == [network.name for network in NETWORKS]
    for network in NETWORKS:
        tried = {way: getattr(network, way) for way in COLUMNS.values()}
        assert told[network.name] == tried, network.name
