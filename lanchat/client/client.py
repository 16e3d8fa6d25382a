"""The client library: join a server, say, listen, leave. It waits for nothing but `flush` and `close`.

from lanchat import Client, Message

with Client("Studio Nord", nick="echo") as chat:
    for event in chat.events:
        if isinstance(event, Message) and event.text.startswith("!echo "):
            chat.say(event.text[6:])
"""

from __future__ import annotations

import itertools
import queue
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

from msgspec import structs

from lanchat.client.around import Around
from lanchat.client.dialer import Dialer
from lanchat.client.doing import Doing
from lanchat.client.event_queue import EventQueue
from lanchat.client.events import Event
from lanchat.client.inviting import link_to
from lanchat.client.link import Link
from lanchat.client.locate import place_of
from lanchat.client.outbox import Outbox
from lanchat.client.profile import Profile
from lanchat.client.replica import Replica
from lanchat.client.talk import Talk
from lanchat.client.transfers import Transfers
from lanchat.client.unlocking import Unlocking
from lanchat.discovery.found import Found
from lanchat.errors import LocalProtocolError
from lanchat.identity import new_run
from lanchat.paths import downloads
from lanchat.pin import clean_pin
from lanchat.protocol import text as rules
from lanchat.protocol.codec import check
from lanchat.protocol.frames import Arrange, Edit, Member, Message, Moderate, React, Say, Status, Word
from lanchat.protocol.limits import Code
from lanchat.protocol.moderation import Action
from lanchat.protocol.query import Query, Spot, bounded, parse
from lanchat.protocol.rooms import RoomAction, RoomInfo
from lanchat.protocol.target import Address, parse_target


