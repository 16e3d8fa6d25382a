"""What the chat screen shows: the link, the people, the messages and what to say about them. No tkinter, no clock.

Events of the client go in by `apply`; the screen reads the rest. Times are seconds since 1970, passed in.
"""

from __future__ import annotations

import math
from datetime import date
from enum import Enum, auto
from typing import Final, Literal, NamedTuple, assert_never

from lanchat.client import events
from lanchat.client.deeds import rules_in_words
from lanchat.client.mentions import Completion, complete, mentions
from lanchat.gui.model import wording
from lanchat.gui.model.roster import Person, Roster
from lanchat.gui.model.timeline import TOP, Block, Kind, Timeline
from lanchat.protocol.frames import Message
from lanchat.protocol.limits import TYPING_LASTS, Code
from lanchat.protocol.moderation import Role, Rules

OLDER: Final = 100  # entries asked for at a time on scrolling back
PATIENCE: Final = 2.0  # s a message may wait while connected before the footer says so
OUTCOME: Final = 10.0  # s that it is said what came of a deed
MAX_TYPING: Final = 50  # people who write at the same time and are remembered
NAME_CODES: Final = (Code.NICK_TAKEN, Code.NICK_INVALID)


class Link(Enum):
    """How we stand with the server."""

    CONNECTING = auto()
    JOINED = auto()
    LOST = auto()
    ENDED = auto()


class Banner(NamedTuple):
    kind: Literal["warn", "danger"]
    text: str
    action: Literal["Try now", "Choose a name", "Enter the PIN", "Back to rooms"]


class Status(NamedTuple):
    """color: a role of the palette."""

    text: str
    color: Literal["online", "away", "offline"]


