"""What the chat screen shows: the link, the people, the messages and what to say about them. No tkinter, no clock.

Events of the client go in by `apply`; the screen reads the rest. Times are seconds since 1970, passed in.
"""

from __future__ import annotations

import math
from datetime import date
from typing import Final

from lanchat.client import events
from lanchat.client.deeds import rules_in_words
from lanchat.client.mentions import Completion, complete
from lanchat.gui.model import wording
from lanchat.gui.model.dates import last_here
from lanchat.gui.model.link import Banner as Banner
from lanchat.gui.model.link import Link as Link
from lanchat.gui.model.link import Status as Status
from lanchat.gui.model.link import latency_words
from lanchat.gui.model.people import hue_of
from lanchat.gui.model.room import RoomModel
from lanchat.gui.model.rooms import RoomsModel
from lanchat.gui.model.roster import Person, Roster
from lanchat.gui.model.timeline import Block, Timeline
from lanchat.gui.model.transfers import Transfers
from lanchat.protocol.frames import Message
from lanchat.protocol.limits import Code
from lanchat.protocol.moderation import Role, Rules

OLDER: Final = 100  # entries asked for at a time on scrolling back
PATIENCE: Final = 2.0  # s a message may wait while connected before the footer says so
OUTCOME: Final = 10.0  # s that it is said what came of a deed
NAME_CODES: Final = (Code.NICK_TAKEN, Code.NICK_INVALID)


