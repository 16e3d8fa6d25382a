"""Where files go, and names that can be no file's."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lanchat import paths
from lanchat.errors import StoreFailed


def test_the_home_is_what_the_environment_says(own_home: Path) -> None:
    assert paths.home() == own_home
    assert paths.server_directory("Studio Nord") == own_home / "servers" / "studio-nord"
    assert paths.profile_directory("Ana") == own_home / "profiles" / "ana"


def test_without_it_the_home_is_the_system_s(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LANCHAT_HOME")
    assert paths.home().name == "lanchat"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Ana", "ana"),
        ("Büro 4", "büro-4"),
        ("../../etc/passwd", "etc-passwd"),
        ("..", "default"),
        ("", "default"),
        ("🙂", "default"),
        ("C:\\x", "c-x"),
        ("会议室", "会议室"),
    ],
)
def test_a_name_becomes_a_file_name(name: str, expected: str) -> None:
    assert paths.file_name(name) == expected


@given(st.text(max_size=200))
def test_no_name_leaves_its_directory(name: str) -> None:
    found = paths.file_name(name)
    assert found
    assert Path(found).name == found
    assert not found.startswith((".", "-"))
    assert len(found.encode(errors="surrogatepass")) <= 255


def test_a_private_directory_is_its_owner_s_alone(tmp_path: Path) -> None:
    path = paths.private_directory(tmp_path / "a" / "b")
    assert stat.S_IMODE(path.stat().st_mode) == 0o700
    assert paths.private_directory(path) == path


def test_a_directory_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreFailed, match="file") as caught:
        paths.private_directory(tmp_path / "file" / "below")
    assert os.strerror(20) in str(caught.value)  # ENOTDIR
