"""Somebody in between: a server with a key of its own for the client, a client for the true server; passes lines on."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from lanchat import identity
from lanchat.channel import Channel
from tests.people import PATIENCE
from tests.strangers import impostor

Change = Callable[[bytes], bytes]


def unchanged(data: bytes) -> bytes:
    return data


class Between:
    """What it saw, in clear. up, down: what it makes of what the client and the server say."""

    def __init__(self, port: int, up: Change = unchanged, down: Change = unchanged) -> None:
        self._port, self._up, self._down = port, up, down
        self.seen = b""

    def talk(self, client: Channel) -> None:
        """With one client, until either end hangs up."""
        server = Channel(socket.create_connection(("127.0.0.1", self._port)))
        server.start_tls(identity.client_context(), server=False)
        server.handshake(PATIENCE)
        back = threading.Thread(target=self._pass, args=(server, client, self._down), name="test-between")
        back.start()
        self._pass(client, server, self._up)
        back.join()
        server.close()

    def _pass(self, source: Channel, target: Channel, change: Change) -> None:
        with contextlib.suppress(OSError):
            while data := source.receive(PATIENCE):
                self.seen += data
                target.send(change(data))
        source.shutdown()
        target.shutdown()


@contextlib.contextmanager
def between(folder: Path, port: int, **options: Change) -> Iterator[tuple[str, Between]]:
    """Its address, and what it saw of the talk with the server on `port`."""
    somebody = Between(port, **options)
    with impostor(folder, somebody.talk) as address:
        yield address, somebody
