"""Where somebody may go on a server: rooms and people, found by what is typed. No tkinter."""

from __future__ import annotations

import unicodedata
from typing import Final, Literal, NamedTuple

from lanchat.errors import LocalProtocolError
from lanchat.gui.model import wording
from lanchat.gui.model.chat import ChatModel
from lanchat.gui.model.room import RoomModel
from lanchat.protocol.rooms import clean_name

MAX_SHOWN: Final = 200  # of rooms and people: who looks for more types more


class Destination(NamedTuple):
    """kind: what going there means: open a room that we follow, enter one that we do not, make one, talk to a person.
    name: of the room; of a person the key."""

    kind: Literal["open", "enter", "make", "person"]
    name: str
    label: str
    note: str = ""
    unread: int = 0


def destinations(model: ChatModel, typed: str) -> list[Destination]:
    """Those that fit, the likeliest first; a room that could be made comes last."""
    wanted = _fold(typed.strip().lstrip("#@"))
    found = [_conversation(model, room) for room in model.conversations()]
    found += [_other(room) for room in model.rooms if _is_other(model, room)]
    met = {p.key for room in model.conversations() if len(room.info.people) == 2 for p in room.info.people}
    for person in model.people():
        if not person.me and person.has_key and person.who not in met:
            found.append(Destination("person", person.who, person.nick, "in private"))
    fitting = [d for d in found if wanted in _fold(d.label)]
    fitting.sort(key=lambda d: (not _fold(d.label).startswith(wanted), not d.unread) if wanted else (False, False))
    return fitting[:MAX_SHOWN] + ([new] if (new := _new(model, typed)) else [])


def _is_other(model: ChatModel, room: RoomModel) -> bool:
    return not (room.followed or room is model.rooms.first or room.direct)


def _conversation(model: ChatModel, room: RoomModel) -> Destination:
    label = model.label(room)
    return Destination("open", room.name, label if room.direct else f"#{label}", _about(room), room.counted)


def _other(room: RoomModel) -> Destination:
    return Destination("enter", room.name, f"#{wording.name(room.name)}", _about(room) or "not entered")


def _about(room: RoomModel) -> str:
    archived = ["archived"] if room.info.archived else []
    return " · ".join([*archived, *filter(None, [wording.sentence(room.info.topic)])])


def _new(model: ChatModel, typed: str) -> Destination | None:
    """The room that could be made of what is typed."""
    try:
        name = clean_name(typed.strip())
    except LocalProtocolError:
        return None
    if any(_fold(room.name) == _fold(name) for room in model.rooms):
        return None
    return Destination("make", name, f"#{name}", "make this room")


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
