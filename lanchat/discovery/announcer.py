"""Makes a server known on its network, by both ways at once; neither needs the other, nor may stop the server."""

from __future__ import annotations

from collections.abc import Callable

from lanchat.discovery.beacon import Beacon
from lanchat.discovery.mdns import Publisher
from lanchat.protocol.frames import ServerInfo


class Announcer:
    """facts: what is announced and answered, asked for each time; cheap, and callable from any thread. With
    beacon False the server still answers on its own UDP port, whoever asks it there."""

    def __init__(self, facts: Callable[[], ServerInfo], *, mdns: bool = True, beacon: bool = True) -> None:
        self._beacon = Beacon(facts, shared=beacon)
        self._publisher = Publisher(facts) if mdns else None

    def start(self) -> None:
        """Returns at once; what does not work is logged and tried again."""
        self._beacon.start()
        if self._publisher is not None:
            self._publisher.start()

    def close(self) -> None:
        """Says goodbye on both ways. Idempotent."""
        self._beacon.close()  # first: who asks because of the goodbye shall find the port closed
        if self._publisher is not None:
            self._publisher.close()
