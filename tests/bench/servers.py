"""Starts the servers that are measured, on the core that is theirs: ours from any tree, peers where installed, and the
bare sender. Each with a new data folder, on the loopback; ended by its own process."""

from __future__ import annotations

import contextlib
import datetime
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.bench.dialects import BARE, IRC, LANCHAT, NATS, Dialect
from tests.bench.figure import Refused
from tests.bench.machine import THERE, on_core
from tests.people import ServerProcess, free_port

TREE: Final = Path(__file__).resolve().parents[2]  # ours, as it stands here
PATIENCE: Final = 20.0  # s until a server listens
SPARE: Final = 100  # clients more than asked for: those that leave, and those that come to look
_PATH: Final = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"


class Running(NamedTuple):
    """A server that listens on the loopback."""

    port: int
    pid: int
    dialect: Dialect


def environment(tree: Path, home: Path, display: str = "") -> dict[str, str]:
    """For a program of the lanchat in `tree`, whichever is installed, with nothing of its user's. It keeps what it
    compiles, as for any user, whatever may be set here."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return {**kept, "PYTHONPATH": str(tree), "LANCHAT_HOME": str(home), "DISPLAY": display}


@contextlib.contextmanager
def lanchat(tree: Path, clients: int, data: Path | None = None, *options: str) -> Iterator[Running]:
    """The server of `tree`, as it is by default but for the rate limit, and how many it takes. data: kept if given."""
    with tempfile.TemporaryDirectory(prefix="lanchat-bench-") as folder:
        start = partial(subprocess.Popen, cwd=tree, env=environment(tree, Path(folder) / "home"))
        room, most = data or Path(folder) / "room", ("--max-clients", str(clients + SPARE))
        with on_core(THERE):
            server = ServerProcess(room, 0, *most, *options, start=start)
        with server:
            yield Running(server.port, server.pid, LANCHAT)


def installed() -> list[str]:
    return [name for name in _PEERS if shutil.which(name, path=_PATH)]


def versions() -> dict[str, str]:
    """What each peer says it is."""
    found = {}
    for name in installed():
        command = [shutil.which(name, path=_PATH) or name, "--version"]
        said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        found[name] = said.splitlines()[0] if said else ""
    return found


@contextlib.contextmanager
def peer(name: str, *, tls: bool) -> Iterator[Running]:
    """A peer by its program's name, without limits of its own. Raises Refused when it does not start."""
    command, dialect = _PEERS[name]
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="lanchat-bench-") as text:
        folder = Path(text)
        folder.chmod(0o755)  # some of them give up root, and read on
        arguments = command(folder, port, tls)
        program = shutil.which(name, path=_PATH) or name
        with on_core(THERE), open(folder / "log", "wb") as log:
            # In its folder: one of them leaves a core there when it is asked to end
            process = subprocess.Popen(
                [program, *arguments], stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=folder
            )
        try:
            _wait(name, process, port, folder / "log")
            yield Running(port, process.pid, dialect)
        finally:
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextlib.contextmanager
def bare(clients: int, batch: int, line: int) -> Iterator[Running]:
    """`tests/bench/bare.py`: sends `batch` lines to each of so many sockets, over and over."""
    command = [sys.executable, str(TREE / "tests/bench/bare.py"), *map(str, (clients, batch, line))]
    with on_core(THERE):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield Running(int(process.stdout.readline()), process.pid, BARE)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def _wait(name: str, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        if process.poll() is not None or time.monotonic() > deadline:
            raise Refused(f"{name} does not start: {log.read_text(errors='replace')[-300:]}")
        time.sleep(0.02)


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate and its key (P-256), as all peers know them."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now, day = datetime.datetime.now(datetime.UTC), datetime.timedelta(days=1)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number()).not_valid_before(now - day).not_valid_after(now + day)
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    public, secret = folder / "cert.pem", folder / "key.pem"
    public.write_bytes(made.sign(key, hashes.SHA256()).public_bytes(pem))
    secret.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    return public, secret


def _ngircd(folder: Path, port: int, tls: bool) -> list[str]:
    clear, secure = (free_port(), port) if tls else (port, 0)
    lines = [
        *("[Global]", "Name = bench.invalid", "Info = bench", "Listen = 127.0.0.1", f"Ports = {clear}"),
        *("ServerUID = root", "ServerGID = root"),
        *("[Limits]", "MaxConnections = 0", "MaxConnectionsIP = 0", "MaxJoins = 0", "MaxPenaltyTime = 0"),
        *("PingTimeout = 900", "[Options]", "DNS = no", "Ident = no", "PAM = no"),
    ]
    if tls:
        made, secret = certificate(folder)
        lines += ["[SSL]", f"CertFile = {made}", f"KeyFile = {secret}", f"Ports = {secure}"]
    (folder / "ngircd.conf").write_text("\n".join(lines) + "\n")
    return ["--nodaemon", "--config", str(folder / "ngircd.conf")]


def _inspircd(folder: Path, port: int, tls: bool) -> list[str]:
    (folder / "motd").write_text("bench\n")
    profile, secure = "", ""
    if tls:
        made, secret = certificate(folder)
        profile = '<module name="ssl_gnutls"><sslprofile name="bench" provider="gnutls"'
        profile += f' certfile="{made}" keyfile="{secret}">'
        secure = ' sslprofile="bench"'
    many = 'localmax="100000" globalmax="100000" limit="100000" threshold="1000000000" commandrate="1000000000"'
    queues = 'hardsendq="250M" softsendq="250M" recvq="8M"'
    (folder / "inspircd.conf").write_text(
        f'{profile}\n<server name="bench.invalid" description="bench" network="bench">\n'
        f'<admin name="bench" nick="bench" email="bench@bench.invalid">\n'
        f'<bind address="127.0.0.1" port="{port}" type="clients"{secure}>\n'
        f'<connect allow="*" timeout="120" pingfreq="900" {many} {queues} fakelag="no" maxconnwarn="no"'
        ' resolvehostnames="no" useident="no">\n'
        f'<files motd="{folder}/motd">\n<dns server="127.0.0.1" timeout="1">\n'
        '<performance softlimit="100000" somaxconn="4096" netbuffersize="65534" quietbursts="yes">\n'
        f'<log method="file" type="*" level="default" target="{folder}/inspircd.log">\n'
        f'<path datadir="{folder}" logdir="{folder}" runtimedir="{folder}">\n'
    )
    return ["--nofork", "--runasroot", "--nopid", f"--config={folder}/inspircd.conf"]


def _nats(folder: Path, port: int, tls: bool) -> list[str]:
    limits = 'max_connections: 100000\nmax_pending: 268435456\nwrite_deadline: "60s"\nping_interval: "15m"\n'
    (folder / "nats.conf").write_text(f'listen: "127.0.0.1:{port}"\n{limits}')
    return ["--config", str(folder / "nats.conf")]


_PEERS: Final = {"inspircd": (_inspircd, IRC), "nats-server": (_nats, NATS), "ngircd": (_ngircd, IRC)}
TLS_PEERS: Final = ("inspircd", "ngircd")  # nats-server speaks in clear before TLS begins
