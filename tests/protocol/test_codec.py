"""Bytes to frames and back: any chunking gives the same, every flaw is told, nothing grows beyond the limit."""

from __future__ import annotations

import itertools
import types
from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lanchat.protocol import frames
from lanchat.protocol.codec import Decoder, Flaw, client_frames, encode, server_frames
from lanchat.protocol.frames import ClientFrame, ServerFrame
from lanchat.protocol.limits import MAX_COUNTER, MAX_FRAME, MAX_TIME, Code

SMALL = 48  # bytes: a limit that short examples reach


def values(kind: Any) -> st.SearchStrategy[Any]:
    """What a field of type `kind` may hold."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated and arguments[0] is str:
        limits = arguments[1]
        if limits.pattern:
            return st.from_regex(limits.pattern)
        return st.text(min_size=limits.min_length or 0, max_size=limits.max_length)
    if origin is Annotated and get_origin(arguments[0]) is list:
        (item,), limits = get_args(arguments[0]), arguments[1]
        return st.lists(values(item), min_size=limits.min_length or 0, max_size=min(limits.max_length, 3))
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin is Annotated:
        return st.integers(arguments[1].ge, arguments[1].le)
    if origin in (Union, types.UnionType):
        return st.one_of([values(k) for k in arguments])
    if origin is list:
        return st.lists(values(arguments[0]), max_size=3)
    if origin is dict:
        return st.dictionaries(values(arguments[0]), values(arguments[1]), max_size=3)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return st.builds(kind, **{field.name: values(field.type) for field in msgspec.structs.fields(kind)})
    if origin is Literal:
        return st.sampled_from(arguments)
    return {str: st.text(max_size=20), bool: st.booleans(), types.NoneType: st.none()}[kind]


CLIENT_FRAMES = values(ClientFrame)
SERVER_FRAMES = values(ServerFrame)

GARBAGE = st.sampled_from(
    [
        b"\n",
        b"\r\n",
        b"{",
        b"}",
        b"[]\n",
        b"{}\n",
        b"null\n",
        b"\0",
        b"\xff\n",
        b'"',
        b'{"type":"say"}\n',
        b'{"type":"x"}\n',
    ]
)
LINES = st.one_of(CLIENT_FRAMES.map(encode), GARBAGE, st.binary(max_size=60))
STREAMS = st.lists(LINES, max_size=6).map(b"".join)


def feed(decoder: Decoder[Any], chunks: Iterable[bytes]) -> list[Any]:
    return [event for chunk in chunks for event in decoder.receive(chunk)]


def cut(data: bytes, places: Sequence[int]) -> list[bytes]:
    borders = [0, *sorted(min(place, len(data)) for place in places), len(data)]
    return [data[a:b] for a, b in itertools.pairwise(borders)]


def one_by_one(data: bytes) -> list[bytes]:
    return [data[i : i + 1] for i in range(len(data))]


@given(STREAMS, st.lists(st.integers(0, 400)), st.sampled_from([SMALL, MAX_FRAME]))
def test_any_chunking_gives_the_same_frames_and_flaws(data: bytes, places: list[int], limit: int) -> None:
    whole = feed(Decoder(ClientFrame, limit), [data])
    assert feed(Decoder(ClientFrame, limit), one_by_one(data)) == whole
    assert feed(Decoder(ClientFrame, limit), cut(data, places)) == whole


@pytest.mark.parametrize("journal", ["../../x", "", "AB" * 16, "ab" * 16 + "\n", "x" * 300, "ab" * 17])
def test_a_journal_has_a_name_that_can_be_a_file_s(journal: str) -> None:
    welcome = frames.Welcome("i" * 32, "run", "Room", "Ana", "lobby", journal, 0, 9)
    (flaw,) = server_frames().receive(encode(welcome))
    assert isinstance(flaw, Flaw)
    assert flaw.code == Code.INVALID


@given(st.lists(LINES, max_size=12))
def test_the_decoder_never_keeps_as_much_as_the_limit(chunks: list[bytes]) -> None:
    decoder: Decoder[ClientFrame] = Decoder(ClientFrame, SMALL)
    for chunk in chunks:
        decoder.receive(chunk)
        assert len(decoder._rest) < SMALL


@given(st.lists(CLIENT_FRAMES, max_size=5))
def test_client_frames_come_back_as_they_went(said: list[ClientFrame]) -> None:
    assert feed(client_frames(), [b"".join(map(encode, said))]) == said


@given(st.lists(SERVER_FRAMES, max_size=5))
def test_server_frames_come_back_as_they_went(said: list[ServerFrame]) -> None:
    assert feed(server_frames(), [b"".join(map(encode, said))]) == said


@given(st.one_of(CLIENT_FRAMES, SERVER_FRAMES))
def test_a_frame_is_one_line_with_its_type_first(frame: Any) -> None:
    line = encode(frame)
    assert line.count(b"\n") == 1
    assert line.endswith(b"}\n")
    assert line.startswith(b'{"type":"')


@given(STREAMS)
def test_nothing_follows_a_fatal_flaw(data: bytes) -> None:
    decoder = client_frames()
    found = [*decoder.receive(data), *decoder.receive(b"\nno JSON\n")]
    assert [getattr(event, "fatal", False) for event in found] == [False] * (len(found) - 1) + [True]
    assert decoder.receive(encode(frames.Ping())) == []


# What each flaw is called


FATAL = {
    "no JSON": b"hello",
    "half a frame": b'{"type":"ping"',
    "half a frame behind a wrong field": b'{"type":"say","id":1,',
    "two frames on one line": b'{"type":"ping"}{"type":"ping"}',
    "rubbish behind a frame": b'{"type":"ping"} x',
    "array": b"[]",
    "array of frames": b'[{"type":"ping"}]',
    "text": b'"ping"',
    "number": b"1",
    "null": b"null",
    "not a number": b'{"type":"ping","x":NaN}',
    "byte order mark": b'\xef\xbb\xbf{"type":"ping"}',
    "bare NUL": b"\0",
    "NUL in a text": b'{"type":"ping","nonce":"\0"}',
    "control character in a text": b'{"type":"ping","nonce":"\x1b"}',
    "invalid UTF-8": b'{"type":"ping","nonce":"\xff"}',
    "overlong UTF-8": b'{"type":"ping","nonce":"\xc0\x80"}',
    "surrogate in UTF-8": b'{"type":"ping","nonce":"\xed\xa0\x80"}',
    "high surrogate alone": rb'{"type":"ping","nonce":"\ud800"}',
    "low surrogate alone": rb'{"type":"ping","nonce":"\udc00"}',
    "broken pair of surrogates": rb'{"type":"ping","nonce":"\ud83dA"}',
    "deep nesting": b'{"type":"ping","x":' + b"[" * 60_000,
    "deep nesting in an unknown type": b'{"type":"nope","x":' + b"[" * 60_000,
    "deep nesting behind a wrong field": b'{"type":"say","id":1,"x":' + b'{"x":' * 10_000,
    "deep nesting of arrays": b"[" * 60_000,
}


@pytest.mark.parametrize("line", FATAL.values(), ids=FATAL.keys())
def test_what_is_no_json_object_is_fatal(line: bytes) -> None:
    found = feed(client_frames(), [line + b"\n" + encode(frames.Ping())])
    assert [(flaw.code, flaw.fatal) for flaw in found] == [(Code.NOT_JSON, True)]
    assert feed(client_frames(), cut(line + b"\n", range(0, len(line), 97))) == found


INVALID = {
    "no type": b"{}",
    "type of the wrong kind": b'{"type":1}',
    "type null": b'{"type":null,"id":"a"}',
    "field missing": b'{"type":"say","id":"a1"}',
    "number for text": b'{"type":"say","id":1,"text":"hi"}',
    "null for text": b'{"type":"say","id":"a1","text":null}',
    "text for number": b'{"type":"hello","version":"1","nick":"Ana"}',
    "truth for number": b'{"type":"hello","version":true,"nick":"Ana"}',
    "fraction for number": b'{"type":"hello","version":1.5,"nick":"Ana"}',
    "exponent for number": b'{"type":"hello","version":1e9,"nick":"Ana"}',
    "infinite number": b'{"type":"hello","version":1e999,"nick":"Ana"}',
    "huge number": b'{"type":"hello","version":' + b"9" * 4_000 + b',"nick":"Ana"}',
    "number too huge to parse": b'{"type":"hello","version":' + b"9" * 40_000 + b',"nick":"Ana"}',
    "number one above what JSON keeps exact": b'{"type":"history","before":%d}' % (MAX_COUNTER + 1),
    "negative number": b'{"type":"history","after":-1}',
    "huge seq to resume at": b'{"type":"hello","version":1,"nick":"","resume":{"journal":"","rooms":{"a":9e99}}}',
    "list for text": b'{"type":"rename","nick":["Ana"]}',
    "text for list": b'{"type":"hello","version":1,"nick":"Ana","runs":"a"}',
    "list of the wrong kind": b'{"type":"hello","version":1,"nick":"Ana","runs":[1]}',
}


@pytest.mark.parametrize("line", INVALID.values(), ids=INVALID.keys())
def test_a_wrong_field_leaves_the_stream_alive(line: bytes) -> None:
    flaw, ping = feed(client_frames(), [line + b"\n" + encode(frames.Ping())])
    assert (flaw.code, flaw.fatal) == (Code.INVALID, False)
    assert len(flaw.detail) < 200
    assert ping == frames.Ping()


@pytest.mark.parametrize("kind", ["nope", "", "Say", "message", "x" * 60_000, "naïve", "a\\u0000b"])
def test_an_unknown_type_leaves_the_stream_alive(kind: str) -> None:
    flaw, ping = feed(client_frames(), [f'{{"type":"{kind}"}}\n{{"type":"ping"}}\n'.encode()])
    assert (flaw.code, flaw.fatal) == (Code.UNKNOWN_TYPE, False)
    assert len(flaw.detail) < 100
    assert ping == frames.Ping()


def test_each_direction_knows_its_own_types_only() -> None:
    [flaw] = server_frames().receive(encode(frames.Say("a1", "hi")))
    assert isinstance(flaw, Flaw)
    assert flaw.code == Code.UNKNOWN_TYPE


@pytest.mark.parametrize("blank", [b"\n", b"\r\n", b" \t\r\n", b"\n\n\r\n\n"])
def test_empty_lines_are_skipped(blank: bytes) -> None:
    assert feed(client_frames(), [blank + encode(frames.Ping()) + blank]) == [frames.Ping()]


@pytest.mark.parametrize(
    "line",
    [
        b'{"type":"say","id":"a1","text":"hi"}\r\n',
        b' { "text" : "hi" , "id" : "a1" , "type" : "say" } \n',
        b'{"type":"say","id":"a1","text":"hi","from":"a later version","x":{"y":[1e99]}}\n',
        rb'{"type":"say","id":"a1","text":"\u0068\u0069"}' + b"\n",
    ],
)
def test_other_ways_to_write_the_same_frame(line: bytes) -> None:
    assert client_frames().receive(line) == [frames.Say("a1", "hi")]


def test_an_escaped_pair_of_surrogates_is_one_character() -> None:
    assert client_frames().receive(rb'{"type":"ping","nonce":"\ud83d\ude00"}' + b"\n") == [frames.Ping("😀")]


@pytest.mark.parametrize(("at", "fits"), [(0, True), (MAX_TIME, True), (MAX_TIME + 1, False), (-1, False)])
def test_times_stay_within_calendars(at: int, fits: bool) -> None:
    [event] = server_frames().receive(encode(frames.Message("lobby", 1, "a1", at, "Ana", None, "hi")))
    assert isinstance(event, frames.Message) is fits


# Length


def padded(size: int) -> bytes:
    """A ping of `size` bytes, newline included."""
    return encode(frames.Ping("x" * (size - len(encode(frames.Ping("x"))) + 1)))


@pytest.mark.parametrize("size", [MAX_FRAME - 1, MAX_FRAME])
def test_a_frame_up_to_the_limit_is_taken(size: int) -> None:
    line = padded(size)
    assert len(line) == size
    assert feed(client_frames(), [line, line[:-1], line[-1:]]) == [msgspec.json.decode(line, type=frames.Ping)] * 2


@pytest.mark.parametrize("chunks", [lambda line: [line], lambda line: [line[:-1], line[-1:]]])
def test_a_frame_over_the_limit_is_fatal(chunks: Any) -> None:
    [flaw] = feed(client_frames(), [*chunks(padded(MAX_FRAME + 1)), encode(frames.Ping())])
    assert (flaw.code, flaw.fatal) == (Code.FRAME_TOO_LONG, True)


def test_a_line_without_end_is_refused_as_soon_as_it_cannot_fit() -> None:
    decoder = client_frames()
    assert decoder.receive(b"x" * (MAX_FRAME - 1)) == []
    [flaw] = decoder.receive(b"x")
    assert isinstance(flaw, Flaw)
    assert flaw.code == Code.FRAME_TOO_LONG


def test_frames_before_one_that_is_too_long_still_count() -> None:
    found = client_frames().receive(encode(frames.Ping("1")) + padded(MAX_FRAME + 1) + encode(frames.Ping("2")))
    assert found[0] == frames.Ping("1")
    assert [type(event) for event in found] == [frames.Ping, Flaw]


# The exact bytes that other programs rely on


@pytest.mark.parametrize(
    ("frame", "line"),
    [
        (
            frames.Message(room="lobby", seq=17, id="a1", at=1790000000000, nick="Ana", key=None, text="hi"),
            '{"type":"message","room":"lobby","seq":17,"id":"a1","at":1790000000000,"nick":"Ana","key":null,"text":"hi"}',
        ),
        (frames.Hello(version=1, nick="Ana"), '{"type":"hello","version":1,"nick":"Ana"}'),
        (frames.Say(id="a1", text="hi"), '{"type":"say","id":"a1","text":"hi"}'),
        (frames.Say(id="a1", text='ä"\\\n\t😀\u2028'), '{"type":"say","id":"a1","text":"ä\\"\\\\\\n\\t😀\u2028"}'),
        (frames.Info(), '{"type":"info"}'),
        (frames.Bye(), '{"type":"bye"}'),
        (frames.Pong("7"), '{"type":"pong","nonce":"7"}'),
        (
            frames.ServerInfo("ab", "r1", "Studio", 5055, 3, 100, False),
            '{"type":"info","id":"ab","run":"r1","name":"Studio","port":5055,"users":3,"max_users":100,'
            '"locked":false,"version":1}',
        ),
        (
            frames.Error(Code.TEXT_EMPTY, "The message is empty.", id="a1"),
            '{"type":"error","code":"text_empty","detail":"The message is empty.","id":"a1"}',
        ),
        (
            frames.Roster("lobby", [frames.Member("Ana")], first=False),
            '{"type":"roster","room":"lobby","members":[{"nick":"Ana"}],"first":false}',
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, msgspec.Struct) else "",
)
def test_golden_bytes(frame: Any, line: str) -> None:
    assert encode(frame) == line.encode() + b"\n"
