"""One process at a time, with real processes: the lock dies with its holder, and its holder is named."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lanchat.errors import StoreFailed, StoreInUse
from lanchat.lockfile import LockFile

HOLDER = """
import sys
from pathlib import Path
from lanchat.lockfile import LockFile
lock = LockFile(Path(sys.argv[1]), *sys.argv[2:])
print("held", flush=True)
sys.stdin.read()
"""


def hold(path: Path, *owner: str) -> subprocess.Popen[str]:
    """Another process that holds the lock until it is killed."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, path, *owner], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_the_second_is_refused_and_told_who_is_first(tmp_path: Path) -> None:
    with LockFile(tmp_path / "lock"), pytest.raises(StoreInUse) as caught:
        LockFile(tmp_path / "lock")
    assert caught.value.path == tmp_path
    assert caught.value.owner == f"process {os.getpid()}"


def test_a_process_holds_it_until_it_dies(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with hold(path) as process:
        with pytest.raises(StoreInUse, match=f"process {process.pid}"):
            LockFile(path)
        process.kill()
        process.wait()
    LockFile(path).close()


def test_the_holder_may_have_another_name(tmp_path: Path) -> None:
    with hold(tmp_path / "lock", "the window of Ana") as process:
        with pytest.raises(StoreInUse, match="the window of Ana"):
            LockFile(tmp_path / "lock")
        process.communicate()


def test_the_file_stays_and_a_shorter_name_replaces_a_longer_one(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    LockFile(path, "a rather long name").close()
    with LockFile(path, "short"):
        assert path.read_text() == "short"
    assert path.exists()


def test_closing_twice_gives_back_once(tmp_path: Path) -> None:
    first = LockFile(tmp_path / "lock")
    first.close()
    with LockFile(tmp_path / "lock"):
        first.close()
        with pytest.raises(StoreInUse):
            LockFile(tmp_path / "lock")


@pytest.mark.parametrize("content", [b"", b"\xff\xfe" * 500])
def test_a_holder_that_wrote_nothing_sensible_is_just_another_process(tmp_path: Path, content: bytes) -> None:
    with LockFile(tmp_path / "lock"):
        (tmp_path / "lock").write_bytes(content)
        with pytest.raises(StoreInUse) as caught:
            LockFile(tmp_path / "lock")
    assert len(caught.value.owner) <= 200
    assert content or caught.value.owner == "another process"


def test_a_place_without_a_directory_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreFailed, match="No such file"):
        LockFile(tmp_path / "nowhere" / "lock")


def test_a_file_that_takes_no_text_is_said_and_nothing_stays_open() -> None:
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(StoreFailed, match="Check the disk"):
        LockFile(Path("/dev/full"))
    assert len(os.listdir("/proc/self/fd")) == before
