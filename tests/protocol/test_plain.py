"""People with nc and the classic tutorial client: what they send, what they read, and what nobody can forge."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lanchat.errors import LocalProtocolError
from lanchat.protocol import frames
from lanchat.protocol.codec import Flaw
from lanchat.protocol.limits import MAX_NICK, MAX_TEXT, Code
from lanchat.protocol.plain import HELP, MAX_WRITE, PROMPT, PlainDecoder, about_what, encode_plain, first_piece
from lanchat.protocol.text import check_text, clean_nick, clean_text


def talk(*chunks: bytes) -> list[Any]:
    """What a server that takes every nickname reads."""
    decoder = PlainDecoder()
    found = []
    for chunk in chunks:
        for frame in decoder.receive(chunk):
            if isinstance(frame, frames.Hello):
                decoder.joined()
            found.append(frame)
    return found


def said(*chunks: bytes) -> list[str]:
    """The same for one whose nickname was taken: the texts."""
    return [frame.text for frame in talk(b"Ana\n", *chunks) if isinstance(frame, frames.Say)]


def refused(rule: Any, text: str) -> bool:
    try:
        rule(text)
    except LocalProtocolError:
        return True
    return False


HELLO = frames.Hello(version=1, nick="Ana")


# Reading


def test_the_tutorial_client_sends_bare_chunks() -> None:
    assert talk(b"Ana", b"hello", "wie geht’s".encode(), b"{quit}") == [
        HELLO,
        frames.Say("1", "hello"),
        frames.Say("2", "wie geht’s"),
        frames.Bye(),
    ]


def test_nc_sends_lines() -> None:
    assert talk(b"Ana\n", b"hello\n", b"one\ntwo\n") == [
        HELLO,
        frames.Say("1", "hello"),
        frames.Say("2", "one"),
        frames.Say("3", "two"),
    ]


def test_a_script_sends_everything_at_once() -> None:
    assert talk(b"Ana\nhello\n{quit}\nlost\n") == [HELLO, frames.Say("1", "hello"), frames.Bye()]


def test_commands_are_answered_and_not_said() -> None:
    """But a path is no command, and neither is what somebody is called."""
    decoder = PlainDecoder()
    decoder.receive(b"Ana\n")
    decoder.joined()
    for typed in (b"/help\n", b"/rooms\n", b"/Join lobby\r\n"):
        assert decoder.receive(typed) == [Flaw(Code.UNKNOWN_TYPE, HELP)]
    assert [f.text for f in decoder.receive(b"/etc/hosts\nand/or\n / \n") if isinstance(f, frames.Say)] == [
        "/etc/hosts",
        "and/or",
        " / ",
    ]
    assert decoder.receive(b"/quit\nlost\n") == [frames.Bye()]


def test_lines_of_other_systems() -> None:
    assert talk(b"Ana\r\nhello\r\n", b"a\r", b"\nb\rc\r\n") == [
        HELLO,
        *(frames.Say(str(n), text) for n, text in enumerate(["hello", "a", "b", "c"], 1)),
    ]


def test_a_newline_changes_chunks_into_lines_for_good() -> None:
    assert talk(b"Ana", b"first", b"one\ntwo", b" goes on", b"\n") == [
        HELLO,
        frames.Say("1", "first"),
        frames.Say("2", "one"),
        frames.Say("3", "two goes on"),
    ]


def test_a_refused_nickname_is_asked_for_again() -> None:
    decoder = PlainDecoder()
    assert decoder.receive(b"Bo\n") == [frames.Hello(version=1, nick="Bo")]
    assert decoder.receive(b"Ana\n") == [HELLO]
    decoder.joined()
    assert decoder.receive(b"Ana\n") == [frames.Say("1", "Ana")]


@pytest.mark.parametrize("blank", [b"", b" ", b"\n", b"\r\n", b" \n\t\n", b"\0\n", b"\x1b"])
def test_blanks_say_nothing(blank: bytes) -> None:
    assert talk(b"Ana", blank) == [HELLO]
    assert talk(blank, b"Ana\n", blank) == [HELLO]


def test_a_long_nickname_is_cut_where_it_still_is_too_long() -> None:
    [hello] = talk(b"x" * 50_000)
    assert hello.nick == "x" * (MAX_NICK + 1)
    assert refused(clean_nick, hello.nick)


def test_control_characters_are_dropped() -> None:
    assert said(b"\x1b[31mred\x07\n", b"a\tb\n") == ["[31mred", "a\tb"]


@pytest.mark.parametrize("places", list(itertools.combinations(range(1, 11), 2)))
def test_characters_cut_between_chunks(places: tuple[int, int]) -> None:
    data = "é€😀\n".encode()
    first, second = places
    assert said(data[:first], data[first:second], data[second:]) == ["é€😀"]


def test_bytes_that_are_no_utf8_are_marked() -> None:
    assert said(b"caf\xe9 au lait\n") == ["caf\ufffd au lait"]


@given(st.binary(), st.lists(st.integers(0, 100)))
def test_once_there_are_lines_chunks_mean_nothing(data: bytes, places: list[int]) -> None:
    borders = [0, *sorted(min(place, len(data)) for place in places), len(data)]
    assert talk(b"Ana\n", *(data[a:b] for a, b in itertools.pairwise(borders))) == talk(b"Ana\n", data)


# Long lines


def pieces(data: bytes, size: int) -> Iterable[bytes]:
    return (data[start : start + size] for start in range(0, len(data), size))


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_the_longest_line_is_taken_however_it_comes(end: bytes) -> None:
    line = "😀".encode() * MAX_TEXT + end
    assert said(line) == said(*pieces(line, 1_448)) == ["😀" * MAX_TEXT]


@pytest.mark.parametrize("length", [MAX_TEXT + 1, 3 * MAX_TEXT, 10 * MAX_TEXT + 5])
@pytest.mark.parametrize("size", [1_448, MAX_TEXT, 65_536])
def test_a_longer_line_is_refused_as_one(length: int, size: int) -> None:
    decoder = PlainDecoder()
    decoder.receive(b"Ana\n")
    decoder.joined()
    found = [frame for piece in pieces(b"x" * length + b"\nnext\n", size) for frame in decoder.receive(piece)]
    long, after = found
    assert isinstance(long, frames.Say)
    with pytest.raises(LocalProtocolError) as caught:
        check_text(long.text)
    assert caught.value.code == Code.TEXT_TOO_LONG
    assert after == frames.Say("2", "next")


def test_control_characters_do_not_shorten_a_longer_line_to_one_that_is_said() -> None:
    [text] = said(b"\0" * 100 + b"x" * MAX_TEXT, b"\0" * 100, b"tail", b"\n")
    assert refused(check_text, text)


def test_a_line_without_end_is_not_kept() -> None:
    decoder = PlainDecoder()
    decoder.receive(b"Ana\n")
    for _ in range(50):
        assert decoder.receive(b"x" * 10_000) == []
        assert len(decoder._rest) <= MAX_TEXT + 1


# Writing


def read(frame: frames.ServerFrame) -> str:
    return encode_plain(frame).decode()


def message(nick: str, text: str) -> frames.Message:
    return frames.Message("lobby", 1, "a1", 0, nick, None, text)


HEAD = ("lobby", 9, "b1", 0, "Bo", None)


@pytest.mark.parametrize(
    ("entry", "about", "text"),
    [
        (frames.Message(*HEAD, "yes", reply=1), message("Ana", "lunch?"), "* Bo answers Ana: “lunch?”\nBo: yes\n"),
        (frames.Message(*HEAD, "yes", reply=1), None, "* Bo answers an earlier message\nBo: yes\n"),
        (
            frames.Message(*HEAD, "yes", reply=1),
            message("Ana", "a\nBo: forged? " + "b" * 100),
            f"* Bo answers Ana: “a Bo: forged? {'b' * 65}…”\nBo: yes\n",
        ),
        (frames.Reacted(*HEAD, 1, "👍", True), message("Ana", "lunch?"), "* Bo reacted with 👍 to Ana: “lunch?”\n"),
        (frames.Reacted(*HEAD, 1, "👍", False), message("Ana", "lunch?"), "* Bo took back 👍 from Ana: “lunch?”\n"),
        (frames.Reacted(*HEAD, 1, "👍", True), None, "* Bo reacted with 👍\n"),
        (frames.Reacted(*HEAD, 1, "👍", False), None, "* Bo took back 👍\n"),
        (frames.Pinned(*HEAD, 1, True), message("Ana", "lunch?"), "* Bo pinned a message, Ana: “lunch?”\n"),
        (frames.Pinned(*HEAD, 1, False), None, "* Bo unpinned a message\n"),
        (frames.Topic(*HEAD, "soup\nAna: no"), None, "* Bo set the topic: soup Ana: no\n"),
        (frames.Topic("games", 1, *HEAD[2:], "chess"), None, "* Bo made this room: chess\n"),
        (frames.Topic("games", 1, *HEAD[2:], ""), None, "* Bo made this room\n"),
        (frames.Topic(*HEAD, ""), None, "* Bo took the topic away\n"),
        (frames.Archived(*HEAD, True), None, "* Bo archived the room\n"),
        (frames.Archived(*HEAD, False), None, "* Bo opened the room again\n"),
        (frames.Deleted(*HEAD, 1), None, "* Bo deleted a message\n"),
        (frames.Edited(*HEAD, 1, "no"), None, "* Bo changed a message:\nBo: no\n"),
    ],
)
def test_what_somebody_did_is_a_line(entry: Any, about: frames.Message | None, text: str) -> None:
    assert encode_plain(entry, about).decode() == text
    assert about_what(entry) == (1 if isinstance(entry, frames.Message | frames.Reacted | frames.Pinned) else 0)


@pytest.mark.parametrize(
    ("frame", "text"),
    [
        (message("Ana", "hello"), "Ana: hello\n"),
        (message("Ana", "one\ntwo\n"), "Ana: one\nAna: two\nAna: \n"),
        (frames.Presence("lobby", [frames.Change("joined", "Bo")]), "* Bo joined\n"),
        (
            frames.Presence("lobby", [frames.Change("renamed", "Bob", was="Bo"), frames.Change("left", "Bob")]),
            "* Bo is now Bob\n* Bob left\n",
        ),
        (
            frames.Welcome("ab", "r1", "Studio", "Ana", "lobby", "j", 0, 100),
            "* Welcome to Studio, Ana. /quit leaves, /help tells more.\n",
        ),
        (frames.Roster("lobby", [frames.Member("Ana"), frames.Member("Bo")]), "* Here now: Ana, Bo\n"),
        (frames.Roster("lobby", [frames.Member("Bo")], first=False), ""),
        (frames.Refused(Code.NICK_TAKEN, "Taken.", "Ana 2"), "* Taken. How about “Ana 2”?\n"),
        (frames.Refused(Code.FULL, "Full."), "* Full.\n"),
        (frames.Error(Code.TEXT_EMPTY, "The message is empty."), "* The message is empty.\n"),
        (frames.Bye(Code.CLOSING, "The server stops."), "* The server stops.\n"),
        (frames.Bye(), ""),
        (frames.Ping("7"), ""),
        (frames.Pong("7"), ""),
        (frames.Challenge("n", "ab"), ""),
        (frames.Page("lobby", [message("Ana", "old")]), ""),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else "",
)
def test_what_is_read(frame: Any, text: str) -> None:
    assert read(frame) == text


def test_a_long_roster_is_counted() -> None:
    line = read(frames.Roster("lobby", [frames.Member(f"n{number}") for number in range(25)]))
    assert line.endswith("n18, n19 and 5 more\n")
    assert line.count("\n") == 1


def test_the_prompt_is_one_line() -> None:
    assert PROMPT.count(b"\n") == 1
    assert PROMPT.endswith(b"\n")


NICKS = st.text(st.characters(categories=["L", "M", "N", "P", "S", "Zs"]), min_size=1, max_size=MAX_NICK)
LINE_MAKERS = st.text(st.sampled_from("ab:* \n\t\u2028\x0b\x0c\x1c\x85\r"))


@given(NICKS, st.one_of(st.text(), LINE_MAKERS).map(clean_text))
def test_every_line_bears_its_authors_name(nick: str, text: str) -> None:
    assume(not refused(clean_nick, nick) and not refused(check_text, text))
    nick = clean_nick(nick)
    written = read(message(nick, text))
    assert written.endswith("\n")
    lines = written[:-1].split("\n")
    assert all(line.startswith(f"{nick}: ") for line in lines)
    assert [line.removeprefix(f"{nick}: ") for line in lines] == text.split("\n")
    assert all(line.partition(":")[0] == nick for line in lines), "the name ends at the first colon"
    assert not written.startswith("*")


# Pieces


def in_pieces(data: bytes, size: int) -> list[bytes]:
    found = []
    while data:
        piece = first_piece(data, size)
        assert piece, "it must go on"
        found.append(piece)
        data = data[len(piece) :]
    return found


@given(st.text(max_size=60), st.integers(5, 40))
def test_pieces_are_short_whole_characters_and_nothing_is_lost(text: str, size: int) -> None:
    found = in_pieces(text.encode(), size)
    assert b"".join(found) == text.encode()
    assert all(len(piece) < size for piece in found)
    assert "".join(piece.decode() for piece in found) == text


@given(st.text(st.sampled_from("aé€😀"), min_size=1), st.integers(1, 300))
def test_the_real_size(text: str, times: int) -> None:
    found = in_pieces((text * times).encode(), MAX_WRITE)
    assert b"".join(found).decode() == text * times
    assert all(len(piece) < MAX_WRITE and piece.decode() for piece in found)


def test_pieces_end_with_lines_where_they_can() -> None:
    assert in_pieces(b"one\ntwo\nthree\n", 10) == [b"one\ntwo\n", b"three\n"]
    assert in_pieces(b"0123456789\n", 10) == [b"012345678", b"9\n"]
    assert in_pieces(b"short\n", 10) == [b"short\n"]
    assert in_pieces(b"12345678\n", 10) == [b"12345678\n"]
