"""Who may come in, and what people with a role decided: the file access.db, with its parts; it knows no socket.

The lock of the room and the keys that opened it, and the tries to guess its PIN, are here; invitations, roles, bans and
the audit journal have files of their own. Any thread may ask; what stores is called by one thread at a time.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

from lanchat import pin
from lanchat.database import BUSY_TIMEOUT, Database
from lanchat.protocol.frames import Refused
from lanchat.protocol.limits import Code
from lanchat.protocol.moderation import Role
from lanchat.server import audit, invitations, limits, roles, sanctions
from lanchat.server.guesses import Guesses, Try

SCHEMA_VERSION: Final = 1
PATIENCE: Final = 0.5  # s to wait for `lanchat invite` and the like, which take ms: the whole room waits meanwhile
MAX_ADMITTED: Final = 10_000  # keys that are not asked again, 1 MB; whose owner came first is asked once more
_SCHEMA: Final = """
CREATE TABLE pin (n INTEGER PRIMARY KEY CHECK (n = 1), verifier BLOB NOT NULL);
CREATE TABLE rule (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE admitted (key TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID"""  # proved the present PIN; ms
_SCHEMAS: Final = ";".join((_SCHEMA, *(part.SCHEMA for part in (invitations, roles, sanctions, audit))))


def open_database(directory: Path, patience: float = BUSY_TIMEOUT) -> Database:
    """The file, also while a server uses it. Raises StoreError."""
    return Database(directory / "access.db", _SCHEMAS, SCHEMA_VERSION, patience=patience)


class Access:
    """One server's. Raises StoreError."""

    def __init__(self, directory: Path, server_id: str) -> None:
        self._db = open_database(directory, PATIENCE)
        # For the thread that owns the file:
        self.invitations = invitations.Invitations(self._db)
        self.roles = roles.Roles(roles.OwnersFile(directory), self._db)
        self.sanctions = sanctions.Sanctions(self._db)
        self.audit = audit.Audit(self._db)
        self._id = server_id
        self._verifier: bytes | None = None
        self._admitted: set[str] = set()
        self.reload()
        self._guesses = Guesses()
        self._lock = threading.Lock()  # over _guesses alone
        self._computing = threading.BoundedSemaphore(limits.PIN_RUNS)

    def close(self) -> None:
        self._db.close()

    @property
    def locked(self) -> bool:
        return self._verifier is not None

    def needs_pin(self, key: str | None) -> bool:
        """Owners need none: it is their room."""
        return self.locked and key not in self._admitted and self.roles.of(key) is not Role.OWNER

    # By the thread that owns the file

    def transaction(self) -> AbstractContextManager[None]:
        return self._db.transaction()

    def scrub(self) -> None:
        """Nothing of what was deleted stays in the log of the file. Waits for the disk."""
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def rules(self) -> dict[str, int]:
        """What was set by `set_rule`."""
        return dict(self._db.execute("SELECT name, value FROM rule"))

    def set_rule(self, name: str, value: int) -> None:
        self._db.execute("INSERT OR REPLACE INTO rule VALUES (?,?)", (name, value))

    def reload(self) -> None:
        """Takes up what `store_pin` stored, once its transaction is done or undone."""
        self._verifier = self._db.value("SELECT verifier FROM pin")
        self._admitted = {row[0] for row in self._db.execute("SELECT key FROM admitted")}

    def set_pin(self, text: str | None) -> None:
        """`store_pin`, and it holds."""
        self.store_pin(text)
        self.reload()

    def store_pin(self, text: str | None, *, keep: Iterable[str] = ()) -> None:
        """This is the PIN from now on; None: there is none. Another one than before has everybody asked again, but for
        the keys in `keep`, and takes all invitations back. Takes 50 ms. Raises LocalProtocolError."""
        verifier = None if text is None else pin.verifier(text, self._id)
        if verifier == self._verifier:
            return
        with self._db.transaction():
            for table in ("admitted", "pin", "invitation"):
                self._db.execute(f"DELETE FROM {table}")  # of constants alone  # nosec B608
            if verifier is not None:
                self._db.execute("INSERT INTO pin VALUES (1, ?)", (verifier,))
                kept = [(key, time.time_ns() // 1_000_000) for key in keep]
                self._db.executemany("INSERT INTO admitted VALUES (?, ?)", kept)

    def admit(self, key: str, invitation: bytes | None = None) -> None:
        """`key` proved the PIN, or came by an invitation, which has one use less: it is not asked again."""
        with self._db.transaction():
            if invitation is not None:
                self.invitations.use(invitation)
            self._db.execute("INSERT OR REPLACE INTO admitted VALUES (?, ?)", (key, time.time_ns() // 1_000_000))
            if len(self._admitted) >= MAX_ADMITTED:
                self._db.execute("DELETE FROM admitted WHERE key = (SELECT key FROM admitted ORDER BY at LIMIT 1)")
        if len(self._admitted) >= MAX_ADMITTED:
            self.reload()
        self._admitted.add(key)

    # By sessions

    def tries(self, address: str) -> int:
        """How many `address` has until it must wait."""
        with self._lock:
            return self._guesses.left(address)

    def object_to(self, address: str) -> Refused | None:
        """Why nobody may try from there now."""
        with self._lock:
            return self._object_to(address)

    def _object_to(self, address: str) -> Refused | None:
        now = time.monotonic()
        wait = self._guesses.wait(address, now)
        if not wait:
            return None
        if self._guesses.closed(now):
            detail = "Too many wrong PINs were tried here. Only who was in before gets in now; try again in an hour."
        else:
            detail = f"That were too many wrong PINs. Try again in {_duration(wait)}."
        return Refused(Code.PIN_WAIT, detail)

    def check(self, address: str, key: str, element: str) -> tuple[pin.Checking, Try] | Refused:
        """Begins an exchange, which counts as a wrong try until `was_right`: so those beside each other gain nothing.
        Raises ValueError: no element."""
        with self._lock:
            refused = self._object_to(address)
            begun = self._guesses.begin(address, time.monotonic()) if refused is None else None
        verifier = self._verifier
        if begun is None or verifier is None:
            return refused or Refused(Code.PIN_WRONG, "This room has no PIN any more. Join again.")
        with self._computing:
            return pin.Checking(verifier, self._id, key, element), begun

    def was_right(self, begun: Try) -> None:
        with self._lock:
            self._guesses.was_right(begun)

    def wrong(self, address: str) -> Refused:
        left = self.tries(address)
        more = f"{left} more {'try' if left == 1 else 'tries'}" if left else "Now you have to wait"
        return Refused(Code.PIN_WRONG, f"This is not the PIN of this room. {more}.")


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
