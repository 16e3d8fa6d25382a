"""Names proposed to somebody who has not chosen one."""

from __future__ import annotations

import pytest

from lanchat.gui.model.person import default_nick, default_room
from lanchat.protocol.limits import MAX_SERVER_NAME


@pytest.mark.parametrize(
    ("login", "nick"),
    [
        ("ana", "Ana"),
        ("ana.lindqvist", "Ana Lindqvist"),
        ("ana_lindqvist", "Ana Lindqvist"),
        ("McNamara", "McNamara"),
        ("", ""),
        ("__", ""),
        ("DOMAIN:ana", ""),
        ("x" * 40, ""),
    ],
)
def test_a_nickname_is_made_of_the_login(login: str, nick: str) -> None:
    assert default_nick(login) == nick


@pytest.mark.parametrize(("nick", "room"), [("Ana", "Ana’s room"), ("", "Our room")])
def test_a_room_is_called_after_its_owner(nick: str, room: str) -> None:
    assert default_room(nick) == room


def test_a_room_of_somebody_with_a_long_name_still_has_a_valid_one() -> None:
    assert len(default_room("🦊" * 32).encode()) <= MAX_SERVER_NAME
