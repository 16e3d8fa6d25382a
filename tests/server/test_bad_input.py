"""Hostile and broken input: each gets a clear error or is dropped, and no other member notices."""

from __future__ import annotations

import contextlib
import json
import socket
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lanchat.protocol.limits import MAX_FRAME, MAX_NICK, MAX_TEXT
from lanchat.server import Server, limits
from lanchat.server.door import MAX_WAITING
from tests.server.conftest import Connect, Serve
from tests.server.raw_client import RawClient, RawSocket, wait_until

HELLO = b'{"type":"hello","version":1,"nick":"Eva"}\n'

# What ends a connection: bytes after which nothing can be trusted
FATAL = [
    (b"{]\n", "not_json"),
    (b'{"type":"say"\n', "not_json"),
    (b"hello there\n", "not_json"),
    (b'{"type":"say","id":"1","text":"\xff\xfe"}\n', "not_json"),
    (b'{"type":"ping","nonce":"' + b"x" * MAX_FRAME + b'"}\n', "frame_too_long"),
    (b"[" * 5000 + b"\n", "not_json"),
    (b"[1,2]\n", "not_json"),
    (b"17\n", "not_json"),
]
# What is told and forgotten
HARMLESS = [
    (b'{"type":"dance"}\n', "unknown_type"),
    (b'{"kind":"say"}\n', "invalid"),
    (b'{"type":"say","id":"1"}\n', "invalid"),
    (b'{"type":"say","id":5,"text":"x"}\n', "invalid"),
    (b'{"type":"history","before":-1}\n', "invalid"),
    (b'{"type":"history","limit":99999999999999999999}\n', "invalid"),
]


@pytest.fixture
def bystander(connect: Connect) -> Iterator[RawClient]:
    """A member that talks before and after, and must have noticed nothing."""
    ana = connect("Ana")
    ana.say("before", "all is well")
    ana.until("message", id="before")
    yield ana
    ana.say("after", "all is still well")
    ana.until("message", id="after", seq=ana.messages()[-1]["seq"] + 1)
    assert not [f for f in ana.seen if f["type"] in ("error", "bye")]
    assert {m["nick"] for m in ana.messages()} == {"Ana"}


@pytest.mark.parametrize("tls", [False, True])
@pytest.mark.parametrize("joined", [False, True])
@pytest.mark.parametrize(("data", "code"), FATAL)
def test_bytes_that_are_no_frames_end_the_connection_with_one_error(
    bystander: RawClient, connect: Connect, data: bytes, code: str, joined: bool, tls: bool
) -> None:
    client = connect("Eva" if joined else None, tls=tls)
    if not joined:
        client.send(b'{"type":"info"}\n')  # a dialect is agreed on: what follows is judged as JSON
        client.until("info")
    client.send(data + b'{"type":"ping"}\n' * 20)
    last = client.until_end()[-1]
    assert (last["type"], last["code"]) == ("error", code)
    bystander.until_here("Ana")


@pytest.mark.parametrize("joined", [False, True])
@pytest.mark.parametrize(("data", "code"), HARMLESS)
def test_frames_that_make_no_sense_are_told_and_forgotten(
    bystander: RawClient, connect: Connect, data: bytes, code: str, joined: bool
) -> None:
    client = connect("Eva" if joined else None)
    client.send(b'{"type":"info"}\n' + data)
    assert client.until("error")["code"] == code
    client.sync()


@pytest.mark.parametrize(
    "nick",
    [
        "",
        "   ",
        "a\nb",
        "a\x00b",
        "\x1b[31mred",
        "a\u202egnp.exe",
        "\u200b",
        "zwj\u200dx",
        "a:b",
        "*",
        "/quit",
        "x" * (MAX_NICK + 1),
    ],
)
def test_a_malformed_nickname_is_refused_and_asked_for_again(bystander: RawClient, connect: Connect, nick: str) -> None:
    client = connect()
    refused = client.hello(nick)
    assert (refused["type"], refused["code"]) == ("refused", "nick_invalid")
    assert refused["detail"].endswith(".")
    client.join("Eva")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "text_empty"),
        (" \n\t ", "text_empty"),
        ("x" * (MAX_TEXT + 1), "text_too_long"),
        ("\x07", "text_control"),
        ("a\rb", "text_control"),
    ],
)
def test_a_malformed_text_is_answered_with_its_id(bystander: RawClient, connect: Connect, text: str, code: str) -> None:
    client = connect("Eva")
    client.say("17", text)
    error = client.until("error")
    assert (error["code"], error["id"]) == (code, "17")


