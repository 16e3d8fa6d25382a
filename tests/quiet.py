"""Ten quiet members of a room, and how long a message takes from one of them to all."""

from __future__ import annotations

import re
import statistics
import threading
import time
from typing import Final

from lanchat.channel import Channel
from tests.attackers import PATIENCE, member

MEMBERS: Final = 10
EVERY: Final = 0.08  # s between two messages of the first of them: below the server's rate limit
_OURS: Final = re.compile(rb'"text":"quiet (\d+)"')


class Quiet:
    """Speaks in the caller's thread; one thread for each member listens, until close()."""

    def __init__(self, port: int) -> None:
        self._channels = [member(port, f"Quiet{n}") for n in range(MEMBERS)]
        self._heard: list[list[float]] = [[] for _ in self._channels]  # when, by message; each list has one writer
        self._sent: list[float] = []
        self._threads = [
            threading.Thread(target=self._listen, args=pair, name=f"test-quiet-{n}")
            for n, pair in enumerate(zip(self._channels, self._heard, strict=True))
        ]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        for channel in self._channels:
            channel.shutdown()
        for thread in self._threads:
            thread.join()

    def talk(self, seconds: float) -> list[float]:
        """Says something every EVERY seconds; how long each took to each member, in ms. All arrive, or it fails."""
        first = len(self._sent)
        ends = time.perf_counter() + seconds
        while time.perf_counter() < ends:
            self._sent.append(time.perf_counter())
            self._channels[0].send(b'{"type":"say","id":"q","text":"quiet %d"}\n' % (len(self._sent) - 1))
            time.sleep(EVERY)
        deadline = time.monotonic() + PATIENCE
        while any(len(heard) < len(self._sent) for heard in self._heard):
            assert time.monotonic() < deadline, [len(heard) for heard in self._heard]
            time.sleep(0.01)
        return [
            (heard - sent) * 1000
            for heards in self._heard
            for sent, heard in zip(self._sent[first:], heards[first:], strict=True)
        ]

    @staticmethod
    def _listen(channel: Channel, heard: list[float]) -> None:
        rest = b""
        while data := _receive(channel):
            now = time.perf_counter()
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                if found := _OURS.search(line):
                    assert int(found[1]) == len(heard), "in order, once"
                    heard.append(now)
        channel.close()


def _receive(channel: Channel) -> bytes:
    try:
        return channel.receive(600)
    except ConnectionResetError:  # the server had more for it when it left
        return b""


def percentile(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100)[percent - 1]
