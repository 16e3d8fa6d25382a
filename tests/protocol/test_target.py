"""What a user may type as a place to join, and what damage does to it."""

from __future__ import annotations

import contextlib
import socket

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lanchat.errors import LocalProtocolError
from lanchat.protocol.limits import Code
from lanchat.protocol.target import Address, ById, Named, Target, parse_address, parse_target

ID = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("Studio Nord", Named("Studio Nord")),
        ("  studio ", Named("studio")),
        ("studio", Named("studio")),
        ("v1.5 lab", Named("v1.5 lab")),
        ("wait...", Named("wait...")),
        (".hidden", Named(".hidden")),
        ("Zimmer: 5", Named("Zimmer: 5")),
        ("咖啡", Named("咖啡")),
        (f"id:{ID}", ById(ID)),
        (f"id:{ID.upper()}", ById(ID)),
        ("studio.local", Address("studio.local")),
        ("studio.local.", Address("studio.local.")),
        ("studio:5055", Address("studio", 5055)),
        ("studio.local:5056", Address("studio.local", 5056)),
        ("müller.local", Address("müller.local")),
        ("localhost:1", Address("localhost", 1)),
        ("192.168.1.20", Address("192.168.1.20")),
        ("192.168.1.20:65535", Address("192.168.1.20", 65535)),
        ("::1", Address("::1")),
        ("2001:db8::1", Address("2001:db8::1")),
        ("fe80::1%eth0", Address("fe80::1%eth0")),
        ("fe80::1%12", Address("fe80::1%12")),
        ("[::1]", Address("::1")),
        ("[::1]:5055", Address("::1", 5055)),
        ("[fe80::1%eth0]:5055", Address("fe80::1%eth0", 5055)),
        ("[fe80::1%wlp2s0.100]:5055", Address("fe80::1%wlp2s0.100", 5055)),
        ("lanchat://studio", Address("studio")),
        ("lanchat://studio:5055", Address("studio", 5055)),
        ("lanchat://studio:5055/", Address("studio", 5055)),
        (f"lanchat://192.168.1.20:5055?id={ID}", Address("192.168.1.20", 5055, ID)),
        (f"lanchat://192.168.1.20:5055/?id={ID.upper()}&later=1", Address("192.168.1.20", 5055, ID)),
        (f"lanchat://[fe80::1%eth0]:5055?id={ID}", Address("fe80::1%eth0", 5055, ID)),
        (f"lanchat://2001:db8::1?id={ID}", Address("2001:db8::1", None, ID)),
    ],
)
def test_what_is_understood(text: str, target: Target) -> None:
    assert parse_target(text) == target


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "id:",
        "id:studio",
        f"id:{ID}0",
        f"id:{ID[1:]}",
        f"id:{ID[1:]}g",
        "studio:0",
        "studio:65536",
        "studio:99999",
        "studio:123456",
        "192.168.1.20:0",
        "a..b:5055",
        "x" * 64 + ".local:5055",
        "x" * 300 + ":5055",
        "[",
        "[]",
        "[]:5055",
        "[::1",
        "[::1]:",
        "[::1]x",
        "[::1]:5055:5055",
        "[studio]:5055",
        "[fe80::1%]:5055",
        "[fe80::1%a b]:5055",
        "[fe80::1%a%b]:5055",
        "[::g]:5055",
        "lanchat://",
        "lanchat://:5055",
        "lanchat://studio:",
        "lanchat://studio:port",
        "lanchat://ana@studio",
        "lanchat://[::1",
        "lanchat://a b",
        "lanchat://studio?id=",
        "lanchat://studio?id",
        f"lanchat://studio?id={ID[1:]}",
        f"lanchat://?id={ID}",
    ],
)
def test_what_is_refused(text: str) -> None:
    with pytest.raises(LocalProtocolError) as caught:
        parse_target(text)
    assert caught.value.code == Code.INVALID
    assert str(caught.value).endswith(".")
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    "text",
    ["", "a b", "a\0b.local", "fe80::1%eth0:5055", "1.2.3.4:", ":5055", "a/b", "a:b:c", "a,b", "%", "ana@studio"],
)
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(LocalProtocolError):
        parse_address(text)


TEXTS = st.one_of(
    st.text(st.characters()),
    st.text(st.sampled_from("ab0159fe:.[]%/?#@=& id\n\0é")),
    st.builds(str.__add__, st.sampled_from(["lanchat://", "id:", "[", "[fe80::1%", "1.2.3.4:", "a.b"]), st.text()),
)


def parsed(text: str) -> Target | None:
    try:
        return parse_target(text)
    except LocalProtocolError:
        return None


@given(TEXTS)
@example("fe80::1%]x")
@example("fe80::1%eth0:5055")
@example("a.\udcff")
def test_any_text_is_a_target_or_a_sentence(text: str) -> None:
    target = parsed(text)
    if isinstance(target, Address):
        assert parse_address(str(target)) == target._replace(id=None)
        assert target.port is None or 0 < target.port < 65536
    elif isinstance(target, Named):
        assert target.name == target.name.strip() != ""


@given(st.text(st.sampled_from("abé.-_\0\u200b")) | st.text(st.characters()))
@example("a..b")
@example("a\0b")
@example("x" * 64)
@example("\udcff")
@example("é" * 60)
def test_the_resolver_takes_every_host_that_is_understood(host: str) -> None:
    target = parsed(f"{host}:5055")
    if not isinstance(target, Address):
        return
    with contextlib.suppress(OSError):  # a name, or a scope of another machine; no other exception may come
        socket.getaddrinfo(target.host, target.port, flags=socket.AI_NUMERICHOST)  # asks nobody


HOSTS = st.one_of(
    st.ip_addresses().map(str),
    st.builds(
        lambda ip, scope: f"{ip}%{scope}", st.ip_addresses(v=6), st.from_regex(r"[a-z0-9]{1,15}", fullmatch=True)
    ),
    st.from_regex(r"[a-z0-9]{1,20}(\.[a-z0-9]{1,20}){0,3}", fullmatch=True),
)


@given(HOSTS, st.none() | st.integers(1, 65535), st.none() | st.just(ID))
def test_an_address_comes_back_from_its_text(host: str, port: int | None, server_id: str | None) -> None:
    address = Address(host, port)
    assert parse_address(str(address)) == address
    link = f"lanchat://{address}" + (f"?id={server_id}" if server_id else "")
    assert parse_target(link) == address._replace(id=server_id)
