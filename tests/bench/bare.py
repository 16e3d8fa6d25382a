"""The least that a Python server could do: `python bare.py CLIENTS BATCH LINE` sends BATCH lines of LINE bytes to each
socket, for ever.

Prints its port; begins when all have come and the first has said a byte. No protocol, no journal, nothing is checked.
"""

import contextlib
import socket
import sys


def main(clients: int, batch: int, line: int) -> None:
    listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
    print(listener.getsockname()[1], flush=True)
    socks = [listener.accept()[0] for _ in range(clients)]
    for sock in socks:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    socks[0].recv(1)
    data = (b"^" + b"x" * (line - 2) + b"\n") * batch
    sends = [sock.sendall for sock in socks]
    with contextlib.suppress(OSError):  # they have heard enough
        while True:
            for send in sends:
                send(data)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