@pytest.mark.parametrize("message_id", ["", "i" * 65])
def test_a_malformed_id_is_an_error(bystander: RawClient, connect: Connect, message_id: str) -> None:
    client = connect("Eva")
    client.say(message_id, "text")
    assert client.until("error")["code"] == "id_invalid"


def test_silence_after_connecting_ends_with_a_word(
    bystander: RawClient, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "HELLO_TIMEOUT", 0.3)
    client = connect(tls=True)
    assert [(f["type"], f["code"]) for f in client.until_end()] == [("bye", "silent")]


@pytest.mark.parametrize("tls", [False, True])
def test_chatter_without_hello_is_no_way_to_stay(
    bystander: RawClient, connect: Connect, monkeypatch: pytest.MonkeyPatch, tls: bool
) -> None:
    monkeypatch.setattr(limits, "HELLO_TIMEOUT", 0.3)
    monkeypatch.setattr("lanchat.server.session.LINGER", 0.3)
    client = connect(tls=tls)
    with pytest.raises(OSError, match=r"(?i)reset|broken|EOF"):
        while True:
            client.send(b'{"type":"pong"}\n' * 2000)


@pytest.mark.parametrize("sent", [b"\x16", b"\x16\x03\x01\x02\x00\x01", b"\x16\x03\x01\x00\x05hello"])
def test_half_a_tls_handshake_is_dropped(
    server: Server, bystander: RawClient, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(limits, "TLS_TIMEOUT", 0.3)
    with RawSocket(server.port) as half:
        half.send(sent)
        half.read_all()  # perhaps an alert, then the end


def test_garbage_inside_tls_records_is_dropped(server: Server, bystander: RawClient) -> None:
    with RawSocket(server.port, tls=True) as client:
        raw = socket.socket(fileno=client.sock.detach())
        raw.settimeout(10)
        raw.sendall(b"\x17\x03\x03\x00\x20" + b"\xaa" * 32)
        while raw.recv(4096):
            continue
        raw.close()


def test_a_port_scanner_leaves_nothing_behind(server: Server, bystander: RawClient) -> None:
    for n in range(200):
        scanner = RawSocket(server.port)
        scanner.reset() if n % 2 else scanner.close()
    wait_until(lambda: server._sessions and len(server._sessions) == 1, "only the bystander's session is left")


def test_too_many_connections_are_turned_away_and_cost_nobody_in(
    server: Server, bystander: RawClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_GREETING", -195)  # 5 connections in all
    idle = [RawSocket(server.port) for _ in range(10)]
    ended = [s for s in idle[4:] if s.read() == b""]
    assert len(ended) == 6
    for sock in idle:
        sock.close()
    wait_until(lambda: len(server._sessions) == 1)
    with RawClient(server.port) as late:
        late.join("Late")


def test_a_flood_of_renames_breaks_no_frame_limit(
    bystander: RawClient, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "PRESENCE_DELAY", 3600.0)  # as if all came within the moment that gathers
    client = connect("Eva")
    for n in range(2000):
        client.tell(kind="rename", nick=f"{n} " + "🙂" * 27)
    client.sync()
    bystander.say("flood", "over")
    while (line := bystander.read_line()) is not None and b'"flood"' not in line:
        assert len(line) < MAX_FRAME
        frame = json.loads(line)
        bystander.seen.append(frame)
        assert frame["type"] in ("presence", "pong")
    assert line is not None
    assert len(bystander.changes()) >= 2000
    bystander.seen.append(json.loads(line))
    client.close()


def test_a_hello_that_names_too_much_costs_little(bystander: RawClient, connect: Connect, make_key: Any) -> None:
    client = connect(tls=True)
    runs = [f"{n:04}" + "r" * 3000 for n in range(20)]
    welcome = client.join("Eva", key=make_key("eva"), runs=runs)
    assert len(welcome["highest"]) <= 16
    assert len(json.dumps(welcome)) < MAX_FRAME
    client.tell(kind="bye")


STREAMS = st.one_of(
    st.binary(max_size=300),
    st.lists(
        st.one_of(
            st.sampled_from([d for d, _ in HARMLESS] + [d for d, _ in FATAL[:4]] + [HELLO, b"GET / HTTP/1.1\r\n\r\n"]),
            st.sampled_from(["say", "hello", "proof", "history", "rename", "bye", "ping", "info", "pong"]).flatmap(
                lambda kind: st.dictionaries(
                    st.sampled_from(
                        ["id", "text", "nick", "version", "key", "before", "limit", "room", "nonce", "code"]
                    ),
                    st.one_of(st.text(max_size=8), st.integers(), st.none(), st.just(1)),
                ).map(lambda fields: json.dumps({"type": kind, **fields}).encode() + b"\n")
            ),
        ),
        max_size=8,
    ).map(b"".join),
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=STREAMS, tls=st.booleans())
def test_no_bytes_at_all_harm_the_server(server: Server, data: bytes, tls: bool) -> None:
    """Whatever comes, its own connection ends, no thread dies (pytest would tell), and the next one is served."""
    with RawSocket(server.port, tls=tls) as client:
        client.send(data)
        client.reset() if len(data) % 3 == 0 else client.close()
    with RawClient(server.port) as asker:
        asker.tell(kind="info")
        assert asker.until("info")["id"] == server.id


def test_who_talks_without_ever_joining_is_put_out(server: Server, bystander: RawClient) -> None:
    with RawClient(server.port) as talker:
        line = b'{"type":"info"}\n'
        with contextlib.suppress(OSError):  # it closes while we talk
            for _ in range(2 * limits.GREETING_BYTES // len(line)):
                talker.send(line)
        with contextlib.suppress(OSError):
            assert talker.until_end()[-1]["code"] == "hello_first"


def test_a_crowd_that_never_says_hello_keeps_nobody_out(server: Server, bystander: RawClient) -> None:
    idle = [RawSocket(server.port) for _ in range(MAX_WAITING + 20)]
    try:
        with RawClient(server.port, tls=True) as late:
            late.join("Late")
        assert len([s for s in idle[:20] if s.read() == b""]) == 20  # those who waited longest
    finally:
        for sock in idle:
            sock.close()
    wait_until(lambda: len(server._sessions) == 1)


def test_noise_costs_as_much_as_words(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Empty lines, and what comes before joining: none of it is free."""
    costs: list[tuple[int, int]] = []
    monkeypatch.setattr(limits.Rate, "delay", lambda _self, lines, size, _now: costs.append((lines, size)) or 0.0)
    server = serve(rate=20.0)
    with RawClient(server.port) as eva:
        eva.send(b'{"type":"info"}\n' + b"\n" * 500)
        eva.until("info")
        eva.join("Eva")
        eva.send(b"\n" * 700)
        eva.sync()
    wait_until(lambda: sum(lines for lines, _ in costs) >= 1202)
    assert sum(size for _, size in costs) >= 1200


def test_who_is_not_read_for_a_while_and_goes_leaves_no_ghost(serve: Serve) -> None:
    server = serve(rate=1.0)
    with RawClient(server.port) as eva:
        eva.join("Eva")
        with contextlib.suppress(OSError):  # it may be put out while we send
            eva.send(b"{}\n" * 5_000)  # an hour's worth
        eva.reset()
    wait_until(lambda: not server._sessions)
    with RawClient(server.port) as again:
        again.join("Eva")


def test_what_was_said_beyond_the_rate_ends_with_the_connection(serve: Serve) -> None:
    """Coming, saying a thousand lines and going again does not beat the rate."""
    server = serve(rate=1.0)
    with RawClient(server.port) as ben:
        ben.join("Ben")
        with RawClient(server.port) as eva:
            eva.join("Eva")
            eva.send(b"".join(b'{"type":"say","id":"%d","text":"%d"}\n' % (n, n) for n in range(8_000)))
            ben.until("message")
            eva.reset()
        while "left" not in [change["change"] for change in ben.until("presence")["changes"]]:
            continue
        assert len([frame for frame in ben.seen if frame["type"] == "message"]) < 1_000


def test_a_journal_that_cannot_be_read_ends_nothing(
    server: Server, make_key: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with RawClient(server.port, tls=True) as ana:
        ana.join("Lea", key=make_key("lea"))
        with contextlib.closing(sqlite3.connect(server.data / "journal.db")) as database:
            database.execute("ALTER TABLE sent RENAME TO mislaid")
        ana.say("run-1", "hi")
        ana.until("error", id="run-1", code="not_stored")
        with RawClient(server.port, tls=True) as eva:
            assert eva.hello("Eva", key=make_key("eva"), runs=["run"])["code"] == "not_stored"
        with contextlib.closing(sqlite3.connect(server.data / "journal.db")) as database:
            database.execute("ALTER TABLE mislaid RENAME TO sent")
        ana.tell(kind="resend")
        ana.say("run-1", "hi")
        ana.until("message", id="run-1")
    assert "nothing can be read" in caplog.text
    caplog.clear()


def test_a_connection_may_try_some_names_and_no_more(server: Server, bystander: RawClient) -> None:
    with RawClient(server.port) as eva:
        codes = [eva.hello("a:b")["code"] for _ in range(limits.MAX_REFUSALS)]
        assert codes == ["nick_invalid"] * limits.MAX_REFUSALS
        assert eva.until_end() == []
