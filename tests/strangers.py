"""What may answer at an address without being our server: anything with a socket, and impostors with TLS and a key."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from lanchat.channel import Channel
from lanchat.identity import ServerKey
from lanchat.protocol import frames
from lanchat.protocol.codec import encode
from lanchat.protocol.frames import ServerFrame
from tests.people import PATIENCE

Answer = Callable[[socket.socket], None]
Talk = Callable[[Channel], None]


@contextlib.contextmanager
def stranger(answer: Answer, port: int = 0) -> Iterator[str]:
    """Listens on the loopback; `answer` gets one connection after the other. Gives `host:port`."""
    listener = socket.create_server(("127.0.0.1", port))
    taken: list[socket.socket] = []

    def run() -> None:
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            taken.append(sock)
            answer(sock)

    thread = threading.Thread(target=run, name="test-stranger")
    thread.start()
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        for sock in taken:
            with contextlib.suppress(OSError):  # closed by the other end, or by `answer`
                sock.shutdown(socket.SHUT_RDWR)
        thread.join()
        listener.close()
        for sock in taken:
            sock.close()


@contextlib.contextmanager
def impostor(directory: Path, talk: Talk, port: int = 0) -> Iterator[str]:
    """Speaks TLS with a key of its own, kept in `directory`; then `talk` speaks, then it listens to the end."""
    directory.mkdir(exist_ok=True)
    context = ServerKey(directory).tls_context()

    def answer(sock: socket.socket) -> None:
        channel = Channel(sock)
        try:
            channel.start_tls(context, server=True)
            channel.handshake(PATIENCE)
            talk(channel)
            while channel.receive(PATIENCE):
                pass
        except OSError:
            pass  # the client has heard enough
        finally:
            channel.close()

    with stranger(answer, port) as address:
        yield address


def says(*lines: ServerFrame | bytes, then_closes: bool = False) -> Talk:
    """Waits for the hello, and says these."""

    def talk(channel: Channel) -> None:
        channel.receive(PATIENCE)
        channel.send(b"".join(line if isinstance(line, bytes) else encode(line) for line in lines))
        if then_closes:
            channel.finish()

    return talk


def lets_in(directory: Path, *lines: ServerFrame, name: str = "Room", nick: str = "Ana") -> Talk:
    """Says welcome without asking for a proof, and then these."""
    directory.mkdir(exist_ok=True)
    server_id = ServerKey(directory).id
    welcome = frames.Welcome(server_id, "run", name, nick, "lobby", "ab" * 16, 0, 9)
    return says(welcome, *lines)
