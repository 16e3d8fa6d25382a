"""The least that moving a file by TLS in Python takes: `python tls_copy.py send|receive PORT FILE CERTIFICATE KEY`.

256 KiB at a time, no digest, no protocol. The receiver prints `ready`, and at the end how many seconds it took.
"""

import socket
import ssl
import sys
import time

PIECE = 256 * 1024  # bytes


def send(port: int, path: str, *_: str) -> None:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    buffer = bytearray(PIECE)
    view = memoryview(buffer)
    plain = socket.create_connection(("127.0.0.1", port))
    with context.wrap_socket(plain) as sock, open(path, "rb", buffering=0) as content:
        while size := content.readinto(buffer):
            sock.sendall(view[:size])


def receive(port: int, path: str, certificate: str, key: str) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    context.num_tickets = 0  # the sender would close before it read them, and reset the connection
    buffer = bytearray(PIECE)
    view = memoryview(buffer)
    with socket.create_server(("127.0.0.1", port)) as listener:
        print("ready", flush=True)
        plain, _ = listener.accept()
        begun = time.perf_counter()
        with context.wrap_socket(plain, server_side=True) as sock, open(path, "wb", buffering=0) as content:
            while size := sock.recv_into(buffer):
                content.write(view[:size])
        print(time.perf_counter() - begun, flush=True)


if __name__ == "__main__":
    {"send": send, "receive": receive}[sys.argv[1]](int(sys.argv[2]), *sys.argv[3:])
