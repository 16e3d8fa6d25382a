"""The frames' types: what is left out, what is always there, what nobody can change."""

from __future__ import annotations

from typing import Any, get_args

import msgspec
import pytest

from lanchat.protocol import frames

ALL = sorted({*get_args(frames.ClientFrame), *get_args(frames.ServerFrame)}, key=lambda kind: kind.__name__)


@pytest.mark.parametrize("kind", ALL)
def test_every_frame_is_frozen_and_named_by_its_tag(kind: Any) -> None:
    config = kind.__struct_config__
    assert config.frozen
    assert config.tag_field == "type"
    assert config.tag == ("info" if kind is frames.ServerInfo else kind.__name__.lower())


@pytest.mark.parametrize("direction", [frames.ClientFrame, frames.ServerFrame])
def test_no_two_frames_of_a_direction_share_a_tag(direction: Any) -> None:
    tags = [kind.__struct_config__.tag for kind in get_args(direction)]
    assert len(set(tags)) == len(tags)


def test_a_durable_frame_leaves_no_field_out() -> None:
    message = frames.Message("", 0, "", 0, "", None, "")
    assert set(msgspec.to_builtins(message)) == {"type", "room", "seq", "id", "at", "nick", "key", "text"}


def test_other_frames_leave_defaults_out() -> None:
    assert msgspec.to_builtins(frames.Hello(1, "Ana")) == {"type": "hello", "version": 1, "nick": "Ana"}
    assert msgspec.to_builtins(frames.Hello(1, "Ana", ping=True))["ping"] is True


def test_what_a_server_is_and_allows_is_always_told() -> None:
    info = msgspec.to_builtins(frames.ServerInfo("ab", "r1", "Studio", 5055, 0, 100, False))
    welcome = msgspec.to_builtins(frames.Welcome("ab", "r1", "Studio", "Ana", "lobby", "j", 0, 100))
    assert info["version"] == welcome["version"] == 1
    assert set(welcome["limits"]) == set(frames.Limits.__struct_fields__)


def test_two_hellos_do_not_share_their_lists() -> None:
    one, two = frames.Hello(1, "Ana"), frames.Hello(1, "Bo")
    one.runs.append("r1")
    assert two.runs == []
