"""The exchange that proves a PIN, both ends in one process; and what a PIN is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lanchat.errors import LocalProtocolError
from lanchat.pin import Checking, Proving, clean_pin, new_pin, verifier

HERE, THERE = "ab" * 16, "cd" * 16
PIN = verifier("482913", HERE)
WHOLE = st.binary(min_size=33, max_size=33)  # as long as an element
KEY = "V5a3vJt9Bd9AZ-igjOoQJUgdnuSzS_vevx7pTaX1o5I"


def exchange(client: Proving, known: bytes, server_id: str = HERE, key: str = KEY) -> str | None:
    """The server's answer to this client."""
    server = Checking(known, server_id, key, client.element)
    return server.answer(client.confirm(server.element))


def test_who_knows_the_pin_proves_it_and_so_does_the_server() -> None:
    client = Proving(PIN, HERE, KEY)
    answer = exchange(client, PIN)
    assert answer is not None
    assert client.holds(answer)
    assert not client.holds(answer[:-1] + ("0" if answer[-1] != "0" else "1"))


def test_another_pin_server_or_key_is_a_no() -> None:
    assert exchange(Proving(verifier("482914", HERE), HERE, KEY), PIN) is None
    assert exchange(Proving(PIN, THERE, KEY), PIN) is None
    assert exchange(Proving(PIN, HERE, KEY), PIN, key=KEY.swapcase()) is None


def test_a_server_says_nothing_that_the_client_could_have_said() -> None:
    client = Proving(PIN, HERE, KEY)
    server = Checking(PIN, HERE, KEY, client.element)
    mac = client.confirm(server.element)
    assert not client.holds(mac)
    assert server.answer(server.element) is None


def test_a_recorded_exchange_is_worth_nothing() -> None:
    client = Proving(PIN, HERE, KEY)
    first = Checking(PIN, HERE, KEY, client.element)
    mac = client.confirm(first.element)
    assert first.answer(mac) is not None
    assert Checking(PIN, HERE, KEY, client.element).answer(mac) is None


def test_nothing_is_confirmed_before_the_exchange() -> None:
    assert not Proving(PIN, HERE, KEY).holds("")


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.text(max_size=80), st.binary(max_size=40).map(bytes.hex), WHOLE.map(bytes.hex)))
@pytest.mark.parametrize("end", ["client", "server"])
def test_no_element_does_more_than_raise_value_error(end: str, element: str) -> None:
    side = "42" if end == "client" else "41"
    for text in (element, side + element[2:], (side + element[2:]).upper()):
        try:
            if end == "client":
                Proving(PIN, HERE, KEY).confirm(text)
            else:
                Checking(PIN, HERE, KEY, text)
        except ValueError:
            continue
        assert len(text) == 66


@pytest.mark.parametrize("zero", ["41" + "01" + "00" * 31, "41" + "00" * 32, "41" + "ff" * 32])
def test_elements_that_would_fix_the_key_are_refused(zero: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Checking(PIN, HERE, KEY, zero)


@pytest.mark.parametrize("y", range(19))
def test_an_element_has_one_spelling(y: int) -> None:
    """The coordinates below 19 have a second one that fits into the bytes."""
    with pytest.raises(ValueError, match="spelling"):
        Checking(PIN, HERE, KEY, "41" + (2**255 - 19 + y).to_bytes(32, "little").hex())


def test_what_counts_of_a_pin() -> None:
    assert clean_pin("4711-long") == clean_pin("4711 LONG") == clean_pin("４７１１ Ｌｏｎｇ") == "4711long"
    assert clean_pin(" 482-913\n") == clean_pin("482 913") == clean_pin("４８２９１３") == "482913"
    assert len(new_pin()) == 6
    assert clean_pin(new_pin())
    for bad in ("", "12345", "1" * 65, "12345\u200e6", "12345\x006"):
        with pytest.raises(LocalProtocolError, match="6 to 64"):
            clean_pin(bad)


def test_each_server_keeps_something_else_of_the_same_pin() -> None:
    assert verifier("482913", THERE) != PIN == verifier("482 913", HERE)
