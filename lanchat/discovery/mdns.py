"""The mDNS way: publishes one service, browses for the others'; the only file that knows zeroconf.

zeroconf is imported by the threads that use it: the import takes 0.2 s, and when it fails the beacon goes on
alone. Its callbacks come in a thread of its own and may not block it: a few workers resolve what it names.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

from lanchat.discovery.announcement import SERVICE_TYPE, Service, decode_service, encode_txt, host_name, instance_name
from lanchat.discovery.interfaces import watch, with_scope_name
from lanchat.discovery.networks import Interface, Kind, Watch, advertised, told
from lanchat.discovery.retry import Retrying
from lanchat.protocol.frames import ServerInfo

if TYPE_CHECKING:
    from zeroconf import ServiceInfo, Zeroconf

ASK_AGAIN: Final = 60.0  # s between questions: zeroconf's browser asks at 0, 1, 5 and 14 s, then never
RESOLVERS: Final = 4  # threads: a service that nobody answers for must not delay those behind it
RESOLVE_TRIES: Final = 3  # each of
RESOLVE_TIME: Final = 500  # ms; short, since closing waits for it
MAX_RESOLVING: Final = 200  # services that wait to be resolved; a flood of more is dropped

_FAILURES: Final = (OSError, RuntimeError)  # RuntimeError: what zeroconf raises without any interface, and once closed
_QUERY, _PTR, _IN = 0, 12, 1  # RFC 1035 section 4.1.1, 3.2.2, 3.2.4

_log: Final = logging.getLogger(__name__)


@contextlib.contextmanager
def _opened(interfaces: tuple[Interface, ...]) -> Iterator[Zeroconf]:
    """mDNS on these interfaces. Raises OSError and RuntimeError only, ImportError where there is no zeroconf."""
    import zeroconf

    logging.getLogger("zeroconf").setLevel(logging.ERROR)  # it logs a traceback for each datagram it cannot send
    try:
        zc = zeroconf.Zeroconf([i.address for i in interfaces], ip_version=zeroconf.IPVersion.All)
    except OSError:  # no IPv6 in this system
        v4 = [i.address for i in interfaces if not i.is_v6]
        zc = zeroconf.Zeroconf(v4, ip_version=zeroconf.IPVersion.V4Only)
    try:
        yield zc
    except zeroconf.Error as error:
        raise OSError(f"{type(error).__name__} {error}") from error
    finally:
        zc.close()


class _Worker:
    """A thread that opens mDNS where there is a network, follows the network's changes, and takes commands."""

    def __init__(self, name: str) -> None:
        self._commands: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._retrying = Retrying(name, self._serve, _FAILURES, lambda: self._commands.put("stop"))

    def start(self) -> None:
        self._retrying.start()

    def close(self) -> None:
        """Idempotent."""
        self._retrying.close()

    def _serve(self) -> None:
        networks = watch()
        while not self._retrying.stopping.is_set():
            interfaces = self._choose(networks.interfaces)
            if interfaces:
                try:
                    with _opened(interfaces) as zc:
                        self._work(zc, networks)
                except ImportError as error:
                    _log.warning("mDNS is left out: %s", error)
                    return
            else:
                self._wait(networks)

    def _choose(self, interfaces: tuple[Interface, ...]) -> tuple[Interface, ...]:
        raise NotImplementedError

    def _work(self, zc: Zeroconf, networks: Watch) -> None:
        """Until it is to stop, or no interface is left."""
        raise NotImplementedError

    def _wait(self, networks: Watch, until: float = float("inf")) -> str:
        """The next command: "stop", "refresh", "network" (changed), or "" at `until`."""
        while True:
            now = time.monotonic()
            try:
                return self._commands.get(timeout=max(0.0, min(networks.due, until) - now))
            except queue.Empty:
                if networks.poll(time.monotonic(), time.time()) is not None:
                    return "network"
                if time.monotonic() >= until:
                    return ""


class Publisher(_Worker):
    """Publishes a server."""

    def __init__(self, facts: Callable[[], ServerInfo]) -> None:
        super().__init__("lanchat-mdns-publish")
        self._facts = facts

    def _choose(self, interfaces: tuple[Interface, ...]) -> tuple[Interface, ...]:
        return advertised(interfaces)

    def _work(self, zc: Zeroconf, networks: Watch) -> None:
        name = f"{instance_name(self._facts().name)}.{SERVICE_TYPE}"
        published = self._service(name, networks)
        zc.register_service(published, allow_name_change=True)
        while (command := self._wait(networks)) != "stop":
            interfaces = advertised(networks.interfaces)
            if not interfaces:
                return
            if command == "network":
                # In this order: the other one leaves the old address in everybody's cache for 120 s (measured)
                zc.update_service(self._service(published.name, networks))
                zc.update_interfaces([i.address for i in interfaces])

    def _service(self, name: str, networks: Watch) -> ServiceInfo:
        from zeroconf import ServiceInfo

        info = self._facts()
        return ServiceInfo(
            SERVICE_TYPE,
            name,
            port=info.port,
            properties=encode_txt(info),
            server=host_name(info),
            parsed_addresses=[i.ip for i in told(networks.interfaces)],
        )


