"""When a text that is pasted is better sent as a file, and what to say about it; pure, it reads no clipboard."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from lanchat.protocol.limits import MAX_TEXT

LONG: Final = 200  # lines: more than anybody wants between other messages
MAX_HERE: Final = 100_000  # characters that are put where one writes: Tk takes a second for ten times as many


def is_long(text: str) -> bool:
    return len(text) > MAX_TEXT or lines(text) >= LONG


def lines(text: str) -> int:
    return text.rstrip("\n").count("\n") + 1


def size(text: str) -> str:
    """“240 lines”, or of few long ones the characters."""
    count = lines(text)
    return f"{count:,} lines" if count >= LONG else f"{len(text):,} characters"


def too_long(text: str) -> str:
    """What is wrong with it where no file can be sent; empty: nothing."""
    if len(text) > MAX_HERE:
        return f"{len(text):,} characters are too many to be written here, and no file can be sent from here."
    if len(text) > MAX_TEXT:
        return f"A message has at most {MAX_TEXT:,} characters, this one {len(text):,}; no file can be sent from here."
    return ""


def file_name(at: datetime) -> str:
    """Of the file that is sent instead; no system minds any of its signs."""
    return f"Pasted {at:%Y-%m-%d %H.%M.%S}.txt"