class ChatModel:
    """own_key: our public member key; messages that bear it are ours. address: what others type to come here."""

    def __init__(self, nick: str, own_key: str, address: str = "") -> None:
        self.nick = nick
        self.address = address
        self.link = Link.CONNECTING
        self.server = address
        self.server_id = ""  # once we are in
        self.latency_ms: float | None = None
        self.rooms = RoomsModel(own_key, nick)
        self.name_error = ""  # why our last new name was refused
        self.suggestion = ""  # a name that is free instead
        self.rules = Rules("")
        self.held = ""  # why the server takes no messages just now
        self.pin_asked = ""  # why the room wants its PIN
        self._outcome_failed = False
        self._outcome, self._outcome_until = "", 0.0  # of what we did with our role, and until when that is said
        self.problem = ""  # an error that fits nowhere else
        self.ended: str | None = None  # why there is no way back to this room
        self.own_key = own_key
        self._focused = True
        self._people = Roster(own_key)
        self._ever_joined = False
        self._again = False  # this connection follows another
        self._host = address
        self._lost = ""
        self._retry_at = 0.0
        self._refused = False
        self.transfers = Transfers()
        self.stopped_here = False  # the server is one of this computer's, and does not run
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
                self._failed(event, now)
            case events.Roster():
                self._people.replace(event)
            case events.Presence():
                self._presence(event, now)
            case events.Rules():
                self.rules = event
            case events.Outcome():
                self._outcome, self._outcome_until = wording.sentence(event.detail), now + OUTCOME
                self._outcome_failed = bool(event.code)
            case events.Error():
                self._error(event, now)
            case events.Found():
                pass  # shown beside the messages
            case events.Delay():
                self.latency_ms = event.latency_ms
            case events.Progress():
                self.transfers.apply(event)
            case _:
                if isinstance(event, events.Rooms):
                    self._people.were_here([person for info in event.rooms for person in info.people])
                self.rooms.apply(event, now, again=self._again)
                self._look()

    # What the screen shows

    @property
    def title(self) -> str:
        """Of the window."""
        place = " – ".join(part for part in (self.label(self.current), self.server, "lanchat") if part)
        others = [f"{self.unread}"] if self.called < self.unread else []
        count = " · ".join([*others, *([f"@{self.called}"] if self.called else [])])
        return f"({count}) {place}" if self.unread else place

    @property
    def unread(self) -> int:
        """In all rooms."""
        return self.rooms.unread

    @property
    def called(self) -> int:
        """How many of them call us."""
        return self.rooms.called

    @property
    def current(self) -> RoomModel:
        """The room that is open."""
        return self.rooms.current

    @property
    def status(self) -> Status:
        match self.link:
            case Link.JOINED:
                return Status(f"Connected{latency_words(self.latency_ms)}", "online")
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
        if self.stopped_here:
            gone = f"{self.server} does not run on this computer any more. Messages you write now wait for it."
            return Banner("warn", gone, "Open it again")
        what = f"Lost the connection to {self.server}." if self._ever_joined else f"Cannot connect: {self._lost}"
        left = math.ceil(self._retry_at - now)
        when = f"Trying again in {left} s." if self.link is Link.LOST and left > 0 else "Trying again now."
        return Banner("warn", f"{what} {when} Messages you write now are sent afterwards.", "Try now")

    def footer(self, now: float) -> str:
        """Below the composer."""
        outcome = self._outcome if now < self._outcome_until else ""
        if outcome and self._outcome_failed:  # first: nobody may believe that it was done
            return outcome
        count = self.rooms.waiting
        if count and self.link is Link.JOINED and self._slow_until > now:
            return f"Slow mode: your next message goes out in {math.ceil(self._slow_until - now)} s"
        since = self._oldest_waiting
        slow = self.link is not Link.JOINED or (since is not None and now - since > PATIENCE)
        if count and slow and self.link is not Link.ENDED:
            return "1 message waiting to be sent" if count == 1 else f"{count:,} messages waiting to be sent"
        return self.problem or outcome or self.current.who_types(now)

    def people(self) -> list[Person]:
        """Everybody in the room, ourselves first, then by name."""
        return self._people.list()

    @property
    def role(self) -> Role:
        """Ours, as the server tells it; it decides anew each time."""
        return self._people.role

    @property
    def topic(self) -> str:
        """What stands beside the room's name: what it is about, and what holds in it just now."""
        archived = "archived" if self.current.info.archived else ""
        about = wording.sentence(self.current.info.topic)
        return " · ".join(part for part in (archived, about, rules_in_words(self.rules)) if part)

    @property
    def silence(self) -> str:
        """Why nothing can be said in the open room; empty: it can."""
        if self.link is Link.ENDED:
            return "You are no longer in this room."
        return "This room is archived: nothing more is said in it." if self.current.info.archived else ""

    def may_delete(self, message: Message) -> bool:
        return self.is_own(message) or self.role is not Role.MEMBER

    @property
    def own_hue(self) -> int:
        return hue_of(self.own_key)

    def blocks(self, start: int, end: int, today: date) -> list[Block]:
        """The items of the open room from place to place as they are drawn, with the line above the first."""
        return self.current.blocks(start, end, today, self.top())

    def top(self) -> Block | None:
        """The line above the first message."""
        return self.current.top(joined=self.link is Link.JOINED, label=self.label(self.current))

    # Rooms

    @property
    def room(self) -> str:
        """The name of the one that is open."""
        return self.current.name

    @property
    def target(self) -> str:
        """The open room as the client is told of it: the first needs no name."""
        return "" if self.current is self.rooms.first else self.room

    @property
    def timeline(self) -> Timeline:
        """Of the open room."""
        return self.current.timeline

    def label(self, room: RoomModel) -> str:
        """What a room is called, by the names that people have now."""
        return room.label(self._people.names)

    def state_of(self, key: str) -> str | None:
        """How somebody with this key is on the server now (see protocol.presence); None: they are not."""
        return self._people.states.get(key)

    def partner_in_words(self, now: float) -> str:
        """How the other one is, of whom the open room is a conversation with; else empty."""
        others = [p.key for p in self.current.info.people if p.key != self.own_key]
        if len(others) != 1:
            return ""
        return self._people.in_words(others[0]) or last_here(self._people.last(others[0]), now).capitalize()

    def seen_by(self, message: Message) -> str:
        """Who has read a message of the open room, in words; empty: by nobody that we know of."""
        return self.current.readers.in_words(message, self._people.names)

    @property
    def title_of_room(self) -> str:
        """“#lobby”, or the names of those in a conversation."""
        label = self.label(self.current)
        return label if self.current.direct else f"#{label}"

    def conversations(self) -> list[RoomModel]:
        """The rooms that we follow, as they stand in the list."""
        return self.rooms.followed(self._people.names)

    def open(self, name: str) -> bool:
        """Another room is shown from now on; False: there is none of this name that we follow."""
        opened = self.rooms.open(name)
        self._look()
        return opened

    def read(self) -> list[tuple[str, int]]:
        """By room, the last seq that was seen."""
        return [(room.name, room.seen) for room in self.rooms if room.seen]

    # What the user does

    def set_focused(self, focused: bool) -> None:
        """Is the window in front? What comes meanwhile counts as unread."""
        self._focused = focused
        self._look()

    def _look(self) -> None:
        if self._focused:
            self.current.look()

    def ask_older(self) -> int | None:
        """The seq before which older entries should be loaded; None when there is nothing to ask for now."""
        return None if self.link is Link.ENDED else self.current.ask_older()

    def delete(self, id: str) -> None:  # noqa: A002 - the wire's word
        """A message of ours that failed is given up."""
        self.current.timeline.settle(id)

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
            self.rooms.clear()
        self.rooms.name_first(welcome.room)
        self.link, self._ever_joined, self._again = Link.JOINED, True, event.again
        self.server_id = welcome.id
        self.server = wording.name(welcome.name)
        self._be_called(welcome.nick)
        self.latency_ms = event.latency_ms
        self.rules = Rules(welcome.room)  # which the server tells where they are others
        self._lost, self._refused, self.held, self.pin_asked = "", False, "", ""
        self.clear_name_error()
        self.rooms.first.entered(welcome.head, welcome.read, again=event.again, new=event.new_journal)
        self._look()

    def _be_called(self, nick: str) -> None:
        self.nick = nick
        self.rooms.call_us(nick)

    def _refuse(self, event: events.Refused) -> None:
        self._refused = True
        self.name_error, self.suggestion = wording.sentence(event.detail), event.suggestion or ""

    def _lose(self, event: events.Lost, now: float) -> None:
        self.link, self._retry_at = Link.LOST, now + event.retry_in
        self._lost = wording.sentence(event.detail) or "no answer."
        self.rooms.stop_loading()

    def _end(self, event: events.Ended) -> None:
        self.link = Link.ENDED
        self.ended = wording.sentence(str(event.error)) if event.error else None

    def _error(self, event: events.Error, now: float) -> None:
        if event.code in NAME_CODES:
            self.name_error, self.suggestion = wording.sentence(event.detail), event.suggestion or ""
        elif event.code == Code.HISTORY_BUSY:
            self.rooms.stop_loading()
        elif event.code == Code.NOT_STORED:
            self.held = wording.sentence(event.detail)
            self.rooms.stop_loading()
        elif event.code == Code.SLOW:
            self._slow_until = now + event.wait
        else:
            self.problem = wording.sentence(event.detail)

    def complete(self, text: str, cursor: int) -> Completion | None:
        """What a name that was begun before `cursor` may become."""
        return complete(text, cursor, [person.nick for person in self.people() if not person.me])

    # Messages

    def _message(self, event: Message) -> None:
        room = self.rooms.find(event.room)
        self._settle_own(room, event)
        room.message(event, looked_at=self._looked_at(room))

    def _looked_at(self, room: RoomModel) -> bool:
        return self._focused and room is self.current

    def _page(self, event: events.Page) -> None:
        room = self.rooms.find(event.room)
        for message in (messages := [entry for entry in event.entries if isinstance(entry, Message)]):
            self._settle_own(room, message)
        for nick, key in dict.fromkeys((message.nick, message.key) for message in messages):
            self._people.said_before(nick, key)
        room.page(event, looked_at=self._looked_at(room))

    def _failed(self, event: events.Failed, now: float) -> None:
        room = self.rooms.find(event.room)
        room.timeline.fail(self._own_message(room, event.id, event.text, round(now * 1000)), event.detail)

    def _queued(self, event: events.Queued, now: float) -> None:
        room = self.rooms.find(event.room)
        if self.link is Link.JOINED and room.timeline.missed is not None:
            room.timeline.mark_missed(0, 0)  # who answers has read
        room.timeline.wait(self._own_message(room, event.id, event.text, event.at, event.reply))
        self._oldest_waiting = self._oldest_waiting or now

    def _settle_own(self, room: RoomModel, entry: Message) -> None:
        """An entry of ours is the acknowledgement."""
        if self.is_own(entry):
            self._slow_until = 0.0
            room.timeline.settle(entry.id)
            self.held = ""
            if not self.rooms.waiting:
                self._oldest_waiting = None

    def is_own(self, entry: Message) -> bool:
        return entry.key is not None and entry.key == self.own_key

    def _own_message(self, room: RoomModel, id: str, text: str, at: int, reply: int = 0) -> Message:  # noqa: A002
        return Message(room.name, 0, id, at, self.nick, self.own_key, text, reply)

    # People

    def _presence(self, event: events.Presence, now: float) -> None:
        for change in event.changes:
            if not self._people.apply(change, round(now * 1000)) or change.change == "status":
                continue
            mine = change.key == self.own_key and change.key is not None
            if mine and change.change == "renamed":
                self._be_called(change.nick)
                self.clear_name_error()
            if not mine or change.change not in ("joined", "left"):
                self.rooms.first.timeline.note(change)
