"""Entries as rows of the journal's table, and back; it reads and writes nothing."""

from __future__ import annotations

import msgspec

from lanchat.errors import StoreFailed
from lanchat.protocol.entries import Archived, Deleted, Edited, Entry, Message, Pinned, Reacted, Topic
from lanchat.protocol.files import File


def row_of(e: Edited | Reacted | Deleted | Topic | Archived | Pinned) -> tuple[object, ...]:
    """In the order of the columns."""
    kind, body, target = e.__struct_config__.tag, "", None
    match e:
        case Edited():
            body, target = e.text, e.target
        case Reacted():
            body, target = e.emoji, e.target if e.on else -e.target
        case Deleted():
            target = e.target
        case Pinned():
            target = e.target if e.on else -e.target
        case Topic():
            body = e.text
        case Archived():
            target = int(e.on)
    return (e.room, e.seq, e.at, kind, e.id, e.nick, e.key, body, target, None)


def entry_of(
    room: str,
    seq: int,
    id: str,  # noqa: A002 - the wire's word
    at: int,
    nick: str,
    key: str | None,
    body: str,
    kind: str,
    target: int | None,
    file: str | None,
) -> Entry:
    """Of the columns."""
    match kind, target:
        case "edited", int():
            return Edited(room, seq, id, at, nick, key, target, body)
        case "reacted", int():
            return Reacted(room, seq, id, at, nick, key, abs(target), body, target > 0)
        case "deleted", int():
            return Deleted(room, seq, id, at, nick, key, target)
        case "pinned", int():
            return Pinned(room, seq, id, at, nick, key, abs(target), target > 0)
        case "topic", None:
            return Topic(room, seq, id, at, nick, key, body)
        case "archived", int():
            return Archived(room, seq, id, at, nick, key, target == 1)
    return Message(room, seq, id, at, nick, key, body, target or 0, _file(file))


def _file(kept: str | None) -> File | None:
    try:
        return None if kept is None else msgspec.json.decode(kept, type=File)
    except msgspec.MsgspecError as error:
        raise StoreFailed(path="the journal", detail=str(error)) from error
