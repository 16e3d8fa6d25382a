"""Times of the server as people read them: moments and days; pure, today is passed in."""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from typing import Final

LAST: Final = 253_370_764_800  # s since 1970: the beginning of 9999, which every calendar holds


def moment(at: int, zone: tzinfo | None = None) -> datetime:
    """Of ms since 1970; one that no calendar holds is shown as the first or last that it does."""
    return datetime.fromtimestamp(min(max(at, 0) / 1000, LAST), zone)


def day_words(day: date, today: date) -> str:
    """“Today”, “Yesterday”, “Monday, 2 October”, with the year where it is another one."""
    match (today - day).days:
        case 0:
            return "Today"
        case 1:
            return "Yesterday"
    text = f"{day:%A}, {day.day} {day:%B}"
    return text if day.year == today.year else f"{text} {day.year}"


def last_here(at: int, now: float, zone: tzinfo | None = None) -> str:
    """When somebody was here last (ms since 1970), seen from `now` (s since 1970); empty: unknown."""
    if not at:
        return ""
    then, today = moment(at, zone), moment(round(now * 1000), zone).date()
    match (today - then.date()).days:
        case days if days <= 0:
            return f"last here at {then:%H:%M}"
        case 1:
            return f"last here yesterday at {then:%H:%M}"
    year = "" if then.year == today.year else f" {then.year}"
    return f"last here on {then.day} {then:%B}{year}"
