"""Connecting: all addresses raced, the first that proves the right key wins; it says no hello.

Each attempt has a thread of its own; ending the race ends them all.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import queue
import selectors
import socket
import ssl
import threading
import time
from collections.abc import Sequence
from functools import partial
from typing import Any, Final, NamedTuple, TypeAlias

from lanchat import identity
from lanchat.channel import Channel
from lanchat.client.detached import Detached
from lanchat.errors import ConnectError, HostRefused, HostSilent, HostUnknown, NotLanchat, ServerKeyChanged
from lanchat.protocol.limits import DEFAULT_TCP_PORT
from lanchat.protocol.target import Address

_log = logging.getLogger(__name__)
_Places: TypeAlias = list[tuple[Any, ...]]  # as getaddrinfo returns them
CONNECT_TIMEOUT: Final = 3.0  # s for one address: a dead host of the same LAN takes as long to be told
HANDSHAKE_TIMEOUT: Final = 5.0  # s
STAGGER: Final = 0.2  # s until the next address is tried beside the ones under way (RFC 8305 section 5)
MAX_ADDRESSES: Final = 6  # raced at most
_RETRIES: Final = 1  # a server that saw no TLS in time answers in plain text: once more
_NO_MORE: Final = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS)  # this machine is at fault, not the other one
_WSAEWOULDBLOCK: Final = 10035  # what Windows says for “under way”
_RANK: Final = (ServerKeyChanged, NotLanchat, HostRefused, HostSilent, HostUnknown)  # the most telling first


class Dialed(NamedTuple):
    """An encrypted channel to the server `id`, through `address`. latency: s that TCP took to connect."""

    channel: Channel
    id: str
    address: Address
    latency: float


class Dial:
    """One race. `cancel` may be called from any thread."""

    def __init__(self, addresses: Sequence[Address], expected: str | None) -> None:
        """expected: the id that counts; None: any."""
        self._addresses = list(dict.fromkeys(addresses))[:MAX_ADDRESSES]
        self._expected = expected
        self._context = identity.client_context()
        self._results: queue.SimpleQueue[Dialed | ConnectError | None] = queue.SimpleQueue()
        self._cancelled, self._canceller = socket.socketpair()
        self._over = False
        self._resolving: list[Detached[_Places]] = []

    def race(self) -> Dialed:
        """The winner. Raises the most telling ConnectError when there is none."""
        threads = [
            threading.Thread(target=self._attempt, args=(address,), name=f"lanchat-dial-{address}")
            for address in self._addresses
        ]
        errors: list[ConnectError] = []
        try:
            winner = self._judge(threads, errors)
        finally:
            self.cancel()
            for thread in threads:
                if thread.ident is not None:
                    thread.join()
            self._close_losers()
            self.close()
        if winner is not None:
            return winner
        raise min(errors, key=lambda e: _RANK.index(type(e)) if type(e) in _RANK else -1)

    def _judge(self, threads: list[threading.Thread], errors: list[ConnectError]) -> Dialed | None:
        """Starts one attempt after the other until one wins; None: all failed, or cancelled."""
        waiting, under_way = list(threads), 0
        while waiting or under_way:
            if waiting:
                waiting.pop(0).start()
                under_way += 1
            try:
                result = self._results.get(timeout=STAGGER if waiting else None)
            except queue.Empty:
                continue
            if isinstance(result, Dialed):
                return result
            if result is None:
                break
            errors.append(result)
            under_way -= 1
        if not errors:
            errors.append(HostSilent(host=str(self._addresses[0]) if self._addresses else "the server"))
        return None

    def cancel(self) -> None:
        self._over = True
        self._results.put(None)
        self._canceller.close()
        for resolving in self._resolving.copy():
            resolving.abandon()

    def close(self) -> None:
        """Of one that is not raced, or not any more."""
        self._canceller.close()
        self._cancelled.close()

    def _close_losers(self) -> None:
        while not self._results.empty():
            late = self._results.get()
            if isinstance(late, Dialed):
                late.channel.close()

    # One attempt, in its thread

    def _attempt(self, address: Address) -> None:
        try:
            for retry in range(_RETRIES + 1):
                try:
                    self._results.put(self._connect(address))
                    return
                except NotLanchat:
                    if retry == _RETRIES:
                        raise
        except ConnectError as error:
            self._results.put(error)
        except OSError as error:  # of this machine: no more sockets
            self._results.put(ConnectError(host=address, detail=f"{error.strerror or error}."))
        except Exception as error:  # a bug, or a certificate that no library foresaw: whoever waits must hear of it
            _log.exception("connecting to %s failed", address)
            self._results.put(NotLanchat(host=address, detail=f"{type(error).__name__}"))

    def _connect(self, address: Address) -> Dialed:
        started = time.monotonic()
        sock = self._tcp(address)
        latency = time.monotonic() - started
        channel = Channel(sock)
        try:
            channel.start_tls(self._context, server=False)
            certificate = channel.handshake(HANDSHAKE_TIMEOUT, cancel=self._cancelled)
            found = identity.id_of(certificate or b"")
        except ssl.SSLError as error:
            channel.close()
            raise NotLanchat(host=address, detail="it does not speak TLS 1.3") from error
        except (ConnectionResetError, BrokenPipeError) as error:
            channel.close()
            raise NotLanchat(host=address, detail="it hangs up") from error
        except (ConnectionError, TimeoutError) as error:
            channel.close()
            raise HostSilent(host=address) from error
        except (OSError, ValueError) as error:
            channel.close()
            raise NotLanchat(host=address, detail="its certificate is not lanchat's") from error
        if self._expected is not None and found != self._expected:
            channel.close()
            raise ServerKeyChanged(
                host=address,
                expected=self._expected,
                found=found,
                expected_words=identity.words(self._expected),
                found_words=identity.words(found),
            )
        return Dialed(channel, found, address, latency)

    def _tcp(self, address: Address) -> socket.socket:
        """A connected socket: the addresses of the name in turn. Raises ConnectError; OSError: this machine has no
        more sockets."""
        port = address.port or DEFAULT_TCP_PORT
        try:
            places = self._places(address.host, port)
        except (OSError, UnicodeError) as error:
            raise HostUnknown(host=address.host) from error
        refused: Exception | None = None
        for family, kind, protocol, _, place in places:
            try:
                return self._connected(family, kind, protocol, place)
            except OSError as error:
                if error.errno in _NO_MORE:
                    raise
                refused = refused if isinstance(refused, ConnectionRefusedError) else error
        if isinstance(refused, ConnectionRefusedError):
            raise HostRefused(host=address) from refused
        raise HostSilent(host=address) from refused

    def _places(self, host: str, port: int) -> _Places:
        """The system's resolver may take half a minute, which a race that is over does not wait for. Raises OSError,
        UnicodeError."""
        resolve = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
        with contextlib.suppress(OSError, UnicodeError):
            return resolve(flags=socket.AI_NUMERICHOST)  # an address: there is nothing to wait for
        resolving = Detached(resolve, "lanchat-resolve")
        self._resolving.append(resolving)
        if self._over:
            resolving.abandon()
        return resolving.result()

    def _connected(self, family: int, kind: int, protocol: int, place: Any) -> socket.socket:
        """Raises OSError, also where the system has no such family."""
        sock = socket.socket(family, kind, protocol)
        try:
            self._wait_connected(sock, place)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError:
            sock.close()
            raise
        return sock

    def _wait_connected(self, sock: socket.socket, place: Any) -> None:
        """Like connect(), but ends when the race does. Raises OSError."""
        sock.setblocking(False)
        code = sock.connect_ex(place)
        if code not in (0, errno.EINPROGRESS, errno.EWOULDBLOCK, _WSAEWOULDBLOCK):
            raise OSError(code, os.strerror(code))
        with selectors.DefaultSelector() as selector:
            selector.register(sock, selectors.EVENT_WRITE)
            selector.register(self._cancelled, selectors.EVENT_READ)
            ready = [key.fileobj for key, _ in selector.select(CONNECT_TIMEOUT)]
        if self._cancelled in ready:
            raise ConnectionAbortedError("the race is over")
        if not ready:
            raise TimeoutError("no answer")
        code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            raise OSError(code, os.strerror(code))  # the subclass that fits the code: ConnectionRefusedError …
