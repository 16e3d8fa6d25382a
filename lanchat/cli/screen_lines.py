"""What a terminal shows of a chat: events as lines of styled text; pure, it prints nothing and asks no clock.

A line is a list of fragments, each the name of a style with a text that was cleaned. Without colours it reads as well:
each line of a message has its author in front, so that no text can pass for somebody else's, or for a notice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, tzinfo
from typing import Final

from lanchat.cli import one_line
from lanchat.cli.here import Here
from lanchat.client import events
from lanchat.client.deeds import ban_in_words, rules_in_words
from lanchat.gui.model import wording
from lanchat.gui.model.chat import ChatModel, Link
from lanchat.gui.model.people import hue_of
from lanchat.gui.model.room import RoomModel
from lanchat.gui.model.timeline import Block, Kind, Sent
from lanchat.protocol.files import file_in_words
from lanchat.protocol.frames import Archived, Entry, Message, Topic
from lanchat.protocol.text import CHANGED_ONE, DELETED_ONE, PINNED_ONE, UNPINNED_ONE

Line = list[tuple[str, str]]
DIM: Final = "class:dim"
NOTICE: Final = "class:notice"
ERROR: Final = "class:error"
ROOM: Final = "class:room"
CALLED: Final = "class:called"
SHOWN: Final = 50  # messages of a room that are shown on going there: a screen
MAX_NAMES: Final = 30  # people who are named on joining
MAX_QUOTE: Final = 80  # characters of what is answered: one line
_GAP: Final = " " * 6  # as wide as the time


def notice(text: str) -> Line:
    return [(NOTICE, f"* {one_line(text)}")]


def problem(text: str) -> Line:
    return [(ERROR, f"! {one_line(text)}")]


def title(model: ChatModel, room: RoomModel) -> str:
    """“#games”, or “@Bo” for a conversation with Bo."""
    return ("@" if room.direct else "#") + model.label(room)