class Browser(_Worker):
    """Looks for services; calls `found` and `lost` in threads of its own; the last call for a name is the
    true one."""

    def __init__(self, found: Callable[[Service], None], lost: Callable[[str], None]) -> None:
        super().__init__("lanchat-mdns-browse")
        self._found, self._lost = found, lost
        self._free = threading.Semaphore(MAX_RESOLVING)
        self._unresolved: queue.Queue[str] = queue.Queue(MAX_RESOLVING)

    def refresh(self) -> None:
        """Ask everybody again."""
        self._commands.put("refresh")

    def _choose(self, interfaces: tuple[Interface, ...]) -> tuple[Interface, ...]:
        return tuple(i for i in interfaces if i.kind is not Kind.LOOPBACK)

    def _work(self, zc: Zeroconf, networks: Watch) -> None:
        from zeroconf import ServiceBrowser

        # The browser asks first for answers to us alone, which a firewall stops that lets only multicast in (ufw), or
        # another mDNS program of this machine takes; and a second later for answers to all
        zc.send(_question())
        with ThreadPoolExecutor(RESOLVERS, thread_name_prefix="lanchat-mdns-resolve") as workers:
            with ServiceBrowser(zc, SERVICE_TYPE, handlers=[functools.partial(self._on_change, workers)]):
                self._ask_on(zc, networks, functools.partial(self._resolve_late, workers))
            workers.shutdown(cancel_futures=True)

    def _ask_on(self, zc: Zeroconf, networks: Watch, resolve: Callable[[Zeroconf, str], None]) -> None:
        """Asks again and again, after the browser has begun. What could not be resolved is tried again, too: the
        browser names a service once."""
        while (command := self._wait(networks, until=time.monotonic() + ASK_AGAIN)) != "stop":
            if command == "network":
                interfaces = self._choose(networks.interfaces)
                if not interfaces:
                    break
                zc.update_interfaces([i.address for i in interfaces])
            zc.send(_question())
            for _ in range(self._unresolved.qsize()):
                resolve(zc, self._unresolved.get_nowait())

    def _on_change(
        self, workers: ThreadPoolExecutor, zeroconf: Zeroconf, service_type: str, name: str, state_change: Any
    ) -> None:
        """In zeroconf's thread. What came whole needs no worker: in a flood of names without records, which keep
        all of them busy, servers are still found."""
        if service_type != SERVICE_TYPE:
            return
        if state_change.name == "Removed":
            self._lost(name)
        elif not self._resolve_from_cache(zeroconf, name):
            self._resolve_late(workers, zeroconf, name)

    def _resolve_late(self, workers: ThreadPoolExecutor, zc: Zeroconf, name: str) -> None:
        """Asks for the rest of it."""
        if not self._free.acquire(blocking=False):
            self._put_off(name)
            return
        try:
            job = workers.submit(self._resolve, zc, name)
        except RuntimeError:  # closing
            self._free.release()
        else:
            job.add_done_callback(lambda _: self._free.release())

    def _put_off(self, name: str) -> None:
        """Until the next question to all."""
        _log.debug("nobody says more of %r", name)
        with contextlib.suppress(queue.Full):  # a flood
            self._unresolved.put_nowait(name)

    def _resolve_from_cache(self, zc: Zeroconf, name: str) -> bool:
        """Whether all that is asked of a service has been heard."""
        import zeroconf

        try:
            info = zeroconf.ServiceInfo(SERVICE_TYPE, name)
        except (zeroconf.Error, ValueError) as error:  # a name that is none
            _log.debug("%r cannot be resolved: %s", name, error)
            return True
        complete = info.load_from_cache(zc)
        if complete:
            self._tell(info)
        return complete

    def _resolve(self, zc: Zeroconf, name: str) -> None:
        """In a worker's thread."""
        import zeroconf

        try:
            info = zeroconf.ServiceInfo(SERVICE_TYPE, name)
            for _ in range(RESOLVE_TRIES):
                if self._retrying.stopping.is_set():
                    return
                if info.request(zc, RESOLVE_TIME):
                    self._tell(info)
                    if zc.cache.current_entry_with_name_and_alias(SERVICE_TYPE, name) is None:
                        self._lost(name)  # withdrawn while it was resolved: that `lost` may have come before `found`
                    return
            if zc.cache.current_entry_with_name_and_alias(SERVICE_TYPE, name) is not None:
                self._put_off(name)
        except (*_FAILURES, zeroconf.Error, ValueError) as error:  # closed meanwhile
            _log.debug("%r cannot be resolved: %s", name, error)

    def _tell(self, info: ServiceInfo) -> None:
        addresses = [with_scope_name(ip) for ip in info.parsed_scoped_addresses()]
        service = decode_service(info.name, info.port, addresses, info.properties)
        if service is not None:
            self._found(service)


def _question() -> Any:
    """Who offers our service?"""
    from zeroconf import DNSOutgoing, DNSQuestion  # type: ignore[attr-defined]  # public, but not marked so

    question = DNSOutgoing(_QUERY)
    question.add_question(DNSQuestion(SERVICE_TYPE, _PTR, _IN))
    return question
