"""Lengths of time as people write and read them: “90”, “10m”, “2h”, “7d”; pure."""

from __future__ import annotations

import re
from typing import Final

_UNITS: Final = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_PART: Final = re.compile(r"([0-9]{1,6})([smhdw])")
_NAMES: Final = ((86_400, " days"), (3_600, " h"), (60, " min"), (1, " s"))


def parse_duration(text: str) -> int | None:
    """Seconds: a number of them, or numbers with units: 1h30m. None: it is no length of time."""
    if re.fullmatch("[0-9]{1,9}", text):
        return int(text)
    if not re.fullmatch(f"({_PART.pattern})+", text):
        return None
    return sum(int(number) * _UNITS[unit] for number, unit in _PART.findall(text))


def duration(seconds: int) -> str:
    """In its two largest units: “1 h 30 min”."""
    parts = []
    for size, name in _NAMES:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{name}" if (count, size) != (1, 86_400) else "1 day")
    return " ".join(parts[:2]) or "0 s"
