"""What servers and finders say to each other over UDP and in mDNS records: encoding, decoding, every check.

Bytes in, facts or None out. Knows no socket, no clock, no table; trusts nothing that it reads.
docs/discovery.md shows each datagram and record with an example.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Final, TypeAlias

import msgspec
from msgspec import Meta, Struct

from lanchat.protocol.emoji import cut_bytes
from lanchat.protocol.frames import ServerInfo
from lanchat.protocol.limits import PROTOCOL_VERSION
from lanchat.protocol.text import clean_server_name

MAX_DATAGRAM: Final = 1200  # bytes: passes every link unfragmented, IPv6's least MTU (1280) included
QUESTION_SIZE: Final = 400  # bytes: longer than any answer, so that no server amplifies a forged question
MAX_PEOPLE: Final = 1_000_000  # users, max_users: more is a joke of somebody
MAX_SERVICE_ADDRESSES: Final = 8  # of one mDNS service: a machine with more network cards can do without

_MAGIC: Final = b"LCD1"  # lanchat discovery, format 1

_Id = Annotated[str, Meta(pattern=r"^[0-9a-f]{32}\Z")]
_Run = Annotated[str, Meta(pattern=r"^[0-9a-f]{8,32}\Z")]
_Nonce = Annotated[str, Meta(pattern=r"^[0-9a-f]{16}\Z")]
_People = Annotated[int, Meta(ge=0, le=MAX_PEOPLE)]
_Port = Annotated[int, Meta(ge=1, le=65535)]
_Version = Annotated[int, Meta(ge=1, le=1000)]


# Datagrams: the magic, one letter, one JSON object


class Question(Struct, frozen=True):
    """Who is there? Answered by an Answer with the same nonce (64 random bits, 16 hex digits)."""

    nonce: _Nonce
    version: _Version = PROTOCOL_VERSION


class Answer(Struct, frozen=True):
    """The facts of a server, to whoever asked with this nonce."""

    nonce: str
    info: ServerInfo


class Beacon(Struct, frozen=True):
    """The facts of a server, to everybody, unasked: a hint."""

    info: ServerInfo


class Bye(Struct, frozen=True):
    """A server says that it ends: a hint too, since anybody could say it."""

    id: _Id
    run: _Run


Datagram: TypeAlias = Question | Answer | Beacon | Bye


class _Facts(Struct):
    """ServerInfo as it travels, with the range of each field; users 0 where a beacon does not tell."""

    id: _Id
    run: _Run
    name: str
    port: _Port
    users: _People
    max_users: _People
    locked: bool
    version: _Version = 1

    def info(self) -> ServerInfo:
        name = clean_server_name(self.name, fallback=self.id[:8])
        return ServerInfo(
            self.id, self.run, name, self.port, self.users, self.max_users, self.locked, version=self.version
        )


class _AnswerFacts(_Facts, kw_only=True):
    nonce: _Nonce


_encode: Final = msgspec.json.Encoder().encode
_decoders: Final[dict[bytes, msgspec.json.Decoder[Question | _Facts | Bye]]] = {
    b"Q": msgspec.json.Decoder(Question),
    b"R": msgspec.json.Decoder(_AnswerFacts),
    b"A": msgspec.json.Decoder(_Facts),
    b"B": msgspec.json.Decoder(Bye),
}


def encode_question(nonce: str) -> bytes:
    """Padded to QUESTION_SIZE with spaces, which JSON ignores."""
    return (_MAGIC + b"Q" + _encode(Question(nonce))).ljust(QUESTION_SIZE)


def encode_answer(nonce: str, info: ServerInfo) -> bytes:
    return _MAGIC + b"R" + _encode({"nonce": nonce, **_fields(info)})


def encode_beacon(info: ServerInfo) -> bytes:
    return _MAGIC + b"A" + _encode(_fields(info))


def encode_bye(info: ServerInfo) -> bytes:
    return _MAGIC + b"B" + _encode(Bye(info.id, info.run))


def _fields(info: ServerInfo) -> dict[str, object]:
    return {name: getattr(info, name) for name in _Facts.__struct_fields__}


def checked(info: ServerInfo) -> ServerInfo:
    """`info` of an info frame, by the rules that datagrams follow. Raises ValueError."""
    return msgspec.convert(_fields(info), _Facts).info()


def decode(data: bytes) -> Datagram | None:
    """The datagram in `data`; None: not ours, damaged or out of range. Never raises."""
    decoder = _decoders.get(data[4:5])
    if decoder is None or len(data) > MAX_DATAGRAM or not data.startswith(_MAGIC):
        return None
    try:
        said = decoder.decode(data[5:])
    except (ValueError, RecursionError):  # damaged, out of range, not UTF-8, nested a thousand deep
        return None
    if isinstance(said, _AnswerFacts):
        return Answer(said.nonce, said.info())
    return Beacon(said.info()) if isinstance(said, _Facts) else said


# mDNS: one service of type SERVICE_TYPE

SERVICE_TYPE: Final = "_lanchat._tcp.local."
MAX_INSTANCE: Final = 58  # bytes: a label has 63 (RFC 1035 section 2.3.4), a conflict adds “-2” to “-9999”
_DOT_LIKE: Final = "\u2024"  # one dot leader: Avahi does not see services with a real dot in their name


class Service(Struct, frozen=True):
    """One resolved mDNS service. key: its full name, which its goodbye bears too. addresses: IPs as text,
    link-local ones with their scope. id, run: None where it announces none of ours."""

    key: str
    name: str
    port: int
    addresses: tuple[str, ...]
    id: str | None = None
    run: str | None = None
    locked: bool = False
    version: int = 1


def instance_name(name: str) -> str:
    """The label that `name` (clean_server_name) gets in DNS-SD: no dots, at most MAX_INSTANCE bytes."""
    return cut_bytes(name.replace(".", _DOT_LIKE), MAX_INSTANCE).rstrip()


def host_name(info: ServerInfo) -> str:
    """A name for this run's addresses. Not the machine's own: Avahi answers for that one, docker0 included."""
    return f"lanchat-{info.id[:8]}-{info.run[:4]}.local."


def encode_txt(info: ServerInfo) -> dict[str, str]:
    """The TXT record; the number of users is not in it, since every change would be a multicast to all."""
    txt = {"txtvers": "1", "id": info.id, "run": info.run, "pv": str(info.version)}
    if instance_name(info.name) != info.name:
        txt["name"] = info.name
    if info.locked:
        txt["fl"] = "password"
    return txt


def decode_service(
    key: str, port: int | None, addresses: Sequence[str], txt: Mapping[bytes, bytes | None]
) -> Service | None:
    """What a resolved service says; None where there is nothing to connect to. A TXT record that is not
    ours, or damaged, leaves id and run None: such a service is a candidate at best. Never raises."""
    usable = tuple(a for a in addresses if is_usable(a))[:MAX_SERVICE_ADDRESSES]
    if not port or not usable:
        return None
    said = {name: (txt.get(name.encode()) or b"").decode(errors="replace") for name in _TXT_KEYS}
    ours = bool(_ID.fullmatch(said["id"]) and _RUN.fullmatch(said["run"]))
    instance = key.removesuffix("." + SERVICE_TYPE).replace(_DOT_LIKE, ".")
    return Service(
        key=key,
        name=clean_server_name(said["name"] or instance),
        port=port,
        addresses=usable,
        id=said["id"] if ours else None,
        run=said["run"] if ours else None,
        locked="password" in said["fl"].split(","),
        version=int(said["pv"]) if re.fullmatch(r"[1-9][0-9]{0,2}", said["pv"]) else 1,
    )


_TXT_KEYS: Final = ("id", "run", "pv", "name", "fl")
_ID: Final = re.compile("[0-9a-f]{32}")
_RUN: Final = re.compile("[0-9a-f]{8,32}")


def is_usable(address: str) -> bool:
    """Whether one machine can have this address: no group, no 0.0.0.0, and link-local IPv6 only with its scope."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if ip.is_multicast or ip.is_unspecified or ip.is_reserved or (ip.version == 4 and ip.packed[0] == 0):
        return False
    return ip.version == 4 or not ip.is_link_local or ip.scope_id is not None
