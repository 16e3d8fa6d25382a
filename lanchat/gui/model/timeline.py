"""What the message list shows, in order: entries by seq, notices between them, what waits to be sent at the end.

It answers with Blocks, which say everything about how one item is drawn, so that the list on the screen is brought
up to date by comparing what it shows with what it should show. No widget, no clock.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Final, TypeVar

from lanchat.client.fold import Fold, Reaction
from lanchat.client.markup import words
from lanchat.client.mentions import mentions
from lanchat.gui.model import wording
from lanchat.gui.model.block import TOP as TOP
from lanchat.gui.model.block import Block as Block
from lanchat.gui.model.block import Key as Key
from lanchat.gui.model.block import Kind as Kind
from lanchat.gui.model.block import Quote as Quote
from lanchat.gui.model.block import Sent as Sent
from lanchat.gui.model.dates import day_words, moment
from lanchat.gui.model.notice import Notice
from lanchat.gui.model.people import hue_of, initials
from lanchat.protocol.files import caption
from lanchat.protocol.frames import Archived, Change, Deleted, Entry, Message, Pinned, Pins, Topic
from lanchat.protocol.text import NO_LONGER_KEPT, clean_text, fold_nick

MAX_KEPT: Final = 50_000  # entries in memory, some 25 MB of usual messages; older ones are loaded again on scrolling
MAX_CHARACTERS: Final = 16_000_000  # of all texts in memory: 64 MB at most, whoever writes what
MAX_WAITING_SHOWN: Final = 200  # messages not sent yet that are drawn; all are counted
GROUP: Final = 5 * 60 * 1000  # ms within which messages of one author stand under one name
WAITING: Final = 2**62  # the seq of what has none yet: after everything
T = TypeVar("T", int, Key)


@dataclass(slots=True)
class _Item:
    """A message, a notice, or a message of ours that waits (then number counts up). told: what an entry that is no
    message says."""

    message: Message | None = None
    notice: Notice | None = None
    told: str = ""
    sent: Sent = Sent.YES
    detail: str = ""
    before: tuple[Key | None, Message | None] = (None, None)  # the item and the message before it when `block` was made
    block: Block | None = None


class Timeline:
    """Entries of one room and what stands between and below them. zone: of the times shown; None: this machine's.
    own_key: ours."""

    def __init__(self, zone: tzinfo | None = None, own_key: str | None = None) -> None:
        self._zone = zone
        self._today = date.min
        self._keys: list[Key] = []
        self._items: dict[Key, _Item] = {}
        self._seqs: list[int] = []
        self._characters = 0
        self._waiting: dict[str, Key] = {}
        self._number = 0
        self._own_key, self._own_nick = own_key, ""
        self._fold = Fold(own_key)
        self._seen: tuple[int, str] = (0, "")  # below which message stands who has read it
        self._answers: dict[int, set[int]] = {}  # seqs of messages to those of their answers that are here
        self._last_seq = 0
        self._missed: tuple[int, str] | None = None  # after which seq a line stands, and its text

    def be_called(self, nick: str) -> None:
        """Our name from now on."""
        if nick != self._own_nick:
            self._own_nick = nick
            for item in self._items.values():
                item.block = None

    # What happened

    def add(self, entries: Iterable[Entry]) -> list[Message]:
        """Takes in entries, in any order; returns the messages that are new."""
        new = []
        for entry in entries:
            self._last_seq = max(self._last_seq, entry.seq)
            if isinstance(entry, Topic | Archived | Pinned):
                self._tell(entry)
            if isinstance(entry, Topic | Archived):
                continue
            if not isinstance(entry, Message):
                self._fold.add(entry)
                self._draw_anew(entry.target)
                continue
            key = (entry.seq, 0)
            if key in self._items or not self._worth_keeping(entry):
                continue
            self._insert(key, _Item(message=entry))
            _put(self._seqs, entry.seq)
            self._characters += len(entry.text)
            new.append(entry)
            if entry.reply:
                self._answers.setdefault(entry.reply, set()).add(entry.seq)
            if entry.seq in self._answers:
                self._draw_anew(entry.seq)
        self._forget_oldest()
        return new

    def _tell(self, entry: Topic | Archived | Pinned) -> None:
        if (entry.seq, 0) not in self._items and not (self.full and self._seqs and entry.seq < self._seqs[0]):
            self._insert((entry.seq, 0), _Item(told=wording.change_of_room(entry)))

    def since(self, seq: int) -> list[Message]:
        """The messages above this seq."""
        found = (self._items[s, 0].message for s in self._seqs[bisect_right(self._seqs, seq) :])
        return [message for message in found if message is not None]

    def _draw_anew(self, seq: int) -> None:
        """A message reads otherwise, and what answers it quotes it otherwise."""
        for changed in (seq, *self._answers.get(seq, ())):
            if item := self._items.get((changed, 0)):
                item.block = None

    def message(self, key: Key) -> Message | None:
        """The entry that stands there and is not deleted; None: something else does, or nothing."""
        item = self._items.get(key)
        gone = self._fold.deleted(key[0]) is not None or item is None or item.sent is not Sent.YES
        return None if item is None or gone else item.message

    def last_of(self, nick: str) -> Message | None:
        """The latest message of somebody that is not deleted."""
        return self._last(lambda m: fold_nick(m.nick) == fold_nick(nick))

    def last_by(self, key: str) -> Message | None:
        """The latest message of a key that is not deleted."""
        return self._last(lambda m: m.key == key)

    def _last(self, fits: Callable[[Message], bool]) -> Message | None:
        messages = (self.message((seq, 0)) for seq in reversed(self._seqs))
        return next((m for m in messages if m is not None and m.text and fits(m)), None)

    def versions(self, message: Message) -> list[tuple[datetime, str]]:
        """Its texts, from the first to the one that holds, with their times."""
        return [(self._time(at), clean_text(text)) for at, text in self._fold.versions(message)]

    def tell_pins(self, pins: Pins) -> None:
        """A server says what is pinned."""
        self._fold.told(pins)
        for pin in pins.pins:
            self._draw_anew(pin.seq)

    def pins(self) -> list[Quote]:
        """What is pinned, in one line each, the first pinned first; as far as it is here it reads as it does now."""
        known = ((self._quote(pin.seq), pin) for pin in self._fold.pins())
        return [
            quote if quote.nick or not pin.nick else Quote(pin.seq, wording.name(pin.nick), wording.sentence(pin.text))
            for quote, pin in known
        ]

    def pinned(self, seq: int) -> bool:
        return self._fold.pinned(seq)

    def mark_seen(self, seq: int, words: str) -> None:
        """Who has read it stands below this message, and below no other."""
        before, self._seen = self._seen, (seq, words)
        if before != self._seen:
            self._draw_anew(before[0])
            self._draw_anew(seq)

    def reactions(self, seq: int) -> tuple[Reaction, ...]:
        """Below a message."""
        return self._fold.reactions(seq)

    def wait(self, message: Message) -> None:
        """A message of ours is on its way; its seq does not count."""
        if message.id in self._waiting:
            item = self._items[self._waiting[message.id]]
            item.sent, item.detail = Sent.WAITING, ""
            return
        self._number += 1
        key = (WAITING, self._number)
        self._waiting[message.id] = key
        self._insert(key, _Item(message=message, sent=Sent.WAITING))

    def fail(self, message: Message, detail: str) -> None:
        """It will not be sent."""
        self.wait(message)
        item = self._items[self._waiting[message.id]]
        item.sent, item.detail = Sent.FAILED, detail

    def settle(self, id: str) -> None:  # noqa: A002 - the wire's word
        """It is an entry now, or was deleted: it waits no longer."""
        key = self._waiting.pop(id, None)
        if key is not None:
            self._remove(key)

    def note(self, change: Change) -> None:
        """Somebody came, left or has another name: into the last notice if nothing was said since."""
        last = self._seqs[-1] if self._seqs else 0
        place = bisect_left(self._keys, (WAITING, 0)) - 1
        key = self._keys[place] if place >= 0 else (last, 0)
        item = self._items.get(key)
        if item is None or item.notice is None or not item.notice.takes(change):
            key = (last, key[1] + 1 if key[0] == last else 1)
            item = _Item(notice=Notice())
            self._insert(key, item)
        if item.notice:
            item.notice.add(change)
            if not item.notice.text():
                self._remove(key)

    def mark_missed(self, seq: int, count: int) -> None:
        """A line stands after the entry `seq`: `count` others came while nobody looked. 0 or less: no line."""
        text = "1 message you missed" if count == 1 else f"{count:,} messages you missed"
        self._missed = (seq, text) if count > 0 else None
        for item in self._items.values():
            item.block = None

    @property
    def missed(self) -> int | None:
        """The seq after which the line stands."""
        return self._missed[0] if self._missed else None

    def clear(self) -> None:
        """Forget all but what waits."""
        kept = bisect_left(self._keys, (WAITING, 0))
        for key in self._keys[:kept]:
            del self._items[key]
        del self._keys[:kept]
        self._seqs.clear()
        self._fold.clear()
        self._answers.clear()
        self._last_seq = 0
        self._characters = 0

    # What is shown

    def __len__(self) -> int:
        return len(self._keys)

    @property
    def first_seq(self) -> int | None:
        return self._seqs[0] if self._seqs else None

    @property
    def last_seq(self) -> int:
        """Of all entries, also those that are no messages."""
        return self._last_seq

    @property
    def full(self) -> bool:
        """Nothing older is taken in."""
        return len(self._seqs) >= MAX_KEPT or self._characters >= MAX_CHARACTERS

    @property
    def waiting(self) -> int:
        """How many messages are still to be sent."""
        return sum(self._items[key].sent is Sent.WAITING for key in self._waiting.values())

    def key_at(self, place: int) -> Key:
        return self._keys[place]

    def place(self, key: Key) -> int:
        """Where `key` stands or would stand."""
        return bisect_left(self._keys, key)

    def messages_after(self, key: Key) -> int:
        """How many entries follow."""
        return len(self._seqs) - bisect_right(self._seqs, key[0])

    def blocks(self, start: int, end: int, today: date) -> list[Block]:
        """The items from place `start` to before `end`, as they are drawn on that day."""
        if today != self._today:
            self._today = today
            for item in self._items.values():
                item.block = None
        hidden = max(0, len(self._waiting) - MAX_WAITING_SHOWN)
        first_waiting = len(self._keys) - len(self._waiting)
        places = (p for p in range(start, end) if not first_waiting <= p < first_waiting + hidden)
        return [self._block(place) for place in places]

    # Drawing one item

    def _block(self, place: int) -> Block:
        key = self._keys[place]
        item = self._items[key]
        earlier = self._message_before(place)
        before = (self._keys[place - 1] if place else None, earlier)
        if item.block is None or item.before != before or item.sent is not Sent.YES or item.notice:
            item.before = before
            told = item.notice.text() if item.notice else item.told
            notice = Block(key=key, kind=Kind.NOTICE, text=told) if told else None
            item.block = notice or self._message_block(place, key, item, earlier)
        return item.block

    def _message_block(self, place: int, key: Key, item: _Item, earlier: Message | None) -> Block:
        message = item.message
        assert message is not None
        at = self._time(message.at)
        day = "" if earlier and self._time(earlier.at).date() == at.date() else day_words(at.date(), self._today)
        neighbour = self._items[self._keys[place - 1]].message if place else None
        missed = ""
        if self._missed and key[0] > self._missed[0] and (earlier is None or earlier.seq <= self._missed[0]):
            missed = self._missed[1] if key[0] < WAITING else ""
        deleted = self._fold.deleted(key[0])
        versions = self._fold.versions(message)
        head = bool(day or missed) or neighbour is None or not _same_group(neighbour, message)
        return Block(
            key=key,
            kind=Kind.MESSAGE,
            text=_tombstone(message, deleted) if deleted else _text(message, versions[-1][1]),
            file=None if deleted else message.file,
            called=not deleted and message.key != self._own_key and mentions(versions[-1][1], self._own_nick),
            edited=len(versions) > 1 and not deleted,
            pinned=item.sent is Sent.YES and self._fold.pinned(key[0]),
            seen=self._seen[1] if key[0] == self._seen[0] else "",
            quote=self._quote(message.reply) if message.reply and not deleted else None,
            reactions=() if deleted else self._fold.reactions(key[0]),
            gone=deleted is not None or not message.text,
            day=day,
            missed=missed,
            head=head,
            nick=wording.name(message.nick) if head else "",
            time=at.strftime("%H:%M") if head else "",
            hue=hue_of(message.key, message.nick) if head else 0,
            initials=initials(message.nick) if head else "",
            guest=head and message.key is None,
            sent=item.sent,
            id=message.id if item.sent is not Sent.YES else "",
            detail=wording.sentence(item.detail),
        )

    def _quote(self, seq: int) -> Quote:
        """What an answer answers, in one line."""
        message = self._items[seq, 0].message if (seq, 0) in self._items else None
        if message is None:
            return Quote(seq, "", "an earlier message")
        text = "deleted" if self._fold.deleted(seq) else self._fold.versions(message)[-1][1] or NO_LONGER_KEPT
        return Quote(seq, wording.name(message.nick), wording.sentence(words(text)))

    def _message_before(self, place: int) -> Message | None:
        for earlier in range(place - 1, -1, -1):
            if message := self._items[self._keys[earlier]].message:
                return message
        return None

    def _time(self, at: int) -> datetime:
        return moment(at, self._zone)

    # Keeping order and bounds

    def _worth_keeping(self, entry: Message) -> bool:
        return not (self.full and self._seqs and entry.seq < self._seqs[0])

    def _insert(self, key: Key, item: _Item) -> None:
        self._items[key] = item
        _put(self._keys, key)

    def _remove(self, key: Key) -> None:
        del self._items[key]
        del self._keys[bisect_left(self._keys, key)]

    def _forget_oldest(self) -> None:
        """Down to the bounds, with a tenth to spare so that it is not done for every message."""
        if len(self._seqs) <= MAX_KEPT and self._characters <= MAX_CHARACTERS:
            return
        drop = 0
        while len(self._seqs) - drop > MAX_KEPT * 9 // 10 or self._characters > MAX_CHARACTERS * 9 // 10:
            message = self._items[self._seqs[drop], 0].message
            self._answers.pop(self._seqs[drop], None)
            self._characters -= len(message.text) if message else 0
            drop += 1
        kept = bisect_left(self._keys, (self._seqs[drop], 0))
        for key in self._keys[:kept]:
            del self._items[key]
        del self._keys[:kept], self._seqs[:drop]


def _put(ordered: list[T], new: T) -> None:
    """Mostly it is the last."""
    if not ordered or new > ordered[-1]:
        ordered.append(new)
    else:
        insort(ordered, new)


def _text(message: Message, latest: str) -> str:
    if message.file is not None:
        return clean_text(caption(latest, message.file))
    return clean_text(latest) or NO_LONGER_KEPT


def _tombstone(message: Message, deleted: Deleted) -> str:
    own = message.key is not None and message.key == deleted.key
    return "Deleted" if own else f"Deleted by {wording.name(deleted.nick)}"


def _same_group(earlier: Message, later: Message) -> bool:
    same = (earlier.nick, earlier.key) == (later.nick, later.key)
    return same and abs(later.at - earlier.at) <= GROUP
