"""The link: the one thread that connects, reads, writes and reconnects; what frames mean, `talk` knows.

Others reach it by `post`. Connecting itself happens in a second thread, so that what is said meanwhile is stored at
once.
"""

from __future__ import annotations

import contextlib
import logging
import random
import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final

from lanchat.channel import Channel
from lanchat.client.dial import Dialed
from lanchat.client.dialer import Dialer
from lanchat.client.event_queue import EventQueue
from lanchat.client.events import Connecting, Ended, Lost
from lanchat.client.talk import PersonAsked, Talk
from lanchat.discovery.interfaces import watch
from lanchat.errors import (
    ConnectError,
    JoinRefused,
    LanchatError,
    NotLanchat,
    PutOut,
    RemoteProtocolError,
    ServerKeyChanged,
    SomebodyBetween,
)
from lanchat.protocol.codec import encode, server_frames
from lanchat.protocol.frames import Bye, ClientFrame, Pong
from lanchat.protocol.limits import MAX_FRAME

_log = logging.getLogger(__name__)
WELCOME_TIMEOUT: Final = 10.0  # s from the handshake to the server's welcome
PING_AFTER: Final = 8.0  # s without a word from the server until we ask
SILENCE: Final = 20.0  # s without a word until the link counts as dead
SUSPICION: Final = 4.0  # s the server has to answer after our own network changed, or this machine slept
RETRY_FIRST: Final = 0.5  # s until the first try after a break; doubles each time
RETRY_MOST: Final = 10.0  # s between tries at most: nobody waits longer for a server that is back
STEADY: Final = 10.0  # s that a connection must have lasted before the delays begin anew: some welcome and hang up
FULL_PAUSE: Final = 0.01  # s until we look again whether somebody reads our events
FLUSH_TIME: Final = 1.0  # s for all of leaving: to have acknowledged what is under way, and to say goodbye


