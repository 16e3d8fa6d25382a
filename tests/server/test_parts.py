"""Sizes of parts in memory, and what files leave of a disk; pure but for one question to the disk."""

from __future__ import annotations

import shutil
from collections import namedtuple
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lanchat.searcher import MIN_DISK
from lanchat.server.blobs import room_at
from lanchat.server.limits import FREE_DISK
from lanchat.server.parts import Parts

MIB = 1024 * 1024
Usage = namedtuple("Usage", "total used free")


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("12"), st.integers(0, 9)), max_size=20))
def test_the_last_word_on_each_part_counts(noted: list[tuple[str, str, int]]) -> None:
    parts, last = Parts(), {}
    for owner, digest, size in noted:
        part = Path(f"{owner}-{digest}")
        parts.note(part, size)
        last[part] = size
    assert parts.total == sum(last.values())
    assert all(parts.size(part) == size for part, size in last.items())
    for owner in "ab":
        assert parts.of(owner) == {part: size for part, size in last.items() if size and part.name[0] == owner}


@pytest.mark.parametrize(
    ("total", "left_alone"),
    [(1_000 * MIB, 128 * MIB), (10_000 * MIB, 500 * MIB), (1_000_000 * MIB, 1024 * MIB)],
)
def test_what_files_leave_of_a_disk(total: int, left_alone: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(total, 0, total))
    assert total - room_at(Path()) == left_alone
    assert left_alone >= 2 * MIN_DISK > 2 * FREE_DISK