class ChatModel:
    """own_key: our public member key; messages that bear it are ours. address: what others type to come here."""

    def __init__(self, nick: str, own_key: str, address: str = "") -> None:
        self.nick = nick
        self.address = address
        self.link = Link.CONNECTING
        self.room = "lobby"
        self.server = address
        self.server_id = ""  # once we are in
        self.latency_ms: float | None = None
        self.timeline = Timeline(own_key=own_key)
        self.unread = self.called = 0  # messages while nobody looked; those that call us among them
        self._typing: dict[str, float] = {}  # nicknames, and until when they count as writing
        self.name_error = ""  # why our last new name was refused
        self.suggestion = ""  # a name that is free instead
        self.rules = Rules("")
        self.held = ""  # why the server takes no messages just now
        self.pin_asked = ""  # why the room wants its PIN
        self._outcome, self._outcome_until = "", 0.0  # of what we did with our role, and until when that is said
        self.problem = ""  # an error that fits nowhere else
        self.ended: str | None = None  # why there is no way back to this room
        self.own_key = own_key
        self._focused = True
        self._people = Roster(own_key)
        self._again = False
        self._head = 0  # of the room when we joined
        self._seen = 0  # the last seq that came while somebody looked
        self._resumed = 0  # the highest that `resume_at` was told since we joined
        self._complete = False  # the first entry of the room is in the timeline
        self._loading = False
        self._ever_joined = False
        self._host = address
        self._lost = ""
        self._retry_at = 0.0
        self._refused = False
        self._oldest_waiting: float | None = None
        self._slow_until = 0.0  # in slow mode, when our oldest message that waits goes out

    def apply(self, event: events.Event, now: float) -> None:
        """Takes in what the client tells."""
        match event:
            case events.Connecting():
                self._connecting(event)
            case events.Joined():
                self._joined(event)
            case events.Refused():
                self._refuse(event)
            case events.PinNeeded():
                self.pin_asked = event.detail or "This room has a PIN now."
            case events.Lost():
                self._lose(event, now)
            case events.Ended():
                self._end(event)
            case events.Message():
                self._message(event)
            case events.Page():
                self._page(event)
            case events.Queued():
                self._queued(event, now)
            case events.Failed():
                self.timeline.fail(self._own_message(event.id, event.text, round(now * 1000)), event.detail)
            case events.Roster():
                self._people.replace(event)
            case events.Presence():
                self._presence(event)
            case events.Edited() | events.Reacted() | events.Deleted():
                self.timeline.add([event])
            case events.Rules():
                self.rules = event
            case events.Typed():
                self._typed(event, now)
            case events.Outcome():
                self._outcome, self._outcome_until = wording.sentence(event.detail), now + OUTCOME
            case events.Error():
                self._error(event, now)
            case events.Found():
                pass  # shown beside the messages
            case events.Delay():
                self.latency_ms = event.latency_ms
            case _:
                assert_never(event)

    # What the screen shows

    @property
    def title(self) -> str:
        """Of the window."""
        place = " – ".join(part for part in (self.room, self.server, "lanchat") if part)
        count = f"{self.unread} · @{self.called}" if self.called else f"{self.unread}"
        return f"({count}) {place}" if self.unread else place

    @property
    def status(self) -> Status:
        match self.link:
            case Link.JOINED:
                return Status(f"Connected{_latency(self.latency_ms)}", "online")
            case Link.ENDED:
                return Status("Not connected", "offline")
            case Link.LOST if self._ever_joined:
                return Status("Reconnecting", "away")
            case _:
                return Status("Reconnecting" if self._ever_joined else "Connecting", "away")

    def banner(self, now: float) -> Banner | None:
        """What stands over the messages, if anything is wrong."""
        if self.ended is not None:
            return Banner("danger", self.ended, "Back to rooms")
        if self._refused:
            return Banner("warn", f"{self.name_error} Choose another name to come back in.", "Choose a name")
        if self.pin_asked:
            return Banner("warn", f"{self.pin_asked} Without it you are not in the room.", "Enter the PIN")
        if self.held and self.link is Link.JOINED:
            return Banner("warn", f"{self.held} Messages you write are kept here, and sent when it can.", "Try now")
        if not self._lost or self.link is Link.JOINED:
            return None
        what = f"Lost the connection to {self.server}." if self._ever_joined else f"Cannot connect: {self._lost}"
        left = math.ceil(self._retry_at - now)
        when = f"Trying again in {left} s." if self.link is Link.LOST and left > 0 else "Trying again now."
        return Banner("warn", f"{what} {when} Messages you write now are sent afterwards.", "Try now")

    def footer(self, now: float) -> str:
        """Below the composer."""
        count = self.timeline.waiting
        if count and self.link is Link.JOINED and self._slow_until > now:
            return f"Slow mode: your next message goes out in {math.ceil(self._slow_until - now)} s"
        since = self._oldest_waiting
        slow = self.link is not Link.JOINED or (since is not None and now - since > PATIENCE)
        if count and slow and self.link is not Link.ENDED:
            return "1 message waiting to be sent" if count == 1 else f"{count:,} messages waiting to be sent"
        outcome = self._outcome if now < self._outcome_until else ""
        return self.problem or outcome or self._who_types(now)

    def people(self) -> list[Person]:
        """Everybody in the room, ourselves first, then by name."""
        return self._people.list(self.timeline.hue)

    @property
    def role(self) -> Role:
        """Ours, as the server tells it; it decides anew each time."""
        return self._people.role

    @property
    def topic(self) -> str:
        """What stands beside the room's name: what holds in it just now."""
        return rules_in_words(self.rules)

    def may_delete(self, message: Message) -> bool:
        return self.is_own(message) or self.role is not Role.MEMBER

    @property
    def own_hue(self) -> int:
        return self.timeline.hue(self.nick, self.own_key)

    def top(self) -> Block | None:
        """The line above the first message; a second line follows where nothing was said yet."""
        if self._complete:
            text = f"This is the start of #{self.room}."
            if not len(self.timeline):
                text += "\nNobody has said anything yet. What you write is seen by everyone who joins."
        elif self._loading and self.link is Link.JOINED:
            text = "Loading older messages…"
        elif self._loading:
            text = "Older messages are loaded when the connection is back."
        elif self.timeline.full:
            text = "Older messages are not shown here."
        else:
            return None
        return Block(key=TOP, kind=Kind.TOP, text=text)

    def blocks(self, start: int, end: int, today: date) -> list[Block]:
        """The items of the timeline from place to place as they are drawn, with the line above the first."""
        top = self.top() if start == 0 else None
        return ([top] if top else []) + self.timeline.blocks(start, end, today)

    # What the user does

    def set_focused(self, focused: bool) -> None:
        """Is the window in front? What comes meanwhile counts as unread."""
        self._focused = focused
        if focused:
            self.unread = self.called = 0
            self._seen = max(self._seen, self.timeline.last_seq)

    def resume_at(self, seen: int) -> None:
        """The last seq that was seen before; what came since then is marked. 0: unknown."""
        if not max(1, self._resumed) <= seen <= self._head:  # a device knew better, or it is of another journal
            return
        self._resumed = seen
        self.timeline.mark_missed(seen, self._head - seen)

    @property
    def seen(self) -> int:
        """The last seq that came while somebody looked."""
        return self._seen

    def ask_older(self) -> int | None:
        """The seq before which older entries should be loaded; None when there is nothing to ask for now."""
        first = self.timeline.first_seq
        if self._complete or self._loading or first is None or self.timeline.full or self.link is Link.ENDED:
            return None
        self._loading = True
        return first

    def delete(self, id: str) -> None:  # noqa: A002 - the wire's word
        """A message of ours that failed is given up."""
        self.timeline.settle(id)

    def clear_problem(self) -> None:
        self.problem = ""

    def clear_name_error(self) -> None:
        self.name_error = self.suggestion = ""

    # The link

    def _connecting(self, event: events.Connecting) -> None:
        self._host = event.host
        self.server = self.server or event.host
        self.link = Link.CONNECTING
        self._refused, self.pin_asked = False, ""

    def _joined(self, event: events.Joined) -> None:
        welcome = event.welcome
        if event.new_journal:
            self.timeline.clear()
            self._complete = False
        self.link, self._ever_joined, self._again = Link.JOINED, True, event.again
        self.server_id = welcome.id
        self.server, self.room, self.nick = wording.name(welcome.name), wording.name(welcome.room), welcome.nick
        self.timeline.be_called(self.nick)
        self.latency_ms = event.latency_ms
        self.rules = Rules(welcome.room)  # which the server tells where they are others
        self._lost, self._refused, self._loading, self.held, self.pin_asked = "", False, False, "", ""
        self.clear_name_error()
        if welcome.head == 0:
            self._complete = True
        self._head, self._resumed = welcome.head, 0
        if not event.new_journal:
            self.resume_at(max(self._seen if event.again else 0, welcome.read))

    def _refuse(self, event: events.Refused) -> None:
        self._refused = True
        self.name_error, self.suggestion = wording.sentence(event.detail), event.suggestion or ""

    def _lose(self, event: events.Lost, now: float) -> None:
        self.link, self._retry_at = Link.LOST, now + event.retry_in
        self._lost = wording.sentence(event.detail) or "no answer."
        self._loading = False

    def _end(self, event: events.Ended) -> None:
        self.link = Link.ENDED
        self.ended = wording.sentence(str(event.error)) if event.error else None

    def _error(self, event: events.Error, now: float) -> None:
        if event.code in NAME_CODES:
            self.name_error, self.suggestion = wording.sentence(event.detail), event.suggestion or ""
        elif event.code == Code.HISTORY_BUSY:
            self._loading = False
        elif event.code == Code.NOT_STORED:
            self.held, self._loading = wording.sentence(event.detail), False
        elif event.code == Code.SLOW:
            self._slow_until = now + event.wait
        else:
            self.problem = wording.sentence(event.detail)

    # Who writes, and who is called

    def _typed(self, event: events.Typed, now: float) -> None:
        if event.key != self.own_key:
            self._typing[event.nick] = now + TYPING_LASTS
        while len(self._typing) > MAX_TYPING:
            del self._typing[next(iter(self._typing))]

    def _who_types(self, now: float) -> str:
        names = [wording.name(nick) for nick, until in self._typing.items() if until > now]
        match names:
            case []:
                return ""
            case [one]:
                return f"{one} is typing …"
            case [one, other]:
                return f"{one} and {other} are typing …"
        return "Several people are typing …"

    def complete(self, text: str, cursor: int) -> Completion | None:
        """What a name that was begun before `cursor` may become."""
        return complete(text, cursor, [person.nick for person in self.people() if not person.me])

    # Messages

    def _message(self, event: Message) -> None:
        self._settle_own(event)
        newest = self.timeline.last_seq
        self._typing.pop(event.nick, None)
        if self.timeline.add([event]) and event.seq > newest:
            self._count_unread([event])

    def _page(self, event: events.Page) -> None:
        for entry in event.entries:
            if isinstance(entry, Message):
                self._settle_own(entry)
                self._people.said_before(entry.nick, entry.key)
        newest = self.timeline.last_seq
        new = self.timeline.add(event.entries)
        if event.catchup and self._again:
            self._count_unread([entry for entry in new if entry.seq > newest])
        if not event.catchup:
            self._loading = False
        if event.start:
            self._complete = True

    def _queued(self, event: events.Queued, now: float) -> None:
        if self.link is Link.JOINED and self.timeline.missed is not None:
            self.timeline.mark_missed(0, 0)  # who answers has read
        self.timeline.wait(self._own_message(event.id, event.text, event.at, event.reply))
        self._oldest_waiting = self._oldest_waiting or now

    def _settle_own(self, entry: Message) -> None:
        """An entry of ours is the acknowledgement."""
        if self.is_own(entry):
            self._slow_until = 0.0
            self.timeline.settle(entry.id)
            self.held = ""
            if not self.timeline.waiting:
                self._oldest_waiting = None

    def is_own(self, entry: Message) -> bool:
        return entry.key is not None and entry.key == self.own_key

    def _own_message(self, id: str, text: str, at: int, reply: int = 0) -> Message:  # noqa: A002 - the wire's word
        return Message(self.room, 0, id, at, self.nick, self.own_key, text, reply)

    def _count_unread(self, entries: list[Message]) -> None:
        if not self._focused:
            others = [entry for entry in entries if entry.key != self.own_key]
            self.unread += len(others)
            self.called += sum(mentions(entry.text, self.nick) for entry in others)

    # People

    def _presence(self, event: events.Presence) -> None:
        for change in event.changes:
            if not self._people.apply(change):
                continue
            mine = change.key == self.own_key and change.key is not None
            if mine and change.change == "renamed":
                self.nick = change.nick
                self.timeline.be_called(self.nick)
                self.clear_name_error()
            if not mine or change.change not in ("joined", "left"):
                self.timeline.note(change)


def _latency(latency_ms: float | None) -> str:
    if latency_ms is None:
        return ""
    return f" · {latency_ms:.0f} ms" if latency_ms >= 1 else " · <1 ms"
