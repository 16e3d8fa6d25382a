"""`lanchat journal`: looks after the messages that a server on this machine keeps: checks, exports, compacts them."""

from __future__ import annotations

import contextlib
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, TextIO, TypeVar

import click

from lanchat import paths
from lanchat.cli import fail
from lanchat.errors import StoreFailed
from lanchat.journal import Journal
from lanchat.lockfile import LockFile
from lanchat.protocol.frames import Message
from lanchat.protocol.text import clean_server_name
from lanchat.transcript import FORMS

_PAGE: Final = 1_000  # entries read at a time
CommandT = TypeVar("CommandT", bound=Callable[..., Any])


def _which(command: CommandT) -> CommandT:
    """The options that say whose journal is meant: those of `lanchat serve`."""
    name = click.option("--name", help="The room's name, as for “lanchat serve” (default: this machine's).")
    data = click.option(
        "--data", type=click.Path(path_type=Path, readable=False), metavar="DIR", help="The directory it was given."
    )
    return name(data(command))


@click.group("journal")
def command() -> None:
    """Look after the messages that a server on this machine keeps."""


@command.command("check")
@_which
def check(name: str | None, data: Path | None) -> None:
    """Say whether the journal is whole; also while the server runs."""
    path = _path(name, data)
    try:
        with _reading(path) as journal:
            lines, flaws = list(_summary(journal)), journal.flaws()
    except StoreFailed as error:
        lines, flaws = [], [str(error.detail)]
    if flaws:
        fail(f"{path} is damaged: {flaws[0]}. Stop the server, keep a copy, and save what is left by an export.")
    for line in lines or ["nothing was said yet"]:
        click.echo(f"{path} is whole: {line}")


def _summary(journal: Journal) -> Iterator[str]:
    for room in journal.rooms():
        gone = journal.redacted(room)
        yield f"{journal.head(room):,} entries in “{room}”" + (f", {gone:,} no longer kept" if gone else "")


@command.command("export")
@_which
@click.option("--format", "form", type=click.Choice(list(FORMS)), default="text", show_default=True)
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="Where to (default: standard output).")
def export(name: str | None, data: Path | None, form: str, output: Path | None) -> None:
    """Write all messages as text, JSON lines or HTML; also while the server runs."""
    path = _path(name, data)
    with _reading(path) as journal, _writing(output) as file:
        for room in journal.rooms():
            title = f"{name or path.parent.name} – {room}"
            for line in FORMS[form](_entries(journal, room), title, None):
                file.write(line + "\n")


@command.command("compact")
@_which
def compact(name: str | None, data: Path | None) -> None:
    """Write the file anew without holes; the server must be stopped."""
    path = _path(name, data)
    lock = LockFile(path.parent / "lock")
    try:
        journal = Journal.open(path)
        before = path.stat().st_size
        try:
            journal.compact()
        finally:
            journal.close()
        click.echo(f"{path}: {before:,} bytes before, {path.stat().st_size:,} now")
    finally:
        lock.close()


def _path(name: str | None, data: Path | None) -> Path:
    """The journal that is meant. Ends the program where there is none."""
    chosen = clean_server_name(name or socket.gethostname().split(".")[0])
    path = (data or paths.server_directory(chosen)) / "journal.db"
    try:
        found = path.is_file()
    except OSError as error:  # a directory of somebody else
        raise StoreFailed(path=path, detail=error.strerror or str(error)) from error
    if not found:
        fail(f"There is no journal in {path.parent}. Name the room with --name, or its directory with --data.")
    return path


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[Journal]:
    journal = Journal.read(path)
    try:
        yield journal
    finally:
        journal.close()


@contextlib.contextmanager
def _writing(output: Path | None) -> Iterator[TextIO]:
    """Standard output, or a file that only its owner may read. Raises StoreFailed."""
    if output is None:
        yield sys.stdout
        return
    try:
        output.touch(mode=0o600)
        with open(output, "w", encoding="utf-8", newline="\n") as file:
            yield file
    except OSError as error:
        raise StoreFailed(path=output, detail=error.strerror or str(error)) from error


def _entries(journal: Journal, room: str) -> Iterator[Message]:
    seq, head = 0, journal.head(room)
    while page := journal.after(room, seq, _PAGE, head):
        yield from page
        seq = page[-1].seq
