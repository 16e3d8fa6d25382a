"""`lanchat serve`: runs a server until a signal ends it; what it serves is the server's business."""

from __future__ import annotations

import contextlib
import gc
import getpass
import logging
import signal
import socket
import sys
import threading
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Final, Literal, Self

import click

from lanchat.cli.person import pin_from
from lanchat.client import Profile
from lanchat.errors import LanchatError
from lanchat.identity import words
from lanchat.pin import new_pin
from lanchat.server import Config, Server
from lanchat.server.files import MAX_FILE, MAX_OF_ALL, MAX_OF_MEMBER, MIB, Quota
from lanchat.server.limits import DEFAULT_RATE, MAX_CLIENTS, MAX_GREETING
from lanchat.server.retention import Keep

_log = logging.getLogger(__name__)
STACK_SIZE: Final = 256 * 1024  # bytes for each thread: one per client; the default of 8 MiB is for deep recursion
_OWN_FILES: Final = 128  # descriptors besides the clients': one of each; files on their way
_MIB: Final = click.IntRange(0, 1_000_000_000)
_LOCAL: Final = "only this machine reaches it, so it is in nobody's list"
_LOOK: Final = 1.0  # s until a handler may run, on systems whose waiting no signal interrupts


class _RateType(click.ParamType["float | None"]):
    name = "off|N"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float | None:
        if value == "off":
            return None
        try:
            rate = float(str(value))
        except ValueError:
            rate = 0.0
        if not 0.1 <= rate <= 1_000_000:
            self.fail("say “off”, or how many messages a second", param, ctx)
        return rate


class _PinType(click.ParamType["str"]):
    name = "generate|none"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value not in ("generate", "none"):
            own = "A PIN of your own would be seen by all on this machine: put it into a file, and say --pin-file FILE"
            self.fail(f"say “generate” or “none”. {own}", param, ctx)
        return str(value)


@click.command("serve")
@click.option("--name", default=lambda: socket.gethostname().split(".")[0], help="What others see in their list.")
@click.option("--host", metavar="ADDR", help="Listen on this address alone (default: all, IPv4 and IPv6).")
@click.option("--port", type=click.IntRange(0, 65535), help="TCP port (default: 5055, or the next one that is free).")
@click.option(
    "--data", type=click.Path(path_type=Path, readable=False), metavar="DIR", help="Where key and messages are kept."
)
@click.option("--max-clients", type=click.IntRange(1, 100_000), default=MAX_CLIENTS, show_default=True)
@click.option("--no-mdns", is_flag=True, help="Do not announce by mDNS.")
@click.option("--no-beacon", is_flag=True, help="Do not announce by UDP, nor answer who asks.")
@click.option("--allow-clear", is_flag=True, help="Let programs without encryption (nc …) in from other machines, too.")
@click.option("--rate-limit", type=_RateType(), default=str(DEFAULT_RATE), help="Messages a second of one member.")
@click.option(
    "--durability",
    type=click.Choice(["process", "power"]),
    default="process",
    show_default=True,
    help="What a message survives that somebody has seen: the end of the process, or the loss of power (slower).",
)
@click.option("--keep-days", type=click.FloatRange(0.01, 36_500), help="Remove the texts of older messages.")
@click.option("--keep-mib", type=click.IntRange(1, 1_000_000), help="Remove the oldest texts of a larger journal.")
@click.option("--max-file", type=_MIB, default=MAX_FILE // MIB, metavar="MIB", help="Of one file; 0: take none.")
@click.option("--files-each", type=_MIB, default=MAX_OF_MEMBER // MIB, metavar="MIB", help="Of all files of a member.")
@click.option("--files-total", type=_MIB, default=MAX_OF_ALL // MIB, metavar="MIB", help="Of all files.")
@click.option("--pin", type=_PinType(), help="Lock the room with a new PIN, or unlock it.")
@click.option("--pin-file", metavar="FILE", help="Lock the room with the PIN in this file (“-”: in the input).")
@click.pass_obj
def command(
    profile_name: str,
    name: str,
    host: str | None,
    port: int | None,
    data: Path | None,
    max_clients: int,
    no_mdns: bool,
    no_beacon: bool,
    allow_clear: bool,
    rate_limit: float | None,
    durability: Literal["process", "power"],
    keep_days: float | None,
    keep_mib: int | None,
    max_file: int,
    files_each: int,
    files_total: int,
    pin: str | None,
    pin_file: str | None,
) -> None:
    """Open a room on this machine, until Ctrl-C."""
    threading.stack_size(STACK_SIZE)
    _raise_file_limit(max_clients + MAX_GREETING + _OWN_FILES)
    keep = Keep(keep_days, None if keep_mib is None else keep_mib * 1024 * 1024)
    quota = Quota(max_file * MIB, files_each * MIB, files_total * MIB)
    announce = (not no_mdns, not no_beacon)
    if pin and pin_file:
        raise click.UsageError("--pin and --pin-file exclude each other.")
    chosen = {"generate": new_pin(), "none": "", None: pin_from(pin_file)}[pin]
    limits = (max_clients, allow_clear, rate_limit)
    with _End() as end:
        on_close, owner = end.come, partial(_owner, profile_name)
        config = Config(name, data, host, port, *limits, *announce, durability, keep, chosen, owner, on_close, quota)
        signal.signal(signal.SIGINT, end.on_signal)
        signal.signal(signal.SIGTERM, end.on_signal)
        with Server(config) as server:
            lines = [f"“{server.name}” is open on port {server.port}, id {server.id}"]
            lines += [f"its words are {words(server.id)}"] + ([f"the PIN is {chosen}"] if pin == "generate" else [])
            lines += [_LOCAL] if server.local else []
            # In one piece: who started us may read the first line, and close the pipe
            click.echo("\n".join(f"lanchat: {line}" for line in lines))
            sys.stdout.flush()
            server.warm_up()
            gc.freeze()  # the modules: a full collection, while everybody waits, takes less than 1 ms instead of 15
            end.wait()


class _End:
    """The end, told by a signal or by an owner who closes the room. Not an Event: setting one in a handler waits for
    the lock that the main thread may hold just then, for ever."""

    def __init__(self) -> None:
        self._told, self._teller = socket.socketpair()
        self._told.settimeout(_LOOK)
        self._teller.setblocking(False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._told.close()
        self._teller.close()

    def come(self) -> None:
        with contextlib.suppress(OSError):  # it was told often enough, or has ended
            self._teller.send(b"\0")

    def on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.come()

    def wait(self) -> None:
        while True:
            try:
                self._told.recv(1)
            except TimeoutError:
                continue
            return


def _owner(profile_name: str) -> tuple[str, str] | None:
    """The key of who runs this. None: they have none, nor a place for one."""
    try:
        return Profile.open(profile_name).key.public, f"made the room ({getpass.getuser()})"
    except (LanchatError, KeyError, OSError) as error:  # KeyError: a user without a name, in some containers
        _log.warning("the room gets no owner: %s", error)
        return None


def _raise_file_limit(wanted: int) -> None:
    """As many descriptors as the clients need, or as many as the system gives."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
