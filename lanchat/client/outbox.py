"""The outbox: what was said and is not acknowledged yet, on disk; it sends nothing.

A row belongs to a run, and a run to a living process, by a lock file. What a crashed process left behind is
adopted by the next client that talks to the same server; its ids stay, so that nothing is said twice. A row that only a
newer lanchat can read stays where it is, and so do those of its run that follow: once they were said, the server would
take it no more.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterable, Mapping
from itertools import groupby, takewhile
from pathlib import Path
from typing import Final, NamedTuple, Self

import msgspec

from lanchat import paths
from lanchat.client.profile import Profile
from lanchat.errors import LocalProtocolError, StoreFailed, StoreInUse
from lanchat.lockfile import LockFile
from lanchat.protocol.codec import encode
from lanchat.protocol.frames import React, Say, Word
from lanchat.protocol.limits import MAX_RUNS, Code

_log = logging.getLogger(__name__)
MAX_WAITING: Final = 10_000  # messages: what somebody could type in weeks without a network


class Waiting(NamedTuple):
    """One row. at: ms since 1970, our clock. word: the frame in JSON, where it is more than to say `text`."""

    run: str
    n: int
    text: str
    at: int
    word: str = ""

    @classmethod
    def of(cls, run: str, n: int, at: int, word: Word) -> Self:
        """What is to be said; its id is the row's."""
        plain = isinstance(word, Say) and not word.reply and not word.room and word.file is None
        text = word.emoji if isinstance(word, React) else word.text
        return cls(run, n, text, at, "" if plain else encode(word).decode())

    @property
    def frame(self) -> Word:
        """Raises StoreFailed: a newer lanchat wrote it."""
        if not self.word:
            return Say(self.id, self.text)
        try:
            word: Word = msgspec.json.decode(self.word, type=Word)
        except msgspec.MsgspecError as error:
            raise StoreFailed(path="outbox", detail=str(error)) from error
        return msgspec.structs.replace(word, id=self.id)

    @property
    def id(self) -> str:
        return f"{self.run}-{self.n}"

    @property
    def is_known(self) -> bool:
        """Whether `frame` can read it."""
        try:
            return bool(self.frame)
        except StoreFailed as error:
            _log.warning("message %s stays in the outbox, unsent: %s", self.id, error)
            return False


class Outbox:
    """Owned by one thread. destination: the server's id, or what was typed while that is unknown."""

    def __init__(self, profile: Profile, destination: str, run: str) -> None:
        self._directory = paths.private_directory(profile.directory / "runs")
        self._db = profile.database()
        self._destination = destination
        self.run = run
        self._locks = {self.run: LockFile(self._lock_path(self.run))}
        self._waiting: dict[str, Waiting] = {}
        self._left_alone: dict[str, int] = {}  # by run, how many of its rows
        self.removed = 0  # messages, so far
        self.adopt()

    @property
    def runs(self) -> list[str]:
        """The runs whose rows are ours: our own, and adopted ones."""
        return list(self._locks)

    @property
    def left_alone(self) -> int:
        """How many messages wait until a newer lanchat sends them."""
        return sum(self._left_alone.values())

    def __len__(self) -> int:
        return len(self._waiting)

    def waiting(self) -> list[Waiting]:
        """In the order in which they were said; within a run by number, whatever the clock did: the server takes
        no number that is lower than one it has."""
        begun: dict[str, int] = {}
        for row in self._waiting.values():
            begun[row.run] = min(row.at, begun.get(row.run, row.at))
        return sorted(self._waiting.values(), key=lambda row: (begun[row.run], row.run, row.n))

    def add(self, row: Waiting) -> None:
        """Stores a message of our own run. Raises StoreError; LocalProtocolError when far too many wait."""
        if len(self._waiting) >= MAX_WAITING:
            raise LocalProtocolError(
                code=Code.NOT_STORED, detail=f"{MAX_WAITING:,} messages wait already; this one was not taken."
            )
        values = (row.run, row.n, self._destination, row.text, row.at, row.word)
        self._db.execute("INSERT INTO outbox VALUES (?,?,?,?,?,?)", values)
        self._waiting[row.id] = row

    def remove(self, ids: Iterable[str]) -> list[Waiting]:
        """They are acknowledged, refused or discarded; returns those that waited here."""
        rows = [row for row in (self._waiting.pop(message_id, None) for message_id in ids) if row is not None]
        if rows:
            with self._db.transaction():
                self._db.executemany("DELETE FROM outbox WHERE run = ? AND n = ?", [(r.run, r.n) for r in rows])
            self.removed += len(rows)
        return rows

    def acknowledge(self, highest: Mapping[str, int]) -> list[Waiting]:
        """Removes what the server has by its own word; returns it."""
        return self.remove([row.id for row in self.waiting() if row.n <= highest.get(row.run, -1)])

    def resolve(self, server_id: str) -> None:
        """What was typed turned out to be this server."""
        if server_id != self._destination:
            values = (server_id, self._destination)
            for run in self._locks:
                self._db.execute("UPDATE outbox SET destination = ? WHERE destination = ? AND run = ?", (*values, run))
            self._destination = server_id
            self.adopt()

    def adopt(self) -> None:
        """Takes over rows for this destination whose process is gone."""
        rows = self._db.execute(
            "SELECT run, n, text, at, word FROM outbox WHERE destination = ? ORDER BY run, n", (self._destination,)
        )
        for run, group in groupby((Waiting(*row) for row in rows), key=lambda row: row.run):
            if run not in self._left_alone and (run in self._locks or self._take_over(run)):
                rows_of_run = list(group)
                known = list(takewhile(lambda row: row.is_known, rows_of_run))
                self._waiting |= {row.id: row for row in known}
                if len(known) < len(rows_of_run):
                    self._left_alone[run] = len(rows_of_run) - len(known)

    def _take_over(self, run: str) -> bool:
        if len(self._locks) >= MAX_RUNS:
            return False
        try:
            self._locks[run] = LockFile(self._lock_path(run))
        except StoreInUse:
            return False
        return True

    def _lock_path(self, run: str) -> Path:
        return self._directory / paths.file_name(run)

    def close(self) -> None:
        """Gives the runs back; files of those that left nothing behind go."""
        left = {row.run for row in self._waiting.values()} | self._left_alone.keys()
        for run, lock in self._locks.items():
            if run not in left:
                with contextlib.suppress(OSError):  # Windows does not remove what is open; it is empty
                    self._lock_path(run).unlink()
            lock.close()
        self._db.close()
