"""The load generator: a crowd that joins one server, some of whom speak, and all of whom are checked to hear all of it.

One thread with epoll; the caller puts it on a core of its own. It hardly looks at what comes while it measures: what
all get alike (the common stream) is kept once, and every other reader's bytes are compared with it where they lie
(memcmp). Afterwards the stream is parsed in full: every message, once, in order, unharmed, under its author's name;
so that holds for each who got it. Who gets other bytes (the speakers on IRC, everybody on nats-server) is counted.
"""

from __future__ import annotations

import re
import select
import socket
import time
from collections import Counter
from collections.abc import Callable, Generator
from typing import Final, NamedTuple

from tests.bench.dialects import TEXT, nick
from tests.bench.figure import Refused
from tests.bench.machine import cpu_time
from tests.bench.servers import Running
from tests.bench.tls import TlsSocket, context

READ: Final = 256 * 1024  # bytes for one recv
PATIENCE: Final = 120.0  # s for joining, and for the last messages
FILLING: Final = 16  # messages that each speaker has under way, to fill a room
SILENCE: Final = 0.3  # s after which nothing more comes
SIGNS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"  # one for each speaker
MARK: Final = b"^"  # begins each text, and stands nowhere else
_HEAD: Final = re.compile(rb"\^([A-Z])")
_FILLER: Final = b"the quick brown fox jumps over the lazy dog, and comes back the same evening, "


class Seen(NamedTuple):
    """What a stretch of time brought. seconds: its length. reads: how many recv it took. server, here: s of the
    processor that the server used, and we."""

    deliveries: int
    seconds: float
    reads: int
    server: float
    here: float


class Reader:
    """One member of the crowd."""

    def __init__(self, number: int, sock: socket.socket | TlsSocket) -> None:
        self.number, self.sock = number, sock
        self.read = sock.recv_into
        self.at = 0  # of the common stream
        self.alone = False  # gets other bytes than the others do
        self.rest = b""  # of what came alone: a mark may be cut
        self.count = 0  # deliveries that came alone
        self.sign = b""  # ours, as a speaker; empty: we only listen
        self.said = 0

    def fileno(self) -> int:
        return self.sock.fileno()


