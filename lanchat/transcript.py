"""Rooms' entries as something to read or to carry away: text, JSON lines, HTML; pure, it opens no file.

Each form is a stream of lines, so that a journal of any length fits. HTML is one page that loads nothing and runs
nothing: every word of it that people wrote is escaped. Marks (bold, code) stay as they were typed.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, tzinfo
from typing import Final, NamedTuple

from lanchat.protocol.codec import encode
from lanchat.protocol.files import File, caption, file_in_words
from lanchat.protocol.frames import Archived, Deleted, Edited, Entry, Message, Pinned, Reacted, Topic
from lanchat.protocol.text import (
    CHANGED_ONE,
    DELETED_ONE,
    MADE_ROOM,
    NO_LONGER_KEPT,
    PINNED_ONE,
    UNPINNED_ONE,
    clean_text,
    one_line,
)

_PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; max-width: 44em; margin: 2em auto; padding: 0 1em; color: #1a1e29 }}
h2 {{ font-size: 19px; margin-top: 2.5em }}
h3 {{ font-size: 13px; color: #5f6778; border-bottom: 1px solid #e0e3ea; margin-top: 2em }}
p {{ margin: .3em 0; white-space: pre-wrap; overflow-wrap: anywhere }}
time {{ color: #5f6778; font-size: 12px }}
b {{ color: #3a4cc9 }}
@media (prefers-color-scheme: dark) {{ body {{ background: #16181d; color: #e8eaf0 }} b {{ color: #9aa8ff }} }}
</style>
</head>
<body>
<h1>{title}</h1>"""


class Part(NamedTuple):
    """One room of a transcript: what to call it, and its entries in order."""

    title: str
    entries: Iterable[Entry]


def as_text(parts: Iterable[Part], title: str, zone: tzinfo | None = None) -> Iterator[str]:
    """`== #lobby ==`, then `[2026-11-24 09:02] Ana: hello`, each line of a message with its author in front, or
    `* Ben deleted a message`; times in `zone`."""
    del title  # whoever wants one writes it above
    for n, part in enumerate(parts):
        yield from [""] if n else []
        yield f"== {one_line(part.title)} =="
        for entry in part.entries:
            for line in lines_of(entry):
                yield f"[{_at(entry, zone):%Y-%m-%d %H:%M}] {line}"


def as_json(parts: Iterable[Part], title: str, zone: tzinfo | None = None) -> Iterator[str]:
    """The entries as they are on the wire, each with its room, one JSON object a line."""
    del title, zone
    for part in parts:
        for entry in part.entries:
            yield encode(entry).decode().rstrip("\n")


def as_html(parts: Iterable[Part], title: str, zone: tzinfo | None = None) -> Iterator[str]:
    """One page with a heading for each room, and in it for each day; times in `zone`."""
    yield _PAGE.format(title=html.escape(clean_text(title)))
    for part in parts:
        yield f"<section><h2>{html.escape(one_line(part.title))}</h2>"
        yield from _html_of(part.entries, zone)
        yield "</section>"
    yield "</body>\n</html>"


def _html_of(entries: Iterable[Entry], zone: tzinfo | None) -> Iterator[str]:
    day = ""
    for entry in entries:
        at = _at(entry, zone)
        if f"{at:%Y-%m-%d}" != day:
            day = f"{at:%Y-%m-%d}"
            yield f"<h3>{day}</h3>"
        changed = f"{CHANGED_ONE}: " if isinstance(entry, Edited) else ""
        nick, text = html.escape(entry.nick), html.escape(changed + _said(entry))
        yield f"<p><time>{at:%H:%M}</time> <b>{nick}</b> {text}</p>"


FORMS: Final[dict[str, Callable[[Iterable[Part], str, tzinfo | None], Iterator[str]]]] = {
    "text": as_text,
    "json": as_json,
    "html": as_html,
}


def lines_of(entry: Entry) -> list[str]:
    """As people read it, each line of what was said with its author in front, which no text can forge."""
    text = _said(entry)
    match entry:
        case Message(nick=nick, file=File() as file):
            said = clean_text(caption(entry.text, file))
            sent = [f"* {nick} sent a file: {file_in_words(file)}"]
            return sent + ([f"{nick}: {line}" for line in said.split("\n")] if said else [])
        case Message(nick=nick):
            return [f"{nick}: {line}" for line in text.split("\n")]
        case Edited(nick=nick):
            return [f"* {nick} {CHANGED_ONE}:", *(f"{nick}: {line}" for line in text.split("\n"))]
    return [f"* {entry.nick} {text}"]


def _said(entry: Entry) -> str:
    match entry:
        case Message(text=text, file=File() as file):
            said = caption(text, file)
            return clean_text(f"sent a file: {file_in_words(file)}" + (f"\n{said}" if said else ""))
        case Message(text=text) | Edited(text=text):
            return clean_text(text) or NO_LONGER_KEPT
        case Reacted(emoji=emoji, on=on):
            return f"{'reacted with' if on else 'took back'} {clean_text(emoji)}"
        case Pinned(on=on):
            return PINNED_ONE if on else UNPINNED_ONE
        case Topic(text=text):
            about = f": {clean_text(text)}" if text else ""
            if entry.seq == 1:
                return f"{MADE_ROOM}{about}"
            return f"set the topic{about}" if about else "took the topic away"
        case Archived(on=on):
            return "archived the room" if on else "opened the room again"
        case Deleted():
            return DELETED_ONE


def _at(entry: Entry, zone: tzinfo | None) -> datetime:
    return datetime.fromtimestamp(entry.at / 1000, UTC).astimezone(zone)
