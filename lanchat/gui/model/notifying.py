"""What is told to somebody who does not look: client events go in, notices come out. No tkinter, no clock, no sound.

A burst is gathered into one notice, and so is what was missed while the link was down. Times are seconds that only
grow, passed in. Nothing is told while the window is looked at, of our own messages, or of what is read back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from lanchat.client import events, markup
from lanchat.client.mentions import mentions
from lanchat.client.preferences import Level, Preferences
from lanchat.gui.model import wording
from lanchat.protocol.frames import Deleted, Edited, Entry, Message
from lanchat.protocol.rooms import DIRECT

GATHER: Final = 0.4  # s from the first message to its notice: a burst comes within that, and nobody feels it
PAUSE: Final = 6.0  # s between two notices: as long as a desktop shows one
MAX_BODY: Final = 200  # characters of a message in a notice: more than desktops show
MAX_WAITING: Final = 100  # messages that are kept until their notice; more are only counted
MAX_ROOMS: Final = 10_000  # rooms whose newest message is remembered: many times what a server of ours has


class Notice(NamedTuple):
    """title, body: plain text on one line each, without invisible characters. called: somebody means us."""

    title: str
    body: str
    called: bool = False


class _Told(NamedTuple):
    """A message that waits for its notice. missed: it came while we were away."""

    room: str
    seq: int
    nick: str
    text: str
    called: bool
    missed: bool


@dataclass
class _Waiting:
    """kept: those whose words are here; the counts hold the rest, too."""

    kept: list[_Told]
    more: int = 0  # that are only counted
    more_called: int = 0
    since: float = 0.0


class Notifying:
    """Of one server. levels: of which rooms something else is told than the preferences say."""

    def __init__(self, own_key: str, preferences: Preferences, levels: Mapping[str, Level] | None = None) -> None:
        self.own_key = own_key
        self.preferences = preferences
        self.levels: dict[str, Level] = dict(levels or {})
        self.busy = False  # the person does not want to be disturbed
        self._nick = self._server = ""
        self._again = False
        self._newest: dict[str, int] = {}  # the last seq that was told of each room
        self._waiting: _Waiting | None = None
        self._last = float("-inf")  # when the last notice was taken

    def apply(self, event: events.Event, now: float, *, looking: bool) -> None:
        """looking: the window has the keyboard."""
        if looking:
            self.look()
        match event:
            case events.Joined():
                self._joined(event)
            case events.Presence():
                for change in event.changes:
                    if change.change == "renamed" and change.key == self.own_key:
                        self._nick = change.nick
            case events.Message():
                self._message(event, now, tell=not looking, missed=False)
            case events.Page() if event.catchup:
                self._page(event, now, tell=self._again and not looking)
            case events.Edited() | events.Deleted():
                self._entry(event, now, tell=False)
            case events.Seen() if event.key == self.own_key:  # they read it on another device
                self._keep(lambda told: told.room != event.room or told.seq > event.seq)
            case _:
                pass  # nothing that anybody would be called for

    def level(self, room: str) -> Level:
        return self.levels.get(room, self.preferences.notify)

    def look(self) -> None:
        """The user sees it: nothing waits any more."""
        self._waiting = None

    @property
    def due(self) -> float | None:
        """When `take` has something; None: nothing waits."""
        return None if self._waiting is None else max(self._waiting.since + GATHER, self._last + PAUSE)

    def take(self, now: float) -> Notice | None:
        """One notice for all that waits, if it is due."""
        waiting, due = self._waiting, self.due
        if waiting is None or due is None or now < due:
            return None
        self._waiting, self._last = None, now
        return _notice(waiting, self._server)

    def _joined(self, event: events.Joined) -> None:
        welcome = event.welcome
        self._nick, self._server, self._again = welcome.nick, wording.name(welcome.name), event.again
        if event.new_journal:
            self._newest.clear()
            self._waiting = None
        self._know(welcome.room)

    def _know(self, room: str, seq: int = 0) -> None:
        """Up to `seq`, the room's messages were here."""
        self._newest[room] = max(seq, self._newest.get(room, 0))
        while len(self._newest) > MAX_ROOMS:
            del self._newest[next(iter(self._newest))]

    def _page(self, page: events.Page, now: float, *, tell: bool) -> None:
        """What came meanwhile. In a room that was not known it is history, unless somebody began to talk with us."""
        tell = tell and (page.room in self._newest or is_direct(page.room))
        self._know(page.room)
        for entry in page.entries:
            self._entry(entry, now, tell=tell)

    def _entry(self, entry: Entry, now: float, *, tell: bool) -> None:
        """Of a page, or one that changes another."""
        if isinstance(entry, Message):
            self._message(entry, now, tell=tell, missed=True)
        elif isinstance(entry, Edited):
            self._change(entry.room, entry.target, entry.text or None)
        elif isinstance(entry, Deleted):
            self._change(entry.room, entry.target, None)

    def _message(self, message: Message, now: float, *, tell: bool, missed: bool) -> None:
        room = message.room
        if message.seq <= self._newest.get(room, 0):
            return  # known: it comes once more
        self._know(room, message.seq)
        called = is_direct(room) or mentions(message.text, self._nick)
        tell = tell and not self.busy and wanted(self.level(room), called=called)
        if tell and message.text and message.key != self.own_key:
            self._wait(_Told(room, message.seq, message.nick, message.text, called, missed), now)

    def _wait(self, told: _Told, now: float) -> None:
        if self._waiting is None:
            self._waiting = _Waiting([], since=now)
        waiting = self._waiting
        waiting.kept.append(told)
        if len(waiting.kept) > MAX_WAITING:
            waiting.more += 1
            waiting.more_called += waiting.kept.pop(0).called

    def _change(self, room: str, seq: int, text: str | None) -> None:
        """What waits is told as it reads now; None: not at all."""
        if text is None:
            self._keep(lambda told: (told.room, told.seq) != (room, seq))
        elif self._waiting is not None:
            self._waiting.kept = [
                told._replace(text=text) if (told.room, told.seq) == (room, seq) else told
                for told in self._waiting.kept
            ]

    def _keep(self, wanted: Callable[[_Told], bool]) -> None:
        """Of what waits, the rest is not told."""
        if self._waiting is not None:
            self._waiting.kept = list(filter(wanted, self._waiting.kept))
            if not self._waiting.kept and not self._waiting.more:
                self._waiting = None


