"""What the chat screen knows of one room: its messages, what is unread, who writes. No tkinter, no clock.

The link, the people and the other rooms are the business of model.chat. Times are seconds since 1970, passed in.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from lanchat.client import events
from lanchat.client.mentions import mentions
from lanchat.client.preferences import Level
from lanchat.gui.model import wording
from lanchat.gui.model.people import Names
from lanchat.gui.model.readers import Readers
from lanchat.gui.model.timeline import TOP, Block, Kind, Timeline
from lanchat.protocol.frames import Message
from lanchat.protocol.limits import TYPING_LASTS
from lanchat.protocol.rooms import RoomInfo

MAX_TYPING: Final = 50  # people who write at the same time and are remembered


class RoomModel:
    """own_key: ours. followed: we are in it."""

    def __init__(self, name: str, own_key: str) -> None:
        self.info = RoomInfo(name)
        self.own_key = own_key
        self.timeline = Timeline(own_key=own_key)
        self.followed = False
        self.unread = self.called = 0  # messages that nobody looked at; those that call us among them
        self.level: Level | None = None  # what is told of it; None: as of others
        self.draft = ""  # written and not sent, while another room is open
        self.view_top = 0  # the first seq that was in view then; 0: the end was
        self.nick = ""
        self.loading = False
        self._complete = False  # its first entry is in the timeline
        self._head = 0  # when we entered it
        self._read = 0  # the last seq that counts as read
        self._seen = 0  # the last seq that came while somebody looked
        self._reached = 0  # the last seq known when the reader was at the end; 0: they never were
        self._resumed = 0  # the highest that `resume_at` was told since we entered
        self.readers = Readers(own_key)
        self._typing: dict[str, float] = {}  # nicknames, and until when they count as writing

    @property
    def name(self) -> str:
        return self.info.name

    @property
    def direct(self) -> bool:
        return self.info.direct

    @property
    def muted(self) -> bool:
        """Nothing of it is told."""
        return self.level == "nothing"

    @property
    def counted(self) -> int:
        """How many of the unread messages we want to know of."""
        return 0 if self.muted else self.called if self.level == "mentions" else self.unread

    @property
    def sign(self) -> str:
        """The name of its icon."""
        if self.direct:
            return "person" if len(self.info.people) == 2 else "people"
        return "lock" if self.info.archived else "hash"

    def label(self, names: Names) -> str:
        """What it is called. names: of who is here. A conversation: by the others, in the order of their names, not of
        their keys, which differs from one to the next."""
        if not self.direct:
            return wording.name(self.name)
        others = [names.of(person) for person in self.info.people if person.key != self.own_key]
        return ", ".join(sorted(others, key=str.casefold)) or "?"

    # Coming in

    def clear(self) -> None:
        """Its journal is another one."""
        self.timeline.clear()
        self.readers.clear()
        self._reached = 0
        self._complete = False

    def entered(self, head: int, read: int, *, again: bool = False, new: bool = False) -> None:
        """We follow it from now on. read: what the server knows that we have read; 0: nothing. again: after a break.
        new: it is of another journal than what was seen."""
        self.followed, self.loading = True, False
        self._complete = self._complete or head == 0
        self._head, self._resumed = head, 0
        if read:
            self._read = max(self._seen, read)
        elif not self._read and not self.direct:  # a newcomer has missed nothing
            self._read = head
        self._reached = self._reached or read or self._read
        self._count_anew()
        if not new:
            self.resume_at(max(self._seen if again else 0, read))

    def resume_at(self, seen: int) -> None:
        """The last seq that was seen before; what came since then is marked. 0: unknown."""
        if not max(1, self._resumed) <= seen <= self._head:  # a device knew better, or it is of another journal
            return
        self._resumed = seen
        self._reached = min(self._reached, seen) or seen
        self.timeline.mark_missed(seen, self._head - seen)

    def call_us(self, nick: str) -> None:
        """Our name from now on."""
        self.nick = nick
        self.timeline.be_called(nick)

    # Messages

    def message(self, event: Message, *, looked_at: bool) -> bool:
        """A live one; whether it is new and of somebody else."""
        self._typing.pop(event.nick, None)
        new = self.timeline.add([event])
        self.mark_seen()
        if not new or looked_at or event.seq <= self._read:
            return False
        return self._count([event]) > 0

    def page(self, event: events.Page, *, looked_at: bool) -> None:
        new = self.timeline.add(event.entries)
        self.mark_seen()
        if not looked_at:
            self._count([entry for entry in new if entry.seq > self._read])
        if not event.catchup:
            self.loading = False
        if event.start:
            self._complete = True

    def _count(self, entries: list[Message]) -> int:
        others = [entry for entry in entries if entry.key is None or entry.key != self.own_key]
        self.unread += len(others)
        self.called += sum(mentions(entry.text, self.nick) for entry in others) if not self.direct else len(others)
        return len(others)

    def _count_anew(self) -> None:
        self.unread = self.called = 0
        self._count(self.timeline.since(self._read))

    def look(self) -> None:
        """Somebody sees it now: nothing is unread."""
        self.unread = self.called = 0
        self._seen = max(self._seen, self.timeline.last_seq)
        self._read = max(self._read, self._seen)

    def open(self) -> None:
        """It is shown from now on: what nobody looked at is marked."""
        self._reached = self._reached or self._read
        if self.unread:
            self.timeline.mark_missed(self._read, self.unread)

    def reach_end(self) -> None:
        """The reader is at the newest message."""
        self._reached = max(self._reached, self.timeline.last_seq)

    @property
    def below(self) -> int:
        """How many messages came since the reader was at the end; of a room just opened: since it was read."""
        return self.timeline.messages_after((self._reached, 0)) if self._reached else 0

    @property
    def seen(self) -> int:
        """The last seq that came while somebody looked."""
        return self._seen

    # What is shown

    def ask_older(self) -> int | None:
        """The seq before which older entries should be loaded; None when there is nothing to ask for now."""
        first = self.timeline.first_seq
        if self._complete or self.loading or first is None or self.timeline.full:
            return None
        self.loading = True
        return first

    def top(self, *, joined: bool, label: str) -> Block | None:
        """The line above the first message; a second line follows where nothing was said yet."""
        if self._complete:
            name = f"your conversation with {label}" if self.direct else f"#{label}"
            text = f"This is the start of {name}."
            if not len(self.timeline):
                who = "the two of you alone" if len(self.info.people) == 2 else "the people in it alone"
                seen = f"by {who}" if self.direct else "by everyone who joins"
                text += f"\nNobody has said anything yet. What you write is seen {seen}."
        elif self.loading and joined:
            text = "Loading older messages…"
        elif self.loading:
            text = "Older messages are loaded when the connection is back."
        elif self.timeline.full:
            text = "Older messages are not shown here."
        else:
            return None
        return Block(key=TOP, kind=Kind.TOP, text=text, sign=self.sign)

    def blocks(self, start: int, end: int, today: date, top: Block | None) -> list[Block]:
        """The items of the timeline from place to place as they are drawn, with the line above the first."""
        return ([top] if top and start == 0 else []) + self.timeline.blocks(start, end, today)

    # Who reads and writes

    def told(self, event: events.Seen | events.Pins) -> None:
        """What is pinned, or that somebody has read on."""
        if isinstance(event, events.Pins):
            self.timeline.tell_pins(event)
        elif event.key == self.own_key:
            self._read_elsewhere(event.seq)
        else:
            self.readers.take(event)
            self.mark_seen()

    def _read_elsewhere(self, seq: int) -> None:
        """By ourselves, on another device."""
        if seq <= self._read:
            return
        self._read = seq
        self._reached = max(self._reached, seq)
        self._count_anew()
        if self.timeline.missed is not None and self.timeline.missed < seq:
            self.timeline.mark_missed(seq, max(self.unread, self._head - seq))

    def mark_seen(self) -> None:
        """In a direct conversation it is said below our last message that it was read."""
        if not self.direct:
            return
        last = self.timeline.last_by(self.own_key)
        if last is None or not self.readers.of(last):
            self.timeline.mark_seen(0, "")
        elif len(self.info.people) == 2:
            self.timeline.mark_seen(last.seq, "Seen")
        else:
            self.timeline.mark_seen(last.seq, self.readers.in_words(last, {p.key: p.nick for p in self.info.people}))

    def typed(self, event: events.Typed, now: float) -> None:
        if event.key != self.own_key:
            self._typing[event.nick] = now + TYPING_LASTS
        while len(self._typing) > MAX_TYPING:
            del self._typing[next(iter(self._typing))]

    def who_types(self, now: float) -> str:
        names = [wording.name(nick) for nick, until in self._typing.items() if until > now]
        match names:
            case []:
                return ""
            case [one]:
                return f"{one} is typing …"
            case [one, other]:
                return f"{one} and {other} are typing …"
        return "Several people are typing …"
