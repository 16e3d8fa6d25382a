"""`lanchat key` as its user runs it: the same person on another machine, and on the first one again."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from lanchat.client import Profile
from lanchat.identity import ServerKey


def lanchat(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lanchat", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_a_key_goes_to_another_profile_and_the_one_there_is_kept(tmp_path: Path) -> None:
    copy, other = tmp_path / "copy.key", Profile("other").key.public
    assert lanchat("key", "export", copy).returncode == 0
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    mine = Profile("default").key.public
    taken = lanchat("--profile", "other", "key", "import", copy)
    assert (taken.returncode, taken.stderr) == (0, "")
    assert mine in taken.stdout
    assert Profile("other").key.public == mine != other
    kept = Path(taken.stdout.split("is kept in ")[1].rstrip(".\n"))
    assert lanchat("--profile", "other", "key", "import", kept).returncode == 0
    assert Profile("other").key.public == other
    assert not [p for p in kept.parent.glob("*.key") if stat.S_IMODE(p.stat().st_mode) != 0o600]


def test_an_export_overwrites_nothing(tmp_path: Path) -> None:
    copy = tmp_path / "copy.key"
    copy.write_text("precious")
    done = lanchat("key", "export", copy)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert copy.read_text() == "precious"


@pytest.mark.parametrize("kind", ["nothing", "noise", "a server's"])
def test_what_is_no_key_of_a_person_changes_nothing(tmp_path: Path, kind: str) -> None:
    before = Profile("default").key.public
    file = tmp_path / "server.key"
    if kind == "noise":
        file.write_bytes(b"\x00noise")
    elif kind == "a server's":
        ServerKey(tmp_path)
    done = lanchat("key", "import", file)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert Profile("default").key.public == before
    if kind == "nothing":
        assert done.stderr.startswith(f"lanchat: There is no file {file}. “lanchat key export FILE” writes one")
