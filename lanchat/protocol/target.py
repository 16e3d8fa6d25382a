"""What a user may type as a place to join, parsed; it resolves and asks nothing.

Studio Nord                   a discovered name
id:0123456789abcdef…          a server's id (32 hex digits)
host   host:5055   [fe80::1%eth0]:5055   2001:db8::1
lanchat://host:5055?id=…      an address, with the id it must prove
lanchat://host:5055?id=…&token=…&or=host:5055   an invitation; `or`: where else it may be
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from typing import Final, NamedTuple
from urllib.parse import parse_qs, urlencode, urlsplit

from lanchat.errors import LocalProtocolError
from lanchat.protocol.limits import Code

_ID: Final = re.compile(r"[0-9a-f]{32}")
_WORD: Final = re.compile(r"[^\s\x00-\x1f\x7f:/\[\]?#@%,]{1,253}")  # a host's name, or a scope
_TOKEN: Final = re.compile(r"[0-9A-Za-z_-]{22}")  # 128 bits
MAX_OTHERS: Final = 8  # addresses of a link that are tried besides the first
SCHEME: Final = "lanchat://"


class Named(NamedTuple):
    """A room to be found by the name it announces; or, where none does, a host of that name."""

    name: str


class ById(NamedTuple):
    id: str


class Address(NamedTuple):
    """host: a name or an IP address, a scope after "%" included. port None: not said. id: what it must prove.
    token: of an invitation, which comes with an id. others: host:port where the same server may be."""

    host: str
    port: int | None = None
    id: str | None = None
    token: str | None = None
    others: tuple[str, ...] = ()

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port is None else f"{host}:{self.port}"


Target = Named | ById | Address


def parse_target(text: str) -> Target:
    """What `text` names. A bare word without a dot or a colon is a Named. Raises LocalProtocolError."""
    text = text.strip()
    if text.startswith(SCHEME):
        return _parse_link(text)
    if text.startswith("id:"):
        return ById(_checked_id(text[3:]))
    if _is_ip(text) or text.startswith("[") or re.fullmatch(r"[^\s:]+:\d+", text):
        return parse_address(text)
    if "." in text and _is_hostname(text):
        return parse_address(text)
    if not text:
        raise _invalid("Say which room: a name from “lanchat find”, or host:port.")
    return Named(text)


def parse_address(text: str) -> Address:
    """`host`, `host:port`, `[v6]:port` or a bare IPv6 address. Raises LocalProtocolError."""
    text = text.strip()
    if _is_ip(text):
        return Address(text)
    match = re.fullmatch(r"(?:\[(?P<v6>[^\]]+)\]|(?P<host>[^:\[\]]+))(?::(?P<port>\d{1,5}))?", text)
    if match is None:
        raise _invalid(f"“{text[:80]}” is not an address. Write host, host:port, or [IPv6 address]:port.")
    host, port = match["v6"] or match["host"], int(match["port"]) if match["port"] else None
    if not (_is_ip(host) or (not match["v6"] and _is_hostname(host))):
        raise _invalid(f"“{host[:80]}” is not the name or the address of a machine.")
    if port is not None and not 0 < port < 65536:
        raise _invalid(f"{port} is not a port; ports go from 1 to 65535.")
    return Address(host, port)


def _parse_link(text: str) -> Address:
    try:
        parts = urlsplit(text)
        query = parse_qs(parts.query, keep_blank_values=True)  # a link cut after “id=” must not join just anybody
    except ValueError as error:
        raise _invalid("This link is damaged.") from error
    address = parse_address(parts.netloc)
    ids, tokens = query.get("id"), query.get("token")
    if tokens and (not ids or not _TOKEN.fullmatch(tokens[0])):
        raise _invalid("This invitation is damaged. Copy the whole link.")
    others = tuple(str(parse_address(other)) for other in query.get("or", ())[:MAX_OTHERS])
    server_id = _checked_id(ids[0]) if ids else None
    return address._replace(id=server_id, token=tokens[0] if tokens else None, others=others)


def invitation_link(addresses: Sequence[Address], server_id: str, token: str) -> str:
    """Leads to the server at one of these addresses."""
    first, *others = map(str, addresses)
    return f"{SCHEME}{first}?" + urlencode({"id": server_id, "token": token, "or": others}, doseq=True, safe="[]:")


def _checked_id(text: str) -> str:
    if not _ID.fullmatch(text.lower()):
        raise _invalid("An id has 32 digits of 0-9 and a-f.")
    return text.lower()


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    scope = text.partition("%")[2]
    return not scope or _WORD.fullmatch(scope) is not None


def _is_hostname(text: str) -> bool:
    """Whether the resolver would take it: it encodes names as IDNA does, and raises on empty or overlong labels."""
    try:
        return _WORD.fullmatch(text) is not None and bool(text.encode("idna"))
    except UnicodeError:
        return False


def _invalid(detail: str) -> LocalProtocolError:
    return LocalProtocolError(code=Code.INVALID, detail=detail)
