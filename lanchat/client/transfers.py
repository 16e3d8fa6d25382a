"""Transfers: files up and down beside the talk, some at once, each tried again after a break; it knows no screen.

Each has a thread while it lasts, of which there are few. Tickets come by the link, bytes by connections of their own.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import logging
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final

from lanchat.client.asking import Answer, Make
from lanchat.client.dial import Dial
from lanchat.client.events import Progress
from lanchat.client.job import Cancelled, Job
from lanchat.client.landing import Landing
from lanchat.client.moving import SourceChanged, download, stream_of, upload
from lanchat.client.packing import packed
from lanchat.client.pictures import size_of_picture
from lanchat.errors import ConnectError, LanchatError, ServerKeyChanged, TransferFailed, TransferRefused
from lanchat.protocol.files import File, safe_name, too_large
from lanchat.protocol.frames import Fetch, Offer, Ticket
from lanchat.protocol.limits import Code
from lanchat.stream import PIECE, Stream

_log = logging.getLogger(__name__)
MAX_AT_ONCE: Final = 3  # more share the same network, and each gets there later
MAX_JOBS: Final = 1_000  # waiting, and under way: more than anybody sends at once
MAX_TRIES: Final = 5  # in a row that bring not one byte
RETRY: float = 0.5  # s until the next try, then twice as long each time
_LEFT: Final = "You have left this room."
_CHANGED: Final = "{name} changed while it was being sent. Please send it again."


class Transfers:
    """Of one client. Any thread may call."""

    def __init__(
        self,
        ask: Callable[[Make, Answer], bool],
        dial: Callable[[], Dial],
        say: Callable[[str, File, int, str], str],
        largest: Callable[[], int | None],
        emit: Callable[[Progress], None],
    ) -> None:
        """ask: for a ticket; False: we have left. dial: to the server we are in. say: that a file is there (text, file,
        reply, room); returns the message's id. largest: bytes of a file that the server takes, 0: none; None: not known
        yet."""
        self._ask, self._dial, self._say, self._largest, self._emit = ask, dial, say, largest, emit
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()  # over all below
        self._waiting: deque[Job] = deque()
        self._jobs: dict[str, Job] = {}  # waiting, and under way
        self._threads: list[threading.Thread] = []
        self._closed = False

    def upload(self, source: Path, text: str, reply: int, room: str) -> str:
        """Sends a file, or a folder as one archive, and says it. Returns the transfer's id."""
        job = self._job(source.name, lambda job: self._upload(job, source, text, reply, room), upload=True)
        return self._add(job)

    def download(self, room: str, seq: int, file: File, folder: Path, *, replace: bool = False) -> str:
        """Brings the file of an entry into `folder`. replace: see Landing. Returns the transfer's id."""
        fetch: Make = lambda number: Fetch(number, seq, room)  # noqa: E731
        land = partial(Landing, folder, file, replace=replace)
        job = self._job(safe_name(file.name), lambda job: self._download(job, fetch, file, land), upload=False)
        job.size = file.size
        return self._add(job)

    def cancel(self, id: str) -> None:  # noqa: A002 - as Progress names it
        with self._lock:
            job = self._jobs.get(id)
            waits = job in self._waiting
            if job is not None and waits:
                self._waiting.remove(job)
                del self._jobs[id]
        if job is not None:
            job.cancel()
            if waits:
                self._emit(job.facts("cancelled"))

    def connection_lost(self) -> None:
        """The talk's: what is under way will not get on either, and need not wait until it notices. Never waits."""
        with self._lock:
            jobs = list(self._jobs.values())
        for job in jobs:
            job.interrupt()

    def close(self) -> None:
        """Ends what is under way; parts of downloads stay for the next time."""
        with self._lock:
            self._closed = True
            jobs, threads = list(self._jobs.values()), list(self._threads)
            self._waiting.clear()
        for job in jobs:
            job.stop()
        for thread in threads:
            if thread.ident is not None:
                thread.join()

    # The threads

    def _job(self, name: str, run: Callable[[Job], Progress], *, upload: bool) -> Job:
        return Job(f"t{next(self._numbers)}", name, upload=upload, run=run, emit=self._emit)

    def _add(self, job: Job) -> str:
        """It is told first, and taken up only then: nobody hears that it waits after hearing what became of it."""
        with self._lock:
            if len(self._jobs) >= MAX_JOBS:
                raise TransferFailed(detail="Too many files wait already.")
            self._check_open()
            self._jobs[job.id] = job
        self._emit(job.facts("waiting"))
        thread: threading.Thread | None = None
        with self._lock:
            self._check_open()
            self._waiting.append(job)
            if len(self._threads) < MAX_AT_ONCE:
                thread = threading.Thread(target=self._run, name=f"lanchat-transfer-{job.id}")
                self._threads.append(thread)
        if thread is not None:
            thread.start()
        return job.id

    def _check_open(self) -> None:
        if self._closed:
            raise TransferFailed(detail=_LEFT)

    def _run(self) -> None:
        while (job := self._next()) is not None:
            outcome = self._outcome(job)
            with self._lock:
                self._jobs.pop(job.id, None)
            self._emit(outcome)

    def _next(self) -> Job | None:
        with self._lock:
            if self._waiting and not self._closed:
                return self._waiting.popleft()
            self._threads.remove(threading.current_thread())
            return None

    def _outcome(self, job: Job) -> Progress:
        try:
            return job.run(job)
        except Cancelled:
            return job.facts("cancelled")
        except LanchatError as error:
            return job.facts("failed", detail=str(error))
        except Exception as error:  # a bug: whoever waits for it must hear of it
            _log.exception("a transfer failed")
            return job.facts("failed", detail=f"The transfer failed ({type(error).__name__}). Please report it.")

    # Up

    def _upload(self, job: Job, source: Path, text: str, reply: int, room: str) -> Progress:
        job.begin("reading", 0)
        self._object_to(0)
        with packed(source, job.check) as (path, name):
            try:
                with open(path, "rb") as content:
                    self._object_to(os.fstat(content.fileno()).st_size)
                    file = _look_at(job, content, path, safe_name(name))
                    self._persist(job, lambda: self._try_upload(job, content, file))
            except OSError as error:
                raise TransferFailed(detail=f"{name} cannot be read: {error.strerror or error}.") from error
        return job.facts("done", message=self._say(text or file.name, file, reply, room))

    def _object_to(self, size: int) -> None:
        """Raises TransferFailed where it is known already that the server does not take so many bytes."""
        largest = self._largest()
        if largest is not None and (objection := too_large(size, largest)):
            raise TransferFailed(detail=objection)

    def _try_upload(self, job: Job, content: BinaryIO, file: File) -> None:
        ticket = self._ticket(job, lambda number: Offer(number, file.size, file.sha256))
        if not ticket.token:
            return  # the server has it
        with self._connection(job) as stream:
            begun: list[int] = []
            try:
                upload(stream, ticket.token, content, _noting(job, file.size, begun))
            except SourceChanged:
                raise TransferFailed(detail=_CHANGED.format(name=file.name)) from None
            except TransferRefused as error:
                self._keep_if_busy(job, ticket, error)
                if error.code == Code.TICKET or (error.code == Code.FILE_WRONG and begun[0]):
                    raise ConnectionResetError(str(error)) from error  # what lay there was spoilt: from the beginning
                wrong = error.code == Code.FILE_WRONG
                raise TransferFailed(detail=_CHANGED.format(name=file.name) if wrong else str(error)) from error

    # Down

    def _download(self, job: Job, make: Make, file: File, land: Callable[[], Landing]) -> Progress:
        with land() as landing:
            job.begin("reading", file.size)
            try:
                landing.look(job.check)
                for last in (not landing.size, True):
                    self._persist(job, lambda: self._try_download(job, make, file, landing))
                    if landing.right:
                        return job.facts("done", path=str(landing.finish()))
                    landing.begin_anew()  # the part of an earlier day may have been spoilt
                    if last:
                        break
            except Cancelled:
                if job.unwanted:
                    landing.drop()
                raise
            landing.drop()
        raise TransferFailed(detail=f"What arrived is not {safe_name(file.name)}: the server's copy is damaged.")

    def _try_download(self, job: Job, make: Make, file: File, landing: Landing) -> None:
        if landing.size == file.size:
            return
        ticket = self._ticket(job, make)
        with self._connection(job) as stream:
            try:
                download(stream, ticket.token, file.size, landing, _noting(job, file.size, []))
            except TransferRefused as error:
                self._keep_if_busy(job, ticket, error)
                if error.code == Code.TICKET:
                    raise ConnectionResetError(str(error)) from error
                raise TransferFailed(detail=str(error)) from error

    # Both

    def _persist(self, job: Job, attempt: Callable[[], None]) -> None:
        """Tries until it succeeds, as long as it gets on."""
        tries, most = 0, -1
        while True:
            job.check()
            try:
                attempt()
                return
            except ServerKeyChanged:
                raise
            except (OSError, ConnectError) as error:
                job.check()
                tries = 0 if job.done > most else tries + 1
                most = max(most, job.done)
                if tries >= MAX_TRIES:
                    raise TransferFailed(detail=f"{job.name} does not get through: {error}.") from error
                _log.info("%s is tried again: %s", job.name, error)
                job.begin("waiting", job.size, job.done)
                job.rest(min(10.0, RETRY * 2**tries))

    def _ticket(self, job: Job, make: Make) -> Ticket:
        """Waits until we are in the room. Raises TransferFailed: there is none."""
        kept, job.kept = job.kept, None
        if kept is not None:
            return kept
        if not self._ask(make, job.tickets.put):
            raise TransferFailed(detail=_LEFT)
        ticket = job.ticket()
        if ticket is None:
            raise TransferFailed(detail=_LEFT)
        if ticket.code:
            raise TransferFailed(detail=ticket.detail)
        return ticket

    @staticmethod
    def _keep_if_busy(job: Job, ticket: Ticket, error: TransferRefused) -> None:
        """The server has no thread for it just now: the ticket still counts. Raises ConnectionResetError."""
        if error.code == Code.TOO_MANY:
            job.kept = ticket
            raise ConnectionResetError(str(error)) from error

    @contextmanager
    def _connection(self, job: Job) -> Iterator[Stream]:
        with contextlib.closing(self._dial()) as dial, job.ending_by(dial.cancel):
            channel = dial.race().channel
        with stream_of(channel) as stream, job.ending_by(channel.shutdown):
            yield stream


def _noting(job: Job, size: int, begun: list[int]) -> Callable[[int, int], None]:
    """For moving: begins with where the first byte goes."""

    def note(more: int, offset: int) -> None:
        if not begun:
            begun.append(offset)
            job.begin("moving", size, offset)
        job.note(more)

    return note


def _look_at(job: Job, content: BinaryIO, path: Path, name: str) -> File:
    """What is to be announced."""
    job.begin("reading", os.fstat(content.fileno()).st_size)
    job.name = name
    digest, buffer, size = hashlib.sha256(), memoryview(bytearray(4 * PIECE)), 0
    while count := content.readinto(buffer):  # type: ignore[attr-defined]
        job.check()
        digest.update(buffer[:count])
        size += count
        job.note(count)
    width, height = size_of_picture(path)
    return File(name, size, digest.hexdigest(), width, height)