class ScreenLines:
    """Of one chat. model: has taken in each event before it comes here. link: of an invitation, from its token. zone:
    of the times; None: this machine's. wants: whether an entry is shown although another room is open."""

    def __init__(
        self,
        model: ChatModel,
        link: Callable[[str], str],
        zone: tzinfo | None = None,
        wants: Callable[[RoomModel, Entry], bool] = lambda *_: True,
    ) -> None:
        self._model, self._link, self._zone, self._wants = model, link, zone, wants
        self._seen: dict[str, int] = {}  # by room, the last seq that was shown
        self._here = Here()
        self._rules = ""
        self._lost = self._again = False

    def of(self, event: events.Event, now: float) -> list[Line]:
        """What is to be shown of it; now: s since 1970."""
        match event:
            case events.Message() | events.Edited() | events.Reacted() | events.Deleted():
                return self._entry(event, now)
            case events.Topic() | events.Archived() | events.Pinned():
                return self._entry(event, now)
            case events.Page():
                return self._page(event, now)
            case events.Roster():
                names = self._here.replace(event)
                return [] if self._again or not event.first else [notice(f"Here: {_names(names)}")]
            case events.Presence(changes=changes):
                return [notice(told) for told in map(self._here.change, changes) if told]
            case events.Rules():
                return self._on_rules(rules_in_words(event))
            case events.Outcome():
                return self._outcome(event)
            case events.Failed(text=text, detail=detail):
                return [problem(f"Not sent: “{text[:60]}”: {detail}")]
            case events.Queued(text=text) if self._model.link is not Link.JOINED:
                return [_waiting(text)]
            case events.Error(detail=detail):
                return [problem(detail)]
            case _:
                return self._of_the_link(event)

    def _of_the_link(self, event: events.Event) -> list[Line]:
        match event:
            case events.Joined(welcome=welcome, again=again, new_journal=new_journal):
                self._lost, self._again, self._rules = False, again, ""
                if new_journal:
                    self._seen.clear()
                hint = "Connected again." if again else "/help shows what you can do, Ctrl-D leaves."
                return [notice(f"You are {welcome.nick} in “{welcome.name}”. {hint}")]
            case events.Lost(detail=detail) if not self._lost:
                self._lost = True
                return [problem(f"{detail} Trying again; what you say meanwhile is sent then.")]
            case events.Refused(detail=detail):
                return [problem(f"{detail} Take another name with /nick NAME to come back in.")]
        return []

    def _on_rules(self, now: str) -> list[Line]:
        """Told when they change."""
        changed, self._rules = now != self._rules, now
        return [notice(f"Now: {now or 'everybody may come, and say as much as they like'}")] if changed else []

    def _outcome(self, outcome: events.Outcome) -> list[Line]:
        if outcome.code:
            return [problem(outcome.detail)]
        if outcome.token:
            return [notice(self._link(outcome.token))]
        told = [*map(ban_in_words, outcome.bans), outcome.detail or ("" if outcome.room else "That is all.")]
        return [notice(line) for line in told if line]

    # Entries

    def _entry(self, entry: Entry, now: float) -> list[Line]:
        """A live one; of another room than the one that is open with that room's name in front."""
        room = self._model.rooms.find(entry.room)
        if entry.seq <= self._seen.get(room.name, 0):
            return []
        self._seen[room.name] = entry.seq
        if room is not self._model.current and not self._wants(room, entry):
            return []
        lines = self._message(room, entry, now) if isinstance(entry, Message) else self._later(room, entry)
        return lines if room is self._model.current else self._elsewhere(room, lines)

    def _elsewhere(self, room: RoomModel, lines: Sequence[Line]) -> list[Line]:
        return [[(ROOM, f"{title(self._model, room)} "), *line] for line in lines]

    def _page(self, page: events.Page, now: float) -> list[Line]:
        """What was missed in the room that is open, or said to us alone. The rest is counted until somebody goes
        there."""
        room = self._model.rooms.find(page.room)
        seen = self._seen.get(room.name, 0)
        new = [entry for entry in page.entries if entry.seq > seen]
        if not new or not page.catchup:
            return []
        self._seen[room.name] = new[-1].seq
        if room is not self._model.current:
            others = [entry for entry in new if isinstance(entry, Message) and entry.key != self._model.own_key]
            unread = others[-room.unread :] if room.direct and room.unread else []
            unread = [entry for entry in unread if self._wants(room, entry)]
            return self._elsewhere(room, [line for entry in unread for line in self._message(room, entry, now)])
        messages = {entry.seq for entry in new if isinstance(entry, Message)}
        lines = []
        for entry in new:
            if isinstance(entry, Message):
                lines += self._message(room, entry, now)
            elif isinstance(entry, Topic | Archived) or entry.target not in messages:  # else it is in the message
                lines += self._later(room, entry)
        return lines

    def _later(self, room: RoomModel, entry: Entry) -> list[Line]:
        """What is no message, and may be about one."""
        who = wording.name(entry.nick)
        match entry:
            case Topic() | Archived():
                return [notice(wording.change_of_room(entry))]
            case events.Edited(target=target, text=text):
                author = self._author(entry.nick, entry.key)
                said = [[(DIM, _GAP), author, ("", f": {one_line(line)}")] for line in text.split("\n")] if text else []
                return [notice(f"{who} {CHANGED_ONE}: #{target}"), *said]
            case events.Reacted(target=target, emoji=emoji, on=on):
                about = room.timeline.message((target, 0))
                quoted = f" “{_short(room.timeline.versions(about)[-1][1])}”" if about is not None else ""
                what = f"reacted with {emoji} to" if on else f"took back {emoji} from"
                return [notice(f"{who} {what} #{target}{quoted}")]
            case events.Pinned(target=target, on=on):
                return [notice(f"{who} {PINNED_ONE if on else UNPINNED_ONE}: #{target}")]
            case events.Deleted(target=target):
                return [notice(f"{who} {DELETED_ONE}: #{target}")]
        return []

    def _message(self, room: RoomModel, message: Message, now: float) -> list[Line]:
        """As it stands now, whatever came of it since."""
        timeline = room.timeline
        place = timeline.place((message.seq, 0))
        if place >= len(timeline) or timeline.key_at(place) != (message.seq, 0):
            return []  # older than all that is kept
        block = timeline.blocks(place, place + 1, self._date(now))[0]
        return self._block(block, message)

    def _block(self, block: Block, message: Message) -> list[Line]:
        number = f"#{message.seq} "
        at = datetime.fromtimestamp(message.at / 1000, self._zone)
        gap = (DIM, _GAP + " " * len(number))
        lines: list[Line] = []
        if block.quote is not None:
            who = f"{block.quote.nick}: " if block.quote.nick else ""
            lines.append([gap, (DIM, f"┌ #{block.quote.seq} {who}{_short(block.quote.text)}")])
        author = self._author(message.nick, message.key)
        style = DIM if block.gone else CALLED if block.called else ""
        head = (DIM, f"{at:%H:%M} {number}")
        if block.file is not None:
            get = (DIM, f" – /get {message.seq}")
            lines.append([head, author, ("", f" sent a file: {one_line(file_in_words(block.file))}"), get])
            head = gap
        for text in block.text.split("\n") if block.text or block.file is None else ():
            lines.append([head, author, ("", ": "), (style, one_line(text))])
            head = gap
        if message.key is None:
            lines[-1].append((DIM, " (guest)"))
        if block.edited:
            lines[-1].append((DIM, " (edited)"))
        told = [f"{r.emoji} {_names(list(map(wording.name, r.people)))}" for r in block.reactions]
        return lines + ([[gap, (DIM, f"└ {one_line(' · '.join(told))}")]] if told else [])

    def _author(self, nick: str, key: str | None) -> tuple[str, str]:
        return f"class:name{hue_of(key, nick)}", one_line(wording.name(nick))

    def _date(self, now: float) -> date:
        return datetime.fromtimestamp(now, self._zone).date()

    # Going to a room

    def room(self, now: float) -> list[Line]:
        """The room that is open from now on: its name and topic, and what was said there last."""
        room = self._model.current
        timeline = room.timeline
        self._seen[room.name] = max(self._seen.get(room.name, 0), timeline.last_seq)
        topic = wording.sentence(room.info.topic)
        lines: list[Line] = [[(ROOM, f"── {title(self._model, room)}{f': {topic}' if topic else ''} ──")]]
        start = max(0, len(timeline) - SHOWN)
        for block in timeline.blocks(start, len(timeline), self._date(now)):
            lines += [[(DIM, f"── {line} ──")] for line in (block.day, block.missed) if line]
            message = timeline.message(block.key)
            if block.kind is Kind.NOTICE:
                lines.append(notice(block.text))
            elif message is not None:
                lines += self._block(block, message)
            elif block.sent is Sent.YES:
                lines.append([(DIM, f"{_GAP}#{block.key[0]} {one_line(block.text)}")])
            else:
                lines.append(_waiting(block.text))
        return lines

    def rooms(self, names: Iterable[RoomModel], *, ours: bool) -> list[Line]:
        """A line each: what is unread there, and what it is about."""
        lines: list[Line] = []
        for room in names:
            here = "you are here" if room is self._model.current else ""
            unread = f"{room.unread} new" if room.unread else ""
            called = f"{room.called} for you" if room.called else ""
            notes = [here, unread, called, "" if ours else "/join it", "archived" if room.info.archived else ""]
            told = [" · ".join(filter(None, notes)), wording.sentence(room.info.topic)]
            lines.append(
                [(ROOM, f"  {title(self._model, room)}"), ("", "".join(f" – {text}" for text in told if text))]
            )
        return lines


def _waiting(text: str) -> Line:
    return [(DIM, f"… {_short(text)} (waits to be sent)")]


def _short(text: str) -> str:
    return wording.one_line(one_line(text), MAX_QUOTE)


def _names(names: Sequence[str]) -> str:
    """At most MAX_NAMES of them."""
    more = len(names) - MAX_NAMES
    return ", ".join(names[:MAX_NAMES]) + (f" and {more} more" if more > 0 else "")