class Client(Doing):
    """One person on one server, in its first room and in those they entered. Any thread may call; what happens comes as
    `events`. Where a call names no room, it means the first. More calls, by the words that people type: `Doing`.

    place: a row of `find()`, an address, or what a user may type (see protocol.target). It reconnects by itself,
    and what was said meanwhile goes out afterwards, even after a restart. patient: a first try that fails is
    repeated, too; else it ends with an Ended event that says why.
    """

    def __init__(
        self,
        place: Found | Address | str,
        nick: str,
        *,
        pin: str | None = None,
        profile: Profile | None = None,
        patient: bool = False,
    ) -> None:
        """pin: of the room; a server that is new to us and does not ask for it is refused. Raises LocalProtocolError
        for a place, a nickname or a PIN that cannot be, StoreError, IdentityError."""
        nick = rules.clean_nick(nick)
        target = parse_target(place) if isinstance(place, str) else place
        self._profile = profile or Profile.open()
        self.key = self._profile.key.public
        self.events = EventQueue()
        self._around = Around()
        dialer = Dialer(place_of(target) if isinstance(target, Found) else target, self._profile)
        run = new_run()
        known = dialer.known_id
        outbox = Outbox(self._profile, known or dialer.name, run)
        self._talk = Talk(
            self._profile.key,
            nick,
            Unlocking(pin, self.key, target.token if isinstance(target, Address) else None),
            outbox,
            lambda server_id: Replica(self._profile.directory, server_id, self.key),
            self._profile.proved_pin,
            dialer.remember,
            lambda frame: self._link.send(frame),
            self._tell,
        )
        self._link = Link(self._talk, dialer, self.events, known, patient=patient)
        self._transfers = Transfers(
            lambda make, answer: self._link.post(lambda: self._talk.asking.ask(make, answer)),
            dialer.another,
            lambda text, file, reply, room: self._say(Say("", text, room, reply, file)),
            lambda: self._talk.welcome.limits.file if self._talk.welcome else None,
            self.events.put,
        )
        self._talk.asking.on_lost = self._transfers.connection_lost
        self._run, self._dialer = run, dialer
        self._numbers, self._deeds = itertools.count(1), itertools.count(1)
        self._lock = threading.Lock()  # so that numbers and messages go the same way in the same order

    def start(self) -> Self:
        self._link.start()
        return self

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def nick(self) -> str:
        """Our name there; another window of ours may have changed it."""
        return self._talk.nick

    @property
    def first_room(self) -> str:
        welcome = self._talk.welcome
        return welcome.room if welcome else super().first_room

    def people(self) -> list[Member]:
        """Who is on the server, as far as it was told."""
        return self._around.people()

    def rooms(self, *, followed: bool = False) -> list[RoomInfo]:
        """Those that we know of; followed: only those that we are in."""
        return self._around.rooms(followed=followed)

    def _tell(self, event: Event) -> None:
        self._around.take(event)
        self.events.put(event)

    def say(self, text: str, reply: int = 0, room: str = "") -> str:
        """Says `text`, in answer to the message with the seq `reply` if there is one; returns the message's id.
        Raises LocalProtocolError for what the rules forbid, and after Ended."""
        rules.check_text(text)
        return self._say(Say("", text, room, reply))

    def edit(self, seq: int, text: str, room: str = "") -> str:
        """Another text for a message of ours. Raises LocalProtocolError like `say`."""
        rules.check_text(text)
        return self._say(Edit("", seq, text, room))

    def react(self, seq: int, emoji: str, *, on: bool = True, room: str = "") -> str:
        """Puts an emoji below a message, or takes ours away. Raises LocalProtocolError like `say`."""
        rules.check_emoji(emoji)
        return self._say(React("", seq, emoji, on, room))

    def _say(self, word: Word) -> str:
        """It gets the next number, and waits on the disk until the server has it."""
        check(word)
        at = time.time_ns() // 1_000_000
        with self._lock:
            n = next(self._numbers)
            self._ask(lambda: self._talk.sending.say(n, word, at))
        return f"{self._run}-{n}"

    def _ask(self, job: Callable[[], None]) -> None:
        """For the link's thread. Raises LocalProtocolError: it has ended, and nothing would follow."""
        if not self._link.post(job):
            raise LocalProtocolError(code=Code.NOT_STORED, detail="You are no longer in this room.")

    def send_file(self, path: Path, text: str = "", reply: int = 0, room: str = "") -> str:
        """Sends a file, or a folder as one archive; once it is there, it is said, with `text`. Returns the transfer's
        id, of which Progress events tell. Raises LocalProtocolError like `say`, TransferFailed after Ended."""
        if text:
            rules.check_text(text)
        return self._transfers.upload(path, text, reply, room)

    def get_file(self, message: Message, folder: Path | None = None, *, name: str = "", replace: bool = False) -> str:
        """Brings the file of a message into a folder (None: the downloads), under another name, if one is given; it is
        cleaned. replace: what bears that name there is overwritten; else the file gets a number. Returns and raises as
        `send_file`."""
        if message.file is None:
            raise LocalProtocolError(code=Code.FILE_UNKNOWN, detail="There is no file in that message.")
        file = structs.replace(message.file, name=name or message.file.name)
        return self._transfers.download(message.room, message.seq, file, folder or downloads(), replace=replace)

    def cancel_file(self, transfer_id: str) -> None:
        """Ends a transfer that nobody wants any more."""
        self._transfers.cancel(transfer_id)

    def rename(self, nick: str) -> None:
        """Another name, also after a refused one. Raises LocalProtocolError for what the rules forbid."""
        nick = rules.clean_nick(nick)
        self._link.post(lambda: self._link.rename(nick))

    def read(self, seq: int, room: str = "", *, public: bool = True) -> None:
        """Everything up to this seq was read here; our other devices hear of it, and others in the room where it is
        public."""
        self._link.post(lambda: self._talk.read(seq, room, public=public))

    def be(self, status: Status) -> None:
        """How the person is here from now on: idle, away, busy, or just here; after a break, too. Raises
        LocalProtocolError for what the rules forbid."""
        check(status)
        self._link.post(lambda: self._talk.be(status))

    def typing(self, room: str = "") -> None:
        """Somebody writes something here just now; to be said again every TYPING_EVERY seconds while that is so."""
        self._link.post(lambda: self._talk.typing(room))

    def do(self, deed: Action | RoomAction | Word | Status) -> str:
        """What a typed command stands for: says it, or asks the server for it as protocol.moderation and
        protocol.rooms name it; returns the id of the message, or of the Outcome that tells what became of it. Raises
        LocalProtocolError like `say`."""
        match deed:
            case Say(text=text, reply=reply, room=room):
                return self.say(text, reply, room)
            case Edit(target=seq, text=text, room=room):
                return self.edit(seq, text, room)
            case React(target=seq, emoji=emoji, on=on, room=room):
                return self.react(seq, emoji, on=on, room=room)
            case Status():
                self.be(deed)
                return ""
        id = f"m{next(self._deeds)}"  # noqa: A001 - the wire's word
        frame = Arrange(id, deed) if isinstance(deed, RoomAction) else Moderate(id, deed)
        check(frame)
        self._ask(lambda: self._talk.ask(frame))
        return id

    def link(self, token: str) -> str:
        """The invitation with this token to the server we are in. Looks at the interfaces: not for a thread that
        paints."""
        welcome = self._talk.welcome
        return link_to(self._dialer.addresses, welcome.id if welcome else "", token)

    def unlock(self, pin: str) -> None:
        """Tries this PIN, after PinNeeded. Raises LocalProtocolError: it cannot be one."""
        pin = clean_pin(pin)
        self._link.post(lambda: self._link.unlock(pin))

    def load_older(self, before: int | None = None, limit: int = 100, room: str = "") -> None:
        """At most `limit` entries below the seq `before` (None: the last ones) come as a Page event."""
        self._link.post(lambda: self._talk.load_older(room, before, limit))

    def search(self, query: Query | str, below: Spot | None = None) -> str:
        """Looks for what was said, as protocol.query.parse reads it; returns the id of the Found event that tells it.
        below: goes on below this one, the last that was found. Raises LocalProtocolError: it is no query; and after
        Ended."""
        query = parse(query) if isinstance(query, str) else bounded(query)
        id = f"s{next(self._deeds)}"  # noqa: A001 - the wire's word
        self._ask(lambda: self._talk.search(id, query, below))
        return id

    def resend(self, message_id: str) -> None:
        """Says again what failed, under a new id."""
        self._link.post(lambda: self._resend(message_id))

    def _resend(self, message_id: str) -> None:
        word = self._talk.sending.failed(message_id)
        if word is not None:
            self._say(word)

    def discard(self, message_id: str) -> None:
        """Forgets what waits or failed. (What was sent already may still appear.)"""
        self._link.post(lambda: self._talk.sending.discard(message_id))

    def retry_now(self) -> None:
        """Does not wait for the next try to connect."""
        self._link.post(self._link.retry_now)

    def flush(self, timeout: float | None = None) -> bool:
        """Waits until everything said so far is acknowledged or refused; False: not in time, or not before Ended.
        Somebody must go on reading `events`: where too many lie there, nothing is read from the server, either."""
        settled: queue.SimpleQueue[bool] = queue.SimpleQueue()
        if not self._link.post(lambda: self._talk.sending.when_empty(settled.put)):
            return False
        try:
            return settled.get(timeout=timeout)
        except queue.Empty:
            return False

    @property
    def settled(self) -> int:
        """How many messages of ours were acknowledged, refused or discarded so far: it grows while `flush` gets on."""
        return self._talk.sending.settled

    def close(self) -> None:
        """Leaves. What is not acknowledged within a second stays in the outbox for the next time."""
        self._transfers.close()
        self._link.close()
