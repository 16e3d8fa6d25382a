"""The books of files: what is here, whose it is, how much that is, who may have it; it moves no bytes.

Owned by the broadcaster. A file stays as long as an entry refers to it, or whoever brought it may still say so.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from lanchat.database import Database
from lanchat.errors import StoreError
from lanchat.journal import Journal
from lanchat.protocol import frames
from lanchat.protocol.files import may_be_named, size_in_words, too_large
from lanchat.protocol.frames import Error, Fetch, File, Offer
from lanchat.protocol.limits import MAX_ID, Code
from lanchat.server.blobs import Blobs, owner
from lanchat.server.parts import owner_of
from lanchat.server.tickets import Ticket, Tickets
from lanchat.server.transfer import Uploaded

_log = logging.getLogger(__name__)
MIB: Final = 1024 * 1024
MAX_FILE: Final = 4 * 1024 * MIB  # bytes of one: a film, a disk image
MAX_OF_MEMBER: Final = 20 * 1024 * MIB  # bytes of all that one key brought
MAX_OF_ALL: Final = 100 * 1024 * MIB  # bytes of the whole server
CLAIM: Final = 24 * 3600 * 1000  # ms that who brought a file may take to say so: a laptop closed in between
EVERY: Final = 60.0  # s between looks at what nobody refers to any more
MAX_PARTS: Final = 100  # of one key, broken off within a day: more than any bad network makes
CHUNK: Final = 100  # files looked at in one go: a few ms, in which the broadcaster serves nobody
_NO_GUESTS: Final = "Only members with a key can send files: please use lanchat to join."
_NOT_NOW: Final = "The server cannot look after files just now."
SCHEMA_VERSION: Final = 1
_SCHEMA: Final = """
CREATE TABLE blob (sha256 TEXT PRIMARY KEY, size INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE holder (        -- who brought it; open: until when they may say so (ms since 1970), 0: they did
    sha256 TEXT NOT NULL, key TEXT NOT NULL, open INTEGER NOT NULL, PRIMARY KEY (sha256, key)
) WITHOUT ROWID;
CREATE INDEX held ON holder (key)"""


class Quota(NamedTuple):
    """Bytes at most: of one file, of all that one key brought, of the whole server."""

    file: int = MAX_FILE
    member: int = MAX_OF_MEMBER
    total: int = MAX_OF_ALL


USUAL: Final = Quota()


class Files:
    """now: s, monotonic; at: ms since 1970. Raises StoreError only from __init__."""

    def __init__(
        self, data: Path, journal: Journal, tickets: Tickets, quota: Quota, empty: Callable[[Callable[[], None]], None]
    ) -> None:
        """empty: has what it is given called by whoever may wait for the disk."""
        self.blobs = Blobs(data, tickets.parts)
        self._db = Database(data / "files.db", _SCHEMA, SCHEMA_VERSION)
        self._journal, self._tickets, self._quota, self._empty = journal, tickets, quota, empty
        self._looked_at = ""  # the last digest in the present round
        self.due = 0.0  # s, monotonic: when on_time has something to do
        self._drop_strays()

    def _drop_strays(self) -> None:
        """Files that a crash left here without a row: nobody could ask for them, and they would lie here for ever."""
        known = {sha256 for (sha256,) in self._db.execute("SELECT sha256 FROM blob")}
        for sha256 in self.blobs.whole():
            if sha256 not in known and not self._journal.rooms_with(sha256):
                self.blobs.drop(self.blobs.path(sha256))
        self.blobs.empty()

    def _empty_bin(self) -> None:
        self._empty(self.blobs.empty)

    def close(self) -> None:
        self._db.close()

    # Asking for a ticket

    def offer(self, key: str | None, offer: Offer, now: float, at: int) -> frames.Ticket:
        """For an upload; without a token: it is here, and they may refer to it."""
        if key is None:
            return frames.Ticket(offer.id, code=Code.NOT_ALLOWED, detail=_NO_GUESTS)
        try:
            if self._claim(offer.sha256, key, at):
                return frames.Ticket(offer.id)
            objection = self._object_to_offer(key, offer, now)
        except StoreError as error:
            objection = _failed(error)
        if objection is not None:
            return frames.Ticket(offer.id, code=objection.code, detail=objection.detail)
        ticket = Ticket(key, True, offer.sha256, offer.size, self.blobs.part(key, offer.sha256))
        return self._give(offer.id, ticket, now)

    def fetch(self, holder: str, fetch: Fetch, room: str, now: float) -> frames.Ticket:
        """For the file of an entry in a room that they see. holder: their key, or their address."""
        try:
            message = self._journal.message(room, fetch.seq)
            found = message.file if message is not None else None
            size = None if found is None else self._size(found.sha256)
        except StoreError as error:
            objection = _failed(error)
            return frames.Ticket(fetch.id, code=objection.code, detail=objection.detail)
        if found is None or size is None:
            return frames.Ticket(fetch.id, code=Code.FILE_UNKNOWN, detail="That file is not there any more.")
        ticket = Ticket(holder, False, found.sha256, size, self.blobs.path(found.sha256))
        return self._give(fetch.id, ticket, now)

    def _give(self, id: str, ticket: Ticket, now: float) -> frames.Ticket:  # noqa: A002 - the wire's word
        token = secrets.token_hex(16)
        if self._tickets.give(token, ticket, now):
            return frames.Ticket(id, token)
        return frames.Ticket(
            id, code=Code.TOO_MANY, detail="You move too many files at once. Try again when one is done."
        )

    def _object_to_offer(self, key: str, offer: Offer, now: float) -> Error | None:
        quota = self._quota
        if objection := too_large(offer.size, quota.file):
            return Error(Code.FILE_TOO_LARGE, objection)
        parts = self._tickets.parts
        own, part = parts.of(owner(key)), self.blobs.part(key, offer.sha256)
        if part not in own and len(own) >= MAX_PARTS:
            return Error(Code.QUOTA, "Too many of your files were sent in part. Send those again, or wait for a day.")
        lacking = self._lacking(part, offer.size, now)
        more = sum(lacking.values())
        own_more = sum(size for path, size in lacking.items() if owner_of(path) == owner(key))
        over = self._object_to_bytes(key, sum(own.values()) + own_more, parts.total + more)
        if over is None and more > self.blobs.room:
            return Error(Code.NOT_STORED, "The server cannot store the file: its disk is full.")
        return over

    def _lacking(self, part: Path, size: int, now: float) -> dict[Path, int]:
        """Bytes that may still come to each part, with that one at `size`; of two tickets the larger counts."""
        most = {part: size}
        for ticket in self._tickets.reserved(now):
            most[ticket.path] = max(ticket.size, most.get(ticket.path, 0))
        return {path: max(0, most[path] - self._tickets.parts.size(path)) for path in most}

    def _object_to_bytes(self, key: str, own: int, total: int) -> Error | None:
        """own, total: bytes beside what is stored, of this key and of everybody."""
        held, quota = self._held(key), self._quota
        if held + own > quota.member:
            detail = f"You have sent {size_in_words(held)}, and may have {size_in_words(quota.member)} here."
            return Error(Code.QUOTA, f"{detail} Delete files that nobody needs any more.")
        if self._total() + total > quota.total:
            return Error(Code.QUOTA, "The server has no room for more files. Ask whoever runs it.")
        return None

    def revoke(self, holder: str) -> None:
        """They were put out."""
        self._tickets.revoke(holder)

    # What came, and what is said

    def uploaded(self, item: Uploaded, at: int) -> None:
        """A part is whole. The same file twice is stored once."""
        try:
            objection = self._take_in(item.ticket, at)
        except StoreError as error:
            objection = _failed(error)
        item.answer(objection)

    def _take_in(self, ticket: Ticket, at: int) -> Error | None:
        """A file and its row come together. Raises StoreError."""
        here = self._size(ticket.sha256) is not None
        objection = None
        if not self._holds(ticket.holder, ticket.sha256):
            objection = self._object_to_bytes(ticket.holder, ticket.size, 0 if here else ticket.size)
        if here or objection is not None:
            self.blobs.drop(ticket.path)
            self._empty_bin()
        if objection is not None:
            return objection
        try:
            with self._db.transaction():
                self._db.execute("INSERT OR IGNORE INTO blob VALUES (?,?)", (ticket.sha256, ticket.size))
                self._hold(ticket.sha256, ticket.holder, at)
                if not here:
                    self.blobs.place(ticket.path, ticket.sha256)
        except StoreError:
            if not here:
                self.blobs.drop(self.blobs.path(ticket.sha256))
                self._empty_bin()
            raise
        return None

    def object_to(self, key: str | None, file: File, said_id: str, sees: Callable[[str], bool]) -> Error | None:
        """Why nobody, or not they, can say that file. sees: whether they may know of a room."""
        said_id = said_id[:MAX_ID]
        if not may_be_named(file.name):
            return Error(Code.FILE_NAME, "A file cannot have that name.", said_id)
        try:
            known = self._holds(key, file.sha256) or any(map(sees, self._journal.rooms_with(file.sha256)))
            size = self._size(file.sha256) if known else None
        except StoreError as error:
            return Error(_failed(error).code, _NOT_NOW, said_id)
        if size is None:
            return Error(Code.FILE_UNKNOWN, "The server does not have that file. Please send it again.", said_id)
        if size != file.size:
            return Error(Code.FILE_WRONG, "The file does not have the size that was said.", said_id)
        return None

    def said(self, key: str | None, sha256: str) -> None:
        """An entry that is stored refers to it: from now on it stays as long as entries do."""
        try:
            self._db.execute("UPDATE holder SET open = 0 WHERE sha256 = ? AND key = ?", (sha256, key))
        except StoreError as error:
            _log.error("a claim to a file stays open: %s", error)

    # Removing

    def released(self, sha256: str, at: int) -> None:
        """An entry that referred to it was blanked."""
        try:
            if self._is_loose(sha256, at):
                self._remove(sha256)
        except StoreError as error:
            _log.error("a file cannot be removed: %s", error)

    def on_time(self, now: float, at: int) -> None:
        """Looks at one chunk of the files."""
        if now < self.due:
            return
        self.due = now + EVERY
        try:
            rows = self._db.execute(
                "SELECT sha256 FROM blob WHERE sha256 > ? ORDER BY sha256 LIMIT ?", (self._looked_at, CHUNK)
            )
            for (sha256,) in rows:
                if self._is_loose(sha256, at):
                    self._remove(sha256)
            self._looked_at = rows[-1][0] if len(rows) == CHUNK else ""
            if not self._looked_at:
                self._empty(partial(self.blobs.expire, at / 1000))
                self._empty_bin()
        except StoreError as error:
            _log.error("old files cannot be removed: %s", error)

    def _is_loose(self, sha256: str, at: int) -> bool:
        claimed = self._db.value("SELECT 1 FROM holder WHERE sha256 = ? AND open > ?", sha256, at)
        return not claimed and not self._journal.rooms_with(sha256)

    def _remove(self, sha256: str) -> None:
        with self._db.transaction():
            self._db.execute("DELETE FROM holder WHERE sha256 = ?", (sha256,))
            self._db.execute("DELETE FROM blob WHERE sha256 = ?", (sha256,))
        self.blobs.drop(self.blobs.path(sha256))
        self._empty_bin()

    # The books

    def _claim(self, sha256: str, key: str, at: int) -> bool:
        """Whether they brought it before; then they may say it again. (That others did is told to nobody: who knows a
        digest has not seen the file.)"""
        if not self._holds(key, sha256):
            return False
        self._hold(sha256, key, at)
        return True

    def _holds(self, key: str | None, sha256: str) -> bool:
        return bool(self._db.value("SELECT 1 FROM holder WHERE sha256 = ? AND key = ?", sha256, key))

    def _hold(self, sha256: str, key: str, at: int) -> None:
        self._db.execute("INSERT OR REPLACE INTO holder VALUES (?,?,?)", (sha256, key, at + CLAIM))

    def _size(self, sha256: str) -> int | None:
        size: int | None = self._db.value("SELECT size FROM blob WHERE sha256 = ?", sha256)
        return size

    def _held(self, key: str) -> int:
        query = "SELECT sum(size) FROM holder JOIN blob USING (sha256) WHERE key = ?"
        return self._db.value(query, key) or 0

    def _total(self) -> int:
        return self._db.value("SELECT sum(size) FROM blob") or 0


def _failed(error: StoreError) -> Error:
    _log.error("files: %s", error)
    return Error(Code.NOT_STORED, _NOT_NOW)