def wanted(level: Level, *, called: bool) -> bool:
    """Whether something is told. called: it calls us."""
    return {"all": True, "mentions": called, "nothing": False}[level]


def is_direct(room: str) -> bool:
    return room.startswith(DIRECT)


def _notice(waiting: _Waiting, server: str) -> Notice:
    latest = waiting.kept[-1] if waiting.kept else None
    count = len(waiting.kept) + waiting.more
    called = sum(told.called for told in waiting.kept) + waiting.more_called
    place = " – ".join(filter(None, (_place(waiting.kept), server))) or "lanchat"
    if latest and count == 1 and not latest.missed:
        return Notice(_title(latest, place, server), shortened(markup.words(latest.text)), latest.called)
    direct = all(is_direct(told.room) for told in waiting.kept)  # then it goes without saying that we are meant
    amount = f"{count:,} messages" if count != 1 else "1 message"
    calls = f", {called:,} of them {'call' if called != 1 else 'calls'} you" if called and not direct else ""
    away = " while you were away" if any(told.missed for told in waiting.kept) else ""
    words = f"{amount}{away}{calls}."
    if latest and not latest.missed:
        words += f" The last, from {wording.name(latest.nick)}: {markup.words(latest.text)}"
    return Notice(place, shortened(words), bool(called))


def _title(told: _Told, place: str, server: str) -> str:
    who = wording.name(told.nick)
    if is_direct(told.room):
        return f"{who} writes to you – {server}"
    return f"{who} calls you in {place}" if told.called else f"{who} in {place}"


def _place(kept: list[_Told]) -> str:
    """The room of all of them; a direct one goes by who writes there. Empty: there are several."""
    if len({told.room for told in kept}) != 1:
        return ""
    last = kept[-1]
    return wording.name(last.nick) if is_direct(last.room) else f"#{wording.name(last.room)}"


def shortened(text: str) -> str:
    """One line without control, invisible or direction marks, at most MAX_BODY characters."""
    return wording.one_line(text, MAX_BODY)
