"""Names of files made safe for every system, and sizes as people read them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lanchat.protocol.files import File, caption, file_in_words, may_be_named, numbered, safe_name, size_in_words
from lanchat.protocol.limits import MAX_FILE_NAME


@pytest.mark.parametrize(
    ("raw", "safe"),
    [
        ("plan.pdf", "plan.pdf"),
        ("Grüße an Ben – 2.txt", "Grüße an Ben – 2.txt"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("C:\\x\\y.txt", "y.txt"),
        ("C:evil.txt", "C_evil.txt"),
        ("file.txt:stream", "file.txt_stream"),
        ("CON", "_CON"),
        ("nul.tar.gz", "_nul.tar.gz"),
        ("Com1 .txt", "_Com1 .txt"),
        ("lpt²", "_lpt²"),
        ("CONSOLE.txt", "CONSOLE.txt"),
        (".bashrc", "bashrc"),
        ("..", "file"),
        ("", "file"),
        ("///", "file"),
        ("a. . .", "a"),
        ("invoice\u202egpj.exe", "invoice gpj.exe"),
        ("a\x00b\nc\td", "a b c d"),
        ('what?*<>|".png', "what______.png"),
    ],
)
def test_names(raw: str, safe: str) -> None:
    assert safe_name(raw) == safe


def test_a_long_name_keeps_its_ending() -> None:
    assert safe_name("x" * 300 + ".tar.gz") == "x" * (MAX_FILE_NAME - 3) + ".gz"
    assert safe_name("ü" * 300) == "ü" * (MAX_FILE_NAME // 2)
    assert len(safe_name("x." + "y" * 300).encode()) <= MAX_FILE_NAME


@given(st.text(max_size=400))
def test_a_safe_name_is_one_name_and_stays_it(raw: str) -> None:
    name = safe_name(raw)
    assert safe_name(name) == name
    assert may_be_named(name)
    assert name not in (".", "..")
    assert not set(name) & set('/\\:*?"<>|')
    assert not name.startswith(".")
    assert not name.endswith((".", " "))
    assert all(unicodedata.category(c) not in ("Cc", "Cf", "Cs") for c in name)
    for number in (2, 1_000):
        other = numbered(name, number)
        assert other != name
        assert len(other.encode()) <= MAX_FILE_NAME


def test_another_name() -> None:
    assert numbered("plan.pdf", 2) == "plan (2).pdf"
    assert numbered("plan", 3) == "plan (3)"


@pytest.mark.parametrize("name", ["a/b", "a\\b", "a\nb", "a\u202eb", "\u200b", " ", "x" * 201, "\ud800"])
def test_what_cannot_be_said(name: str) -> None:
    assert not may_be_named(name)


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1_000, "1.0 kB"),
        (2_345_678, "2.3 MB"),
        (999_950, "1.0 MB"),
        (5 * 10**9, "5.0 GB"),
    ],
)
def test_sizes(size: int, words: str) -> None:
    assert size_in_words(size) == words


def test_what_is_said_of_a_file() -> None:
    file = File("../plan.pdf", 2_345_678, "a" * 64)
    assert file_in_words(file) == "plan.pdf (2.3 MB)"
    assert caption("../plan.pdf", file) == ""
    assert caption("the plan", file) == "the plan"
