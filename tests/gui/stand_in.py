"""A client that records what the chat screen asks of it, and frames to feed the screen with."""

from __future__ import annotations

from pathlib import Path

from lanchat.client.commands import Deed
from lanchat.client.events import Joined
from lanchat.protocol.frames import Change, Edit, Member, Message, Presence, Roster, Say, Status, Welcome, Word
from lanchat.protocol.query import Query, Spot
from lanchat.protocol.text import check_text

ME = "Sam Okafor"
MY_KEY = "k" * 43
ROOM = "lobby"
SERVER = "Studio Nord"
NOON = 1_790_000_000_000  # ms since 1970


class StandInClient:
    """As quick as the real one: every call only takes note, and texts are checked as it does."""

    def __init__(self, nick: str = ME, key: str = MY_KEY) -> None:
        self.nick = nick
        self.key = key
        self.calls: list[tuple[object, ...]] = []
        self.reads: list[int] = []
        self.public: list[bool] = []
        self.statuses: list[Status] = []

    def say(self, text: str, *, room: str) -> str:
        check_text(text)
        self.calls.append(("say", text, room) if room else ("say", text))
        return f"run-{len(self.calls)}"

    def rename(self, nick: str) -> None:
        self.calls.append(("rename", nick))

    def load_older(self, before: int | None, limit: int, room: str) -> None:
        self.calls.append(("load_older", before, limit, room) if room else ("load_older", before, limit))

    def read(self, seq: int, room: str, *, public: bool) -> None:
        del room
        self.reads.append(seq)
        self.public.append(public)

    def be(self, status: Status) -> None:
        if status != (self.statuses or [Status()])[-1]:
            self.statuses.append(status)

    def typing(self, room: str) -> None:
        del room
        self.calls.append(("typing",))

    def do(self, deed: Deed) -> str:
        if isinstance(deed, Word):
            if isinstance(deed, Say | Edit):
                check_text(deed.text)
            self.calls.append(("do", deed))
            return f"run-{len(self.calls)}"
        self.calls.append(("moderate", deed))
        return f"m{len(self.calls)}"

    def send_file(self, path: Path, text: str = "", *, room: str) -> str:
        del room
        self.calls.append(("send_file", path, text) if text else ("send_file", path))
        return f"t{len(self.calls)}"

    def get_file(self, message: Message, folder: Path | None = None, *, name: str = "", replace: bool = False) -> str:
        self.calls.append(("get_file", message.seq, folder, *((name, replace) if name else ())))
        return f"t{len(self.calls)}"

    def cancel_file(self, transfer_id: str) -> None:
        self.calls.append(("cancel_file", transfer_id))

    def search(self, query: Query | str, below: Spot | None = None) -> str:
        self.calls.append(("search", query, below))
        return f"s{len(self.calls)}"

    def retry_now(self) -> None:
        self.calls.append(("retry_now",))

    def discard(self, message_id: str) -> None:
        self.calls.append(("discard", message_id))

    def resend(self, message_id: str) -> None:
        self.calls.append(("resend", message_id))


def joined(head: int = 0, *, nick: str = ME, again: bool = False, new_journal: bool = False) -> Joined:
    welcome = Welcome(id="0" * 32, run="r", name=SERVER, nick=nick, room=ROOM, journal="j", head=head, max_users=50)
    return Joined(welcome, latency_ms=2.0, again=again, new_journal=new_journal)


def message(
    seq: int, text: str = "", nick: str = "Ana", *, at: int | None = None, entry_id: str = "", key: str | None = None
) -> Message:
    """An entry; one a minute, by a guest unless a key is given."""
    when = NOON + seq * 60_000 if at is None else at
    return Message(room=ROOM, seq=seq, id=entry_id, at=when, nick=nick, key=key, text=text or f"message {seq}")


def roster(*members: Member, first: bool = True) -> Roster:
    return Roster(ROOM, list(members), first)


def presence(*changes: Change) -> Presence:
    return Presence(ROOM, list(changes))
