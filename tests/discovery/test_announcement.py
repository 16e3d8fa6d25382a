"""Datagrams and mDNS records, by bytes: what is understood, what is dropped, and that nothing raises."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lanchat.discovery.announcement import (
    MAX_DATAGRAM,
    MAX_INSTANCE,
    QUESTION_SIZE,
    SERVICE_TYPE,
    Answer,
    Beacon,
    Bye,
    Question,
    Service,
    checked,
    decode,
    decode_service,
    encode_answer,
    encode_beacon,
    encode_bye,
    encode_question,
    encode_txt,
    host_name,
    instance_name,
    is_usable,
)
from lanchat.protocol.frames import ServerInfo
from lanchat.protocol.limits import MAX_SERVER_NAME
from lanchat.protocol.text import clean_server_name

ID, RUN, NONCE = "0123456789abcdef" * 2, "89abcdef", "0011223344556677"
INFO = ServerInfo(ID, RUN, "Studio Nord", 5055, users=3, max_users=50, locked=False)

names = st.text(min_size=1, max_size=80).map(clean_server_name)
infos = st.builds(
    ServerInfo,
    id=st.just(ID),
    run=st.just(RUN),
    name=names,
    port=st.integers(1, 65535),
    users=st.integers(0, 1_000_000),
    max_users=st.integers(0, 1_000_000),
    locked=st.booleans(),
)


def test_a_question_is_read_as_it_was_asked() -> None:
    assert decode(encode_question(NONCE)) == Question(NONCE)


@given(infos)
def test_facts_come_through_unchanged(info: ServerInfo) -> None:
    assert decode(encode_answer(NONCE, info)) == Answer(NONCE, info)
    assert decode(encode_beacon(info)) == Beacon(info)
    assert decode(encode_bye(info)) == Bye(ID, RUN)


@given(infos)
def test_no_answer_is_longer_than_the_question(info: ServerInfo) -> None:
    assert len(encode_answer(NONCE, info)) <= QUESTION_SIZE == len(encode_question(NONCE))


def test_the_longest_answer_still_fits() -> None:
    info = ServerInfo(ID, "f" * 32, '"' * MAX_SERVER_NAME, 65535, 1_000_000, 1_000_000, locked=False, version=1000)
    assert decode(encode_answer(NONCE, info)) == Answer(NONCE, info)
    assert len(encode_answer(NONCE, info)) <= QUESTION_SIZE


@given(st.binary(max_size=MAX_DATAGRAM + 50))
def test_any_bytes_are_read_or_dropped(data: bytes) -> None:
    decode(data)
    for letter in b"QRAB":
        decode(b"LCD1" + bytes([letter]) + data)


@given(infos, st.integers(0, QUESTION_SIZE))
def test_a_truncated_datagram_is_dropped(info: ServerInfo, length: int) -> None:
    for whole in (encode_answer(NONCE, info), encode_beacon(info), encode_bye(info)):
        if length < len(whole):
            assert decode(whole[:length]) is None


FACTS = msgspec.json.decode(encode_beacon(INFO)[5:])


@pytest.mark.parametrize(
    "forged",
    [
        {"id": ID[:-1]},
        {"id": ID + "\n"},
        {"id": ID.upper()},
        {"id": None},
        {"run": "short"},
        {"run": "f" * 33},
        {"name": 7},
        {"port": 0},
        {"port": 65536},
        {"port": "5055"},
        {"port": 1e300},
        {"users": -1},
        {"users": 10**30},
        {"max_users": True},
        {"locked": 1},
        {"version": 0},
    ],
)
def test_a_field_out_of_range_drops_the_datagram(forged: dict[str, object]) -> None:
    assert decode(b"LCD1A" + msgspec.json.encode(FACTS)) == Beacon(INFO)
    assert decode(b"LCD1A" + msgspec.json.encode({**FACTS, **forged})) is None


@pytest.mark.parametrize("missing", ["id", "run", "name", "port", "users", "max_users", "locked"])
def test_a_missing_field_drops_the_datagram(missing: str) -> None:
    rest = {name: value for name, value in FACTS.items() if name != missing}
    assert decode(b"LCD1A" + msgspec.json.encode(rest)) is None


def test_fields_of_a_later_version_are_ignored() -> None:
    assert decode(b"LCD1A" + msgspec.json.encode({**FACTS, "colour": ["blue"]})) == Beacon(INFO)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"LCD1",
        b"LCD1Q",
        b"LCD2Q" + encode_question(NONCE)[5:],
        b"LCD1Z" + encode_question(NONCE)[5:],
        encode_question(NONCE) + b" " * MAX_DATAGRAM,
        b"LCD1A" + b"[" * 1100,
        b'LCD1A{"x":' + b"[" * 1100,
        encode_question("12"),
        b"M-SEARCH * HTTP/1.1\r\n\r\n",
    ],
)
def test_what_is_not_ours_is_dropped(data: bytes) -> None:
    assert decode(data) is None


def test_a_name_that_hides_or_reorders_text_is_cleaned() -> None:
    said = decode(b"LCD1A" + msgspec.json.encode({**FACTS, "name": "Stu\u202edio\x07\nNord" + "x" * 100}))
    assert isinstance(said, Beacon)
    assert said.info.name == ("StudioNord" + "x" * 100)[:MAX_SERVER_NAME]


def test_a_name_of_nothing_visible_becomes_the_begin_of_the_id() -> None:
    said = decode(b"LCD1A" + msgspec.json.encode({**FACTS, "name": "\u200b"}))
    assert isinstance(said, Beacon)
    assert said.info.name == ID[:8]


def test_an_info_frame_keeps_the_same_rules() -> None:
    assert checked(INFO) == INFO
    with pytest.raises(ValueError, match="id"):
        checked(msgspec.structs.replace(INFO, id="forged"))


# mDNS


def service(info: ServerInfo, addresses: list[str], **forged: bytes | None) -> Service | None:
    txt: dict[bytes, bytes | None] = {k.encode(): v.encode() for k, v in encode_txt(info).items()}
    txt.update({k.encode(): v for k, v in forged.items()})
    return decode_service(f"{instance_name(info.name)}.{SERVICE_TYPE}", info.port, addresses, txt)


@given(infos)
def test_a_service_says_what_the_server_is(info: ServerInfo) -> None:
    found = service(info, ["192.0.2.7"])
    assert found is not None
    assert (found.id, found.run, found.name, found.port, found.locked) == (
        info.id,
        info.run,
        info.name,
        info.port,
        info.locked,
    )


@given(infos)
def test_dns_can_carry_the_names_and_the_txt_record(info: ServerInfo) -> None:
    label = instance_name(info.name)
    assert 0 < len(label.encode()) <= MAX_INSTANCE
    assert "." not in label
    assert len(host_name(info).partition(".")[0]) <= 63
    assert sum(len(k) + len(v.encode()) + 2 for k, v in encode_txt(info).items()) <= 250


def test_a_locked_room_says_so() -> None:
    found = service(msgspec.structs.replace(INFO, locked=True), ["192.0.2.7"])
    assert found is not None
    assert found.locked


def test_dots_in_a_name_survive() -> None:
    found = service(msgspec.structs.replace(INFO, name="v1.2 lab"), ["192.0.2.7"])
    assert found is not None
    assert found.name == "v1.2 lab"


@pytest.mark.parametrize("forged", [{"id": b"nonsense"}, {"run": b"\xff\xfe"}, {"id": None}, {"run": b""}])
def test_a_service_without_a_proper_id_is_one_of_unknown_id(forged: dict[str, bytes | None]) -> None:
    found = service(INFO, ["192.0.2.7"], **forged)
    assert found is not None
    assert (found.id, found.run) == (None, None)


@given(st.dictionaries(st.binary(max_size=12), st.none() | st.binary(max_size=255), max_size=12), st.text(max_size=80))
def test_no_txt_record_raises(txt: dict[bytes, bytes | None], name: str) -> None:
    found = decode_service(name, 1, ["192.0.2.7"], txt)
    assert found is not None
    assert found.name


def test_only_addresses_that_one_machine_can_have_count() -> None:
    odd = ["224.0.0.1", "0.0.0.0", "0.1.2.3", "255.255.255.255", "::", "ff02::1", "fe80::1", "nonsense", "1.2.3"]
    good = ["192.0.2.7", "fd00::1", "fe80::1%eth0", "127.0.0.1"]
    assert [a for a in odd if is_usable(a)] == []
    found = service(INFO, odd + good)
    assert found is not None
    assert found.addresses == tuple(good)
    assert service(INFO, odd) is None
    assert decode_service("x", None, good, {}) is None
