"""The door, fed callers; no sockets."""

from __future__ import annotations

import pytest

from lanchat.server.door import MAX_PER_SOURCE, MAX_WAITING, Door, source_of


def addresses(count: int) -> list[str]:
    return [f"10.0.{n // 250}.{n % 250}" for n in range(count)]


def test_one_address_may_have_some_that_wait_and_its_next_one_goes() -> None:
    door: Door[int] = Door()
    for n in range(MAX_PER_SOURCE):
        assert door.knock(n, "10.0.0.1") is None
    assert door.knock(1000, "10.0.0.1") == 1000
    assert len(door) == MAX_PER_SOURCE
    assert door.knock(1001, "10.0.0.2") is None


def test_who_joined_or_left_counts_no_more() -> None:
    door: Door[int] = Door()
    for n in range(3 * MAX_PER_SOURCE):
        assert door.knock(n, "10.0.0.1") is None
        door.leave(n)
        door.leave(n)
    assert len(door) == 0


def test_when_all_is_full_the_largest_crowd_loses_who_waits_longest() -> None:
    door: Door[str] = Door()
    for n in range(MAX_PER_SOURCE):
        door.knock(f"crowd {n}", "10.9.9.9")
    for n, address in enumerate(addresses(MAX_WAITING - MAX_PER_SOURCE)):
        assert door.knock(f"single {n}", address) is None
    assert door.knock("ana", "10.8.8.8") == "crowd 0"
    assert door.knock("ben", "10.8.8.9") == "crowd 1"
    assert len(door) == MAX_WAITING


def test_this_machine_counts_only_in_all() -> None:
    door: Door[int] = Door()
    for n in range(MAX_WAITING):
        assert door.knock(n, "127.0.0.1") is None
    assert door.knock(1000, "10.0.0.1") == 0
    assert door.knock(1001, "::1") == 1


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("10.0.0.1", "10.0.0.1"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("127.0.0.5", ""),
        ("::ffff:127.0.0.1", ""),
        ("::1", ""),
        ("fe80::1:2%eth0", "fe80::/64"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
    ],
)
def test_what_counts_as_one(address: str, source: str) -> None:
    assert source_of(address) == source
