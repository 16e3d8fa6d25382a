"""One SQLite file: opened for its owner alone, versioned, its errors turned into ours; it knows no table."""

from __future__ import annotations

import errno
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Self

from lanchat.errors import StoreFailed, StoreTimedOut, StoreTooNew, StoreTooOld

_APPLICATION_ID: Final = 0x6C616E63  # “lanc”: what file(1) and a curious person see
BUSY_TIMEOUT: Final = 5.0  # s to wait for another process or connection
_BUSY_LOOK: Final = 0.01  # s between two tries at what SQLite does not wait for
_MEMORY: Final = Path(":memory:")
_CLOCK_LOOK: Final = 50  # steps of SQLite's machine between two looks at the clock; each page that FTS5 reads is a few


class Database:
    """The file `path` in format `version`, made from `schema` (statements) if it is new, brought up to date by
    `upgrades` (for each older version the statements that lead to the next) if it is old, after a copy was put beside
    it. WAL: readers and the one writer do not wait for each other, and a commit survives the death of the process;
    power: also the loss of power, for it waits until the disk has it. patience: s to wait for another process. Not for
    two threads at once. Raises StoreFailed, StoreTooNew, StoreTooOld."""

    def __init__(
        self,
        path: Path,
        schema: str,
        version: int,
        *,
        read_only: bool = False,
        power: bool = False,
        upgrades: Mapping[int, str] = MappingProxyType({}),
        patience: float = BUSY_TIMEOUT,
    ) -> None:
        self.path = path
        with self.errors():
            self._db = _open(path, read_only, patience)
            try:
                self._prepare(read_only, power)
                self._check(schema, version, read_only, upgrades)
            except BaseException:
                self._db.close()
                raise

    @classmethod
    def in_memory(cls, schema: str, version: int) -> Self:
        return cls(_MEMORY, schema, version)

    def execute(self, statement: str, values: Sequence[object] = ()) -> list[Any]:
        """Runs one statement; all rows it gives."""
        with self.errors():
            return self._db.execute(statement, values).fetchall()

    def executemany(self, statement: str, rows: Iterable[Sequence[object]]) -> None:
        with self.errors():
            self._db.executemany(statement, rows)

    def value(self, statement: str, *values: object) -> Any:
        """The first column of the first row, None without one."""
        rows = self.execute(statement, values)
        return rows[0][0] if rows else None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it, or nothing. One within another is part of it."""
        if self._db.in_transaction:
            yield
        else:
            with self._begun():
                yield

    @contextmanager
    def _begun(self) -> Iterator[None]:
        with self.errors():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:  # a full disk may have rolled it back already
                    self._db.execute("ROLLBACK")
                raise

    @contextmanager
    def at_most(self, seconds: float) -> Iterator[None]:
        """Each statement in it that makes this thread's processor time in it exceed `seconds` is broken off: raises
        StoreTimedOut. Not the time on the wall: on a busy machine no statement fails for what others do."""
        end = time.thread_time() + seconds
        self._db.set_progress_handler(lambda: time.thread_time() > end, _CLOCK_LOOK)
        try:
            yield
        finally:
            self._db.set_progress_handler(None, 0)

    @contextmanager
    def errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
                raise StoreTimedOut(path=self.path) from error
            raise StoreFailed(path=self.path, detail=str(error)) from error

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _prepare(self, read_only: bool, power: bool) -> None:
        self._use_wal()
        # NORMAL: a commit reaches the system, not yet the disk. FULL: fsync of the log at each commit
        self._db.execute(f"PRAGMA synchronous = {'FULL' if power else 'NORMAL'}")
        self._db.execute("PRAGMA secure_delete = ON")  # what is deleted is overwritten, not only unlinked
        if read_only:
            self._db.execute("PRAGMA query_only = ON")

    def _use_wal(self) -> None:
        """Two processes that do this to a new file at once: SQLite refuses one of them without waiting."""
        deadline = time.monotonic() + BUSY_TIMEOUT
        while True:
            try:
                self._db.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
            time.sleep(_BUSY_LOOK)

    def _check(self, schema: str, version: int, read_only: bool, upgrades: Mapping[int, str]) -> None:
        found = self.value("PRAGMA user_version")
        if found == version:
            return
        if found > version:
            raise StoreTooNew(path=self.path, found=found, known=version)
        if read_only:
            raise StoreTooOld(path=self.path)
        if found:
            self._copy_aside(found)
        with self.transaction():
            if self.value("PRAGMA user_version") == version:
                return  # another process was faster
            for part in [upgrades[n] for n in range(found, version)] if found else [schema]:
                for statement in part.split(";\n"):
                    self._db.execute(statement)
            self._db.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
            self._db.execute(f"PRAGMA user_version = {version}")

    def _copy_aside(self, found: int) -> None:
        """A whole copy in the old format, which an older lanchat can go on with."""
        copy = self.path.with_name(f"{self.path.stem}-format-{found}{self.path.suffix}")
        unfinished = copy.with_suffix(".part")
        _make_private(unfinished)
        target = sqlite3.connect(unfinished)
        try:
            self._db.backup(target)
        finally:
            target.close()
        unfinished.replace(copy)


def _open(path: Path, read_only: bool, patience: float) -> sqlite3.Connection:
    if not read_only and path != _MEMORY:
        _make_private(path)
    return sqlite3.connect(path, timeout=patience, isolation_level=None, check_same_thread=False)


def _check_usable(path: Path) -> None:
    """Raises OSError with a reason; SQLite has one word for all of them."""
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not os.access(path, os.R_OK | os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def _make_private(path: Path) -> None:
    """Makes the file if there is none: SQLite alone would make it readable for all. One that is there is never opened:
    to close it again would drop all locks that this process has on it, whoever holds them (POSIX, fcntl), and another
    process would take its log away. Raises StoreFailed."""
    try:
        if path.exists():
            _check_usable(path)
            return
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:  # another process was faster
        return
    except OSError as error:
        raise StoreFailed(path=path, detail=error.strerror or str(error)) from error
