"""A LAN whose switch is a program, and a bad one: packets are lost, late, in another order, and come twice.

As `tests.lan.Lan`, but each cable ends in this process: a TAP device is eth0 of a host, and one thread passes the
frames on. So no module of the kernel is needed, and what happens to a packet is drawn from the test's own lots.
"""

from __future__ import annotations

import contextlib
import heapq
import os
import random
import select
import threading
import time
from typing import Final, NamedTuple

from tests.lan import Lan, network_of, open_tun

MAX_FRAME: Final = 2048  # bytes; an MTU of 1,500 and the header
MAX_HELD: Final = 20_000  # frames on their way; a switch has no endless memory either
STEP: Final = 0.05  # s between looks at whether to end


class Weather(NamedTuple):
    """What may happen to each frame. loss, twice: probabilities; delay: up to so many s, each frame its own."""

    loss: float = 0.0
    delay: float = 0.0
    twice: float = 0.0


CLEAR: Final = Weather()


class BadLan(Lan):
    """Hosts on a switch that is made of this process; `weather` may change at any time."""

    def __init__(self, lots: random.Random) -> None:
        super().__init__()
        self.weather = CLEAR
        self.lost = self.repeated = self.passed = 0
        self._lots = random.Random(lots.random())  # its own: packets come when they like
        self._ports: dict[str, int] = {}  # descriptors, by the host's name
        self._silent_until: dict[int, float] = {}
        self._learnt: dict[bytes, int] = {}  # which hardware address is on which port
        self._held: list[tuple[float, int, int, bytes]] = []  # when, number, to which port, what
        self._number = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="test-switch")
        self._thread.start()

    def plug(self, port: str, pid: int, *, card: str = "eth0", subnet: int = 0) -> None:
        """A cable from the one switch to a new card of the namespace of `pid`."""
        assert subnet == 0
        with network_of(pid):
            self._ports = {**self._ports, port: open_tun(card, tap=True)}

    def carries(self, port: str) -> bool:
        return port in self._ports

    def silence(self, name: str, seconds: float) -> None:
        """Nothing passes to or from this host, and nobody is told: its link stays up."""
        self._silent_until[self._ports[name]] = time.monotonic() + seconds

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        super().close()
        for port in self._ports.values():
            os.close(port)

    # The thread

    def _run(self) -> None:
        while not self._stop.is_set():
            now = time.monotonic()
            wait = min(STEP, max(0.0, self._held[0][0] - now)) if self._held else STEP
            ready, _, _ = select.select(list(self._ports.values()), [], [], wait)
            now = time.monotonic()
            for port in ready:
                with contextlib.suppress(OSError):  # nothing more to read, or its link is down
                    while True:
                        self._receive(port, os.read(port, MAX_FRAME), now)
            while self._held and self._held[0][0] <= now:
                _, _, port, frame = heapq.heappop(self._held)
                with contextlib.suppress(OSError):  # its link is down, or its queue is full: a packet is lost
                    os.write(port, frame)
                    self.passed += 1

    def _receive(self, source: int, frame: bytes, now: float) -> None:
        target, sender = frame[:6], frame[6:12]
        self._learnt[sender] = source
        known = self._learnt.get(target)
        ports = [port for port in self._ports.values() if port != source] if known is None else [known]
        for port in ports:
            if any(self._silent_until.get(end, 0.0) > now for end in (source, port)):
                continue
            self._hold(port, frame, now)

    def _hold(self, port: int, frame: bytes, now: float) -> None:
        weather, lots = self.weather, self._lots
        if lots.random() < weather.loss or len(self._held) >= MAX_HELD:
            self.lost += 1
            return
        copies = 2 if lots.random() < weather.twice else 1
        self.repeated += copies - 1
        for _ in range(copies):
            self._number += 1  # frames that are not delayed keep their order
            heapq.heappush(self._held, (now + lots.random() * weather.delay, self._number, port, frame))
