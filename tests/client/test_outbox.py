"""What waits on disk: its order, whose it is, and what becomes of the rows of a process that died."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from msgspec import structs

from lanchat.client import outbox as outbox_module
from lanchat.client.outbox import Outbox, Waiting
from lanchat.client.profile import Profile
from lanchat.errors import LocalProtocolError, StoreFailed
from lanchat.identity import new_run
from lanchat.protocol.frames import Edit, React, Say, Word

SERVER = "5" * 32
Open = Callable[..., Outbox]

_SAYS = """
import sys, time
from lanchat.client.outbox import Outbox, Waiting
from lanchat.client.profile import Profile
outbox = Outbox(Profile("ana"), sys.argv[1], "dead")
for n in range(1, 4):
    outbox.add(Waiting("dead", n, f"before the end {n}", n))
print("said", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def boxes() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def open_box(boxes: ExitStack) -> Open:
    def start(destination: str = SERVER, run: str | None = None) -> Outbox:
        box = Outbox(Profile("ana"), destination, run or new_run())
        boxes.callback(box.close)
        return box

    return start


@pytest.fixture
def other_process(boxes: ExitStack) -> Callable[[str], subprocess.Popen[str]]:
    """Another process of the same profile that said three things and lives on."""

    def start(destination: str = SERVER) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", _SAYS, destination], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        boxes.enter_context(process)
        boxes.callback(process.kill)
        assert process.stdout is not None
        assert process.stdout.readline() == "said\n"
        return process

    return start


def _kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()


def test_it_keeps_and_forgets(open_box: Open) -> None:
    box = open_box(run="r")
    rows = [Waiting("r", n, f"text {n}", 1000 + n) for n in range(1, 4)]
    for row in rows:
        box.add(row)
    assert box.waiting() == rows
    assert [row.id for row in rows] == ["r-1", "r-2", "r-3"]
    assert box.remove(["r-2", "unknown"]) == [rows[1]]
    assert box.acknowledge({"r": 1}) == [rows[0]]
    assert box.waiting() == [rows[2]]
    assert len(box) == 1


def test_what_waits_survives(open_box: Open) -> None:
    first = open_box(run="r")
    first.add(Waiting("r", 1, "keep me", 5))
    first.close()
    again = open_box(run="s")
    assert again.waiting() == [Waiting("r", 1, "keep me", 5)]
    assert again.runs == ["s", "r"]


def test_a_clock_that_goes_back_does_not_change_the_order(open_box: Open) -> None:
    """The server takes no number below one that it has: said in the wrong order, the first would be lost."""
    box = open_box(run="r")
    box.add(Waiting("r", 1, "first", 9000))
    box.add(Waiting("r", 2, "second", 1000))
    assert [row.n for row in box.waiting()] == [1, 2]


def test_runs_come_in_the_order_of_their_beginning(open_box: Open) -> None:
    old = open_box(run="z")
    old.add(Waiting("z", 1, "old", 100))
    old.add(Waiting("z", 2, "old too", 900))
    old.close()
    box = open_box(run="a")
    box.add(Waiting("a", 1, "new", 500))
    assert [row.id for row in box.waiting()] == ["z-1", "z-2", "a-1"]


def test_a_dead_process_leaves_its_rows_to_us(
    open_box: Open, other_process: Callable[..., subprocess.Popen[str]]
) -> None:
    _kill(other_process())
    box = open_box()
    assert [row.id for row in box.waiting()] == ["dead-1", "dead-2", "dead-3"]
    assert "dead" in box.runs


def test_a_living_process_keeps_its_own(open_box: Open, other_process: Callable[..., subprocess.Popen[str]]) -> None:
    process = other_process()
    box = open_box()
    assert box.waiting() == []
    assert "dead" not in box.runs
    _kill(process)
    box.adopt()
    assert len(box.waiting()) == 3


def test_rows_for_another_server_are_left_alone(
    open_box: Open, other_process: Callable[..., subprocess.Popen[str]]
) -> None:
    _kill(other_process("6" * 32))
    assert open_box().waiting() == []
    assert len(open_box("6" * 32).waiting()) == 3


def test_only_one_adopts(open_box: Open, other_process: Callable[..., subprocess.Popen[str]]) -> None:
    _kill(other_process())
    assert len(open_box()) == 3
    assert len(open_box()) == 0


def test_a_typed_place_becomes_a_server(open_box: Open, other_process: Callable[..., subprocess.Popen[str]]) -> None:
    _kill(other_process(SERVER))
    box = open_box("studio:5055", "mine")
    box.add(Waiting("mine", 1, "typed", 7))
    other = open_box("studio:5055", "other")
    other.add(Waiting("other", 1, "of somebody who lives", 8))
    box.resolve(SERVER)
    assert [row.id for row in box.waiting()] == ["dead-1", "dead-2", "dead-3", "mine-1"]
    box.close()
    assert "mine-1" in [row.id for row in open_box(SERVER).waiting()]
    assert [row.id for row in other.waiting()] == ["other-1"]


def test_too_much_is_refused(open_box: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox_module, "MAX_WAITING", 2)
    box = open_box(run="r")
    box.add(Waiting("r", 1, "a", 1))
    box.add(Waiting("r", 2, "b", 1))
    with pytest.raises(LocalProtocolError, match="wait already"):
        box.add(Waiting("r", 3, "c", 1))
    box.remove(["r-1"])
    box.add(Waiting("r", 3, "c", 1))


def test_no_more_runs_than_a_hello_may_name(open_box: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    left = [open_box(run=f"run{n}") for n in range(4)]
    for n, box in enumerate(left):
        box.add(Waiting(f"run{n}", 1, "left", n))
    for box in left:
        box.close()
    monkeypatch.setattr(outbox_module, "MAX_RUNS", 3)
    heir = open_box(run="heir")
    assert len(heir.runs) == 3
    assert len(heir.waiting()) == 2


def test_lock_files_of_what_left_nothing_behind_go(open_box: Open) -> None:
    box = open_box(run="r")
    box.add(Waiting("r", 1, "a", 1))
    directory = Profile("ana").directory / "runs"
    box.close()
    assert [path.name for path in directory.iterdir()] == ["r"]
    heir = open_box(run="s")
    heir.remove(["r-1"])
    heir.close()
    assert [*directory.iterdir()] == []


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX")
def test_nobody_else_reads_it(open_box: Open) -> None:
    open_box(run="r").add(Waiting("r", 1, "secret", 1))
    directory = Profile("ana").directory
    for path in directory.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path


def test_a_damaged_file_is_named(open_box: Open) -> None:
    profile = Profile("ana")
    Path(profile.path).write_bytes(b"no database at all, but long enough to be looked at " * 40)
    with pytest.raises(StoreFailed, match=r"profile\.db"):
        open_box()


# More than plain messages


@pytest.mark.parametrize(
    "word", [Say("", "yes", reply=7), Edit("", 7, "better"), React("", 7, "👍"), React("", 7, "👍", on=False)]
)
def test_answers_changes_and_reactions_survive_as_they_are(open_box: Open, word: Word) -> None:
    first = open_box(run="r")
    first.add(Waiting.of("r", 1, 5, word))
    first.close()
    (row,) = open_box(run="other").waiting()
    assert row.frame == structs.replace(word, id="r-1")


def test_a_plain_message_is_kept_as_an_older_lanchat_can_read_it() -> None:
    assert Waiting.of("r", 1, 5, Say("", "hello")) == Waiting("r", 1, "hello", 5)


def test_a_word_that_we_do_not_know_is_an_error() -> None:
    with pytest.raises(StoreFailed):
        _ = Waiting("r", 1, "x", 5, '{"type":"dance"}').frame


def test_what_only_a_newer_lanchat_can_read_is_left_to_it(open_box: Open, caplog: pytest.LogCaptureFixture) -> None:
    newer = open_box(run="r")
    for n, word in enumerate(("", '{"type":"dance"}', ""), 1):
        newer.add(Waiting("r", n, f"text {n}", n, word))
    newer.close()
    with caplog.at_level("WARNING"):
        box = open_box(run="s")
        box.adopt()
    assert [row.id for row in box.waiting()] == ["r-1"]  # to send the third would make the server refuse the second
    assert box.left_alone == 2
    assert len(caplog.records) == 1
    box.remove(["r-1"])
    box.close()
    with closing(sqlite3.connect(Profile("ana").path)) as file:
        assert file.execute("SELECT n FROM outbox ORDER BY n").fetchall() == [(2,), (3,)]


def test_an_older_profile_keeps_what_waits() -> None:
    profile = Profile("ana")
    with closing(sqlite3.connect(profile.path)) as old:
        old.executescript(
            """
            DROP TABLE outbox;
            CREATE TABLE outbox (run TEXT NOT NULL, n INTEGER NOT NULL, destination TEXT NOT NULL, text TEXT NOT NULL,
                at INTEGER NOT NULL, PRIMARY KEY (run, n)) WITHOUT ROWID;
            PRAGMA user_version = 1;
            """
        )
        old.execute("INSERT INTO outbox VALUES ('dead', 1, ?, 'said before', 7)", (SERVER,))
        old.commit()
    box = Outbox(Profile("ana"), SERVER, "r")
    assert [row.frame for row in box.waiting()] == [Say("dead-1", "said before")]
    box.close()