class Link:
    """Started once, ended by close(). emits events; never raises into the caller's thread."""

    def __init__(self, talk: Talk, dialer: Dialer, events: EventQueue, known_id: str | None, *, patient: bool) -> None:
        """known_id: the server's, where it is known. patient: a first try that fails is tried again, too."""
        self._known_id = known_id
        self._talk = talk
        self._dialer = dialer
        self._events = events
        self._patient = patient
        self._posted: deque[Callable[[], None]] = deque()
        self._over = False  # no job is done any more
        self._lock = threading.Lock()  # over _over: what is posted is done, or refused
        self._wakeup, self._waker = socket.socketpair()
        self._wakeup.setblocking(False)
        self._waker.setblocking(False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._wakeup, selectors.EVENT_READ)
        self._channel: Channel | None = None
        self._decoder = server_frames()
        self._outgoing = bytearray()  # frames that the channel has not taken
        self._dialing = False
        self._heard_at = 0.0
        self._dead_at: float | None = None  # when the link counts as dead; None: nothing was asked yet
        self._joined_at = 0.0  # by this connection; 0: not yet
        self._retry_at: float | None = None
        self._failures = 0
        self._leaving = False
        self._thread = threading.Thread(target=self._run, name="lanchat-link")
        dialer.on_seen = lambda: self.post(self.retry_now)

    def start(self) -> None:
        self._thread.start()

    def post(self, job: Callable[[], None]) -> bool:
        """Has `job` done by the link's thread, soon; False: never, for it has ended. Never waits."""
        with self._lock:
            if self._over:
                return False
            self._posted.append(job)
            with contextlib.suppress(BlockingIOError):  # it has plenty of calls to wake up already
                self._waker.send(b"\0")
        return True

    def close(self) -> None:
        """Leaves the room and ends the thread. May be called again."""
        if self._thread.ident is None:
            self._end(None)
            return
        self.post(self._leave)
        self._dialer.cancel()
        self._thread.join()

    # The thread

    def _run(self) -> None:
        error: LanchatError | None = None
        try:
            self._watch = watch()
            if self._known_id is not None:
                self._talk.look_back(self._known_id)
            self._talk.sending.tell_waiting()
            self._dial()
            while not self._leaving:
                self._turn()
        except LanchatError as fault:
            error = fault
        except Exception as fault:  # a bug: whoever waits for our events must hear of it
            _log.exception("the link failed")
            error = LanchatError(detail=f"the link to the server failed ({type(fault).__name__}). Please report it.")
        finally:
            self._end(error)

    def _turn(self) -> None:
        if self._events.full:
            time.sleep(FULL_PAUSE)  # bytes that we do not read would end every select at once
        ready = [key.fileobj for key, _ in self._selector.select(self._patience())]
        if self._wakeup in ready:
            self._wakeup.recv(4096)
        while self._posted:
            self._posted.popleft()()
        if self._leaving:
            return
        if self._channel is not None and self._channel in ready and not self._events.full:
            self._read()
        now = time.monotonic()
        if self._watch.poll(now, time.time()) is not None:
            self._on_network_change(now)
        self._on_time(now)
        self._talk.searching.step()
        self._write()

    def _patience(self) -> float:
        """Seconds until the clock alone gives us something to do."""
        if self._events.full or self._talk.searching.busy:
            return 0.0
        due = self._due()
        due = self._watch.due if due is None else min(due, self._watch.due)
        return max(0.0, due - time.monotonic())

    def _due(self) -> float | None:
        """When the clock alone gives us something to do (s, monotonic)."""
        if self._channel is None:
            return self._retry_at
        if not self._talk.joined:
            return self._heard_at + WELCOME_TIMEOUT
        silence = self._heard_at + PING_AFTER if self._dead_at is None else self._dead_at
        return silence if self._talk.sending.due is None else min(silence, self._talk.sending.due)

    def _on_time(self, now: float) -> None:
        if self._events.full:
            self._heard_at, self._dead_at = now, None  # it is we who do not listen
        self._talk.sending.on_time(now)
        due = self._due()
        if due is None or now < due:
            return
        if self._channel is None:
            self._dial()
        elif self._talk.joined and self._dead_at is None:
            self._dead_at = self._heard_at + SILENCE
            self._talk.ping(now)
        elif not self._talk.joined or (self._dead_at is not None and now >= self._dead_at):
            self._lose("The server does not answer any more.")

    def _on_network_change(self, now: float) -> None:
        """Other addresses, or this machine slept: the connection may be dead, and the server within reach again."""
        if self._channel is None:
            self.retry_now()
        elif self._talk.joined:
            self._dead_at = now + SUSPICION
            self._talk.ping(now)

    # Connecting

    def _dial(self) -> None:
        self._retry_at = None
        self._dialing = True
        self._events.put(Connecting(self._dialer.name))
        self._dialer.dial(lambda outcome: self.post(lambda: self._on_dialed(outcome)))

    def _on_dialed(self, outcome: Dialed | LanchatError) -> None:
        self._dialing = False
        if self._leaving:
            if isinstance(outcome, Dialed):
                outcome.channel.close()
            return
        if isinstance(outcome, LanchatError):
            self._on_failure(outcome)
            return
        self._channel, self._decoder = outcome.channel, server_frames()
        self._outgoing.clear()
        self._joined_at = 0.0
        self._heard_at, self._dead_at = time.monotonic(), None
        self._selector.register(self._channel, selectors.EVENT_READ)
        self._talk.begin(outcome.id, outcome.latency)

    def _on_failure(self, error: LanchatError) -> None:
        """One try failed. Another server than the one we knew is never tried again by itself."""
        if self._first or isinstance(error, ServerKeyChanged) or not isinstance(error, ConnectError):
            raise error
        self._retry(str(error))

    @property
    def _first(self) -> bool:
        """Whether this is the try that decides all."""
        return self._talk.welcome is None and not self._patient

    def _retry(self, detail: str) -> None:
        delay = min(RETRY_MOST, RETRY_FIRST * 2**self._failures) * random.uniform(0.5, 1.0)  # jitter  # nosec B311
        self._failures = min(self._failures + 1, 10)
        self._retry_at = time.monotonic() + delay
        self._events.put(Lost(detail, delay))

    def retry_now(self) -> None:
        """For `post`: tries at once, if a try is due later: to connect, or to have messages stored."""
        self._talk.sending.try_again()
        if self._retry_at is not None and not self._leaving:
            self._dial()

    def rename(self, nick: str) -> None:
        """For `post`: another nickname; when the first was refused, this goes on with it."""
        self._talk.rename(nick)
        self._go_on()

    def unlock(self, pin: str) -> None:
        """For `post`: the PIN that was asked for."""
        self._talk.unlock(pin)
        self._go_on()

    def _go_on(self) -> None:
        """Tries again, if only the person could."""
        if self._channel is None and self._retry_at is None and not self._dialing and not self._leaving:
            self._dial()

    # The connection

    def send(self, frame: ClientFrame) -> None:
        """For the talk. A server that takes nothing may ask for as many pongs as it likes: it gets few."""
        if not (isinstance(frame, Pong) and len(self._outgoing) > MAX_FRAME):
            _log.debug("-> %s", type(frame).__name__)
            self._outgoing += encode(frame)

    def _read(self) -> None:
        assert self._channel is not None
        try:
            data = self._channel.receive(0.0)
        except (BlockingIOError, TimeoutError):
            return  # half a TLS record
        except OSError as error:
            self._lose(f"The connection broke: {error.strerror or error}.")
            return
        if not data:
            self._lose("The server closed the connection.")
            return
        now = time.monotonic()
        try:
            self._talk.receive(self._decoder.receive(data), now)
            if self._talk.joined:
                self._heard_at, self._dead_at = now, None
                self._joined_at = self._joined_at or now
                if now - self._joined_at >= STEADY:
                    self._failures = 0
        except PersonAsked:
            self._hang_up()
        except RemoteProtocolError as error:
            if self._talk.welcome is None:
                raise NotLanchat(host=self._dialer.name, detail="it does not speak our protocol") from error
            self._lose(str(error))
        except SomebodyBetween as error:
            raise SomebodyBetween(host=self._dialer.name) from error
        except PutOut:
            raise
        except JoinRefused as error:
            if self._talk.welcome is None:
                raise
            self._lose(str(error))
        except LanchatError as error:
            self._lose(str(error))

    def _write(self) -> None:
        if self._channel is None:
            return
        try:
            full = self._channel.flush()
            while self._outgoing and not full:
                with memoryview(self._outgoing) as lines:
                    taken = self._channel.send(lines)
                del self._outgoing[:taken]
                full = not taken or self._channel.unsent
        except OSError as error:
            self._lose(f"The connection broke: {error.strerror or error}.")
            return
        self._selector.modify(self._channel, selectors.EVENT_READ | (selectors.EVENT_WRITE if full else 0))

    def _lose(self, detail: str) -> None:
        """The connection is over; another try follows, if we are not leaving."""
        _log.info("the connection is lost: %s", detail)
        self._hang_up()
        if self._leaving:
            return
        if self._first:
            raise ConnectError(host=self._dialer.name, detail=detail)
        self._retry(detail)

    def _hang_up(self) -> None:
        if self._channel is not None:
            self._selector.unregister(self._channel)
            self._channel.close()
            self._channel = None
        self._talk.ended()

    # The end

    def _leave(self) -> None:
        self._leaving = True

    def _end(self, error: LanchatError | None) -> None:
        if self._over:
            return
        self._leaving = True
        try:
            self._say_goodbye(in_order=error is None)
            self._dialer.close()
            self._finish_posted()
            self._talk.close()
        finally:
            self._selector.close()
            self._wakeup.close()
            self._waker.close()
            self._events.put(Ended(error))

    def _finish_posted(self) -> None:
        """What was said last is stored, and a late connection closed; then nothing is taken any more."""
        while not self._over:
            with self._lock:
                self._over = not self._posted
            if not self._over:
                try:
                    self._posted.popleft()()
                except LanchatError as error:
                    _log.warning("not done when leaving: %s", error)

    def _say_goodbye(self, *, in_order: bool) -> None:
        """Gives what is under way a moment to be acknowledged, and lets the server know. In order: then it reads to the
        end, for closing with bytes unread resets the connection, and what is on its way is lost."""
        deadline = time.monotonic() + (FLUSH_TIME if in_order else 0.0)
        try:
            while self._talk.sending.under_way and not self._events.full and self._exchange(self._read, deadline):
                pass
            if self._talk.joined:
                self.send(Bye())
            self._write()
            while self._unwritten and self._exchange(self._skim, deadline):
                pass
            if self._channel is not None:
                self._channel.finish()
                while (left := deadline - time.monotonic()) > 0 and self._channel.receive(left):
                    pass
        except (OSError, LanchatError) as error:
            _log.info("no goodbye: %s", error)
        self._hang_up()

    @property
    def _unwritten(self) -> bool:
        return self._channel is not None and bool(self._outgoing or self._channel.unsent)

    def _exchange(self, take: Callable[[], None], deadline: float) -> bool:
        """Writes, then waits for the server and has what came taken in; False: it is over, or time is up."""
        self._write()
        left = deadline - time.monotonic()
        if self._channel is None or left <= 0:
            return False
        ready = [key.fileobj for key, _ in self._selector.select(left)]
        if self._wakeup in ready:
            self._wakeup.recv(4096)
        if self._channel in ready:
            take()
        return True

    def _skim(self) -> None:
        """Reads what nobody needs any more: it comes again with the next connection. Raises OSError."""
        assert self._channel is not None
        with contextlib.suppress(BlockingIOError, TimeoutError):  # half a TLS record
            if not self._channel.receive(0.0):
                raise ConnectionResetError("the server closed the connection")
