"""Docs that lie are bugs: what docs/protocol.md shows is decoded, and its limits are compared."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from lanchat.protocol import limits
from lanchat.protocol.codec import Flaw, client_frames, server_frames
from lanchat.protocol.frames import ClientFrame, ServerFrame
from lanchat.protocol.limits import Code

ROOT = Path(__file__).parent.parent
PROTOCOL = (ROOT / "docs" / "protocol.md").read_text()
CLIENT_LINES = re.findall(r"^-> (.*)$", PROTOCOL, re.MULTILINE)
SERVER_LINES = re.findall(r"^<- (.*)$", PROTOCOL, re.MULTILINE)


def _type(line: str) -> str:
    return str(msgspec.json.decode(line)["type"])


@pytest.mark.parametrize("line", CLIENT_LINES)
def test_examples_of_clients_are_frames(line: str) -> None:
    (frame,) = client_frames().receive(line.encode() + b"\n")
    assert not isinstance(frame, Flaw), frame


@pytest.mark.parametrize("line", SERVER_LINES)
def test_examples_of_servers_are_frames(line: str) -> None:
    (frame,) = server_frames().receive(line.encode() + b"\n")
    assert not isinstance(frame, Flaw), frame


def test_every_frame_has_an_example() -> None:
    for union, lines in ((ClientFrame, CLIENT_LINES), (ServerFrame, SERVER_LINES)):
        tags = {frame.__struct_config__.tag for frame in union.__args__}
        assert tags == {_type(line) for line in lines}


def test_every_code_is_explained() -> None:
    codes = PROTOCOL[PROTOCOL.index("## Codes") : PROTOCOL.index("## Limits")]
    assert {str(code) for code in Code} == set(re.findall(r"`([a-z_]+)`", codes)) - {"suggestion", "id"}


@pytest.mark.parametrize(
    ("row", "value"),
    [
        ("frame", limits.MAX_FRAME),
        ("text", limits.MAX_TEXT),
        ("nickname", limits.MAX_NICK),
        ("server's name", limits.MAX_SERVER_NAME),
        ("message id", limits.MAX_ID),
        ("runs in a hello", limits.MAX_RUNS),
        ("capabilities", limits.MAX_CAPABILITIES),
        ("page", limits.MAX_PAGE),
        ("roster frame", limits.MAX_ROSTER_CHUNK),
    ],
)
def test_limits_are_the_ones_in_the_code(row: str, value: int) -> None:
    assert re.search(rf"^\| {row} \| {value:,}\b", PROTOCOL, re.MULTILINE), row


def test_every_link_between_the_documents_leads_somewhere() -> None:
    for document in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", document.read_text()):
            if "://" not in target:
                assert (document.parent / target).exists(), f"{document.name}: {target}"


# Pictures

MAX_PICTURE = 300_000  # bytes: they are cloned with the program, and each time they are drawn anew they stay in history


def test_pictures_are_small_and_all_of_them_are_shown() -> None:
    pictures = {path.name: path.stat().st_size for path in (ROOT / "docs" / "pictures").iterdir()}
    assert max(pictures.values()) <= MAX_PICTURE
    assert set(re.findall(r"!\[[^]]+]\(docs/pictures/([^)]+)\)", (ROOT / "README.md").read_text())) == set(pictures)
