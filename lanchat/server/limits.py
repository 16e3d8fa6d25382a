"""Sizes and times of one server, each with its unit and reason, and the rate of one member; no threads."""

from __future__ import annotations

from typing import Final

MAX_CLIENTS: Final = 200  # members: more than any room that reads one conversation; --max-clients changes it
MAX_GREETING: Final = 512  # connections beyond the members: those at the door (server.door), and those just going
GREETING_BYTES: Final = 256 * 1024  # before joining: a few hellos of the largest frame; who says more wants no room
BACKLOG: Final = 1024  # connections the system keeps until we accept: a class that opens its lids at once
CROWD_PAUSE: Final = (
    0.002  # s before the next is let in, once one was turned away: a crowd must not eat the members' time
)

TLS_TIMEOUT: Final = 10.0  # s for the handshake
HELLO_TIMEOUT: Final = 15.0  # s from connecting to hello
PROMPT_AFTER: Final = 3.0  # s of silence until a plain-text client is asked for its name
PLAIN_TIMEOUT: Final = 60.0  # s a person may take to type a name
PING_AFTER: Final = 10.0  # s without a word from a client that answers pings; as long again, and it is gone
IDLE_TIMEOUT: Final = 600.0  # s a reader waits at a stretch for others; TCP keepalive finds the dead ones
PIN_RUNS: Final = 2  # exchanges that are computed at once: 8 ms each, in which nobody else gets the interpreter
KEEPALIVE: Final = (60, 15, 4)  # s idle, s between probes, probes
VERDICT_TIMEOUT: Final = 30.0  # s a session waits for the broadcaster: longer than any commit on a slow disk

INBOX_BYTES: Final = 4 * 1024 * 1024  # in flight to the broadcaster; a full inbox makes sessions wait
RING_BYTES: Final = 8 * 1024 * 1024  # latest lines kept in memory for members that lag a little
CONTROL_BYTES: Final = 256 * 1024  # lines for one member alone: a roster of 1,000, or a few pages
MAX_ASKED: Final = 4  # history pages one member may have asked for and not got yet
STALL_TIMEOUT: Final = 30.0  # s without any progress until a member that does not read is put out
PRESENCE_DELAY: Final = 0.05  # s that joins and leaves are gathered: 1,000 joins are not 1,000 lines to each
CLOSE_TIMEOUT: Final = 2.0  # s that goodbyes may take when the server stops
FREE_DISK: Final = 16 * 1024 * 1024  # left alone on the disk: for the log, for removing old texts, for the others
FILES_SHARE: Final = 0.05  # of the disk that files leave to messages and to other programs,
FILES_SPARE: Final = (128 * 1024 * 1024, 1024 * 1024 * 1024)  # bytes, at least (searching wants 64 MiB) and at most
WAL_BYTES: Final = 32 * 1024 * 1024  # of the log, above which it is emptied though somebody writes on
QUIET: Final = 1_000  # entries in CHECKPOINT_AFTER, below which the index of words is brought up to date
CHECKPOINT_AFTER: Final = 2.0  # s between moves of the write-ahead log into the journal

DEFAULT_RATE: Final = 20.0  # messages a second of one member: nobody types so fast, a paste of a script may
RATE_BYTES: Final = 4_096  # bytes that count as one message: a longer text, or noise, costs more
MAX_REFUSALS: Final = 10  # names one connection may try in vain
DEEDS: Final = 0.5  # of one moderator in a second, over time: no raid comes faster, and the audit journal lasts longer
DEEDS_BURST: Final = 60.0  # s worth of deeds that may come at once
ARRANGED: Final = 0.5  # rooms that one member enters, leaves, makes in a second, over time
ARRANGED_BURST: Final = 60.0  # s worth of them: who comes for the first time may enter many
RATE_BURST: Final = 5.0  # s worth of messages that may come at once


class Rate:
    """A token bucket. A member over its rate is simply not read for a while. burst: s worth of tokens it holds."""

    def __init__(self, per_second: float, now: float, burst: float = RATE_BURST) -> None:
        self._per_second = per_second
        self._capacity = per_second * burst
        self._tokens = self._capacity
        self._at = now

    def allows(self, now: float) -> bool:
        """Whether one more may be done at `now` (s, monotonic); then it counts."""
        if self.delay(0, 0, now) or self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    def delay(self, messages: int, size: int, now: float) -> float:
        """Seconds to wait after `messages` more (or lines of noise), of `size` bytes, at `now` (s, monotonic)."""
        cost = max(messages, size / RATE_BYTES)
        self._tokens = min(self._capacity, self._tokens + (now - self._at) * self._per_second) - cost
        self._at = now
        return max(0.0, -self._tokens / self._per_second)


PLAIN_HISTORY: Final = 20  # entries looked at for what a plain-text newcomer reads: it cannot scroll back for more
