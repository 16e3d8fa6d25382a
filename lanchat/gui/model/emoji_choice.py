"""What the emoji picker offers, by search or by group, and which one is chosen as the keys move; no tkinter."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Final, NamedTuple

from lanchat.client.emoji_names import GROUPS, NAMES
from lanchat.protocol.emoji import EMOJI

COLUMNS: Final = 8
MAX_RECENTS: Final = 2 * COLUMNS
MAX_FOUND: Final = 10 * COLUMNS  # by a search
# First and last code points of pictures beyond the basic plane (Unicode emoji-data, Emoji_Presentation)
_OTHERS: Final = (
    (0x1F300, 0x1F320), (0x1F32D, 0x1F335), (0x1F337, 0x1F37C), (0x1F37E, 0x1F393), (0x1F3A0, 0x1F3CA),
    (0x1F3CF, 0x1F3D3), (0x1F3E0, 0x1F3F0), (0x1F3F8, 0x1F3FA), (0x1F400, 0x1F43E), (0x1F440, 0x1F440),
    (0x1F442, 0x1F4FC), (0x1F4FF, 0x1F53D), (0x1F54B, 0x1F54E), (0x1F550, 0x1F567), (0x1F595, 0x1F596),
    (0x1F5FB, 0x1F64F), (0x1F680, 0x1F6C5), (0x1F6D0, 0x1F6D2), (0x1F6EB, 0x1F6EC), (0x1F6F4, 0x1F6FC),
    (0x1F7E0, 0x1F7EB), (0x1F90C, 0x1F93A), (0x1F93C, 0x1F945), (0x1F947, 0x1F9FF), (0x1FA70, 0x1FAFF),
)  # fmt: skip
_JOINERS: Final = "\u200d\ufe0f"


class Row(NamedTuple):
    """A row of emoji, or, if there are none, a title."""

    title: str
    emoji: tuple[str, ...] = ()


def remember(recents: Sequence[str], emoji: str) -> tuple[str, ...]:
    """The latest first."""
    return (emoji, *(other for other in recents if other != emoji))[:MAX_RECENTS]


def read_recents(kept: str) -> tuple[str, ...]:
    """From a text with spaces between them; what is no emoji is left out."""
    return tuple(emoji for emoji in dict.fromkeys(kept.split()) if EMOJI.fullmatch(emoji))[:MAX_RECENTS]


def search(wanted: str) -> list[str]:
    """Emoji of whose names each word begins one; those of the table first."""
    words = wanted.strip(": \t").replace("_", " ").casefold().split()
    if not words:
        return []
    table = [emoji for emoji in NAMES if _fits(words, _names(emoji))]
    exact = "_".join(words)
    table.sort(key=lambda emoji: (exact not in NAMES[emoji], not NAMES[emoji][0].startswith(exact)))
    others = (emoji for emoji in _others() if _fits(words, _names(emoji)))
    return [*table, *others][:MAX_FOUND]


def said(emoji: str) -> str:
    """Its name, for a line below: “:tada: party popper”."""
    short = f":{NAMES[emoji][0]}: " if emoji in NAMES else ""
    return short + _unicode_name(emoji)


class Choice:
    """The rows that are shown, and the place in them that is chosen. recents: the latest first."""

    def __init__(self, recents: Sequence[str]) -> None:
        self._recents = tuple(recents)
        self.rows: list[Row] = []
        self.row = self.column = 0
        self.look_for("")

    @property
    def chosen(self) -> str:
        """Empty: nothing is shown."""
        return self.rows[self.row].emoji[self.column] if self.rows else ""

    def look_for(self, wanted: str) -> None:
        """Shows what is found, or without words all groups; the first one is chosen."""
        if wanted.strip(": \t"):
            self.rows = _in_rows(search(wanted))
        else:
            groups = {"Used lately": self._recents} | {title: tuple(group) for title, group in GROUPS.items()}
            self.rows = [
                row for title, group in groups.items() if group for row in (Row(title), *_in_rows(tuple(group)))
            ]
        self.row = next((number for number, row in enumerate(self.rows) if row.emoji), 0)
        self.column = 0

    def choose(self, row: int, column: int) -> bool:
        """False: there is no emoji."""
        there = 0 <= row < len(self.rows) and 0 <= column < len(self.rows[row].emoji)
        if there:
            self.row, self.column = row, column
        return there

    def step(self, places: int) -> None:
        """To the next one or the one before, over the ends of the rows."""
        if self.rows:
            flat = [(r, c) for r, row in enumerate(self.rows) for c in range(len(row.emoji))]
            place = flat.index((self.row, self.column)) + places
            self.row, self.column = flat[max(0, min(len(flat) - 1, place))]

    def move(self, rows: int) -> None:
        """Down, or up, past titles, in the same column where there is one."""
        filled = [number for number, row in enumerate(self.rows) if row.emoji]
        if filled:
            place = filled.index(self.row) + rows
            self.row = filled[max(0, min(len(filled) - 1, place))]
            self.column = min(self.column, len(self.rows[self.row].emoji) - 1)


def _in_rows(emoji: Sequence[str]) -> list[Row]:
    return [Row("", tuple(emoji[start : start + COLUMNS])) for start in range(0, len(emoji), COLUMNS)]


def _fits(words: Sequence[str], names: str) -> bool:
    return all(f" {word}" in names for word in words)


@cache
def _names(emoji: str) -> str:
    """All its names in words, a space before each."""
    short = " ".join(NAMES.get(emoji, ())).replace("_", " ")
    return f" {short} {_unicode_name(emoji)}"


def _unicode_name(emoji: str) -> str:
    return " ".join(unicodedata.name(c, "").lower() for c in emoji if c not in _JOINERS).strip()


@cache
def _others() -> tuple[str, ...]:
    """Single emoji that the table lacks."""
    signs = (chr(code) for first, last in _OTHERS for code in range(first, last + 1))
    return tuple(sign for sign in signs if sign not in NAMES and _unicode_name(sign))