class Crowd:
    """`size` members on a server; `speakers` of them speak, spread evenly."""

    def __init__(self, server: Running, size: int, speakers: int = 0, *, tls: bool = False, length: int = 100) -> None:
        self.dialect, self.port, self._pid = server.dialect, server.port, server.pid
        self._tls = context() if tls else None
        self.readers: dict[int, Reader] = {}
        self._size, self._length = size, length
        self._poll = select.epoll()
        self._buffer = bytearray(READ)
        self._view = memoryview(self._buffer)
        self.common = bytearray()
        self._reads = 0
        self._used = 0.0  # s of the processor by the server, before the joining
        self.log: list[tuple[int, int, float]] | None = None  # for latencies: reader, its place then, when
        self._first = (0, 0)  # what the first speaker, and all, had said before
        self.sent_at: list[float] = []  # of each message since then
        self._number_of_speakers = speakers
        self._speaking = False
        self._probe: Reader | None = None
        self._deaf: Reader | None = None

    def __enter__(self) -> Crowd:
        return self

    def __exit__(self, *_: object) -> None:
        for reader in self.readers.values():
            reader.sock.close()
        self._poll.close()

    # Joining

    def join(self, at_once: int = 32) -> float:
        """All come in, so many at a time; s from the first connect until the last is in."""
        begun, self._used = time.perf_counter(), cpu_time(self._pid)
        deadline = begun + PATIENCE
        waiting = iter(range(self._size))
        joining: dict[int, tuple[Reader, Generator[int, None, None]]] = {}
        while True:
            while len(joining) < at_once and (number := next(waiting, None)) is not None:
                reader = Reader(number, socket.socket())
                steps = self._joining(reader)
                joining[reader.fileno()] = reader, steps
                self._poll.register(reader.fileno(), next(steps))
            if not joining:
                break
            if time.perf_counter() > deadline:
                raise Refused(f"{len(self.readers)} of {self._size} are in after {PATIENCE:.0f} s")
            for fd, _ in self._poll.poll(1):
                if fd not in joining:
                    self.readers[fd].sock.recv(READ)  # who came, told to those who are in
                    continue
                reader, steps = joining[fd]
                wanted = next(steps, 0)
                if wanted:
                    self._poll.modify(fd, wanted)
                    continue
                del joining[fd]
                self._poll.modify(fd, select.EPOLLIN)
                reader.read = reader.sock.recv_into
                self.readers[fd] = reader
        took = time.perf_counter() - begun
        self._cast()
        return took

    def _joining(self, reader: Reader) -> Generator[int, None, None]:
        """Gives what to wait for; at its end the member is in."""
        reader.sock.setblocking(False)
        reader.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        reader.sock.connect_ex(("127.0.0.1", self.port))
        yield select.EPOLLOUT
        if self._tls is not None:
            reader.sock = TlsSocket(reader.sock, self._tls)
            yield from reader.sock.handshake()
        greeting = self.dialect.greet(reader.number)
        step = next(greeting, None)
        while step is not None:
            words, sign = step
            if words:
                reader.sock.send(words)
            heard = b""
            while sign not in heard:
                yield select.EPOLLIN
                try:
                    piece = reader.sock.recv(READ)
                except BlockingIOError:
                    continue
                if not piece:
                    raise Refused(f"{nick(reader.number)} was not let in: {heard[-200:]!r}")
                heard += piece
            try:
                step = greeting.send(heard)
            except StopIteration:
                return

    def _cast(self) -> None:
        """Who speaks, and who hears what the others do."""
        everybody = sorted(self.readers.values(), key=lambda reader: reader.number)
        speakers = everybody[:: max(1, self._size // max(1, self._number_of_speakers))][: self._number_of_speakers]
        for sign, reader in zip(SIGNS, speakers, strict=False):
            reader.sign = MARK + sign.encode()
        for reader in everybody:
            reader.alone = not self.dialect.one_order or bool(reader.sign and not self.dialect.echo)
        self.speakers = speakers
        self._probe = None if self.dialect.echo else everybody[-1]
        rest = self._length - len(MARK) - 1 - 8
        self._filler = (_FILLER * (rest // len(_FILLER) + 1))[:rest]

    def settle(self) -> None:
        """Hears out what is told of the joining: two members cry, and what all hear behind that counts. No silence is
        waited for, which on a busy machine says nothing."""
        criers = sorted(self.readers.values(), key=lambda reader: reader.number)[:2]
        for reader in criers:
            reader.sock.send(self.dialect.say(reader.number, -1, _cry(reader)))
        heard = dict.fromkeys(self.readers, b"")
        deadline = time.perf_counter() + PATIENCE
        while heard:
            if time.perf_counter() > deadline:
                raise Refused("the crowd does not settle")
            for fd, _ in self._poll.poll(1):
                reader = self.readers[fd]
                try:
                    piece = reader.sock.recv(READ)
                except BlockingIOError:
                    continue
                if fd in heard:
                    heard[fd] += piece
                    cries = [_cry(crier) for crier in criers if self.dialect.echo or crier is not reader]
                    if (piece := _behind(heard[fd], cries)) is None:
                        continue
                    del heard[fd]
                if piece:  # told already, and to all
                    self._view[: len(piece)] = piece
                    self._take(reader, len(piece))

    # Speaking and listening

    def converse(self, window: int, warm_up: float, seconds: float) -> Seen:
        """Each speaker keeps `window` messages under way: its own come back to it (on IRC: reach the last member)."""
        self._speaking = True
        for speaker in self.speakers:
            self._say(speaker, window)
        self._listen(warm_up)
        seen = self.watch(seconds)
        self._speaking = False
        return seen

    def watch(self, seconds: float) -> Seen:
        """Listens for so long, and tells what came."""
        places, counted, reads = self._places(), self._counted(), self._reads
        begun, server, here = time.perf_counter(), cpu_time(self._pid), time.process_time()
        self._listen(seconds)
        took, used = time.perf_counter() - begun, (cpu_time(self._pid) - server, time.process_time() - here)
        deliveries = self._counted() - counted + self._passed(self._places()) - self._passed(places)
        return Seen(deliveries, took, self._reads - reads, *used)

    def speak(self, rate: float, seconds: float, going: Callable[[], bool] = lambda: False) -> str:
        """The first speaker says so many messages a second, whatever comes back, and goes on while `going`; when each
        came, is noted. Returns how the last one begins."""
        self.log, self.sent_at, self._first = [], [], (self.speakers[0].said, self.sent)
        begun = time.perf_counter()
        while len(self.sent_at) < int(rate * seconds) or going():
            self._listen(begun + len(self.sent_at) / rate - time.perf_counter())
            self.sent_at.append(time.perf_counter())
            self._say(self.speakers[0], 1)
        self._listen(1 / rate)
        return f"{MARK.decode()}A{self.speakers[0].said - 1:08x}"

    def fill(self, messages: int) -> None:
        """All speakers together say so many messages, or some more, as fast as the server takes them."""
        self._speaking = True
        for speaker in self.speakers:
            self._say(speaker, FILLING)
        while self.sent < messages:
            self._turn(1)
        self._speaking = False
        while self._turn(SILENCE):
            pass

    def stop_reading(self) -> None:
        """The last member reads nothing from now on, until finish()."""
        self._deaf = max(self.readers.values(), key=lambda reader: reader.number)
        self._poll.unregister(self._deaf.fileno())

    def _say(self, speaker: Reader, number: int) -> None:
        said, sign = speaker.said, speaker.sign
        texts = [b"%s%08x%s" % (sign, said + n, self._filler) for n in range(number)]
        words = b"".join([self.dialect.say(speaker.number, said + n, text) for n, text in enumerate(texts)])
        if speaker.sock.send(words) != len(words):
            raise Refused("the server takes no more")
        speaker.said = said + number

    def _listen(self, seconds: float) -> None:
        deadline = time.perf_counter() + seconds
        while (left := deadline - time.perf_counter()) > 0:
            self._turn(left)

    def _turn(self, timeout: float) -> int:
        """Reads once from each who has something."""
        view = self._view
        events = self._poll.poll(timeout)
        for fd, _ in events:
            reader = self.readers[fd]
            try:
                size = reader.read(view)
            except BlockingIOError:
                continue
            if not size:
                raise Refused(f"{nick(reader.number)} was put out")
            self._reads += 1
            self._take(reader, size)
        return len(events)

    def _take(self, reader: Reader, size: int) -> None:
        """What a reader got lies in the buffer."""
        if reader.alone:
            self._take_alone(reader, size)
            return
        common, view = self.common, self._view
        at, end = reader.at, reader.at + size
        known = min(size, len(common) - at)
        if not common.startswith(view[:known], at):
            raise Refused(f"{nick(reader.number)} got other bytes than the others, or in another order")
        if known < size:
            common += view[known:size]
        reader.at = end
        if self.log is not None:
            self.log.append((reader.number, end, time.perf_counter()))
        if self._speaking:
            # A mark that was cut ends in this piece: counted here, and only here
            if reader.sign:
                self._say_again(reader, common.count(reader.sign, max(0, at - 1), end))
            elif reader is self._probe:
                for sign, number in Counter(_HEAD.findall(common, max(0, at - 1), end)).items():
                    self._say_again(self.speakers[sign[0] - ord("A")], number)

    def _say_again(self, speaker: Reader, number: int) -> None:
        if number:
            self._say(speaker, number)

    def _take_alone(self, reader: Reader, size: int) -> None:
        reader.count += self._buffer.count(MARK, 0, size)
        if self.log is not None:
            self.log.append((reader.number, reader.count, time.perf_counter()))
        if self._speaking and self.dialect.echo and reader.sign:
            piece = reader.rest + self._buffer[:size]
            reader.rest = bytes(piece[-1:])
            self._say_again(reader, piece.count(reader.sign))

    # What came

    def server_time(self) -> float:
        """s of the processor that the server used since the crowd began to join."""
        return cpu_time(self._pid) - self._used

    @property
    def sent(self) -> int:
        return sum(speaker.said for speaker in self.speakers)

    @property
    def expected(self) -> int:
        """Deliveries, once all have all."""
        return self.sent * self._size - (0 if self.dialect.echo else self.sent)

    def _places(self) -> list[int]:
        return [reader.at for reader in self.readers.values() if not reader.alone]

    def _counted(self) -> int:
        return sum(reader.count for reader in self.readers.values() if reader.alone)

    def _passed(self, places: list[int]) -> int:
        """How many deliveries lie before these places of the common stream."""
        first = min(places, default=0)
        base = self.common.count(MARK, 0, first)
        return sum(base + self.common.count(MARK, first, place) for place in places)

    def say(self, number: int) -> None:
        """The first speaker says so many at once."""
        self._say(self.speakers[0], number)

    def finish(self, patience: float = PATIENCE) -> None:
        """Waits for the rest, and checks all that came. Raises Refused."""
        if self._deaf is not None:
            self._poll.register(self._deaf.fileno(), select.EPOLLIN)
        deadline = time.perf_counter() + patience
        while time.perf_counter() < deadline:
            if not self._turn(SILENCE) and self._counted() + self._passed(self._places()) >= self.expected:
                break
        arrived = self._counted() + self._passed(self._places())
        if arrived != self.expected:
            raise Refused(f"{arrived:,} deliveries instead of {self.expected:,}")
        if places := self._places():
            if set(places) != {len(self.common)}:
                raise Refused("some got less than others")
            self._parse()

    def _pattern(self) -> re.Pattern[bytes]:
        text = rb"\^([A-Z])([0-9a-f]{8})" + re.escape(self._filler)
        return re.compile(self.dialect.line.replace(TEXT, text))

    def _parse(self) -> None:
        """Each message once, in order, whole, and under its author's name."""
        heard = {speaker.sign[1:]: 0 for speaker in self.speakers}
        authors = {speaker.sign[1:]: speaker.number for speaker in self.speakers}
        for author, sign, count in self._pattern().findall(self.common):
            if int(count, 16) != heard[sign]:
                raise Refused(f"message {count.decode()} instead of {heard[sign]:08x} of {sign.decode()}")
            if author and int(author) != authors[sign]:
                raise Refused(f"a message of {nick(authors[sign])} came under the name of u{author.decode()}")
            heard[sign] += 1
        if sum(heard.values()) != self.sent:
            raise Refused(f"{self.sent - sum(heard.values())} messages came damaged")

    def latencies(self) -> list[float]:
        """s from saying to hearing, for each message of speak() and each who got it; but for who did not read, and
        who is not told what it says itself. After finish()."""
        if self.log is None:
            return []
        said, all_said = self._first
        heard = self._pattern().finditer(self.common)
        ends = [found.end() for found in heard if found[2] == b"A" and int(found[3], 16) >= said]
        counts = [all_said + n + 1 for n in range(len(self.sent_at))]
        due = {
            reader.number: iter(zip(counts if reader.alone else ends, self.sent_at, strict=True))
            for reader in self.readers.values()
            if reader is not self._deaf and (self.dialect.echo or not reader.alone)
        }
        waited = {number: next(messages, None) for number, messages in due.items()}
        found: list[float] = []
        for number, place, when in self.log:
            while (message := waited.get(number)) is not None and message[0] <= place:
                found.append(when - message[1])
                waited[number] = next(due[number], None)
        return found


def _cry(reader: Reader) -> bytes:
    return b"settled by %d." % reader.number


def _behind(heard: bytes, cries: list[bytes]) -> bytes | None:
    """What follows the lines with these; None: one of them is not there yet."""
    ends = [heard.find(b"\n", max(0, heard.find(cry))) if cry in heard else -1 for cry in cries]
    return None if -1 in ends else heard[max(ends, default=-1) + 1 :]
