"""What an invitation allows, as a sentence for who gives it; pure: it makes none and reads no clock."""

from __future__ import annotations

from datetime import datetime


def promise(uses: int | None, until: datetime, now: datetime) -> str:
    """uses None: any number. Both times in the zone of who reads it, less than a year apart."""
    often = "for any number of people" if uses is None else "once" if uses == 1 else f"{uses} times"
    return (
        "Whoever has this link comes in, also without a PIN, and knows that it is the right room. "
        f"It works {often}, until {_day(until, now)} {until:%H:%M}."
    )


def _day(day: datetime, now: datetime) -> str:
    match (day.date() - now.date()).days:
        case 0:
            return "today"
        case 1:
            return "tomorrow"
    return f"{day:%A}, {day.day} {day:%B},"
