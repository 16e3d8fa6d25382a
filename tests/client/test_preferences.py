"""What a person prefers, and that no row on the disk can make it worse than the default."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lanchat.client.preferences import MAX_PATH, Preferences, from_rows, names_a_folder, to_rows

EVERYTHING = st.builds(
    Preferences,
    theme=st.sampled_from(("system", "light", "dark")),
    zoom=st.sampled_from((100, 125, 150, 175, 200)),
    send_key=st.sampled_from(("enter", "ctrl-enter")),
    notify=st.sampled_from(("all", "mentions", "nothing")),
    sound=st.booleans(),
    desktop=st.booleans(),
    downloads=st.sampled_from(("", "/home/ana/Files", "/tmp/ü x")),
    receipts=st.booleans(),
    typing=st.booleans(),
)


@settings(max_examples=50)
@given(EVERYTHING)
def test_all_that_is_kept_comes_back(preferences: Preferences) -> None:
    assert from_rows(to_rows(preferences)) == preferences


@settings(max_examples=100)
@given(st.dictionaries(st.sampled_from((*Preferences.__struct_fields__, "nick")), st.text(max_size=9)))
def test_whatever_stands_there_preferences_come_of_it(rows: dict[str, str]) -> None:
    held = from_rows(rows)
    assert from_rows(to_rows(held)) == held


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("theme", "Dark"),
        ("zoom", "110"),
        ("zoom", "100.0"),
        ("zoom", "9" * 5_000),
        ("sound", "perhaps"),
        ("notify", ""),
        ("downloads", "../x"),
        ("downloads", "/tmp/\n"),
        ("downloads", "/" + "x" * MAX_PATH),
    ],
)
def test_nonsense_is_the_default_and_is_said(name: str, text: str, caplog: pytest.LogCaptureFixture) -> None:
    assert from_rows({name: text, "send_key": "ctrl-enter"}) == Preferences(send_key="ctrl-enter")
    assert repr(name) in caplog.text
    assert len(caplog.text) < 300


def test_where_files_go() -> None:
    assert Preferences(downloads="/home/ana/Files").download_folder == Path("/home/ana/Files")
    assert Preferences().download_folder.is_absolute()
    assert names_a_folder("")
    assert not names_a_folder("Downloads")
