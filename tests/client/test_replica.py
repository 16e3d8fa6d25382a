"""The copy of a room: an unbroken row, one writer, and what becomes of it when the room's data is replaced."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from lanchat.client.replica import Replica
from lanchat.errors import StoreFailed
from lanchat.protocol.frames import Deleted, Message, Resume
from lanchat.protocol.rooms import Person, RoomInfo

SERVER = "5" * 32
Open = Callable[[], Replica]

_HOLDS = """
import sys
from pathlib import Path
from lanchat.client.replica import Replica
replica = Replica(Path(sys.argv[1]), "5" * 32, "k")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def open_replica(tmp_path: Path) -> Iterator[Open]:
    with ExitStack() as stack:

        def start() -> Replica:
            replica = Replica(tmp_path, SERVER, "k")
            stack.callback(replica.close)
            return replica

        yield start


def _entries(first: int, last: int, room: str = "lobby") -> list[Message]:
    return [Message(room, seq, f"a{seq}", 1000 + seq, "Ana", None, f"text {seq}") for seq in range(first, last + 1)]


def _seqs(replica: Replica, before: int | None = None, limit: int = 1000) -> list[int]:
    return [entry.seq for entry in replica.before("lobby", before, limit)]


def test_a_page_that_was_read_before_a_deletion_brings_nothing_back(open_replica: Open) -> None:
    replica = open_replica()
    replica.match("j1")
    gone = Deleted("lobby", 8, "", 1, "Olga", None, 3)
    replica.store([*_entries(6, 7), gone])
    replica.store(_entries(1, 5))
    texts = [entry.text if isinstance(entry, Message) else None for entry in replica.before("lobby", None, 100)]
    assert texts == ["text 1", "text 2", "", "text 4", "text 5", "text 6", "text 7", None]
    assert replica.before("lobby", None, 1) == [gone]
    assert replica.resume() == Resume("j1", {"lobby": 8})


def test_a_new_one_is_empty(open_replica: Open) -> None:
    replica = open_replica()
    assert replica.resume() is None
    assert replica.before("lobby", None, 10) == []
    assert replica.match("j1")
    assert replica.resume() is None


def test_it_keeps_entries_and_knows_where_to_resume(open_replica: Open) -> None:
    replica = open_replica()
    replica.match("j1")
    replica.store(_entries(11, 20))
    replica.store(_entries(21, 21))
    assert replica.resume() == Resume("j1", {"lobby": 21})
    assert _seqs(replica) == [*range(11, 22)]
    assert _seqs(replica, before=15, limit=2) == [13, 14]
    replica.close()
    again = open_replica()
    assert again.resume() == Resume("j1", {"lobby": 21})
    assert _seqs(again, limit=2) == [20, 21]
    assert again.match("j1")


def test_it_grows_backwards(open_replica: Open) -> None:
    replica = open_replica()
    replica.match("j1")
    replica.store(_entries(50, 60))
    replica.store(_entries(40, 49))
    assert replica.span("lobby") == (40, 60)
    assert _seqs(replica) == [*range(40, 61)]


@pytest.mark.parametrize(
    "strange",
    [
        _entries(22, 25),  # leaves a gap behind what is there
        _entries(1, 8),  # and before it
        [*_entries(21, 22), *_entries(24, 25)],  # in itself
        _entries(21, 22)[::-1],
        [*_entries(21, 21), *_entries(21, 21)],
        [],
    ],
)
def test_no_gap_ever(open_replica: Open, strange: list[Message]) -> None:
    replica = open_replica()
    replica.match("j1")
    replica.store(_entries(10, 20))
    replica.store(strange)
    assert replica.span("lobby") == (10, 20)
    assert _seqs(replica) == [*range(10, 21)]
    replica.store(_entries(21, 21))
    assert _seqs(replica) == [*range(10, 22)]


def test_what_is_told_again_changes_nothing(open_replica: Open) -> None:
    replica = open_replica()
    replica.match("j1")
    replica.store(_entries(1, 10))
    replica.store([Message("lobby", 10, "x", 1, "Eve", None, "forged"), *_entries(11, 12)])
    assert [entry.text for entry in replica.before("lobby", None, 3)] == ["text 10", "text 11", "text 12"]


def test_a_copy_of_another_journal_is_kept_aside(open_replica: Open, tmp_path: Path) -> None:
    replica = open_replica()
    replica.match("j1")
    replica.store(_entries(1, 10))
    replica.close()
    again = open_replica()
    assert not again.match("j2")
    assert again.resume() is None
    assert again.before("lobby", None, 10) == []
    again.store(_entries(1, 1))
    again.close()
    names = {path.name for path in (tmp_path / "replicas").glob("*.db")}
    assert names == {f"{SERVER}.db", f"{SERVER}-j1.db"}
    last = open_replica()
    assert last.resume() == Resume("j2", {"lobby": 1})


def test_a_second_process_keeps_a_copy_in_memory(open_replica: Open, tmp_path: Path) -> None:
    first = open_replica()
    first.match("j1")
    first.store(_entries(1, 5))
    first.close()
    with subprocess.Popen(
        [sys.executable, "-c", _HOLDS, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        second = open_replica()
        assert second.resume() is None
        assert second.match("j1")
        second.store(_entries(3, 9))
        assert _seqs(second) == [*range(3, 10)]
        assert second.resume() == Resume("j1", {"lobby": 9})
        second.close()
        other.kill()
    assert open_replica().resume() == Resume("j1", {"lobby": 5})


def test_a_damaged_copy_is_named(open_replica: Open, tmp_path: Path) -> None:
    path = tmp_path / "replicas" / f"{SERVER}.db"
    path.parent.mkdir()
    path.write_bytes(b"no database at all, but long enough to be looked at " * 40)
    with pytest.raises(StoreFailed, match=SERVER):
        open_replica()


def test_each_room_is_a_row_of_its_own_and_known_again(open_replica: Open) -> None:
    replica = open_replica()
    replica.match("j1")
    replica.follow("lobby", first=True)
    replica.keep([RoomInfo("games", topic="what we play"), RoomInfo("@" + "0" * 24, people=[Person("k", "Ana")])])
    replica.follow("games")
    replica.store([*_entries(1, 3), *_entries(7, 9, "games"), *_entries(4, 4)])
    replica.close()
    again = open_replica()
    assert again.resume() == Resume("j1", {"lobby": 4, "games": 9})
    assert [(room.name, room.topic) for room in again.rooms()] == [("games", "what we play"), ("@" + "0" * 24, "")]
    assert again.followed() == ["lobby", "games"]
    again.unfollow("games")
    assert again.resume() == Resume("j1", {"lobby": 4})
    assert again.before("games", None, 10) == _entries(7, 9, "games")
