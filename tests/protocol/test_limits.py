"""The limits fit together: what may be said at its longest still is one frame."""

from __future__ import annotations

import re
from functools import cache

import pytest

from lanchat.errors import LocalProtocolError
from lanchat.protocol import frames, limits
from lanchat.protocol.codec import encode, server_frames
from lanchat.protocol.text import check_text, clean_nick

WORST_ID = "\0" * limits.MAX_ID  # no rule forbids it to a guest, and each character takes six bytes in JSON
KEY = "k" * limits.MAX_KEY


CHARACTERS = [chr(code) for code in [*range(0xD800), *range(0xE000, 0x10000), 0x1F600, 0x10FFFF]]  # beyond: 4 bytes


def size(text: str) -> int:
    return len(encode(frames.Ping(text)))


@cache
def longest_text() -> str:
    worst = max((c for c in CHARACTERS if not refused(check_text, "." + c)), key=size)
    return worst * limits.MAX_TEXT


@cache
def longest_nick() -> str:
    worst = max((c for c in CHARACTERS if not refused(clean_nick, "A" + c)), key=size)
    return clean_nick(("A" + worst * limits.MAX_NICK)[: limits.MAX_NICK])


def refused(rule: object, text: str) -> bool:
    try:
        rule(text)  # type: ignore[operator]
    except LocalProtocolError:
        return True
    return False


def worst_message() -> frames.Message:
    return frames.Message("lobby", limits.MAX_COUNTER, WORST_ID, limits.MAX_TIME, longest_nick(), KEY, longest_text())


def test_the_longest_message_fits_into_a_frame_and_is_read() -> None:
    message = worst_message()
    check_text(message.text)
    line = encode(message)
    assert 4 * limits.MAX_TEXT < len(line) <= limits.MAX_FRAME
    assert server_frames().receive(line) == [message]


def test_a_page_holds_at_least_one_entry() -> None:
    page = frames.Page("lobby", [worst_message()], start=True, catchup=True)
    assert server_frames().receive(encode(page)) == [page]


@pytest.mark.parametrize(("key", "clear"), [(KEY, False), (None, True)])
def test_a_roster_frame_of_the_longest_names_fits(key: str | None, clear: bool) -> None:
    members = [frames.Member(longest_nick(), key, clear)] * limits.MAX_ROSTER_CHUNK
    roster = frames.Roster("lobby", members, first=False)
    line = encode(roster)
    assert len(line) <= limits.MAX_FRAME
    assert server_frames().receive(line) == [roster]


def test_an_id_of_a_member_with_a_key_fits() -> None:
    assert len(f"{'r' * limits.MAX_RUN}-{limits.MAX_COUNTER}") <= limits.MAX_ID


def test_every_json_reader_keeps_the_highest_counter() -> None:
    assert float(limits.MAX_COUNTER) == limits.MAX_COUNTER
    assert float(limits.MAX_COUNTER + 1) + 1 == limits.MAX_COUNTER + 1, "a higher limit would do as well"


def test_codes_are_plain_words() -> None:
    assert all(re.fullmatch(r"[a-z_]+", code) for code in limits.Code)
