"""Where downloads land: whose part it is, what a part that was there is worth, and what it is called in the end."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lanchat import lockfile
from lanchat.client import landing as module
from lanchat.client.landing import Landing
from lanchat.errors import TransferFailed
from lanchat.protocol.files import File

DATA = b"plan " * 1_000
FILE = File("plan.pdf", len(DATA), hashlib.sha256(DATA).hexdigest())
PART = f"plan.pdf.{FILE.sha256[:8]}.part"
HOLDER = """
import sys
from pathlib import Path
from lanchat.client.landing import Landing
from lanchat.protocol.files import File
landing = Landing(Path(sys.argv[1]), File(sys.argv[2], int(sys.argv[3]), sys.argv[4]))
print(landing.part.name, flush=True)
sys.stdin.read()
"""


def nothing() -> None:
    """Nobody ends it."""


def land(landing: Landing, data: bytes) -> None:
    landing.look(nothing)
    landing.take(memoryview(data)[landing.size :])
    assert landing.right


@pytest.fixture
def first(tmp_path: Path) -> Iterator[Landing]:
    with Landing(tmp_path, FILE) as landing:
        yield landing


def test_two_of_one_file_have_a_part_each(tmp_path: Path, first: Landing) -> None:
    first.take(memoryview(DATA)[:700])
    with Landing(tmp_path, FILE) as second:
        assert (first.part.name, second.part.name) == (PART, f"plan.pdf.{FILE.sha256[:8]}-2.part")
        land(second, DATA)
        second.begin_anew()  # harms nobody else
        first.take(memoryview(DATA)[700:])
        assert first.right
        land(second, DATA)
        places = [landing.finish() for landing in (first, second)]
    assert [place.name for place in places] == ["plan.pdf", "plan (2).pdf"]
    assert [place.read_bytes() for place in places] == [DATA, DATA]
    assert len(list(tmp_path.iterdir())) == 2


def test_a_part_is_its_owner_s_until_it_has_its_name(
    tmp_path: Path, first: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    land(first, DATA)
    real = module._replace

    def replace(part: Path, place: Path) -> None:
        with Landing(tmp_path, FILE) as other:
            assert other.part != part
            other.drop()
        real(part, place)

    monkeypatch.setattr(module, "_replace", replace)
    assert first.finish().read_bytes() == DATA


def test_another_process_s_part_is_left_alone_until_it_dies(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(tmp_path), FILE.name, str(FILE.size), FILE.sha256]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == f"{PART}\n"
        with Landing(tmp_path, FILE) as landing:
            assert landing.part.name != PART
            landing.drop()
        process.kill()
        process.wait()
    with Landing(tmp_path, FILE) as landing:
        assert landing.part.name == PART


def test_a_part_that_got_its_name_meanwhile_is_nobody_s_part(
    tmp_path: Path, first: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is done between the second one's opening and locking of it."""
    land(first, DATA)
    real = lockfile.take

    def late(fd: int) -> bool:
        monkeypatch.setattr(lockfile, "take", real)
        first.finish()
        return real(fd)

    monkeypatch.setattr(lockfile, "take", late)
    with Landing(tmp_path, FILE) as second:
        second.look(nothing)
        assert (second.part.name, second.size) == (PART, 0)
        second.drop()
    assert [place.name for place in tmp_path.iterdir()] == ["plan.pdf"]
    assert (tmp_path / "plan.pdf").read_bytes() == DATA


def test_one_file_is_not_brought_any_number_of_times_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST", 1)
    with Landing(tmp_path, FILE), pytest.raises(TransferFailed, match="too often already"):
        Landing(tmp_path, FILE)


def test_reading_an_old_part_can_be_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PIECE", 100)
    (tmp_path / PART).write_bytes(DATA)
    looks = 0

    def check() -> None:
        nonlocal looks
        looks += 1
        if looks == 3:
            raise KeyboardInterrupt

    with Landing(tmp_path, FILE) as landing:
        with pytest.raises(KeyboardInterrupt):
            landing.look(check)
        assert landing.size == 200
